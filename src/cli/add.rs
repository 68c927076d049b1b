//! `pypatch add`

use std::collections::BTreeMap;
use std::path::Path;

use super::{CliError, ExitStatus, Format, Source, Ui, Workspace, lift, new_patchset};
use crate::apply::RECEIPT;
use crate::edit::Context;
use crate::export;
use crate::import::id_of;
use crate::lift::{Place, Proposal, Wish, appended, edit_yaml};
use crate::patchset::{Edit, NewPatchset, Patchset, is_id};
use crate::plan::plan;
use crate::report::{Proposed, Removals};
use crate::software::Software;
use crate::tree::{SourceSpec, tree_version};

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Lines of a file. Without SOURCE it is a file of an unpacked tree, which is found upwards from the file.
    #[arg(value_name = "FILE:LINE[-LAST]")]
    place: String,
    /// The source in which FILE is: a directory, a tarball, a pin, or git:REPO@REV.
    source: Option<String>,
    /// Remove the lines, or this text in them.
    #[arg(long, value_name = "TEXT", num_args = 0..=1, require_equals = true)]
    remove: Option<Option<String>>,
    /// Replace the lines, or this text in them, by the text of --with.
    #[arg(long, value_name = "TEXT", num_args = 0..=1, require_equals = true, requires = "with", conflicts_with = "remove")]
    replace: Option<Option<String>>,
    /// What takes the place of what is replaced.
    #[arg(long, value_name = "TEXT", requires = "replace")]
    with: Option<String>,
    /// Insert lines before the first line, indented like it.
    #[arg(long, value_name = "TEXT", conflicts_with_all = ["remove", "replace", "after"])]
    before: Option<String>,
    /// Insert lines after the last line, indented like it.
    #[arg(long, value_name = "TEXT", conflicts_with_all = ["remove", "replace"])]
    after: Option<String>,
    /// Write the edit at the end of this patchset of yours.
    #[arg(short = 'p', long, value_name = "ID", requires = "why")]
    patchset: Option<String>,
    /// Why the change is made. Its first line gives the edit its id.
    #[arg(short = 'm', long, value_name = "TEXT")]
    why: Option<String>,
    /// The id of the edit [default: that of the first line of --why].
    #[arg(long, value_name = "ID")]
    id: Option<String>,
    /// Write nothing, and print the edit.
    #[arg(short = 'n', long)]
    dry_run: bool,
    /// The output format.
    #[arg(long, default_value = "text")]
    format: Format,
}

impl Args {
    fn wish(&self) -> Option<Wish> {
        let after = || self.after.clone().map(Wish::After);
        let before = || self.before.clone().map(Wish::Before).or_else(after);
        let replace = || Some(Wish::Replace(self.replace.clone()?, self.with.clone()?)).or_else(before);
        self.remove.clone().map(Wish::Remove).or_else(replace).or_else(before)
    }
}

