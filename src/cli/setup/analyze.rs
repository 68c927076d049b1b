//! `pypatch setup analyze`

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use serde_json::{Map, Value, json};

use super::local::{self, Wanted};
use crate::cli::{CliError, ExitStatus, Format, Ui, Workspace, output};
use crate::export;
use crate::modules::{self, Analysis, EditableSetup, Inventory, Linkage, Program, inventory};
use crate::patchset::{ALLOWED_ID, is_id};
use crate::regular::{self, LARGEST_FILE};
use crate::report::ProgramAnalysis;
use crate::tree::{DirTree, Tree, TreePath, tree_version};

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The programs.
    #[arg(required = true)]
    scripts: Vec<PathBuf>,
    /// The tree with the library and the extension modules: a directory, a tarball, a pin, or git:REPO@REV.
    #[arg(long, value_name = "SOURCE")]
    tree: String,
    /// More directories with modules, searched after the library: site-packages.
    #[arg(long = "path", value_name = "DIR")]
    path: Vec<PathBuf>,
    /// Write what is missing from Setup as a patchset, to the folder DIR, whose name is the id.
    #[arg(long, value_name = "DIR")]
    write_edit: Option<PathBuf>,
    /// In that patchset, leave out modules that are linked statically and that neither the programs need, nor
    /// the interpreter when it starts and is installed.
    #[arg(long, requires = "write_edit")]
    minimal: bool,
    /// The output format.
    #[arg(long, default_value = "text")]
    format: Format,
}

/// An edit of the patchset that is written.
struct NewEdit<'a> {
    id: &'static str,
    operation: &'static str,
    why: &'a str,
    modules: Vec<&'a str>,
}

impl NewEdit<'_> {
    /// What is changed in Modules/Setup.local.
    fn wanted(&self, found: &Inventory, setup: &EditableSetup) -> Vec<Wanted> {
        let wanted = |name: &&str| match self.operation {
            "enable" => local::enable(setup, &found.modules[*name]),
            _ => local::disable(setup, &found.modules[*name]),
        };
        self.modules.iter().filter_map(wanted).collect()
    }

    /// The change of another Setup file.
    fn change(&self, setup: &EditableSetup) -> Value {
        let operation = format!("setup.{}", self.operation);
        json!({"file": setup.path, operation: {"modules": self.modules}})
    }
}

/// Changes as a patchset.yaml has them, at the indentation of an edit's keys.
fn changes(changes: &[Value]) -> String {
    let several = changes.len() > 1;
    let indent = if several { "    " } else { "  " };
    let mut text = if several { "  changes:\n".to_owned() } else { String::new() };
    for change in changes {
        let keys = change.as_object().into_iter().flatten();
        for (number, (key, value)) in keys.enumerate() {
            let indent = if several && number == 0 { "  - " } else { indent };
            match value {
                Value::Object(arguments) => {
                    let arguments: Vec<String> =
                        named(arguments).map(|(name, value)| format!("{name}: {}", plain(value))).collect();
                    text.push_str(&format!("{indent}{key}: {{{}}}\n", arguments.join(", ")));
                }
                value => text.push_str(&format!("{indent}{key}: {}\n", plain(value))),
            }
        }
    }
    text
}

/// The arguments of an operation, the name of the module first.
fn named(arguments: &Map<String, Value>) -> impl Iterator<Item = (&String, &Value)> {
    let module = arguments.get_key_value("module");
    module.into_iter().chain(arguments.iter().filter(|(name, _)| *name != "module"))
}

/// A value in one line: names and paths without quotes.
fn plain(value: &Value) -> String {
    let is_plain = |text: &str| {
        text.starts_with(|sign: char| sign.is_ascii_alphabetic() || sign == '_')
            && text.chars().all(|sign| sign.is_ascii_alphanumeric() || "_./".contains(sign))
    };
    match value {
        Value::Array(items) => format!("[{}]", items.iter().map(plain).collect::<Vec<_>>().join(", ")),
        Value::String(text) if is_plain(text) => text.clone(),
        value => value.to_string(),
    }
}

