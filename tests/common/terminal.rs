//! A program in a terminal of its own: tmux draws, takes keys, and is resized.

use std::path::Path;
use std::process::Output;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use super::{TestEnvironment, skip};

/// Where Debian and others have it.
const TMUX: [&str; 2] = ["/usr/bin/tmux", "/usr/local/bin/tmux"];
/// How long a screen may take to be as expected.
const PATIENCE: Duration = Duration::from_secs(60);

/// A terminal with one program.
pub struct Terminal<'a> {
    env: &'a TestEnvironment,
    tmux: &'static str,
    /// The socket of its own server: one that ends may still be there.
    socket: String,
}

impl<'a> Terminal<'a> {
    /// Starts pypatch in a terminal of this size; `None` if tmux is not installed, which is said.
    pub fn start(
        env: &'a TestEnvironment,
        columns: usize,
        lines: usize,
        arguments: &str,
    ) -> Option<Terminal<'a>> {
        let Some(tmux) = TMUX.into_iter().find(|path| Path::new(path).exists()) else {
            skip("a test at a terminal", "tmux is not installed");
            return None;
        };
        static COUNT: AtomicUsize = AtomicUsize::new(0);
        let socket = format!("test-{}", COUNT.fetch_add(1, Ordering::Relaxed));
        let terminal = Terminal { env, tmux, socket };
        let program = env!("CARGO_BIN_EXE_pypatch");
        let command = format!("{program} {arguments}; echo \"exit $?\"; read wait");
        let (columns, lines) = (columns.to_string(), lines.to_string());
        terminal.tmux(&["new-session", "-d", "-x", &columns, "-y", &lines, "/bin/sh", "-c", &command]);
        Some(terminal)
    }

    /// Presses keys.
    pub fn press(&self, keys: &[&str]) {
        self.tmux(&[&["send-keys"], keys].concat());
    }

    /// Gives the terminal another width.
    pub fn resize(&self, columns: usize) {
        self.tmux(&["resize-window", "-x", &columns.to_string()]);
    }

    /// Waits until the screen satisfies a condition, and returns it.
    pub fn wait(&self, what: &str, is_as_expected: impl Fn(&str) -> bool) -> String {
        let start = Instant::now();
        loop {
            let screen = self.screen();
            if is_as_expected(&screen) {
                return screen;
            }
            assert!(start.elapsed() < PATIENCE, "no {what} on the screen:\n{screen}");
            std::thread::sleep(Duration::from_millis(30));
        }
    }

    /// Waits until a text is on the screen, and returns the screen.
    pub fn wait_for(&self, text: &str) -> String {
        self.wait(text, |screen| screen.contains(text))
    }

    /// What is on the screen, with the sequences that make its colours.
    pub fn coloured(&self) -> String {
        String::from_utf8_lossy(&self.tmux(&["capture-pane", "-e", "-p"]).stdout).into_owned()
    }

    /// What is on the screen.
    pub fn screen(&self) -> String {
        let shown = String::from_utf8_lossy(&self.tmux(&["capture-pane", "-p"]).stdout).into_owned();
        let lines: Vec<&str> = shown.lines().map(str::trim_end).collect();
        lines.join("\n").trim_end().to_owned()
    }

    fn tmux(&self, arguments: &[&str]) -> Output {
        let mut command = self.env.process(self.tmux.as_ref());
        command.env("TMUX_TMPDIR", self.env.folder()).env("TERM", "xterm-256color").env("LC_ALL", "C.UTF-8");
        command.args(["-u", "-L", &self.socket, "-f", "/dev/null"]).args(arguments);
        let output = command.output().unwrap();
        let is_fine = output.status.success() || arguments == ["kill-server"];
        assert!(is_fine, "tmux {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        output
    }
}

impl Drop for Terminal<'_> {
    fn drop(&mut self) {
        self.tmux(&["kill-server"]);
    }
}
