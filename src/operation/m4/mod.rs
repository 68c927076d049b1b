//! m4 sources that autoconf reads: aclocal.m4, configure.ac.

mod add_branch;
mod add_word;
mod branch;
mod define;
mod insert;
mod joined;
mod layout;
mod move_statements;
mod override_macro;
mod remove;
mod remove_branch;
mod remove_comment;
mod remove_word;
mod replace;
mod replace_argument;
mod replace_comment;
mod replace_condition;
mod replace_word;
mod set_variable;
mod statements;
mod words;
mod wrap;

pub use add_branch::AddBranch;
pub use add_word::AddWord;
pub use define::Define;
pub use insert::Insert;
pub(super) use joined::joins;
pub use joined::keeps_joined_lines;
pub use move_statements::Move;
pub(super) use move_statements::move_statements;
pub use override_macro::Override;
pub use remove::Remove;
pub use remove_branch::RemoveBranch;
pub use remove_comment::RemoveComment;
pub use remove_word::RemoveWord;
pub use replace::Replace;
pub use replace_argument::ReplaceArgument;
pub use replace_comment::ReplaceComment;
pub use replace_condition::ReplaceCondition;
pub use replace_word::ReplaceWord;
pub use set_variable::SetVariable;
pub(super) use statements::Statements;
pub use wrap::Wrap;

use super::answer::Failure;
use crate::syntax::m4;
use crate::text::LineIndex;

/// Checks that a text of the patchset defines `macros`. m4 accepts an unbalanced quote and makes a configure of it
/// that the shell rejects.
fn check_definitions(text: &[u8], macros: &[String]) -> Result<(), Failure> {
    if let Some(problem) = m4::problem(text) {
        let at = LineIndex::new(text).position(problem.span.start);
        let place = format!("line {}, column {} of its text", at.line, at.column);
        return Err(Failure::fault(format!("{place}: {}", problem.what)));
    }
    let defined = m4::definitions(text);
    match macros.iter().find(|name| !defined.iter().any(|d| d.name.of(text) == name.as_bytes())) {
        Some(name) => Err(Failure::fault(format!("its text does not define `{name}`"))),
        None => Ok(()),
    }
}
