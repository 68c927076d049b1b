//! `c.replace-argument`.

use super::argument::Calls;
use super::macros::is_same_value;
use crate::operation::arguments::arguments;
use crate::operation::prelude::*;

arguments! {
    /// `c.replace-argument`: replaces an argument of calls of a function.
    ///
    /// It refuses a number that the call does not have. Calls in macros are not changed.
    ///
    /// ```yaml
    /// file: Python/import.c
    /// c.replace-argument: {call: fopen, first: name, number: 2, with: '"rb"'}
    /// ```
    /// ```diff
    ///  void load(char *name)
    ///  {
    /// -    fp = fopen(name, "r" PY_STDIOTEXTMODE);
    /// +    fp = fopen(name, "rb");
    ///  }
    /// ```
    /// ```yaml
    /// file: Python/import.c
    /// within: {function: load}
    /// c.replace-argument: {call: close_file, number: 1, with: fp}
    /// ```
    /// ```diff
    ///  void load(FILE *fp)
    ///  {
    /// -    close_file(file(fp));
    /// +    close_file(fp);
    ///  }
    /// ```
    pub struct ReplaceArgument {
        /// The function that is called.
        call: String; not_empty,
        /// The first argument of the call.
        first: Option<String>,
        /// The number of the argument, from 1.
        number: usize; to_99,
        /// The new argument.
        with: String; not_empty,
        /// How many calls match.
        count: Count,
    }
}

impl ReplaceArgument {
    fn calls(&self) -> Calls<'_> {
        Calls { call: &self.call, first: self.first.as_deref() }
    }
}

impl Operate for ReplaceArgument {
    fn describe(&self) -> Description<'_> {
        self.calls().describe().compared(Compared::Value)
    }

    fn check(&self, _texts: &Texts) -> Result<(), String> {
        ensure((1..=99).contains(&self.number), "has a `number` that is not from 1 to 99")?;
        ensure(
            self.number > 1 || self.first.is_none(),
            "names the argument that it replaces by `first`: write `c.replace`",
        )?;
        self.calls().check(&self.with)
    }

    fn resolve(&self, site: &Site<'_>) -> Answer {
        let text = &site.file.bytes;
        let calls = self.calls().find(site);
        let number = self.number;
        let short = |call: &&super::argument::FoundCall| call.arguments.len() < number;
        if let Some(call) = calls.iter().find(short) {
            return refused(format!("the call has only {} arguments", call.arguments.len()), call.span.start);
        }
        let found: Vec<Span> = calls.iter().map(|call| call.arguments[number - 1]).collect();
        let with = self.with.trim();
        let is_done = |span: &Span| is_same_value(span.of(text), with.as_bytes());
        let done: Vec<Span> = found.iter().copied().filter(is_done).collect();
        let rewrite = |span: Span| Rewrite::replace(span, with);
        let near = || self.calls().near(site);
        match_count(&self.calls().named(), self.count.0, &found, &Results::proof(done), rewrite, near)
    }
}
