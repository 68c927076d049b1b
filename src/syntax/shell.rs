//! Finds the simple commands of a recipe line of a Makefile, or of a small script.
//!
//! Make's variable references (`$(PGEN)`, `$$PATH`, `@RUNSHARED@`) are parts of words, so that
//! recipes and scripts are parsed alike.

use crate::text::Span;

/// A simple command: its words in order, assignments and redirections included.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Command {
    /// The words. Never empty.
    pub words: Vec<Span>,
}

impl Command {
    /// The word that names the program: the first that does not set up its environment. A variable
    /// before an option is the program itself (`$(RUNSHARED) $(PYTHON_FOR_BUILD) -Wi`).
    pub fn program(&self, text: &[u8]) -> Option<Span> {
        let words = &self.words;
        match words.iter().position(|word| !is_environment(word.of(text))) {
            Some(i) if i == 0 || !words[i].of(text).starts_with(b"-") => Some(words[i]),
            Some(i) => Some(words[i - 1]),
            None => words.last().copied(),
        }
    }
}

/// Words after which a command starts.
const KEYWORDS: [&[u8]; 10] =
    [b"if", b"then", b"else", b"elif", b"do", b"while", b"until", b"!", b"{", b"time"];

/// The simple commands in `within`, in order. A backslash before a line end joins lines.
pub fn commands(text: &[u8], within: Span) -> Vec<Command> {
    let mut found = Vec::new();
    let mut words: Vec<Span> = Vec::new();
    let mut depth = 0usize;
    let mut at = within.start;
    let mut flush = |words: &mut Vec<Span>| {
        if !words.is_empty() {
            found.push(Command { words: std::mem::take(words) });
        }
    };
    while at < within.end {
        match text[at] {
            b' ' | b'\t' | b'\r' => at += 1,
            b'\\' if line_end(text, at + 1).is_some_and(|end| end <= within.end) => {
                at = line_end(text, at + 1).unwrap_or(at + 1);
            }
            b'#' => at = text[at..within.end].iter().position(|b| *b == b'\n').map_or(within.end, |i| at + i),
            mark @ (b'\n' | b';' | b'&' | b'|' | b'(') => {
                flush(&mut words);
                depth += usize::from(mark == b'(');
                at += 1;
            }
            b')' if depth == 0 => {
                // The end of a pattern in `case X in pattern)`: the words before it are not a command.
                words.clear();
                at += 1;
            }
            b')' => {
                flush(&mut words);
                depth -= 1;
                at += 1;
            }
            _ => {
                let word = word_at(text, at, within.end);
                at = word.end;
                if !(words.is_empty() && KEYWORDS.contains(&word.of(text))) {
                    words.push(word);
                }
            }
        }
    }
    flush(&mut words);
    found
}

/// The offset after a line end at `at`.
fn line_end(text: &[u8], at: usize) -> Option<usize> {
    match text.get(at..)? {
        [b'\n', ..] => Some(at + 1),
        [b'\r', b'\n', ..] => Some(at + 2),
        _ => None,
    }
}

/// The word that starts at `start`; quotes, back quotes and `$(...)` may hold blanks.
fn word_at(text: &[u8], start: usize, end: usize) -> Span {
    let mut at = start;
    while at < end {
        match text[at] {
            b' ' | b'\t' | b'\r' | b'\n' | b';' | b'&' | b'|' | b'(' | b')' => break,
            b'\\' if line_end(text, at + 1).is_some() => break,
            b'\\' => at += 2,
            quote @ (b'\'' | b'"' | b'`') => at = quote_end(text, at, end, quote),
            b'$' => at = reference_end(text, at, end),
            _ => at += 1,
        }
    }
    Span::new(start, at.min(end).max(start + 1))
}

fn quote_end(text: &[u8], start: usize, end: usize, quote: u8) -> usize {
    let mut at = start + 1;
    while at < end && text[at] != quote {
        at += if text[at] == b'\\' && quote != b'\'' { 2 } else { 1 };
    }
    (at + 1).min(end)
}

