//! The logical lines and rules of a Makefile as units.

use crate::operation::lines::{common_indentation, indentation};
use crate::operation::prelude::*;
use crate::operation::unit::{Edge, Units};
use crate::syntax::makefile::is_directive;
use crate::text::lines;

/// Commands, definitions of variables, rules and conditionals.
pub(super) struct Lines;

impl Units for Lines {
    fn noun(&self) -> &'static str {
        "line"
    }

    fn find(&self, file: &ParsedFile, code: &[u8], scope: Span) -> Vec<Span> {
        file.makefile().find_code(&file.bytes, code, scope)
    }

    fn whole(&self, file: &ParsedFile, span: Span) -> Option<Span> {
        file.makefile().unit(span)
    }

    fn begins(&self, file: &ParsedFile, unit: Span, offset: usize) -> bool {
        // What make itself reads before a command belongs to it.
        let is_sign = |b: &u8| b.is_ascii_whitespace() || matches!(b, b'-' | b'@' | b'+');
        let before = Span::new(unit.start, offset).of(&file.bytes);
        before.trim_ascii().is_empty() || before.starts_with(b"\t") && before.iter().all(is_sign)
    }

    fn ends(&self, file: &ParsedFile, offset: usize) -> bool {
        file.makefile().ends_line(&file.bytes, offset)
    }

    fn edge(&self, site: &Site<'_>, edge: Edge) -> Option<(usize, Vec<u8>)> {
        let (file, scope) = (site.file, site.scope);
        let makefile = file.makefile();
        let place = |start: usize, end: usize, margin: &[u8]| {
            let at = match edge {
                Edge::Start => start,
                Edge::End => end,
            };
            Some((at, margin.to_vec()))
        };
        if !site.is_limited {
            return place(makefile.first_code(&file.bytes), scope.end, b"");
        }
        let rule = makefile.rules.iter().find(|rule| rule.span == scope)?;
        place(rule.header.end, rule.span.end, b"\t")
    }

    fn margin(&self, file: &ParsedFile, unit: Span) -> Vec<u8> {
        let margin = indentation(&file.bytes, unit.start);
        // A conditional inside a recipe begins at column 0, the commands around it do not. Elsewhere, a tab would make a
        // command of a line after a rule.
        match (file.makefile().recipe_at(unit.start).is_some(), margin.starts_with(b"\t")) {
            (true, false) => b"\t".to_vec(),
            (false, true) => Vec::new(),
            (true, true) | (false, false) => margin.to_vec(),
        }
    }

    fn indented(&self, file: &ParsedFile, text: &[u8], margin: &[u8]) -> Vec<u8> {
        let is_command = margin.starts_with(b"\t");
        let common = if is_command { common_indentation(text) } else { Vec::new() };
        let mut out = Vec::new();
        let mut continues = false;
        for line in lines(text) {
            let line = line.of(text);
            let line = line.strip_prefix(&common[..]).unwrap_or(line);
            // Make takes a directive after a tab for a command.
            let is_directive = is_command && !continues && is_directive(line);
            if !is_directive && !line.trim_ascii().is_empty() {
                out.extend_from_slice(margin);
            }
            out.extend_from_slice(line);
            continues = line.trim_ascii_end().ends_with(b"\\");
        }
        as_lines(&out, line_ending(&file.bytes))
    }

    fn comments(&self, file: &ParsedFile) -> Vec<Span> {
        file.makefile().comments(&file.bytes)
    }

    fn is_in_block(&self, file: &ParsedFile, unit: Span, margin: &[u8]) -> bool {
        self.margin(file, unit) == margin
    }

    fn check_move(
        &self,
        file: &ParsedFile,
        unit: Span,
        insertion: &Rewrite,
        margin: &[u8],
    ) -> Result<(), Failure> {
        if self.is_in_block(file, unit, margin) {
            return Ok(());
        }
        let why = match margin {
            [] => "it is in a recipe, and would be outside of one",
            _ => "it is not a command, and would be in a recipe",
        };
        Err(Failure::refused(why, insertion.span.start))
    }

    fn is_comment(&self, line: &[u8]) -> bool {
        line.starts_with(b"#")
    }
}
