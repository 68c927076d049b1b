//! Reads m4 sources: statements of the shell, and calls of macros with statements in their arguments.
//!
//! Texts that are not shell code are in such files, too: prose, C. So nothing is an error: an `if` without a `fi` is a word.

use std::collections::HashSet;

use super::comment::{blanked, comments, comments_in_script};
use super::file::{
    Assignment, Block, BlockKind, Branch, Call, Case, Condition, Dialect, Function, M4File, Parts, Spelling,
};
use super::shell::{
    after_line_end, arguments, document_end, heredoc_word, is_name_byte, name_at, pair_end, quote_end,
    string_end, trimmed, unquoted,
};
use crate::text::{Span, tokens};

/// How deep statements may be nested.
const DEEPEST: usize = 60;

/// How many times the length of a source may be read without a result: from words that only look like the beginning of a compound
/// command.
const MOST_READ: usize = 50;

impl M4File {
    /// Parses `source`. Never fails.
    pub fn parse(source: &[u8], dialect: Dialect) -> M4File {
        let comments = match dialect {
            Dialect::M4 => comments(source),
            Dialect::Shell => comments_in_script(source),
        };
        let code = blanked(source, &comments);
        let mut parser = Parser {
            dialect,
            code: &code,
            parts: Parts::default(),
            depth: 0,
            failed: HashSet::new(),
            unread: code.len() * MOST_READ,
        };
        let all = Span::new(0, code.len());
        parser.block(all, all, BlockKind::File, &[]);
        let parts = parser.parts;
        let mut tokens = tokens(&code, all);
        // A backslash before a line end joins lines.
        tokens.retain(|token| token.of(&code) != b"\\" || after_line_end(&code, token.end).is_none());
        M4File { dialect, tokens, comments, code, parts }
    }

    /// Parses other code in the same language.
    pub fn parse_like(&self, code: &[u8]) -> M4File {
        M4File::parse(code, self.dialect)
    }
}

struct Parser<'a> {
    dialect: Dialect,
    code: &'a [u8],
    parts: Parts,
    depth: usize,
    /// Where no compound command begins, though it looks so.
    failed: HashSet<usize>,
    /// How many more bytes may be read without a result.
    unread: usize,
}

/// How many parts there are, to forget those after.
struct Mark([usize; 8]);

