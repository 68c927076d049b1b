//! Finds the blocks that the lines form, and lines with wrong indentation.

use super::PyFile;
use super::definition::{Enclosing, begin, comments_end};
use super::lexer::{Line, TokenKind};
use crate::syntax::Problem;
use crate::text::Span;

/// A block that is being read.
struct Block {
    /// The width of its header's indentation.
    width: usize,
    /// The width of its statements' indentation, once the first was seen.
    body: Option<usize>,
    /// The definition that it is the body of.
    definition: Option<usize>,
    inside: Enclosing,
    header: Span,
}

/// What is wrong with a decorator before another statement, or at the end.
const UNUSED_DECORATOR: &str = "neither a function nor a class follows this decorator";

/// Fills in the definitions of `file`. Returns, for each line, what encloses its first statement
/// and what encloses those after its colon.
pub(super) fn walk(file: &mut PyFile) -> Vec<(Enclosing, Enclosing)> {
    let lines = std::mem::take(&mut file.lines);
    let mut blocks: Vec<Block> = Vec::new();
    // Where the decorators of the next definition begin, and their indentation.
    let mut decorators: Option<(usize, usize)> = None;
    let mut siblings: Vec<(usize, bool)> = Vec::new();
    let mut enclosing_of = Vec::with_capacity(lines.len());
    let mut end = 0;
    for line in &lines {
        while let Some(block) = blocks.pop_if(|block| block.width >= line.width) {
            finish(file, &block, end);
        }
        indent(file, &mut blocks, line);
        let enclosing = blocks.last().map_or(Enclosing::default(), |block| block.inside);
        siblings.retain(|(width, _)| *width <= line.width);
        let before = siblings.pop_if(|(width, _)| *width == line.width).map(|(_, conditional)| conditional);
        end = line.span.end;
        if file.word(line.tokens.start) == b"@" {
            decorators.get_or_insert((line.span.start, line.width));
            enclosing_of.push((enclosing, enclosing));
            continue;
        }
        let compound = is_conditional(file, line, before);
        let (start, width) = decorators.take().unwrap_or((line.span.start, line.width));
        if width != line.width {
            let what = "this decorator has another indentation than what follows it";
            file.problems.push(Problem::new(Span::new(start, line.span.end), what));
        }
        let definition = begin(file, line, &enclosing, start).map(|definition| {
            file.definitions.push(definition);
            file.definitions.len() - 1
        });
        if definition.is_none() && start < line.span.start {
            file.problems.push(Problem::new(Span::new(start, line.span.end), UNUSED_DECORATOR));
        }
        let inside = compound.map_or(enclosing, |conditional| Enclosing {
            definition: definition.or(enclosing.definition),
            conditional: enclosing.conditional || conditional,
        });
        enclosing_of.push((enclosing, inside));
        siblings.extend(compound.map(|conditional| (line.width, conditional)));
        let last = &file.tokens[line.tokens.end - 1];
        if last.depth == 0 && last.span.of(&file.source) == b":" {
            blocks.push(Block { width: line.width, body: None, definition, inside, header: line.span });
        }
    }
    while let Some(block) = blocks.pop() {
        finish(file, &block, end);
    }
    if let Some((start, _)) = decorators {
        file.problems.push(Problem::new(Span::new(start, end), UNUSED_DECORATOR));
    }
    file.lines = lines;
    enclosing_of
}

/// Whether the block of the compound statement that `line` begins or continues may not run when the
/// module is imported; `None` for other statements. `before` says so of the clause before this one.
fn is_conditional(file: &PyFile, line: &Line, before: Option<bool>) -> Option<bool> {
    let has_colon = line.tokens.clone().any(|t| file.tokens[t].depth == 0 && file.word(t) == b":");
    let first = line.tokens.start;
    if !has_colon || file.tokens[first].kind != TokenKind::Word {
        return None;
    }
    let word = match file.word(first) {
        b"async" if line.tokens.contains(&(first + 1)) => file.word(first + 1),
        word => word,
    };
    match word {
        b"if" | b"try" | b"def" => Some(true),
        b"class" | b"for" | b"while" | b"with" | b"match" | b"case" => Some(false),
        b"elif" | b"else" | b"except" | b"finally" => Some(before.unwrap_or(false)),
        _ => None,
    }
}

/// Records the indentation of `line` in its block.
fn indent(file: &mut PyFile, blocks: &mut [Block], line: &Line) {
    let expected = match blocks.last_mut() {
        Some(block) => {
            if block.body.is_none()
                && let Some(definition) = block.definition
            {
                file.definitions[definition].indent = line.indent;
            }
            *block.body.get_or_insert(line.width)
        }
        None => 0,
    };
    if line.width != expected {
        let what = "no statement around this line has its indentation";
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
        let definition = &mut file.definitions[definition];
        definition.span.end = end;
        definition.append_at = comments_end(&file.source, end, width);
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
        let wrong = "no statement around this line has its indentation";
        assert_eq!(problems("  x = 1\n"), [wrong]);
        assert_eq!(problems("if a:\n    x\n  y\nz\n"), [wrong]);
        assert_eq!(problems("def f():\nx = 1\n"), ["no indented statement follows this line"]);
        assert!(problems("if a:\n\tx\n        y\n").is_empty());
    }

    #[test]
    fn a_decorator_without_a_definition_is_a_problem() {
        for source in ["@x\n", "@x", "@x\ny()\n", "class A:\n    @x\n    y = 1\n"] {
            assert_eq!(problems(source), [UNUSED_DECORATOR], "{source}");
        }
        assert!(problems("@x\n@y(\n1)\n# why\nasync def f(): pass\n@x\nclass A: pass\n").is_empty());
    }

    #[test]
    fn a_wrongly_indented_line_does_not_hide_what_follows() {
        let file = PyFile::parse(b"class A:\n    x = 1\n  y = 2\n    def f(self): pass\ndef g(): pass\n");
        let paths: Vec<_> = file.definitions().iter().map(|d| d.path.as_str()).collect();
        assert_eq!(paths, ["A", "A.f", "g"]);
    }
}
