//! `python.move`.

use super::statements::{Statements, require_statements};
use crate::operation::prelude::*;
use crate::operation::unit::{move_units, moving};

moving! {
    /// `python.move`: moves whole statements, functions or classes to another place of the file, with the comment lines directly
    /// above them. They get the indentation of their new place.
    ///
    /// It refuses a part of a statement, a destination inside of what is moved, and to leave a block without statements. Code
    /// that is at its destination and elsewhere, too, is ambiguous.
    ///
    /// ```yaml
    /// file: Lib/os.py
    /// python.move: {find: import stat, before: import sys}
    /// ```
    /// ```diff
    /// +# The modes.
    /// +import stat
    ///  import sys
    ///  import abc
    /// -# The modes.
    /// -import stat
    /// ```
    /// ```yaml
    /// file: Lib/site.py
    /// python.move: {find: import rlcompleter, into: {function: setup}, at: start}
    /// ```
    /// ```diff
    ///  import os
    /// -import rlcompleter
    ///
    ///  def setup():
    ///      """Sets all up."""
    /// +    import rlcompleter
    ///      rlcompleter.setup()
    /// ```
    pub struct Move => |site, moving| {
        require_statements(site.file)?;
        move_units(&Statements, site, moving)
    }
}
