//! `makefile.add-rule`.

use super::prerequisite::no_rule;
use crate::operation::prelude::*;

/// `makefile.add-rule`: adds a rule.
///
/// It refuses a target that another rule makes, and a last line that is continued.
///
/// ```yaml
/// file: Makefile.pre.in
/// makefile.add-rule: {target: mpi.o, prerequisites: [mpi.c], recipe: [$(MPICC) -c mpi.c]}
/// ```
/// ```diff
///  all: python
/// +
/// +mpi.o: mpi.c
/// +	$(MPICC) -c mpi.c
/// ```
/// ```yaml
/// file: Makefile.pre.in
/// makefile.add-rule: {target: device-files, after: all, recipe: ['mkdir -p device', 'cp $(srcdir)/Lib/os.py device']}
/// ```
/// ```diff
///  all: python
///  	true
///  
/// +device-files:
/// +	mkdir -p device
/// +	cp $(srcdir)/Lib/os.py device
/// +
///  clean:
///  	rm -f core
/// ```
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct AddRule {
    /// The rule's target.
    pub target: String,
    /// Its prerequisites.
    #[serde(default)]
    pub prerequisites: Vec<String>,
    /// Its recipe, one command per line, without the leading tabs.
    #[serde(default)]
    pub recipe: Vec<String>,
    /// The target of the rule after which it is put; at the end of the file unless given.
    pub after: Option<String>,
}

impl Operate for AddRule {
    fn describe(&self) -> Description<'_> {
        Description::new(Anchor::Rule(self.after.clone()))
    }

    moves_to!(self, Anchor::Rule(after) => self.after = after);

    fn resolve(&self, site: &Site<'_>) -> Answer {
        let (makefile, text) = (site.file.makefile(), &site.file.bytes);
        let ending = line_ending(text);
        let mut rule = format!("{}:", self.target);
        for prerequisite in &self.prerequisites {
            rule.push_str(&format!(" {prerequisite}"));
        }
        rule.push('\n');
        for command in &self.recipe {
            rule.push_str(&format!("\t{}\n", command.replace('\n', "\n\t")));
        }
        let rule = as_lines(rule.as_bytes(), ending);
        if makefile.continues {
            return refused("the last line is continued, and would include the new one", text.len());
        }
        if let Some(existing) = makefile.rules_of(text, self.target.as_bytes()).next() {
            return if existing.span.of(text) == rule {
                already(existing.span.start)
            } else {
                refused(format!("another rule makes `{}`", self.target), existing.span.start)
            };
        }
        let at = match &self.after {
            None => text.len(),
            Some(after) => match makefile.rules_of(text, after.as_bytes()).last() {
                Some(rule) => rule.span.end,
                None => return Err(no_rule(site.file, std::slice::from_ref(after), None)),
            },
        };
        change(vec![insert_lines(text, at, &[ending, &rule].concat())])
    }
}
