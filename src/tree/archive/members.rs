//! The members of a tar, one after another.
//!
//! The `tar` crate decodes the headers, but its iterator is not used: it would read names of any length
//! into memory, and accept an archive that is truncated between two members.

use tar::{EntryType, GnuExtSparseHeader, GnuSparseHeader, Header};

use super::Spool;
use super::pax::Pax;
use crate::tree::limits::Limits;
use crate::tree::{Mtime, TreeError};

const BLOCK: u64 = 512;

/// A member that is a file, a directory or a link.
#[derive(Debug)]
pub(super) struct Member {
    /// Its name as it is in the archive.
    pub(super) name: Vec<u8>,
    pub(super) kind: MemberKind,
    pub(super) mode: u32,
    pub(super) mtime: Option<Mtime>,
}

#[derive(Debug)]
pub(super) enum MemberKind {
    /// Where its bytes are in the spool.
    File {
        offset: u64,
        len: u64,
    },
    Directory,
    Symlink(Vec<u8>),
    HardLink(Vec<u8>),
}

/// Reads the members of the tar in `spool`.
pub(super) struct Members<'a> {
    spool: &'a mut Spool,
    archive: &'a str,
    limits: &'a Limits,
    /// The next header.
    at: u64,
    /// Where the tar ends. Sparse files are expanded after it.
    end: u64,
    headers: u64,
}

