//! `makefile.prefix-command`.

use memchr::memmem::Finder;

use super::prerequisite::no_rule;
use crate::operation::arguments::arguments;
use crate::operation::prelude::*;
use crate::operation::shell::prefix;
use crate::syntax::makefile::{Rule, recipe_commands};

arguments! {
    /// `makefile.prefix-command`: puts words before the first word of a command in a recipe, after make's `-@+` and after
    /// assignments to the command's environment.
    ///
    /// Words inside a command, such as arguments, do not match: only its first word does.
    ///
    /// ```yaml
    /// file: Makefile.pre.in
    /// makefile.prefix-command: {command: $(PGEN), with: yod}
    /// ```
    /// ```diff
    ///  graminit.c: $(PGEN)
    /// -	-$(PGEN) Grammar graminit.c
    /// +	-yod $(PGEN) Grammar graminit.c
    /// ```
    /// ```yaml
    /// file: Makefile.pre.in
    /// makefile.prefix-command: {target: test, command: $(TESTPYTHON), with: yod -np 1, count: 2}
    /// ```
    /// ```diff
    ///  test: all
    /// -	-$(TESTPYTHON) $(TESTPROG)
    /// -	LANG=C $(TESTPYTHON) $(TESTPROG)
    /// +	-yod -np 1 $(TESTPYTHON) $(TESTPROG)
    /// +	LANG=C yod -np 1 $(TESTPYTHON) $(TESTPROG)
    ///  quicktest: all
    ///  	$(TESTPYTHON) -q
    /// ```
    pub struct PrefixCommand {
        /// The rule's target; any rule unless given.
        target: Option<String>,
        /// The command's first word, as written in the recipe: `$(PGEN)`.
        command: String,
        /// The words to put before it: `yod`.
        with: String,
        /// How many commands match.
        count: Count,
    }
}

impl Operate for PrefixCommand {
    fn describe(&self) -> Description<'_> {
        let (command, target, count) = (self.command.clone(), self.target.clone(), self.count.0);
        Description::new(Anchor::Command { command, target, in_recipe: true, count })
            .compared(Compared::Line)
            .label(self.target.clone().unwrap_or_else(|| self.command.clone()))
    }

    fn check(&self, _texts: &Texts) -> Result<(), String> {
        ensure(!self.with.trim().is_empty(), "does nothing: its `with` is empty")
    }

    moves_to!(self, Anchor::Command { command, target, in_recipe: true, count } =>
        (self.command, self.target, self.count) = (command, target, Count(count)));

    fn resolve(&self, site: &Site<'_>) -> Answer {
        let (makefile, text) = (site.file.makefile(), &site.file.bytes);
        let rules: Vec<&Rule> = match &self.target {
            Some(target) => makefile.rules_of(text, target.as_bytes()).collect(),
            None => makefile.rules.iter().collect(),
        };
        if let Some(target) = &self.target
            && rules.is_empty()
        {
            return Err(no_rule(site.file, std::slice::from_ref(target), None));
        }
        let commands = |line: &Span| recipe_commands(text, *line);
        let lines = || rules.iter().flat_map(|rule| &rule.recipe);
        let scope = match &self.target {
            Some(target) => format!("the recipe of `{target}`"),
            None => "the recipes".to_owned(),
        };
        let answer_of =
            |commands: &[_]| prefix(site.file, commands, &self.command, &self.with, self.count, &scope);
        // Where the command is found, only the lines that contain it matter. Splitting all lines into commands is slow.
        let command = Finder::new(&self.command);
        let has_command = |line: &&Span| command.find(line.of(text)).is_some();
        let answer = answer_of(&lines().filter(has_command).flat_map(commands).collect::<Vec<_>>());
        if answer.is_ok() {
            return answer;
        }
        match answer_of(&lines().flat_map(commands).collect::<Vec<_>>()) {
            Err(Failure::Missing(miss)) if miss.near.is_empty() => {
                // The command may run in another rule, or have another name here.
                let elsewhere = makefile.rules.iter().flat_map(|rule| &rule.recipe).filter(has_command);
                Err(miss.near(elsewhere.map(|line| line.start).take(5)).into())
            }
            answer => answer,
        }
    }
}
