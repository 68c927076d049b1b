//! C headers and their templates, such as pyconfig.h.in.

mod add_entry;
mod append;
mod define;
mod guard;
mod remove_entry;
mod undef;

pub use add_entry::AddEntry;
pub use append::Append;
pub use define::Define;
pub use remove_entry::RemoveEntry;
pub use undef::Undef;
