//! What each operation comes to on small made-up files. Whatever changes something is tried a second
//! time, backwards and with `\r\n` line ends by [`testing`](super::testing) itself.

mod c;
mod diff;
mod examples;
mod file;
mod header;
mod m4;
mod makefile;
mod properties;
mod python;
mod resolve;
mod setup;
mod shell;
mod text;
