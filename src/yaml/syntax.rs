//! What is wrong with a text that is not YAML, by what people get wrong: quotes, indentation, brackets.
//!
//! The reader says where it stopped; what is wrong is seen in that line and those before it.

use super::{Position, YamlError};

/// An error of the YAML reader about `text`. Its own words are those of people who write such readers, so only its kind and
/// its position are used.
pub(super) fn of_reader(error: &serde_yaml::Error, text: &str) -> YamlError {
    let number = |number| usize::try_from(number).unwrap_or(usize::MAX);
    let at = error.location().map(|at| Position { line: number(at.line()), column: number(at.column()) });
    let at = at.filter(|at| at.line > 0).unwrap_or(Position { line: 1, column: 1 });
    use serde_yaml::Error as Kind;
    match error.without_snippet() {
        Kind::DuplicateMappingKey { key: Some(key), .. } => {
            YamlError::new(at, format!("the key `{key}` is given twice")).label("remove one of them")
        }
        Kind::DuplicateMappingKey { key: None, .. } => {
            YamlError::new(at, "a key is given twice").label("remove one of them")
        }
        Kind::MultipleDocuments { .. } => {
            YamlError::new(at, "the file has several documents").label("remove what follows `---` or `...`")
        }
        Kind::Budget { .. }
        | Kind::AliasReplayCounterOverflow { .. }
        | Kind::AliasReplayLimitExceeded { .. }
        | Kind::AliasExpansionLimitExceeded { .. }
        | Kind::AliasReplayStackDepthExceeded { .. } => {
            YamlError::new(at, "the file is too large, nested too deeply, or has too many aliases")
        }
        _ => diagnose(text, at),
    }
}

/// The mistake for which the reader stopped at `at`.
fn diagnose(text: &str, at: Position) -> YamlError {
    let lines: Vec<&str> = text.lines().collect();
    // At the end of a file the reader is after its last line.
    let last = lines.iter().rposition(|line| is_code(line)).unwrap_or(0);
    let index = (at.line - 1).min(last);
    let line = lines.get(index).copied().unwrap_or_default();
    let here = Position { line: index + 1, column: at.column };
    let document = Document { lines: &lines };
    document
        .tab(index)
        .or_else(|| sign(line, here))
        .or_else(|| document.value_that_needs_quotes(index))
        .or_else(|| document.indentation(index))
        .or_else(|| document.before(index).and_then(|before| document.value_that_needs_quotes(before)))
        .or_else(|| document.without_colon(index))
        .unwrap_or_else(|| {
            let column =
                if at.line == here.line && at.column <= line.chars().count() { at.column } else { 1 };
            let first = line.chars().take_while(|sign| *sign == ' ').count() + 1;
            YamlError::new(Position { column: column.max(first), ..here }, "this line is not valid YAML here")
        })
}

/// What is wrong with the sign at which the reader stopped.
fn sign(line: &str, at: Position) -> Option<YamlError> {
    let rest: String = line.chars().skip(at.column.saturating_sub(1)).collect();
    let first = rest.chars().next()?;
    let before: String = line.chars().take(at.column.saturating_sub(1)).collect();
    let is_inside = !is_balanced(&before);
    let error = |what: String, label: &str| Some(YamlError::new(at, what).label(label));
    // Where the text begins, if the reader stopped there.
    if first == '"'
        && let Some(offset) = unknown_escape(&rest)
    {
        let at = Position { column: at.column + offset, ..at };
        return sign(line, at);
    }
    match first {
        '\\' => {
            let escape: String = rest.chars().take(2).collect();
            error(
                format!("`{escape}` means nothing between double quotes"),
                "use single quotes, or write `\\\\`",
            )
        }
        quote @ ('"' | '\'') if !rest[1..].contains(quote) => {
            error("this quote is not closed".to_owned(), &format!("write `{quote}` at its end, too"))
        }
        '{' | '[' if !is_balanced(&rest) => {
            let end = if first == '{' { '}' } else { ']' };
            error("this bracket is not closed".to_owned(), &format!("`{end}` is missing"))
        }
        '}' | ']' => error(format!("`{first}` closes nothing"), "remove it, or put the text in quotes"),
        _ if is_inside && needs_quotes(&rest) => {
            let value: &str = rest.split([',', '}', ']']).next().unwrap_or(&rest).trim_end();
            let what = format!("a text that begins with `{first}` must be in quotes");
            error(what, &format!("quote it: `{}`", quoted(value)))
        }
        _ => None,
    }
}

