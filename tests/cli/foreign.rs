//! Trees that are not CPython: without Include/patchlevel.h, a version or a pinned release. The shipped patchset has the
//! paper's two changes to pyMPI, and two more; the tree is made up after the excerpts in the paper.

use std::fs;

use crate::common::TestEnvironment;

const MAKEFILE: &str = "\
AR = ar
OBJEXT = @OBJEXT@
am_libpyMPI_a_OBJECTS = pyMPI_banner.$(OBJEXT) pyMPI_sysmods.$(OBJEXT) \\
\tpyMPI_user_startup.$(OBJEXT) pyMPI_util.$(OBJEXT)
libpyMPI_a_OBJECTS = $(am_libpyMPI_a_OBJECTS)
EXTRA_DIST = pyMPI_softload.c
all-am: Makefile $(LIBRARIES) $(PROGRAMS) $(SCRIPTS)
";

const SYSMODS: &str = "\
#include \"Python.h\"

#ifndef PYMPI_MACOSX
/* Replacement for Python's own */
const char* Py_GetVersion(void) {
  static char version[250];
  return version;
}
#endif

const char* version_of_python(void) { return Py_GetVersion(); }
";

const SOFTLOAD: &str = "\
static char** before_argv = 0;

static void shutdown(void) {
  int i;
  int MPI_is_running = 0;

  MPI_Initialized(&MPI_is_running);
  if ( MPI_is_running ) {
    MPI_Finalize();
  }
}

void initmpi(void) {
  int i;

  Py_AtExit(shutdown);
  MPI_Init(&argc,&argv);
}
";

fn environment() -> TestEnvironment {
    let env = TestEnvironment::new();
    env.write("pyMPI/Makefile.in", MAKEFILE);
    env.write("pyMPI/pyMPI_sysmods.c", SYSMODS);
    env.write("pyMPI/pyMPI_softload.c", SOFTLOAD);
    env
}

fn read(env: &TestEnvironment, path: &str) -> String {
    fs::read_to_string(env.path(path)).unwrap()
}

#[test]
fn the_changes_to_pympi_are_planned_applied_and_reverted() {
    let env = environment();
    assert_eq!(
        env.stdout(&["plan", "pympi-2.5", "pyMPI"]),
        "\
pympi-2.5 on pyMPI
  change    softload-object    Makefile.in:4
  change    one-version        pyMPI_sysmods.c:4
  change    started-by-python  pyMPI_softload.c:2,7,17
  change    no-interpreter     Makefile.in:7
4 edits: 4 change; 3 files
"
    );
    // The release is unknown, so `apply` needs permission.
    let refused = env.run(&["apply", "pympi-2.5", "pyMPI"]);
    assert!(refused.contains("pyMPI is not a pinned release: it has no version"), "{refused}");
    assert!(refused.contains("--allow-unpinned"), "{refused}");
    assert_eq!(read(&env, "pyMPI/Makefile.in"), MAKEFILE);

    env.stdout(&["apply", "--allow-unpinned", "pympi-2.5", "pyMPI"]);
    assert_eq!(
        read(&env, "pyMPI/Makefile.in"),
        MAKEFILE
            .replace("util.$(OBJEXT)", "util.$(OBJEXT) pyMPI_softload.$(OBJEXT)")
            .replace(" $(PROGRAMS) $(SCRIPTS)", "")
    );
    let sysmods = read(&env, "pyMPI/pyMPI_sysmods.c");
    assert!(sysmods.contains("#ifndef PYMPI_MACOSX\n#endif\n\nconst char* version_of_python"), "{sysmods}");
    let softload = read(&env, "pyMPI/pyMPI_softload.c");
    assert!(
        softload.contains("  MPI_Finalized(&i);\n  MPI_is_running = started_here && !i;\n"),
        "{softload}"
    );
    assert!(
        softload
            .contains("  if ( !i ) {\n    started_here = MPI_Init(&argc,&argv) == MPI_SUCCESS;\n  }\n}\n"),
        "{softload}"
    );
    let again = env.run(&["apply", "--allow-unpinned", "pympi-2.5", "pyMPI"]);
    assert!(again.contains("nothing to do"), "{again}");
    assert!(env.stdout(&["status", "pyMPI"]).contains("all files are as pypatch left them"));
    env.stdout(&["revert", "pyMPI"]);
    assert_eq!(read(&env, "pyMPI/Makefile.in"), MAKEFILE);
    assert_eq!(read(&env, "pyMPI/pyMPI_sysmods.c"), SYSMODS);
    assert_eq!(read(&env, "pyMPI/pyMPI_softload.c"), SOFTLOAD);
}

#[test]
fn a_foreign_tree_that_differs_gets_near_misses() {
    let env = environment();
    env.edit("pyMPI/Makefile.in", "am_libpyMPI_a_OBJECTS = ", "am_libpyMPI_la_OBJECTS = ");
    env.edit("pyMPI/pyMPI_sysmods.c", "Py_GetVersion(void) {", "Py_GetVersions(void) {");
    let said = env.run(&["plan", "pympi-2.5", "pyMPI"]);
    assert!(said.contains("Makefile.in:3  am_libpyMPI_la_OBJECTS"), "{said}");
    assert!(said.contains("pyMPI_sysmods.c:5  "), "{said}");
    assert!(said.contains("nothing was written"), "{said}");
    // `export` and `diff` need no permission.
    let env = environment();
    let diff = env.stdout(&["diff", "pympi-2.5", "pyMPI"]);
    assert!(diff.contains("+++ b/Makefile.in\n"), "{diff}");
}

#[test]
fn a_patchset_for_cpython_versions_refuses_a_foreign_tree() {
    let env = environment();
    env.yaml(
        "versions",
        "schema: 1\nid: versions\ntitle: A test\napplies-to: \">=2.5\"\nedits:\n- id: one\n  why: A test.\n  file: Makefile.in\n  \
         makefile.set-variable: {name: AR, value: gar}\n",
    );
    let said = env.run(&["plan", "versions", "pyMPI"]);
    assert!(said.contains("is for >=2.5, but pyMPI has no CPython version"), "{said}");
    assert!(said.contains("nothing was written"), "{said}");
}