/// The offset after `$(...)`, `${...}`, `$$` or `$x`.
pub(super) fn reference_end(text: &[u8], start: usize, end: usize) -> usize {
    let (open, close) = match text.get(start + 1) {
        Some(b'(') => (b'(', b')'),
        Some(b'{') => (b'{', b'}'),
        _ => return (start + 2).min(end),
    };
    let mut depth = 0usize;
    for (at, byte) in text.iter().enumerate().take(end).skip(start + 1) {
        if *byte == open {
            depth += 1;
        } else if *byte == close {
            depth -= 1;
            if depth == 0 {
                return at + 1;
            }
        }
    }
    end
}

/// How the names of variables end that only set up the environment of the command after them.
/// `$(MAKE) $(PGEN)` and `$(INSTALL_DATA) $(X)` have the same form, but run the first word.
const ENVIRONMENTS: [&str; 5] = ["RUNSHARED", "HOSTRUNNER", "PROF_FILE", "ENV", "ENVIRONMENT"];

/// Whether `word` only sets up the environment of the command after it: an assignment, or a
/// variable such as `$(RUNSHARED)` in CPython's recipes.
pub fn is_environment(word: &[u8]) -> bool {
    let name = word.iter().take_while(|b| b.is_ascii_alphanumeric() || **b == b'_').count();
    let assignment = name > 0 && !word[0].is_ascii_digit() && word.get(name) == Some(&b'=');
    let inner = |open: &[u8], close: &[u8]| word.strip_prefix(open)?.strip_suffix(close);
    let variable = inner(b"$(", b")").or_else(|| inner(b"${", b"}")).or_else(|| inner(b"@", b"@"));
    let sets_up = |name: &[u8]| ENVIRONMENTS.iter().any(|ending| name.ends_with(ending.as_bytes()));
    assignment || variable.is_some_and(sets_up)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<Vec<String>> {
        commands(text.as_bytes(), Span::new(0, text.len()))
            .into_iter()
            .map(|c| {
                c.words.iter().map(|w| String::from_utf8_lossy(w.of(text.as_bytes())).into_owned()).collect()
            })
            .collect()
    }

    #[test]
    fn a_recipe_is_split_into_its_commands() {
        assert_eq!(
            words("A=1 $(R) \\\n\t./$(P) -c 'a; b' && x"),
            [vec!["A=1", "$(R)", "./$(P)", "-c", "'a; b'"], vec!["x"]]
        );
        assert_eq!(
            words("if test -f `a b`; then ./$(P) x; else true; fi"),
            [vec!["test", "-f", "`a b`"], vec!["./$(P)", "x"], vec!["true"], vec!["fi"]]
        );
    }

    #[test]
    fn a_pattern_of_case_is_not_a_command() {
        assert_eq!(
            words("case $$X in \\\n*-s*) run a;; \\\n*) run b;; \\\nesac"),
            [vec!["run", "a"], vec!["run", "b"], vec!["esac"]]
        );
    }

    #[test]
    fn nested_references_and_subshells_are_parsed() {
        assert_eq!(
            words("(cd $(dir $(X)); python$EXE y)"),
            [vec!["cd", "$(dir $(X))"], vec!["python$EXE", "y"]]
        );
    }

    #[test]
    fn words_that_set_up_the_environment_are_not_commands() {
        for word in ["A=b", "PYTHONPATH=$(X)", "$(RUNSHARED)", "${RUNSHARED}", "@RUNSHARED@", "_a1='x y'"] {
            assert!(is_environment(word.as_bytes()), "{word}");
        }
        for word in ["./$(P)", "$(MAKE)", "$(YOD)", "@CC@", "1=b", "=b", "$(P)x", "python", "$(a b)", "-DX=1"]
        {
            assert!(!is_environment(word.as_bytes()), "{word}");
        }
    }
}
