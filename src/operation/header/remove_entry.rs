//! `header.remove-entry`.

use crate::operation::arguments::arguments;
use crate::operation::prelude::*;
use crate::syntax::template::Template;
use crate::text::{distance, line_from};

arguments! {
    /// `header.remove-entry`: removes an `#undef` and the comment above it from a template that autoheader writes, such as
    /// pyconfig.h.in.
    ///
    /// An `#undef` under a condition of its own is not an entry. Where a similar name is left, the entry is missing, not already
    /// removed.
    ///
    /// ```yaml
    /// file: pyconfig.h.in
    /// header.remove-entry: {name: HAVE_CTERMID}
    /// ```
    /// ```diff
    ///  #undef HAVE_CONFSTR
    ///
    /// -/* Define to 1 if you have the 'ctermid' function. */
    /// -#undef HAVE_CTERMID
    /// -
    ///  /* Define to 1 if you have the 'dup3' function. */
    ///  #undef HAVE_DUP3
    /// ```
    /// ```yaml
    /// file: pyconfig.h.in
    /// header.remove-entry: {name: uid_t}
    /// ```
    /// ```diff
    ///  #undef size_t
    ///
    /// -/* Define to `int' if <sys/types.h> doesn't define. */
    /// -#undef uid_t
    /// -
    ///  #endif /*Py_PYCONFIG_H*/
    /// ```
    pub struct RemoveEntry {
        /// The macro.
        name: String,
    }
}

impl Operate for RemoveEntry {
    fn describe(&self) -> Description<'_> {
        Description::new(Anchor::Text(self.name.clone())).label(self.name.clone()).removes()
    }

    moves_to!(self, Anchor::Text(name) => self.name = name);

    fn check(&self, _texts: &Texts) -> Result<(), String> {
        ensure(!self.name.trim().is_empty(), "has an empty `name`")
    }

    fn resolve(&self, site: &Site<'_>) -> Answer {
        let text = &site.file.bytes;
        let template = Template::parse(text);
        let own = template.entries.iter().filter(|entry| entry.name.of(text) == self.name.as_bytes());
        let own: Vec<Span> = own.map(|entry| entry.span).collect();
        match own[..] {
            [entry] => {
                // The blank line after it goes, too, unless it is the only one there.
                let next = line_from(text, entry.end);
                let is_blank = |span: Span| !span.is_empty() && span.of(text).trim_ascii().is_empty();
                let before = entry.start == 0 || text[..entry.start].ends_with(b"\n\n");
                let before = before || text[..entry.start].ends_with(b"\n\r\n");
                let end = if before && is_blank(next) { next.end } else { entry.end };
                change_at(vec![entry], vec![Rewrite::remove(Span::new(entry.start, end))])
            }
            [] => {
                if let Some(other) = template.others.iter().find(|name| name.of(text) == self.name.as_bytes())
                {
                    return refused("the `#undef` is under a condition of its own", other.start);
                }
                let is_similar = |name: &Span| {
                    name.len().abs_diff(self.name.len()) <= 1
                        && distance(&String::from_utf8_lossy(name.of(text)), &self.name) == 1
                };
                let names = template.entries.iter().map(|entry| entry.name);
                let near: Vec<usize> = names.filter(is_similar).map(|name| name.start).take(5).collect();
                if near.is_empty() {
                    return already(site.scope.start);
                }
                let what = format!("no entry `{}` was found, but a similar one was", self.name);
                let mut miss = Miss::new(what).near(near);
                miss.results = vec![site.scope.start];
                Err(miss.into())
            }
            _ => {
                let what = format!("expected 1 entry `{}`, found {}", self.name, own.len());
                Err(Failure::ambiguous(what, own.iter().map(|entry| entry.start)))
            }
        }
    }
}
