//! `.gitattributes`, as far as they change what `git archive` writes: `export-ignore`, and the line ends of `text`, `eol`
//! and `crlf`. Files are read from the commit itself, not from the configuration of the user.
//!
//! `export-subst`, `ident`, `filter` and `working-tree-encoding` are not supported: their files are read as committed. No
//! release of CPython uses them.

use std::collections::HashMap;
use std::sync::Arc;

use glob::{MatchOptions, Pattern};

/// The attributes that are asked for.
const WANTED: [&str; 4] = ["text", "crlf", "eol", "export-ignore"];

/// git ignores longer lines.
const LONGEST_LINE: usize = 2048;

/// The value of an attribute.
#[derive(Debug, Clone, PartialEq, Eq)]
enum State {
    Set,
    Unset,
    /// Explicitly without a value: `!text`.
    Unspecified,
    Value(String),
}

type Assignments = Vec<(String, State)>;

/// A line of a `.gitattributes` file.
#[derive(Debug)]
struct Rule {
    matcher: Matcher,
    /// Whether it is for directories only.
    is_directory: bool,
    assignments: Assignments,
}

/// Which paths, relative to the directory of the file, a rule is for.
#[derive(Debug)]
enum Matcher {
    /// Names that end so: `*.bat`.
    Suffix(String),
    /// Names that match.
    Name(Pattern),
    /// Paths that match.
    Path(Pattern),
}

/// The contents of a `.gitattributes` file.
#[derive(Debug, Default)]
pub(super) struct Rules {
    rules: Vec<Rule>,
    /// Names of several attributes together. They count in the top directory only.
    macros: HashMap<String, Assignments>,
}

/// The rules that count in a directory: of the directory itself, and of those above it.
#[derive(Debug, Default)]
pub(super) struct Chain {
    /// From the top directory on, each with the length of its path and a slash.
    files: Vec<(usize, Arc<Rules>)>,
    /// Whether a rule gives any of the attributes that are asked for.
    is_relevant: bool,
    /// Whether a rule leaves files out. Few commits have one, and all paths are asked.
    may_ignore: bool,
}

/// How a file is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum LineEnds {
    AsCommitted,
    Crlf,
    /// `\r\n`, unless the file looks binary or has `\r` already.
    AutoCrlf,
}

impl Rules {
    /// Parses a `.gitattributes` file. As in git, what cannot be read is ignored.
    pub(super) fn parse(text: &[u8]) -> Rules {
        let mut rules = Rules::default();
        let text = String::from_utf8_lossy(text);
        for line in text.trim_start_matches('\u{feff}').lines().filter(|line| line.len() <= LONGEST_LINE) {
            let line = line.trim_matches([' ', '\t', '\r']);
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            if let Some(definition) = line.strip_prefix("[attr]") {
                let (name, rest) =
                    definition.trim_start().split_once([' ', '\t']).unwrap_or((definition, ""));
                rules.macros.insert(name.to_owned(), assignments(rest));
            } else if let Some((pattern, rest)) = pattern_and_rest(line)
                && !pattern.starts_with('!')
                && let Some(matcher) = Matcher::parse(pattern.trim_end_matches('/'))
            {
                let is_directory = pattern.ends_with('/');
                rules.rules.push(Rule { matcher, is_directory, assignments: assignments(rest) });
            }
        }
        rules
    }
}

/// The pattern that a line begins with, which may be in quotes, and the rest of the line.
fn pattern_and_rest(line: &str) -> Option<(String, &str)> {
    let Some(quoted) = line.strip_prefix('"') else {
        let end = line.find([' ', '\t']).unwrap_or(line.len());
        return Some((line[..end].to_owned(), &line[end..]));
    };
    let mut pattern = String::new();
    let mut signs = quoted.char_indices();
    while let Some((at, sign)) = signs.next() {
        match sign {
            '"' => return Some((pattern, &quoted[at + 1..])),
            '\\' => pattern.push(signs.next()?.1),
            sign => pattern.push(sign),
        }
    }
    None
}

fn assignments(text: &str) -> Assignments {
    let one = |word: &str| match (word.strip_prefix('-'), word.strip_prefix('!'), word.split_once('=')) {
        (Some(name), ..) => (name.to_owned(), State::Unset),
        (_, Some(name), _) => (name.to_owned(), State::Unspecified),
        (.., Some((name, value))) => (name.to_owned(), State::Value(value.to_owned())),
        (None, None, None) => (word.to_owned(), State::Set),
    };
    text.split_ascii_whitespace().map(one).collect()
}

