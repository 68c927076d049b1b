//! `pypatch setup`

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::Read;
use std::path::{Path, PathBuf};

use serde_json::json;

use super::error::CliError;
use super::ui::Ui;
use super::{ExitStatus, Format, Workspace, plan};
use crate::apply;
use crate::modules::{self, Analysis, Inventory, Linkage, Program, inventory};
use crate::patchset::Catalog;
use crate::plan::PlannedLayer;
use crate::report;
use crate::tree::{DirTree, Tree, TreePath, python_version};

/// The extension modules of a tree: which there are, which a program needs, and which are linked.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// List every extension module: how it is linked, what says so, and what it lacks.
    ///
    /// Read from Modules/config.c.in, the Setup files in makesetup's order, and setup.py as far as it
    /// names modules literally. What configure will find out is not known. Missing are sources that the
    /// tree has not, and libraries and archives that this machine has not.
    List {
        /// A directory, a tarball, a pin such as python-2.5, or git:REPO@REV.
        source: String,
        /// How to write it.
        #[arg(long, default_value = "text")]
        format: Format,
    },
    /// Link modules statically: take the `#` off their lines in Modules/Setup (or Setup.dist).
    Enable(Edit),
    /// Leave modules out: put a `#` before their lines.
    Disable(Edit),
    /// Add a module that is linked from an archive, as distutils makes it on a machine without
    /// shared libraries (the paper's section 3.6).
    ///
    /// A rebuilt archive alone does not make make link the interpreter again: run this again, which
    /// sees that it is newer. In a work directory of `pypatch build` the next build sees it, too.
    Add(Add),
    /// Say which extension modules programs need, by following their imports without running them.
    ///
    /// Names that a program computes cannot be followed, other than by __import__ with a literal.
    Analyze(Analyze),
}

#[derive(Debug, clap::Args)]
struct Edit {
    /// The tree, or a build directory of it.
    tree: PathBuf,
    /// The modules.
    #[arg(required = true)]
    modules: Vec<String>,
    /// Only say what would be done.
    #[arg(short = 'n', long)]
    dry_run: bool,
}

#[derive(Debug, clap::Args)]
struct Add {
    /// The tree, or a build directory of it, with Modules/Setup in it.
    tree: PathBuf,
    /// The module's name in Setup: of foo.bar._mumble it is `_mumble`.
    #[arg(required_unless_present = "from_log")]
    name: Option<String>,
    /// Its archive.
    #[arg(required_unless_present = "from_log")]
    archive: Option<PathBuf>,
    /// Libraries it is linked with: -lm, -L/opt/x.
    #[arg(allow_hyphen_values = true, trailing_var_arg = true)]
    libraries: Vec<String>,
    /// Take the modules from the "Append to Setup:" lines of this log of a build by distutils; `-` is
    /// stdin.
    #[arg(long, value_name = "LOG", conflicts_with_all = ["name", "archive", "libraries"])]
    from_log: Option<PathBuf>,
    /// Where the archives of the log are installed: they are looked for below it by the end of their
    /// paths. A build directory may go away.
    #[arg(long, value_name = "SITE-PACKAGES", requires = "from_log")]
    installed: Option<PathBuf>,
    /// Make the next make link the interpreter again even if nothing is to be added, and no archive is
    /// newer than Setup.
    #[arg(long)]
    relink: bool,
    /// Only say what would be done.
    #[arg(short = 'n', long)]
    dry_run: bool,
}

#[derive(Debug, clap::Args)]
struct Analyze {
    /// The programs.
    #[arg(required = true)]
    scripts: Vec<PathBuf>,
    /// The tree whose library and extension modules are meant: a directory, a tarball, a pin, git:REPO@REV.
    #[arg(long, value_name = "SOURCE")]
    tree: String,
    /// Further directories with modules, after the library: site-packages.
    #[arg(long = "path", value_name = "DIR")]
    path: Vec<PathBuf>,
    /// Write what is missing from Setup as a patchset, to the folder DIR (its name is the id).
    #[arg(long, value_name = "DIR")]
    write_edit: Option<PathBuf>,
    /// In that patchset also leave out what is linked statically and not needed: neither by the programs,
    /// nor by the interpreter when it starts and is installed.
    #[arg(long, requires = "write_edit")]
    minimal: bool,
    /// How to write it.
    #[arg(long, default_value = "text")]
    format: Format,
}

