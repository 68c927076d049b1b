//! C sources.
//!
//! Code anchors (`before`, `after`, `find`) are sequences of C tokens: blanks and comments between them do not matter,
//! so that an anchor still matches in a function that was indented again.

mod add_entry;
mod add_include;
mod balance;
mod code;
mod entry;
mod insert;
mod redirect_call;
mod remove;
mod remove_entry;
mod replace;
mod replace_condition;
mod replace_entry;
mod replace_function;
mod statements;
mod unwrap;
mod wrap;

pub use add_entry::AddEntry;
pub use add_include::AddInclude;
pub use balance::balanced;
pub use insert::{At, Insert};
pub use redirect_call::RedirectCall;
pub use remove::Remove;
pub use remove_entry::RemoveEntry;
pub use replace::Replace;
pub use replace_condition::ReplaceCondition;
pub use replace_entry::ReplaceEntry;
pub use replace_function::ReplaceFunction;
pub use unwrap::Unwrap;
pub use wrap::Wrap;
