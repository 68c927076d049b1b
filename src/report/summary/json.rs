//! The results as JSON, for reports that have no shape of their own.

use serde_json::{Value, json};

use super::{Level, Summary};

/// All results.
pub(in crate::report) fn json(summary: &Summary) -> Value {
    let groups: Vec<Value> = summary
        .groups
        .iter()
        .map(|group| {
            let entries: Vec<Value> = group
                .entries
                .iter()
                .map(|entry| {
                    let (file, line) = entry.written.clone().unzip();
                    let (column, end_column) = entry.columns.unzip();
                    let [before, now] = match &entry.sides {
                        Some(sides) => sides.clone().map(Some),
                        None => [None, None],
                    };
                    let text = |text: &String| Some(text.clone()).filter(|text| !text.is_empty());
                    json!({
                        "edit": text(&entry.edit), "result": entry.verdict, "is_wrong": entry.level == Level::Wrong,
                        "file": file, "line": line, "column": column, "end_column": end_column,
                        "message": text(&entry.message), "details": entry.details, "help": entry.help, "before": before, "now": now,
                    })
                })
                .collect();
            json!({"name": group.name, "total": group.total, "results": entries})
        })
        .collect();
    json!({"schema": 1, "groups": groups})
}
