//! `pypatch import --collapse`

use std::path::Path;

use super::import::{Args, read, why_invalid};
use super::lift::Lift;
use super::{CliError, ExitStatus, Format, Ui, Workspace, new_patchset, output};
use crate::import::{self, Collapsed, Head, PatchFile, Variant};
use crate::patchset::NewPatchset;
use crate::report::{CollapsedEdit, patches, unlike};
use crate::software::Software;
use crate::tree::{TreeError, tree_version};

pub(super) fn run(ui: &Ui, workspace: &Workspace, args: &Args) -> Result<ExitStatus, CliError> {
    let count = args.patches.len();
    if count < 2 {
        return Err(CliError::usage("--collapse needs at least two patches, each for its own version"));
    }
    if args.base.len() != count {
        let bases = args.base.len();
        return Err(CliError::usage(format!("--collapse has {} and {bases} of --base", patches(count)))
            .help("give --base once for each patch, in the same order"));
    }
    if args.lift == Some(Lift::Ask) {
        return Err(CliError::usage("--collapse does not ask: give --lift all or none"));
    }
    let mut files = Vec::new();
    for path in &args.patches {
        let mut read = read(path, args.strip)?;
        let one = read.pop().filter(|_| read.is_empty());
        files.push(one.ok_or_else(|| {
            CliError::usage(format!("{} has several patches", path.display()))
                .help("--collapse takes one patch for each version")
        })?);
    }
    let sources = args.base.iter().map(|base| workspace.open(ui, base)).collect::<Result<Vec<_>, _>>()?;
    let mut order = Vec::new();
    for (at, source) in sources.iter().enumerate() {
        let version = tree_version(source.tree.as_ref())?.ok_or_else(|| {
            let known = Software::ALL.map(|one| format!("{} of {}", one.version_file(), one.title()));
            CliError::usage(format!("{} has no version", args.base[at]))
                .detail(format!("missing, or without a version: {}", known.join(", ")))
        })?;
        order.push((version, at));
    }
    order.sort();
    if let Some([(version, a), (_, b)]) = order.windows(2).find(|pair| pair[0].0 == pair[1].0) {
        return Err(CliError::usage(format!("two patches are for {}", version.named()))
            .details([*a, *b].map(|at| format!("{} on {}", files[at].name, args.base[at])))
            .help("give each variant the base of its own version"));
    }
    let id = args.id.clone().unwrap_or_else(|| common_id(&files));
    let newest = &order[count - 1];
    let mut pins: Vec<String> = Vec::new();
    for (_, at) in &order {
        pins.extend(sources[*at].pin.as_ref().map(|pin| pin.name.clone()));
    }
    let head = Head {
        title: format!("Variants of {id}"),
        id,
        pins,
        applies_to: Some(format!(">={}", order[0].0.minor())),
    };
    let folder = workspace.output(args.output.as_deref())?.join(&head.id);
    new_patchset::require_free(&workspace.catalog, &head.id, &folder)?;
    let specs: Vec<_> = sources.iter().map(|source| &source.spec).collect();
    output::require_new_directory(workspace, &specs, &folder)?;
    let (mut variants, mut problems) = (Vec::new(), Vec::new());
    for (version, at) in &order {
        let (file, tree) = (&files[*at], sources[*at].tree.as_ref());
        let made = import::made(file, tree, args.fuzz)?;
        let made = made.and_then(|changes| match changes[..] {
            [] => Err("the base has its changes already".to_owned()),
            _ => Ok(changes),
        });
        match made {
            Ok(changes) => {
                let (name, version) = (file.name.clone(), version.clone());
                variants.push(Variant { name, patch: &file.bytes, version, tree, changes });
            }
            Err(why) => problems.push(format!("{} on {}: {why}", file.name, args.base[*at])),
        }
    }
    if !problems.is_empty() {
        return Err(CliError::unfit(format!("{} of {} cannot be taken", problems.len(), patches(count)))
            .details(problems)
            .detail("nothing was written")
            .help("name the base for which each patch is written, or allow fuzz with --fuzz"));
    }
    let mut named = import::named(vec![files[newest.1].clone()]);
    // The newest that says why.
    for (_, at) in order.iter().rev() {
        let message = import::Message::read(&files[*at].bytes);
        if !message.why.is_empty() {
            named[0].message = message;
            break;
        }
    }
    let message = &named[0].message;
    let load = |new: &NewPatchset| {
        new_patchset::load_from_temporary(&workspace.catalog, &head.id, new).map_err(why_invalid)
    };
    let with_operations = args.lift != Some(Lift::None);
    let collapsed = import::collapse(&head, message, &variants, with_operations, &load)
        .map_err(|error: TreeError| CliError::from(error))?;
    let collapsed = collapsed.map_err(|why| {
        CliError::unfit("one edit would not give what the variants give")
            .detail(why)
            .detail("nothing was written")
    })?;
    finish(ui, args, &folder, &head.id, &variants, &collapsed)
}

