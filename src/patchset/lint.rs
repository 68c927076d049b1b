//! Lints: changes that fit their anchor and still have no effect, or another one than meant.

/// A trap that a change may walk into, by the name that `allow` uses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Lint {
    /// A plain `#undef X` is written into a template of config.status, which turns it into a
    /// comment, or into a `#define` (every CPython; CATAMOUNT 20).
    UndefInTemplate,
    /// A line is put inside the include guard of pyconfig.h.in to override what system headers
    /// define later: pyconfig.h acts a second time only outside its guard.
    UndefInsideGuard,
    /// Modules/Setup.dist is edited although Modules/Setup exists: configure copies it only when
    /// that is absent.
    SetupIgnored,
    /// A module is enabled in Modules/Setup although makesetup reads Modules/Setup.stdlib first (3.12 and
    /// later), and the first rule for a module wins.
    SetupShadowed,
    /// configure.in, configure.ac or aclocal.m4 is edited, and nothing declares that configure is
    /// made anew.
    StaleConfigure,
    /// Python 2's print statement is added to a tree of Python 3.
    PrintStatement,
}

impl Lint {
    /// All lints.
    pub const ALL: [Lint; 6] = [
        Lint::UndefInTemplate,
        Lint::UndefInsideGuard,
        Lint::SetupIgnored,
        Lint::SetupShadowed,
        Lint::StaleConfigure,
        Lint::PrintStatement,
    ];

    /// Whether it tells of what a version of CPython makes of an edit, rather than of how the edit is written.
    pub fn is_of_the_tree(self) -> bool {
        matches!(self, Lint::SetupIgnored | Lint::SetupShadowed | Lint::PrintStatement)
    }

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Lint::UndefInTemplate => "undef-in-template",
            Lint::UndefInsideGuard => "undef-inside-guard",
            Lint::SetupIgnored => "setup-ignored",
            Lint::SetupShadowed => "setup-shadowed",
            Lint::StaleConfigure => "stale-configure",
            Lint::PrintStatement => "print-statement",
        }
    }
}

impl std::fmt::Display for Lint {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.name())
    }
}
