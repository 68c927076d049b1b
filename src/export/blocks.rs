//! Compresses blocks on all cores, and gives them back in their order, whatever the number of cores.

use std::collections::VecDeque;
use std::io;
use std::num::NonZero;
use std::sync::Arc;
use std::thread::{self, JoinHandle};

/// How many blocks are in memory, whatever the number of cores.
const MOST: usize = 8;
/// How much is in them, in bytes: compressing one takes up to eight times its length.
const MOST_BYTES: usize = 16 << 20;

/// Compresses a block by itself. The second argument says whether it is the last one.
type Compress<T> = fn(&[u8], bool) -> io::Result<T>;

/// Cuts what is added to it into blocks, of which `T` is what compressing one gives.
pub(super) struct Blocks<T> {
    compress: Compress<T>,
    /// The length of a block before it is compressed, in bytes.
    len: usize,
    block: Vec<u8>,
    /// The blocks that are being compressed, in their order.
    pending: VecDeque<Pending<T>>,
    most: usize,
}

/// A block that is being compressed, or was where the system gave no thread.
enum Pending<T> {
    Running(JoinHandle<io::Result<T>>),
    Done(io::Result<T>),
}

impl<T: Send + 'static> Blocks<T> {
    /// Blocks of `len` bytes, on the threads that the machine and the memory allow.
    pub(super) fn new(len: usize, compress: Compress<T>) -> Blocks<T> {
        let most = thread::available_parallelism().map_or(1, NonZero::get).min(MOST).min(MOST_BYTES / len);
        Blocks { compress, len, block: Vec::with_capacity(len), pending: VecDeque::new(), most }
    }

    #[cfg(test)]
    pub(super) fn with_threads(self, most: usize) -> Blocks<T> {
        Blocks { most, ..self }
    }

    /// Takes some of `bytes`. Returns how many, and a block that is compressed and comes next.
    ///
    /// # Errors
    /// When a block could not be compressed.
    pub(super) fn add(&mut self, bytes: &[u8]) -> io::Result<(usize, Option<T>)> {
        let done = if self.block.len() == self.len { self.start(false)? } else { None };
        let count = bytes.len().min(self.len - self.block.len());
        self.block.extend_from_slice(&bytes[..count]);
        Ok((count, done))
    }

    /// The blocks that [`Blocks::add`] did not return. The last one is empty only if nothing was added.
    pub(super) fn finish(mut self) -> impl Iterator<Item = io::Result<T>> {
        let first = self.start(true).transpose();
        first.into_iter().chain(std::iter::from_fn(move || self.first().transpose()))
    }

    /// Starts to compress the block. Returns the first one if there are too many.
    fn start(&mut self, is_last: bool) -> io::Result<Option<T>> {
        let done = if self.pending.len() >= self.most { self.first()? } else { None };
        let block = Arc::new(std::mem::replace(&mut self.block, Vec::with_capacity(self.len)));
        let (shared, compress) = (Arc::clone(&block), self.compress);
        self.pending.push_back(match thread::Builder::new().spawn(move || compress(&shared, is_last)) {
            Ok(running) => Pending::Running(running),
            Err(_) => Pending::Done(compress(&block, is_last)),
        });
        Ok(done)
    }

    /// Waits for the first block.
    fn first(&mut self) -> io::Result<Option<T>> {
        let Some(first) = self.pending.pop_front() else { return Ok(None) };
        match first {
            Pending::Running(running) => {
                running.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
            }
            Pending::Done(done) => done,
        }
        .map(Some)
    }
}
