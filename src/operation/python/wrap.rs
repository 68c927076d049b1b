//! `python.wrap`.

use super::statements::{Statements, check_statements, require_statements};
use crate::operation::lines::indentation;
use crate::operation::prelude::*;
use crate::operation::text::near_lines;
use crate::operation::unit::Units;
use crate::text::lines;

/// `python.wrap`: puts whole statements into the block of an `if` or a `try`.
///
/// It refuses a part of a statement, and a file that does not parse.
///
/// ```yaml
/// file: Lib/site.py
/// within: {function: main}
/// python.wrap: {from: 'user = getuser()', if: HAVE_PASSWD, otherwise: user = None}
/// ```
/// ```diff
///  def main():
/// -    user = getuser()
/// +    if HAVE_PASSWD:
/// +        user = getuser()
/// +    else:
/// +        user = None
///      return user
/// ```
/// ```yaml
/// file: Lib/getpass.py
/// python.wrap: {from: import termios, except: ImportError, otherwise: termios = None}
/// ```
/// ```diff
///  import sys
/// -import termios
/// +try:
/// +    import termios
/// +except ImportError:
/// +    termios = None
/// ```
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
#[cfg_attr(test, schemars(extend("oneOf" = [{"required": ["if"]}, {"required": ["except"]}])))]
pub struct Wrap {
    /// The first code to wrap, with the statement that it is in.
    #[cfg_attr(test, schemars(length(min = 1)))]
    pub from: String,
    /// The last code to wrap.
    pub to: Option<String>,
    /// The condition of an `if` around the statements.
    #[serde(rename = "if")]
    pub condition: Option<String>,
    /// The exceptions of a `try` around the statements: `OSError`, `(ImportError, OSError)`.
    pub except: Option<String>,
    /// The statements of the other case: of the `else`, or of the `except`, where they are `pass` unless given.
    pub otherwise: Option<Text>,
}

impl Wrap {
    /// What is put before the statements, and after them.
    fn frame(&self, site: &Site<'_>, margin: &[u8], step: &[u8]) -> (Vec<u8>, Vec<u8>) {
        let ending = line_ending(&site.file.bytes);
        let line = |text: String| [margin, text.as_bytes(), ending].concat();
        let inner = [step, margin].concat();
        let text = self.otherwise.as_ref().map(|text| site.texts.get(text));
        let block = |text: &[u8]| Statements.indented(site.file, text, &inner);
        match (&self.condition, &self.except) {
            (Some(condition), _) => {
                let other = text.map(|text| [line("else:".to_owned()), block(text)].concat());
                (line(format!("if {}:", condition.trim())), other.unwrap_or_default())
            }
            (None, except) => {
                let except = except.as_deref().unwrap_or_default().trim();
                let except = line(format!("except {except}:"));
                (line("try:".to_owned()), [except, block(text.unwrap_or(b"pass"))].concat())
            }
        }
    }

    /// The whole statements to wrap.
    fn statements(&self, site: &Site<'_>) -> Result<Span, Failure> {
        let file = site.file;
        let one = |code: &str, scope: Span| {
            let found = Statements.find(file, code.as_bytes(), scope);
            let what = format!("the code `{}`", code.split_whitespace().collect::<Vec<_>>().join(" "));
            match found[..] {
                [one] => Ok(one),
                [] => {
                    Err(Miss::new(format!("{what} was not found")).near(near_lines(file, code, &[])).into())
                }
                _ => {
                    let what = format!("expected 1 match of {what}, found {}", found.len());
                    Err(Failure::ambiguous(what, found.iter().map(|span| span.start)))
                }
            }
        };
        let first = one(&self.from, site.scope)?;
        let last = match &self.to {
            Some(to) => one(to, Span::new(first.start, site.scope.end))?,
            None => first,
        };
        let all = Span::new(first.start, last.end);
        let none = || Failure::refused("this is not part of a statement", first.start);
        Statements.whole(file, all).ok_or_else(none)
    }
}

impl Operate for Wrap {
    fn describe(&self) -> Description<'_> {
        Description::new(Anchor::Text(self.from.clone())).texts(&self.otherwise).within()
    }

    moves_to!(self, Anchor::Text(from) => self.from = from);

    fn check(&self, texts: &Texts) -> Result<(), String> {
        ensure(!self.from.trim().is_empty(), "has an empty anchor")?;
        ensure(self.condition.is_some() != self.except.is_some(), "needs either `if` or `except`")?;
        self.otherwise.as_ref().map_or(Ok(()), |text| check_statements(texts.get(text)))
    }

    fn code_mut(&mut self) -> Option<&mut Text> {
        self.otherwise.as_mut()
    }

    fn resolve(&self, site: &Site<'_>) -> Answer {
        require_statements(site.file)?;
        let (file, text) = (site.file, &site.file.bytes);
        let unit = self.statements(site)?;
        let margin = indentation(text, unit.start);
        let step: &[u8] = if margin.starts_with(b"\t") { b"\t" } else { b"    " };
        let (before, after) = self.frame(site, margin, step);
        // The statements of a finished change are one step deeper, between the two parts of the frame. The step is put before
        // the margin, which may end in other blanks.
        let outer = margin.strip_prefix(step).unwrap_or(margin);
        let (done_before, done_after) = self.frame(site, outer, step);
        if text[..unit.start].ends_with(&done_before) && text[unit.end..].starts_with(&done_after) {
            return already(unit.start);
        }
        let python = file.python();
        let mut deltas = vec![Rewrite::insert(unit.start, [&before[..], step].concat())];
        for line in lines(unit.of(text)).skip(1) {
            let at = unit.start + line.start;
            let is_blank = Span::new(at, unit.start + line.end).of(text).trim_ascii().is_empty();
            // The inside of a string of several lines is not code.
            if !is_blank && !python.is_inside_token(at) {
                deltas.push(Rewrite::insert(at, step));
            }
        }
        if !after.is_empty() {
            deltas.push(insert_lines(text, unit.end, &after));
        }
        change_at(vec![unit], deltas)
    }
}
