//! The pages in Markdown: those of docs/ are in docs/SUMMARY.md once, and every relative link leads to a file or a heading. It is what
//! mdBook and a reader on a forge would find.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// README.md and the others at the top, and all pages of docs/.
fn pages() -> Vec<PathBuf> {
    let mut pages = Vec::new();
    for folder in ["", "docs"] {
        let entries = fs::read_dir(root().join(folder)).unwrap();
        let paths = entries.map(|entry| Path::new(folder).join(entry.unwrap().file_name()));
        pages.extend(paths.filter(|path| path.extension().is_some_and(|extension| extension == "md")));
    }
    pages.sort();
    pages
}

/// The lines of a page outside blocks of code, with their numbers.
fn prose(page: &str) -> Vec<(usize, &str)> {
    let mut in_block = false;
    let lines = page.lines().enumerate().filter(|(_, line)| {
        let is_fence = line.trim_start().starts_with("```");
        in_block ^= is_fence;
        !in_block && !is_fence
    });
    lines.map(|(at, line)| (at + 1, line)).collect()
}

/// The targets of the links in a line, without those in code.
fn links(line: &str) -> Vec<&str> {
    let outside: Vec<&str> = line.split('`').step_by(2).collect();
    // A link whose text has code is cut there; its target is in the next part.
    let targets = outside.iter().flat_map(|part| part.split("](").skip(1));
    targets.filter_map(|rest| rest.split_once(')').map(|(target, _)| target)).collect()
}

/// The anchor of a heading, as mdBook and GitHub make it.
fn anchor(heading: &str) -> String {
    let text = heading.trim_start_matches('#').trim().to_lowercase();
    let kept = text.chars().filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'));
    kept.map(|c| if c == ' ' { '-' } else { c }).collect()
}

fn anchors(page: &str) -> BTreeSet<String> {
    prose(page).iter().filter(|(_, line)| line.starts_with('#')).map(|(_, line)| anchor(line)).collect()
}

#[test]
fn every_relative_link_leads_to_a_file_and_a_heading() {
    let mut wrong = Vec::new();
    for path in pages() {
        let page = fs::read_to_string(root().join(&path)).unwrap();
        for (line, target) in
            prose(&page).iter().flat_map(|&(at, line)| links(line).into_iter().map(move |link| (at, link)))
        {
            if target.contains("://") || target.starts_with("mailto:") {
                continue;
            }
            let (file, heading) =
                target.split_once('#').map_or((target, None), |(file, at)| (file, Some(at)));
            let file = if file.is_empty() { path.clone() } else { path.parent().unwrap().join(file) };
            let text = fs::read_to_string(root().join(&file));
            let leads = match (heading, text) {
                (None, _) => root().join(&file).exists(),
                (Some(heading), Ok(text)) => anchors(&text).contains(heading),
                (Some(_), Err(_)) => false,
            };
            if !leads {
                wrong.push(format!("{}:{line}: {target}", path.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "links that lead nowhere:\n{}", wrong.join("\n"));
}

#[test]
fn the_summary_names_every_page_of_docs_once() {
    let summary = fs::read_to_string(root().join("docs/SUMMARY.md")).unwrap();
    let mut named: Vec<&str> = summary.lines().flat_map(links).collect();
    named.sort_unstable();
    let pages = pages();
    let below = pages.iter().filter_map(|path| path.strip_prefix("docs").ok());
    let expected: Vec<&str> =
        below.map(|path| path.to_str().unwrap()).filter(|&path| path != "SUMMARY.md").collect();
    assert_eq!(named, expected);
}

#[test]
fn links_and_anchors_are_those_of_markdown() {
    assert_eq!(links("[a](b.md) `[c](d)` [`e`](f.md#g) ![h](i.svg)"), ["b.md", "f.md#g", "i.svg"]);
    assert_eq!(anchor("## 1. `lift` it, then_port-it"), "1-lift-it-then_port-it");
    let page = "# One\n```console\n# two\n```\n## Three\n";
    assert_eq!(anchors(page), ["one".to_owned(), "three".to_owned()].into());
}
