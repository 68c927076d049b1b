//! Which line of a log says what went wrong.

/// What a line holds that tells of a failure, the surest first. configure's own log of failed tests
/// is full of `error:`, but that goes to config.log; a make that goes on prints the first error long
/// before its last lines.
const SIGNS: [&str; 9] = [
    "error:",
    "Error:",
    "undefined reference",
    "not found",
    "No such file",
    "Permission denied",
    "No space left",
    "***",
    "Error ",
];

/// The line of a log, with its number from 1, that first tells of a failure; the last line that says
/// anything where none does.
pub(super) fn first_failing_line(log: &str) -> Option<(usize, &str)> {
    let numbered = || log.lines().enumerate().map(|(i, line)| (i + 1, line.trim_end()));
    // Warnings name errors, too: `-Werror`, `implicit declaration of function 'error'`.
    let warns = |line: &str| line.contains("warning:") || line.starts_with("checking ");
    let tells = |sign: &&'static str| numbered().find(|(_, line)| line.contains(*sign) && !warns(line));
    let first = SIGNS[..7].iter().filter_map(tells).min_by_key(|(number, _)| *number);
    first
        .or_else(|| SIGNS[7..].iter().find_map(tells))
        .or_else(|| numbered().filter(|(_, line)| !line.is_empty()).last())
}

#[cfg(test)]
mod tests {
    use super::first_failing_line;

    #[test]
    fn the_cause_comes_before_what_make_says_of_it() {
        let log = "gcc -c a.c\na.c:3: warning: error: not meant\na.c:5:1: error: expected ';'\nmake: *** [a.o] Error 1\n";
        assert_eq!(first_failing_line(log), Some((3, "a.c:5:1: error: expected ';'")));
        assert_eq!(first_failing_line("x\nmake: *** No rule\n\n").map(|(line, _)| line), Some(2));
        assert_eq!(first_failing_line("x\nlast words\n\n"), Some((2, "last words")));
        assert_eq!(first_failing_line(""), None);
    }
}