pub(super) fn run(ui: &Ui, workspace: &Workspace, args: &Args) -> Result<ExitStatus, CliError> {
    let source = workspace.open(ui, &args.tree)?;
    let tree = source.tree.as_ref();
    let found = inventory(tree)?;
    let library: TreePath = "Lib".parse().expect("a literal path is well-formed");
    if tree.entry(&library)?.is_none() {
        return Err(CliError::usage(format!("{} has no directory Lib", tree.label()))
            .help("give the source tree as --tree; a build directory has no Lib"));
    }
    // Python 2 searches the directory of the importing module first.
    let implicit = tree_version(tree)?.is_none_or(|version| version.series().0 < 3);
    let mut programs = Vec::new();
    for script in &args.scripts {
        let text = regular::read(script, LARGEST_FILE)
            .map_err(|error| CliError::source(format!("cannot read {}: {error}", script.display())))?;
        let folder =
            script.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let folder = DirTree::open(folder)?;
        let sites: Vec<DirTree> = args.path.iter().map(DirTree::open).collect::<Result<_, _>>()?;
        let mut roots: Vec<modules::Root<'_>> = vec![(&folder, None), (tree, Some(library.clone()))];
        roots.extend(sites.iter().map(|site| (site as &dyn Tree, None)));
        let name = script.display().to_string();
        let program = Program { name: name.clone(), text };
        let analysis = modules::analyze(&program, &roots, &found, implicit)?;
        // An unreadable module of the library may be for another Python; an unreadable program is an error.
        if let Some((_, why)) = analysis.unreadable.iter().find(|(file, _)| *file == name) {
            return Err(
                CliError::source(format!("cannot read {name}: {why}")).detail("its imports are not known")
            );
        }
        programs.push((name, analysis));
    }
    let extensions = || programs.iter().flat_map(|(_, one)| &one.extensions);
    let needed: BTreeSet<&str> = extensions().map(|needed| needed.name.as_str()).collect();
    let missing: Vec<&str> =
        needed.iter().copied().filter(|name| !found.modules[*name].is_linked()).collect();
    if let Some(folder) = &args.write_edit {
        output::require_new_directory(workspace, &[&source.spec], folder)?;
        let unneeded = if args.minimal {
            let own = modules::analyze(&interpreter(), &[(tree, Some(library))], &found, implicit)?;
            unneeded(&found, &needed, &own)
        } else {
            Vec::new()
        };
        // A module is certainly needed if one chain of imports has no condition.
        let certain: BTreeSet<&str> =
            extensions().filter(|needed| !needed.conditional).map(|needed| needed.name.as_str()).collect();
        let (certain, perhaps): (Vec<&str>, Vec<&str>) =
            missing.iter().partition(|name| certain.contains(**name));
        write_edit(ui, folder, &found, [certain, perhaps, unneeded], &args.scripts)?;
    }
    let report = ProgramAnalysis { inventory: &found, programs: &programs, missing: &missing };
    ui.show(&report, args.format)?;
    Ok(ExitStatus::Done)
}

/// The imports of the interpreter itself: when it starts (some of them from C), and when it is installed.
/// Names that a version does not have are ignored.
fn interpreter() -> Program {
    let text = "import site, codecs, encodings.ascii, encodings.latin_1, encodings.utf_8, warnings, io, signal, errno\n\
                  import posix, zipimport, _codecs, compileall, sysconfig, distutils.sysconfig, lib2to3.pgen2.driver\n";
    Program { name: "the interpreter".to_owned(), text: text.as_bytes().to_vec() }
}

/// Modules that neither programs nor the interpreter need, and that the editable Setup links, or since 3.12 any Setup
/// file but Setup.bootstrap, whose modules every interpreter has.
fn unneeded<'a>(found: &'a Inventory, needed: &BTreeSet<&str>, interpreter: &Analysis) -> Vec<&'a str> {
    let linked = found.modules.values().filter(|one| match &found.editable {
        Some(file) if file.is_local => {
            let is_built = matches!(one.linkage, Linkage::Static | Linkage::Shared | Linkage::ByConfigure);
            is_built && !one.location.0.as_str().starts_with("Modules/Setup.bootstrap")
        }
        file => {
            one.linkage == Linkage::Static && file.as_ref().map(|file| &file.path) == Some(&one.location.0)
        }
    });
    let is_needed =
        |name: &str| needed.contains(name) || interpreter.extensions.iter().any(|needed| needed.name == name);
    linked.map(|one| one.name.as_str()).filter(|name| !is_needed(name)).collect()
}