pub(super) fn run(ui: &Ui, workspace: &Workspace, args: &Args) -> Result<ExitStatus, CliError> {
    match &args.command {
        Command::List { source, format } => list(ui, workspace, source, *format),
        Command::Enable(args) => edit(ui, args, "enable"),
        Command::Disable(args) => edit(ui, args, "disable"),
        Command::Add(args) => add(ui, args),
        Command::Analyze(args) => analyze(ui, workspace, args),
    }
}

fn list(ui: &Ui, workspace: &Workspace, source: &str, format: Format) -> Result<ExitStatus, CliError> {
    let source = workspace.open(ui, source)?;
    let found = inventory(source.tree.as_ref())?;
    if format == Format::Json {
        let modules: Vec<_> = found
            .modules
            .values()
            .map(|one| {
                json!({
                    "name": one.name, "linkage": one.linkage.name(), "file": one.location.0, "line": one.location.1,
                    "missing": one.missing,
                })
            })
            .collect();
        ui.raw(&plan::json_bytes(&json!({"schema": 1, "modules": modules, "setup": found.editable})))?;
        return Ok(ExitStatus::Done);
    }
    let width = found.modules.keys().map(String::len).max().unwrap_or(0);
    let mut text = String::new();
    for one in found.modules.values() {
        let missing = match &one.missing[..] {
            [] => String::new(),
            files => format!("  missing: {}", files.join(" ")),
        };
        text.push_str(&format!(
            "{:width$}  {:12}  {}:{}{missing}\n",
            one.name,
            one.linkage.name(),
            one.location.0,
            one.location.1
        ));
    }
    ui.out(&text)?;
    Ok(ExitStatus::Done)
}

fn edit(ui: &Ui, args: &Edit, what: &str) -> Result<ExitStatus, CliError> {
    let file = editable(ui, &args.tree)?;
    let modules = serde_json::to_string(&args.modules).unwrap_or_default();
    let id = format!("setup-{what}");
    let edit = format!(
        "- id: {id}\n  why: Asked for on the command line.\n  file: {file}\n  setup.{what}: {{modules: {modules}}}\n"
    );
    carry_out(ui, &args.tree, &id, &edit, args.dry_run).map(|(status, _)| status)
}

/// The Setup file of a directory that a user edits.
fn editable(ui: &Ui, tree: &Path) -> Result<TreePath, CliError> {
    super::workspace::recover(ui, tree)?;
    inventory(&DirTree::open(tree)?)?.editable.ok_or_else(|| {
        CliError::new(
            ExitStatus::Unfit,
            format!("{} has neither Modules/Setup nor Modules/Setup.dist", tree.display()),
        )
    })
}

/// Applies edits that were made up here, as a patchset that `revert` takes off. Whether there was
/// anything to do.
fn carry_out(
    ui: &Ui,
    root: &Path,
    id: &str,
    edits: &str,
    dry_run: bool,
) -> Result<(ExitStatus, bool), CliError> {
    let io = |error: std::io::Error| CliError::io("cannot write a temporary file", &error);
    let place = tempfile::tempdir().map_err(io)?;
    let folder = place.path().join(id);
    fs::create_dir(&folder).map_err(io)?;
    let text = format!("schema: 1\nid: {id}\ntitle: Asked for on the command line\nedits:\n{edits}");
    fs::write(folder.join("patchset.yaml"), text).map_err(io)?;
    let patchset = Catalog::new(Vec::new()).load(&format!("{}/", folder.display()))?;
    let tree = DirTree::open(root)?;
    let planned = crate::plan::plan(&patchset, &tree)?;
    if let Err(status) = plan::must_fit(ui, &planned) {
        return Ok((status, false));
    }
    let name = root.display().to_string();
    if dry_run {
        ui.out(&report::text::plan(&planned))?;
        ui.out("nothing was written (dry run)\n")?;
        return Ok((ExitStatus::Done, true));
    }
    let layer = PlannedLayer::new(&patchset, planned);
    if layer.changes.is_empty() {
        ui.out(&format!("{name}: nothing to do, Setup says so already\n"))?;
        return Ok((ExitStatus::Done, false));
    }
    apply::commit(root, super::apply::layers(std::slice::from_ref(&layer), None))?;
    ui.out(&report::text::applied(&layer, &name))?;
    Ok((ExitStatus::Done, true))
}

