//! `c.remove-argument`.

use super::argument::{Calls, FoundCall};
use super::macros::is_same_value;
use crate::operation::arguments::arguments;
use crate::operation::prelude::*;

arguments! {
    /// `c.remove-argument`: removes an argument from calls of a function.
    ///
    /// Calls without the argument have it removed already; without any call, the call is missing.
    ///
    /// ```yaml
    /// file: Python/import.c
    /// c.remove-argument: {call: open_file, argument: use_mpi}
    /// ```
    /// ```diff
    ///  int load(char *name)
    ///  {
    /// -    return open_file(name, use_mpi, 1);
    /// +    return open_file(name, 1);
    ///  }
    /// ```
    /// ```yaml
    /// file: Python/import.c
    /// c.remove-argument: {call: setup, first: '1', argument: verbose}
    /// ```
    /// ```diff
    ///  void init(void)
    ///  {
    ///      setup(0, verbose);
    /// -    setup(1, verbose);
    /// +    setup(1);
    ///  }
    /// ```
    pub struct RemoveArgument {
        /// The function that is called.
        call: String; not_empty,
        /// The first argument of the call.
        first: Option<String>,
        /// The argument.
        argument: String; not_empty,
        /// How many calls have the argument.
        count: Count,
    }
}

impl RemoveArgument {
    fn calls(&self) -> Calls<'_> {
        Calls { call: &self.call, first: self.first.as_deref() }
    }

    /// The argument in a call, with the comma and blanks that go with it.
    fn removed(&self, text: &[u8], call: &FoundCall) -> Option<Span> {
        let is_own = |span: &Span| is_same_value(span.of(text), self.argument.as_bytes());
        let all = &call.arguments;
        let number = all.iter().position(is_own)?;
        Some(match (all.get(number + 1), number.checked_sub(1)) {
            (Some(next), _) => Span::new(all[number].start, next.start),
            (None, Some(before)) => Span::new(all[before].end, all[number].end),
            (None, None) => all[number],
        })
    }
}

impl Operate for RemoveArgument {
    fn describe(&self) -> Description<'_> {
        self.calls().describe().removes()
    }

    fn check(&self, _texts: &Texts) -> Result<(), String> {
        let is_first = self
            .first
            .as_ref()
            .is_some_and(|first| is_same_value(first.as_bytes(), self.argument.as_bytes()));
        ensure(!is_first, "names the argument that it removes by `first`: leave that out")?;
        self.calls().check(&self.argument)
    }

    fn resolve(&self, site: &Site<'_>) -> Answer {
        let text = &site.file.bytes;
        let calls = self.calls().find(site);
        let found: Vec<Span> = calls.iter().filter_map(|call| self.removed(text, call)).collect();
        let named = self.calls().named();
        match (calls.first(), found.is_empty()) {
            (Some(call), true) => return already(call.span.start),
            (None, _) => {
                let near = self.calls().near(site);
                return Err(Miss::new(format!("{named} was not found")).near(near).into());
            }
            (Some(_), false) => {}
        }
        let what = format!("the argument `{}` of {named}", self.argument.trim());
        match_count(&what, self.count.0, &found, &Results::proof(Vec::new()), Rewrite::remove, Vec::new)
    }
}
