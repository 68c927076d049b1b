//! `file.*`: whole files.

use super::anchor::find_words;
use super::answer::{Answer, Miss};
use super::context::Source;
use super::outcome::Delta;
use crate::patchset::Change;
use crate::patchset::operation::file::{Add, Mode, Remove};
use crate::text::Span;

/// Either deltas that do it, or an answer that needs none.
pub(super) type Whole = Result<Delta, Answer>;

pub(super) fn add(existing: Option<&Source>, change: &Change, op: &Add) -> Whole {
    let content = change.text(&op.content);
    match existing {
        None => Ok(Delta::Add { bytes: content.into(), executable: op.executable }),
        Some(source) if source.bytes != content => {
            Err(Answer::refused("another file of that name exists, and is never replaced", 0))
        }
        Some(source) if source.executable != op.executable => Ok(Delta::Mode { executable: op.executable }),
        Some(_) => Err(Answer::Already(vec![0])),
    }
}

pub(super) fn remove(existing: Option<&Source>, op: &Remove) -> Whole {
    let Some(source) = existing else { return Err(Answer::Already(Vec::new())) };
    let all = Span::new(0, source.bytes.len());
    if find_words(&source.bytes, op.contains.as_bytes(), all).is_empty() {
        return Err(Answer::Missing(Miss {
            what: format!("the file exists, but does not contain `{}`: it may be another one", op.contains),
            near: vec![(0, String::new())],
            ..Miss::default()
        }));
    }
    Ok(Delta::Remove)
}

pub(super) fn mode(source: &Source, op: &Mode) -> Whole {
    if source.executable == op.executable {
        Err(Answer::Already(vec![0]))
    } else {
        Ok(Delta::Mode { executable: op.executable })
    }
}
