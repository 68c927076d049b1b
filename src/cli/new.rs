//! `pypatch new`

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::{CliError, ExitStatus, Source, Ui, Workspace, new_patchset};
use crate::patchset::{NewPatchset, is_id};
use crate::software::Software;
use crate::tree::tree_version;
use crate::version::Version;

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The id of the new patchset, which is the name of its folder, too.
    id: String,
    /// The source that it will be written for: a directory, a tarball, a pin such as python-3.13.5, or git:REPO@REV.
    #[arg(long, value_name = "SOURCE")]
    base: String,
    /// What it is for, in a line.
    #[arg(long, value_name = "TEXT")]
    title: Option<String>,
    /// The folder of patchsets that the new one is written to [default: that of the project].
    #[arg(short, long, value_name = "DIR")]
    output: Option<PathBuf>,
    /// Write nothing, and print the new patchset.yaml.
    #[arg(short = 'n', long)]
    dry_run: bool,
}

pub(super) fn run(ui: &Ui, workspace: &Workspace, args: &Args) -> Result<ExitStatus, CliError> {
    let source = workspace.open(ui, &args.base)?;
    let output = workspace.output(args.output.as_deref())?;
    let folder = output.join(&args.id);
    new_patchset::require_free(&workspace.catalog, &args.id, &folder).map_err(|error| {
        // Here the id is not an option.
        if is_id(&args.id) { error.help("choose another id, or move the old one away") } else { error }
    })?;
    let version = tree_version(source.tree.as_ref())?;
    let new = written(&args.id, args.title.as_deref(), &source, version.as_ref(), &output);
    new_patchset::load_from_temporary(&workspace.catalog, &args.id, &new)?;
    if args.dry_run {
        ui.line(new.yaml.trim_end_matches('\n'))?;
        return Ok(ExitStatus::Done);
    }
    new_patchset::save(&folder, &new, None)
        .map_err(|error| CliError::io(format!("cannot write {}", folder.display()), &error))?;
    ui.changed();
    ui.line(&format!("wrote {}", folder.join("patchset.yaml").display()))?;
    ui.note(&format!(
        "next: write an edit (`pypatch explain` lists the operations), or change a tree by hand and run `pypatch record`; \
         then `pypatch plan {} {}`",
        args.id,
        source.pin.as_ref().map_or(&args.base, |pin| &pin.name)
    ));
    Ok(ExitStatus::Done)
}

/// A patchset without edits, for the series of a version.
fn written(
    id: &str,
    title: Option<&str>,
    source: &Source,
    version: Option<&Version>,
    output: &Path,
) -> NewPatchset {
    let (major, minor) = version.map_or((0, 0), Version::series);
    let title = match (title, version) {
        (Some(title), _) => title.to_owned(),
        (None, Some(version)) => format!("Changes of {} {major}.{minor}", version.software().title()),
        (None, None) => "Changes of a source tree".to_owned(),
    };
    let mut yaml = String::new();
    // Where `init` puts it.
    if output.join(super::init::SCHEMA).is_file() {
        yaml.push_str(&format!("# yaml-language-server: $schema=../{}\n", super::init::SCHEMA));
    }
    yaml.push_str(&format!("schema: 1\nid: {id}\ntitle: {}\n", quoted(&title)));
    if let Some(software) = version.map(Version::software).filter(|software| *software != Software::default())
    {
        yaml.push_str(&format!("software: {software}\n"));
    }
    if version.is_some() {
        yaml.push_str(&format!("applies-to: \">={major}.{minor}, <{major}.{}\"\n", minor + 1));
    }
    if let Some(pin) = &source.pin {
        yaml.push_str(&format!("pins: [{}]\n", pin.name));
    }
    yaml.push_str(
        "\
# An edit has an id, the reason for it, a file, and what it does there. `pypatch explain` lists what can be done; this one would be
#   - id: no-sharedmods
#     why: The machine has no shared modules.
#     file: Makefile.pre.in
#     makefile.remove-prerequisite: {target: all, word: sharedmods}
edits: []
",
    );
    NewPatchset { yaml, files: BTreeMap::new() }
}

/// A text in quotes, as YAML reads it.
fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}
