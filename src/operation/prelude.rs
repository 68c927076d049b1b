//! What the file of every operation needs.

pub(super) use serde::{Deserialize, Serialize};

pub(super) use super::anchor::Anchor;
pub(super) use super::answer::{
    Answer, Delta, Failure, Miss, Resolution, already, change, change_at, change_file, refused,
};
pub(super) use super::find::{Results, covers, find_lines, find_words, match_count, only};
pub(super) use super::lines::{as_lines, insert_lines, with_line_ends};
pub(super) use super::operate::{Compared, Description, Operate, Site, ensure, moves_to};
pub(super) use super::parsed::ParsedFile;
pub(super) use super::proof::{comment_results, results, within_reach};
pub(super) use super::value::{Count, OneOrMore, Text, Texts};
pub(super) use crate::text::{Rewrite, Span, line_ending, nearest};