fn add(ui: &Ui, args: &Add) -> Result<ExitStatus, CliError> {
    let lines = match (&args.from_log, &args.name, &args.archive) {
        (Some(log), ..) => from_log(log, args.installed.as_deref())?,
        (None, Some(name), Some(archive)) => {
            vec![(name.clone(), archive.clone(), args.libraries.clone())]
        }
        _ => return Err(CliError::new(ExitStatus::Usage, "say which module, and its archive")),
    };
    let mut edits = String::new();
    let file = editable(ui, &args.tree)?;
    for (name, archive, libraries) in &lines {
        if let Some((_, last)) = name.rsplit_once('.') {
            return Err(CliError::new(ExitStatus::Usage, format!("`{name}` cannot stand in Setup"))
                .help(format!("the line is for `{last}`: its package is where the archive lies")));
        }
        let archive = archive.canonicalize().map_err(|error| {
            CliError::new(ExitStatus::Source, format!("there is no archive {}", archive.display()))
                .detail(error.to_string())
        })?;
        let words: Vec<String> =
            std::iter::once(archive.display().to_string()).chain(libraries.iter().cloned()).collect();
        if let Some(word) = words.iter().find(|word| word.contains([' ', '\t', '#', '='])) {
            return Err(CliError::new(
                ExitStatus::Usage,
                format!("makesetup cannot read `{word}` in a line of Setup"),
            ));
        }
        let words = serde_json::to_string(&words.join(" ")).unwrap_or_default();
        edits.push_str(&format!(
            "- id: {}\n  why: Asked for on the command line.\n  file: {file}\n  setup.add: {{module: {name}, arguments: {words}}}\n",
            edit_id(name, &edits)
        ));
    }
    let (status, changed) = carry_out(ui, &args.tree, "setup-add", &edits, args.dry_run)?;
    if status == ExitStatus::Done && !changed {
        let setup = file.below(&args.tree);
        let io = |what: &str, error| CliError::io(format!("cannot {what} {}", setup.display()), &error);
        let newer = modules::newer_archives(&setup).map_err(|error| io("read", error))?;
        if args.dry_run || (newer.is_empty() && !args.relink) {
            return Ok(status);
        }
        modules::touch(&setup).map_err(|error| io("touch", error))?;
        for archive in &newer {
            ui.out(&format!("{} is newer than Setup\n", archive.display()))?;
        }
        ui.out(&format!("{}: touched, make will link the interpreter again\n", setup.display()))?;
    }
    Ok(status)
}

/// A name for the edit that adds a module: edits are named in small letters, and `MPI` is a module.
fn edit_id(module: &str, others: &str) -> String {
    let is_plain = |sign: char| sign.is_ascii_lowercase() || sign.is_ascii_digit() || sign == '_';
    let name = module.to_ascii_lowercase();
    let name: String = name.chars().map(|sign| if is_plain(sign) { sign } else { '-' }).collect();
    let is_free = |id: &String| !others.contains(&format!("- id: {id}\n"));
    let numbered = (2..).map(|number| format!("add-{name}-{number}"));
    std::iter::once(format!("add-{name}")).chain(numbered).find(is_free).expect("numbers do not end")
}

