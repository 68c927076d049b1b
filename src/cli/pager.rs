//! Shows long output through a pager, as git does it.

use std::env;
use std::io::{self, Write};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};

/// Whether a pager has the terminal.
pub(super) static IS_SHOWING: AtomicBool = AtomicBool::new(false);

/// What is shown through the pager.
pub(super) struct Paged {
    /// The command, which a shell reads.
    command: String,
}

impl Paged {
    /// The pager for a text of so many lines on a terminal of so many; `None` if it fits, or if the user wants no pager.
    /// PYPATCH_PAGER counts before PAGER; the default is `less`.
    pub(super) fn of(lines: usize, height: usize) -> Option<Paged> {
        if lines < height {
            return None;
        }
        let named = ["PYPATCH_PAGER", "PAGER"].into_iter().find_map(|name| env::var(name).ok());
        let command = named.unwrap_or_else(|| "less".to_owned());
        (!matches!(command.trim(), "" | "cat")).then_some(Paged { command })
    }

    /// Shows the text; false if the pager cannot be started, so that the text is not shown yet.
    pub(super) fn show(&self, text: &[u8]) -> io::Result<bool> {
        let mut command = Command::new("/bin/sh");
        command.arg("-c").arg(&self.command).stdin(Stdio::piped());
        // As git does it: quit if it fits, keep the colours, leave the text on the screen.
        if env::var_os("LESS").is_none() {
            command.env("LESS", "FRX");
        }
        let Ok(mut child) = command.spawn() else { return Ok(false) };
        // Ctrl-C is for the pager, which goes on.
        IS_SHOWING.store(true, Ordering::Relaxed);
        if let Some(mut stdin) = child.stdin.take() {
            match stdin.write_all(text) {
                // The user has seen enough.
                Err(error) if error.kind() == io::ErrorKind::BrokenPipe => {}
                result => result?,
            }
        }
        let status = child.wait()?;
        IS_SHOWING.store(false, Ordering::Relaxed);
        // 127 is how a shell says that it did not find the command.
        Ok(status.code() != Some(127))
    }
}

#[cfg(test)]
mod tests {
    use super::Paged;

    #[test]
    fn what_fits_is_not_paged() {
        assert!(Paged::of(23, 24).is_none());
    }
}
