//! How a download reports its progress. The command line draws it.

/// Receives the progress of operations that take long.
pub trait Progress {
    /// A transfer starts; `total` is its size in bytes, when that is known.
    fn start(&mut self, total: Option<u64>);

    /// `bytes` more have arrived, or were there already.
    fn advance(&mut self, bytes: u64);

    /// A new step begins: an origin is asked, or something is waited for.
    fn note(&mut self, text: &str);
}
