
/* Simulates dynamic loading for statically linked modules, on machines
   without dlopen (Red Storm's Catamount).

   Nothing is loaded.  The import system looks for a file foo/bar/_mumble.a,
   which need only exist, and asks for the init function of "_mumble": that is
   found among the modules linked into the interpreter.  This is what lets a
   built-in module appear inside a package. */

#include "Python.h"
#if PY_VERSION_HEX >= 0x030D0000
#include "pycore_importdl.h"
#else
#include "importdl.h"
#endif


const char *_PyImport_DynLoadFiletab[] = {".a", NULL};

/* This table is defined in config.c: */
extern struct _inittab _PyImport_Inittab[];

dl_funcptr
_PyImport_FindSharedFuncptr(const char *prefix, const char *shortname,
                            const char *pathname, FILE *fp)
{
    const struct _inittab *tab;

    /* The table knows functions called PyInit_NAME.  importdl.c also asks for
       "PyInitU", the hook of a name that is not ASCII, and from 3.15, before
       anything else, for "PyModExport": that is called in another way. */
    if (strcmp(prefix, "PyInit") != 0)
        return NULL;
    for (tab = _PyImport_Inittab; tab->name != NULL; tab++) {
        /* A few names, as "sys", have no function: they cannot be loaded. */
        if (strcmp(shortname, tab->name) == 0)
            return (dl_funcptr)tab->initfunc;
    }
    return NULL;  /* importdl.c raises ImportError. */
}