pub(super) fn run(ui: &Ui, workspace: &Workspace, args: &Args) -> Result<ExitStatus, CliError> {
    let (file, at) = lines_of(&args.place)?;
    let (source, file) = match &args.source {
        Some(source) => (workspace.open(ui, source)?, file.to_owned()),
        None => {
            let (root, file) = tree_of(Path::new(file))?;
            (workspace.open(ui, &format!("{root}/"))?, file)
        }
    };
    let path = file.parse().map_err(|error| CliError::usage(format!("`{file}`: {error}")))?;
    let context = Context::new(source.tree.as_ref(), tree_version(source.tree.as_ref())?);
    let place = Place::new(&context, path, at)?.map_err(CliError::usage)?;
    let Some(wish) = args.wish() else {
        if args.patchset.is_some() {
            return Err(CliError::usage("what is to be done there?").help(
                "add --remove, --remove=TEXT, --replace=TEXT --with TEXT, --before TEXT or --after TEXT",
            ));
        }
        let found = place.removals(&context)?;
        ui.show(&Removals { place: &place, found: &found }, args.format)?;
        if args.format == Format::Text {
            ui.note("note: --remove=TEXT, --replace=TEXT --with TEXT, --before TEXT and --after TEXT propose an edit");
        }
        return Ok(ExitStatus::Done);
    };
    let proposal = place.propose(&context, &wish)?.map_err(CliError::usage)?.ok_or_else(|| {
        CliError::unfit("no operation does that there, and nothing else")
            .detail("the text may be elsewhere in the file, too, or the file would no longer parse")
            .help("change a copy of the tree by hand, and run `pypatch record`")
    })?;
    let why = args.why.as_deref().map_or("", str::trim);
    let id = args.id.clone().unwrap_or_else(|| match why.lines().next() {
        Some(line) => id_of(line),
        None => "an-id".to_owned(),
    });
    if !is_id(&id) {
        return Err(CliError::usage(format!("invalid id `{id}`")).help(crate::patchset::ALLOWED_ID));
    }
    let shown = if why.is_empty() { "the reason" } else { why };
    let edit = edit_yaml(&id, shown, &proposal.changes, 2);
    let written = match &args.patchset {
        Some(patchset) => Some(write(
            ui,
            workspace,
            args,
            patchset,
            &NewEdit { id: &id, why, proposal: &proposal },
            &source,
        )?),
        None => {
            // What is proposed must not be refused when it is pasted.
            let yaml = format!("schema: 1\nid: proposal\ntitle: A proposal\nedits:\n{edit}");
            let new = NewPatchset { yaml, files: BTreeMap::new() };
            let loaded = new_patchset::load_from_temporary(&workspace.catalog, "proposal", &new)?;
            require_fit(ui, &loaded, &id, &source)?;
            None
        }
    };
    let written = written.as_deref().filter(|_| !args.dry_run);
    ui.show(&Proposed { place: &place, proposal: &proposal, edit: &edit, written }, args.format)?;
    Ok(ExitStatus::Done)
}

/// The edit that is added.
struct NewEdit<'a> {
    id: &'a str,
    why: &'a str,
    proposal: &'a Proposal,
}

/// Writes the edit to a patchset, unless it does not do there what it does alone; returns the file.
fn write(
    ui: &Ui,
    workspace: &Workspace,
    args: &Args,
    name: &str,
    edit: &NewEdit<'_>,
    source: &Source,
) -> Result<String, CliError> {
    let NewEdit { id, why, proposal } = *edit;
    let patchset = workspace.patchset(name)?;
    let help = "name a patchset of yours, or make one with `pypatch new`";
    let folder = workspace.own_folder(name, &patchset.id, help)?;
    if why.is_empty() {
        return Err(CliError::usage("an edit needs a reason: `--why` is empty"));
    }
    if patchset.edits.iter().any(|edit| edit.id == id) {
        return Err(CliError::usage(format!("{} has an edit `{id}` already", patchset.id))
            .help("name another id with --id"));
    }
    if let SourceSpec::Directory(root) = &source.spec
        && root.join(RECEIPT).is_file()
    {
        return Err(CliError::usage(format!(
            "{} is patched already: edits are for the source before that",
            root.display()
        ))
        .help(
            "name the source that it was before, or change the tree by hand and run `pypatch record --edit`",
        ));
    }
    let file = folder.join("patchset.yaml");
    let old = std::fs::read_to_string(&file)
        .map_err(|error| CliError::io(format!("cannot read {}", file.display()), &error))?;
    let yaml = appended(&old, &patchset, id, why, &proposal.changes).ok_or_else(|| {
        CliError::usage(format!("cannot find the end of the edits of {}", file.display()))
            .help("write each key of an edit on a line of its own, or paste the edit that is printed without --patchset")
    })?;
    let new = NewPatchset { yaml, files: lift::files_of(&folder)? };
    let loaded = new_patchset::load_from_temporary(&workspace.catalog, &patchset.id, &new).ok();
    let is_meant = |loaded: &Patchset| has_only_more(&patchset, loaded, edit);
    let Some(loaded) = loaded.filter(is_meant) else {
        let title =
            format!("the edit cannot be put at the end of {} without changing others", file.display());
        return Err(CliError::usage(title)
            .detail("nothing was written")
            .help("paste the edit that is printed without --patchset"));
    };
    require_fit(ui, &loaded, id, source)?;
    if !args.dry_run {
        let failed = |error: std::io::Error| CliError::io(format!("cannot write {}", file.display()), &error);
        export::commit(vec![export::prepare_file(&file, new.yaml.as_bytes()).map_err(failed)?])
            .map_err(failed)?;
        ui.changed();
    }
    Ok(file.display().to_string())
}

