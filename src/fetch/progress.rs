//! How a download tells how far it is. Drawing is the command line's business.

/// Told about everything that lasts.
pub trait Progress {
    /// A transfer starts; `total` is its size in bytes, when that is known.
    fn start(&mut self, total: Option<u64>);

    /// `bytes` more have arrived, or were there already.
    fn advance(&mut self, bytes: u64);

    /// Something worth knowing begins: which origin is asked, or what is waited for.
    fn note(&mut self, text: &str);
}

/// Tells nobody.
#[derive(Debug, Clone, Copy, Default)]
pub struct Silent;

impl Progress for Silent {
    fn start(&mut self, _total: Option<u64>) {}

    fn advance(&mut self, _bytes: u64) {}

    fn note(&mut self, _text: &str) {}
}