impl Matcher {
    fn parse(pattern: &str) -> Option<Matcher> {
        let is_plain = |text: &str| !text.contains(['*', '?', '[', '\\', '/']);
        if let Some(suffix) = pattern.strip_prefix('*').filter(|suffix| is_plain(suffix)) {
            return Some(Matcher::Suffix(suffix.to_owned()));
        }
        let glob = as_glob(pattern.strip_prefix('/').unwrap_or(pattern));
        // Elsewhere than between slashes, two stars are one.
        let compiled = Pattern::new(&glob).or_else(|_| Pattern::new(&glob.replace("**", "*"))).ok()?;
        Some(if pattern.contains('/') { Matcher::Path(compiled) } else { Matcher::Name(compiled) })
    }

    fn matches(&self, path: &str) -> bool {
        let options = MatchOptions { require_literal_separator: true, ..MatchOptions::new() };
        let name = path.rsplit('/').next().unwrap_or(path);
        match self {
            Matcher::Suffix(suffix) => name.ends_with(suffix),
            Matcher::Name(pattern) => pattern.matches_with(name, options),
            Matcher::Path(pattern) => pattern.matches_with(path, options),
        }
    }
}

/// A pattern of git as the crate `glob` spells it, which has no escapes outside brackets.
fn as_glob(pattern: &str) -> String {
    let mut glob = String::new();
    let mut signs = pattern.chars().peekable();
    while let Some(sign) = signs.next() {
        match (sign, signs.peek().copied()) {
            ('\\', Some(escaped)) => {
                signs.next();
                glob.push_str(&Pattern::escape(&escaped.to_string()));
            }
            ('[', Some('^')) => {
                signs.next();
                glob.push_str("[!");
            }
            (sign, _) => glob.push(sign),
        }
    }
    glob
}

impl Chain {
    pub(super) fn new(files: Vec<(usize, Arc<Rules>)>) -> Chain {
        let macros = files.first().filter(|(length, _)| *length == 0).map(|(_, rules)| &rules.macros);
        let is_wanted = |(name, _): &(String, State)| {
            WANTED.contains(&name.as_str())
                || name == "binary"
                || macros.is_some_and(|macros| macros.contains_key(name))
        };
        let mut rules = files.iter().flat_map(|(_, rules)| &rules.rules);
        let is_relevant = rules.any(|rule| rule.assignments.iter().any(is_wanted));
        let of_rules = files.iter().flat_map(|(_, rules)| &rules.rules).map(|rule| &rule.assignments);
        let of_macros = macros.into_iter().flat_map(|macros| macros.values());
        let may_ignore = of_rules.chain(of_macros).flatten().any(|(name, _)| name == "export-ignore");
        Chain { files, is_relevant, may_ignore }
    }

    /// Whether `git archive` leaves a path out.
    pub(super) fn ignores(&self, path: &str, is_directory: bool) -> bool {
        self.may_ignore && self.state(&self.states(path, is_directory), "export-ignore") == Some(&State::Set)
    }

    /// A file as `git archive` writes it.
    pub(super) fn converted(&self, path: &str, bytes: Vec<u8>) -> Vec<u8> {
        let is_converted = match self.line_ends(path) {
            LineEnds::AsCommitted => false,
            LineEnds::Crlf => true,
            LineEnds::AutoCrlf => !bytes.contains(&b'\r') && !looks_binary(&bytes),
        };
        if is_converted { with_crlf(&bytes) } else { bytes }
    }

    /// Whether `git archive` writes a file with the bytes of the commit.
    pub(super) fn keeps(&self, path: &str) -> bool {
        self.line_ends(path) == LineEnds::AsCommitted
    }

    fn line_ends(&self, path: &str) -> LineEnds {
        if !self.is_relevant {
            return LineEnds::AsCommitted;
        }
        let states = self.states(path, false);
        // `crlf` is the name that `text` had before git 1.7.2.
        let text = match self.state(&states, "text") {
            None | Some(State::Unspecified) => self.state(&states, "crlf"),
            text => text,
        };
        let eol = self.state(&states, "eol");
        let is_crlf = matches!(eol, Some(State::Value(value)) if value == "crlf");
        match text {
            Some(State::Unset) => LineEnds::AsCommitted,
            _ if !is_crlf => LineEnds::AsCommitted,
            Some(State::Value(value)) if value == "auto" => LineEnds::AutoCrlf,
            _ => LineEnds::Crlf,
        }
    }

    fn state<'a>(&self, states: &[(&'a str, &'a State)], name: &str) -> Option<&'a State> {
        states.iter().find(|(known, _)| *known == name).map(|(_, state)| *state)
    }

    /// The attributes of a path. The last line of the deepest file that gives an attribute counts.
    fn states(&self, path: &str, is_directory: bool) -> Vec<(&str, &State)> {
        let mut states = Vec::new();
        for (length, file) in self.files.iter().rev() {
            let below = &path[*length..];
            for rule in file.rules.iter().rev() {
                if (is_directory || !rule.is_directory) && rule.matcher.matches(below) {
                    self.fill(&rule.assignments, &mut states);
                }
            }
        }
        states
    }

