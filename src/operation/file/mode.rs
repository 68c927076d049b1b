//! `file.mode`.

use crate::operation::prelude::*;

/// `file.mode`: makes a file executable, or not.
///
/// It does not fit where the file does not exist.
///
/// ```yaml
/// file: configure
/// file.mode: {executable: true}
/// ```
/// ```diff
///  #!/bin/sh
/// ```
/// ```yaml
/// file: install-sh
/// file.mode: {executable: false}
/// ```
/// ```diff
///  #!/bin/sh
/// ```
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Mode {
    /// Whether it is executable.
    pub executable: bool,
}

impl Operate for Mode {
    fn describe(&self) -> Description<'_> {
        Description::new(Anchor::File)
    }

    fn resolve(&self, site: &Site<'_>) -> Answer {
        if site.file.executable == self.executable {
            already(0)
        } else {
            change_file(Delta::Mode { executable: self.executable })
        }
    }
}
