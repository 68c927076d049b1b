//! The feature `apt` is off: no release comes from a distribution's source packages.

use super::{Cache, Located, Progress, Why};
use crate::tree::pin::{Debian, Tarball};

/// The system's apt, which this program does not use.
#[derive(Debug, Clone)]
pub enum Apt {}

impl Apt {
    /// None: the feature `apt` is off.
    pub fn of_system() -> Option<Apt> {
        None
    }

    pub(super) fn fetch(
        &self,
        _debian: &Debian,
        _tarballs: &[Tarball],
        _cache: &Cache,
        _progress: &mut dyn Progress,
    ) -> Result<Located, Why> {
        match *self {}
    }
}
