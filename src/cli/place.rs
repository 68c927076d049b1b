//! Sources that are opened more than once, or in the thread that reads them.

use std::path::PathBuf;

use crate::fetch::Located;
use crate::tree::pin::Pin;
use crate::tree::{self, ArchiveTree, GitTree, NamedTree, SourceSpec, Tree};

/// A source that was found, and is opened where it is read.
pub(super) enum Place {
    /// What a user named that is no pin.
    Spec(SourceSpec),
    /// A pin that is at hand.
    Pin(Box<Pin>, Located),
    /// A release tag of a git repository.
    Tag { repository: PathBuf, tag: String },
}

impl Place {
    /// Opens it. What cannot be opened is told in a sentence.
    pub(super) fn open(&self) -> Result<Box<dyn Tree>, String> {
        let told = |error: tree::TreeError| error.to_string();
        Ok(match self {
            Place::Spec(spec) => tree::open(spec).map_err(told)?,
            Place::Pin(pin, Located::Tarball { path, .. }) => {
                Box::new(NamedTree::new(&pin.name, ArchiveTree::open(path).map_err(told)?))
            }
            Place::Pin(pin, Located::Git { repository, tree }) => {
                Box::new(NamedTree::new(&pin.name, GitTree::at_tree_id(repository, tree).map_err(told)?))
            }
            Place::Tag { repository, tag } => {
                let name = tag.strip_prefix('v').map_or(tag.clone(), |version| format!("python-{version}"));
                Box::new(NamedTree::new(&name, GitTree::open(repository, tag).map_err(told)?))
            }
        })
    }
}
