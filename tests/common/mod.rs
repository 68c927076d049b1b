//! Helpers of the tests: a temporary folder to run pypatch in, small made-up trees, and pinned releases.

#![allow(dead_code, reason = "no test binary uses all of it")]
#![allow(clippy::unwrap_used, reason = "a test may panic")]

pub mod pins;
pub mod release;
pub mod strace;
pub mod terminal;
pub mod tree;
pub mod watch;

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Output, Stdio};
use std::sync::Mutex;

use assert_cmd::Command;
use tempfile::TempDir;

/// A temporary folder in which pypatch runs with an environment of its own.
pub struct TestEnvironment {
    folder: TempDir,
    root: PathBuf,
    variables: Vec<(String, String)>,
}

impl TestEnvironment {
    pub fn new() -> TestEnvironment {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().canonicalize().unwrap().join("work");
        fs::create_dir(&root).unwrap();
        fs::create_dir(folder.path().join("tmp")).unwrap();
        TestEnvironment { folder, root, variables: Vec::new() }
    }

    /// The made-up tree in `tree/`, and the patchset `gadget` for it.
    pub fn with_tree() -> TestEnvironment {
        let env = TestEnvironment::new();
        tree::write(&env.path("tree"));
        tree::gadget(&env);
        env
    }

    /// Sets an environment variable for all later runs.
    pub fn set(&mut self, name: &str, value: impl Into<String>) {
        self.variables.push((name.to_owned(), value.into()));
    }

    pub fn path(&self, path: impl AsRef<Path>) -> PathBuf {
        self.root.join(path)
    }

    pub fn write(&self, path: &str, contents: impl AsRef<[u8]>) {
        let path = self.path(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, contents).unwrap();
    }

    /// Replaces the first `from` in a file.
    pub fn edit(&self, path: &str, from: &str, to: &str) {
        let bytes = fs::read(self.path(path)).unwrap();
        let at = bytes.windows(from.len()).position(|w| w == from.as_bytes());
        let at = at.unwrap_or_else(|| panic!("{path} has no `{from}`"));
        let bytes = [&bytes[..at], to.as_bytes(), &bytes[at + from.len()..]].concat();
        self.write(path, bytes);
    }

    /// Writes patchsets/ID/patchset.yaml with these edits.
    pub fn patchset(&self, id: &str, edits: &str) {
        let edits: String = edits.lines().map(|line| format!("  {line}\n")).collect();
        self.yaml(id, format!("schema: 1\nid: {id}\ntitle: A test\nedits:\n{edits}"));
    }

    /// Writes patchsets/ID/patchset.yaml.
    pub fn yaml(&self, id: &str, text: impl AsRef<[u8]>) {
        self.write(&format!("patchsets/{id}/patchset.yaml"), text);
    }

    /// pypatch with arguments. `PATH` is empty, so that apt-get is not found.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = self.process(OsStr::new(env!("CARGO_BIN_EXE_pypatch")));
        command.args(arguments);
        Command::from_std(command)
    }

    /// A program in this environment.
    pub fn process(&self, program: &OsStr) -> std::process::Command {
        let mut command = std::process::Command::new(program);
        // Without the environment of cargo: its LD_LIBRARY_PATH makes the loader open a hundred files.
        command.current_dir(&self.root).env_clear().stdin(Stdio::null());
        let home = self.folder.path().join("home");
        command.env("HOME", &home).env("XDG_CACHE_HOME", home.join("cache")).env("PATH", "");
        command.env("TMPDIR", self.folder.path().join("tmp"));
        command.envs(self.variables.iter().map(|(name, value)| (name, value)));
        command
    }

    /// The folder that contains everything of this environment: its folder `work`, its home.
    pub fn folder(&self) -> PathBuf {
        self.folder.path().canonicalize().unwrap()
    }

    /// Runs pypatch; returns stdout, stderr and the exit status as one text.
    pub fn run(&self, arguments: &[&str]) -> String {
        self.transcript(&self.command(arguments).output().unwrap())
    }

    /// Runs pypatch, which must succeed; returns stdout.
    pub fn stdout(&self, arguments: &[&str]) -> String {
        let output = self.command(arguments).output().unwrap();
        assert!(output.status.success(), "{}", self.transcript(&output));
        String::from_utf8(output.stdout).unwrap()
    }

    /// Stdout, stderr and the exit status of a run as one text.
    pub fn transcript(&self, output: &Output) -> String {
        let text = |bytes: &[u8]| self.without_temporary_paths(&String::from_utf8_lossy(bytes));
        let mut transcript = text(&output.stdout);
        if !output.stderr.is_empty() {
            transcript.push_str("------- stderr -------\n");
            transcript.push_str(&text(&output.stderr));
        }
        match output.status.code() {
            Some(code) => transcript.push_str(&format!("[exit {code}]")),
            None => transcript.push_str(&format!("[{}]", output.status)),
        }
        transcript
    }

    /// `text` with temporary folders as `$WORK` and `$TEST`.
    pub fn without_temporary_paths(&self, text: &str) -> String {
        let folder = self.folder();
        text.replace(self.root.to_str().unwrap(), "$WORK").replace(folder.to_str().unwrap(), "$TEST")
    }

    /// All files below a folder of this environment.
    pub fn state(&self, path: &str) -> tree::TreeState {
        tree::state(&self.path(path))
    }
}

/// `text` with every digest as `SHA256`.
pub fn without_digests(text: &str) -> String {
    let mut out = String::new();
    let mut hex = String::new();
    for c in text.chars().chain(['\n']) {
        if c.is_ascii_hexdigit() && !c.is_ascii_uppercase() {
            hex.push(c);
            continue;
        }
        out.push_str(if hex.len() == 64 { "SHA256" } else { &hex });
        hex.clear();
        out.push(c);
    }
    out.pop();
    out
}

/// Reports a skipped test, once where several tests need the same. Not through `eprintln!`, which the test runner
/// captures.
pub fn skip(what: &str, why: &str) {
    static REPORTED: Mutex<BTreeSet<String>> = Mutex::new(BTreeSet::new());
    let line = format!("SKIPPED {what}: {why}\n");
    if REPORTED.lock().unwrap().insert(line.clone()) {
        let _ = std::io::stderr().write_all(line.as_bytes());
    }
}
