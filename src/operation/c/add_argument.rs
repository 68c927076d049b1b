//! `c.add-argument`.

use super::argument::Calls;
use super::macros::is_same_value;
use crate::operation::arguments::arguments;
use crate::operation::prelude::*;

arguments! {
    /// `c.add-argument`: adds an argument to calls of a function.
    ///
    /// It refuses a number that leaves a gap. Calls in macros are not changed; a call whose argument has that number and
    /// those tokens has it already.
    ///
    /// ```yaml
    /// file: Python/import.c
    /// within: {function: load}
    /// c.add-argument: {call: open_file, first: name, argument: use_mpi}
    /// ```
    /// ```diff
    ///  int load(char *name)
    ///  {
    ///      open_file(other, 1);
    /// -    return open_file(name, 1);
    /// +    return open_file(name, 1, use_mpi);
    ///  }
    /// ```
    /// ```yaml
    /// file: Python/import.c
    /// c.add-argument: {call: open_file, argument: use_mpi, number: 1, count: 2}
    /// ```
    /// ```diff
    ///  void load(char *name)
    ///  {
    /// -    open_file(name);
    /// -    open_file(other);
    /// +    open_file(use_mpi, name);
    /// +    open_file(use_mpi, other);
    ///  }
    /// ```
    pub struct AddArgument {
        /// The function that is called.
        call: String; not_empty,
        /// The first argument of the call.
        first: Option<String>,
        /// The new argument.
        argument: String; not_empty,
        /// The number that the argument gets, from 1; the last one unless given.
        number: Option<usize>; to_99,
        /// How many calls match.
        count: Count,
    }
}

impl AddArgument {
    fn calls(&self) -> Calls<'_> {
        Calls { call: &self.call, first: self.first.as_deref() }
    }
}

impl Operate for AddArgument {
    fn describe(&self) -> Description<'_> {
        self.calls().describe()
    }

    fn check(&self, _texts: &Texts) -> Result<(), String> {
        ensure(
            self.number.is_none_or(|number| (1..=99).contains(&number)),
            "has a `number` that is not from 1 to 99",
        )?;
        self.calls().check(&self.argument)
    }

    fn resolve(&self, site: &Site<'_>) -> Answer {
        let text = &site.file.bytes;
        let mut calls = self.calls().find(site);
        // A new first argument is not the one that names the call.
        if calls.is_empty() && self.number == Some(1) {
            calls = Calls { call: &self.call, first: Some(&self.argument) }.find(site);
        }
        let argument = self.argument.trim();
        let is_own = |span: &Span| is_same_value(span.of(text), argument.as_bytes());
        let at =
            |all: &[Span]| self.number.map_or(all.last().copied(), |number| all.get(number - 1).copied());
        let found: Vec<Span> = calls.iter().map(|call| call.span).collect();
        let is_done = |call: &&super::argument::FoundCall| at(&call.arguments).as_ref().is_some_and(is_own);
        let done: Vec<Span> = calls.iter().filter(is_done).map(|call| call.span).collect();
        let short =
            |call: &&super::argument::FoundCall| self.number.is_some_and(|n| call.arguments.len() + 1 < n);
        if let Some(call) = calls.iter().find(short) {
            return refused(format!("the call has only {} arguments", call.arguments.len()), call.span.start);
        }
        let rewrite = |span: Span| {
            let call =
                calls.iter().find(|call| call.span == span).expect("it is one of the calls that were found");
            let next = self.number.and_then(|number| call.arguments.get(number - 1));
            match (next, call.arguments.last()) {
                (Some(next), _) => Rewrite::insert(next.start, format!("{argument}, ")),
                (None, Some(last)) => Rewrite::insert(last.end, format!(", {argument}")),
                (None, None) => Rewrite::insert(span.start + 1, argument),
            }
        };
        let near = || self.calls().near(site);
        match_count(&self.calls().named(), self.count.0, &found, &Results::proof(done), rewrite, near)
    }
}