/// The first backslash of a text in double quotes after which YAML knows no sign, in characters from the quote.
fn unknown_escape(text: &str) -> Option<usize> {
    let mut signs = text.chars().enumerate().skip(1);
    while let Some((at, sign)) = signs.next() {
        match sign {
            '"' => return None,
            '\\' => {
                let (_, escaped) = signs.next()?;
                if !"0abtnvfre \"/\\N_LPxuU\t".contains(escaped) {
                    return Some(at);
                }
            }
            _ => {}
        }
    }
    None
}

/// Whether brackets outside quotes are closed.
fn is_balanced(text: &str) -> bool {
    let (mut depth, mut quote) = (0_i32, None);
    for sign in text.chars() {
        match (quote, sign) {
            (Some(open), sign) if open == sign => quote = None,
            (None, '"' | '\'') => quote = Some(sign),
            (None, '{' | '[') => depth += 1,
            (None, '}' | ']') => depth -= 1,
            _ => {}
        }
    }
    depth <= 0
}

/// Whether a text means something else than itself without quotes.
fn needs_quotes(value: &str) -> bool {
    let mut signs = value.chars();
    match signs.next() {
        Some('@' | '`' | '%' | '*' | '&' | '!') => true,
        // The beginning of a text of several lines.
        Some('>' | '|') => {
            let rest = value[1..]
                .trim_start_matches(|sign: char| sign == '-' || sign == '+' || sign.is_ascii_digit());
            !rest.is_empty() && !rest.starts_with(" #") && !rest.trim().is_empty()
        }
        _ => false,
    }
}

fn quoted(value: &str) -> String {
    match value.contains(['"', '\\']) {
        true => format!("'{}'", value.replace('\'', "''")),
        false => format!("\"{value}\""),
    }
}

fn is_code(line: &str) -> bool {
    let line = line.trim_start();
    !line.is_empty() && !line.starts_with('#')
}

fn indentation_of(line: &str) -> usize {
    line.len() - line.trim_start_matches(' ').len()
}

/// A line as `- KEY: VALUE`: the column of the key from 0, the key, and where its value begins.
fn entry(line: &str) -> Option<(usize, &str, usize)> {
    let mut start = indentation_of(line);
    while let Some(rest) = line[start..].strip_prefix("- ") {
        start = line.len() - rest.trim_start().len();
    }
    let rest = &line[start..];
    let colon = rest.find(": ").or_else(|| rest.ends_with(':').then(|| rest.len() - 1))?;
    let key = &rest[..colon];
    if key.is_empty() || key.contains([' ', '{', '[', '"', '#']) {
        return None;
    }
    let after = &rest[colon + 1..];
    Some((start, key, start + colon + 1 + (after.len() - after.trim_start().len())))
}

struct Document<'a> {
    lines: &'a [&'a str],
}

