//! Says on stderr how far a command is: as a line that is drawn again and again on a terminal, and now and then as a line of its
//! own elsewhere. What takes less than half a second is not shown.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use console::truncate_str;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::fetch::Progress;
use crate::report::printable;
use crate::tree::{ContentsId, Entry, File as TreeFile, Node, Tree, TreeError, TreePath, WalkEntry};

/// What ends before is not shown.
const PATIENCE: Duration = Duration::from_millis(500);
/// How often the line is drawn.
const FRAME: Duration = Duration::from_millis(100);
/// How often a line is written where stderr is not a terminal.
const PAUSE: Duration = Duration::from_secs(30);
/// How much of the end of a log is read for its last line.
const TAIL: u64 = 4096;

/// The line that is drawn now, if one is.
pub(super) type Drawn = Arc<Mutex<Option<ProgressBar>>>;

/// How far a piece of work is.
#[derive(Debug, Default)]
struct State {
    /// What is done.
    what: String,
    /// What it is done with at the moment.
    with: String,
    done: u64,
    total: Option<u64>,
    /// Whether bytes are counted, and not things.
    is_bytes: bool,
    /// A file whose last line says more.
    log: Option<PathBuf>,
}

/// A line about a piece of work. It is removed when this is dropped.
pub(super) struct Bar {
    state: Arc<Mutex<State>>,
    drawn: Drawn,
    /// Draws, until nobody can send any more; `None` if nothing is drawn.
    thread: Option<(Sender<()>, JoinHandle<()>)>,
}

impl Bar {
    /// A line about `total` things, if their number is known. It is registered in `drawn`; nothing is shown if `quiet`.
    pub(super) fn new(quiet: bool, drawn: &Drawn, what: &str, total: Option<usize>) -> Bar {
        let total = total.map(|total| total as u64);
        let state = Arc::new(Mutex::new(State { what: what.to_owned(), total, ..State::default() }));
        let (end, ended) = channel();
        let (of_thread, line) = (Arc::clone(&state), Arc::clone(drawn));
        let draw = move || draw(&of_thread, &line, &ended);
        let thread = (!quiet).then(|| std::thread::Builder::new().spawn(draw).ok()).flatten();
        Bar { state, drawn: Arc::clone(drawn), thread: thread.map(|thread| (end, thread)) }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Another piece of work begins; `log` is a file to which it writes.
    pub(super) fn begin(&self, what: &str, total: Option<usize>, log: Option<&Path>) {
        let (what, log) = (what.to_owned(), log.map(Path::to_owned));
        *self.state() = State { what, total: total.map(|total| total as u64), log, ..State::default() };
    }

    /// Names the thing that is worked on.
    pub(super) fn with(&self, name: &str) {
        name.clone_into(&mut self.state().with);
    }

    /// One thing more is done.
    pub(super) fn one_done(&self) {
        self.state().done += 1;
    }
}

impl Drop for Bar {
    fn drop(&mut self) {
        if let Some((end, thread)) = self.thread.take() {
            drop(end);
            let _ = thread.join();
            *self.drawn.lock().unwrap_or_else(PoisonError::into_inner) = None;
        }
    }
}

impl Progress for Bar {
    fn start(&mut self, total: Option<u64>) {
        let mut state = self.state();
        (state.done, state.total, state.is_bytes) = (0, total, true);
    }

    fn advance(&mut self, bytes: u64) {
        self.state().done += bytes;
    }

    fn note(&mut self, text: &str) {
        self.begin(text, None, None);
    }
}

/// Draws the line until `ended`.
fn draw(state: &Mutex<State>, drawn: &Drawn, ended: &Receiver<()>) {
    let target = ProgressDrawTarget::stderr();
    let is_terminal = !target.is_hidden();
    let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::hidden());
    let (begun, mut written, mut target) = (Instant::now(), Instant::now(), Some(target));
    while ended.recv_timeout(FRAME) == Err(RecvTimeoutError::Timeout) {
        if begun.elapsed() < PATIENCE {
            continue;
        }
        let state = state.lock().unwrap_or_else(PoisonError::into_inner);
        if is_terminal {
            show(&state, &bar);
            if let Some(target) = target.take() {
                bar.set_draw_target(target);
                *drawn.lock().unwrap_or_else(PoisonError::into_inner) = Some(bar.clone());
            }
            bar.tick();
        } else if written.elapsed() >= PAUSE {
            written = Instant::now();
            let _ = anstream::stderr().write_all(line(&state, begun.elapsed()).as_bytes());
        }
    }
    bar.finish_and_clear();
}

/// Gives the line what it is to show.
fn show(state: &State, bar: &ProgressBar) {
    let template = match (state.total, state.is_bytes) {
        (Some(_), true) => "{spinner} {msg} {wide_bar} {bytes}/{total_bytes}, {eta} left",
        (Some(_), false) => "{spinner} {msg} {wide_bar} {pos}/{len}, {eta} left",
        (None, true) => "{spinner} {msg} {bytes}",
        (None, false) => "{spinner} {wide_msg}",
    };
    bar.set_style(ProgressStyle::with_template(template).expect("the templates above are valid"));
    let text = text(state);
    match state.total {
        Some(total) => {
            bar.set_length(total);
            let half = usize::from(console::Term::stderr().size().1) / 2;
            bar.set_message(truncate_str(&text, half, "…").into_owned());
        }
        None => bar.set_message(text),
    }
    if state.done < bar.position() {
        bar.reset();
    }
    bar.set_position(state.done);
}