/// Refuses or writes the edit, and reports it.
fn finish(
    ui: &Ui,
    args: &Args,
    folder: &Path,
    id: &str,
    variants: &[Variant<'_>],
    collapsed: &Collapsed,
) -> Result<ExitStatus, CliError> {
    let differing: Vec<String> =
        collapsed.hunks.iter().filter(|hunk| hunk.differs()).flat_map(unlike).collect();
    // Variants of a patch have something in common.
    let is_alike = collapsed.hunks.iter().any(|hunk| hunk.is_alike);
    let is_refused = !differing.is_empty() && (args.same_meaning || !is_alike);
    let is_written = !is_refused && !args.dry_run;
    let written = is_written.then(|| folder.display().to_string());
    let report = CollapsedEdit { patchset: id, variants, collapsed, written };
    if is_refused {
        if args.format != Format::Text {
            ui.show(&report, args.format)?;
        }
        let hunks = collapsed.hunks.iter().filter(|hunk| hunk.differs()).count();
        let hunks = format!("{hunks} of {} hunks", collapsed.hunks.len());
        return Err(CliError::unfit(format!("{hunks} differ in meaning between the versions"))
            .details(differing)
            .detail("nothing was written")
            .help(match is_alike {
                true => "make the variants agree, or leave out --same-meaning to write these hunks for each version",
                false => "import patches that have nothing in common as edits of their own",
            }));
    }
    if !is_written {
        ui.show(&report, args.format)?;
        if args.format == Format::Text {
            ui.line(&format!("\n{}", collapsed.new.yaml.trim_end_matches('\n')))?;
        }
        return Ok(ExitStatus::Done);
    }
    new_patchset::save(folder, &collapsed.new, None)
        .map_err(|error| CliError::io(format!("cannot write {}", folder.display()), &error))?;
    ui.changed();
    ui.show(&report, args.format)?;
    if args.format == Format::Text {
        ui.line(&format!("wrote {}", folder.join("patchset.yaml").display()))?;
    }
    Ok(ExitStatus::Done)
}

/// The id for what the names of the variants have in common: of `foo-3.12.patch` and `foo-legacy.patch`, `foo`.
fn common_id(files: &[PatchFile]) -> String {
    let ids: Vec<String> = files.iter().map(|file| import::id_of(file.stem())).collect();
    let words = |id: &str| id.split('-').map(str::to_owned).collect::<Vec<_>>();
    let mut common = words(&ids[0]);
    for id in &ids[1..] {
        let same = common.iter().zip(words(id)).take_while(|(a, b)| *a == b).count();
        common.truncate(same);
    }
    let is_version =
        |word: &String| word.contains('.') && word.bytes().all(|b| b.is_ascii_digit() || b == b'.');
    while common.last().is_some_and(is_version) {
        common.pop();
    }
    if common.is_empty() { ids[0].clone() } else { common.join("-") }
}
