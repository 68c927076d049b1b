//! What people want to know of a format: its name, and the releases that have its files.

use super::list::Family;

impl Family {
    /// Its name, as in the names of its operations.
    pub fn name(self) -> &'static str {
        match self {
            Family::Text => "text",
            Family::Makefile => "makefile",
            Family::Shell => "shell",
            Family::Setup => "setup",
            Family::Header => "header",
            Family::C => "c",
            Family::Python => "python",
            Family::M4 => "m4",
            Family::Xml => "xml",
            Family::File => "file",
            Family::Diff => "diff",
        }
    }

    /// What it is, in a few words.
    pub fn title(self) -> &'static str {
        match self {
            Family::Text => "any text",
            Family::Makefile => "Makefile.pre.in and other Makefiles",
            Family::Shell => "shell scripts",
            Family::Setup => "Modules/Setup and the files like it",
            Family::Header => "C headers, and templates such as pyconfig.h.in",
            Family::C => "C sources and headers",
            Family::Python => "Python modules",
            Family::M4 => "configure.ac and aclocal.m4",
            Family::Xml => "projects of Visual Studio, property lists and other XML",
            Family::File => "whole files",
            Family::Diff => "hunks of a patch",
        }
    }

    /// The pinned releases that have files of the format.
    pub fn versions(self) -> &'static str {
        match self {
            Family::Text | Family::File | Family::Diff => {
                "Any file of any release. Which releases have the anchor depends on it: `pypatch matrix` shows that."
            }
            Family::Makefile => "Every release has Makefile.pre.in.",
            Family::Shell => {
                "Every release has Modules/makesetup and install-sh; Lib/plat-*/regen is in those up to 3.5."
            }
            Family::Setup => {
                "Modules/Setup.dist is in releases up to 3.7, Modules/Setup from 3.8 on, and Modules/Setup.stdlib.in from 3.11 on. `file: [Modules/Setup.dist, Modules/Setup]` is for all. A `@MODULE_X_TRUE@`, which configure replaces by `#` or nothing, is not part of a name and stays."
            }
            Family::Header => "Every release has pyconfig.h.in and Include/.",
            Family::C => {
                "Every release; functions and tables differ between releases: `pypatch why` shows how."
            }
            Family::Python => {
                "Every release, in the syntax of Python 2 and 3. Lib/distutils and setup.py are in releases up to 3.11."
            }
            Family::M4 => {
                "configure.in is in releases up to 2.7.3, 3.1.4 and 3.2.3, and configure.ac in all others: `file: [configure.ac, configure.in]` is for all. aclocal.m4 is in 2.4, and from 2.7.10 and 3.4.4 on."
            }
            Family::Xml => {
                "PCbuild/*.vcxproj is in 2.7 from 2.7.11 on, and in all releases from 3.3 on; older ones have PCbuild/*.vcproj. Tools/msi/*.wxs is in releases from 3.5 on. Every release has property lists in Mac/."
            }
        }
    }
}
