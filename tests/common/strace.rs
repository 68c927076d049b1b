//! Injects faults into pypatch with strace: a system call that fails, or at which the process is killed.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::os::unix::process::ExitStatusExt;
use std::path::PathBuf;
use std::process::{Command, Output};
use std::{env, fs};

use super::{TestEnvironment, skip};

/// The system calls that can change a disk. Which call of a family is used depends on the machine; with a question
/// mark strace ignores those that the machine does not have.
pub const CHANGING: &[&str] = &[
    "open",
    "openat",
    "openat2",
    "creat",
    "write",
    "pwrite64",
    "writev",
    "pwritev",
    "pwritev2",
    "truncate",
    "ftruncate",
    "fallocate",
    "copy_file_range",
    "sendfile",
    "splice",
    "rename",
    "renameat",
    "renameat2",
    "link",
    "linkat",
    "symlink",
    "symlinkat",
    "unlink",
    "unlinkat",
    "mkdir",
    "mkdirat",
    "rmdir",
    "mknod",
    "mknodat",
    "chmod",
    "fchmod",
    "fchmodat",
    "fchmodat2",
    "chown",
    "lchown",
    "fchown",
    "fchownat",
    "utime",
    "utimes",
    "futimesat",
    "utimensat",
    "setxattr",
    "lsetxattr",
    "fsetxattr",
    "removexattr",
    "lremovexattr",
    "fremovexattr",
    "fsync",
    "fdatasync",
    "sync_file_range",
    "syncfs",
    "sync",
    "flock",
];

/// What happens at a system call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fault {
    /// It fails with this error, once.
    Error(&'static str),
    /// The process is killed before it.
    Kill,
}

impl Fault {
    /// The faults of the table.
    pub const ALL: [Fault; 5] = [
        Fault::Error("EIO"),
        Fault::Error("ENOSPC"),
        Fault::Error("EACCES"),
        Fault::Error("EINTR"),
        Fault::Kill,
    ];

    /// Its column in a table.
    pub fn name(self) -> &'static str {
        match self {
            Fault::Error(name) => name,
            Fault::Kill => "kill",
        }
    }
}

/// A system call of a run: the `nth` of this name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    pub name: String,
    pub nth: usize,
    /// As strace shows it.
    pub text: String,
}

impl Call {
    /// Whether it takes a name away, or opens a directory to do so.
    pub fn removes(&self) -> bool {
        ["unlink", "unlinkat", "rmdir"].contains(&&*self.name) || self.text.contains("O_DIRECTORY")
    }
}

/// Whether strace works here. If not, it says so: a container may forbid tracing.
pub fn works(what: &str) -> bool {
    let probe = Command::new("strace")
        .args(["-f", "-qq", "-o", "/dev/null", "-einject=?flock:signal=SIGKILL:when=99", "true"])
        .output();
    let permitted = probe.as_ref().is_ok_and(|output| output.status.success());
    if !permitted {
        skip(what, "strace is missing, or may not trace here");
    }
    permitted
}

/// Runs pypatch with a fault at the `nth` call of the system call `call`.
pub fn inject(env: &TestEnvironment, arguments: &[&str], (call, nth): (&str, usize), fault: Fault) -> Output {
    let what = match fault {
        Fault::Error(error) => format!("error={error}"),
        Fault::Kill => "signal=SIGKILL".to_owned(),
    };
    let options = [format!("-etrace=?{call}"), format!("-einject=?{call}:{what}:when={nth}")];
    strace(env, &[&options[0], &options[1], "-o/dev/null"], arguments)
}

/// Whether the process was killed.
pub fn was_killed(output: &Output) -> bool {
    output.status.signal() == Some(9) || output.status.code() == Some(137)
}

/// Runs pypatch; returns the system calls that can change something, in order.
pub fn trace(env: &TestEnvironment, arguments: &[&str]) -> (Vec<Call>, Output) {
    let log = env.folder().join("trace");
    let names: Vec<String> = CHANGING.iter().map(|name| format!("?{name}")).collect();
    let output =
        strace(env, &[&format!("-etrace={}", names.join(",")), &format!("-o{}", log.display())], arguments);
    let text = fs::read_to_string(&log).unwrap();
    fs::remove_file(log).unwrap();
    let mut seen: BTreeMap<(String, String), usize> = BTreeMap::new();
    let mut calls = Vec::new();
    for line in text.lines() {
        // strace counts the calls of each thread by itself.
        let Some((thread, text)) = line.split_once(' ') else { continue };
        let Some((name, _)) = text.trim_start().split_once('(') else { continue };
        let nth = seen.entry((thread.to_owned(), name.to_owned())).or_default();
        *nth += 1;
        if !name.starts_with("open") || opens_to_change(text) {
            calls.push(Call { name: name.to_owned(), nth: *nth, text: text.trim_start().to_owned() });
        }
    }
    (calls, output)
}

/// Whether something may be changed through what is opened: it is opened for writing, or a directory of the test.
fn opens_to_change(text: &str) -> bool {
    let for_writing = ["O_WRONLY", "O_RDWR", "O_CREAT"].iter().any(|flag| text.contains(flag));
    let is_of_the_system = ["\"/lib", "\"/etc", "\"/proc", "\"/sys", "\"/usr", "\"/dev"];
    let is_own_directory = text.contains("O_DIRECTORY")
        && !text.contains(".git/")
        && !is_of_the_system.iter().any(|path| text.contains(path));
    for_writing || is_own_directory
}

fn strace(env: &TestEnvironment, options: &[&str], arguments: &[&str]) -> Output {
    let mut command = env.process(program("strace").as_os_str());
    command.args(["-f", "-qq", "-s", "200"]).args(options);
    command.arg(env!("CARGO_BIN_EXE_pypatch")).args(arguments);
    command.output().unwrap()
}

/// Where a program is. The environment of the tests has no PATH.
fn program(name: &str) -> PathBuf {
    let path = env::var_os("PATH").unwrap_or_default();
    let found = env::split_paths(&path).map(|folder| folder.join(name)).find(|path| path.is_file());
    found.unwrap_or_else(|| OsStr::new(name).into())
}
