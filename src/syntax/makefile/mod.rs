//! Finds rules, prerequisites, recipes, variables and conditionals of a Makefile (or Makefile.pre.in).

mod code;
mod condition;
mod conditional;

use super::shell;
use crate::text::{Span, line_from, skip_blanks};

pub(crate) use code::{is_same_code, logical_lines};
pub use condition::Condition;
pub(crate) use condition::condition;
pub use conditional::Conditional;
pub(crate) use conditional::is_directive;

/// A parsed Makefile.
#[derive(Debug, Clone, Default)]
pub struct Makefile {
    /// The rules, in order.
    pub rules: Vec<Rule>,
    /// The variables, in the order of their definitions.
    pub variables: Vec<Variable>,
    /// The conditionals that are closed, in the order of their ends: an inner one is before the one around it.
    pub conditionals: Vec<Conditional>,
    /// All logical lines, in order.
    lines: Vec<Line>,
    /// Whether the last line ends in a backslash, so that it would continue on an appended one.
    pub continues: bool,
}

/// One rule. `a b: c` is one rule of two targets.
#[derive(Debug, Clone)]
pub struct Rule {
    /// The words of the targets.
    pub targets: Vec<Span>,
    /// The colon or double colon between targets and prerequisites.
    pub colon: Span,
    /// The words of the prerequisites, continuation lines included.
    pub prerequisites: Vec<Span>,
    /// The rule's first logical line, its line end included.
    pub header: Span,
    /// The recipe: a span for each logical line, with the leading tab and without the line end.
    pub recipe: Vec<Span>,
    /// The whole rule, from the first target to the line end of the last recipe line, or of the `endif` after it.
    pub span: Span,
}

/// A logical line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Line {
    /// Its bytes, line end included.
    span: Span,
    kind: LineKind,
}

/// What a logical line is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum LineKind {
    /// Blank, or a comment of make.
    Empty,
    /// A line of a recipe.
    Recipe,
    /// The head of a rule.
    Rule,
    /// A definition of a variable.
    Variable,
    /// `ifeq`, `else`, `endif`.
    Directive,
    /// Anything else: `include`, `@SUBST@`.
    Other,
}

/// A definition of a variable.
#[derive(Debug, Clone)]
pub struct Variable {
    /// Its name.
    pub name: Span,
    /// `=`, `:=`, `?=` or `+=`.
    pub operator: Span,
    /// Its value, continuation lines included, without blanks around it, comment or line end.
    pub value: Span,
}

impl Makefile {
    /// Parses `text`. Lines that are neither a rule nor a variable (comments, conditionals,
    /// substitutions such as `@SET_MAKE@`) are skipped.
    pub fn parse(text: &[u8]) -> Makefile {
        let mut makefile = Makefile::default();
        let mut open = conditional::Open::default();
        let mut in_recipe = false;
        let mut at = 0;
        while at < text.len() {
            let line = logical_line(text, at);
            at = line.end;
            makefile.continues = continues(line.of(text));
            let kind = makefile.read(text, line, in_recipe);
            makefile.lines.push(Line { span: line, kind });
            match kind {
                LineKind::Rule => in_recipe = true,
                LineKind::Variable => in_recipe = false,
                LineKind::Directive => makefile.conditionals.extend(open.read(text, line)),
                // A recipe may continue after `include` and `@SUBST@`.
                LineKind::Empty | LineKind::Recipe | LineKind::Other => {}
            }
            if kind == LineKind::Directive && in_recipe {
                makefile.extend_rule();
            }
        }
        makefile
    }

    /// Reads a logical line.
    fn read(&mut self, text: &[u8], line: Span, in_recipe: bool) -> LineKind {
        let body = without_line_end(text, line);
        if text[line.start] == b'\t' && in_recipe {
            if let Some(rule) = self.rules.last_mut() {
                rule.recipe.push(body);
                rule.span.end = line.end;
            }
            return LineKind::Recipe;
        }
        let first = skip_blanks(text, body.start, body.end);
        if first == body.end || text[first] == b'#' {
            return LineKind::Empty;
        }
        if conditional::directive(&text[first..body.end]).is_some() {
            LineKind::Directive
        } else if let Some(variable) = variable(text, body) {
            self.variables.push(variable);
            LineKind::Variable
        } else if let Some(rule) = rule(text, body, line) {
            self.rules.push(rule);
            LineKind::Rule
        } else {
            LineKind::Other
        }
    }

