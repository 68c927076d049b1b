//! Why a stretch of a file cannot be edited safely.

use crate::text::Span;

/// A stretch of a file that a finder could not make sense of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// What is in doubt. An edit that touches it should be refused.
    pub span: Span,
    /// What is wrong there, as the end of a sentence: "this brace is never closed".
    pub what: String,
    /// Whether only one of several `#if` branches is in doubt: what lies around it is found by the
    /// first branch, and may be right all the same.
    pub of_branches: bool,
}

impl Problem {
    pub(crate) fn new(span: Span, what: impl Into<String>) -> Problem {
        Problem { span, what: what.into(), of_branches: false }
    }

    pub(crate) fn of_branches(span: Span, what: impl Into<String>) -> Problem {
        Problem { of_branches: true, ..Problem::new(span, what) }
    }

    /// Whether `span` touches what is in doubt. An empty span (an insertion) touches it when it
    /// lies inside; an empty problem is touched by a span around it.
    pub fn touches(&self, span: Span) -> bool {
        let inside = |point: Span, range: Span| {
            point.is_empty() && range.start < point.start && point.start < range.end
        };
        self.span.overlaps(span) || inside(span, self.span) || inside(self.span, span)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_insertion_beside_a_problem_does_not_touch_it() {
        let problem = Problem::new(Span::new(2, 5), "x");
        assert!(!problem.touches(Span::at(2)) && !problem.touches(Span::at(5)));
        assert!(problem.touches(Span::at(3)) && problem.touches(Span::new(0, 3)));
    }
}
