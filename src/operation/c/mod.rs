//! C sources.
//!
//! Code anchors (`before`, `after`, `find`) are sequences of C tokens: blanks and comments between them do not matter,
//! so that an anchor still matches in a function that was indented again.

mod add_argument;
mod add_branch;
mod add_declaration;
mod add_entry;
mod add_include;
mod add_macro;
mod argument;
mod balance;
mod code;
mod condition;
mod declaration;
mod entry;
mod insert;
mod macros;
mod place;
mod redirect_call;
mod remove;
mod remove_argument;
mod remove_comment;
mod remove_declaration;
mod remove_entry;
mod remove_include;
mod remove_macro;
mod rename;
mod replace;
mod replace_argument;
mod replace_comment;
mod replace_condition;
mod replace_entry;
mod replace_function;
mod replace_include;
mod set_macro;
mod statements;
mod unwrap;
mod wrap;

pub use add_argument::AddArgument;
pub use add_branch::AddBranch;
pub use add_declaration::AddDeclaration;
pub use add_entry::AddEntry;
pub use add_include::AddInclude;
pub use add_macro::AddMacro;
pub use balance::balanced;
pub use insert::{At, Insert};
pub use redirect_call::RedirectCall;
pub use remove::Remove;
pub use remove_argument::RemoveArgument;
pub use remove_comment::RemoveComment;
pub use remove_declaration::RemoveDeclaration;
pub use remove_entry::RemoveEntry;
pub use remove_include::RemoveInclude;
pub use remove_macro::RemoveMacro;
pub use rename::Rename;
pub use replace::Replace;
pub use replace_argument::ReplaceArgument;
pub use replace_comment::ReplaceComment;
pub use replace_condition::ReplaceCondition;
pub use replace_entry::ReplaceEntry;
pub use replace_function::ReplaceFunction;
pub use replace_include::ReplaceInclude;
pub use set_macro::SetMacro;
pub use unwrap::Unwrap;
pub use wrap::Wrap;
