//! Finds the line of a log that shows the cause of a failure.

/// Texts of a line that shows the cause of a failure. configure prints the same for tests that are expected
/// to fail, but into config.log.
const CAUSES: [&str; 7] = [
    "error:",
    "Error:",
    "undefined reference",
    "not found",
    "No such file",
    "Permission denied",
    "No space left",
];

/// Texts by which make reports that a command failed. With `-j` that may be long after the cause.
const REPORTS: [&str; 2] = ["***", "Error "];

/// The first line of a log that shows a failure, with its number from 1. If there is none, the last line
/// that is not empty.
pub(super) fn first_failing_line(log: &str) -> Option<(usize, &str)> {
    let numbered = || log.lines().enumerate().map(|(i, line)| (i + 1, line.trim_end()));
    // Warnings contain these texts too: `-Werror`, `implicit declaration of function 'error'`.
    let warns = |line: &str| line.contains("warning:") || line.starts_with("checking ");
    let first = |text: &&'static str| numbered().find(|(_, line)| line.contains(*text) && !warns(line));
    let cause = CAUSES.iter().filter_map(first).min_by_key(|(number, _)| *number);
    cause
        .or_else(|| REPORTS.iter().find_map(first))
        .or_else(|| numbered().filter(|(_, line)| !line.is_empty()).last())
}

#[cfg(test)]
mod tests {
    use super::first_failing_line;

    #[test]
    fn a_cause_is_preferred_to_what_make_reports() {
        let log = "gcc -c a.c\na.c:3: warning: error: only a warning\na.c:5:1: error: expected ';'\nmake: *** [a.o] Error 1\n";
        assert_eq!(first_failing_line(log), Some((3, "a.c:5:1: error: expected ';'")));
        assert_eq!(first_failing_line("x\nmake: *** No rule\n\n").map(|(line, _)| line), Some(2));
        assert_eq!(first_failing_line("x\nlast words\n\n"), Some((2, "last words")));
        assert_eq!(first_failing_line(""), None);
    }
}
