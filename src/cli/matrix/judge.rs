//! Judges patchsets on a source.

use std::sync::Arc;

use super::set::Judge;
use crate::cli::{CliError, Workspace};
use crate::port::{self, Column, Searched, Stacked};
use crate::tree::pin::Pin;
use crate::tree::{self, Blobs, SourceSpec, Tree, tree_version};
use crate::version::{Version, VersionRange};

/// Searches the local releases for the first one without a thing, if the columns do not show it.
pub(super) fn since(workspace: &Workspace, judge: &Judge, columns: Vec<&mut Column>) -> Result<(), CliError> {
    let (stack, base) = (&judge.stack()[..], &judge.base);
    let Some(version) = &base.version else { return Ok(()) };
    let mut pins = workspace.pins.all()?;
    pins.retain(|pin| pin.version.software() == version.software());
    let local = pins.iter().filter_map(|pin| Some((pin, workspace.local(pin)?)));
    let (pins, sources): (Vec<&Pin>, Vec<SourceSpec>) = local.unzip();
    let versions: Vec<Version> = pins.iter().map(|pin| pin.version.clone()).collect();
    let old = base.open()?;
    let (searched, blobs) = (Searched::default(), Arc::default());
    port::find_gone_since(columns, version, &versions, &mut |at| {
        let tree = tree::open_sharing(&sources[at], &pins[at].name, &blobs).ok()?;
        port::judge_in_order(stack, old.as_deref(), tree.as_ref(), &searched).ok()
    });
    Ok(())
}

pub(super) fn column(
    (stack, is_family): (&[Stacked<'_>], bool),
    base: Option<&dyn Tree>,
    (searched, blobs): (&Searched, &Arc<Blobs>),
    name: &str,
    source: &SourceSpec,
) -> Column {
    let ids = |stack: &[Stacked<'_>]| {
        stack.iter().map(|one| one.patchset.id.as_str()).collect::<Vec<_>>().join("+")
    };
    let (mut version, mut patchset) = (None, ids(if is_family { &stack[..1] } else { stack }));
    let mut cells = || {
        let tree = tree::open_sharing(source, name, blobs).map_err(|error| error.to_string())?;
        let found = tree_version(tree.as_ref()).map_err(|error| error.to_string())?;
        let ranges = || stack.iter().filter_map(|one| one.patchset.applies_to.as_ref());
        let is_other = |range: &&VersionRange| {
            found.as_ref().is_none_or(|version| version.software() != range.software())
        };
        if let Some(range) = ranges().find(is_other) {
            return Err(format!("not a {} source tree", range.software().title()));
        }
        let is_for = |one: &Stacked<'_>| match (&one.patchset.applies_to, &found) {
            (Some(range), Some(version)) => range.contains(version),
            _ => false,
        };
        let judged = match stack {
            [_, _, ..] if is_family => {
                let at = stack.iter().position(is_for).ok_or_else(|| {
                    let version = found.as_ref().map_or("this tree".to_owned(), Version::named);
                    format!("no member of the family is written for {version}")
                })?;
                &stack[at..=at]
            }
            _ => stack,
        };
        (version, patchset) = (found, ids(judged));
        port::judge_in_order(judged, base, tree.as_ref(), searched).map_err(|error| error.to_string())
    };
    let cells = cells();
    Column { source: name.to_owned(), version, patchset, cells }
}