/// What is done, and with what.
fn text(state: &State) -> String {
    let last = state.log.as_deref().and_then(last_line).unwrap_or_else(|| state.with.clone());
    let blank = if last.is_empty() { "" } else { " " };
    let text = format!("{}{blank}{last}", state.what).replace(['\n', '\t'], " ");
    String::from_utf8_lossy(&printable(text.as_bytes())).into_owned()
}

/// A line for those who cannot see what is drawn.
fn line(state: &State, elapsed: Duration) -> String {
    let of = match state.total {
        Some(total) if !state.is_bytes => format!(", {} of {total}", state.done),
        Some(total) => format!(", {} of {} MB", state.done >> 20, total >> 20),
        None => String::new(),
    };
    format!("{}{of} ({} s)\n", text(state), elapsed.as_secs())
}

/// The last line of a log that is not blank.
fn last_line(log: &Path) -> Option<String> {
    let mut file = File::open(log).ok()?;
    let size = file.metadata().ok()?.len();
    file.seek(SeekFrom::Start(size.saturating_sub(TAIL))).ok()?;
    let mut tail = Vec::new();
    file.take(TAIL).read_to_end(&mut tail).ok()?;
    let tail = String::from_utf8_lossy(&tail);
    tail.lines().rfind(|line| !line.trim().is_empty()).map(str::to_owned)
}

/// A tree whose files are counted while it is copied.
pub(super) struct Counted<'a> {
    tree: &'a dyn Tree,
    bar: &'a Bar,
}

impl Counted<'_> {
    /// Counts the files of `tree`; `what` is done with it.
    ///
    /// # Errors
    /// If the tree cannot be read.
    pub(super) fn new<'a>(tree: &'a dyn Tree, what: &str, bar: &'a Bar) -> Result<Counted<'a>, TreeError> {
        bar.begin(what, Some(tree.files()?.len()), None);
        Ok(Counted { tree, bar })
    }
}

impl Tree for Counted<'_> {
    fn label(&self) -> &str {
        self.tree.label()
    }

    fn entry(&self, path: &TreePath) -> Result<Option<Entry>, TreeError> {
        self.tree.entry(path)
    }

    fn read(&self, path: &TreePath) -> Result<Option<TreeFile>, TreeError> {
        self.tree.read(path)
    }

    fn link(&self, path: &TreePath) -> Result<Option<Vec<u8>>, TreeError> {
        self.tree.link(path)
    }

    fn contents_id(&self, path: &TreePath) -> Option<ContentsId> {
        self.tree.contents_id(path)
    }

    fn files(&self) -> Result<Vec<TreePath>, TreeError> {
        self.tree.files()
    }

    fn walk(&self, visit: &mut dyn FnMut(WalkEntry) -> Result<(), TreeError>) -> Result<(), TreeError> {
        self.tree.walk(&mut |entry| {
            if matches!(entry.node, Node::File(_) | Node::Large(_)) {
                self.bar.one_done();
            }
            visit(entry)
        })
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::tree::DirTree;

    #[test]
    fn a_line_says_what_is_done_and_how_much() {
        let mut state = State {
            what: "judging".into(),
            with: "python-2.5".into(),
            done: 3,
            total: Some(60),
            ..State::default()
        };
        let after = Duration::from_secs(31);
        assert_eq!(line(&state, after), "judging python-2.5, 3 of 60 (31 s)\n");
        (state.is_bytes, state.done, state.total) = (true, 5 << 20, Some(20 << 20));
        assert_eq!(line(&state, after), "judging python-2.5, 5 of 20 MB (31 s)\n");
        (state.total, state.with) = (None, "\u{1b}[2J".into());
        assert_eq!(line(&state, after), "judging \\x1b[2J (31 s)\n");
    }

    #[test]
    fn the_last_line_of_a_log_is_shown() {
        let folder = tempfile::tempdir().unwrap();
        let log = folder.path().join("log");
        let state = State { what: "[2/3] make".into(), log: Some(log.clone()), ..State::default() };
        assert_eq!(text(&state), "[2/3] make");
        fs::write(&log, format!("{}\ncc -c\tone.c\n\n", "x".repeat(10_000))).unwrap();
        assert_eq!(text(&state), "[2/3] make cc -c one.c");
    }

    #[test]
    fn the_files_of_a_tree_that_is_copied_are_counted() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("a")).unwrap();
        fs::write(folder.path().join("a/b"), "").unwrap();
        fs::write(folder.path().join("c"), "").unwrap();
        let tree = DirTree::open(folder.path()).unwrap();
        let bar = Bar::new(true, &Drawn::default(), "", None);
        Counted::new(&tree, "writing", &bar).unwrap().walk(&mut |_| Ok(())).unwrap();
        let state = bar.state();
        assert_eq!((state.done, state.total), (2, Some(2)));
    }
}
