//! `shell.prefix-command`.

use super::prefix;
use crate::operation::arguments::arguments;
use crate::operation::prelude::*;
use crate::syntax::shell;

arguments! {
    /// `shell.prefix-command`: puts words before the first word of a command, after assignments to its environment.
    ///
    /// Arguments and longer words do not match: only the first word of a command does.
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
    /// ```yaml
    /// file: Modules/makesetup
    /// shell.prefix-command: {command: sed, with: LC_ALL=C, count: 2}
    /// ```
    /// ```diff
    /// -sed -e 's/a/b/' $makepre
    /// +LC_ALL=C sed -e 's/a/b/' $makepre
    ///  if test -f x; then
    /// -    sed -f $sedf x
    /// +    LC_ALL=C sed -f $sedf x
    ///  fi
    ///  echo sed
    /// ```
    pub struct PrefixCommand {
        /// The command's first word, as written in the script: `python$EXE`.
        command: String,
        /// The words to put before it: `yod`.
        with: String,
        /// How many commands match.
        count: Count,
    }
}

impl Operate for PrefixCommand {
    fn describe(&self) -> Description<'_> {
        let (command, count) = (self.command.clone(), self.count.0);
        Description::new(Anchor::Command { command, target: None, in_recipe: false, count })
            .compared(Compared::Line)
            .within()
    }

    fn check(&self, _texts: &Texts) -> Result<(), String> {
        ensure(!self.with.trim().is_empty(), "does nothing: its `with` is empty")
    }

    moves_to!(self, Anchor::Command { command, count, in_recipe: false, .. } =>
        (self.command, self.count) = (command, Count(count)));

    fn resolve(&self, site: &Site<'_>) -> Answer {
        let commands = shell::commands(&site.file.bytes, site.scope);
        prefix(site.file, &commands, &self.command, &self.with, self.count, "the script")
    }
}
