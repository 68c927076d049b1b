//! The names of the lints: traps in which a change fits its anchor and has no effect, or an unwanted one.

use crate::text::named_values;

named_values! {
    /// A lint. `allow` uses its name.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
    pub enum Lint {
        /// A plain `#undef X` is added to a template of config.status, which turns it into a comment or a
        /// `#define` (in every CPython; CATAMOUNT 20).
        UndefInTemplate = "undef-in-template",
        /// A line is added inside the include guard of pyconfig.h.in, to undefine what system headers define
        /// later. When pyconfig.h is included again after them, only lines outside its guard count.
        UndefInsideGuard = "undef-inside-guard",
        /// Modules/Setup.dist is edited although Modules/Setup exists: before 3.8 configure copies it only if
        /// that does not exist.
        SetupIgnored = "setup-ignored",
        /// A module is enabled in Modules/Setup although makesetup reads Modules/Setup.stdlib first (from 3.12
        /// on), and the first rule for a module wins.
        SetupShadowed = "setup-shadowed",
        /// configure.in, configure.ac or aclocal.m4 is edited, and no recipe declares that configure is
        /// regenerated.
        StaleConfigure = "stale-configure",
        /// A patch has a section for a file that no change of the patchset takes from it.
        UntakenSection = "untaken-section",
        /// A print statement of Python 2 is added to a tree of Python 3.
        PrintStatement = "print-statement",
    }
}

impl Lint {
    /// Whether it depends on the version of CPython, and not only on how the edit is written.
    pub fn depends_on_version(self) -> bool {
        match self {
            Lint::SetupIgnored | Lint::SetupShadowed | Lint::PrintStatement => true,
            Lint::UndefInTemplate | Lint::UndefInsideGuard | Lint::StaleConfigure | Lint::UntakenSection => {
                false
            }
        }
    }
}
