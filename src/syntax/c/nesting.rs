//! Which bracket closes which, in every variant the preprocessor may choose.
//!
//! Each branch of an `#if` group starts from the brackets open at the `#if`. Branches should end
//! with the same brackets open; where they do not, the first one counts and the group is a
//! problem. What stands under `#if 0` counts only when nothing else does.
//!
//! Inside braces only brackets and directives are made tokens of: that is all it takes to know where
//! functions begin and end, and most of a file is bodies that nobody asks for.

use super::condition::{Branch, Conditional, Place, Places, condition_text};
use super::directive::{self, Keyword};
use super::lexer::{Kind, Lexer, Token};
use crate::syntax::Problem;
use crate::text::Span;

/// No bracket: the outermost level.
const NONE: u32 = u32::MAX;

/// A file's tokens, and their nesting.
#[derive(Debug, Default)]
pub(super) struct Nesting {
    /// All tokens outside braces; inside them the brackets and directives.
    pub tokens: Vec<Token>,
    /// The tokens outside all brackets, which themselves stand there. An `extern "C"` brace is none.
    pub top: Vec<usize>,
    partner: Vec<u32>,
    pub groups: Vec<Conditional>,
    pub places: Places,
    pub problems: Vec<Problem>,
}

impl Nesting {
    /// The bracket that closes the bracket at `token`, or that it closes. Where variants close one
    /// bracket several times it is the last of them.
    pub fn partner(&self, token: usize) -> Option<usize> {
        Some(self.partner[token]).filter(|p| *p != NONE).map(|p| p as usize)
    }
}

/// An open bracket. They form a tree, so that remembering where a branch began costs nothing.
struct Open {
    token: u32,
    around: u32,
    level: u16,
    kind: u8,
    /// Whether it is a brace, or stands inside one.
    in_braces: bool,
    /// The bracket that does this one's work in the next variant.
    twin: u32,
}

/// An `#if` group being read.
struct Frame {
    group: usize,
    place: u32,
    at_start: u32,
    chosen: Option<u32>,
    dead: bool,
    left_dead: Option<u32>,
    has_else: bool,
    disagrees: bool,
}

struct Walk<'a> {
    source: &'a [u8],
    open: Vec<Open>,
    /// The innermost open bracket.
    now: u32,
    frames: Vec<Frame>,
    out: Nesting,
}

/// Reads `source`, bodies too where `whole` is set. Gives the problems of single tokens apart from those
/// of their nesting.
pub(super) fn read(source: &[u8], whole: bool) -> (Nesting, Vec<Problem>) {
    // CPython's files have a token here for every 14 to 22 bytes. Growing copies; but where much too much is asked for, the
    // allocator maps and unmaps it each time.
    let room = source.len() / 12;
    let out = Nesting {
        tokens: Vec::with_capacity(room),
        top: Vec::with_capacity(room / 4),
        partner: Vec::with_capacity(room),
        ..Nesting::default()
    };
    let mut walk = Walk { source, open: Vec::with_capacity(room / 2), now: NONE, frames: Vec::new(), out };
    let mut lexer = Lexer::new(source);
    while let Some(token) = if walk.in_braces() && !whole { lexer.landmark() } else { lexer.token() } {
        walk.take(token);
    }
    (walk.finish(), lexer.problems)
}

