//! What every operation says of itself, so that the rest of the program needs to know none of them.

use super::anchor::Anchor;
use super::answer::Answer;
use super::parsed::ParsedFile;
use super::value::{Module, Text, Texts};
use crate::text::Span;
use crate::tree::TreePath;

/// An operation of the edit language. [`Operation`](super::Operation) lists them all.
pub trait Operate {
    /// What the rest of the program has to know.
    fn describe(&self) -> Description<'_>;

    /// Finds the anchor in a file, and the bytes to change.
    fn resolve(&self, site: &Site<'_>) -> Answer;

    /// Checks what the types cannot say. `texts` has the contents of the files that its texts name.
    ///
    /// # Errors
    /// A message that continues the operation's name: "has an empty anchor".
    fn check(&self, _texts: &Texts) -> Result<(), String> {
        Ok(())
    }

    /// Moves the operation to another anchor of the same kind, as a port proposes. Returns false if it cannot be
    /// moved.
    fn set_anchor(&mut self, _anchor: Anchor) -> bool {
        false
    }

    /// What it needs of the file `file`, if that depends on its texts.
    fn need(&self, _texts: &Texts, _file: &str) -> Option<FileNeed> {
        None
    }

    /// The name that it gives its file.
    fn new_name(&self) -> Option<&str> {
        None
    }

    /// What the symbolic link that it adds leads to.
    fn link_target(&self) -> Option<&str> {
        None
    }

    /// Whether its file may be a symbolic link, whose contents are its target.
    fn takes_links(&self) -> bool {
        false
    }

    /// The text that it inserts next to its anchor, where other changes may insert theirs.
    fn inserted(&self) -> Option<&Text> {
        None
    }

    /// Checks that its own scopes may be in `file`, by its name.
    ///
    /// # Errors
    /// A message that continues the operation's name.
    fn check_in(&self, _file: &TreePath) -> Result<(), String> {
        Ok(())
    }

    /// The modules of an operation on several, each of which is resolved as a part of its own.
    fn modules(&self) -> &[Module] {
        &[]
    }

    /// The macros that it undefines in a header: code that asks for them may do so itself.
    fn undefines(&self) -> &[String] {
        &[]
    }

    /// The Python code that it brings, for a port that must rewrite Python 2 code.
    fn code_mut(&mut self) -> Option<&mut Text> {
        None
    }
}

/// The result of a check: `what` is wrong unless `holds`.
pub(super) fn ensure(holds: bool, what: &str) -> Result<(), String> {
    if holds { Ok(()) } else { Err(what.to_owned()) }
}

/// Defines [`Operate::set_anchor`]: to which anchors the operation can be moved, and how its arguments take their values.
macro_rules! moves_to {
    ($self:ident, $anchor:pat => $assignment:expr) => {
        fn set_anchor(&mut $self, anchor: Anchor) -> bool {
            let $anchor = anchor else { return false };
            $assignment;
            true
        }
    };
}
pub(super) use moves_to;

/// What an operation says of itself.
#[derive(Debug)]
pub struct Description<'a> {
    /// What it attaches to.
    pub anchor: Anchor,
    /// The text around the anchor that has to be the same in another version.
    pub compared: Compared,
    /// Tells it from other operations on the same file, in the rows of a matrix: a word, a function. The operation's
    /// name if `None`.
    pub label: Option<String>,
    /// Its texts, each of which may come from a file of the patchset.
    pub texts: Vec<&'a Text>,
    /// Whether `within` limits it to a part of the file.
    pub takes_within: bool,
    /// Whether it leaves nothing that shows that it was made.
    pub removes: bool,
}

impl<'a> Description<'a> {
    /// An operation whose anchor says all.
    pub(super) fn new(anchor: Anchor) -> Description<'a> {
        let compared = Compared::Nothing;
        Description { anchor, compared, label: None, texts: Vec::new(), takes_within: false, removes: false }
    }

    pub(super) fn compared(self, compared: Compared) -> Description<'a> {
        Description { compared, ..self }
    }

    pub(super) fn label(self, label: impl Into<String>) -> Description<'a> {
        Description { label: Some(label.into()), ..self }
    }

    pub(super) fn texts(self, texts: impl IntoIterator<Item = &'a Text>) -> Description<'a> {
        Description { texts: texts.into_iter().collect(), ..self }
    }

    pub(super) fn removes(self) -> Description<'a> {
        Description { removes: true, ..self }
    }

    pub(super) fn within(self) -> Description<'a> {
        Description { takes_within: true, ..self }
    }
}

/// How much text around an anchor is compared with that of another version. It is also what a snapshot keeps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Compared {
    /// None: the anchor says all, such as a literal text, or the name of what is removed.
    Nothing,
    /// The text that the change overwrites without naming it, such as the value of a name: new text may be made for the
    /// old one only. A snapshot does not keep it.
    Value,
    /// The line.
    Line,
    /// The line with those that backslashes join to it.
    LogicalLine,
    /// Only whether the file exists.
    Existence,
}

impl Compared {
    /// Whether lines around the anchor are compared, which a snapshot keeps.
    pub fn has_lines(self) -> bool {
        match self {
            Compared::Nothing | Compared::Value => false,
            Compared::Line | Compared::LogicalLine | Compared::Existence => true,
        }
    }
}

/// What an operation needs of its file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileNeed {
    /// The file must exist.
    Exists,
    /// The file is created if it does not exist.
    Creates,
    /// The change is already made if the file does not exist.
    MayBeAbsent,
}

/// Where an operation is resolved.
pub struct Site<'a> {
    /// The file; empty if it does not exist.
    pub file: &'a ParsedFile,
    /// Whether the file exists.
    pub exists: bool,
    /// The file that has the name already that the operation gives its file.
    pub target: Option<&'a ParsedFile>,
    /// The part of the file that `within` names; the whole file without it.
    pub scope: Span,
    /// Whether the change has a `within`. One definition may be the whole file.
    pub is_limited: bool,
    /// The contents of the files that the operation's texts name.
    pub texts: &'a Texts,
    /// The texts that other changes of the patchset insert into the same files.
    pub neighbours: &'a [Vec<u8>],
    /// The module, for an operation on several.
    pub module: Option<&'a Module>,
}

impl Site<'_> {
    /// The module that an operation on several is resolved for.
    ///
    /// # Panics
    /// If there is none: the engine resolves an operation once for each of its modules.
    pub(super) fn module(&self) -> &Module {
        self.module.expect("an operation on modules is resolved for each of them")
    }
}
