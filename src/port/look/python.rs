//! Python 2's print statement in code for Python 3.

use crate::patchset::{Change, Operation, Text};

/// The change with every `print X` of its code as `print(X)`, where that is all that it takes: one line,
/// no `>>`, no comma at its end.
pub(super) fn without_print_statement(change: &Change) -> Option<Change> {
    let code = match &change.operation {
        Operation::PythonAddMethod(op) => &op.code,
        Operation::PythonReplaceMethod(op) => &op.code,
        Operation::PythonAddFunction(op) => &op.code,
        Operation::PythonReplaceFunction(op) => &op.code,
        _ => return None,
    };
    let text = String::from_utf8(change.text(code).to_vec()).ok()?;
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
    let mut new = change.clone();
    let code = Text::Inline(lines.concat());
    match &mut new.operation {
        Operation::PythonAddMethod(op) => op.code = code,
        Operation::PythonReplaceMethod(op) => op.code = code,
        Operation::PythonAddFunction(op) => op.code = code,
        Operation::PythonReplaceFunction(op) => op.code = code,
        _ => return None,
    }
    Some(new)
}

/// Whether what stands behind `print ` is all of its arguments: brackets and quotes are closed on the line.
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
    fn only_a_print_that_is_plain_is_rewritten() {
        assert!(is_whole("\"Append to Setup:\", line"));
        assert!(is_whole("f(a, b) % (c,)"));
        for rest in ["a,", ">>f, a", "f(a,", "'a", "a # why", "a; b", "a \\"] {
            assert!(!is_whole(rest), "{rest}");
        }
    }
}