impl Walk<'_> {
    fn level(&self) -> u16 {
        if self.now == NONE { 0 } else { self.open[self.now as usize].level }
    }

    fn in_braces(&self) -> bool {
        self.now != NONE && self.open[self.now as usize].in_braces
    }

    /// Takes the next token.
    fn take(&mut self, token: Token) {
        let i = self.out.tokens.len();
        self.out.tokens.push(token);
        self.out.partner.push(NONE);
        let before = self.level();
        let level = match (token.kind, self.source[token.start()]) {
            (Kind::Directive, _) => {
                self.directive(token.span());
                before
            }
            (Kind::Mark, kind @ (b'(' | b'[' | b'{')) => {
                self.opens(i, kind);
                before
            }
            (Kind::Mark, kind @ (b')' | b']' | b'}')) => {
                self.closes(i, kind);
                self.level()
            }
            _ => before,
        };
        if level == 0 {
            self.out.top.push(i);
        }
    }

    fn opens(&mut self, token: usize, kind: u8) {
        // Inside braces it would be no C, and its words are not looked at there.
        let transparent = kind == b'{' && !self.in_braces() && self.is_linkage(token);
        let level = self.level().saturating_add(u16::from(!transparent));
        let in_braces = self.in_braces() || (kind == b'{' && !transparent);
        let kind = if transparent { b'X' } else { kind };
        self.open.push(Open { token: narrow(token), around: self.now, level, kind, in_braces, twin: NONE });
        self.now = narrow(self.open.len() - 1);
    }

    /// Whether the brace at `token` is that of `extern "C" {`.
    fn is_linkage(&self, token: usize) -> bool {
        matches!(&self.out.tokens[..token], [.., a, b] if b.kind == Kind::Text && a.span().of(self.source) == b"extern")
    }

    fn closes(&mut self, token: usize, kind: u8) {
        let fits = |open: u8| matches!((open, kind), (b'(', b')') | (b'[', b']') | (b'{' | b'X', b'}'));
        let mut found = self.now;
        // A brace closes whatever brackets were left open in it; brackets do not reach beyond one.
        while found != NONE && !fits(self.open[found as usize].kind) {
            let brace = matches!(self.open[found as usize].kind, b'{' | b'X');
            found = if brace { NONE } else { self.open[found as usize].around };
        }
        if found == NONE {
            let what = format!("this `{}` closes nothing", char::from(kind));
            self.out.problems.push(Problem::new(self.out.tokens[token].span(), what));
            return;
        }
        if found != self.now {
            let from = self.out.tokens[self.open[self.now as usize].token as usize].start();
            let span = Span::new(from, self.out.tokens[token].end());
            self.out.problems.push(Problem::new(span, "a bracket is never closed"));
        }
        self.out.partner[token] = self.open[found as usize].token;
        self.now = self.open[found as usize].around;
        while found != NONE {
            let open = &self.open[found as usize];
            self.out.partner[open.token as usize] = narrow(token);
            found = open.twin;
        }
    }

    fn directive(&mut self, span: Span) {
        let (keyword, end) = directive::keyword(span.of(self.source));
        let lines = directive::whole_lines(self.source, span);
        match keyword {
            Keyword::If | Keyword::Ifdef | Keyword::Ifndef => {
                let parent = self.frames.last().map(|f| (f.group, f.place));
                let group = self.out.groups.len();
                let text = condition_text(keyword, span.of(self.source));
                let dead = keyword == Keyword::If && text == "#if 0";
                let at_end = Span::at(self.source.len());
                let body = Span::new(lines.end, self.source.len());
                self.out.groups.push(Conditional {
                    span: Span::new(lines.start, self.source.len()),
                    branches: vec![Branch { directive: lines, condition: text, body }],
                    end: at_end,
                    parent: parent.map(|(group, _)| group),
                });
                let place = Place { parent: parent.map(|(_, place)| place), group: narrow(group), branch: 0 };
                let place = self.out.places.add(place);
                self.out.places.change(lines.end, Some(place));
                self.frames.push(Frame {
                    group,
                    place,
                    at_start: self.now,
                    chosen: None,
                    dead,
                    left_dead: None,
                    has_else: false,
                    disagrees: false,
                });
            }
            Keyword::Elif | Keyword::Else => {
                self.end_branch();
                let Some(frame) = self.frames.last_mut() else {
                    return self.stray(lines, "this directive belongs to no #if");
                };
                self.now = frame.at_start;
                frame.has_else |= keyword == Keyword::Else;
                frame.dead = keyword == Keyword::Elif && span.of(self.source)[end..].trim_ascii() == b"0";
                let group = &mut self.out.groups[frame.group];
                if let Some(last) = group.branches.last_mut() {
                    last.body = Span::new(last.body.start, lines.start);
                }
                let condition = condition_text(keyword, span.of(self.source));
                let body = Span::new(lines.end, self.source.len());
                group.branches.push(Branch { directive: lines, condition, body });
                let branch = narrow(group.branches.len() - 1);
                let parent = self.out.places.around(frame.place);
                let place = self.out.places.add(Place { parent, group: narrow(frame.group), branch });
                frame.place = place;
                self.out.places.change(lines.start, parent);
                self.out.places.change(lines.end, Some(place));
            }
            Keyword::Endif => {
                self.end_branch();
                let Some(mut frame) = self.frames.pop() else {
                    return self.stray(lines, "this #endif belongs to no #if");
                };
                if let (false, Some(chosen)) = (frame.has_else, frame.chosen) {
                    frame.disagrees |= !self.agree(chosen, frame.at_start);
                }
                self.now = frame.chosen.unwrap_or(frame.at_start);
                if let Some(left) = frame.left_dead {
                    frame.disagrees |= !self.agree(self.now, left) && !self.agree(frame.at_start, left);
                }
                let group = &mut self.out.groups[frame.group];
                if let Some(last) = group.branches.last_mut() {
                    last.body = Span::new(last.body.start, lines.start);
                }
                group.end = lines;
                group.span = Span::new(group.span.start, lines.end);
                if frame.disagrees {
                    let what = "the branches of this #if leave different brackets open";
                    self.out.problems.push(Problem::of_branches(group.span, what));
                }
                let parent = self.out.places.around(frame.place);
                self.out.places.change(lines.start, parent);
            }
            _ => {}
        }
    }

    /// Takes the brackets open now as the result of the branch that ends here.
    fn end_branch(&mut self) {
        let now = self.now;
        let Some(frame) = self.frames.last_mut() else { return };
        match (frame.dead, frame.chosen) {
            (true, _) => frame.left_dead = Some(now),
            (false, None) => frame.chosen = Some(now),
            (false, Some(chosen)) => {
                let agrees = self.agree(chosen, now);
                if let Some(frame) = self.frames.last_mut() {
                    frame.disagrees |= !agrees;
                }
            }
        }
    }

    /// Whether the same kinds of brackets are open in `a` and `b`; those that correspond become
    /// twins.
    fn agree(&mut self, mut a: u32, mut b: u32) -> bool {
        let mut twins = Vec::new();
        loop {
            a = self.beyond_linkage(a);
            b = self.beyond_linkage(b);
            if a == b {
                break;
            }
            if a == NONE || b == NONE || self.open[a as usize].kind != self.open[b as usize].kind {
                return false;
            }
            twins.push((a, b));
            (a, b) = (self.open[a as usize].around, self.open[b as usize].around);
        }
        for (a, b) in twins {
            // Chains stay without a circle: the last of one is never hung below itself.
            let last = self.last_twin(a);
            if last != self.last_twin(b) {
                self.open[last as usize].twin = b;
            }
        }
        true
    }

    fn last_twin(&self, mut open: u32) -> u32 {
        while self.open[open as usize].twin != NONE {
            open = self.open[open as usize].twin;
        }
        open
    }

    fn beyond_linkage(&self, mut open: u32) -> u32 {
        while open != NONE && self.open[open as usize].kind == b'X' {
            open = self.open[open as usize].around;
        }
        open
    }

    fn stray(&mut self, lines: Span, what: &str) {
        self.out.problems.push(Problem::new(lines, what));
    }

    fn finish(mut self) -> Nesting {
        let end = self.source.len();
        for frame in &self.frames {
            let span = self.out.groups[frame.group].span;
            self.out.problems.push(Problem::new(span, "this #if has no #endif"));
        }
        let mut open = self.now;
        while open != NONE {
            let Open { token, around, kind, .. } = self.open[open as usize];
            let what =
                format!("this `{}` is never closed", if kind == b'X' { '{' } else { char::from(kind) });
            let start = self.out.tokens[token as usize].start();
            self.out.problems.push(Problem::new(Span::new(start, end), what));
            open = around;
        }
        self.out
    }
}

