//! Writes the files of a new tree beside the program that reads them: the system takes most of the time of a copy to make them.

use std::path::PathBuf;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};

use super::disk::{Disk, NewFile};
use super::error::ApplyError;
use super::place::Place;
use super::stamp::{Mode, Mtime};
use crate::contents::Contents;

/// How many threads write. More wait for each other: the files of a directory follow each other.
const THREADS: usize = 2;
/// How many files wait to be written, each of at most 8 MiB.
const WAITING: usize = 8;

/// A file to be written. Its directory exists, and nothing else writes there.
#[derive(Debug)]
pub(super) struct Job {
    pub path: PathBuf,
    pub bytes: Contents,
    pub mode: Mode,
    pub mtime: Mtime,
}

/// Threads that write files. When they are dropped, nothing is written any more.
#[derive(Debug)]
pub(super) struct Writers {
    /// `None` once nothing more is to be written.
    jobs: Option<SyncSender<Job>>,
    threads: Vec<JoinHandle<Result<(), ApplyError>>>,
}

impl Writers {
    /// # Errors
    /// If the system gives no thread.
    pub(super) fn new() -> std::io::Result<Writers> {
        let (jobs, receiver) = sync_channel(WAITING);
        let receiver = Arc::new(Mutex::new(Some(receiver)));
        let mut writers = Writers { jobs: Some(jobs), threads: Vec::new() };
        for _ in 0..THREADS {
            let receiver = receiver.clone();
            writers.threads.push(thread::Builder::new().spawn(move || write_all(&receiver))?);
        }
        Ok(writers)
    }

    /// Has a file written.
    ///
    /// # Errors
    /// That of this or of an earlier file, if one could not be written. Then no more are.
    pub(super) fn write(&mut self, job: Job) -> Result<(), ApplyError> {
        match &self.jobs {
            Some(jobs) if jobs.send(job).is_ok() => Ok(()),
            Some(_) | None => self.finish(),
        }
    }

    /// Waits until all are written.
    ///
    /// # Errors
    /// That of the first file that could not be written.
    pub(super) fn finish(&mut self) -> Result<(), ApplyError> {
        self.jobs = None;
        let mut ended = Ok(());
        for thread in self.threads.drain(..) {
            let own = thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
            ended = ended.and(own);
        }
        ended
    }
}

impl Drop for Writers {
    fn drop(&mut self) {
        self.jobs = None;
        for thread in self.threads.drain(..) {
            let _ = thread.join();
        }
    }
}

/// Writes one file after the other. After an error nobody does.
fn write_all(jobs: &Mutex<Option<Receiver<Job>>>) -> Result<(), ApplyError> {
    let take =
        || jobs.lock().unwrap_or_else(PoisonError::into_inner).as_ref().and_then(|jobs| jobs.recv().ok());
    while let Some(Job { path, bytes, mode, mtime }) = take() {
        let new = NewFile { bytes: &bytes, mode, owner: None, mtime, like: None };
        if let Err(error) = Disk::default().new_unsynced_file(&Place::at(&path), &new) {
            // What waits is dropped, and the sender gets an error.
            *jobs.lock().unwrap_or_else(PoisonError::into_inner) = None;
            return Err(error);
        }
    }
    Ok(())
}
