//! Replaces spans of a text, several at once.

use super::Span;

/// One replacement: the bytes of `span` become `with`. An empty span inserts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rewrite {
    /// What is replaced, in offsets of the text before any rewrite.
    pub span: Span,
    /// What replaces it.
    pub with: Vec<u8>,
}

impl Rewrite {
    /// Inserts `with` at `offset`.
    pub fn insert(offset: usize, with: impl Into<Vec<u8>>) -> Rewrite {
        Rewrite { span: Span::at(offset), with: with.into() }
    }

    /// Replaces the bytes of `span`.
    pub fn replace(span: Span, with: impl Into<Vec<u8>>) -> Rewrite {
        Rewrite { span, with: with.into() }
    }

    /// Removes the bytes of `span`.
    pub fn remove(span: Span) -> Rewrite {
        Rewrite { span, with: Vec::new() }
    }

    /// Whether both change the same bytes, or one inserts inside what the other replaces. Two
    /// insertions at the same offset do not collide: they keep the order they are given in.
    pub fn collides_with(&self, other: &Rewrite) -> bool {
        self.span.overlaps(other.span)
    }
}

/// Two rewrites of a text that collide, as indices in the list of rewrites.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Overlap {
    /// Index of the one that comes first in the list.
    pub first: usize,
    /// Index of the other.
    pub second: usize,
}

/// Indices of `rewrites` in the order of their offsets; insertions at the same offset keep their
/// order and come before a replacement that starts there.
fn in_order(rewrites: &[Rewrite]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..rewrites.len()).collect();
    order.sort_by_key(|i| (rewrites[*i].span.start, !rewrites[*i].span.is_empty(), *i));
    order
}

/// `text` with all rewrites applied.
///
/// # Errors
/// The first pair of rewrites that collide.
pub fn apply(text: &[u8], rewrites: &[Rewrite]) -> Result<Vec<u8>, Overlap> {
    let order = in_order(rewrites);
    for pair in order.windows(2) {
        if rewrites[pair[0]].collides_with(&rewrites[pair[1]]) {
            return Err(Overlap { first: pair[0].min(pair[1]), second: pair[0].max(pair[1]) });
        }
    }
    let mut out = Vec::with_capacity(text.len() + rewrites.iter().map(|r| r.with.len()).sum::<usize>());
    let mut done = 0;
    for i in order {
        let rewrite = &rewrites[i];
        out.extend_from_slice(&text[done..rewrite.span.start]);
        out.extend_from_slice(&rewrite.with);
        done = rewrite.span.end;
    }
    out.extend_from_slice(&text[done..]);
    Ok(out)
}

/// The rewrites that turn [`apply`]'s result into `text` again, in the order of their offsets.
///
/// `rewrites` must not collide, as those that [`apply`] accepted do not.
pub fn reverse(text: &[u8], rewrites: &[Rewrite]) -> Vec<Rewrite> {
    let mut back = Vec::with_capacity(rewrites.len());
    let (mut done, mut at) = (0, 0);
    for i in in_order(rewrites) {
        let rewrite = &rewrites[i];
        at += rewrite.span.start - done;
        done = rewrite.span.end;
        back.push(Rewrite {
            span: Span::new(at, at + rewrite.with.len()),
            with: rewrite.span.of(text).to_vec(),
        });
        at += rewrite.with.len();
    }
    back
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn insertions_at_the_same_offset_keep_their_order() {
        let rewrites = [Rewrite::insert(1, "x"), Rewrite::insert(1, "y"), Rewrite::remove(Span::new(1, 2))];
        assert_eq!(apply(b"abc", &rewrites).unwrap(), b"axyc");
    }

    #[test]
    fn an_insertion_inside_a_replacement_collides() {
        let rewrites = [Rewrite::replace(Span::new(0, 3), "z"), Rewrite::insert(1, "x")];
        assert_eq!(apply(b"abc", &rewrites), Err(Overlap { first: 0, second: 1 }));
    }

    #[test]
    fn the_same_bytes_twice_collide() {
        let rewrites = [Rewrite::remove(Span::new(1, 3)), Rewrite::remove(Span::new(0, 2))];
        assert_eq!(apply(b"abc", &rewrites), Err(Overlap { first: 0, second: 1 }));
    }

    proptest! {
        #[test]
        fn reversing_gives_the_bytes_back(
            text in proptest::collection::vec(any::<u8>(), 0..64),
            cuts in proptest::collection::vec((0usize..64, 0usize..8, proptest::collection::vec(any::<u8>(), 0..6)), 0..8),
        ) {
            let rewrites: Vec<Rewrite> = cuts
                .into_iter()
                .map(|(start, len, with)| {
                    let start = start.min(text.len());
                    Rewrite { span: Span::new(start, (start + len).min(text.len())), with }
                })
                .collect();
            if let Ok(changed) = apply(&text, &rewrites) {
                let back = reverse(&text, &rewrites);
                prop_assert_eq!(apply(&changed, &back).unwrap(), text);
            }
        }
    }
}
