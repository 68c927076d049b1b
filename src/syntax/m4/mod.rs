//! m4 sources that autoconf reads: aclocal.m4, configure.in, configure.ac. They are shell code with calls of macros, whose
//! arguments are shell code again. Shell scripts are a dialect without m4.

mod code;
mod comment;
mod definition;
mod file;
mod parser;
mod section;
mod shell;
#[cfg(test)]
mod tests;

pub use code::is_closed;
pub use comment::{comments_in_script, without_comments};
pub use definition::{Definition, checks_for, defines, definitions, problem};
pub use file::{Block, BlockKind, Branch, Call, Case, Dialect, M4File, Spelling};
pub use shell::unbalanced;
