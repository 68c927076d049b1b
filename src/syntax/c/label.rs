//! The labels of a `switch`: `case X:` and `default:`.

use std::collections::HashMap;

use super::CFile;
use super::tokens::Tokens;
use crate::text::Span;

/// Two labels of one `switch` that are equal, which does not compile.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RepeatedLabel {
    /// The label that comes first.
    pub first: Span,
    /// The one that repeats it.
    pub second: Span,
}

impl CFile {
    /// The labels of one `switch` that are equal, unless the conditions of their `#if`s may exclude each other.
    pub fn repeated_label(&self) -> Option<RepeatedLabel> {
        let mut known: HashMap<(usize, Vec<&[u8]>), Vec<Span>> = HashMap::new();
        for (switch, label) in self.labels() {
            let code = self.tokens_of(label);
            let same = known.entry((switch.start, code)).or_default();
            let conditions = self.conditions_at(label.start);
            let is_with = |other: &&Span| {
                let others = self.conditions_at(other.start);
                others.starts_with(&conditions) || conditions.starts_with(&others)
            };
            if let Some(first) = same.iter().find(is_with) {
                return Some(RepeatedLabel { first: *first, second: label });
            }
            same.push(label);
        }
        None
    }

    /// The innermost `switch` around an offset: the code in its braces.
    pub fn switch_around(&self, offset: usize) -> Option<Span> {
        let mut all = self.switches();
        all.retain(|switch| switch.start <= offset && offset <= switch.end);
        all.into_iter().min_by_key(|switch| switch.len())
    }

    /// The code in the braces of each `switch`, those without an end left out.
    fn switches(&self) -> Vec<Span> {
        let code = self.tokens_in(Span::new(0, self.source.len()));
        let (mut open, mut found): (Vec<Option<usize>>, Vec<Span>) = (Vec::new(), Vec::new());
        // The `switch` whose parentheses are open, and the depth inside these.
        let mut head: Option<usize> = None;
        for token in 0..code.len() {
            if code.text(token) == b"switch" {
                head = Some(0);
            } else if code.is_mark(token, b"(") {
                head = head.map(|depth| depth + 1);
            } else if code.is_mark(token, b")") {
                head = head.and_then(|depth| depth.checked_sub(1));
            } else if code.is_mark(token, b"{") {
                let is_switch = head == Some(0) && token > 0 && code.is_mark(token - 1, b")");
                open.push(is_switch.then(|| code.end(token)));
                head = None;
            } else if code.is_mark(token, b"}")
                && let Some(Some(start)) = open.pop()
            {
                found.push(Span::new(start, code.start(token)));
            }
        }
        found
    }

    /// All labels of `switch`es, each with its innermost one.
    fn labels(&self) -> Vec<(Span, Span)> {
        let code = self.tokens_in(Span::new(0, self.source.len()));
        let is_label = |token: &usize| matches!(code.text(*token), b"case" | b"default");
        if !(0..code.len()).any(|token| is_label(&token)) {
            return Vec::new();
        }
        let switches = self.switches();
        let mut found = Vec::new();
        for token in (0..code.len()).filter(is_label) {
            let Some(end) = (token..code.len()).find(|end| code.is_mark(*end, b":")) else { continue };
            let own = switches.iter().filter(|switch| switch.contains(code.span(token)));
            if let Some(switch) = own.min_by_key(|switch| switch.len()) {
                found.push((*switch, Span::new(code.start(token), code.end(end))));
            }
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn repeats(text: &str) -> bool {
        CFile::parse(text.as_bytes().to_vec()).repeated_label().is_some()
    }

    fn with(cases: &str) -> String {
        format!("int f(int c)\n{{\n    switch (g(c)) {{\n{cases}    }}\n    return 0;\n}}\n")
    }

    #[test]
    fn equal_labels_of_one_switch_are_found() {
        assert!(repeats(&with(
            "    case 'x':\n        a();\n        break;\n    case 'y':\n    case  'x' : b();\n"
        )));
        assert!(repeats(&with("    default:\n        a();\n    case 1: {\n    default:\n        b(); }\n")));
        assert!(!repeats(&with(
            "    case 'x':\n        switch (c) {\n        case 'x':\n            a();\n        }\n"
        )));
        assert!(!repeats(&with(
            "    case 'x':\n    case 'X':\n    case X:\n    /* case X: */\n    default: a();\n"
        )));
        assert!(!repeats(&[with("    case 1: a();\n"), with("    case 1: a();\n")].concat()));
    }

    #[test]
    fn equal_labels_of_different_conditions_are_not_repeated() {
        assert!(!repeats(&with("#ifdef A\n    case 1: a();\n#else\n    case 1: b();\n#endif\n")));
        assert!(!repeats(&with("#ifdef A\n    case 1: a();\n#endif\n#ifdef B\n    case 1: b();\n#endif\n")));
        assert!(repeats(&with("    case 1: a();\n#ifdef B\n    case 1: b();\n#endif\n")));
    }
}
