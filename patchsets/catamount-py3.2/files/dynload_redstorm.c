
/* Simulates dynamic loading for statically linked modules, on machines
   without dlopen (Red Storm's Catamount).

   Nothing is loaded.  The import system looks for a file foo/bar/_mumble.a,
   which need only exist, and asks for the init function of "_mumble": that is
   found among the modules linked into the interpreter.  This is what lets a
   built-in module appear inside a package. */

#include "Python.h"
#include "importdl.h"


const struct filedescr _PyImport_DynLoadFiletab[] = {
	{".a", "rb", C_EXTENSION},
	{0, 0}
};

/* This table is defined in config.c: */
extern struct _inittab _PyImport_Inittab[];

dl_funcptr _PyImport_GetDynLoadFunc(const char *fqname, const char *shortname,
				    const char *pathname, FILE *fp)
{
	struct _inittab *tab = _PyImport_Inittab;

	while (tab->name && strcmp(shortname, tab->name))
		tab++;

	/* The sentinel's initfunc is NULL; importdl.c then raises ImportError */
	return (dl_funcptr)tab->initfunc;
}
