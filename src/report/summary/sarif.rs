//! SARIF 2.1.0, which code scanning of several sites and editors read.

use serde_json::{Value, json};

use super::{Level, Summary};

/// How many lines of details are in a message.
const MOST: usize = 20;

/// A result for each that needs attention.
pub(in crate::report) fn sarif(summary: &Summary) -> Value {
    let mut rules: Vec<&str> = Vec::new();
    for (_, entry) in summary.open() {
        if !rules.contains(&entry.verdict.as_str()) {
            rules.push(&entry.verdict);
        }
    }
    let results: Vec<Value> = summary
        .open()
        .map(|(group, entry)| {
            let rule = rules.iter().position(|rule| *rule == entry.verdict);
            let mut result = json!({
                "ruleId": entry.verdict, "ruleIndex": rule,
                "level": if entry.level == Level::Wrong { "error" } else { "warning" },
                "message": {"text": format!("{}: {}", group.name, entry.lines(MOST).join("\n"))},
                "partialFingerprints": {"edit/v1": format!("{}/{}", group.name, entry.edit)},
            });
            if let Some((file, line)) = &entry.written {
                let mut region = json!({"startLine": (*line).max(1)});
                if let Some((first, end)) = entry.columns {
                    region["startColumn"] = json!(first);
                    region["endColumn"] = json!(end);
                }
                result["locations"] = json!([{"physicalLocation": {
                    "artifactLocation": {"uri": uri(file)}, "region": region,
                }}]);
            }
            result
        })
        .collect();
    let rules: Vec<Value> = rules
        .iter()
        .map(|rule| json!({"id": rule, "shortDescription": {"text": format!("an edit whose result is `{rule}`")}}))
        .collect();
    json!({
        "$schema": "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "columnKind": "unicodeCodePoints",
            "tool": {"driver": {"name": "pypatch", "version": env!("CARGO_PKG_VERSION"), "rules": rules}},
            "results": results,
        }],
    })
}

/// A path as a reference of RFC 3986.
fn uri(path: &str) -> String {
    let mut out = String::from(if path.starts_with('/') { "file://" } else { "" });
    for byte in path.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => {
                out.push(char::from(byte));
            }
            byte => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_path_is_a_uri() {
        assert_eq!(super::uri("a b/c:\u{e9}"), "a%20b/c%3A%C3%A9");
        assert_eq!(super::uri("/a"), "file:///a");
    }
}
