//! Ctrl-C, and what it leaves: nothing that is only half there.

use std::io::{Read, Write};
use std::os::unix::net::UnixStream;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, PoisonError};
use std::thread;

use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::flag;
use signal_hook::low_level::pipe;

use super::pager;
use super::progress::Drawn;
use crate::interrupt;

/// What a shell says of a program that a signal ended: 128 and its number.
const ENDED: i32 = 128;

/// From now on, a signal that ends the program also removes what is not an output yet. A second one ends it at once. What comes
/// back says whether one arrived: the program ends, and whatever fails meanwhile fails for that reason.
pub(super) fn watch(drawn: &Drawn) -> Arc<AtomicBool> {
    let is_ending = Arc::new(AtomicBool::new(false));
    let (Ok(interrupts), Ok(terminations)) = (received(SIGINT, &is_ending), received(SIGTERM, &is_ending))
    else {
        return is_ending;
    };
    for (signal, mut signals) in [(SIGINT, interrupts), (SIGTERM, terminations)] {
        let (drawn, caught) = (Drawn::clone(drawn), Arc::clone(&is_ending));
        let _ = thread::Builder::new().spawn(move || {
            let mut byte = [0];
            loop {
                if signals.read_exact(&mut byte).is_err() {
                    return;
                }
                if signal != SIGINT || !pager::IS_SHOWING.load(Ordering::Relaxed) {
                    break;
                }
                caught.store(false, Ordering::Relaxed);
            }
            let _ = thread::Builder::new().spawn(move || {
                if signals.read_exact(&mut byte).is_ok() {
                    end(signal);
                }
            });
            let left = interrupt::clean();
            if let Some(bar) = &*drawn.lock().unwrap_or_else(PoisonError::into_inner) {
                bar.finish_and_clear();
            }
            let state = if left.changed { "what was written is complete" } else { "nothing was written" };
            let help = left.help.map(|help| format!("; {help}")).unwrap_or_default();
            let _ = writeln!(anstream::stderr(), "interrupted: {state}{help}");
            end(signal);
        });
    }
    is_ending
}

/// The end of a socket at which a byte arrives for each signal, after `flag` is set.
fn received(signal: i32, flag: &Arc<AtomicBool>) -> std::io::Result<UnixStream> {
    let (ours, theirs) = UnixStream::pair()?;
    flag::register(signal, Arc::clone(flag))?;
    pipe::register(signal, theirs)?;
    Ok(ours)
}

#[allow(clippy::exit, reason = "no other thread can end the program with this status")]
fn end(signal: i32) -> ! {
    std::process::exit(ENDED + signal)
}
