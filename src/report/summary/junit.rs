//! JUnit's XML, which every system for builds reads.

use super::escaped::xml;
use super::{Entry, Group, Level, Summary};

/// How many lines of details are in a failure.
const MOST: usize = 500;

/// A suite for each source, with a case for each edit.
pub(in crate::report) fn junit(summary: &Summary) -> String {
    let count = |groups: &[Group], levels: &[Level]| {
        groups.iter().flat_map(|group| &group.entries).filter(|entry| levels.contains(&entry.level)).count()
    };
    let counts = |groups: &[Group]| {
        let all = [Level::Good, Level::Skipped, Level::Open, Level::Wrong];
        let (tests, skipped) = (count(groups, &all), count(groups, &[Level::Skipped]));
        let failures = count(groups, &[Level::Open, Level::Wrong]);
        (format!("tests=\"{tests}\" failures=\"{failures}\" errors=\"0\""), format!("skipped=\"{skipped}\""))
    };
    let (all, _) = counts(&summary.groups);
    let mut out = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    out.push_str(&format!("<testsuites name=\"pypatch {}\" {all}>\n", xml(summary.command)));
    for group in &summary.groups {
        let (own, skipped) = counts(std::slice::from_ref(group));
        out.push_str(&format!("  <testsuite name=\"{}\" {own} {skipped}>\n", xml(&group.name)));
        for entry in &group.entries {
            out.push_str(&case(group, entry));
        }
        out.push_str("  </testsuite>\n");
    }
    out.push_str("</testsuites>\n");
    out
}

fn case(group: &Group, entry: &Entry) -> String {
    let at = entry.written.as_ref().map(|(file, line)| format!(" file=\"{}\" line=\"{line}\"", xml(file)));
    let name = if entry.edit.is_empty() { &entry.verdict } else { &entry.edit };
    let head = format!(
        "    <testcase classname=\"{}\" name=\"{}\"{}",
        xml(&group.name),
        xml(name),
        at.unwrap_or_default()
    );
    let lines = entry.lines(MOST);
    match entry.level {
        Level::Good => format!("{head}/>\n"),
        Level::Skipped => format!("{head}><skipped message=\"{}\"/></testcase>\n", xml(&lines[0])),
        Level::Open | Level::Wrong => format!(
            "{head}><failure type=\"{}\" message=\"{}\">{}</failure></testcase>\n",
            xml(&entry.verdict),
            xml(&lines[0]),
            xml(&lines.join("\n"))
        ),
    }
}
