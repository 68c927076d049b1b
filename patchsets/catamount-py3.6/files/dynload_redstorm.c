
/* Simulates dynamic loading for statically linked modules, on machines
   without dlopen (Red Storm's Catamount).

   Nothing is loaded.  The import system looks for a file foo/bar/_mumble.a,
   which need only exist, and asks for the init function of "_mumble": that is
   found among the modules linked into the interpreter.  This is what lets a
   built-in module appear inside a package. */

#include "Python.h"
#include "importdl.h"


const char *_PyImport_DynLoadFiletab[] = {".a", NULL};

/* This table is defined in config.c: */
extern struct _inittab _PyImport_Inittab[];

#if PY_VERSION_HEX < 0x03050000
dl_funcptr _PyImport_GetDynLoadFunc(const char *shortname,
                                    const char *pathname, FILE *fp)
#else
dl_funcptr _PyImport_FindSharedFuncptr(const char *prefix,
                                       const char *shortname,
                                       const char *pathname, FILE *fp)
#endif
{
    struct _inittab *tab = _PyImport_Inittab;

#if PY_VERSION_HEX >= 0x03050000
    /* The table holds PyInit_ functions.  Other hooks are asked for, too:
       PyInitU_ for names that are not ASCII. */
    if (strcmp(prefix, "PyInit") != 0)
        return NULL;
#endif
    while (tab->name && strcmp(shortname, tab->name))
        tab++;

    /* The sentinel's initfunc is NULL; importdl.c then raises ImportError */
    return (dl_funcptr)tab->initfunc;
}
