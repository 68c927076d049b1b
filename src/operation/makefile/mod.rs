//! Makefile.pre.in and other Makefiles.

#![allow(clippy::tabs_in_doc_comments, reason = "recipes begin with tabs")]

mod add_prerequisite;
mod add_rule;
mod append_variable;
mod move_prerequisite;
mod prefix_command;
mod prerequisite;
mod reach;
mod remove_prerequisite;
mod replace_prerequisite;
mod set_variable;
mod variable;

pub use add_prerequisite::AddPrerequisite;
pub use add_rule::AddRule;
pub use append_variable::AppendVariable;
pub use move_prerequisite::MovePrerequisite;
pub use prefix_command::PrefixCommand;
pub use remove_prerequisite::RemovePrerequisite;
pub use replace_prerequisite::ReplacePrerequisite;
pub use set_variable::SetVariable;
