//! Which cells of a job one machine has.

use std::fmt;
use std::ops::Range;
use std::str::FromStr;

use crate::text::serde_as_text;

/// One of several shares of a job, written `3/8`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Shard {
    /// Its number, from 1.
    pub number: u32,
    /// How many there are.
    pub of: u32,
}

/// A text that is not a shard.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("write I/N, such as 3/8, with I from 1 to N and N up to {MOST}")]
pub struct BadShard;

/// More shards than any scheduler has tasks for are a mistake.
const MOST: u32 = 10_000;

impl Shard {
    /// The whole job.
    pub const WHOLE: Shard = Shard { number: 1, of: 1 };

    /// The numbers of its cells, in their order. There are `each` on each of `sources`: source 0 has the cells from 0 to `each` - 1.
    ///
    /// The sources are dealt out: 0, N, 2N and so on, then 1, N + 1 and so on. Of the cells in that order, shard I has those after
    /// the first (I-1)*CELLS/N up to I*CELLS/N, rounded down. So each cell is in one shard, the sizes of shards differ by one at most,
    /// and a shard has few sources, old and new ones: to judge a new release takes several times as long as an old one.
    pub fn cells(self, sources: usize, each: usize) -> Vec<usize> {
        let step = self.of as usize;
        let dealt: Vec<usize> =
            (0..step.min(sources)).flat_map(|first| (first..sources).step_by(step)).collect();
        let mut cells: Vec<usize> =
            self.range(sources * each).map(|at| dealt[at / each] * each + at % each).collect();
        cells.sort_unstable();
        cells
    }

    /// The part of `cells` things in a row that is its own.
    fn range(self, cells: usize) -> Range<usize> {
        let end = |number: u32| {
            let end = cells as u128 * u128::from(number) / u128::from(self.of);
            usize::try_from(end).unwrap_or(cells)
        };
        end(self.number - 1)..end(self.number)
    }

    /// All shards of as many.
    pub fn all(of: u32) -> impl Iterator<Item = Shard> {
        (1..=of).map(move |number| Shard { number, of })
    }
}

impl FromStr for Shard {
    type Err = BadShard;

    fn from_str(text: &str) -> Result<Shard, BadShard> {
        let (number, of) = text.split_once('/').ok_or(BadShard)?;
        let parse = |digits: &str| match digits.bytes().all(|byte| byte.is_ascii_digit()) {
            true => digits.parse::<u32>().ok(),
            false => None,
        };
        let (number, of) = (parse(number).ok_or(BadShard)?, parse(of).ok_or(BadShard)?);
        if number == 0 || number > of || of > MOST { Err(BadShard) } else { Ok(Shard { number, of }) }
    }
}

impl fmt::Display for Shard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.number, self.of)
    }
}

serde_as_text!(Shard);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_cell_is_in_one_shard_and_sizes_differ_by_one_at_most() {
        for (sources, each) in [(0, 3), (1, 1), (2, 4), (7, 1), (9, 1), (32, 3), (40, 10), (5, 0)] {
            for of in [1, 2, 3, 7, 8, 9, 500] {
                let shards: Vec<_> = Shard::all(of).map(|shard| shard.cells(sources, each)).collect();
                let mut joined = shards.concat();
                joined.sort_unstable();
                assert_eq!(joined, (0..sources * each).collect::<Vec<_>>(), "{sources}, {each} in {of}");
                let sizes = || shards.iter().map(Vec::len);
                assert!(sizes().max().unwrap() - sizes().min().unwrap() <= 1, "{sources}, {each} in {of}");
            }
        }
        assert_eq!(Shard { number: u32::MAX, of: u32::MAX }.range(usize::MAX).end, usize::MAX);
    }

    #[test]
    fn a_shard_has_few_sources_old_and_new_ones() {
        let sources = |number| {
            let cells = Shard { number, of: 4 }.cells(40, 10);
            let mut sources: Vec<usize> = cells.iter().map(|cell| cell / 10).collect();
            sources.dedup();
            sources
        };
        assert_eq!(sources(1), [0, 4, 8, 12, 16, 20, 24, 28, 32, 36]);
        assert_eq!(sources(4), [3, 7, 11, 15, 19, 23, 27, 31, 35, 39]);
    }

    #[test]
    fn a_shard_is_a_number_from_1_to_the_number_of_shards() {
        assert_eq!("3/8".parse(), Ok(Shard { number: 3, of: 8 }));
        for text in ["", "3", "0/8", "9/8", "0/0", "3/8/2", "+3/8", " 3/8", "3/", "-1/8", "1/4294967296"] {
            assert_eq!(text.parse::<Shard>(), Err(BadShard), "{text}");
        }
    }
}
