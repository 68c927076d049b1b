//! `shell.prefix-command`.

use super::prefix;
use crate::operation::prelude::*;
use crate::syntax::shell;

/// `shell.prefix-command`: puts words before the first word of a command, after assignments to its environment.
///
/// ```yaml
/// file: Lib/plat-generic/regen
/// shell.prefix-command: {command: python$EXE, with: yod}
/// ```
/// ```diff
///  set -e
/// -python$EXE h2py.py in.h
/// +yod python$EXE h2py.py in.h
/// ```
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct PrefixCommand {
    /// The command's first word, as written in the script: `python$EXE`.
    pub command: String,
    /// The words to put before it: `yod`.
    pub with: String,
    /// How many commands match.
    #[serde(default)]
    pub count: Count,
}

impl Operate for PrefixCommand {
    fn describe(&self) -> Description<'_> {
        Description::new(
            Anchor::Command {
                command: self.command.clone(),
                target: None,
                in_recipe: false,
                count: self.count.0,
            },
            Compared::Line,
        )
        .within()
    }

    fn check(&self, _texts: &Texts) -> Result<(), String> {
        if self.with.trim().is_empty() {
            return Err("does nothing: its `with` is empty".to_owned());
        }
        Ok(())
    }

    fn set_anchor(&mut self, anchor: Anchor) -> bool {
        let Anchor::Command { command, count, in_recipe: false, .. } = anchor else { return false };
        (self.command, self.count) = (command, Count(count));
        true
    }

    fn resolve(&self, site: &Site<'_>) -> Answer {
        let commands = shell::commands(&site.file.bytes, site.scope);
        prefix(site.file, &commands, &self.command, &self.with, self.count, "the script")
    }
}
