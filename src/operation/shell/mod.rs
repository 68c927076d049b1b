//! Shell scripts, and the commands of Makefile recipes.

mod add_branch;
mod insert;
mod like_m4;
mod move_statements;
mod prefix;
mod prefix_command;
mod remove;
mod remove_branch;
mod remove_comment;
mod replace;
mod replace_comment;
mod replace_condition;
mod set_variable;
mod wrap;

pub use add_branch::AddBranch;
pub use insert::Insert;
pub use move_statements::Move;
pub(super) use prefix::prefix;
pub use prefix_command::PrefixCommand;
pub use remove::Remove;
pub use remove_branch::RemoveBranch;
pub use remove_comment::RemoveComment;
pub use replace::Replace;
pub use replace_comment::ReplaceComment;
pub use replace_condition::ReplaceCondition;
pub use set_variable::SetVariable;
pub use wrap::Wrap;
