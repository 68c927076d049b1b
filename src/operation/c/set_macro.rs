//! `c.set-macro`.

use super::macros::{check_name, check_value, definitions, is_same_value, near_macros, spliced};
use crate::operation::arguments::arguments;
use crate::operation::prelude::*;

arguments! {
    /// `c.set-macro`: changes the value of a `#define`. Its name, parameters and comment stay.
    ///
    /// It refuses an empty value: write `c.remove-macro`. A macro that is defined several times needs a scope, `find` or `count`.
    ///
    /// ```yaml
    /// file: Python/import.c
    /// c.set-macro: {name: MAXPATHLEN, value: '4096'}
    /// ```
    /// ```diff
    /// -#define MAXPATHLEN 1024 /* bytes */
    /// +#define MAXPATHLEN 4096 /* bytes */
    ///  int x;
    /// ```
    /// ```yaml
    /// file: Python/import.c
    /// within: {if: '#else'}
    /// c.set-macro: {name: MAX, value: (a) + 2}
    /// ```
    /// ```diff
    ///  #ifdef MPI
    ///  #define MAX(a) 1
    ///  #else
    /// -#define MAX(a) ((a) + \
    /// -                1)
    /// +#define MAX(a) (a) + 2
    ///  #endif
    /// ```
    pub struct SetMacro {
        /// The macro, without parameters.
        name: String,
        /// The new value.
        value: String,
        /// The old value of the definition to change, if the macro has several definitions.
        find: Option<String>,
        /// How many definitions it has in the scope.
        count: Count,
    }
}

impl Operate for SetMacro {
    fn describe(&self) -> Description<'_> {
        Description::new(Anchor::Text(self.name.clone()))
            .compared(Compared::Value)
            .label(self.name.clone())
            .within()
    }

    moves_to!(self, Anchor::Text(name) => self.name = name);

    fn check(&self, _texts: &Texts) -> Result<(), String> {
        check_name(&self.name)?;
        ensure(!self.value.trim().is_empty(), "has an empty `value`")?;
        let is_new = |old: &String| !is_same_value(old.as_bytes(), self.value.as_bytes());
        ensure(self.find.as_ref().is_none_or(is_new), "does nothing: `find` is the same as `value`")?;
        check_value(&self.value)
    }

    fn resolve(&self, site: &Site<'_>) -> Answer {
        let text = &site.file.bytes;
        let all = definitions(site, &self.name);
        let is_value = |span: &Span, value: &String| is_same_value(span.of(text), value.as_bytes());
        let mut found: Vec<Span> = all.iter().map(|define| define.value).collect();
        if let Some(old) = &self.find {
            let made: Vec<usize> =
                found.iter().filter(|span| is_value(span, &self.value)).map(|span| span.start).collect();
            found.retain(|span| is_value(span, old));
            if found.is_empty() && made.len() >= self.count.0 {
                return Ok(Resolution::Already(made));
            }
        }
        let value = spliced(&self.value, line_ending(text));
        let is_done = |span: &Span| is_value(span, &self.value);
        let done: Vec<Span> = found.iter().copied().filter(is_done).collect();
        // `#define A"x"` has no blank after the name.
        let is_joined = |at: usize| at > 0 && (text[at - 1].is_ascii_alphanumeric() || text[at - 1] == b'_');
        let rewrite = |span: Span| match span.is_empty() || is_joined(span.start) {
            true => Rewrite::replace(span, [b" ", &value[..]].concat()),
            false => Rewrite::replace(span, value.clone()),
        };
        let what = format!("the definition of `{}`", self.name);
        match_count(&what, self.count.0, &found, &Results::proof(done), rewrite, || {
            near_macros(site, &self.name)
        })
    }
}
