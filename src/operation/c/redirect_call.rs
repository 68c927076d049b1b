//! `c.redirect-call`.

use super::code::function;
use crate::operation::arguments::arguments;
use crate::operation::prelude::*;
use crate::operation::value::Function as Wanted;

arguments! {
    /// `c.redirect-call`: makes a function call another function instead of one that it calls.
    ///
    /// It refuses a function whose braces or conditionals are not balanced. Strings, comments and longer names do not
    /// match.
    ///
    /// ```yaml
    /// file: Python/import.c
    /// c.redirect-call: {function: load, from: fopen, to: yod_open}
    /// ```
    /// ```diff
    ///  void load(void)
    ///  {
    /// -    fp = fopen(name);
    /// +    fp = yod_open(name);
    ///  }
    /// ```
    /// ```yaml
    /// file: Parser/tokenizer.c
    /// c.redirect-call: {function: check, from: isatty, to: device_isatty, count: 2}
    /// ```
    /// ```diff
    ///  int check(void)
    ///  {
    /// -    if (isatty(0) && isatty(1))
    /// +    if (device_isatty(0) && device_isatty(1))
    ///          return 1;
    ///      return fstat(0, &st);
    ///  }
    /// ```
    pub struct RedirectCall {
        /// The function that has the calls.
        function: Wanted,
        /// The called function.
        from: String,
        /// The function to call instead.
        to: String,
        /// How many calls match.
        count: Count,
    }
}

impl Operate for RedirectCall {
    fn describe(&self) -> Description<'_> {
        Description::new(Anchor::Call {
            function: self.function.clone(),
            callee: self.from.clone(),
            count: self.count.0,
        })
        .compared(Compared::Line)
        .within()
        .label(format!("{}.{}", self.function.name, self.from))
    }

    moves_to!(self, Anchor::Call { function, callee, count } =>
        (self.function, self.from, self.count) = (function, callee, Count(count)));

    fn resolve(&self, site: &Site<'_>) -> Answer {
        let c = site.file.c();
        let function = function(site, &self.function)?;
        let callees = |name: &str| -> Vec<Span> {
            c.calls(name, function.body).iter().map(|call| call.callee).collect()
        };
        let what = format!("the call of `{}` in `{}`", self.from, self.function.name);
        let rewrite = |span| Rewrite::replace(span, self.to.as_str());
        let (found, done) = (callees(&self.from), callees(&self.to));
        match match_count(&what, self.count.0, &found, &Results::proof(done), rewrite, Vec::new) {
            Err(Failure::Missing(mut miss)) => {
                let calls = c.calls(&self.from, site.file.span());
                let elsewhere = calls.iter().map(|call| call.callee.start).take(5);
                miss.near.extend(elsewhere.map(|at| (at, "a call in another function".to_owned())));
                Err(miss.into())
            }
            answer => answer,
        }
    }
}
