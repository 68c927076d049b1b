//! `makefile.add-rule`.

use super::prerequisite::{lossy, no_rule};
use crate::operation::arguments::arguments;
use crate::operation::prelude::*;
use crate::syntax::makefile::{Rule, words};

arguments! {
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
    pub struct AddRule {
        /// The rule's target, or several with blanks between them.
        target: String,
        /// Its prerequisites.
        prerequisites: Vec<String>; optional,
        /// Its recipe, one command per line, without the leading tabs.
        recipe: Vec<String>; optional,
        /// The target of the rule after which it is put, or several of its targets; at the end of the file unless given.
        after: Option<String>,
    }
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
        let targets = words(self.target.as_bytes(), Span::new(0, self.target.len()));
        for target in targets.iter().map(|target| target.of(self.target.as_bytes())) {
            if let Some(existing) = makefile.rules_of(text, target).next() {
                return if existing.span.of(text) == rule {
                    already(existing.span.start)
                } else {
                    refused(format!("another rule makes `{}`", lossy(target)), existing.span.start)
                };
            }
        }
        let at = match &self.after {
            None => text.len(),
            Some(after) => match with_targets(site.file, after).last() {
                Some(rule) => rule.span.end,
                None => return Err(no_rule(site.file, std::slice::from_ref(after), None)),
            },
        };
        change(vec![insert_lines(text, at, &[ending, &rule].concat())])
    }
}

/// The rules that make all targets of a list.
fn with_targets<'a>(file: &'a ParsedFile, targets: &str) -> impl Iterator<Item = &'a Rule> {
    let wanted: Vec<Vec<u8>> = words(targets.as_bytes(), Span::new(0, targets.len()))
        .into_iter()
        .map(|target| target.of(targets.as_bytes()).to_vec())
        .collect();
    let makes = move |rule: &Rule, name: &[u8]| rule.targets.iter().any(|it| it.of(&file.bytes) == name);
    let all = file.makefile().rules.iter();
    all.filter(move |rule| !wanted.is_empty() && wanted.iter().all(|name| makes(rule, name)))
}
