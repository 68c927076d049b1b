//! `makefile.add-prerequisite`.

use super::prerequisite::{change_head, no_rule, prerequisite};
use crate::operation::arguments::arguments;
use crate::operation::prelude::*;
use crate::syntax::makefile::{Rule, is_open};

arguments! {
    /// `makefile.add-prerequisite`: adds a word to a rule's prerequisites.
    ///
    /// It refuses a list that ends in a `\`, a `$` or a reference that is not closed.
    ///
    /// ```yaml
    /// file: Makefile.pre.in
    /// makefile.add-prerequisite: {target: all, word: frozen, after: $(BUILDPYTHON)}
    /// ```
    /// ```diff
    /// -all: $(BUILDPYTHON) oldsharedmods
    /// +all: $(BUILDPYTHON) frozen oldsharedmods
    /// ```
    /// ```yaml
    /// file: Makefile.pre.in
    /// makefile.add-prerequisite: {target: [build_all, all], word: device-files}
    /// ```
    /// ```diff
    ///  all:	@DEF_MAKE_ALL_RULE@
    ///  build_all:	$(BUILDPYTHON) \
    /// -		sharedmods
    /// +		sharedmods device-files
    /// ```
    pub struct AddPrerequisite {
        /// The target, or several of which the first that exists counts.
        target: OneOrMore,
        /// The new prerequisite.
        word: String,
        /// The prerequisite after which it is put; at the end unless given.
        after: Option<String>,
    }
}

impl Operate for AddPrerequisite {
    fn describe(&self) -> Description<'_> {
        Description::new(Anchor::Prerequisite { targets: self.target.0.clone(), word: self.after.clone() })
            .compared(Compared::LogicalLine)
            .label(self.word.clone())
    }

    moves_to!(self, Anchor::Prerequisite { targets, word } =>
        (self.target, self.after) = (OneOrMore(targets), word));

    fn resolve(&self, site: &Site<'_>) -> Answer {
        let (file, text) = (site.file, &site.file.bytes);
        let rules_of = |name: &str| file.makefile().rules_of(text, name.as_bytes()).collect::<Vec<&Rule>>();
        let word_in = |rules: &[&Rule]| {
            let mut all = rules.iter().flat_map(|rule| &rule.prerequisites);
            all.find(|p| p.of(text) == self.word.as_bytes()).map(|p| p.start)
        };
        let Some(target) = self.target.0.iter().find(|target| !rules_of(target).is_empty()) else {
            return Err(no_rule(file, &self.target.0, None));
        };
        if let Some(after) = &self.after {
            let found = prerequisite(file, &self.target.0, after);
            let rules = rules_of(found.as_ref().map_or(target.as_str(), |found| found.target));
            return match (word_in(&rules), found) {
                (Some(at), _) => already(at),
                (None, Ok(found)) => {
                    let insertion = Rewrite::insert(found.word.end, format!(" {}", self.word));
                    change_head(file, found.rule, vec![insertion.span], vec![insertion])
                }
                (None, Err(not_found)) => Err(not_found.failure(file, &self.target.0, after)),
            };
        }
        let rules = rules_of(target);
        if let Some(at) = word_in(&rules) {
            return already(at);
        }
        let [rule] = rules[..] else {
            return Err(Failure::Ambiguous {
                what: format!("{} rules make `{target}`", rules.len()),
                at: rules.iter().map(|rule| rule.span.start).collect(),
                help: Some("name with `after` the prerequisite after which it is put".to_owned()),
            });
        };
        // What follows a `|` does not make the target out of date.
        let last = rule.prerequisites.iter().take_while(|p| p.of(text) != b"|").last();
        if let Some(word) = last.filter(|word| is_open(word.of(text))) {
            return refused(
                "the prerequisites end in a `\\`, a `$` or a reference that is not closed",
                word.start,
            );
        }
        let end = last.map_or(rule.colon.end, |word| word.end);
        let blank = if text.get(end) == Some(&b'|') { " " } else { "" };
        let insertion = Rewrite::insert(end, format!(" {}{blank}", self.word));
        change_head(file, rule, vec![insertion.span], vec![insertion])
    }
}
