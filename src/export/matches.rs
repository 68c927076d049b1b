//! Finds what a zstd frame repeats. ruzstd's own finder looks back 128 kB only, and a tarball of CPython is 43 % larger with it.

use ruzstd::encoding::{CompressionLevel, Matcher, Sequence};

/// The length of a block of zstd, in bytes.
const BLOCK: usize = 128 << 10;
/// The shortest match, in bytes: what is hashed.
const SHORTEST: usize = 5;
/// A match of this length is taken without a look at the next byte, where a better one may begin.
const LONG: usize = 24;
/// How many earlier places with the same hash are looked at.
const DEPTH: usize = 4;
/// The bits of a hash.
const BITS: u32 = 18;
/// No earlier place.
const NONE: u32 = u32::MAX;

/// The bytes of a frame, and where each hash occurs in them.
pub(super) struct Matches {
    bytes: Vec<u8>,
    /// Where the last block begins.
    start: usize,
    /// The buffer that the next block is read into.
    space: Vec<u8>,
    /// The last place with a hash.
    last: Vec<u32>,
    /// For each place that was added, the one before it with its hash.
    earlier: Vec<u32>,
    most: usize,
}

/// How far back a match is, and its length, in bytes.
#[derive(Clone, Copy)]
struct Match {
    offset: usize,
    len: usize,
}

impl Match {
    /// What it saves, in quarters of a byte or so: an offset takes as many bits as it has.
    fn gain(self) -> usize {
        (4 * self.len).saturating_sub(self.offset.ilog2() as usize)
    }
}

impl Matches {
    /// For frames of at most `most` bytes.
    pub(super) fn new(most: usize) -> Matches {
        let (bytes, earlier) = (Vec::with_capacity(most), Vec::with_capacity(most));
        Matches { bytes, start: 0, space: Vec::new(), last: vec![NONE; 1 << BITS], earlier, most }
    }

    /// The hash of the bytes at a place; `None` close to the end.
    fn hash(&self, at: usize) -> Option<usize> {
        let next = u64::from_le_bytes(*self.bytes.get(at..)?.first_chunk()?) << (64 - 8 * SHORTEST);
        Some((next.wrapping_mul(0x9e37_79b1_85eb_ca87) >> (64 - BITS)) as usize)
    }

    /// Adds the places before `end` that were not added yet.
    fn add_until(&mut self, end: usize) {
        for at in self.earlier.len()..end {
            let hash = self.hash(at);
            // A frame is shorter than 4 GiB.
            let last = hash.map(|hash| std::mem::replace(&mut self.last[hash], at as u32));
            self.earlier.push(last.unwrap_or(NONE));
        }
    }

    /// The best match for what begins at a place. The places before it were added.
    fn best(&self, at: usize) -> Option<Match> {
        let (mut place, new) = (self.last[self.hash(at)?], &self.bytes[at..]);
        let mut best: Option<Match> = None;
        for _ in 0..DEPTH {
            if place == NONE {
                break;
            }
            let old = &self.bytes[place as usize..];
            let longest = best.map_or(0, |best| best.len);
            if old.get(longest) == new.get(longest) {
                let found = Match { offset: at - place as usize, len: common(old, new) };
                if found.len >= SHORTEST && best.is_none_or(|best| found.gain() > best.gain()) {
                    best = Some(found);
                }
            }
            place = self.earlier[place as usize];
        }
        best
    }
}

/// How many bytes two slices have in common at their start.
fn common(old: &[u8], new: &[u8]) -> usize {
    let (words, _) = new.as_chunks::<8>();
    let mut same = 0;
    for (old, new) in old.as_chunks::<8>().0.iter().zip(words) {
        let differ = u64::from_le_bytes(*old) ^ u64::from_le_bytes(*new);
        if differ != 0 {
            return same + differ.trailing_zeros() as usize / 8;
        }
        same += 8;
    }
    same + old[same..].iter().zip(&new[same..]).take_while(|(old, new)| old == new).count()
}

impl Matcher for Matches {
    fn get_next_space(&mut self) -> Vec<u8> {
        let mut space = std::mem::take(&mut self.space);
        space.resize(BLOCK, 0);
        space
    }

    fn get_last_space(&mut self) -> &[u8] {
        &self.bytes[self.start..]
    }

    fn commit_space(&mut self, space: Vec<u8>) {
        self.start = self.bytes.len();
        self.bytes.extend_from_slice(&space);
        self.space = space;
    }

    fn skip_matching(&mut self) {
        self.earlier.resize(self.bytes.len(), NONE);
    }

    fn start_matching(&mut self, mut handle_sequence: impl for<'a> FnMut(Sequence<'a>)) {
        let (end, mut literals) = (self.bytes.len(), self.start);
        // The first byte is a literal: ruzstd 0.9.1 panics at a block without any.
        let mut at = self.start + 1;
        while at < end {
            self.add_until(at);
            let Some(mut found) = self.best(at) else {
                at += 1;
                continue;
            };
            while found.len < LONG {
                self.add_until(at + 1);
                match self.best(at + 1) {
                    Some(next) if next.gain() > found.gain() + 4 => (at, found) = (at + 1, next),
                    _ => break,
                }
            }
            let Match { offset, len: match_len } = found;
            handle_sequence(Sequence::Triple { literals: &self.bytes[literals..at], offset, match_len });
            at += match_len;
            literals = at;
        }
        self.add_until(end);
        if literals < end {
            handle_sequence(Sequence::Literals { literals: &self.bytes[literals..] });
        }
    }

    fn reset(&mut self, _: CompressionLevel) {
        self.bytes.clear();
        self.earlier.clear();
        self.last.fill(NONE);
        self.start = 0;
    }

    fn window_size(&self) -> u64 {
        self.most as u64
    }
}
