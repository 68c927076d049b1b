//! `file.link`.

use crate::operation::arguments::arguments;
use crate::operation::prelude::*;

arguments! {
    /// `file.link`: adds a symbolic link. It never replaces anything of that name.
    ///
    /// It refuses a target outside of the tree, also one that other links lead to. A file below the link, or one that it leads to, is
    /// edited under its own name only.
    ///
    /// ```yaml
    /// file: Modules/news
    /// file.link: {target: ../Misc/NEWS}
    /// ```
    /// ```diff
    /// +../Misc/NEWS
    /// ```
    /// ```yaml
    /// file: Lib/plat-kestrel
    /// file.link: {target: plat-linux2}
    /// ```
    /// ```diff
    /// +plat-linux2
    /// ```
    pub struct Link {
        /// What it leads to, relative to the folder of the link: names, and `..` before them.
        target: String,
    }
}

impl Operate for Link {
    fn describe(&self) -> Description<'_> {
        Description::new(Anchor::NewFile)
    }

    fn link_target(&self) -> Option<&str> {
        Some(&self.target)
    }

    fn takes_links(&self) -> bool {
        true
    }

    fn check(&self, _texts: &Texts) -> Result<(), String> {
        // A `..` after a name leads elsewhere if the name is that of a link.
        let names = self.target.split('/').skip_while(|name| *name == "..");
        let is_plain = |name: &str| !matches!(name, "" | "." | "..") && !name.contains('\0');
        let is_up = self.target.split('/').all(|name| name == "..");
        ensure(
            is_up || names.clone().all(is_plain),
            "needs a relative path as `target`: names, and `..` before them only",
        )
    }

    fn resolve(&self, site: &Site<'_>) -> Answer {
        let is_same = site.file.is_link && site.file.bytes == self.target.as_bytes();
        match (site.exists, site.file.is_link) {
            (false, _) => change_file(Delta::Link { target: self.target.as_bytes().into() }),
            (true, _) if is_same => already(0),
            (true, true) => {
                let other = String::from_utf8_lossy(&site.file.bytes).into_owned();
                refused(format!("the link exists and leads to `{other}`"), 0)
            }
            (true, false) => refused("a file of that name exists, and is never replaced", 0),
        }
    }
}
