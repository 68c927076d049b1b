//! The bytes of a file, if it exists: shared instead of copied, and hashed at most once.

use std::fmt;
use std::io;
use std::ops::Deref;
use std::sync::{Arc, OnceLock};

use crate::digest::Sha256Digest;

/// The bytes of a file. They never change; a clone shares them.
///
/// The plan, its second run, the comparison with the pin and the writer read the same files, and
/// each of them would hold a copy otherwise.
#[derive(Clone, Default)]
pub struct Contents(Arc<Shared>);

#[derive(Default)]
struct Shared {
    bytes: Vec<u8>,
    sha256: OnceLock<Sha256Digest>,
}

impl Contents {
    /// Their digest, computed by the first call of any clone.
    pub fn sha256(&self) -> Sha256Digest {
        *self.0.sha256.get_or_init(|| Sha256Digest::of(&self.0.bytes))
    }
}

impl Deref for Contents {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.0.bytes
    }
}

impl From<Vec<u8>> for Contents {
    fn from(bytes: Vec<u8>) -> Contents {
        Contents(Arc::new(Shared { bytes, sha256: OnceLock::new() }))
    }
}

impl<T: AsRef<[u8]> + ?Sized> From<&T> for Contents {
    fn from(bytes: &T) -> Contents {
        bytes.as_ref().to_vec().into()
    }
}

impl From<&Contents> for Contents {
    fn from(contents: &Contents) -> Contents {
        contents.clone()
    }
}

impl PartialEq for Contents {
    fn eq(&self, other: &Contents) -> bool {
        Arc::ptr_eq(&self.0, &other.0) || self.0.bytes == other.0.bytes
    }
}

impl Eq for Contents {}

impl<T: AsRef<[u8]> + ?Sized> PartialEq<T> for Contents {
    fn eq(&self, other: &T) -> bool {
        self.0.bytes == other.as_ref()
    }
}

impl fmt::Debug for Contents {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.bytes.fmt(f)
    }
}

/// The result of an operation on a file; `None` if the file does not exist.
pub(crate) fn if_exists<T>(result: io::Result<T>) -> io::Result<Option<T>> {
    match result {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        result => result.map(Some),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clone_shares_the_bytes_and_their_digest() {
        let contents = Contents::from(b"abc".to_vec());
        let clone = contents.clone();
        assert_eq!(contents.sha256(), Sha256Digest::of(b"abc"));
        assert_eq!(clone.0.sha256.get(), Some(&contents.sha256()));
        assert!(std::ptr::eq(&*clone, &*contents));
    }

    #[test]
    fn contents_are_equal_if_their_bytes_are() {
        let contents = Contents::from(&b"abc"[..]);
        assert_eq!(contents, Contents::from(b"abc".to_vec()));
        assert_ne!(contents, Contents::from(b"abd".to_vec()));
        assert_eq!(contents, b"abc");
    }
}
