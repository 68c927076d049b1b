//! `pypatch annotate`

use std::path::{Path, PathBuf};

use super::record::layers;
use super::{CliError, ExitStatus, Format, Ui, Workspace};
use crate::apply;
use crate::plan::{Series, owners};
use crate::report::{Annotated, AnnotatedLine};
use crate::tree::{OverlayTree, SourceSpec, TreePath};

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// A file of a patched tree, and perhaps a line of it. Without TREE, the tree is found upwards from the file.
    #[arg(value_name = "FILE[:LINE]")]
    file: String,
    /// The patched tree, in which FILE is.
    tree: Option<PathBuf>,
    /// Show only lines that an edit wrote.
    #[arg(long)]
    only: bool,
    /// The output format.
    #[arg(long, default_value = "text")]
    format: Format,
}

pub(super) fn run(ui: &Ui, workspace: &Workspace, args: &Args) -> Result<ExitStatus, CliError> {
    let (file, line) = place(&args.file);
    let (root, file) = match &args.tree {
        Some(root) => (root.clone(), file.to_owned()),
        None => tree_of(Path::new(file))?,
    };
    let path: TreePath = file.parse().map_err(|error| CliError::usage(format!("`{file}`: {error}")))?;
    let source = workspace.open(ui, &format!("{}/", root.display()))?;
    let before = apply::unapplied(&root)?.ok_or_else(|| {
        CliError::usage(format!("{} has no receipt: pypatch patched nothing in it", root.display()))
            .help("name the patched tree after the file")
    })?;
    let before = OverlayTree::new(source.tree.as_ref(), &before);
    let layers = layers(workspace, &SourceSpec::Directory(root.clone()))?;
    let series = Series::plan(&layers, &before, &[])?;
    if let Some(plan) = series.misfit() {
        let title = format!("`{}` no longer gives what is in {}", plan.patchset, root.display());
        return Err(CliError::unfit(title).help("use the pypatch that applied it"));
    }
    let now = source.tree.read(&path)?;
    let now = now.ok_or_else(|| CliError::usage(format!("{} has no file `{path}`", root.display())))?;
    let lines = owners(&series.plans, &path).unwrap_or_else(|| {
        now.bytes.split_inclusive(|byte| *byte == b'\n').map(|line| (line.to_vec(), Vec::new())).collect()
    });
    if lines.iter().flat_map(|(text, _)| text).ne(now.bytes.iter()) {
        return Err(CliError::unfit(format!("{path} is not as the edits leave it")));
    }
    let count = lines.len();
    if let Some(line) = line.filter(|line| *line == 0 || *line > count) {
        return Err(CliError::usage(format!("{path} has no line {line}: it has {count}")));
    }
    let all = lines.into_iter().enumerate();
    let all = all.map(|(at, (text, edits))| AnnotatedLine { number: at + 1, text, edits });
    let is_wanted = |one: &AnnotatedLine<'_>| match line {
        Some(line) => one.number == line,
        None => !args.only || !one.edits.is_empty(),
    };
    let shown = Annotated {
        file: path.as_str(),
        lines: all.filter(is_wanted).collect(),
        with_reasons: line.is_some(),
    };
    ui.show(&shown, args.format)?;
    Ok(ExitStatus::Done)
}

/// A file and a line. A colon may be a part of a file's name.
fn place(text: &str) -> (&str, Option<usize>) {
    match text.rsplit_once(':').map(|(file, line)| (file, line.parse())) {
        Some((file, Ok(line))) if !Path::new(text).exists() => (file, Some(line)),
        _ => (text, None),
    }
}

/// The patched tree that a file is in, and the file below it.
fn tree_of(file: &Path) -> Result<(PathBuf, String), CliError> {
    let absolute = std::path::absolute(file)
        .map_err(|error| CliError::io("cannot find the current directory", &error))?;
    for root in absolute.ancestors().skip(1) {
        if root.join(apply::RECEIPT).is_file() {
            let below = absolute.strip_prefix(root).unwrap_or(&absolute);
            return Ok((root.to_owned(), below.display().to_string()));
        }
    }
    Err(CliError::usage(format!("{} is not in a tree that pypatch patched", file.display()))
        .help("name the patched tree after the file"))
}
