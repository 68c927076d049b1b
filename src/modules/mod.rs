//! The extension modules of a tree: which there are, where they would be linked, and which of them a
//! program needs (the "dependency analyser" of the paper's section 4.2).

mod analysis;
mod archives;
mod inventory;
mod libraries;
mod reading;

pub use analysis::{Analysis, Needed, NotFound, Program, Root, analyse};
pub use archives::{archives, newer_archives, touch};
pub use inventory::{ExtensionModule, Inventory, Linkage, inventory};
pub use reading::{SetupFile, setup_files};