impl<'a> Members<'a> {
    pub(super) fn new(spool: &'a mut Spool, archive: &'a str, limits: &'a Limits) -> Members<'a> {
        let end = spool.len();
        Members { spool, archive, limits, at: 0, end, headers: 0 }
    }

    /// The next member; `None` after the last.
    pub(super) fn next(&mut self) -> Result<Option<Member>, TreeError> {
        let (mut name, mut link, mut pax) = (None, None, None);
        while let Some(header) = self.header()? {
            let described = name.is_some() || link.is_some() || pax.is_some();
            match header.entry_type() {
                EntryType::GNULongName if name.is_some() => {
                    return Err(self.damaged("a member has two names"));
                }
                EntryType::GNULongLink if link.is_some() => {
                    return Err(self.damaged("a member has two links"));
                }
                EntryType::XHeader if pax.is_some() => {
                    return Err(self.damaged("a member has two extended headers"));
                }
                EntryType::GNULongName => name = Some(without_nul(self.extension(&header)?)),
                EntryType::GNULongLink => link = Some(without_nul(self.extension(&header)?)),
                EntryType::XHeader => {
                    let bytes = self.extension(&header)?;
                    pax = Some(Pax::parse(&bytes).map_err(|why| self.damaged(why))?);
                }
                EntryType::XGlobalHeader => {
                    let bytes = self.extension(&header)?;
                    let global = Pax::parse(&bytes).map_err(|why| self.damaged(why))?;
                    // That of `git archive` only has the commit as a comment.
                    if described || global != (Pax { mtime: global.mtime, ..Pax::default() }) {
                        return Err(self.hostile(&header.path_bytes(), "it renames or resizes every member"));
                    }
                }
                _ => {
                    let pax = pax.unwrap_or_default();
                    let name = pax.path.clone().or(name).unwrap_or_else(|| header.path_bytes().into_owned());
                    let link = pax.linkpath.clone().or(link);
                    let link = link.or_else(|| header.link_name_bytes().map(std::borrow::Cow::into_owned));
                    return self.member(&header, name, link.unwrap_or_default(), &pax).map(Some);
                }
            }
        }
        if name.is_some() || link.is_some() || pax.is_some() {
            return Err(self.damaged("it ends after a member's extended header"));
        }
        Ok(None)
    }

    /// Reads the next header; `None` at the end-of-archive marker.
    fn header(&mut self) -> Result<Option<Header>, TreeError> {
        if self.at + BLOCK > self.end {
            return Err(self.damaged("it is truncated"));
        }
        let mut header = Header::new_old();
        self.read_block(header.as_mut_bytes())?;
        if header.as_bytes().iter().all(|&byte| byte == 0) {
            return self.check_end().map(|()| None);
        }
        let bytes = header.as_bytes();
        let sum: u32 = bytes[..148].iter().chain(&bytes[156..]).map(|&byte| u32::from(byte)).sum();
        if header.cksum().ok() != Some(sum + 8 * u32::from(b' ')) {
            let why =
                if self.at == BLOCK { "it is not a tar archive" } else { "a header has the wrong checksum" };
            return Err(self.damaged(why));
        }
        self.headers += 1;
        if self.headers > self.limits.members {
            return Err(self.damaged(&format!("it has more than {} members", self.limits.members)));
        }
        Ok(Some(header))
    }

    /// Checks that only zeros follow: some programs read a second archive after the first.
    fn check_end(&mut self) -> Result<(), TreeError> {
        while self.at < self.end {
            let len = (self.end - self.at).min(1 << 16);
            let bytes = self.spool.read(self.at, len).map_err(TreeError::io(self.archive))?;
            if bytes.iter().any(|&byte| byte != 0) {
                return Err(self.damaged("data follows its end"));
            }
            self.at += len;
        }
        Ok(())
    }

    fn member(
        &mut self,
        header: &Header,
        name: Vec<u8>,
        link: Vec<u8>,
        pax: &Pax,
    ) -> Result<Member, TreeError> {
        let damaged = |error: std::io::Error| self.damaged(&error.to_string());
        let mode = header.mode().map_err(damaged)? & 0o777;
        let size = pax.size.map_or_else(|| header.entry_size(), Ok).map_err(damaged)?;
        let mtime = pax.mtime.or_else(|| Some((i64::try_from(header.mtime().ok()?).ok()?, 0)));
        let kind = match header.entry_type() {
            _ if pax.sparse => return Err(self.hostile(&name, "it is a sparse file in a POSIX format")),
            EntryType::Regular | EntryType::Continuous if name.ends_with(b"/") && size == 0 => {
                MemberKind::Directory
            }
            EntryType::Regular | EntryType::Continuous => {
                let offset = self.body(size)?;
                MemberKind::File { offset, len: size }
            }
            EntryType::GNUSparse => self.sparse(header, &name, size)?,
            EntryType::Directory => MemberKind::Directory,
            EntryType::Symlink => MemberKind::Symlink(link),
            EntryType::Link => MemberKind::HardLink(link),
            EntryType::Char | EntryType::Block => return Err(self.hostile(&name, "it is a device")),
            EntryType::Fifo => return Err(self.hostile(&name, "it is a pipe")),
            other => {
                let why = format!("its type `{}` is unknown", other.as_byte().escape_ascii());
                return Err(self.hostile(&name, &why));
            }
        };
        match kind {
            MemberKind::File { len, .. } if len > self.limits.file => {
                Err(self.hostile(&name, &format!("it is {len} bytes long")))
            }
            // Some programs would skip these bytes, others would not.
            MemberKind::Directory | MemberKind::Symlink(_) | MemberKind::HardLink(_) if size != 0 => {
                Err(self.hostile(&name, "it is a directory or a link, but has contents"))
            }
            kind => Ok(Member { name, kind, mode, mtime }),
        }
    }

    /// Expands a sparse file in GNU's old format: the archive has only the parts that are not zero.
    fn sparse(&mut self, header: &Header, name: &[u8], size: u64) -> Result<MemberKind, TreeError> {
        let archive = self.archive;
        let bad = |why: &str| TreeError::hostile(archive, name, why);
        let gnu = header.as_gnu().ok_or_else(|| bad("it is sparse, but not in GNU's format"))?;
        let real = gnu.real_size().map_err(|error| bad(&error.to_string()))?;
        if real > self.limits.file || self.spool.len() + real > self.limits.total {
            return Err(bad(&format!("it is {real} bytes long")));
        }
        let mut parts = Vec::new();
        let part = |part: &GnuSparseHeader| Some((part.offset().ok()?, part.length().ok()?));
        let mut add = |list: &[GnuSparseHeader]| -> Option<()> {
            for header in list.iter().filter(|header| !header.is_empty()) {
                parts.push(part(header)?);
            }
            Some(())
        };
        let malformed = || bad("its map of parts is malformed");
        add(&gnu.sparse).ok_or_else(malformed)?;
        let mut more = gnu.is_extended();
        while more {
            if self.at + BLOCK > self.end || self.headers > self.limits.members {
                return Err(bad("its map of parts is truncated"));
            }
            let mut next = GnuExtSparseHeader::new();
            self.spool.read_into(next.as_mut_bytes(), self.at).map_err(TreeError::io(self.archive))?;
            (self.at, self.headers) = (self.at + BLOCK, self.headers + 1);
            add(next.sparse()).ok_or_else(malformed)?;
            more = next.is_extended();
        }
        let (mut here, mut reached) = (self.at, 0);
        let mut placed = Vec::new();
        for (at, len) in parts {
            let end = at.checked_add(len).filter(|&end| at >= reached && end <= real);
            reached = end.ok_or_else(malformed)?;
            placed.push((at, here, len));
            here += len;
        }
        if here - self.at != size {
            return Err(malformed());
        }
        self.body(size)?;
        let offset = self.spool.add_sparse(real, &placed).map_err(TreeError::io(self.archive))?;
        Ok(MemberKind::File { offset, len: real })
    }

    /// Skips a body of `size` bytes. Returns where it begins.
    fn body(&mut self, size: u64) -> Result<u64, TreeError> {
        let offset = self.at;
        match size.checked_next_multiple_of(BLOCK).and_then(|padded| offset.checked_add(padded)) {
            Some(end) if end <= self.end => self.at = end,
            _ => return Err(self.damaged("it is truncated")),
        }
        Ok(offset)
    }

    fn extension(&mut self, header: &Header) -> Result<Vec<u8>, TreeError> {
        let size = header.entry_size().map_err(|error| self.damaged(&error.to_string()))?;
        if size > self.limits.extension {
            return Err(self.damaged(&format!("it has an extended header of {size} bytes")));
        }
        let offset = self.body(size)?;
        self.spool.read(offset, size).map_err(TreeError::io(self.archive))
    }

    fn read_block(&mut self, block: &mut [u8]) -> Result<(), TreeError> {
        self.spool.read_into(block, self.at).map_err(TreeError::io(self.archive))?;
        self.at += BLOCK;
        Ok(())
    }

    fn damaged(&self, why: &str) -> TreeError {
        TreeError::Archive { archive: self.archive.to_owned(), why: why.to_owned() }
    }

    fn hostile(&self, member: &[u8], why: &str) -> TreeError {
        TreeError::hostile(self.archive, member, why)
    }
}

/// GNU's long names end in a NUL.
fn without_nul(mut name: Vec<u8>) -> Vec<u8> {
    if name.last() == Some(&0) {
        name.pop();
    }
    name
}
