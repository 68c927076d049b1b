//! How the `if` and `case` of a file are written.

use crate::operation::lines::indentation;
use crate::operation::parsed::ParsedFile;
use crate::syntax::m4::{BlockKind, Spelling};
use crate::text::Span;

/// How an `if` and a `case` are written near a place.
pub(super) struct Style {
    /// Whether `then` has a line of its own.
    pub then_has_own_line: bool,
    /// The blanks of statements after those of their `if`.
    pub step: Vec<u8>,
    /// The blanks of a pattern after those of its `case`.
    pub pattern_step: Vec<u8>,
    /// The blanks of statements after those of their pattern.
    pub body_step: Vec<u8>,
}

impl Style {
    /// The style of the nearest `if` and `case` to `at`, where lines are indented by `margin`.
    pub fn near(file: &ParsedFile, at: usize, margin: &[u8]) -> Style {
        let (m4, text) = (file.m4(), &file.bytes);
        let distance = |span: Span| span.start.abs_diff(at);
        let code = m4.code();
        // Tabs and blanks are not mixed.
        let is_like = |step: &Vec<u8>| margin.is_empty() || step.is_empty() || step[0] == margin[0];
        let step = |outer: usize, inner: usize| -> Option<Vec<u8>> {
            let is_first = Span::new(outer, inner).of(code).contains(&b'\n');
            let more =
                indentation(text, inner).strip_prefix(indentation(text, outer)).filter(|_| is_first)?;
            Some(more.to_vec()).filter(is_like)
        };
        let bodies = m4.blocks().iter().filter(|block| block.kind == BlockKind::Body);
        let bodies = bodies.filter_map(|block| {
            let step = step(block.span.start, block.statements.first()?.start)?;
            (!step.is_empty()).then_some((distance(block.span), step))
        });
        let of_body = bodies.min_by_key(|(distance, _)| *distance).map(|(_, step)| step);
        let usual = if margin.starts_with(b"\t") { b"\t".to_vec() } else { b"  ".to_vec() };

        let thens = m4.conditions().iter().filter_map(|condition| {
            let rest = &code[condition.span.end..];
            let rest = rest.trim_ascii_start().strip_prefix(b";").unwrap_or(rest);
            let next = rest.trim_ascii_start();
            let blanks = &rest[..rest.len() - next.len()];
            next.starts_with(b"then").then(|| (distance(condition.span), blanks.contains(&b'\n')))
        });
        let then = thens.min_by_key(|(distance, _)| *distance);

        let cases = || m4.cases().iter().filter(|case| case.spelling == Spelling::Shell);
        let patterns = cases().filter_map(|case| {
            let step = step(case.span.start, case.branches.first()?.span.start)?;
            Some((distance(case.span), step))
        });
        let of_pattern = patterns.min_by_key(|(distance, _)| *distance).map(|(_, step)| step);
        let branches = cases().flat_map(|case| &case.branches).filter_map(|branch| {
            let body = branch.body.of(code).trim_ascii_start();
            let step = step(branch.span.start, branch.body.end - body.len())?;
            let step = (!body.is_empty()).then_some(step)?;
            (!step.is_empty()).then_some((distance(branch.span), step))
        });
        let of_branch = branches.min_by_key(|(distance, _)| *distance).map(|(_, step)| step);

        let step = of_body.unwrap_or_else(|| usual.clone());
        Style {
            then_has_own_line: then.is_some_and(|(_, has)| has),
            pattern_step: of_pattern
                .unwrap_or_else(|| if usual == b"\t" { Vec::new() } else { step.clone() }),
            body_step: of_branch.unwrap_or_else(|| step.clone()),
            step,
        }
    }
}
