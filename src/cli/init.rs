//! `pypatch init`

use std::path::{Path, PathBuf};

use super::{CliError, ExitStatus, Ui, project};
use crate::export;
use crate::patchset::json_schema;

/// The schema of patchset.yaml, in the folder of patchsets, for editors.
pub(super) const SCHEMA: &str = "patchset.schema.json";

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The directory of the project, which is made if it does not exist.
    #[arg(default_value = ".")]
    directory: PathBuf,
}

const README: &str = "\
This folder has the patchsets of this project: one folder each, with its patchset.yaml, and below files/ the texts that it names.

    pypatch new ID --base python-3.13.5          a new patchset
    pypatch import debian/patches --base TREE    one from patches that exist
    pypatch plan ID python-3.13.5                what it would do
    pypatch snapshot check                       whether it still does what was accepted
";

/// All of it is a comment: it sets nothing, and says where the project is.
const PROJECT: &str = "\
# pypatch finds this file upwards from the current directory, as git finds its repository. What is set here, and its default; paths are
# relative to this file.

# The folders of patchsets, in the order in which they are searched. A new patchset is written to the first.
# patchsets = [\"patchsets\"]

# The folder of pins, which precede those that pypatch ships, and the folder of accepted results.
# pins = \"upstream-pins\"
# snapshots = \"snapshots\"

# Where releases are searched before the cache and the network: directories with tarballs, tarballs, and git repositories with release
# tags. PYPATCH_SOURCES precedes them.
# sources = [\"../cpython\"]

# What `pypatch matrix PATCHSET` judges: pins, series, patterns, ranges, or other sources.
# versions = [\"3.12\", \"3.13\", \">=3.14\"]
";

const ATTRIBUTES: &str = "\
# Bytes that must stay as they are: texts that edits insert, and accepted results.
patchsets/*/files/** -text
snapshots/** -text linguist-generated
patchsets/patchset.schema.json linguist-generated
";

const IGNORE: &str = "\
# Results that wait for `pypatch review`.
*.snap.new
";

/// Where pypatch's repository is, if the build knows it.
const REPOSITORY: &str = env!("CARGO_PKG_REPOSITORY");
/// What the user writes in its place otherwise.
const PLACEHOLDER: &str = "OWNER/pypatch";

const WORKFLOW_PATH: &str = ".github/workflows/pypatch.yml";
const WORKFLOW: &str = "\
# Checks the patchsets of this project: that they are well-formed, and that they still do what was accepted.
name: pypatch
on: [push, pull_request]
permissions:
  contents: read
jobs:
  check:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v6
      # The repository of pypatch on GitHub, and its tag or commit: it is installed from there.
      - uses: OWNER/pypatch@main
";

/// The repository of pypatch, if that is known and on GitHub, or what the user replaces.
pub(super) fn repository() -> String {
    let repository = REPOSITORY.strip_prefix("https://github.com/").unwrap_or(PLACEHOLDER);
    repository.trim_end_matches('/').trim_end_matches(".git").to_owned()
}

fn workflow() -> String {
    WORKFLOW.replace(PLACEHOLDER, &repository())
}

/// The files of a project, below its directory.
fn files() -> Vec<(PathBuf, Vec<u8>)> {
    let schema = format!("{}\n", json_schema()).into_bytes();
    let texts = [
        (project::FILE, PROJECT),
        ("patchsets/README", README),
        (".gitattributes", ATTRIBUTES),
        (".gitignore", IGNORE),
        (WORKFLOW_PATH, &workflow()),
    ];
    let texts = texts.map(|(path, text)| (path.into(), text.as_bytes().to_vec()));
    texts.into_iter().chain([(Path::new("patchsets").join(SCHEMA), schema)]).collect()
}

pub(super) fn run(ui: &Ui, args: &Args) -> Result<ExitStatus, CliError> {
    // `./` in front of each name would say nothing.
    let directory = args.directory.strip_prefix(".").unwrap_or(&args.directory);
    let io = |path: &Path| {
        let title = format!("cannot write {}", path.display());
        move |error: std::io::Error| CliError::io(title, &error)
    };
    if directory.exists() && !directory.is_dir() {
        return Err(CliError::usage(format!("{} is not a directory", directory.display())));
    }
    let (mut prepared, mut written) = (Vec::new(), Vec::new());
    for (path, bytes) in files() {
        let file = directory.join(&path);
        // What is there is somebody's work, or of an earlier `init`.
        if file.symlink_metadata().is_ok() {
            ui.note(&format!("kept {}", file.display()));
            continue;
        }
        prepared.push(export::prepare_file(&file, &bytes).map_err(io(&file))?);
        written.push(file);
    }
    export::commit(prepared).map_err(io(directory))?;
    if !written.is_empty() {
        ui.changed();
    }
    for file in &written {
        ui.line(&format!("wrote {}", file.display()))?;
    }
    let workflow = directory.join(WORKFLOW_PATH);
    if written.contains(&workflow) && self::workflow().contains(PLACEHOLDER) {
        ui.note(&format!(
            "write where pypatch's repository is on GitHub in the place of `{PLACEHOLDER}` in {}",
            workflow.display()
        ));
    }
    ui.note("next: `pypatch new ID --base SOURCE`, or `pypatch import PATCHES --base SOURCE`");
    Ok(ExitStatus::Done)
}
