//! Lines that get the indentation of the line that they go next to.

use crate::operation::lines::{common_indentation, indentation, push_indented};
use crate::operation::prelude::*;
use crate::syntax::python::PyFile;
use crate::text::{Comments, line_bounds, lines};

/// What the lines of a text are indented as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Indent {
    /// As the line of the anchor.
    Anchor,
}

/// The line of an anchor that text goes next to: its first one, or its last one if the text goes after it.
pub(super) fn line_of(text: &[u8], anchor: Span, after: bool) -> Span {
    let found = anchor.of(text);
    let blanks = found.iter().take_while(|b| b.is_ascii_whitespace()).count();
    let offset = if after { anchor.start + found.trim_ascii_end().len() - 1 } else { anchor.start + blanks };
    line_bounds(text, offset)
}

/// `text` as whole lines of `file`, indented as its line at `offset`. Lines inside a Python string stay as they are, and
/// directives of C stay at the margin.
pub(super) fn indented(file: &ParsedFile, text: &[u8], offset: usize) -> Vec<u8> {
    let ending = line_ending(&file.bytes);
    let margin = indentation(&file.bytes, offset);
    let text = as_lines(text, b"\n");
    let common = common_indentation(&text);
    let name = file.path.file_name();
    let is_c = Comments::of_file(name) == Comments::C;
    let python = name.ends_with(".py").then(|| PyFile::parse(text.clone()));
    let mut out = Vec::new();
    for span in lines(&text) {
        let line = span.of(&text);
        let line = line.strip_suffix(b"\n").unwrap_or(line);
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        let body = line.strip_prefix(&common[..]).unwrap_or(line);
        let is_fixed = python.as_ref().is_some_and(|python| python.is_inside_token(span.start));
        if is_fixed || body.is_empty() || is_c && body.starts_with(b"#") {
            out.extend_from_slice(if is_fixed { line } else { body });
        } else {
            push_indented(&mut out, margin, body);
        }
        out.extend_from_slice(ending);
    }
    out
}