/// Name, archive and libraries of each module that a log of distutils tells of.
fn from_log(log: &Path, installed: Option<&Path>) -> Result<Vec<(String, PathBuf, Vec<String>)>, CliError> {
    let mut bytes = Vec::new();
    let read = if log == Path::new("-") {
        std::io::stdin().read_to_end(&mut bytes)
    } else {
        File::open(log).and_then(|mut file| file.read_to_end(&mut bytes))
    };
    read.map_err(|error| {
        CliError::new(ExitStatus::Source, format!("cannot read {}: {error}", log.display()))
    })?;
    let text = String::from_utf8_lossy(&bytes);
    let mut found = Vec::new();
    let mut names = BTreeSet::new();
    for line in text.lines() {
        let Some((_, rest)) = line.split_once("Append to Setup:") else { continue };
        let mut words = rest.split_whitespace().map(str::to_owned);
        let (Some(name), Some(archive)) = (words.next(), words.next()) else { continue };
        let archive = match installed {
            Some(folder) => below(folder, Path::new(&archive)).ok_or_else(|| {
                CliError::new(
                    ExitStatus::Source,
                    format!("{archive} is not installed below {}", folder.display()),
                )
                .help("run `setup.py install` first, or leave --installed out")
            })?,
            None => PathBuf::from(archive),
        };
        if names.insert(name.clone()) {
            found.push((name, archive, words.collect()));
        }
    }
    if found.is_empty() {
        return Err(CliError::new(
            ExitStatus::Source,
            format!("{} has no line `Append to Setup:`", log.display()),
        )
        .help("distutils prints them with the edit `archive-extensions`"));
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

fn analyze(ui: &Ui, workspace: &Workspace, args: &Analyze) -> Result<ExitStatus, CliError> {
    let source = workspace.open(ui, &args.tree)?;
    let tree = source.tree.as_ref();
    let found = inventory(tree)?;
    let library: TreePath = "Lib".parse().expect("a path of this source file is well formed");
    if tree.entry(&library)?.is_none() {
        return Err(CliError::new(
            ExitStatus::Usage,
            format!("{} has no library: there is no Lib", tree.label()),
        )
        .help("name the source tree by --tree; a build directory has no Lib"));
    }
    let version = python_version(tree)?;
    let implicit = version.as_ref().is_none_or(|version| version.series().0 < 3);
    let mut all = Vec::new();
    for script in &args.scripts {
        let bytes = fs::read(script).map_err(|error| {
            CliError::new(ExitStatus::Source, format!("cannot read {}: {error}", script.display()))
        })?;
        let beside =
            script.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let beside = DirTree::open(beside)?;
        let sites: Vec<DirTree> = args.path.iter().map(DirTree::open).collect::<Result<_, _>>()?;
        let mut roots: Vec<modules::Root<'_>> = vec![(&beside, None), (tree, Some(library.clone()))];
        roots.extend(sites.iter().map(|site| (site as &dyn Tree, None)));
        let program = Program { name: script.display().to_string(), text: bytes };
        all.push((program.name.clone(), modules::analyze(&program, &roots, &found, implicit)?));
    }
    // Of a program that cannot be read, nothing can be said; a module of the library may be for another Python.
    let is_unread = |(name, one): &&(String, Analysis)| one.unreadable.iter().any(|(file, _)| file == name);
    if let Some((name, one)) = all.iter().find(is_unread) {
        let why = one.unreadable.iter().find(|(file, _)| file == name).map_or("", |(_, why)| why);
        return Err(CliError::new(ExitStatus::Source, format!("{name} cannot be read: {why}"))
            .detail("nothing can be said of what it imports"));
    }
    let needed: BTreeSet<&str> =
        all.iter().flat_map(|(_, one)| one.extensions.iter().map(|needed| needed.name.as_str())).collect();
    let missing: Vec<&str> =
        needed.iter().copied().filter(|name| !found.modules[*name].is_linked()).collect();
    if let Some(folder) = &args.write_edit {
        let unneeded = if args.minimal {
            let own = modules::analyze(&itself(), &[(tree, Some(library))], &found, implicit)?;
            let own: BTreeSet<&str> = own.extensions.iter().map(|one| one.name.as_str()).collect();
            let linked = found.modules.values().filter(|one| one.linkage == Linkage::Static);
            let setup = found.editable.as_ref();
            let linked = linked.filter(|one| Some(&one.location.0) == setup).map(|one| one.name.as_str());
            linked.filter(|name| !needed.contains(name) && !own.contains(name)).collect()
        } else {
            Vec::new()
        };
        // Some way to these has no condition on it.
        let certain = all.iter().flat_map(|(_, one)| &one.extensions).filter(|needed| !needed.conditional);
        let certain: BTreeSet<&str> = certain.map(|needed| needed.name.as_str()).collect();
        let (certain, perhaps): (Vec<&str>, Vec<&str>) =
            missing.iter().partition(|name| certain.contains(**name));
        write_edit(ui, folder, &found, [&certain, &perhaps, &unneeded], &args.scripts)?;
    }
    match args.format {
        Format::Json => ui.raw(&plan::json_bytes(&analysis_json(&found, &all, &missing)))?,
        Format::Text => ui.out(&analysis_text(&found, &all, &missing))?,
    }
    Ok(ExitStatus::Done)
}

/// What an interpreter imports without being asked: at its start (some of it from C), and while it
/// installs itself. Names that a version does not have are no matter.
fn itself() -> Program {
    let source = "import site, codecs, encodings.ascii, encodings.latin_1, encodings.utf_8, warnings, io, signal, errno\n\
                  import posix, zipimport, _codecs, compileall, sysconfig, distutils.sysconfig, lib2to3.pgen2.driver\n";
    Program { name: "the interpreter".to_owned(), text: source.as_bytes().to_vec() }
}

fn analysis_json(found: &Inventory, all: &[(String, Analysis)], missing: &[&str]) -> serde_json::Value {
    let programs: Vec<_> = all.iter().map(|(name, one)| json!({
        "program": name,
        "followed": one.followed,
        "extensions": one.extensions.iter().map(|needed| json!({
            "name": needed.name, "linkage": found.modules[&needed.name].linkage.name(), "chain": needed.chain,
            "conditional": needed.conditional,
        })).collect::<Vec<_>>(),
        "not_found": one.not_found.iter().map(|lost| json!({
            "name": lost.name, "by": lost.by, "conditional": lost.conditional,
        })).collect::<Vec<_>>(),
        "unreadable": one.unreadable.iter().map(|(name, why)| json!({"name": name, "why": why})).collect::<Vec<_>>(),
    })).collect();
    json!({"schema": 1, "programs": programs, "missing": missing})
}

fn analysis_text(found: &Inventory, all: &[(String, Analysis)], missing: &[&str]) -> String {
    let mut text = String::new();
    for (name, one) in all {
        text.push_str(&format!(
            "{name}: {} followed, {} needed\n",
            report::text::counted(one.followed, "module"),
            report::text::counted(one.extensions.len(), "extension module")
        ));
        for needed in &one.extensions {
            let linkage = found.modules[&needed.name].linkage;
            if linkage != Linkage::Core {
                let perhaps = if needed.conditional { ", perhaps" } else { "" };
                text.push_str(&format!(
                    "  {:12} {}{perhaps}  by {}\n",
                    linkage.name(),
                    needed.name,
                    needed.chain.join(" > ")
                ));
            }
        }
        for lost in one.not_found.iter().filter(|lost| !lost.conditional) {
            text.push_str(&format!("  not found    {}  by {}\n", lost.name, lost.by));
        }
        for (name, why) in &one.unreadable {
            text.push_str(&format!("  unreadable   {name}: {why}\n"));
        }
    }
    match missing {
        [] => text.push_str("all of them are linked statically\n"),
        names => text.push_str(&format!("not linked statically: {}\n", names.join(" "))),
    }
    text
}

/// Writes a patchset that links `missing`.
fn write_edit(
    ui: &Ui,
    folder: &Path,
    found: &Inventory,
    [certain, perhaps, unneeded]: [&[&str]; 3],
    scripts: &[PathBuf],
) -> Result<(), CliError> {
    let id = folder.file_name().and_then(|name| name.to_str()).unwrap_or_default().to_owned();
    let file = folder.join("patchset.yaml");
    if file.exists() {
        return Err(CliError::new(ExitStatus::Usage, format!("{} exists", file.display()))
            .help("give another folder: nothing is overwritten"));
    }
    let programs: Vec<String> = scripts.iter().map(|script| script.display().to_string()).collect();
    let why = serde_json::to_string(&format!("Needed by {}.", programs.join(", "))).unwrap_or_default();
    // A module without a line in Setup cannot be enabled there.
    let has_line = |name: &&&str| found.modules[**name].linkage != Linkage::SetupPy;
    let lines = |names: &[&'_ str]| -> Vec<String> {
        names.iter().filter(has_line).map(|name| (*name).to_owned()).collect()
    };
    for name in certain.iter().chain(perhaps).filter(|name| !has_line(name)) {
        ui.note(&format!("note: `{name}` has no line in Setup, only setup.py builds it: left out"));
    }
    let edits = [
        ("static-modules", "enable", why.as_str(), lines(certain)),
        (
            "perhaps-modules",
            "enable",
            "Imported under a condition, in a try or in a function. Take out what the programs do without.",
            lines(perhaps),
        ),
        (
            "unneeded-modules",
            "disable",
            "Neither they nor the interpreter itself need these.",
            lines(unneeded),
        ),
    ];
    let Some(setup) = found.editable.as_ref().filter(|_| edits.iter().any(|edit| !edit.3.is_empty())) else {
        ui.note("note: Setup is so already: no patchset was written");
        return Ok(());
    };
    let mut text =
        format!("schema: 1\nid: {id}\ntitle: The extension modules that some programs need\nedits:\n");
    for (edit, operation, why, modules) in edits {
        if !modules.is_empty() {
            text.push_str(&format!(
                "- id: {edit}\n  why: {why}\n  file: {setup}\n  setup.{operation}:\n    modules: [{}]\n",
                modules.join(", ")
            ));
        }
    }
    fs::create_dir_all(folder)
        .map_err(|error| CliError::io(format!("cannot make {}", folder.display()), &error))?;
    crate::export::file(&file, text.as_bytes())?;
    ui.note(&format!("wrote {}", file.display()));
    Ok(())
}
