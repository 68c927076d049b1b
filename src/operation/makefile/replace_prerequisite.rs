//! `makefile.replace-prerequisite`.

use super::prerequisite::{NotFound, only_prerequisite, with_blanks};
use super::reach::{check_unreached, reached};
use crate::operation::prelude::*;

/// `makefile.replace-prerequisite`: replaces one prerequisite by another word.
///
/// ```yaml
/// file: Makefile.pre.in
/// makefile.replace-prerequisite: {target: install, word: altinstall, with: commoninstall}
/// ```
/// ```diff
/// -install: altinstall bininstall
/// +install: commoninstall bininstall
/// ```
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct ReplacePrerequisite {
    /// The target, or several of which the first that has the prerequisite counts.
    pub target: OneOrMore,
    /// The prerequisite, as a whole word.
    pub word: String,
    /// The new word.
    pub with: String,
}

impl Operate for ReplacePrerequisite {
    fn describe(&self) -> Description<'_> {
        Description::new(
            Anchor::Prerequisite { targets: self.target.0.clone(), word: Some(self.word.clone()) },
            Compared::LogicalLine,
        )
        .label(self.word.clone())
    }

    fn set_anchor(&mut self, anchor: Anchor) -> bool {
        let Anchor::Prerequisite { targets, word: Some(word) } = anchor else { return false };
        (self.target, self.word) = (OneOrMore(targets), word);
        true
    }

    fn resolve(&self, site: &Site<'_>) -> Answer {
        let file = site.file;
        let text = &file.bytes;
        match only_prerequisite(file, &self.target.0, &self.word) {
            Ok(found) => {
                check_unreached(file, found.target, &found)?;
                check_unreached(file, &self.with, &found)?;
                let is_there = found.rule.prerequisites.iter().any(|p| p.of(text) == self.with.as_bytes());
                change(vec![if is_there {
                    Rewrite::remove(with_blanks(file, found.rule, found.word))
                } else {
                    Rewrite::replace(found.word, self.with.as_str())
                }])
            }
            Err(NotFound::Word(target, rule)) => {
                let rules = file.makefile().rules_of(text, target.as_bytes());
                let mut words = rules.flat_map(|rule| &rule.prerequisites);
                match words.find(|p| p.of(text) == self.with.as_bytes()) {
                    Some(with) if reached(file, target, &self.word, None).is_none() => already(with.start),
                    _ => Err(NotFound::Word(target, rule).failure(file, &self.target.0, &self.word)),
                }
            }
            Err(not_found) => Err(not_found.failure(file, &self.target.0, &self.word)),
        }
    }
}
