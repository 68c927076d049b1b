//! `#if` groups and the conditions under which a place is compiled.

use super::directive::{Keyword, normalised};
use crate::text::Span;

/// One `#if`...`#endif` group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conditional {
    /// From the start of the `#if` line to the end of the `#endif` line.
    pub span: Span,
    /// The branches in their order; the first is the `#if` itself.
    pub branches: Vec<Branch>,
    /// The `#endif` line; empty at the end of the file when it is missing.
    pub end: Span,
    /// Index in [`CFile::conditionals`](super::CFile::conditionals) of the group around this one.
    pub parent: Option<usize>,
}

/// One branch of a [`Conditional`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Branch {
    /// The lines of the `#if`, `#elif` or `#else`.
    pub directive: Span,
    /// That directive on one line: `#ifdef X`, `#elif defined(Y)`, `#else`.
    pub condition: String,
    /// The lines between this directive and the next of the group.
    pub body: Span,
}

/// Where a token stands among the conditionals: in a branch of a group.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Place {
    /// Index of the place around it.
    pub parent: Option<u32>,
    pub group: u32,
    pub branch: u32,
}

/// All places of a file and where each one begins.
#[derive(Debug, Default)]
pub(super) struct Places {
    places: Vec<Place>,
    /// Offsets, ascending, each with the place that holds from there on.
    changes: Vec<(usize, Option<u32>)>,
}

impl Places {
    /// Notes that from `offset` on `place` holds.
    pub fn change(&mut self, offset: usize, place: Option<u32>) {
        self.changes.push((offset, place));
    }

    pub fn add(&mut self, place: Place) -> u32 {
        self.places.push(place);
        u32::try_from(self.places.len() - 1).expect("fewer branches than bytes of the file")
    }

    /// The place around `place`.
    pub fn around(&self, place: u32) -> Option<u32> {
        self.places[place as usize].parent
    }

    /// The place of a byte; `None` outside every conditional.
    pub fn at(&self, offset: usize) -> Option<u32> {
        match self.changes.partition_point(|(start, _)| *start <= offset) {
            0 => None,
            n => self.changes[n - 1].1,
        }
    }

    /// The places from `place` outwards.
    pub fn outwards(&self, place: Option<u32>) -> impl Iterator<Item = Place> + '_ {
        let mut next = place;
        std::iter::from_fn(move || {
            let place = self.places[next? as usize];
            next = place.parent;
            Some(place)
        })
    }

    /// The conditions of `place` that do not hold at `base` already, innermost last.
    pub fn conditions(&self, groups: &[Conditional], place: Option<u32>, base: Option<u32>) -> Vec<String> {
        let known: Vec<Place> = self.outwards(base).collect();
        let mut inner: Vec<Place> = self.outwards(place).filter(|p| !known.contains(p)).collect();
        inner.reverse();
        inner.iter().flat_map(|p| branch_conditions(&groups[p.group as usize], p.branch as usize)).collect()
    }
}

/// What holds in a branch: the negation of those before it, then its own.
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

/// The normalised text of a branch's directive. What stands behind `#else` is a remark.
pub(super) fn condition_text(keyword: Keyword, directive: &[u8]) -> String {
    if keyword == Keyword::Else { "#else".to_string() } else { normalised(directive) }
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
    fn groups_know_the_group_around_them() {
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
