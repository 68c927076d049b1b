//! `pypatch setup add`

use std::collections::BTreeSet;
use std::io::Read;
use std::path::{Path, PathBuf};

use super::change::{self, NewEdit};
use super::local;
use crate::cli::{CliError, ExitStatus, Ui};
use crate::modules;
use crate::regular::{self, LARGEST_FILE};

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The tree, or a build directory of it, that contains Modules/Setup.
    tree: PathBuf,
    /// The module's name in Setup: for foo.bar._mumble it is `_mumble`.
    #[arg(required_unless_present = "from_log")]
    name: Option<String>,
    /// Its archive.
    #[arg(required_unless_present = "from_log")]
    archive: Option<PathBuf>,
    /// Libraries to link it with: -lm, -L/opt/x.
    #[arg(allow_hyphen_values = true, trailing_var_arg = true)]
    libraries: Vec<String>,
    /// Take the modules from the "Append to Setup:" lines of this log of a build by distutils; `-` is
    /// stdin.
    #[arg(long, value_name = "LOG", conflicts_with_all = ["name", "archive", "libraries"])]
    from_log: Option<PathBuf>,
    /// Where the archives of the log are installed: below this directory they are found by the end of their
    /// paths. Without it, Setup refers to the build directory.
    #[arg(long, value_name = "SITE-PACKAGES", requires = "from_log")]
    installed: Option<PathBuf>,
    /// Make the next make link the interpreter again even if there is nothing to add, and no archive is
    /// newer than Setup.
    #[arg(long)]
    relink: bool,
    /// Show what would be done, and write nothing.
    #[arg(short = 'n', long)]
    dry_run: bool,
}

/// A module that is linked from an archive.
struct Module {
    name: String,
    archive: PathBuf,
    libraries: Vec<String>,
}

pub(super) fn run(ui: &Ui, args: &Args) -> Result<ExitStatus, CliError> {
    let found = match (&args.from_log, &args.name, &args.archive) {
        (Some(log), ..) => from_log(log, args.installed.as_deref())?,
        (None, Some(name), Some(archive)) => {
            let (name, archive, libraries) = (name.clone(), archive.clone(), args.libraries.clone());
            vec![Module { name, archive, libraries }]
        }
        _ => return Err(CliError::usage("give the name of the module, and its archive")),
    };
    let (_, file) = change::editable(ui, &args.tree)?;
    let mut edits = local::preparing(&file, []);
    let depends_on: Vec<String> = edits.iter().map(|edit| edit.id.clone()).collect();
    for module in &found {
        let id = edit_id(&module.name, |id| edits.iter().any(|known| known.id == *id));
        let change = local::add(&file, &module.name, &arguments(module)?);
        edits.push(NewEdit { id, depends_on: depends_on.clone(), changes: vec![change] });
    }
    let (status, changed) = change::apply(ui, &args.tree, "setup-add", edits, args.dry_run)?;
    if status == ExitStatus::Done && !changed {
        let setup = file.path.below(&args.tree);
        let io = |what: &str, error| CliError::io(format!("cannot {what} {}", setup.display()), &error);
        let newer = modules::newer_archives(&setup).map_err(|error| io("read", error))?;
        if args.dry_run || (newer.is_empty() && !args.relink) {
            return Ok(status);
        }
        modules::touch(&setup).map_err(|error| io("touch", error))?;
        ui.changed();
        for archive in &newer {
            ui.line(&format!("{} is newer than Setup", archive.display()))?;
        }
        ui.line(&format!("touched {}: make will link the interpreter again", setup.display()))?;
    }
    Ok(status)
}

/// What Setup says about a module after its name.
fn arguments(module: &Module) -> Result<String, CliError> {
    if let Some((_, last)) = module.name.rsplit_once('.') {
        return Err(CliError::usage(format!("`{}` is not a name for Setup", module.name))
            .help(format!("add it as `{last}`: the directory of the archive determines its package")));
    }
    let archive = module.archive.canonicalize().map_err(|error| {
        CliError::source(format!("cannot find the archive {}", module.archive.display()))
            .detail(error.to_string())
    })?;
    let mut words = vec![archive.display().to_string()];
    words.extend(module.libraries.iter().cloned());
    if let Some(word) = words.iter().find(|word| word.contains([' ', '\t', '#', '='])) {
        return Err(CliError::usage(format!("makesetup cannot read `{word}` in a line of Setup")));
    }
    Ok(words.join(" "))
}

/// An id for the edit that adds a module: ids are in lower case, but a module may be called `MPI`.
fn edit_id(module: &str, is_used: impl Fn(&String) -> bool) -> String {
    let is_plain = |sign: char| sign.is_ascii_lowercase() || sign.is_ascii_digit() || sign == '_';
    let name = module.to_ascii_lowercase();
    let name: String = name.chars().map(|sign| if is_plain(sign) { sign } else { '-' }).collect();
    let numbered = (2..).map(|number| format!("add-{name}-{number}"));
    std::iter::once(format!("add-{name}"))
        .chain(numbered)
        .find(|id| !is_used(id))
        .expect("numbers do not end")
}

/// The modules in a log of distutils.
fn from_log(log: &Path, installed: Option<&Path>) -> Result<Vec<Module>, CliError> {
    let read = || {
        if log != Path::new("-") {
            return regular::read(log, LARGEST_FILE);
        }
        let mut bytes = Vec::new();
        std::io::stdin().read_to_end(&mut bytes).map(|_| bytes)
    };
    let bytes =
        read().map_err(|error| CliError::source(format!("cannot read {}: {error}", log.display())))?;
    let text = String::from_utf8_lossy(&bytes);
    let mut found = Vec::new();
    let mut names = BTreeSet::new();
    for line in text.lines() {
        let Some((_, rest)) = line.split_once("Append to Setup:") else { continue };
        let mut words = rest.split_whitespace().map(str::to_owned);
        let (Some(name), Some(archive)) = (words.next(), words.next()) else { continue };
        let archive = match installed {
            Some(folder) => below(folder, Path::new(&archive)).ok_or_else(|| {
                CliError::source(format!("{archive} is not installed below {}", folder.display()))
                    .help("run `setup.py install` first, or omit --installed")
            })?,
            None => PathBuf::from(archive),
        };
        if names.insert(name.clone()) {
            found.push(Module { name, archive, libraries: words.collect() });
        }
    }
    if found.is_empty() {
        return Err(CliError::source(format!("{} has no line `Append to Setup:`", log.display()))
            .help("distutils prints such lines with the edit `archive-extensions`"));
    }
    Ok(found)
}

/// The file below `folder` with the longest end of `path`.
fn below(folder: &Path, path: &Path) -> Option<PathBuf> {
    let parts: Vec<_> = path.components().collect();
    (1..parts.len())
        .map(|skip| folder.join(parts[skip..].iter().collect::<PathBuf>()))
        .find(|path| path.is_file())
}
