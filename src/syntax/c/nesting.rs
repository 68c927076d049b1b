//! Which bracket closes which, in every variant that the preprocessor may choose.
//!
//! Each branch of an `#if` group starts with the brackets open at the `#if`. Branches should end
//! with the same brackets open; if they do not, the first one counts and the group is a problem.
//! Code under `#if 0` counts only if the group has no other branch.
//!
//! Inside braces only brackets and directives become tokens: they suffice to find where functions
//! begin and end, and most of a file is bodies that no edit asks for.

use super::condition::{Branch, BranchMap, BranchRef, Conditional, condition_text};
use super::directive::{self, Keyword};
use super::lexer::{Lexer, Token, TokenKind};
use crate::syntax::Problem;
use crate::text::Span;

/// How many `#if` may be around a line; C guarantees 63. The conditions of everything in a file are kept.
const DEEPEST: usize = 200;

/// No bracket: the top level.
const NONE: u32 = u32::MAX;

/// A file's tokens, and their nesting.
#[derive(Debug, Default)]
pub(super) struct Nesting {
    /// All tokens outside braces; inside them only the brackets and directives.
    pub tokens: Vec<Token>,
    /// The indices of the tokens outside all brackets; a bracket is outside itself, and the brace of
    /// `extern "C"` does not count as one.
    pub top: Vec<usize>,
    partner: Vec<u32>,
    pub groups: Vec<Conditional>,
    pub branches: BranchMap,
    pub problems: Vec<Problem>,
}

impl Nesting {
    /// The bracket that closes the bracket at `token`, or that it closes; the last one if several
    /// variants close it.
    pub fn partner(&self, token: usize) -> Option<usize> {
        Some(self.partner[token]).filter(|p| *p != NONE).map(|p| p as usize)
    }
}

/// An open bracket. They form a tree, so that the brackets open at the start of a branch are one index.
struct Open {
    token: u32,
    around: u32,
    level: u16,
    /// The bracket's byte, or [`LINKAGE`].
    kind: u8,
    /// Whether it is a brace, or inside one.
    in_braces: bool,
    /// The corresponding bracket of the next variant, which the same bracket closes.
    counterpart: u32,
}

/// The kind of the brace of `extern "C"`, which may be in a variant of its own.
const LINKAGE: u8 = b'X';

/// An `#if` group that is being read; brackets are those open at a point.
#[derive(Default)]
struct OpenGroup {
    group: usize,
    /// The branch that is being read, an index in [`BranchMap`].
    branch: u32,
    at_start: u32,
    /// At the end of the first branch that counts.
    chosen: Option<u32>,
    /// Whether the branch is under `#if 0`.
    dead: bool,
    /// At the end of a dead branch.
    left_dead: Option<u32>,
    has_else: bool,
    disagrees: bool,
}

struct Reader<'a> {
    source: &'a [u8],
    open: Vec<Open>,
    /// The innermost open bracket.
    now: u32,
    groups: Vec<OpenGroup>,
    /// The open groups inside the deepest one that is read.
    too_deep: usize,
    out: Nesting,
}

/// Reads `source`; the tokens of bodies too if `whole` is set, as tests do. Returns the problems of
/// tokens separately from those of their nesting.
pub(super) fn read(source: &[u8], whole: bool) -> (Nesting, Vec<Problem>) {
    // CPython's files have a token for every 14 to 22 bytes. A vector that grows is copied, but memory
    // far beyond the need is mapped and unmapped each time.
    let room = source.len() / 12;
    let out = Nesting {
        tokens: Vec::with_capacity(room),
        top: Vec::with_capacity(room / 4),
        partner: Vec::with_capacity(room),
        ..Nesting::default()
    };
    let mut reader = Reader {
        source,
        open: Vec::with_capacity(room / 2),
        now: NONE,
        groups: Vec::new(),
        too_deep: 0,
        out,
    };
    let mut lexer = Lexer::new(source);
    while let Some(token) =
        if reader.in_braces() && !whole { lexer.structural_token() } else { lexer.token() }
    {
        reader.take(token);
    }
    (reader.finish(), lexer.problems)
}

