//! The names that complete a command line: of patchsets, edits, pins and versions. The scripts of `pypatch completions` ask for them with
//! the words before the cursor as arguments and [`VARIABLE`] in the environment.

use std::path::PathBuf;

use clap::{Arg, ArgAction, Command};

use super::{Ui, Workspace, help};

/// The variable of the environment that asks for names.
pub(super) const VARIABLE: &str = "PYPATCH_COMPLETE";

/// What a value of the command line names.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Patchset,
    Edit,
    Pin,
}

/// Prints the names that complete the last word. Whatever is wrong, the user sees it later.
pub(super) fn run(ui: &Ui) {
    let words: Vec<String> = std::env::args_os().skip(1).map(|word| word.to_string_lossy().into()).collect();
    for name in names(ui, &words) {
        let _ = ui.line(&name);
    }
}

/// A command line up to the cursor.
#[derive(Default)]
struct Line {
    patchset_dirs: Vec<PathBuf>,
    pins_dir: Option<PathBuf>,
    /// The arguments before the last word that are not options.
    positionals: Vec<String>,
    /// What the last word may name.
    kinds: Vec<Kind>,
}

fn names(ui: &Ui, words: &[String]) -> Vec<String> {
    let mut root = help::command();
    root.build();
    let Some((last, before)) = words.split_last() else { return Vec::new() };
    let Some(line) = read(&root, before).filter(|_| !last.starts_with('-')) else { return Vec::new() };
    let Ok(workspace) = Workspace::new(ui, &line.patchset_dirs, line.pins_dir.as_deref(), true) else {
        return Vec::new();
    };
    let mut found: Vec<String> =
        line.kinds.iter().flat_map(|kind| named(*kind, &workspace, &line, last)).collect();
    found.retain(|name| name.starts_with(last.as_str()));
    found.dedup();
    found
}

fn named(kind: Kind, workspace: &Workspace, line: &Line, last: &str) -> Vec<String> {
    match kind {
        Kind::Patchset => workspace.catalog.ids().unwrap_or_default(),
        // An edit may be named after its patchset.
        Kind::Edit if line.positionals.is_empty() => named(Kind::Patchset, workspace, line, last),
        Kind::Edit => {
            let patchsets = line.positionals.iter().filter_map(|name| workspace.patchset(name).ok());
            patchsets.flat_map(|patchset| patchset.edits).map(|edit| edit.id).collect()
        }
        Kind::Pin => {
            // A version is also a name, which few want to see next to that of the pin.
            if last.starts_with(|first: char| first.is_ascii_digit()) {
                let named = line.positionals.iter().filter_map(|name| workspace.patchset(name).ok());
                let own = workspace.of(&named.collect::<Vec<_>>()).pins.own().unwrap_or_default();
                return own.into_iter().map(|pin| pin.version.to_string()).collect();
            }
            workspace.pins.all().unwrap_or_default().into_iter().map(|pin| pin.name).collect()
        }
    }
}

/// Reads the words before the last one by the definition of the command line.
fn read(root: &Command, before: &[String]) -> Option<Line> {
    let (mut line, mut command) = (Line::default(), root);
    let mut words = before.iter();
    while let Some(word) = words.next() {
        let name = word.trim_start_matches('-');
        let option = match word.strip_prefix("--") {
            Some(long) => command.get_arguments().find(|one| one.get_long() == Some(long)),
            None if word.starts_with('-') => command
                .get_arguments()
                .find(|one| one.get_short().is_some_and(|short| name == short.to_string())),
            None => None,
        };
        match option {
            Some(option) if matches!(option.get_action(), ArgAction::Set | ArgAction::Append) => {
                let Some(value) = words.next() else {
                    line.kinds = kinds_of(option);
                    return Some(line);
                };
                match option.get_long() {
                    Some("patchsets") => line.patchset_dirs.push(value.into()),
                    Some("pins-dir") => line.pins_dir = Some(value.into()),
                    _ => {}
                }
            }
            Some(_) => {}
            None if word.starts_with('-') => {}
            None => match command.find_subcommand(word).filter(|_| line.positionals.is_empty()) {
                Some(found) => command = found,
                None => line.positionals.push(word.clone()),
            },
        }
    }
    let all: Vec<&Arg> = command.get_positionals().collect();
    let many = all.iter().position(|one| one.get_num_args().is_some_and(|many| many.max_values() > 1));
    let at = line.positionals.len();
    let may_be: &[&Arg] = match many {
        // It may be one more of them, or what follows them.
        Some(many) if at > many => &all[many..],
        _ => all.get(at..=at)?,
    };
    line.kinds = may_be.iter().flat_map(|one| kinds_of(one)).collect();
    Some(line)
}

/// What a value may name: `PATCHSET... SOURCE` is one or the other.
fn kinds_of(arg: &Arg) -> Vec<Kind> {
    let name = arg.get_value_names().and_then(|names| names.first()).map(clap::builder::Str::as_str);
    let name = name.unwrap_or(arg.get_id().as_str()).to_lowercase();
    let kind = |name: &str| match name.trim_end_matches(['s', '.']) {
        "patchset" => Some(Kind::Patchset),
        "edit" => Some(Kind::Edit),
        "id" if arg.get_long() == Some("edit") => Some(Kind::Edit),
        "source" | "pin" | "tree" => Some(Kind::Pin),
        _ => None,
    };
    name.split(' ').filter_map(kind).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn completed(line: &str) -> Vec<String> {
        names(&Ui::new(true, false), &line.split(' ').map(str::to_owned).collect::<Vec<_>>())
    }

    #[test]
    fn values_are_completed_by_what_they_name() {
        assert_eq!(
            completed("plan catamount-py2"),
            ["catamount-py2.5", "catamount-py2.6", "catamount-py2.7"]
        );
        assert_eq!(completed("plan catamount-py2.5 python-2.7.18"), ["python-2.7.18"]);
        assert_eq!(completed("plan -v catamount-py2.5 catamount-py2.6"), ["catamount-py2.6"]);
        assert_eq!(completed("build catamount-py2.6 python-2.7.18"), ["python-2.7.18"]);
        assert_eq!(completed("build --patchset catamount-py2.6"), ["catamount-py2.6"]);
        assert_eq!(completed("matrix --pins python-2.7.18"), ["python-2.7.18"]);
        assert_eq!(completed("fetch 2.7.18"), ["2.7.18"]);
        assert_eq!(completed("pins 2.7.18"), ["2.7.18"]);
        assert_eq!(completed("pins verify python-2.7.18"), ["python-2.7.18"]);
        assert_eq!(completed("matrix catamount-py2.5 --base python-2.7.18"), ["python-2.7.18"]);
        assert_eq!(
            completed("diff catamount-py2.5 tree --edit no-shared"),
            ["no-sharedmods", "no-sharedinstall"]
        );
        assert_eq!(completed("show catamount-py2.5 no-sharedm"), ["no-sharedmods"]);
        assert_eq!(completed("why modern-toolchain-py2.6"), ["modern-toolchain-py2.6"]);
        assert_eq!(completed("snapshot check catamount-py3.14"), ["catamount-py3.14"]);
        assert_eq!(completed("apply catamount-py2.5 tree -o "), [""; 0]);
        assert_eq!(completed("plan --for"), [""; 0]);
        assert_eq!(completed("nonsense x"), [""; 0]);
    }
}
