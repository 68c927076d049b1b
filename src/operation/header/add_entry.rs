//! `header.add-entry`.

use crate::operation::arguments::arguments;
use crate::operation::prelude::*;
use crate::syntax::template::{Entry, Template};
use crate::text::lines;

/// How long a line is at most where autoheader wraps a comment.
const WIDTH: usize = 78;

arguments! {
    /// `header.add-entry`: adds an `#undef` with its comment to a template that autoheader writes, such as pyconfig.h.in, at its
    /// alphabetical place. config.status replaces it by what configure decided.
    ///
    /// A template without an `#undef` does not fit, and an entry whose name configure.ac does not check is a lint. An entry of the name
    /// is already made, whatever its comment.
    ///
    /// ```yaml
    /// file: pyconfig.h.in
    /// header.add-entry: {name: HAVE_DEVICE_OPEN, comment: Define to 1 if you have the 'device_open' function.}
    /// ```
    /// ```diff
    ///  /* Define to 1 if you have the 'ctermid' function. */
    ///  #undef HAVE_CTERMID
    ///
    /// +/* Define to 1 if you have the 'device_open' function. */
    /// +#undef HAVE_DEVICE_OPEN
    /// +
    ///  /* Define to 1 if you have the 'dup3' function. */
    ///  #undef HAVE_DUP3
    /// ```
    /// ```yaml
    /// file: pyconfig.h.in
    /// header.add-entry:
    ///   name: WITH_VENDOR
    ///   comment: Define if the interpreter runs on the device, which has neither shared libraries nor a file system
    /// ```
    /// ```diff
    ///  /* Define if you want pymalloc */
    ///  #undef WITH_PYMALLOC
    /// +
    /// +/* Define if the interpreter runs on the device, which has neither shared
    /// +   libraries nor a file system */
    /// +#undef WITH_VENDOR
    ///
    ///  #endif /*Py_PYCONFIG_H*/
    /// ```
    pub struct AddEntry {
        /// The macro.
        name: String,
        /// The text of the comment above it, which is wrapped as autoheader does.
        comment: Option<String>,
    }
}

impl AddEntry {
    /// The lines of the entry.
    fn lines(&self, ending: &[u8]) -> Vec<u8> {
        let mut comment = String::new();
        if let Some(text) = &self.comment {
            comment.push_str("/*");
            let mut width = comment.len();
            for word in text.split_whitespace().chain(["*/"]) {
                let is_next = width + 1 + word.chars().count() <= WIDTH;
                comment.push_str(if is_next { " " } else { "\n   " });
                width = if is_next { width + 1 } else { 3 } + word.chars().count();
                comment.push_str(word);
            }
            comment.push('\n');
        }
        as_lines(format!("{comment}#undef {}", self.name).as_bytes(), ending)
    }

    /// Where the entry is put before another one or a block under a condition; `None` for the end.
    fn place(&self, text: &[u8], template: &Template) -> Option<usize> {
        let own = self.name.as_bytes();
        let index = template.entries.iter().position(|entry| entry.name.of(text) > own)?;
        let before = index.checked_sub(1).map(|index| &template.entries[index]);
        let start = before.map_or(template.entries[index].span.start, |entry| entry.span.end);
        let mut at = template.entries[index].span.start;
        // Blocks that are not a plain `#undef` are sorted by a name, too.
        for block in blocks(text, Span::new(start, at)).into_iter().rev() {
            let key = key(text, template, block, before);
            match key {
                Some(key) if key > own => at = block.start,
                Some(_) | None => break,
            }
        }
        Some(at)
    }
}

impl Operate for AddEntry {
    fn describe(&self) -> Description<'_> {
        Description::new(Anchor::File).label(self.name.clone())
    }

    fn check(&self, _texts: &Texts) -> Result<(), String> {
        let is_name = self.name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
        ensure(is_name && !self.name.is_empty(), "has a `name` that no macro has")?;
        let comment = self.comment.as_deref().unwrap_or("x");
        ensure(!comment.trim().is_empty(), "has an empty `comment`")?;
        ensure(
            !comment.contains("*/") && !comment.contains("/*"),
            "has a `comment` with `/*` or `*/`: write its text only",
        )
    }

    fn resolve(&self, site: &Site<'_>) -> Answer {
        let text = &site.file.bytes;
        let template = Template::parse(text);
        let mut names =
            template.entries.iter().map(|entry| entry.name).chain(template.others.iter().copied());
        if let Some(name) = names.find(|name| name.of(text) == self.name.as_bytes()) {
            return already(name.start);
        }
        let Some(last) = template.entries.last() else {
            return Err(Miss::new("the file has no `#undef` at the beginning of a line").into());
        };
        let ending = line_ending(text);
        let own = self.lines(ending);
        let is_dense = template.entries.windows(2).all(|pair| pair[0].span.end == pair[1].span.start);
        let gap = if is_dense && template.entries.len() > 1 { b"" } else { ending };
        change(vec![match self.place(text, &template) {
            Some(at) => Rewrite::insert(at, [&own, gap].concat()),
            None => insert_lines(text, last.span.end, &[gap, &own].concat()),
        }])
    }
}

/// The parts of a text that blank lines separate.
fn blocks(text: &[u8], within: Span) -> Vec<Span> {
    let mut found: Vec<Span> = Vec::new();
    let mut is_new = true;
    for line in lines(within.of(text)) {
        let is_blank = line.of(within.of(text)).trim_ascii().is_empty();
        let line = Span::new(within.start + line.start, within.start + line.end);
        match found.last_mut() {
            Some(last) if !is_new && !is_blank => last.end = line.end,
            Some(_) | None if !is_blank => found.push(line),
            Some(_) | None => {}
        }
        is_new = is_blank;
    }
    found
}

/// The name by which autoheader sorts a block.
fn key<'a>(text: &'a [u8], template: &Template, block: Span, before: Option<&Entry>) -> Option<&'a [u8]> {
    let names: Vec<&[u8]> =
        template.others.iter().filter(|name| block.contains(**name)).map(|name| name.of(text)).collect();
    // The block of AC_USE_SYSTEM_EXTENSIONS.
    if names.contains(&&b"_ALL_SOURCE"[..]) {
        return Some(b"USE_SYSTEM_EXTENSIONS");
    }
    names.into_iter().find(|name| before.is_none_or(|before| *name > before.name.of(text)))
}