impl Reader<'_> {
    #[inline(always)]
    fn level(&self) -> u16 {
        if self.now == NONE { 0 } else { self.open[self.now as usize].level }
    }

    #[inline(always)]
    fn in_braces(&self) -> bool {
        self.now != NONE && self.open[self.now as usize].in_braces
    }

    /// Adds the next token.
    fn take(&mut self, token: Token) {
        let i = self.out.tokens.len();
        self.out.tokens.push(token);
        self.out.partner.push(NONE);
        let before = self.level();
        let level = match (token.kind, self.source[token.start()]) {
            (TokenKind::Directive, _) => {
                self.directive(token.span());
                before
            }
            (TokenKind::Mark, kind @ (b'(' | b'[' | b'{')) => {
                self.opens(i, kind);
                before
            }
            (TokenKind::Mark, kind @ (b')' | b']' | b'}')) => {
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
        // Inside braces it would not be C, and words are not tokens there.
        let transparent = kind == b'{' && !self.in_braces() && self.is_linkage(token);
        let level = self.level().saturating_add(u16::from(!transparent));
        let in_braces = self.in_braces() || (kind == b'{' && !transparent);
        let kind = if transparent { LINKAGE } else { kind };
        let (token, around) = (narrow(token), self.now);
        self.open.push(Open { token, around, level, kind, in_braces, counterpart: NONE });
        self.now = narrow(self.open.len() - 1);
    }

    /// Whether the brace at `token` is that of `extern "C" {`.
    fn is_linkage(&self, token: usize) -> bool {
        matches!(&self.out.tokens[..token], [.., a, b] if b.kind == TokenKind::Text && a.span().of(self.source) == b"extern")
    }

    fn closes(&mut self, token: usize, kind: u8) {
        let fits = |open: u8| matches!((open, kind), (b'(', b')') | (b'[', b']') | (b'{' | LINKAGE, b'}'));
        let mut found = self.now;
        // A brace closes whatever brackets were left open in it; brackets do not reach beyond one.
        while found != NONE && !fits(self.open[found as usize].kind) {
            let brace = matches!(self.open[found as usize].kind, b'{' | LINKAGE);
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
            found = open.counterpart;
        }
    }

    fn directive(&mut self, span: Span) {
        let text = span.of(self.source);
        let (keyword, end) = directive::keyword(text);
        let lines = directive::whole_lines(self.source, span);
        match keyword {
            Keyword::If if self.groups.len() == DEEPEST => {
                if self.too_deep == 0 {
                    let rest = Span::new(lines.start, self.source.len());
                    let what = format!("more than {DEEPEST} #if are nested");
                    self.out.problems.push(Problem::unclear(rest, what));
                }
                self.too_deep += 1;
            }
            Keyword::Endif if self.too_deep > 0 => self.too_deep -= 1,
            Keyword::Elif | Keyword::Else if self.too_deep > 0 => {}
            Keyword::If => {
                let around = self.groups.last().map(|open| (open.group, open.branch));
                let group = self.out.groups.len();
                self.out.groups.push(Conditional {
                    span: Span::new(lines.start, self.source.len()),
                    branches: Vec::new(),
                    end: Span::at(self.source.len()),
                    parent: around.map(|(group, _)| group),
                });
                let branch = self.begin_branch(group, around.map(|(_, branch)| branch), keyword, text, lines);
                let dead = self.out.groups[group].branches[0].condition == "#if 0";
                self.groups.push(OpenGroup {
                    group,
                    branch,
                    at_start: self.now,
                    dead,
                    ..OpenGroup::default()
                });
            }
            Keyword::Elif | Keyword::Else => {
                self.end_branch(lines.start);
                let Some(open) = self.groups.last() else {
                    return self.stray(lines, "this directive belongs to no #if");
                };
                let (group, parent) = (open.group, self.out.branches.parent(open.branch));
                let branch = self.begin_branch(group, parent, keyword, text, lines);
                if let Some(open) = self.groups.last_mut() {
                    self.now = open.at_start;
                    open.branch = branch;
                    open.has_else |= keyword == Keyword::Else;
                    open.dead = keyword == Keyword::Elif && text[end..].trim_ascii() == b"0";
                }
            }
            Keyword::Endif => {
                self.end_branch(lines.start);
                let Some(mut open) = self.groups.pop() else {
                    return self.stray(lines, "this #endif belongs to no #if");
                };
                if let (false, Some(chosen)) = (open.has_else, open.chosen) {
                    open.disagrees |= !self.agree(chosen, open.at_start);
                }
                self.now = open.chosen.unwrap_or(open.at_start);
                if let Some(left) = open.left_dead {
                    open.disagrees |= !self.agree(self.now, left) && !self.agree(open.at_start, left);
                }
                let group = &mut self.out.groups[open.group];
                (group.end, group.span.end) = (lines, lines.end);
                if open.disagrees {
                    let what = "the branches of this #if leave different brackets open";
                    self.out.problems.push(Problem::of_branches(group.span, what));
                }
            }
            Keyword::Include | Keyword::Define | Keyword::Other => {}
        }
    }

    /// Adds a branch to `group`. Returns its index in the [`BranchMap`].
    fn begin_branch(
        &mut self,
        group: usize,
        parent: Option<u32>,
        keyword: Keyword,
        text: &[u8],
        lines: Span,
    ) -> u32 {
        let branches = &mut self.out.groups[group].branches;
        let condition = condition_text(keyword, text);
        let body = Span::new(lines.end, self.source.len());
        branches.push(Branch { directive: lines, condition, body });
        let branch = narrow(branches.len() - 1);
        let branch = self.out.branches.add(BranchRef { parent, group: narrow(group), branch });
        self.out.branches.change(lines.end, Some(branch));
        branch
    }

    /// Ends the branch that is being read before the directive at `end`, and records the brackets
    /// that it leaves open.
    fn end_branch(&mut self, end: usize) {
        let now = self.now;
        let Some(open) = self.groups.last_mut() else { return };
        let chosen = open.chosen.filter(|_| !open.dead);
        if open.dead {
            open.left_dead = Some(now);
        } else {
            open.chosen.get_or_insert(now);
        }
        if let Some(last) = self.out.groups[open.group].branches.last_mut() {
            last.body.end = end;
        }
        self.out.branches.change(end, self.out.branches.parent(open.branch));
        if let Some(chosen) = chosen {
            let agrees = self.agree(chosen, now);
            if let Some(open) = self.groups.last_mut() {
                open.disagrees |= !agrees;
            }
        }
    }

    /// Whether brackets of the same kinds are open in `a` and `b`; those that correspond are linked.
    fn agree(&mut self, mut a: u32, mut b: u32) -> bool {
        let mut pairs = Vec::new();
        loop {
            a = self.outside_linkage(a);
            b = self.outside_linkage(b);
            if a == b {
                break;
            }
            if a == NONE || b == NONE || self.open[a as usize].kind != self.open[b as usize].kind {
                return false;
            }
            pairs.push((a, b));
            (a, b) = (self.open[a as usize].around, self.open[b as usize].around);
        }
        for (a, b) in pairs {
            // A chain has no circle: its last bracket is never linked to one of its own.
            let last = self.last_counterpart(a);
            if last != self.last_counterpart(b) {
                self.open[last as usize].counterpart = b;
            }
        }
        true
    }

    fn last_counterpart(&self, mut open: u32) -> u32 {
        while self.open[open as usize].counterpart != NONE {
            open = self.open[open as usize].counterpart;
        }
        open
    }

    fn outside_linkage(&self, mut open: u32) -> u32 {
        while open != NONE && self.open[open as usize].kind == LINKAGE {
            open = self.open[open as usize].around;
        }
        open
    }

    fn stray(&mut self, lines: Span, what: &str) {
        self.out.problems.push(Problem::new(lines, what));
    }

    fn finish(mut self) -> Nesting {
        let end = self.source.len();
        for open in &self.groups {
            let span = self.out.groups[open.group].span;
            self.out.problems.push(Problem::new(span, "this #if has no #endif"));
        }
        let mut open = self.now;
        while open != NONE {
            let Open { token, around, kind, .. } = self.open[open as usize];
            let what =
                format!("this `{}` is never closed", if kind == LINKAGE { '{' } else { char::from(kind) });
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
    fn code_under_if_0_counts_only_alone() {
        let file = CFile::parse(b"#if 0\nint f(void) {\n#else\nint g(void) {\n#endif\n}\n");
        assert_eq!(file.functions().iter().map(|f| f.body.end).collect::<Vec<_>>(), [48, 48]);
        let source = "#if 0\n{\n#else\nint g;\n#endif\nint h(void) {}\n";
        assert_eq!(problems(source).len(), 1);
        assert_eq!(CFile::parse(source.as_bytes()).functions().len(), 1);
    }

    #[test]
    fn an_extern_c_brace_is_not_a_level() {
        let source =
            "#ifdef __cplusplus\nextern \"C\" {\n#endif\nint f(void) { }\n#ifdef __cplusplus\n}\n#endif\n";
        assert!(problems(source).is_empty(), "{:?}", problems(source));
        assert_eq!(CFile::parse(source.as_bytes()).functions().len(), 1);
    }

    #[test]
    fn too_many_nested_conditionals_are_a_problem() {
        let nested = |n| format!("{}int f(void) {{}}\n{}", "#if A\n".repeat(n), "#else\n#endif\n".repeat(n));
        assert!(problems(&nested(200)).is_empty());
        let found = problems(&nested(201));
        assert!(found.len() == 1 && found[0].ends_with("more than 200 #if are nested"), "{found:?}");
    }

    #[test]
    fn brackets_without_a_partner_are_problems() {
        assert_eq!(problems("int a; }\n"), ["}: this `}` closes nothing"]);
        assert_eq!(problems("int f() { (a; }\n"), ["(a; }: a bracket is never closed"]);
        assert_eq!(problems("int f() { a\n"), ["{ a\n: this `{` is never closed"]);
        assert_eq!(problems("#if A\nx;\n"), ["#if A\nx;\n: this #if has no #endif"]);
        assert_eq!(problems("#else\n")[0], "#else\n: this directive belongs to no #if");
    }
}
