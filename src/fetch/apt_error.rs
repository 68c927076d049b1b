//! Why `apt-get` gave no release.

use std::path::PathBuf;
use std::process::ExitStatus;
use std::time::Duration;

/// How long one run of `apt-get` may take.
pub(super) const PATIENCE: Duration = Duration::from_secs(600);

/// Why apt gave no release.
#[derive(Debug, thiserror::Error)]
pub enum AptError {
    /// The program is not installed.
    #[error("apt-get is not installed")]
    NotInstalled,
    /// Its sources name nothing that looks like Debian's archive.
    #[error("the apt sources of this machine have no archive with a component `main`")]
    NoArchive,
    /// A path that apt's configuration cannot name.
    #[error("apt's configuration cannot name {}", .0.display())]
    UnusablePath(PathBuf),
    /// It failed.
    #[error("apt-get {what} failed ({status}): {message}")]
    Failed {
        /// The command of `apt-get`.
        what: &'static str,
        /// Its exit status.
        status: ExitStatus,
        /// The end of its messages.
        message: String,
    },
    /// It did not end in time.
    #[error("apt-get {what} took longer than {} s", PATIENCE.as_secs())]
    TimedOut {
        /// The command of `apt-get`.
        what: &'static str,
    },
    /// The source package has another upstream tarball by now.
    #[error("its tarball is {offered:?}, which is not pinned")]
    OtherTarball {
        /// The upstream tarballs that it has: name and digest.
        offered: Vec<String>,
    },
}
