//! `c.replace`.

use super::code::{check_code, in_place, indented, named_code, scope_with};
use crate::operation::arguments::arguments;
use crate::operation::lines::indentation;
use crate::operation::prelude::*;
use crate::operation::text::near_lines;
use crate::operation::value::Function as Wanted;
use crate::text::line_bounds;

arguments! {
    /// `c.replace`: replaces code inside a function, or anywhere in a file.
    ///
    /// It refuses an edit after which the braces, parentheses or `#if`s of the file are no longer balanced. Strings and
    /// comments do not match.
    ///
    /// ```yaml
    /// file: Python/import.c
    /// c.replace: {function: load, find: 'fopen(name, "rb")', with: 'yod_open(name)'}
    /// ```
    /// ```diff
    ///  void load(void)
    ///  {
    /// -    fp = fopen(name, "rb");
    /// +    fp = yod_open(name);
    ///  }
    /// ```
    /// ```yaml
    /// file: Python/pythonrun.c
    /// c.replace: {find: 'Py_Exit(1)', with: 'device_exit(1)', count: 2}
    /// ```
    /// ```diff
    ///  void a(void)
    ///  {
    ///      if (x)
    /// -        Py_Exit( 1 );
    /// +        device_exit(1);
    ///  }
    /// -void b(void) { Py_Exit(1); /* Py_Exit(1) */ }
    /// +void b(void) { device_exit(1); /* Py_Exit(1) */ }
    /// ```
    pub struct Replace {
        /// The function; the whole file unless given.
        function: Option<Wanted>,
        /// The code to replace.
        find: String,
        /// The new code.
        with: Text,
        /// How many matches the code has.
        count: Count,
    }
}

impl Operate for Replace {
    fn describe(&self) -> Description<'_> {
        let function = self.function.as_ref().map_or("", |function| &function.name);
        let word = self.find.split(|sign: char| !sign.is_ascii_alphanumeric() && sign != '_').next();
        Description::new(Anchor::Code {
            function: self.function.clone(),
            code: Some(self.find.clone()),
            count: Some(self.count.0),
        })
        .label(format!("{function}.{}", word.unwrap_or_default()))
        .texts([&self.with])
        .within()
    }

    fn check(&self, texts: &Texts) -> Result<(), String> {
        let is_empty = texts.get(&self.with).trim_ascii().is_empty();
        ensure(!is_empty, "has an empty `with`: write `c.remove` to remove statements")?;
        check_code([("find", self.find.as_bytes()), ("with", texts.get(&self.with))])
    }

    moves_to!(self, Anchor::Code { function, code: Some(find), count: Some(count) } =>
        (self.function, self.find, self.count) = (function, find, Count(count)));

    fn resolve(&self, site: &Site<'_>) -> Answer {
        let file = site.file;
        let ending = line_ending(&file.bytes);
        let with = site.texts.get(&self.with).trim_ascii_end();
        let scope = scope_with(site, self.function.as_ref(), &[self.find.as_bytes(), with])?;
        let found = file.c().find_code(self.find.as_bytes(), scope);
        let mut done = file.c().find_code(with, scope);
        // A replacement that is part of the anchor does not show a finished change.
        done.retain(|d| !found.iter().any(|f| f.contains(*d) && f != d));
        let what = named_code(&self.find, self.function.as_ref());
        let rewrite = |span: Span| {
            let margin = indentation(&file.bytes, span.start);
            // A directive goes to the margin.
            if with.starts_with(b"#")
                && line_bounds(&file.bytes, span.start).start + margin.len() == span.start
            {
                let line = span.start - margin.len();
                let lines = indented(with, margin, ending);
                return Rewrite::replace(Span::new(line, span.end), lines.trim_ascii_end());
            }
            Rewrite::replace(span, in_place(with, margin, ending))
        };
        let results = results((file, scope), (self.find.as_bytes(), with), &found, done);
        match_count(&what, self.count.0, &found, &results, rewrite, || near_lines(file, &self.find, with))
    }
}
