//! What a family of operations answers about one file, in byte offsets.

use super::context::Source;
use super::outcome::{Near, Outcome, Place};
use crate::text::Rewrite;

/// The answer of an operation on one file, before offsets become places for people.
#[derive(Debug, Clone)]
pub(super) enum Answer {
    /// These rewrites do it.
    Change(Vec<Rewrite>),
    /// It is so already, as is seen at these offsets.
    Already(Vec<usize>),
    /// The anchor is not there.
    Missing(Miss),
    /// The anchor is there too often, at these offsets.
    Ambiguous { what: String, at: Vec<usize>, help: Option<String> },
    /// It must not be done.
    Refused { why: String, at: Option<usize> },
}

/// An anchor that is not there.
#[derive(Debug, Clone, Default)]
pub(super) struct Miss {
    pub what: String,
    pub at: Option<usize>,
    /// Offsets of the nearest misses, and in what each comes near.
    pub near: Vec<(usize, String)>,
    pub help: Option<String>,
}

impl Answer {
    pub(super) fn refused(why: impl Into<String>, at: usize) -> Answer {
        Answer::Refused { why: why.into(), at: Some(at) }
    }

    pub(super) fn missing(what: impl Into<String>) -> Answer {
        Answer::Missing(Miss { what: what.into(), ..Miss::default() })
    }

    /// Turns offsets in `source` into places.
    pub(super) fn outcome(&self, source: &Source) -> Outcome {
        let place = |offset: usize| source.place(offset);
        let places = |offsets: &[usize]| offsets.iter().map(|o| place(*o)).collect::<Vec<Place>>();
        match self {
            Answer::Change(rewrites) => {
                let mut places: Vec<Place> = rewrites.iter().map(|r| place(r.span.start)).collect();
                places.sort();
                places.dedup();
                Outcome::Change(places)
            }
            Answer::Already(at) => Outcome::Already(places(at)),
            Answer::Missing(miss) => Outcome::Missing {
                what: miss.what.clone(),
                place: miss.at.map(place),
                near: {
                    let mut near: Vec<Near> = Vec::new();
                    for (offset, why) in &miss.near {
                        let place = place(*offset);
                        if !near.iter().any(|known| known.place == place) {
                            near.push(Near { place, why: why.clone() });
                        }
                    }
                    near
                },
                help: miss.help.clone(),
            },
            Answer::Ambiguous { what, at, help } => {
                Outcome::Ambiguous { what: what.clone(), places: places(at), help: help.clone() }
            }
            Answer::Refused { why, at } => Outcome::Refused { why: why.clone(), place: at.map(place) },
        }
    }
}