impl Document<'_> {
    fn at(&self, index: usize, bytes: usize) -> Position {
        let line = self.lines.get(index).copied().unwrap_or_default();
        Position { line: index + 1, column: line[..bytes.min(line.len())].chars().count() + 1 }
    }

    /// The line of code before a line.
    fn before(&self, index: usize) -> Option<usize> {
        (0..index).rev().find(|one| is_code(self.lines[*one]))
    }

    /// A tab as indentation, of this line, of the next one, or of the one before.
    fn tab(&self, index: usize) -> Option<YamlError> {
        let near = [Some(index), (index + 1 < self.lines.len()).then_some(index + 1), index.checked_sub(1)];
        near.into_iter().flatten().find_map(|index| {
            let line = self.lines[index];
            let blank = &line[..line.len() - line.trim_start().len()];
            let tab = blank.find('\t').filter(|_| is_code(line))?;
            Some(YamlError::new(self.at(index, tab), "a tab does not indent").label("write blanks instead"))
        })
    }

    /// A value that begins with a sign of YAML, that has a `: ` or ` #`, or goes on after its closing quote.
    fn value_that_needs_quotes(&self, index: usize) -> Option<YamlError> {
        let line = *self.lines.get(index)?;
        let (key, start) = match entry(line) {
            Some((_, key, start)) => (Some(key), start),
            None => {
                let rest = line.trim_start().strip_prefix("- ")?.trim_start();
                (None, line.len() - rest.len())
            }
        };
        let value = line[start..].split(" #").next().unwrap_or_default().trim_end();
        let at = self.at(index, start);
        let written = |value: &str| match key {
            Some(key) => format!("quote it: `{key}: {}`", quoted(value)),
            None => format!("quote it: `- {}`", quoted(value)),
        };
        let first = value.chars().next()?;
        if needs_quotes(value) {
            let what = format!("a text that begins with `{first}` must be in quotes");
            return Some(YamlError::new(at, what).label(written(value)));
        }
        if let quote @ ('"' | '\'') = first {
            let escaped = |end: usize| quote == '"' && value[..end].ends_with('\\');
            let doubled = |end: usize| quote == '\'' && value[end + 1..].starts_with('\'');
            let mut from = 1;
            let end = loop {
                let Some(end) = value[from..].find(quote).map(|end| from + end) else {
                    return Some(
                        YamlError::new(at, "this quote is not closed")
                            .label(format!("write `{quote}` at its end, too")),
                    );
                };
                if doubled(end) {
                    from = end + 2;
                } else if escaped(end) {
                    from = end + 1;
                } else {
                    break end;
                }
                if from >= value.len() {
                    return None;
                }
            };
            let rest = value[end + 1..].trim_start();
            if rest.is_empty() {
                return None;
            }
            let at = self.at(index, start + value.len() - rest.len());
            return Some(
                YamlError::new(at, "a text goes on after its closing quote")
                    .label("put all of it in quotes; `''` is a quote between single quotes"),
            );
        }
        if matches!(first, '{' | '[') {
            return None;
        }
        if value.contains(": ") || value.ends_with(':') {
            return Some(YamlError::new(at, "a text with a `: ` must be in quotes").label(written(value)));
        }
        None
    }

    /// The columns, from 0, at which the keys and lists around a line begin, with the key that opened each.
    fn open_before(&self, index: usize) -> Vec<(usize, Option<String>)> {
        let mut open: Vec<(usize, Option<String>)> = Vec::new();
        let mut skipped = None;
        let mut opener: Option<String> = None;
        for line in self.lines[..index].iter().filter(|line| is_code(line)) {
            let indent = indentation_of(line);
            // The lines of a text of several lines.
            if skipped.is_some_and(|outer| indent > outer) {
                continue;
            }
            skipped = None;
            let mut starts = vec![indent];
            let mut start = indent;
            while let Some(rest) = line[start..].strip_prefix("- ") {
                start = line.len() - rest.trim_start().len();
                starts.push(start);
            }
            open.retain(|(column, _)| *column <= indent);
            for one in starts {
                if !open.iter().any(|(column, _)| *column == one) {
                    open.push((one, opener.clone()));
                }
            }
            if let Some((_, key, value)) = entry(line) {
                opener = Some(key.to_owned());
                let value = line[value.min(line.len())..].trim();
                if value.starts_with(['|', '>']) {
                    skipped = Some(start);
                }
            }
        }
        open
    }

    /// A key that is indented as none around it.
    fn indentation(&self, index: usize) -> Option<YamlError> {
        let line = self.lines[index];
        let indent = indentation_of(line);
        let is_item = line.trim_start().starts_with("- ");
        if entry(line).is_none() && !is_item {
            return None;
        }
        let open = self.open_before(index);
        let is_open = |open: &[(usize, Option<String>)]| open.iter().any(|(column, _)| *column == indent);
        if !is_open(&open)
            && let Some(before) = self.before(index)
            && indentation_of(self.lines[before]) < indent
            && is_open(&self.open_before(before))
        {
            // The line before ended what this one belongs to.
            return self.wrong_indentation(before, &self.open_before(before), Some(indent));
        }
        if open.iter().any(|(column, _)| *column == indent) {
            // It is on the level of a list, and not an entry of it.
            let list = self.before_at(index, indent)?;
            let outer = indentation_of(self.lines[list]);
            if is_item && outer < indent && self.lines[list].trim_start().starts_with("- ") {
                return self.wrong_indentation(index, &open, Some(outer));
            }
            if is_item || !self.lines[list].trim_start().starts_with("- ") {
                return None;
            }
        }
        let wanted = match is_open(&open) {
            true => Some(open.iter().map(|(column, _)| *column).filter(|column| *column > indent).min()?),
            false => None,
        };
        self.wrong_indentation(index, &open, wanted)
    }

    /// A line that is indented otherwise than the keys around it, which are at the column `wanted` or the nearest one.
    fn wrong_indentation(
        &self,
        index: usize,
        open: &[(usize, Option<String>)],
        wanted: Option<usize>,
    ) -> Option<YamlError> {
        let line = self.lines[index];
        let indent = indentation_of(line);
        let is_item = line.trim_start().starts_with("- ");
        let (start, key) = match entry(line) {
            Some((start, key, _)) if !is_item => (start, key),
            _ => (indent, if is_item { "-" } else { "it" }),
        };
        let (wanted, opener) = match wanted {
            Some(wanted) => open.iter().find(|(column, _)| *column == wanted)?,
            None => open.iter().rev().min_by_key(|(column, _)| column.abs_diff(indent))?,
        };
        let around = match opener.as_deref() {
            // A list may begin at the column of its key.
            _ if is_item => "the entries of the list".to_owned(),
            Some("edits") => "the keys of the edit".to_owned(),
            Some("changes") => "the keys of the change".to_owned(),
            Some(key) => format!("the entries of `{key}`"),
            None => "the keys around it".to_owned(),
        };
        let what = format!("line {} is indented by {indent}, and {around} by {wanted}", index + 1);
        let key = if key == "it" { key.to_owned() } else { format!("`{key}`") };
        Some(YamlError::new(self.at(index, start), what).label(format!("indent {key} by {wanted}")))
    }

    /// The line of code before a line that is indented by `indent`, after those that are indented further.
    fn before_at(&self, index: usize, indent: usize) -> Option<usize> {
        let before = (0..index).rev().filter(|one| is_code(self.lines[*one]));
        before.into_iter().find(|one| indentation_of(self.lines[*one]) <= indent)
    }

    /// A line without a key.
    fn without_colon(&self, index: usize) -> Option<YamlError> {
        let line = self.lines[index];
        if entry(line).is_some() {
            return None;
        }
        let start = line.len() - line.trim_start().len();
        let rest = line[start..].trim_end();
        let at = self.at(index, start);
        let word = rest.split(':').next().unwrap_or(rest);
        let is_key = !word.is_empty()
            && word.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._".contains(&byte));
        match rest.split_once(':') {
            Some((key, value)) if is_key && !value.is_empty() => Some(
                YamlError::new(at, format!("a blank is missing after `{key}:`"))
                    .label(format!("write `{key}: {value}`")),
            ),
            None if is_key => Some(
                YamlError::new(at, format!("`{rest}` has no value")).label(format!("write `{rest}: ...`")),
            ),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::parse;

    /// What is wrong with a text, with the position.
    fn error(text: &str) -> String {
        let error = parse(text.as_bytes()).unwrap_err();
        let at = error.position();
        format!("{}:{}: {error}: {}", at.line, at.column, error.label)
    }

    #[test]
    fn mistakes_of_syntax_are_named_as_what_people_did() {
        for (text, expected) in [
            (
                "a: >=2.7, <2.8\n",
                "1:4: a text that begins with `>` must be in quotes: quote it: `a: \">=2.7, <2.8\"`",
            ),
            ("a: @x\n", "1:4: a text that begins with `@` must be in quotes: quote it: `a: \"@x\"`"),
            ("a: {b: c, d: %e}\n", "1:14: a text that begins with `%` must be in quotes: quote it: `\"%e\"`"),
            ("a: *.c\n", "1:4: a text that begins with `*` must be in quotes: quote it: `a: \"*.c\"`"),
            (
                "edits:\n  - id: e\n   why: x\n",
                "3:4: line 3 is indented by 3, and the keys of the edit by 4: indent `why` by 4",
            ),
            (
                "edits:\n  - id: e\n     why: x\n",
                "3:6: line 3 is indented by 5, and the keys of the edit by 4: indent `why` by 4",
            ),
            (
                "edits:\n  - id: e\n  why: x\n",
                "3:3: line 3 is indented by 2, and the keys of the edit by 4: indent `why` by 4",
            ),
            (
                "a:\n- b: c\n  - d\n",
                "3:3: line 3 is indented by 2, and the entries of the list by 0: indent `-` by 0",
            ),
            ("a:\n  b: c\n\td: e\n", "3:1: a tab does not indent: write blanks instead"),
            ("a: {b: c\n", "1:4: this bracket is not closed: `}` is missing"),
            ("a: {b: c}}\n", "1:10: `}` closes nothing: remove it, or put the text in quotes"),
            ("a: 'b\nc: d\n", "1:4: this quote is not closed: write `'` at its end, too"),
            (
                "a: \"b\" c\n",
                "1:8: a text goes on after its closing quote: put all of it in quotes; `''` is a quote between single quotes",
            ),
            (
                "a: \"\\q\"\n",
                "1:5: `\\q` means nothing between double quotes: use single quotes, or write `\\\\`",
            ),
            ("a: b: c\n", "1:4: a text with a `: ` must be in quotes: quote it: `a: \"b: c\"`"),
            ("a: b\nc:d\n", "2:1: a blank is missing after `c:`: write `c: d`"),
            ("a: b\nc\n", "2:1: `c` has no value: write `c: ...`"),
            ("a: b\na: c\n", "2:1: the key `a` is given twice: remove one of them"),
        ] {
            assert_eq!(error(text), expected, "{text}");
        }
    }
}