impl Parser<'_> {
    /// Reads statements in `span` up to one of the words `stops`, and records them. Returns where the stop begins.
    fn block(&mut self, span: Span, whole: Span, kind: BlockKind, stops: &[&[u8]]) -> usize {
        let (statements, stop) = self.list(span, stops);
        self.parts.ends.extend(statements.iter().map(|statement| statement.end));
        let end = if stops.is_empty() { whole.end } else { stop };
        self.parts.blocks.push(Block { span: Span::new(whole.start, end), statements, kind });
        stop
    }

    /// The statements in `span` up to a stop, and where that begins.
    fn list(&mut self, span: Span, stops: &[&[u8]]) -> (Vec<Span>, usize) {
        let mut statements = Vec::new();
        let mut at = span.start;
        loop {
            at = self.after_blanks(at, span.end);
            if at >= span.end {
                return (statements, span.end);
            }
            if stops.contains(&self.word(at, span.end)) {
                return (statements, at);
            }
            match self.code[at] {
                b';' | b'&' | b'|' => at += 1,
                b')' if !stops.contains(&&b")"[..]) => at += 1,
                _ => {
                    let end = self.statement(at, span.end, stops).max(at + 1);
                    let statement = trimmed(self.code, Span::new(at, end));
                    statements.push(statement);
                    at = end;
                }
            }
        }
    }

    /// The word or sign at `at`, as far as it may be a stop; nothing at the end.
    fn word(&self, at: usize, end: usize) -> &[u8] {
        let rest = &self.code[at..end];
        if rest.starts_with(b";;") {
            return &rest[..2];
        }
        let length = rest.iter().take_while(|b| !is_end_of_word(**b)).count();
        &rest[..length.max(1).min(rest.len())]
    }

    fn after_blanks(&self, mut at: usize, end: usize) -> usize {
        while at < end {
            match self.code[at] {
                b' ' | b'\t' | b'\r' | b'\n' => at += 1,
                b'\\' => match after_line_end(self.code, at + 1) {
                    Some(next) => at = next.min(end),
                    None => return at,
                },
                _ => return at,
            }
        }
        end
    }

    /// The end of the statement at `at`: a compound command or a simple one, with all that `&&` and `|` join to it.
    fn statement(&mut self, at: usize, end: usize, stops: &[&[u8]]) -> usize {
        let at = self.command(at, end);
        self.rest(at, end, stops)
    }

    /// The end of the compound command at `at`, or of the assignments with which a simple one begins.
    fn command(&mut self, at: usize, end: usize) -> usize {
        if self.depth >= DEEPEST || self.unread == 0 || self.failed.contains(&at) {
            return self.simple(at, end);
        }
        self.depth += 1;
        let compound = self.compound(at, end);
        self.depth -= 1;
        compound.unwrap_or_else(|| self.simple(at, end))
    }

    /// The end of the compound command at `at`, if that is one.
    fn compound(&mut self, at: usize, end: usize) -> Option<usize> {
        let parts = &self.parts;
        let mark = Mark([
            parts.blocks.len(),
            parts.calls.len(),
            parts.cases.len(),
            parts.conditions.len(),
            parts.assignments.len(),
            parts.ends.len(),
            parts.verbatim.len(),
            parts.functions.len(),
        ]);
        let word = self.word(at, end).to_vec();
        let after = at + word.len();
        let found = match &word[..] {
            b"if" => self.read_if(after, end),
            b"case" => self.read_case(at, end),
            b"for" | b"while" | b"until" => self.read_loop(after, end, word != b"for"),
            b"{" => self.group(after, end, b"}"),
            b"(" => self.group(after, end, b")"),
            _ if self.dialect == Dialect::Shell => match self.after_function_head(after, end) {
                Some(body) if !word.is_empty() => self.read_function(Span::new(at, after), body, end),
                _ => return None,
            },
            _ => return None,
        };
        if found.is_none() {
            self.failed.insert(at);
            self.unread = self.unread.saturating_sub(end - at);
            self.forget(&mark);
        }
        found
    }

    fn forget(&mut self, Mark(lengths): &Mark) {
        let parts = &mut self.parts;
        let [blocks, calls, cases, conditions, assignments, ends, verbatim, functions] = *lengths;
        parts.blocks.truncate(blocks);
        parts.calls.truncate(calls);
        parts.cases.truncate(cases);
        parts.conditions.truncate(conditions);
        parts.assignments.truncate(assignments);
        parts.ends.truncate(ends);
        parts.verbatim.truncate(verbatim);
        parts.functions.truncate(functions);
    }

    /// Reads a block up to one of `stops`. Returns the stop and the offset after it.
    fn body(&mut self, at: usize, end: usize, stops: &[&[u8]]) -> Option<(Vec<u8>, usize)> {
        let span = Span::new(at, end);
        let stop = self.block(span, span, BlockKind::Body, stops);
        if stop == end {
            return None;
        }
        let word = self.word(stop, end).to_vec();
        Some((word.clone(), stop + word.len()))
    }

    fn group(&mut self, at: usize, end: usize, stop: &[u8]) -> Option<usize> {
        self.body(at, end, &[stop]).map(|(_, at)| at)
    }

    /// The offset after the brace that opens the body of a function whose name ends at `at`.
    fn after_function_head(&self, at: usize, end: usize) -> Option<usize> {
        let open = self.after_blanks(at, end);
        let rest = self.code[open..end].strip_prefix(b"(")?.trim_ascii_start().strip_prefix(b")")?;
        let brace = self.after_blanks(end - rest.len(), end);
        (self.word(brace, end) == b"{").then_some(brace + 1)
    }

    fn read_function(&mut self, name: Span, body: usize, end: usize) -> Option<usize> {
        let (_, after) = self.body(body, end, &[b"}"])?;
        self.parts.ends.push(body);
        let (span, body) = (Span::new(name.start, after), Span::new(body, after - 1));
        self.parts.functions.push(Function { name, span, body });
        Some(after)
    }

    fn read_if(&mut self, at: usize, end: usize) -> Option<usize> {
        let mut at = self.condition(at, end, b"then")?;
        loop {
            let (word, next) = self.body(at, end, &[b"elif", b"else", b"fi"])?;
            at = match &word[..] {
                b"elif" => self.condition(next, end, b"then")?,
                b"else" => return self.body(next, end, &[b"fi"]).map(|(_, at)| at),
                _ => return Some(next),
            };
        }
    }

    fn read_loop(&mut self, at: usize, end: usize, has_condition: bool) -> Option<usize> {
        let at = if has_condition {
            self.condition(at, end, b"do")?
        } else {
            let (_, stop) = self.list(Span::new(at, end), &[b"do"]);
            if stop == end {
                return None;
            }
            stop + 2
        };
        self.parts.ends.push(at);
        self.body(at, end, &[b"done"]).map(|(_, at)| at)
    }

    /// Reads a condition up to the word `stop`. Returns the offset after it.
    fn condition(&mut self, at: usize, end: usize, stop: &[u8]) -> Option<usize> {
        let (statements, found) = self.list(Span::new(at, end), &[stop]);
        let (first, last) = (statements.first()?, statements.last()?);
        if found == end {
            return None;
        }
        self.parts.conditions.push(Condition { span: Span::new(first.start, last.end) });
        self.parts.ends.extend([last.end, found + stop.len()]);
        Some(found + stop.len())
    }

    fn read_case(&mut self, start: usize, end: usize) -> Option<usize> {
        let mut at = self.after_blanks(start + 4, end);
        let subject_start = at;
        let mut subject_end = at;
        while self.word(at, end) != b"in" || at == subject_start {
            let next = self.end_of_word(at, end);
            if next == at {
                return None;
            }
            subject_end = next;
            at = self.after_blanks(next, end);
            if at >= end {
                return None;
            }
        }
        at += 2;
        self.parts.ends.push(at);
        let mut branches = Vec::new();
        loop {
            at = self.after_blanks(at, end);
            if at < end && self.word(at, end) == b"esac" {
                break;
            }
            let (branch, next) = self.branch(at, end)?;
            branches.push(branch);
            at = next;
        }
        let (span, subject) = (Span::new(start, at + 4), Span::new(subject_start, subject_end));
        self.parts.cases.push(Case { span, subject, branches, spelling: Spelling::Shell });
        Some(at + 4)
    }

    /// Reads the branch of a `case` of the shell at `start`.
    fn branch(&mut self, start: usize, end: usize) -> Option<(Branch, usize)> {
        let mut at = start;
        if self.code.get(at) == Some(&b'(') {
            at += 1;
        }
        let pattern_start = at;
        while *self.code[..end].get(at)? != b')' {
            at = match self.code[at] {
                // `@<:@` is a bracket that m4 does not count.
                b' ' | b'\t' | b'|' | b'<' | b'>' => at + 1,
                b'\\' if after_line_end(self.code, at + 1).is_some() => at + 2,
                b'\r' | b'\n' | b'(' | b';' | b'&' => return None,
                _ => self.end_of_word(at, end).max(at + 1),
            };
        }
        let pattern = trimmed(self.code, Span::new(pattern_start, at));
        self.parts.ends.push(at + 1);
        let span = Span::new(at + 1, end);
        let stop = self.block(span, span, BlockKind::Branch, &[b";;", b"esac"]);
        if stop == end {
            return None;
        }
        let body = Span::new(at + 1, stop);
        let ends = self.code[stop..].starts_with(b";;").then_some(Span::new(stop, stop + 2));
        let last = ends.map_or(at + 1 + body.of(self.code).trim_ascii_end().len(), |end| end.end);
        let branch = Branch { span: Span::new(start, last), pattern: Some(pattern), body, end: ends };
        Some((branch, ends.map_or(stop, |end| end.end)))
    }

    /// The end of the word at `at`, with all its strings, references and brackets.
    fn end_of_word(&mut self, mut at: usize, end: usize) -> usize {
        while at < end {
            if is_end_of_word(self.code[at]) && self.code[at] != b'(' {
                break;
            }
            let next = self.step(at, end);
            at = next.max(at + 1);
        }
        at.min(end)
    }

    /// The offset after a sign of a word, or after the string, reference, brackets or call that it begins.
    fn step(&mut self, at: usize, end: usize) -> usize {
        let code = self.code;
        let found = match code[at] {
            b'\\' => Some(after_line_end(code, at + 1).unwrap_or(at + 2)),
            b'"' | b'\'' | b'`' => {
                string_end(code, at, end).inspect(|next| self.verbatim(Span::new(at, *next)))
            }
            b'$' if matches!(code[..end].get(at + 1), Some(b'(' | b'{')) => pair_end(code, at + 1, end),
            b'(' => pair_end(code, at, end),
            b'[' if self.dialect == Dialect::M4 => {
                quote_end(code, at, end).inspect(|next| self.nested(Span::new(at, *next)))
            }
            byte if is_name_byte(byte) => {
                let name = name_at(code, at, end);
                let is_call = self.dialect == Dialect::M4
                    && code[..end].get(name.end) == Some(&b'(')
                    && !byte.is_ascii_digit();
                is_call.then(|| self.call(name, end)).flatten().or(Some(name.end))
            }
            _ => None,
        };
        found.unwrap_or(at + 1).min(end)
    }

    fn verbatim(&mut self, span: Span) {
        if span.of(self.code).contains(&b'\n') {
            self.parts.verbatim.push(span);
        }
    }

    /// Reads what is in brackets, if that may be statements.
    fn nested(&mut self, quoted: Span) {
        if quoted.of(self.code).contains(&b'\n') && self.depth < DEEPEST {
            self.depth += 1;
            let inside = Span::new(quoted.start + 1, quoted.end - 1);
            self.block(inside, inside, BlockKind::Argument, &[]);
            self.depth -= 1;
        }
    }

    /// Reads the call of the macro `name`. Returns where it ends; `None` if it does not.
    fn call(&mut self, name: Span, end: usize) -> Option<usize> {
        let (arguments, after) = arguments(self.code, name.end, end)?;
        if self.depth >= DEEPEST {
            return Some(after);
        }
        self.depth += 1;
        for argument in &arguments {
            let (inside, is_quoted) = unquoted(self.code, *argument);
            if is_quoted {
                self.block(inside, inside, BlockKind::Argument, &[]);
            } else {
                // Statements without quotes are not taken for units, since a comma in them ends the argument.
                self.list(*argument, &[]);
            }
        }
        self.depth -= 1;
        // Its head has as many of its arguments as tell it from other calls.
        self.parts.ends.extend(arguments.iter().flat_map(|argument| [argument.end, argument.end + 1]));
        let span = Span::new(name.start, after);
        match name.of(self.code) {
            b"AS_CASE" => self.macro_case(span, &arguments),
            b"AS_IF" => {
                let tested = arguments.chunks(2).filter(|pair| pair.len() == 2);
                let inside = |argument: Span| trimmed(self.code, unquoted(self.code, argument).0);
                let conditions = tested.map(|pair| Condition { span: inside(pair[0]) });
                self.parts.conditions.extend(conditions);
            }
            _ => {}
        }
        self.parts.calls.push(Call { name, span, arguments });
        Some(after)
    }

    fn macro_case(&mut self, span: Span, arguments: &[Span]) {
        let Some((subject, rest)) = arguments.split_first() else { return };
        let inside = |argument: Span| unquoted(self.code, argument).0;
        let branches = rest.chunks(2).filter_map(|pair| match *pair {
            [pattern, body] => Some(Branch {
                span: Span::new(pattern.start, body.end),
                pattern: Some(trimmed(self.code, inside(pattern))),
                body: inside(body),
                end: None,
            }),
            // A comma after the last branch is followed by an empty argument.
            [body] if !body.is_empty() => {
                Some(Branch { span: body, pattern: None, body: inside(body), end: None })
            }
            _ => None,
        });
        let (branches, subject) = (branches.collect(), inside(*subject));
        self.parts.cases.push(Case { span, subject, branches, spelling: Spelling::Macro });
    }

    /// The end of the assignments at `at`.
    fn simple(&mut self, at: usize, end: usize) -> usize {
        let is_export = self.word(at, end) == b"export";
        let mut at = if is_export { self.after_blanks(at + 6, end) } else { at };
        // Assignments come before the command.
        loop {
            let name = name_at(self.code, at, end);
            let is_assignment = !name.is_empty()
                && !self.code[at].is_ascii_digit()
                && self.code[..end].get(name.end) == Some(&b'=');
            if !is_assignment {
                return at;
            }
            let value_end = self.end_of_word(name.end + 1, end);
            self.parts.assignments.push(Assignment { name, value: Span::new(name.end + 1, value_end) });
            let blanks = self.code[value_end..end].iter().take_while(|b| matches!(b, b' ' | b'\t')).count();
            at = value_end + blanks;
        }
    }

    /// The end of a statement whose first words end at `at`.
    fn rest(&mut self, at: usize, end: usize, stops: &[&[u8]]) -> usize {
        let mut at = at;
        let mut documents: Vec<Vec<u8>> = Vec::new();
        while at < end {
            let rest = &self.code[at..end];
            match rest[0] {
                b'\n' if !documents.is_empty() => {
                    let from = at + 1;
                    at = documents.drain(..).fold(from, |at, word| document_end(self.code, at, end, &word));
                    self.parts.verbatim.push(Span::new(from - 1, at));
                    return at.saturating_sub(1).max(from - 1);
                }
                b'\n' | b';' => return at,
                b'\r' if rest.get(1) == Some(&b'\n') && documents.is_empty() => return at,
                b')' if stops.contains(&&b")"[..]) => return at,
                b'<' if rest.starts_with(b"<<") && rest.get(2) != Some(&b'<') => {
                    let word = heredoc_word(&rest[2..]);
                    if let Some(word) = word {
                        documents.push(word);
                    }
                    at += 2;
                }
                b'>' | b'<' if rest.get(1) == Some(&b'&') => at += 2,
                b'&' | b'|' if rest.get(1) == Some(&rest[0]) || rest[0] == b'|' => {
                    let next = self.after_blanks(at + 1 + usize::from(rest.get(1) == Some(&rest[0])), end);
                    if !documents.is_empty() || next >= end || stops.contains(&self.word(next, end)) {
                        at += 1;
                        continue;
                    }
                    at = self.command(next, end);
                }
                b'&' => return at,
                _ => at = self.step(at, end).max(at + 1),
            }
        }
        end
    }
}

fn is_end_of_word(byte: u8) -> bool {
    byte.is_ascii_whitespace() || matches!(byte, b';' | b'&' | b'|' | b'(' | b')' | b'<' | b'>')
}
