//! `pypatch setup`

mod add;
mod analyze;
mod change;
mod local;

use std::collections::BTreeSet;
use std::path::PathBuf;

use self::change::NewEdit;
use super::{CliError, ExitStatus, Format, Ui, Workspace};
use crate::modules::{EditableSetup, Inventory, Linkage, inventory};
use crate::text::{listed, nearest_names};

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// List every extension module: how it is linked, the line that says so, and what is missing.
    ///
    /// The list is read from Modules/config.c.in, from the Setup files in the order of makesetup, and from
    /// setup.py if it names a module by a literal. What configure will decide is not known. Missing are
    /// sources that are not in the tree, and libraries and archives that are not on this machine.
    List {
        /// A directory, a tarball, a pin such as python-2.5, or git:REPO@REV.
        source: String,
        /// The output format.
        #[arg(long, default_value = "text")]
        format: Format,
    },
    /// Link modules statically: remove the `#` from their lines in Modules/Setup (or Setup.dist).
    ///
    /// Since 3.12 Modules/Setup.local decides, and gets a line from the rule of the other Setup files. A build outside
    /// the source tree reads the one of its build directory; `pypatch build` copies that of the tree there.
    Enable(Edit),
    /// Leave modules out: put a `#` before their lines, or since 3.12 list them after `*disabled*` in Modules/Setup.local.
    Disable(Edit),
    /// Add a module that is linked from an archive, as distutils builds it on a machine without shared
    /// libraries (the paper's section 3.6).
    ///
    /// make does not link the interpreter again if only the archive changes: run this again, which compares
    /// their times. In a work directory of `pypatch build`, the next build compares them, too.
    Add(add::Args),
    /// Show which extension modules programs need, by following their imports without running them.
    ///
    /// Names that a program computes cannot be followed, except __import__ with a literal.
    Analyze(analyze::Args),
}

#[derive(Debug, clap::Args)]
struct Edit {
    /// The tree, or a build directory of it.
    tree: PathBuf,
    /// The modules.
    #[arg(required = true)]
    modules: Vec<String>,
    /// Show what would be done, and write nothing.
    #[arg(short = 'n', long)]
    dry_run: bool,
}

#[derive(Debug, Clone, Copy)]
enum Verb {
    Enable,
    Disable,
}

impl Verb {
    fn name(self) -> &'static str {
        match self {
            Verb::Enable => "enable",
            Verb::Disable => "disable",
        }
    }
}

pub(super) fn run(ui: &Ui, workspace: &Workspace, args: &Args) -> Result<ExitStatus, CliError> {
    match &args.command {
        Command::List { source, format } => {
            let source = workspace.open(ui, source)?;
            let found = inventory(source.tree.as_ref())?;
            if found.modules.is_empty() && found.editable.is_none() {
                let title = format!("{} has no extension modules", source.tree.label());
                return Err(
                    CliError::unfit(title).help("give the source tree of Python, or a build directory of it")
                );
            }
            ui.show(&found, *format)?;
            Ok(ExitStatus::Done)
        }
        Command::Enable(args) => edit(ui, args, Verb::Enable),
        Command::Disable(args) => edit(ui, args, Verb::Disable),
        Command::Add(args) => add::run(ui, args),
        Command::Analyze(args) => analyze::run(ui, workspace, args),
    }
}

fn edit(ui: &Ui, args: &Edit, verb: Verb) -> Result<ExitStatus, CliError> {
    let (found, file) = change::editable(ui, &args.tree)?;
    let id = format!("setup-{}", verb.name());
    let edits = if file.is_local {
        local_edits(ui, args, verb, &found, &file)?
    } else {
        let change = serde_json::json!({"file": file.path, format!("setup.{}", verb.name()): {"modules": args.modules}});
        vec![NewEdit { id: id.clone(), depends_on: Vec::new(), changes: vec![change] }]
    };
    if edits.is_empty() {
        ui.line("nothing to do")?;
        return Ok(ExitStatus::Done);
    }
    change::apply(ui, &args.tree, &id, edits, args.dry_run).map(|(status, _)| status)
}

/// The edits of Modules/Setup.local; none if all modules are linked, or left out, as they should be.
fn local_edits(
    ui: &Ui,
    args: &Edit,
    verb: Verb,
    found: &Inventory,
    file: &EditableSetup,
) -> Result<Vec<NewEdit>, CliError> {
    let mut all = Vec::new();
    let mut seen = BTreeSet::new();
    for name in args.modules.iter().filter(|name| seen.insert(*name)) {
        let module = match verb {
            Verb::Enable => local::buildable(found, name),
            Verb::Disable => local::listed(found, name),
        };
        let module = module.map_err(|why| {
            let near = nearest_names(name, found.modules.keys().map(String::as_str));
            let near: Vec<&str> = near.iter().map(String::as_str).filter(|near| near != name).collect();
            let error = CliError::unfit(why).detail("nothing was written");
            if near.is_empty() { error } else { error.help(format!("did you mean {}?", listed(&near))) }
        })?;
        if module.linkage == Linkage::Core && matches!(verb, Verb::Disable) {
            let title = format!("`{name}` is part of every interpreter ({})", module.location.0);
            return Err(CliError::unfit(title).detail("nothing was written"));
        }
        let wanted = match verb {
            Verb::Enable => local::enable(file, module),
            Verb::Disable => local::disable(file, module),
        };
        match wanted {
            Some(wanted) => all.push(wanted),
            None => {
                let (linkage, (path, line)) = (module.linkage.name(), &module.location);
                ui.note(&format!("note: `{name}` is {linkage} already ({path}:{line})"));
            }
        }
    }
    if all.is_empty() {
        return Ok(Vec::new());
    }
    let mut edits = local::preparing(file, &all);
    let depends_on = edits.iter().map(|edit| edit.id.clone()).collect();
    let changes = all.into_iter().map(|wanted| wanted.change).collect();
    edits.push(NewEdit { id: format!("setup-{}", verb.name()), depends_on, changes });
    Ok(edits)
}