    /// Extends the last rule over the conditional that was just read, if that ends after a command of its recipe.
    fn extend_rule(&mut self) {
        let (Some(rule), Some(last)) = (self.rules.last_mut(), self.conditionals.last()) else { return };
        let has_command = rule.recipe.iter().any(|command| last.span().contains(*command));
        if has_command && last.span().start >= rule.span.start && last.span().end > rule.span.end {
            rule.span.end = last.span().end;
        }
    }

    /// The rules that have `target` among their targets.
    pub fn rules_of<'a, 't>(&'a self, text: &'t [u8], target: &'t [u8]) -> impl Iterator<Item = &'a Rule> {
        self.rules.iter().filter(move |rule| rule.targets.iter().any(|t| t.of(text) == target))
    }

    /// The definitions of the variable `name`.
    pub fn variables_of<'a>(&'a self, text: &'a [u8], name: &'a [u8]) -> impl Iterator<Item = &'a Variable> {
        self.variables.iter().filter(move |variable| variable.name.of(text) == name)
    }
}

/// The line at `start` with its continuation lines and its line end.
fn logical_line(text: &[u8], start: usize) -> Span {
    let mut end = line_from(text, start).end;
    while end < text.len() && continues(&text[start..end]) {
        end = line_from(text, end).end;
    }
    Span::new(start, end)
}

fn continues(line: &[u8]) -> bool {
    let body = without_line_end(line, Span::new(0, line.len())).of(line);
    body.iter().rev().take_while(|b| **b == b'\\').count() % 2 == 1
}

fn without_line_end(text: &[u8], line: Span) -> Span {
    let body = line.of(text);
    let body = body.strip_suffix(b"\n").unwrap_or(body);
    let body = body.strip_suffix(b"\r").unwrap_or(body);
    Span::new(line.start, line.start + body.len())
}

fn variable(text: &[u8], body: Span) -> Option<Variable> {
    let start = skip_blanks(text, body.start, body.end);
    let is_name = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.');
    let name = Span::new(start, start + text[start..body.end].iter().take_while(|b| is_name(b)).count());
    let at = skip_blanks(text, name.end, body.end);
    let length = match &text[at..body.end] {
        [b':', b':', b'=', ..] => 3,
        [b':' | b'?' | b'+' | b'!', b'=', ..] => 2,
        [b'=', ..] => 1,
        _ if at > name.end && matches!(name.of(text), b"export" | b"override") => {
            return variable(text, Span::new(at, body.end));
        }
        _ => return None,
    };
    if name.is_empty() {
        return None;
    }
    let operator = Span::new(at, at + length);
    let from = skip_blanks(text, operator.end, body.end);
    let to = value_end(text, from, comment_start(text, from, body.end), body.end);
    Some(Variable { name, operator, value: Span::new(from, to) })
}

/// Where a value ends: before blanks, and before a backslash that no more words follow.
fn value_end(text: &[u8], from: usize, mut to: usize, line_end: usize) -> usize {
    loop {
        let backslashes = text[from..to].iter().rev().take_while(|b| **b == b'\\').count();
        let continues = to == line_end || matches!(text[to], b'\r' | b'\n');
        match text[from..to].last() {
            Some(b' ' | b'\t' | b'\r' | b'\n') => to -= 1,
            Some(b'\\') if continues && backslashes % 2 == 1 => to -= 1,
            _ => return to,
        }
    }
}

/// Where a comment starts in `from..end`, else `end`. `\#` and a `#` inside `$(...)` start none.
fn comment_start(text: &[u8], from: usize, end: usize) -> usize {
    let mut at = from;
    while at < end {
        match text[at] {
            b'#' => return at,
            b'\\' => at += 2,
            b'$' => at = shell::reference_end(text, at, end),
            _ => at += 1,
        }
    }
    end
}

fn rule(text: &[u8], body: Span, line: Span) -> Option<Rule> {
    let mut start = body.start;
    while start < body.end && text[start] != b':' {
        match text[start] {
            b'#' | b'=' => return None,
            b'$' => start = shell::reference_end(text, start, body.end),
            _ => start += 1,
        }
    }
    if start >= body.end {
        return None;
    }
    let colon = Span::new(start, if text.get(start + 1) == Some(&b':') { start + 2 } else { start + 1 });
    // `a: B = c` gives `a` a variable of its own, and `$(A) := b` is not a rule either.
    if text[colon.end..body.end].starts_with(b"=") || variable(text, Span::new(colon.end, body.end)).is_some()
    {
        return None;
    }
    let targets = words(text, Span::new(body.start, colon.start));
    if targets.is_empty() {
        return None;
    }
    // The first command of a recipe may follow a `;`.
    let (mut end, mut recipe) = (comment_start(text, colon.end, body.end), Vec::new());
    let mut at = colon.end;
    while at < end {
        match text[at] {
            b';' => {
                recipe.push(Span::new(at + 1, end));
                end = at;
            }
            b'$' => at = shell::reference_end(text, at, end),
            _ => at += 1,
        }
    }
    let prerequisites = words(text, Span::new(colon.end, end));
    if prerequisites.iter().any(|word| word.of(text).contains(&b'=') && !word.of(text).contains(&b'$')) {
        return None;
    }
    Some(Rule { targets, colon, prerequisites, header: line, recipe, span: line })
}