/// Whether a patchset has the edits of the old one as they were, and the new edit as it was proposed.
fn has_only_more(old: &Patchset, new: &Patchset, added: &NewEdit<'_>) -> bool {
    let (own, others): (Vec<&Edit>, Vec<&Edit>) = new.edits.iter().partition(|edit| edit.id == added.id);
    let [own] = own[..] else { return false };
    let wanted = Edit {
        id: added.id.to_owned(),
        why: added.why.to_owned(),
        upstream: None,
        author: None,
        date: None,
        when: None,
        depends_on: Vec::new(),
        requires: Vec::new(),
        changes: added.proposal.changes.clone(),
        allow: BTreeMap::new(),
        patchset: old.id.clone(),
        line: 0,
        column: 0,
    };
    own.as_written() == wanted.as_written()
        && others.into_iter().map(Edit::as_written).eq(old.edits.iter().map(Edit::as_written))
}

/// Refuses an edit that does not fit on the source together with the others of its patchset.
fn require_fit(ui: &Ui, patchset: &Patchset, id: &str, source: &Source) -> Result<(), CliError> {
    let whole = plan(patchset, source.tree.as_ref())?;
    let conflict = whole.conflicts.iter().find(|one| one.first == id || one.second == id);
    if let Some(conflict) = conflict {
        let other = if conflict.first == id { &conflict.second } else { &conflict.first };
        let (file, line) = (&conflict.place.file, conflict.place.line);
        return Err(CliError::unfit(format!("`{other}` changes the same place, {file}:{line}"))
            .detail("nothing was written")
            .help("change that edit instead, or write the new one with `depends-on`"));
    }
    match whole.only(patchset, id) {
        Some(own) if !own.fits() => {
            ui.misfit(&own, false);
            let with = if patchset.edits.len() > 1 { " together with the others" } else { "" };
            Err(CliError::unfit(format!("the edit does not fit{with}")).detail("nothing was written"))
        }
        _ => Ok(()),
    }
}

/// A file, and lines of it, from 1.
fn lines_of(text: &str) -> Result<(&str, (usize, usize)), CliError> {
    let parsed = text.rsplit_once(':').and_then(|(file, lines)| {
        let (first, last) = lines.split_once('-').unwrap_or((lines, lines));
        Some((file, (first.parse().ok()?, last.parse().ok()?)))
    });
    parsed.ok_or_else(|| {
        CliError::usage(format!("`{text}` names no line"))
            .help("for example Makefile.pre.in:404, or Modules/main.c:7-9")
    })
}

/// The source tree that a file is in, or the tree with a receipt, and the file below it.
fn tree_of(file: &Path) -> Result<(String, String), CliError> {
    let absolute = std::path::absolute(file)
        .map_err(|error| CliError::io("cannot find the current directory", &error))?;
    let markers = || Software::ALL.map(Software::version_file).into_iter().chain([RECEIPT]);
    let is_root = |root: &&Path| markers().any(|marker| root.join(marker).is_file());
    match absolute.ancestors().skip(1).find(is_root) {
        Some(root) => {
            let below = absolute.strip_prefix(root).unwrap_or(&absolute);
            Ok((root.display().to_string(), below.display().to_string()))
        }
        None => Err(CliError::usage(format!("{} is in no unpacked source tree", file.display()))
            .help("name the source after the file")),
    }
}
