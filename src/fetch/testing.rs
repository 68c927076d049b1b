//! What the tests of this module share: small pins, and a web server on the loopback.

use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::sync::mpsc::{Receiver, channel};
use std::thread;

use super::progress::Progress;
use crate::digest::Sha256Digest;
use crate::tree::pin::{Pin, Tarball};

/// A pin of 2.5 with a tarball of these bytes, kept at `base`.
pub(super) fn pin(base: &str, bytes: &[u8]) -> Pin {
    Pin {
        name: "python-2.5".to_owned(),
        version: "2.5".parse().unwrap(),
        tag: Some("v2.5".to_owned()),
        tree: "0".repeat(40),
        tarballs: vec![tarball(&format!("{base}/Python-2.5.tgz"), bytes)],
        debian: None,
        exclude: Vec::new(),
    }
}

/// A tarball of these bytes.
pub(super) fn tarball(url: &str, bytes: &[u8]) -> Tarball {
    let file_name = url.rsplit('/').next().unwrap().to_owned();
    Tarball { url: Some(url.to_owned()), sha256: Sha256Digest::of(bytes), file_name }
}

/// Bytes that differ from place to place.
pub(super) fn bytes(length: usize) -> Vec<u8> {
    (0..length).map(|i| (i * i / 7 % 251) as u8).collect()
}

/// Gives the answers in this order, one a connection, and then hears no more. The requests come
/// out of the receiver: the request line and the headers in lower case.
pub(super) fn serve(answers: Vec<Vec<u8>>) -> (String, Receiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    let (sender, requests) = channel();
    thread::spawn(move || {
        for answer in answers {
            let Ok((mut stream, _)) = listener.accept() else { return };
            let _ = sender.send(request(&stream));
            let _ = stream.write_all(&answer);
        }
    });
    (base, requests)
}

fn request(stream: &TcpStream) -> String {
    let lines = BufReader::new(stream).lines().map_while(Result::ok);
    lines.take_while(|line| !line.is_empty()).map(|line| line.to_lowercase() + "\n").collect()
}

/// An answer with these headers, each ended by a line break, and this body.
pub(super) fn answer(status: &str, headers: &str, body: &[u8]) -> Vec<u8> {
    let headers = headers.replace('\n', "\r\n");
    [format!("HTTP/1.1 {status}\r\nConnection: close\r\n{headers}\r\n").as_bytes(), body].concat()
}

/// Discards all progress reports.
pub(super) struct Silent;

impl Progress for Silent {
    fn start(&mut self, _total: Option<u64>) {}

    fn advance(&mut self, _bytes: u64) {}

    fn note(&mut self, _text: &str) {}
}

/// Records what was reported.
#[derive(Debug, Default)]
pub(super) struct Recorder {
    pub(super) total: Option<u64>,
    pub(super) bytes: u64,
    pub(super) notes: Vec<String>,
}

impl Progress for Recorder {
    fn start(&mut self, total: Option<u64>) {
        self.total = total;
        self.bytes = 0;
    }

    fn advance(&mut self, bytes: u64) {
        self.bytes += bytes;
    }

    fn note(&mut self, text: &str) {
        self.notes.push(text.to_owned());
    }
}

/// The names in a directory, sorted.
pub(super) fn listing(directory: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(directory).unwrap();
    let mut names: Vec<_> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}
