//! The extension modules of a tree: which there are, how they are linked, and which of them a
//! program needs (the "dependency analyser" of the paper's section 4.2).

mod analysis;
mod archives;
mod inventory;
mod libraries;
mod setup_order;

pub use analysis::{Analysis, Program, Root, analyze};
pub use archives::{newer_archives, touch};
pub use inventory::{ExtensionModule, Inventory, Linkage, inventory};
pub use setup_order::{EditableSetup, SetupFile, is_shadowed, setup_files};
