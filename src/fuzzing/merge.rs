//! Three versions of a file.

use super::{LONGEST, SEPARATOR};
use crate::contents::Contents;
use crate::merge::{Algorithm, Merge, Versions};

/// The parts of the text are a file of the old version, the same with a change, and the file of the new version. Where one side
/// changed nothing, the result is the other one.
pub fn merge(text: &[u8]) {
    if text.len() > LONGEST {
        return;
    }
    let cut = |text: &[u8]| text.windows(SEPARATOR.len()).position(|window| window == SEPARATOR);
    let Some(first) = cut(text) else { return };
    let (base, rest) = (&text[..=first], &text[first + SEPARATOR.len()..]);
    let Some(second) = cut(rest) else { return };
    let (ours, theirs) = (&rest[..=second], &rest[second + SEPARATOR.len()..]);
    for algorithm in [Algorithm::Histogram, Algorithm::Myers, Algorithm::Patience] {
        let merged = |base: &[u8], ours: &[u8], theirs: &[u8]| {
            let versions = Versions::new(base, ours, &Contents::from(theirs.to_vec()));
            let merge = Merge::new(&versions, algorithm);
            let _ = versions.bytes(&merge.lines_with_markers(&versions));
            versions.bytes(&merge.lines(&versions))
        };
        merged(base, ours, theirs);
        assert_eq!(merged(base, base, theirs), theirs);
        // With several line ends, those of the new version count.
        if !text.contains(&b'\r') {
            assert_eq!(merged(base, ours, base), ours);
        }
    }
}
