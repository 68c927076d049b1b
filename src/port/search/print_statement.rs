//! Rewrites Python 2's print statement in code for Python 3.

use crate::operation::{Operation, Text};
use crate::patchset::Change;
use crate::port::finding::Finding;
use crate::tree::Location;

/// The anchor is found, but the change raises a lint there, whose message is `why`. The candidate has the print statement
/// rewritten if that is certain to be right.
pub(in crate::port) fn trapped(change: &Change, places: &[Location], why: &str) -> Finding {
    let mut finding = Finding::same_place(change, places, why);
    for candidate in &mut finding.candidates {
        candidate.change = without_print_statement(change).map(|operation| change.with_operation(operation));
    }
    finding
}

/// The operation with every `print X` of its code rewritten as `print(X)`; `None` if one of them has several lines, a `>>`
/// or a comma at its end.
fn without_print_statement(change: &Change) -> Option<Operation> {
    // Operations with code have no other text.
    let texts = change.operation.operate().describe().texts;
    let text = String::from_utf8(change.texts.get(texts.first()?).to_vec()).ok()?;
    let mut lines = Vec::new();
    for line in text.split_inclusive('\n') {
        let body = line.trim_end();
        let blanks = &body[..body.len() - body.trim_start().len()];
        match body.trim_start().strip_prefix("print ") {
            Some(rest) if is_whole(rest) => {
                lines.push(format!("{blanks}print({}){}", rest.trim(), &line[body.len()..]));
            }
            Some(_) => return None,
            None => lines.push(line.to_owned()),
        }
    }
    change.operation.with_code(Text::Inline(lines.concat()))
}

/// Whether the text after `print ` has all of its arguments: brackets and quotes are closed on the line.
fn is_whole(rest: &str) -> bool {
    let mut depth = 0_i32;
    let mut quote: Option<char> = None;
    let mut escaped = false;
    for sign in rest.chars() {
        match quote {
            Some(_) if escaped => escaped = false,
            Some(_) if sign == '\\' => escaped = true,
            Some(open) if sign == open => quote = None,
            Some(_) => {}
            None => match sign {
                '\'' | '"' => quote = Some(sign),
                '(' | '[' | '{' => depth += 1,
                ')' | ']' | '}' => depth -= 1,
                '#' | ';' | '\\' => return false,
                _ => {}
            },
        }
    }
    let rest = rest.trim();
    depth == 0 && quote.is_none() && !rest.ends_with(',') && !rest.starts_with(">>") && !rest.starts_with('=')
}

#[cfg(test)]
mod tests {
    use super::is_whole;

    #[test]
    fn only_a_plain_print_statement_is_rewritten() {
        assert!(is_whole("\"Append to Setup:\", line"));
        assert!(is_whole("f(a, b) % (c,)"));
        for rest in ["a,", ">>f, a", "f(a,", "'a", "a # why", "a; b", "a \\"] {
            assert!(!is_whole(rest), "{rest}");
        }
    }
}
