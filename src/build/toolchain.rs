//! The compilers that programs are built with.

use std::process::{Command, Stdio};

/// The first line that a C compiler prints about its version, such as `gcc (Debian 12.2.0-14) 12.2.0`; that of what configure uses without one.
/// `None` if it cannot be started. `cc` is a command of a shell.
pub fn compiler_version(cc: Option<&str>) -> Option<String> {
    let mut command = Command::new("sh");
    // As autoconf's AC_PROG_CC does.
    let usual = "${CC:-$(command -v gcc || echo cc)}";
    command.arg("-c").arg(format!("{} --version", cc.unwrap_or(usual))).stdin(Stdio::null());
    let output = command.env("LC_ALL", "C").output().ok().filter(|output| output.status.success())?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    text.lines().next().map(str::to_owned)
}
