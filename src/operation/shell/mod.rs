//! Shell scripts, and the commands of Makefile recipes.

mod prefix;
mod prefix_command;

pub(super) use prefix::prefix;
pub use prefix_command::PrefixCommand;
