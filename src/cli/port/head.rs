//! The head of the new patchset of a port.

use super::Args;
use crate::patchset::Patchset;
use crate::port::Head;
use crate::software::Software;
use crate::version::Version;

/// The head of the new patchset. The id `catamount-py2.5` becomes `catamount-py2.7`.
pub(super) fn head(args: &Args, old: &Patchset, version: &Version, pin: Option<String>) -> Head {
    let series = version.minor();
    let replaced = |text: &str| {
        let old_series = old.pins.last().and_then(|pin| Version::of_pin(pin));
        old_series.map(|old| text.replace(&old.minor(), &series)).filter(|new| new != text)
    };
    let short = match version.software() {
        Software::Python => "py",
        other => other.name(),
    };
    let id = args.id.clone().or_else(|| replaced(&old.id));
    let id = id.unwrap_or_else(|| format!("{}-{short}{series}", old.id));
    // A title that names several versions would be wrong with one of them replaced.
    let versions = old.title.split_whitespace().filter(|word| word.parse::<Version>().is_ok()).count();
    let title = replaced(&old.title)
        .filter(|_| versions == 1)
        .unwrap_or_else(|| format!("{} ({} {series})", old.title, version.software().title()));
    let (major, minor) = version.series();
    Head { id, title, applies_to: format!(">={version}, <{major}.{}", minor + 1), pin }
}
