//! Draws the progress of a download or a build on stderr, if that is a terminal.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::fetch::Progress;
use crate::report::printable;

/// A line with a bar. It is removed when dropped.
pub(super) struct Bar {
    bar: ProgressBar,
}

impl Bar {
    /// Draws nothing if `quiet`, or if stderr is not a terminal.
    pub(super) fn new(quiet: bool) -> Bar {
        let bar = ProgressBar::no_length();
        // It is hidden already if stderr is not a terminal.
        if quiet || bar.is_hidden() {
            bar.set_draw_target(ProgressDrawTarget::hidden());
        } else {
            bar.set_style(style("{spinner} {msg}"));
            bar.enable_steady_tick(Duration::from_millis(120));
        }
        Bar { bar }
    }

    /// Removes the bar from the terminal, so that a line can be written.
    pub(super) fn clear(&self) {
        self.bar.suspend(|| ());
        self.bar.set_message(String::new());
        self.bar.tick();
    }
}

impl Progress for Bar {
    fn start(&mut self, total: Option<u64>) {
        self.bar.reset();
        match total {
            Some(total) => {
                self.bar.set_length(total);
                self.bar.set_style(style("{spinner} {msg} {wide_bar} {bytes}/{total_bytes} {eta}"));
            }
            None => {
                self.bar.unset_length();
                self.bar.set_style(style("{spinner} {msg} {bytes}"));
            }
        }
    }

    fn advance(&mut self, bytes: u64) {
        self.bar.inc(bytes);
    }

    fn note(&mut self, text: &str) {
        self.bar.reset();
        self.bar.set_style(style("{spinner} {msg}"));
        self.bar.set_message(String::from_utf8_lossy(&printable(text.as_bytes())).into_owned());
    }
}

impl Drop for Bar {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}

fn style(template: &str) -> ProgressStyle {
    ProgressStyle::with_template(template).expect("the templates above are valid")
}
