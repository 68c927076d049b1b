//! What the top directory of a tree remembers while its stage is being deleted.
//!
//! Deleting the stage changes the mtime of the top directory, which is then set to what the stage's
//! name says: two system calls, with nothing of the name left in between. So the name is noted before
//! the first of them in an extended attribute of the top directory itself, and taken off after the
//! second. Setting an attribute changes no mtime.

use std::io;
use std::path::Path;

use rustix::fs::{XattrFlags, getxattr, removexattr, setxattr};
use rustix::io::Errno;

/// The attribute. A copy that keeps mtimes keeps attributes too, as `cp -a` does, so that the copy of
/// an unfinished tree can be finished as well.
const ATTRIBUTE: &str = "user.pypatch.stage";

/// The longest name of a stage, in bytes, and some more.
const ROOM: usize = 128;

/// What is noted on `root`; `None` where nothing is, or nothing could be.
///
/// # Errors
/// What the system says, if it is more than that.
pub(super) fn read(root: &Path) -> io::Result<Option<String>> {
    let mut room = [0; ROOM];
    match getxattr(root, ATTRIBUTE, &mut room[..]) {
        Ok(len) => Ok(str::from_utf8(&room[..len]).ok().map(str::to_owned)),
        // What does not fit is no name of ours.
        Err(Errno::RANGE) => Ok(None),
        Err(errno) if is_no_note(errno) => Ok(None),
        Err(errno) => Err(errno.into()),
    }
}

/// Notes `name` on `root`, in the place of anything that is noted there.
///
/// # Errors
/// What the system says; many file systems have no such attributes.
pub(super) fn write(root: &Path, name: &str) -> io::Result<()> {
    Ok(setxattr(root, ATTRIBUTE, name.as_bytes(), XattrFlags::empty())?)
}

/// Takes what is noted off `root`; that nothing is, or that one may not, is no error.
///
/// # Errors
/// What else the system says.
pub(super) fn remove(root: &Path) -> io::Result<()> {
    match removexattr(root, ATTRIBUTE) {
        Err(errno) if !is_no_note(errno) => Err(errno.into()),
        _ => Ok(()),
    }
}

/// Whether `errno` says that nothing is noted, that the file system or the system has no such
/// attributes, or that they are someone else's.
fn is_no_note(errno: Errno) -> bool {
    matches!(errno, Errno::NODATA | Errno::NOTSUP | Errno::NOSYS | Errno::ACCESS | Errno::PERM)
}

#[cfg(test)]
mod tests {
    use super::super::testing::{notes_are_kept, tree};
    use super::*;

    #[test]
    fn a_note_is_read_until_it_is_taken_off() {
        let dir = tree();
        if !notes_are_kept(dir.path()) {
            return;
        }
        for name in ["first", "second"] {
            write(dir.path(), name).unwrap();
            assert_eq!(read(dir.path()).unwrap().as_deref(), Some(name));
        }
        remove(dir.path()).unwrap();
        remove(dir.path()).unwrap();
        assert_eq!(read(dir.path()).unwrap(), None);
    }

    #[test]
    fn what_is_no_name_of_a_stage_is_no_note() {
        let dir = tree();
        if !notes_are_kept(dir.path()) {
            return;
        }
        for value in [&b"\xff"[..], &[b'x'; ROOM + 1]] {
            setxattr(dir.path(), ATTRIBUTE, value, XattrFlags::empty()).unwrap();
            assert_eq!(read(dir.path()).unwrap(), None);
        }
    }

    #[test]
    fn where_there_are_no_attributes_nothing_is_noted() {
        let proc = Path::new("/proc");
        if proc.join("self").exists() {
            write(proc, "name").unwrap_err();
            assert_eq!(read(proc).unwrap(), None);
            remove(proc).unwrap();
        }
    }
}
