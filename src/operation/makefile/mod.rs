//! Makefile.pre.in and other Makefiles.

#![allow(clippy::tabs_in_doc_comments, reason = "recipes begin with tabs")]

mod add_prerequisite;
mod add_rule;
mod add_variable;
mod add_word;
mod append_variable;
mod condition;
mod insert;
mod lines;
mod list_word;
mod move_lines;
mod move_prerequisite;
mod prefix_command;
mod prerequisite;
mod reach;
mod remove;
mod remove_comment;
mod remove_prerequisite;
mod remove_variable;
mod remove_word;
mod replace;
mod replace_comment;
mod replace_condition;
mod replace_prerequisite;
mod replace_word;
mod set_variable;
mod variable;
mod wrap;

pub use add_prerequisite::AddPrerequisite;
pub use add_rule::AddRule;
pub use add_variable::AddVariable;
pub use add_word::AddWord;
pub use append_variable::AppendVariable;
pub use insert::Insert;
pub use move_lines::Move;
pub use move_prerequisite::MovePrerequisite;
pub use prefix_command::PrefixCommand;
pub use remove::Remove;
pub use remove_comment::RemoveComment;
pub use remove_prerequisite::RemovePrerequisite;
pub use remove_variable::RemoveVariable;
pub use remove_word::RemoveWord;
pub use replace::Replace;
pub use replace_comment::ReplaceComment;
pub use replace_condition::ReplaceCondition;
pub use replace_prerequisite::ReplacePrerequisite;
pub use replace_word::ReplaceWord;
pub use set_variable::SetVariable;
pub use variable::Operator;
pub use wrap::Wrap;
