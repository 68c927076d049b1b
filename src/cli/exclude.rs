//! `--exclude`: what of a source is left out where the whole tree is written.

use super::{CliError, Source, Ui, workspace};
use crate::apply;
use crate::patchset::Patchset;
use crate::tree::{PrunedTree, SourceSpec, TreeError, TreePath};

#[derive(Debug, Default, clap::Args)]
pub(super) struct Exclude {
    /// Leave out files and directories whose path or name this pattern matches; may be repeated. It is for a repository that lacks a
    /// large file which nobody needs. An edit that needs one of them is an error.
    #[arg(long = "exclude", value_name = "GLOB")]
    globs: Vec<String>,
}

impl Exclude {
    /// # Errors
    /// If something is left out, but the command writes no whole tree; `help` says what to do.
    pub(super) fn require(&self, writes_tree: bool, help: &str) -> Result<(), CliError> {
        match self.globs.is_empty() || writes_tree {
            true => Ok(()),
            false => Err(CliError::usage("--exclude is only for an output with the whole tree").help(help)),
        }
    }

    /// The patterns.
    pub(super) fn globs(&self) -> &[String] {
        &self.globs
    }

    /// Leaves the files out of `source`.
    ///
    /// # Errors
    /// If a pattern is invalid or matches nothing.
    pub(super) fn prune(&self, source: Source) -> Result<Source, CliError> {
        self.pruned(source, true)
    }

    /// Leaves the files out of one of several sources, which need not have what every pattern matches.
    ///
    /// # Errors
    /// If a pattern is invalid.
    pub(super) fn prune_matching(&self, source: Source) -> Result<Source, CliError> {
        self.pruned(source, false)
    }

    fn pruned(&self, mut source: Source, each_matches: bool) -> Result<Source, CliError> {
        let mut left_out = earlier(&source)?;
        if !self.globs.is_empty() {
            let mut paths = Vec::new();
            source.tree.walk_except(
                &mut |path| {
                    paths.push(path.clone());
                    true
                },
                &mut |_| Ok(()),
            )?;
            for text in &self.globs {
                let glob = workspace::glob(text)?;
                let before = left_out.len();
                let found =
                    paths.iter().filter(|path| glob.matches(path.as_str()) || glob.matches(path.file_name()));
                left_out.extend(found.cloned());
                if each_matches && left_out.len() == before {
                    return Err(CliError::usage(format!(
                        "--exclude: nothing in {} matches `{text}`",
                        source.tree.label()
                    ))
                    .near(&crate::text::nearest_names(text, paths.iter().map(TreePath::as_str)))
                    .detail("nothing was written")
                    .help("a pattern matches a whole path, such as Misc/svnmap.txt, or a name"));
                }
            }
        }
        // A directory precedes what is in it.
        left_out.sort();
        left_out.dedup();
        let mut tops: Vec<TreePath> = Vec::new();
        for path in left_out {
            if !tops.iter().any(|top| path.ancestors().any(|above| above == *top)) {
                tops.push(path);
            }
        }
        if tops.is_empty() {
            return Ok(source);
        }
        source.tree = Box::new(PrunedTree::refusing(source.tree, tops.clone()));
        source.excluded = tops;
        Ok(source)
    }
}

/// What was left out when a directory was written, and is not there now.
fn earlier(source: &Source) -> Result<Vec<TreePath>, CliError> {
    let SourceSpec::Directory(root) = &source.spec else { return Ok(Vec::new()) };
    let status = apply::status(root)?;
    let left_out = status.iter().flat_map(apply::Status::left_out);
    Ok(left_out.filter(|path| path.below(root).symlink_metadata().is_err()).cloned().collect())
}

/// Notes what is left out.
pub(super) fn note(ui: &Ui, source: &Source) {
    const LISTED: usize = 10;
    if source.excluded.is_empty() {
        return;
    }
    let listed: Vec<&str> = source.excluded.iter().take(LISTED).map(TreePath::as_str).collect();
    let more = match source.excluded.len().saturating_sub(LISTED) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    ui.note(&format!("note: left out by --exclude: {}{more}", listed.join(", ")));
}

/// An error of planning `patchsets`, with the edits that need what cannot be read.
pub(super) fn unread(patchsets: &[Patchset], error: TreeError) -> CliError {
    let path = match &error {
        TreeError::LeftOut(path) => path.clone(),
        TreeError::Missing(missing) => missing.objects[0].0.clone(),
        _ => return error.into(),
    };
    let needs = |file: &TreePath| {
        *file == path || glob::Pattern::new(file.as_str()).is_ok_and(|glob| glob.matches(path.as_str()))
    };
    let edits = patchsets.iter().flat_map(|patchset| &patchset.edits);
    let needing = edits.filter(|edit| edit.changes.iter().any(|change| change.file.iter().any(needs)));
    let details: Vec<String> =
        needing.map(|edit| format!("edit `{}` of {} needs it", edit.id, edit.patchset)).collect();
    CliError::from(error).details(details).detail("nothing was written")
}