    fn fill<'a>(&'a self, assignments: &'a Assignments, states: &mut Vec<(&'a str, &'a State)>) {
        for (name, state) in assignments.iter().rev() {
            if states.iter().any(|(known, _)| known == name) {
                continue;
            }
            states.push((name, state));
            if *state != State::Set {
                continue;
            }
            let top = self.files.first().filter(|(length, _)| *length == 0);
            match top.and_then(|(_, rules)| rules.macros.get(name)) {
                Some(assignments) => self.fill(assignments, states),
                // The macro that git itself defines.
                None if name == "binary" && !states.iter().any(|(known, _)| *known == "text") => {
                    states.push(("text", &State::Unset));
                }
                None => {}
            }
        }
    }
}

/// Whether git takes a text for binary: it has a NUL, or many control characters.
fn looks_binary(bytes: &[u8]) -> bool {
    let text = bytes.strip_suffix(b"\x1a").unwrap_or(bytes);
    let is_control = |b: &&u8| **b == 127 || **b < 32 && !matches!(**b, 8 | b'\t' | b'\n' | 12 | b'\r' | 27);
    let is_line_end = |b: &&u8| matches!(**b, b'\r' | b'\n');
    let control = text.iter().filter(is_control).count();
    let printable = text.len() - control - text.iter().filter(is_line_end).count();
    text.contains(&0) || (printable >> 7) < control
}

/// Every `\n` without a `\r` before it becomes `\r\n`.
fn with_crlf(bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len() + bytes.len() / 32);
    for (at, byte) in bytes.iter().enumerate() {
        if *byte == b'\n' && (at == 0 || bytes[at - 1] != b'\r') {
            out.push(b'\r');
        }
        out.push(*byte);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chain(files: &[(usize, &str)]) -> Chain {
        let rules = |(length, text): &(usize, &str)| (*length, Arc::new(Rules::parse(text.as_bytes())));
        Chain::new(files.iter().map(rules).collect())
    }

    #[test]
    fn the_last_line_of_the_deepest_file_counts() {
        let chain = chain(&[
            (0, "[attr]dos text eol=crlf\n*.bat dos\nx.bat -text\ny.bat -dos\nz.bat !eol\n"),
            (4, "*.txt text eol=crlf\nx.bat text\n"),
        ]);
        let ends = |path: &str| chain.line_ends(path);
        assert_eq!(ends("sub/a.bat"), LineEnds::Crlf);
        assert_eq!(ends("sub/a.txt"), LineEnds::Crlf);
        assert_eq!(ends("sub/x.bat"), LineEnds::Crlf);
        assert_eq!(ends("sub/y.bat"), LineEnds::AsCommitted);
        assert_eq!(ends("sub/z.bat"), LineEnds::AsCommitted);
        assert_eq!(ends("sub/a.c"), LineEnds::AsCommitted);
    }

    #[test]
    fn only_text_with_naked_line_feeds_is_converted() {
        let chain = chain(&[(
            0,
            "a text=auto eol=crlf\nb eol=crlf\nc binary eol=crlf\nd crlf=auto eol=crlf\ne eol=lf\n",
        )]);
        let converted =
            |path: &str, text: &str| String::from_utf8(chain.converted(path, text.into())).unwrap();
        assert_eq!(converted("a", "x\ny\n"), "x\r\ny\r\n");
        assert_eq!(converted("a", "x\r\ny\n"), "x\r\ny\n");
        assert_eq!(converted("a", "x\0\n"), "x\0\n");
        assert_eq!(converted("b", "x\r\ny\n\0"), "x\r\ny\r\n\0");
        assert_eq!(converted("c", "x\n"), "x\n");
        assert_eq!(converted("d", "x\n"), "x\r\n");
        assert_eq!(converted("e", "x\n"), "x\n");
    }

    #[test]
    fn patterns_match_as_those_of_gitignore() {
        let chain = chain(&[(
            0,
            "# comment\n\"a b\" export-ignore\n/top export-ignore\ndir/ export-ignore\nm/*.x export-ignore\n**/deep export-ignore\nend/** export-ignore\n[^a]q export-ignore\n\\*s export-ignore\n!n export-ignore\n",
        )]);
        for path in ["a b", "x/a b", "top", "m/a.x", "deep", "a/b/deep", "end/a/b", "bq", "*s"] {
            assert!(chain.ignores(path, false), "{path}");
        }
        for path in ["x/top", "m/n/a.x", "dir", "aq", "as", "n", "# comment"] {
            assert!(!chain.ignores(path, false), "{path}");
        }
        assert!(chain.ignores("x/dir", true));
    }
}