/// Writes a patchset that links the modules that are certainly needed and those that are perhaps needed, and
/// leaves out the unneeded ones.
fn write_edit(
    ui: &Ui,
    folder: &Path,
    found: &Inventory,
    [certain, perhaps, unneeded]: [Vec<&str>; 3],
    scripts: &[PathBuf],
) -> Result<(), CliError> {
    let id = folder.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    if !is_id(id) {
        let title = format!("the folder {} has no name that is a patchset id", folder.display());
        return Err(CliError::usage(title).help(ALLOWED_ID));
    }
    let path = folder.join("patchset.yaml");
    if path.symlink_metadata().is_ok() {
        return Err(CliError::usage(format!("{} exists", path.display()))
            .help("give another folder: nothing is overwritten"));
    }
    let scripts: Vec<String> = scripts.iter().map(|script| script.display().to_string()).collect();
    let why = serde_json::to_string(&format!("Needed by {}.", scripts.join(", ")))
        .expect("a string can be written as JSON");
    let perhaps_why =
        "Imported under a condition, in a try or in a function. Remove what the programs do without.";
    let unneeded_why = "Neither the programs nor the interpreter itself need these.";
    let mut edits = [
        NewEdit { id: "static-modules", operation: "enable", why: &why, modules: certain },
        NewEdit { id: "perhaps-modules", operation: "enable", why: perhaps_why, modules: perhaps },
        NewEdit { id: "unneeded-modules", operation: "disable", why: unneeded_why, modules: unneeded },
    ];
    for edit in edits.iter_mut().filter(|edit| edit.operation == "enable") {
        edit.modules.retain(|name| {
            let buildable = local::buildable(found, name);
            if let Err(why) = &buildable {
                ui.note(&format!("note: left out `{name}`: {why}"));
            }
            buildable.is_ok()
        });
    }
    let Some(setup) = found.editable.as_ref().filter(|_| edits.iter().any(|edit| !edit.modules.is_empty()))
    else {
        ui.note("note: Setup needs no change: no patchset was written");
        return Ok(());
    };
    let mut text =
        format!("schema: 1\nid: {id}\ntitle: The extension modules that some programs need\nedits:\n");
    let edits: Vec<_> = edits.iter().filter(|edit| !edit.modules.is_empty()).collect();
    let wanted: Vec<Vec<Wanted>> = if setup.is_local {
        edits.iter().map(|edit| edit.wanted(found, setup)).collect()
    } else {
        Vec::new()
    };
    let before = local::preparing(setup, wanted.iter().flatten());
    for edit in &before {
        let why = match &edit.id[..] {
            "setup-local" => "makesetup reads this file first, and configure makes it only where none is.",
            _ => "These lines say otherwise.",
        };
        text.push_str(&format!("- id: {}\n  why: {why}\n{}", edit.id, changes(&edit.changes)));
    }
    let ids: Vec<&str> = before.iter().map(|edit| &edit.id[..]).collect();
    let dependencies =
        if ids.is_empty() { String::new() } else { format!("  depends-on: [{}]\n", ids.join(", ")) };
    for (number, edit) in edits.iter().enumerate() {
        let changes = match wanted.get(number) {
            Some(wanted) => changes(&wanted.iter().map(|one| one.change.clone()).collect::<Vec<_>>()),
            None => changes(&[edit.change(setup)]),
        };
        text.push_str(&format!("- id: {}\n  why: {}\n{dependencies}{changes}", edit.id, edit.why));
    }
    export::replace(&path, text.as_bytes())
        .map_err(|error| CliError::io(format!("cannot write {}", path.display()), &error))?;
    ui.changed();
    ui.note(&format!("wrote {}", path.display()));
    Ok(())
}
