//! The first line of a conditional, as an argument.

use crate::operation::prelude::*;

/// Checks that a text is the first line of a conditional.
pub(super) fn check_condition(condition: &str) -> Result<(), String> {
    let word = condition.split_whitespace().next().unwrap_or_default();
    let is_condition =
        matches!(word, "ifeq" | "ifneq" | "ifdef" | "ifndef") && !condition.trim().contains('\n');
    ensure(is_condition, "needs an `if` that is the first line of a conditional: `ifeq ($(A),b)`")
}
