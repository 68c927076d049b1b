//! `#if` groups, and the conditions under which a byte is compiled.

use super::directive::{Keyword, normalized};
use super::lexer::lex;
use crate::text::Span;

/// An `#if`...`#endif` group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conditional {
    /// From the start of the `#if` line to the end of the `#endif` line.
    pub span: Span,
    /// The branches in order; the first is that of the `#if`.
    pub branches: Vec<Branch>,
    /// The `#endif` line; empty and at the end of the file if it is missing.
    pub end: Span,
    /// Index in [`CFile::conditionals`](super::CFile::conditionals) of the group around this one.
    pub parent: Option<usize>,
}

/// A branch of a [`Conditional`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Branch {
    /// The line of the `#if`, `#elif` or `#else`, with its continuations.
    pub directive: Span,
    /// The normalized directive: `#ifdef X`, `#elif defined(Y)`, `#else`.
    pub condition: String,
    /// The lines between this directive and the next of the group.
    pub body: Span,
}

/// A branch of a group, and the branch around the group.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct BranchRef {
    /// Index in [`BranchMap`] of the branch around the group.
    pub parent: Option<u32>,
    /// Index of the group.
    pub group: u32,
    /// Index of the branch in the group.
    pub branch: u32,
}

/// Which branch each byte of a file is in.
#[derive(Debug, Default)]
pub(super) struct BranchMap {
    branches: Vec<BranchRef>,
    /// Offsets, ascending, each with the branch that begins or resumes there.
    changes: Vec<(usize, Option<u32>)>,
}

impl BranchMap {
    /// Records that the bytes from `offset` on are in `branch`.
    pub fn change(&mut self, offset: usize, branch: Option<u32>) {
        self.changes.push((offset, branch));
    }

    /// Adds a branch. Returns its index.
    pub fn add(&mut self, branch: BranchRef) -> u32 {
        self.branches.push(branch);
        u32::try_from(self.branches.len() - 1).expect("fewer branches than bytes of the file")
    }

    /// The branch around the group of `branch`.
    pub fn parent(&self, branch: u32) -> Option<u32> {
        self.branches[branch as usize].parent
    }

    /// The innermost branch of a byte; `None` outside every conditional.
    pub fn at(&self, offset: usize) -> Option<u32> {
        match self.changes.partition_point(|(start, _)| *start <= offset) {
            0 => None,
            n => self.changes[n - 1].1,
        }
    }

    /// The branches of a byte, innermost first.
    pub fn branches_at(&self, offset: usize) -> impl Iterator<Item = BranchRef> + '_ {
        let mut next = self.at(offset);
        std::iter::from_fn(move || {
            let branch = self.branches[next? as usize];
            next = branch.parent;
            Some(branch)
        })
    }

    /// The conditions under which a byte is compiled, innermost last.
    pub fn conditions_at(&self, offset: usize, groups: &[Conditional]) -> Vec<String> {
        let mut branches: Vec<BranchRef> = self.branches_at(offset).collect();
        branches.reverse();
        branches
            .iter()
            .flat_map(|b| branch_conditions(&groups[b.group as usize], b.branch as usize))
            .collect()
    }
}

/// The conditions of a branch: the negations of those before it, then its own.
fn branch_conditions(group: &Conditional, branch: usize) -> Vec<String> {
    let mut all: Vec<String> = group.branches[..branch].iter().map(|b| negation(&b.condition)).collect();
    if let Some(own) = positive(&group.branches[branch].condition) {
        all.push(own);
    }
    all
}

/// A branch's own condition as an `#if`; `None` for `#else`.
fn positive(condition: &str) -> Option<String> {
    match condition.split_once(' ') {
        Some(("#elif", rest)) => Some(format!("#if {rest}")),
        Some(("#elifdef", rest)) => Some(format!("#ifdef {rest}")),
        Some(("#elifndef", rest)) => Some(format!("#ifndef {rest}")),
        _ if condition.starts_with("#else") => None,
        _ => Some(condition.to_string()),
    }
}

fn negation(condition: &str) -> String {
    match positive(condition).as_deref().and_then(|own| own.split_once(' ')) {
        Some(("#ifdef", name)) => format!("#ifndef {name}"),
        Some(("#ifndef", name)) => format!("#ifdef {name}"),
        Some((_, expression)) => format!("#if !({expression})"),
        None => "#if 0".to_string(),
    }
}

/// Whether two directives have the same tokens: blanks and comments do not matter.
pub(crate) fn is_directive(a: &str, b: &str) -> bool {
    let tokens = |text: &str| -> Vec<Vec<u8>> {
        let text = text.trim().strip_prefix('#').unwrap_or(text).as_bytes();
        lex(text).0.iter().map(|token| token.span().of(text).to_vec()).collect()
    };
    tokens(a) == tokens(b)
}

/// The normalized text of a branch's directive. What follows `#else` is a remark.
pub(super) fn condition_text(keyword: Keyword, directive: &[u8]) -> String {
    if keyword == Keyword::Else { "#else".to_string() } else { normalized(directive) }
}

#[cfg(test)]
mod tests {
    use crate::syntax::c::CFile;

    fn conditions_of(source: &str, word: &str) -> Vec<String> {
        CFile::parse(source.as_bytes()).conditions_at(source.find(word).unwrap())
    }

    #[test]
    fn an_else_is_the_negation_of_the_branches_before_it() {
        let source = "#ifdef A\na\n#elif B > 1\nb\n#else /* no B */\nc\n#endif\nd\n";
        assert_eq!(conditions_of(source, "a\n"), ["#ifdef A"]);
        assert_eq!(conditions_of(source, "b\n"), ["#ifndef A", "#if B > 1"]);
        assert_eq!(conditions_of(source, "c\n"), ["#ifndef A", "#if !(B > 1)"]);
        assert!(conditions_of(source, "d\n").is_empty());
    }

    #[test]
    fn the_innermost_condition_comes_last() {
        let source = "#ifndef A\n# if defined (B)\nx;\n# endif\n#endif\n";
        assert_eq!(conditions_of(source, "x;"), ["#ifndef A", "#if defined (B)"]);
    }

    #[test]
    fn a_group_has_the_group_around_it_as_parent() {
        let source = b"#if A\n  #if B\n  b\n  #endif\n#else\n#endif\n";
        let file = CFile::parse(source);
        let [outer, inner] = file.conditionals() else { panic!("two groups") };
        assert_eq!(inner.parent, Some(0));
        assert_eq!(inner.span.of(source), b"  #if B\n  b\n  #endif\n");
        assert_eq!(inner.branches[0].body.of(source), b"  b\n");
        assert_eq!(outer.branches.len(), 2);
        assert_eq!(outer.end.of(source), b"#endif\n");
        assert_eq!(outer.span.end, source.len());
    }
}
