/*
** lcatamount.h
** Lua on the compute nodes of Catamount: files of Lua code by broadcast
*/

#ifndef lcatamount_h
#define lcatamount_h

#include "lua.h"

/*
** Compile with -DWITH_MPI_REQUIRE and link with MPI, and of all the ranks of
** a program only rank 0 looks for files of Lua code and reads them: the
** script, what 'require' and 'package.searchpath' search for, and the script
** that 'lua' reads from its standard input. The others get what rank 0 found
** by MPI_Bcast. Every rank compiles the text by itself, so each has the same
** syntax error.
**
** All ranks must load the same files in the same order. A rank that asks for
** another file than rank 0 ends the program with a message; one that asks
** while rank 0 is busy elsewhere waits for it. 'dofile', 'loadfile' and
** 'io.open' in a script are each rank's own.
**
** Without that macro every name below is another spelling of the plain call.
*/
#if defined(WITH_MPI_REQUIRE)

/* MPI_Init, and MPI_Finalize when the program ends, by 'os.exit', too */
void lcatamount_start (int *argc, char ***argv);

/* whether the file can be opened */
int lcatamount_readable (const char *filename);

/* as luaL_loadfile */
int lcatamount_loadfile (lua_State *L, const char *filename);

#else

#define lcatamount_start(argc,argv)	((void)0)
#define lcatamount_readable(f)		readable(f)
#define lcatamount_loadfile(L,f)	luaL_loadfile(L,f)

#endif

/* makes the modules of lmodules.h known to 'require' */
void lcatamount_preload (lua_State *L);

#endif