/// The commands of a line of a recipe, after make's own signs before the first one.
pub fn recipe_commands(text: &[u8], line: Span) -> Vec<shell::Command> {
    let is_sign = |b: &&u8| matches!(b, b' ' | b'\t' | b'-' | b'@' | b'+');
    let signs = line.of(text).iter().take_while(is_sign).count();
    shell::commands(text, Span::new(line.start + signs, line.end))
}

/// The words of `within`, separated by blanks and continuation lines; a variable reference and a blank after a `\` are
/// part of one word.
pub(crate) fn words(text: &[u8], within: Span) -> Vec<Span> {
    let mut words = Vec::new();
    let mut at = within.start;
    while at < within.end {
        match text[at] {
            b' ' | b'\t' | b'\r' | b'\n' => at += 1,
            b'\\' if matches!(text.get(at + 1), Some(b'\n' | b'\r')) => at += 2,
            _ => {
                let start = at;
                while at < within.end && !matches!(text[at], b' ' | b'\t' | b'\r' | b'\n') {
                    at = match text[at] {
                        b'$' => shell::reference_end(text, at, within.end),
                        b'\\' if matches!(text.get(at + 1), Some(b'\n' | b'\r')) => break,
                        b'\\' if matches!(text.get(at + 1), Some(b' ' | b'\t')) && at + 1 < within.end => {
                            at + 2
                        }
                        _ => at + 1,
                    };
                }
                words.push(Span::new(start, at));
            }
        }
    }
    words
}

/// Whether what follows `text` would be a part of its last word or variable reference: `a\`, `a$`, `$(a`.
pub(crate) fn is_open(text: &[u8]) -> bool {
    if text.ends_with(b"\\") {
        return true;
    }
    let followed = [text, b" "].concat();
    let mut at = 0;
    while at < text.len() {
        at = if text[at] == b'$' { shell::reference_end(&followed, at, followed.len()) } else { at + 1 };
    }
    at > text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(text: &[u8], spans: &[Span]) -> Vec<String> {
        spans.iter().map(|s| String::from_utf8_lossy(s.of(text)).into_owned()).collect()
    }

    #[test]
    fn prerequisites_are_words_over_continuation_lines() {
        let text = b"all:\t\t$(B) old \\\r\n  new # not this\r\n\t@echo a; \\\r\n\t  b\r\n";
        let makefile = Makefile::parse(text);
        let rule = &makefile.rules[0];
        assert_eq!(texts(text, &rule.prerequisites), ["$(B)", "old", "new"]);
        assert_eq!(texts(text, &rule.recipe), ["\t@echo a; \\\r\n\t  b"]);
        assert_eq!(rule.span, Span::new(0, text.len()));
    }

    #[test]
    fn variables_are_not_taken_for_rules() {
        let text = b"A=\tx y # c\nB := $(A:.c=.o)\n$(C) D: e; run\nF+= \\\n\tg\n";
        let makefile = Makefile::parse(text);
        let values: Vec<_> = makefile.variables.iter().map(|v| v.value).collect();
        assert_eq!(texts(text, &values), ["x y", "$(A:.c=.o)", "\\\n\tg"]);
        assert_eq!(texts(text, &makefile.rules[0].targets), ["$(C)", "D"]);
        assert_eq!(texts(text, &makefile.rules[0].recipe), [" run"]);
    }

    #[test]
    fn a_recipe_continues_after_blank_lines_and_comments() {
        let text = b"a: b\n\tone\n\n# comment\n\ttwo\nc: d\n";
        let makefile = Makefile::parse(text);
        assert_eq!(texts(text, &makefile.rules[0].recipe), ["\tone", "\ttwo"]);
        assert_eq!(makefile.rules.len(), 2);
    }

    #[test]
    fn a_rule_is_found_by_a_whole_target_word() {
        let text = b"oldall: x\nall: y\n";
        let makefile = Makefile::parse(text);
        assert_eq!(makefile.rules_of(text, b"all").count(), 1);
    }
}
