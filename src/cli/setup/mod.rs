//! `pypatch setup`

mod add;
mod analyze;
mod change;

use std::path::PathBuf;

use super::{CliError, ExitStatus, Format, Ui, Workspace};
use crate::modules::inventory;

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
    Enable(Edit),
    /// Leave modules out: put a `#` before their lines.
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

pub(super) fn run(ui: &Ui, workspace: &Workspace, args: &Args) -> Result<ExitStatus, CliError> {
    match &args.command {
        Command::List { source, format } => {
            let source = workspace.open(ui, source)?;
            ui.show(&inventory(source.tree.as_ref())?, *format)?;
            Ok(ExitStatus::Done)
        }
        Command::Enable(args) => edit(ui, args, "enable"),
        Command::Disable(args) => edit(ui, args, "disable"),
        Command::Add(args) => add::run(ui, args),
        Command::Analyze(args) => analyze::run(ui, workspace, args),
    }
}

fn edit(ui: &Ui, args: &Edit, verb: &str) -> Result<ExitStatus, CliError> {
    let file = change::editable(ui, &args.tree)?;
    let id = format!("setup-{verb}");
    let change = (id.clone(), format!("setup.{verb}"), serde_json::json!({"modules": args.modules}));
    change::apply(ui, &args.tree, &id, &file, vec![change], args.dry_run).map(|(status, _)| status)
}
