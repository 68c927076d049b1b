//! What a person answers where a patch could not be carried by rules.

use std::collections::BTreeMap;
use std::io::Read as _;
use std::path::Path;

use walkdir::WalkDir;

use super::super::{CliError, Ui};
use crate::carry;
use crate::import::{self, PatchFile};
use crate::rebase::{self, Decision, Unanswered, Walk};
use crate::regular::{self, LARGEST_DOCUMENT};
use crate::tree::{OverlayTree, Tree, TreePath};

/// The decisions that the answers `resolve` make about the last patch of a walk. What they do not name is as in the directory
/// `edited`, or as it was proposed.
pub(super) fn given(
    walk: &Walk<'_>,
    to: &dyn Tree,
    resolve: &[String],
    edited: Option<&Path>,
) -> Result<Vec<Decision>, CliError> {
    let Some(step) = walk.steps.last() else { return Ok(Vec::new()) };
    let tree = OverlayTree::new(to, &walk.before_last);
    let mut answers = BTreeMap::new();
    let proposals = rebase::proposals(step, &tree)?;
    if let Some(folder) = edited {
        if !folder.is_dir() && proposals.iter().any(|one| one.shown.is_some()) {
            return Err(CliError::unfit(format!("{} does not exist", folder.display()))
                .help("end the port with --abort, or leave the patch out with --skip"));
        }
        answers = files(folder)?;
    }
    let open: Vec<&TreePath> = proposals.iter().map(|one| one.file.path()).collect();
    for answer in resolve {
        if let Some((path, file)) = answer.split_once('=') {
            let path: TreePath =
                path.parse().map_err(|error| CliError::usage(format!("`{path}` in --resolve: {error}")))?;
            if !open.contains(&&path) {
                let open: Vec<&str> = open.iter().map(|path| path.as_str()).collect();
                return Err(CliError::usage(format!("{path} does not have to be decided"))
                    .detail(format!("to be decided: {}", open.join(", "))));
            }
            answers.insert(path, read(file)?);
            continue;
        }
        let patch = PatchFile { name: answer.clone(), strip: None, bytes: read(answer)? };
        let changes = import::made(&patch, &tree, 0)?.map_err(|why| {
            CliError::unfit(format!("{answer} does not fit the new version"))
                .detail(why)
                .help("a patch of --resolve takes the place of the old one: make it for the files of --to")
        })?;
        for change in changes {
            match change.after {
                Some(file) => answers.insert(change.path, file.bytes.to_vec()),
                None => answers.remove(&change.path),
            };
        }
    }
    let is_all = edited.is_some() || resolve.iter().any(|answer| !answer.contains('='));
    rebase::answered(step, &tree, &answers, is_all)?.map_err(|open| {
        let lines = open.iter().map(|one| match one {
            Unanswered::Markers(path, line) => format!("{path}:{line}: a marker of the conflict is left"),
            Unanswered::Unchanged(path) => format!("{path} was not changed"),
            Unanswered::Missing(path) => format!("{path} has no answer"),
        });
        let help = match edited {
            Some(_) => {
                "edit the files; delete one to leave it as the new version has it; or leave the patch out with --skip"
            }
            None => "give an answer for each file with --resolve PATH=FILE, or one patch",
        };
        CliError::unfit(format!("{} is not decided", step.patch.patch.name)).details(lines).help(help)
    })
}

/// The files in a directory, by their names there.
fn files(folder: &Path) -> Result<BTreeMap<TreePath, Vec<u8>>, CliError> {
    let mut found = BTreeMap::new();
    for entry in WalkDir::new(folder).sort_by_file_name() {
        let Ok(entry) = entry else { continue };
        let path = entry.path();
        if entry.file_type().is_dir() {
            continue;
        }
        if entry.path_is_symlink() {
            return Err(CliError::unfit(format!("{} is a symbolic link", path.display()))
                .help("put a file in its place"));
        }
        let name = path.strip_prefix(folder).ok().and_then(Path::to_str).unwrap_or_default();
        // What editors leave.
        let is_backup = name.ends_with('~') || name.ends_with(".orig") || name.ends_with(".swp");
        if is_backup {
            continue;
        }
        let name: TreePath =
            name.parse().map_err(|error| CliError::usage(format!("{}: {error}", path.display())))?;
        let bytes = regular::read(path, LARGEST_DOCUMENT)
            .map_err(|error| CliError::io(format!("cannot read {}", path.display()), &error))?;
        found.insert(name, bytes);
    }
    Ok(found)
}

fn read(file: &str) -> Result<Vec<u8>, CliError> {
    if file == "-" {
        let mut bytes = Vec::new();
        std::io::stdin()
            .lock()
            .read_to_end(&mut bytes)
            .map_err(|error| CliError::io("cannot read stdin", &error))?;
        return Ok(bytes);
    }
    regular::read(Path::new(file), LARGEST_DOCUMENT)
        .map_err(|error| CliError::source(format!("cannot read {file}: {error}")))
}

/// Notes what looks off in what people decided: it is taken, because they know better.
pub(super) fn note_doubts(ui: &Ui, walk: &Walk<'_>, to: &dyn Tree) -> Result<(), CliError> {
    for file in walk.steps.iter().flat_map(|step| &step.files).filter(|file| file.is_decided) {
        for change in &file.changes {
            let there = to.file_or_link(&change.path)?;
            if let Some(why) = carry::broken(&file.original, there.as_ref(), change) {
                ui.note(&format!("warning: {}: {why}", change.path));
            }
        }
    }
    Ok(())
}
