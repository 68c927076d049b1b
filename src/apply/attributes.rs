//! Extended attributes of files, access control lists among them.

use std::fs::File;
use std::io;

use rustix::fs::{XattrFlags, fgetxattr, flistxattr, flistxattr_query, fremovexattr, fsetxattr};
use rustix::io::Errno;

/// Signatures of the contents, which are wrong for other contents.
const SIGNATURES: [&[u8]; 2] = [b"security.ima", b"security.evm"];
/// An access control list.
const ACL: &[u8] = b"system.posix_acl_access";
/// What Linux allows at most, in bytes.
const MOST: usize = 64 << 10;

/// Gives `to` the attributes of `from`, as far as the system lets this user read and set them.
///
/// # Errors
/// When the disk is full or damaged.
pub(crate) fn copy(from: &File, to: &File) -> io::Result<()> {
    let wanted = names(from)?;
    // A new file may have the list that its directory sets for all new files.
    if !wanted.iter().any(|name| name == ACL) && names(to)?.iter().any(|name| name == ACL) {
        harmless(fremovexattr(to, ACL))?;
    }
    for name in wanted.iter().filter(|name| !SIGNATURES.contains(&&name[..])) {
        let mut value = vec![0; MOST];
        match fgetxattr(from, &name[..], &mut value[..]) {
            Ok(len) => harmless(fsetxattr(to, &name[..], &value[..len], XattrFlags::empty()))?,
            Err(error) => harmless(Err(error))?,
        }
    }
    Ok(())
}

fn names(file: &File) -> io::Result<Vec<Vec<u8>>> {
    // Most files have none, which one call shows.
    let len = match flistxattr_query(file) {
        Ok(len) => len,
        Err(error) => return harmless(Err(error)).map(|()| Vec::new()),
    };
    if len == 0 {
        return Ok(Vec::new());
    }
    let mut list = vec![0; MOST];
    let len = flistxattr(file, &mut list[..])?;
    Ok(list[..len].split(|&byte| byte == 0).filter(|name| !name.is_empty()).map(<[u8]>::to_vec).collect())
}

/// Takes an error as success that does not concern the disk: a permission is missing, or the file system does
/// not have such an attribute.
fn harmless(result: Result<(), Errno>) -> io::Result<()> {
    match result {
        Err(error @ (Errno::NOSPC | Errno::DQUOT | Errno::IO)) => Err(error.into()),
        Ok(()) | Err(_) => Ok(()),
    }
}