fn narrow(index: usize) -> u32 {
    u32::try_from(index).expect("fewer tokens than bytes, and the lexer takes at most 4 GiB")
}

#[cfg(test)]
mod tests {
    use crate::syntax::c::CFile;

    fn problems(source: &str) -> Vec<String> {
        let file = CFile::parse(source.as_bytes());
        file.problems().iter().map(|p| format!("{}: {}", &source[p.span.start..p.span.end], p.what)).collect()
    }

    #[test]
    fn branches_that_open_the_same_brackets_agree() {
        assert!(problems("void f(void) {\n#if A\nif (a) {\n#else\nif (b) {\n#endif\n}\n}\n").is_empty());
        let found = problems("void f(void) {\n#if A\n}\n#else\n;}\n#endif\n");
        assert_eq!(
            found,
            ["#if A\n}\n#else\n;}\n#endif\n: a function begins or ends in a branch of this #if"]
        );
    }

    #[test]
    fn branches_that_disagree_are_a_problem_and_the_first_counts() {
        let source =
            "void f(void) {\n#ifdef A\nif (a) {\n#endif\nx();\n#ifdef A\n}\n#endif\n}\nint g(void) {}\n";
        let found = problems(source);
        assert_eq!(found.len(), 2, "{found:?}");
        assert!(found[0].starts_with("#ifdef A\nif (a) {\n#endif\n"), "{found:?}");
        let file = CFile::parse(source.as_bytes());
        assert_eq!(file.functions().iter().map(|f| f.name.as_str()).collect::<Vec<_>>(), ["f", "g"]);
    }

    #[test]
    fn what_stands_under_if_0_counts_only_alone() {
        let file = CFile::parse(b"#if 0\nint f(void) {\n#else\nint g(void) {\n#endif\n}\n");
        assert_eq!(file.functions().iter().map(|f| f.body.end).collect::<Vec<_>>(), [48, 48]);
        let source = "#if 0\n{\n#else\nint g;\n#endif\nint h(void) {}\n";
        assert_eq!(problems(source).len(), 1);
        assert_eq!(CFile::parse(source.as_bytes()).functions().len(), 1);
    }

    #[test]
    fn an_extern_c_brace_is_no_level() {
        let source =
            "#ifdef __cplusplus\nextern \"C\" {\n#endif\nint f(void) { }\n#ifdef __cplusplus\n}\n#endif\n";
        assert!(problems(source).is_empty(), "{:?}", problems(source));
        assert_eq!(CFile::parse(source.as_bytes()).functions().len(), 1);
    }

    #[test]
    fn brackets_without_partner_are_problems_with_their_place() {
        assert_eq!(problems("int a; }\n"), ["}: this `}` closes nothing"]);
        assert_eq!(problems("int f() { (a; }\n"), ["(a; }: a bracket is never closed"]);
        assert_eq!(problems("int f() { a\n"), ["{ a\n: this `{` is never closed"]);
        assert_eq!(problems("#if A\nx;\n"), ["#if A\nx;\n: this #if has no #endif"]);
        assert_eq!(problems("#else\n")[0], "#else\n: this directive belongs to no #if");
    }
}
