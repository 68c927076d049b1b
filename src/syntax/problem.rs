//! Why part of a file cannot be edited safely.

use crate::text::Span;

/// A part of a file that a finder cannot make sense of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// What is in doubt. An edit that touches it should be refused.
    pub span: Span,
    /// What is wrong, as the end of a sentence: "this brace is never closed".
    pub what: String,
    /// What follows from it.
    pub doubt: Doubt,
}

/// How sure it is that a part of a file is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Doubt {
    /// No compiler accepts it.
    Damage,
    /// Only the branches of one `#if` disagree: what surrounds the group is found by its first branch, and may be right
    /// all the same.
    Branches,
    /// It may be right, and the finder cannot follow it.
    Unclear,
}

impl Problem {
    pub(super) fn new(span: Span, what: impl Into<String>) -> Problem {
        Problem { span, what: what.into(), doubt: Doubt::Damage }
    }

    pub(super) fn of_branches(span: Span, what: impl Into<String>) -> Problem {
        Problem { doubt: Doubt::Branches, ..Problem::new(span, what) }
    }

    pub(super) fn unclear(span: Span, what: impl Into<String>) -> Problem {
        Problem { doubt: Doubt::Unclear, ..Problem::new(span, what) }
    }

    /// Sorts problems by their place.
    pub(super) fn in_order(problems: &mut [Problem]) {
        problems.sort_by_key(|problem| problem.span);
    }

    /// Whether an edit of `span` touches the problem.
    pub fn touches(&self, span: Span) -> bool {
        self.span.overlaps(span)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_insertion_next_to_a_problem_does_not_touch_it() {
        let problem = Problem::new(Span::new(2, 5), "x");
        assert!(!problem.touches(Span::at(2)) && !problem.touches(Span::at(5)));
        assert!(problem.touches(Span::at(3)) && problem.touches(Span::new(0, 3)));
    }
}
