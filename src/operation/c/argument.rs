//! Finds calls and their arguments.

use super::code::one_line;
use super::macros::is_same_value;
use crate::operation::prelude::*;

/// Which calls an operation means.
pub(super) struct Calls<'a> {
    pub call: &'a str,
    pub first: Option<&'a str>,
}

/// A call that was found.
pub(super) struct FoundCall {
    /// The arguments with their parentheses.
    pub span: Span,
    /// Each argument.
    pub arguments: Vec<Span>,
}

impl Calls<'_> {
    /// The calls in the scope of the site.
    pub fn find(&self, site: &Site<'_>) -> Vec<FoundCall> {
        let (c, text) = (site.file.c(), &site.file.bytes);
        let calls = c.calls(self.call, site.scope).into_iter();
        let all = calls.map(|call| FoundCall { span: call.arguments, arguments: c.arguments(call) });
        let is_wanted = |call: &FoundCall| {
            let first = call.arguments.first().map_or(&b""[..], |first| first.of(text));
            self.first.is_none_or(|wanted| is_same_value(first, wanted.as_bytes()))
        };
        all.filter(is_wanted).collect()
    }

    /// Names the calls in messages.
    pub fn named(&self) -> String {
        let first = self.first.map_or(String::new(), |first| format!("({}", one_line(first)));
        format!("the call `{}{first}`", self.call)
    }

    /// Calls of the function with another first argument.
    pub fn near(&self, site: &Site<'_>) -> Vec<usize> {
        site.file.c().calls(self.call, site.scope).iter().map(|call| call.callee.start).take(5).collect()
    }

    /// What the rest of the program has to know.
    pub fn describe(&self) -> Description<'static> {
        let first = self.first.map_or(String::new(), |first| format!("({first}"));
        Description::new(Anchor::Text(format!("{}{first}", self.call))).label(self.call).within()
    }

    /// Checks what the types cannot say.
    pub fn check(&self, argument: &str) -> Result<(), String> {
        ensure(!self.call.trim().is_empty(), "has an empty `call`")?;
        ensure(crate::syntax::c::is_expression(argument.trim().as_bytes()), "needs an argument on one line")
    }
}
