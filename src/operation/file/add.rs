//! `file.add`.

use crate::operation::arguments::arguments;
use crate::operation::prelude::*;

arguments! {
    /// `file.add`: adds a file. It never replaces a different file of that name.
    ///
    /// It refuses to replace a file that has other contents. `then`, next to it, lists changes of what it adds: they are made in order,
    /// each on the result of those before.
    ///
    /// ```yaml
    /// file: writeresult.c
    /// file.add: {content: "int result;\n"}
    /// ```
    /// ```diff
    /// +int result;
    /// ```
    /// ```yaml
    /// file: Tools/launch.sh
    /// file.add:
    ///   executable: true
    ///   content: |
    ///     #!/bin/sh
    ///     exec yod "$@"
    /// ```
    /// ```diff
    /// +#!/bin/sh
    /// +exec yod "$@"
    /// ```
    pub struct Add {
        /// Its contents.
        content: Text,
        /// Whether it is executable.
        executable: bool,
    }
}

impl Operate for Add {
    fn describe(&self) -> Description<'_> {
        Description::new(Anchor::NewFile).texts([&self.content])
    }

    fn resolve(&self, site: &Site<'_>) -> Answer {
        let content = site.texts.get(&self.content);
        let executable = self.executable;
        if !site.exists {
            change_file(Delta::Add { bytes: content.into(), executable })
        } else if site.file.bytes != content {
            refused("another file of that name exists, and is never replaced", 0)
        } else if site.file.executable != executable {
            change_file(Delta::Mode { executable })
        } else {
            already(0)
        }
    }
}
