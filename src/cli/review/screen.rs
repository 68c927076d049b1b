//! The terminal of a review: one change at a time, keys, paging, and drawing again when the terminal is resized.

use std::io::{self, Write};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use console::{Key, Term, truncate_str};

use crate::report::{Format, Report, ReviewedChange};

/// What is decided about a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Answer {
    Accept,
    Reject,
    Skip,
    AcceptAll,
    RejectAll,
    SkipAll,
    Quit,
}

impl Answer {
    /// The same answer for what follows, if it is for all.
    pub(super) fn for_all(self) -> Option<Answer> {
        matches!(self, Answer::AcceptAll | Answer::RejectAll | Answer::SkipAll).then_some(self)
    }
}

/// How often the size of the terminal is looked at.
const LOOK: Duration = Duration::from_millis(150);

/// The keys, for the last line.
const KEYS: &str = "[a]ccept [r]eject [s]kip [d]iff [w]hy [q]uit [?]";

/// The keys, for `?`.
const HELP: [&str; 9] = [
    "a  accept the change: it is written into the snapshot",
    "r  reject it: the snapshot stays; repair the edit, then check again",
    "s  skip it: it waits for the next review",
    "A, R, S  the same for this change and all that follow",
    "d  the edit as it will be in the snapshot, or what differs",
    "w  all of the reason for the edit",
    "j, k, space, b  scroll by a line, by a page (arrows and page keys, too)",
    "q  quit: what was decided stays decided",
    "?  these keys",
];

/// The terminal, on its second screen. Dropping it shows the first one again.
pub(super) struct Screen {
    term: Term,
}

/// What is on the screen.
struct View {
    lines: Vec<String>,
    top: usize,
    help: bool,
}

impl Screen {
    pub(super) fn open() -> io::Result<Screen> {
        let term = Term::stdout();
        let screen = Screen { term };
        screen.write(b"\x1b[?1049h\x1b[?25l")?;
        Ok(screen)
    }

    /// Shows a change until it is decided.
    pub(super) fn ask(&self, shown: &mut ReviewedChange<'_>) -> io::Result<Answer> {
        let view = Mutex::new(View { lines: lines(shown)?, top: 0, help: false });
        let is_over = AtomicBool::new(false);
        self.draw(&view)?;
        std::thread::scope(|scope| {
            scope.spawn(|| self.follow_size(&view, &is_over));
            let answer = self.keys(shown, &view);
            is_over.store(true, Ordering::Relaxed);
            answer
        })
    }

    fn keys(&self, shown: &mut ReviewedChange<'_>, view: &Mutex<View>) -> io::Result<Answer> {
        loop {
            let page = self.height();
            let mut by = 0isize;
            match self.term.read_key_raw()? {
                Key::Char('a') => return Ok(Answer::Accept),
                Key::Char('r') => return Ok(Answer::Reject),
                Key::Char('s') => return Ok(Answer::Skip),
                Key::Char('A') => return Ok(Answer::AcceptAll),
                Key::Char('R') => return Ok(Answer::RejectAll),
                Key::Char('S') => return Ok(Answer::SkipAll),
                Key::Char('q') | Key::Escape | Key::CtrlC | Key::Char('\u{4}') => return Ok(Answer::Quit),
                Key::Char('d') => shown.whole_section = !shown.whole_section,
                Key::Char('w') => shown.whole_why = !shown.whole_why,
                Key::Char('?') => locked(view).help ^= true,
                Key::Char('j') | Key::ArrowDown => by = 1,
                Key::Char('k') | Key::ArrowUp => by = -1,
                Key::Char(' ') | Key::PageDown => by = page.cast_signed(),
                Key::Char('b') | Key::PageUp => by = -page.cast_signed(),
                _ => continue,
            }
            {
                let mut view = locked(view);
                view.lines = lines(shown)?;
                let last = view.lines.len().saturating_sub(page);
                view.top = view.top.saturating_add_signed(by).min(last);
            }
            self.draw(view)?;
        }
    }

    /// Draws again when the size of the terminal changes.
    fn follow_size(&self, view: &Mutex<View>, is_over: &AtomicBool) {
        let mut size = self.term.size();
        while !is_over.load(Ordering::Relaxed) {
            std::thread::sleep(LOOK);
            if self.term.size() != size {
                size = self.term.size();
                // The next key reports what is wrong with the terminal.
                let _ = self.draw(view);
            }
        }
    }

    /// How many lines of a change fit on the screen.
    fn height(&self) -> usize {
        usize::from(self.term.size().0).saturating_sub(2).max(1)
    }

    fn draw(&self, view: &Mutex<View>) -> io::Result<()> {
        let view = locked(view);
        let (height, width) = (self.height(), usize::from(self.term.size().1).max(1));
        let mut out = "\x1b[H\x1b[2J".to_owned();
        let help = HELP.map(str::to_owned);
        let lines: &[String] = if view.help { &help } else { &view.lines };
        let top = view.top.min(lines.len().saturating_sub(height));
        for line in lines.iter().skip(top).take(height) {
            out.push_str(&truncate_str(&line.replace('\t', "    "), width, "…"));
            out.push_str("\x1b[0m\r\n");
        }
        let below = lines.len().saturating_sub(top + height);
        let more = if below > 0 { format!("  {below} more lines: space") } else { String::new() };
        out.push_str(&format!(
            "\x1b[{};1H{}",
            height + 2,
            truncate_str(&format!("{KEYS}{more}"), width, "…")
        ));
        self.write(out.as_bytes())
    }

    fn write(&self, bytes: &[u8]) -> io::Result<()> {
        let mut term = &self.term;
        term.write_all(bytes)?;
        term.flush()
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        let _ = self.write(b"\x1b[?25h\x1b[?1049l");
    }
}

fn lines(shown: &ReviewedChange<'_>) -> io::Result<Vec<String>> {
    let mut text = Vec::new();
    shown.write(Format::Text, &mut text)?;
    Ok(String::from_utf8_lossy(&text).lines().map(str::to_owned).collect())
}

fn locked(view: &Mutex<View>) -> std::sync::MutexGuard<'_, View> {
    view.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}
