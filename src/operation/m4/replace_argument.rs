//! `m4.replace-argument`.

use super::statements::check_code;
use crate::operation::arguments::arguments;
use crate::operation::prelude::*;
use crate::syntax::m4::Call;
use crate::syntax::m4::Dialect;

arguments! {
    /// `m4.replace-argument`: replaces an argument of a macro call. Arguments that are missing before it become `[]`.
    ///
    /// It does not fit where no call has that first argument, and is ambiguous where several have.
    ///
    /// ```yaml
    /// file: configure.ac
    /// m4.replace-argument: {call: PY_STDLIB_MOD, first: _foo, number: 5, with: '[$FOO_LIBS]'}
    /// ```
    /// ```diff
    ///  PY_STDLIB_MOD([_bar], [], [yes])
    /// -PY_STDLIB_MOD([_foo], [], [yes])
    /// +PY_STDLIB_MOD([_foo], [], [yes], [], [$FOO_LIBS])
    ///  AC_OUTPUT
    /// ```
    /// ```yaml
    /// file: configure.ac
    /// m4.replace-argument: {call: AC_CHECK_LIB, first: nsl, number: 2, with: '[device_open]'}
    /// ```
    /// ```diff
    /// -AC_CHECK_LIB(nsl, t_open, [LIBS="-lnsl $LIBS"])
    /// +AC_CHECK_LIB(nsl, [device_open], [LIBS="-lnsl $LIBS"])
    ///  AC_CHECK_LIB(socket, socket)
    /// ```
    pub struct ReplaceArgument {
        /// The macro that is called.
        call: String; not_empty,
        /// The first argument of the call, or the words that it begins with. The quotes of m4 do not matter.
        first: Option<String>,
        /// The number of the argument, from 1.
        number: usize; to_99,
        /// The new argument, with the quotes that it needs.
        with: String,
        /// How many calls match.
        count: Count,
    }
}

impl ReplaceArgument {
    /// The rewrite of one call.
    fn rewrite(&self, text: &[u8], call: &Call) -> Rewrite {
        let with = self.with.trim();
        if let Some(old) = call.arguments.get(self.number - 1) {
            let blanks = text[old.start..].iter().take_while(|b| **b == b' ').count();
            return if old.is_empty() && blanks > 0 {
                Rewrite::replace(Span::new(old.start, old.start + blanks), format!(" {with}"))
            } else {
                Rewrite::replace(*old, with)
            };
        }
        // A new argument gets a line of its own if the last one has it.
        let separator = match call.arguments[..] {
            [.., before, last] => Span::new(before.end, last.start).of(text),
            _ => b", ",
        };
        let separator = if separator.contains(&b'\n') { separator } else { b", " };
        let missing = self.number - 1 - call.arguments.len();
        let mut added = Vec::new();
        for argument in std::iter::repeat_n("[]", missing).chain([with]) {
            added.extend_from_slice(separator);
            added.extend_from_slice(argument.as_bytes());
        }
        let end = call.arguments.last().map_or(call.span.end - 1, |last| last.end);
        Rewrite::insert(end, added)
    }
}

impl Operate for ReplaceArgument {
    fn describe(&self) -> Description<'_> {
        let first = self.first.as_ref().map_or(String::new(), |first| format!("({first}"));
        Description::new(Anchor::Text(format!("{}{first}", self.call))).compared(Compared::Value).within()
    }

    fn check(&self, _texts: &Texts) -> Result<(), String> {
        ensure(!self.call.trim().is_empty(), "has an empty `call`")?;
        ensure((1..=99).contains(&self.number), "has a `number` that is not from 1 to 99")?;
        let is_quoted = !self.with.contains(',') || self.with.trim().starts_with('[');
        ensure(is_quoted, "has a comma outside of `[` and `]`, which would begin another argument")?;
        check_code(self.with.as_bytes(), Dialect::M4)
    }

    fn resolve(&self, site: &Site<'_>) -> Answer {
        let (m4, text) = (site.file.m4(), &site.file.bytes);
        let calls = m4.find_calls(&self.call, self.first.as_deref(), site.scope);
        let found: Vec<Span> = calls.iter().map(|call| call.span).collect();
        let is_done = |call: &&&Call| {
            let own = call.arguments.get(self.number - 1);
            own.is_some_and(|own| own.of(text) == self.with.trim().as_bytes())
        };
        let done = calls.iter().filter(is_done).map(|call| call.span).collect();
        let first = self.first.as_ref().map_or(String::new(), |first| format!("({first}"));
        let named = format!("the call `{}{first}`", self.call);
        let rewrite = |span: Span| {
            let call =
                calls.iter().find(|call| call.span == span).expect("it is one of the calls that were found");
            self.rewrite(text, call)
        };
        let near = || {
            let of_macro = m4.find_calls(&self.call, None, site.scope).into_iter();
            let firsts = of_macro.filter_map(|call| call.arguments.first());
            let firsts =
                firsts.map(|first| (first.start, String::from_utf8_lossy(m4.unquoted(*first).of(text))));
            nearest(self.first.as_deref().unwrap_or_default(), firsts)
        };
        match_count(&named, self.count.0, &found, &Results::proof(done), rewrite, near)
    }
}
