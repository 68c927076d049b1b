//! Walks the logical lines: which block each belongs to, and where indentation is wrong.

use super::PyFile;
use super::definition::{begin, behind_comments, docstring};
use super::lexer::{Kind, Line};
use crate::syntax::Problem;
use crate::text::Span;

/// Which kind of statement a block belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Family {
    If,
    Try,
    /// A loop, `with` or `match`.
    Other,
    Class,
    Function,
}

/// What stands around a statement.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Enclosing {
    /// The innermost definition.
    pub definition: Option<usize>,
    /// Whether something conditional stands between that definition and the statement.
    pub conditional: bool,
    pub in_if: bool,
    pub in_try: bool,
    pub in_function: bool,
}

impl Enclosing {
    fn inside(mut self, family: Family, definition: Option<usize>) -> Enclosing {
        match family {
            Family::If => self.in_if = true,
            Family::Try => self.in_try = true,
            Family::Function => self.in_function = true,
            Family::Other | Family::Class => {}
        }
        self.conditional = definition.is_none();
        self.definition = definition.or(self.definition);
        self
    }
}

/// A block that is being read.
struct Block {
    width: usize,
    /// The width of its statements, once one was seen.
    body: Option<usize>,
    definition: Option<usize>,
    inside: Enclosing,
    header: Span,
}

/// Fills in the definitions of `file`; for each line, what stands around its first statement and
/// around those behind its colon.
pub(super) fn walk(file: &mut PyFile) -> Vec<(Enclosing, Enclosing)> {
    let lines = std::mem::take(&mut file.lines);
    let mut blocks: Vec<Block> = Vec::new();
    let mut decorators: Vec<Span> = Vec::new();
    let mut siblings: Vec<(usize, Family)> = Vec::new();
    let mut around = Vec::with_capacity(lines.len());
    let mut end = 0;
    for line in &lines {
        while let Some(block) = blocks.pop_if(|block| block.width >= line.width) {
            finish(file, &block, end);
        }
        indent(file, &mut blocks, line);
        let enclosing = blocks.last().map_or(Enclosing::default(), |block| block.inside);
        siblings.retain(|(width, _)| *width <= line.width);
        let before = siblings.pop_if(|(width, _)| *width == line.width).map(|(_, family)| family);
        end = line.span.end;
        if file.word(line.tokens.start) == b"@" {
            decorators.push(line.span);
            around.push((enclosing, enclosing));
            continue;
        }
        let family = family(file, line, before);
        let decorators = std::mem::take(&mut decorators);
        let definition = begin(file, line, &enclosing, decorators).map(|definition| {
            file.definitions.push(definition);
            file.definitions.len() - 1
        });
        let inside = family.map_or(enclosing, |family| enclosing.inside(family, definition));
        around.push((enclosing, inside));
        siblings.extend(family.map(|family| (line.width, family)));
        let last = &file.tokens[line.tokens.end - 1];
        if last.depth == 0 && last.span.of(&file.source) == b":" {
            blocks.push(Block { width: line.width, body: None, definition, inside, header: line.span });
        }
    }
    while let Some(block) = blocks.pop() {
        finish(file, &block, end);
    }
    file.lines = lines;
    around
}

/// The family of the compound statement that `line` begins or goes on with; `None` for others.
fn family(file: &PyFile, line: &Line, before: Option<Family>) -> Option<Family> {
    let has_colon = line.tokens.clone().any(|t| file.tokens[t].depth == 0 && file.word(t) == b":");
    let first = line.tokens.start;
    if !has_colon || file.tokens[first].kind != Kind::Word {
        return None;
    }
    let word = match file.word(first) {
        b"async" if line.tokens.contains(&(first + 1)) => file.word(first + 1),
        word => word,
    };
    match word {
        b"if" => Some(Family::If),
        b"try" => Some(Family::Try),
        b"elif" | b"else" | b"except" | b"finally" => Some(before.unwrap_or(Family::Other)),
        b"class" => Some(Family::Class),
        b"def" => Some(Family::Function),
        b"for" | b"while" | b"with" | b"match" | b"case" => Some(Family::Other),
        _ => None,
    }
}

/// Notes the indentation of `line` in the block it belongs to.
fn indent(file: &mut PyFile, blocks: &mut [Block], line: &Line) {
    let expected = match blocks.last_mut() {
        Some(block) => {
            if block.body.is_none() {
                block.body = Some(line.width);
                if let Some(definition) = block.definition {
                    let docstring = docstring(file, line.tokens.start, line.tokens.end);
                    let definition = &mut file.definitions[definition];
                    definition.body = line.span;
                    definition.indent = line.indent;
                    definition.docstring = docstring;
                }
            }
            block.body.unwrap_or(line.width)
        }
        None => 0,
    };
    if line.width != expected {
        let what = "this line is indented like no statement around it";
        file.problems.push(Problem::new(line.span, what));
    }
}

/// Closes a block whose last line ends at `end`.
fn finish(file: &mut PyFile, block: &Block, end: usize) {
    let Some(width) = block.body else {
        file.problems.push(Problem::new(block.header, "no indented statement follows this line"));
        return;
    };
    if let Some(definition) = block.definition {
        let append_at = behind_comments(&file.source, end, width);
        let definition = &mut file.definitions[definition];
        definition.body = Span::new(definition.body.start, end);
        definition.span = Span::new(definition.span.start, end);
        definition.append_at = append_at;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problems(source: &str) -> Vec<String> {
        PyFile::parse(source.as_bytes()).problems().iter().map(|p| p.what.clone()).collect()
    }

    #[test]
    fn wrong_indentation_is_a_problem() {
        let wrong = "this line is indented like no statement around it";
        assert_eq!(problems("  x = 1\n"), [wrong]);
        assert_eq!(problems("if a:\n    x\n  y\nz\n"), [wrong]);
        assert_eq!(problems("def f():\nx = 1\n"), ["no indented statement follows this line"]);
        assert!(problems("if a:\n\tx\n        y\n").is_empty());
    }

    #[test]
    fn a_bad_line_does_not_hide_what_follows() {
        let file = PyFile::parse(b"class A:\n    x = 1\n  y = 2\n    def f(self): pass\ndef g(): pass\n");
        let paths: Vec<_> = file.definitions().iter().map(|d| d.path.as_str()).collect();
        assert_eq!(paths, ["A", "A.f", "g"]);
    }
}
