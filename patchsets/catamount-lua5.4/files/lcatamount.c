/*
** lcatamount.c
** Lua on the compute nodes of Catamount: modules that are linked in, and
** files of Lua code by broadcast. See lcatamount.h
*/

#define lcatamount_c
#define LUA_LIB

#include "lprefix.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lua.h"

#include "lauxlib.h"
#include "lualib.h"
#include "lcatamount.h"

#if defined(WITH_MPI_REQUIRE)
#include <signal.h>
#include <unistd.h>

#include <mpi.h>
#endif


static int rank = 0, size = 1;


/*
** The module 'catamount': which rank this is, of how many
*/
static int luaopen_catamount (lua_State *L) {
  lua_createtable(L, 0, 2);
  lua_pushinteger(L, rank);
  lua_setfield(L, -2, "rank");
  lua_pushinteger(L, size);
  lua_setfield(L, -2, "size");
  return 1;
}


/*
** {======================================================
** Modules that are linked in
** =======================================================
*/

#define LMODULE(name,open)	int open (lua_State *L);
#include "lmodules.h"
#undef LMODULE

static const luaL_Reg linked[] = {
  {"catamount", luaopen_catamount},
#define LMODULE(name,open)	{name, open},
#include "lmodules.h"
#undef LMODULE
  {NULL, NULL}
};


void lcatamount_preload (lua_State *L) {
  luaL_getsubtable(L, LUA_REGISTRYINDEX, LUA_PRELOAD_TABLE);
  luaL_setfuncs(L, linked, 0);
  lua_pop(L, 1);
}

/* }====================================================== */


#if defined(WITH_MPI_REQUIRE)

/*
** {======================================================
** Files of Lua code by broadcast
** =======================================================
*/

static int aborting = 0;


static void finish (void) {
  int finalized;
  MPI_Finalized(&finalized);
  if (!finalized && !aborting)
    MPI_Finalize();
}


/* ranks that disagree cannot go on, and would wait for each other */
static void quit (void) {
  fflush(stderr);
  aborting = 1;
  /* MPI_Abort of MPICH 4.0 can hang if another rank is in MPI_Finalize; a
     signal ends this process, and the launcher ends the others */
  signal(SIGALRM, SIG_DFL);
  alarm(5);
  MPI_Abort(MPI_COMM_WORLD, 1);
  abort();
}


void lcatamount_start (int *argc, char ***argv) {
  MPI_Init(argc, argv);
  MPI_Comm_rank(MPI_COMM_WORLD, &rank);
  MPI_Comm_size(MPI_COMM_WORLD, &size);
  atexit(finish);
}


/* MPI counts in int, and files may be longer */
static void broadcast (void *bytes, size_t n) {
  char *at = (char *)bytes;
  while (n > 0) {
    int some = (n > INT_MAX) ? INT_MAX : (int)n;
    MPI_Bcast(at, some, MPI_BYTE, 0, MPI_COMM_WORLD);
    at += some;
    n -= (size_t)some;
  }
}


static void *allocated (size_t n) {
  void *p = malloc(n > 0 ? n : 1);
  if (p == NULL) {
    fprintf(stderr, "lua: rank %d: not enough memory for a file\n", rank);
    quit();
  }
  return p;
}


/* all ranks must ask for the same thing: compares it with that of rank 0 */
static void agree (const char *what, const char *filename) {
  size_t own = strlen(filename) + 1, n = own;
  char *first;
  char kind = *what;
  broadcast(&kind, 1);
  broadcast(&n, sizeof(n));
  first = (char *)allocated(n);
  if (rank == 0)
    memcpy(first, filename, n);
  broadcast(first, n);
  if (kind != *what || n != own || memcmp(first, filename, n) != 0) {
    fprintf(stderr, "lua: rank %d %s '%s', but rank 0 asks for '%s'\n",
                    rank, what, filename, first);
    quit();
  }
  free(first);
}


int lcatamount_readable (const char *filename) {
  int found = 0;
  agree("looks for", filename);
  if (rank == 0) {
    FILE *f = fopen(filename, "r");
    if (f != NULL) {
      found = 1;
      fclose(f);
    }
  }
  broadcast(&found, sizeof(found));
  return found;
}


/* reads a file to its end; 0, or the 'errno' of what failed */
static int contents (FILE *f, char **bytes, size_t *n) {
  size_t room = 0;
  *bytes = NULL;
  *n = 0;
  do {
    char *more = (char *)realloc(*bytes, room += 65536);
    if (more == NULL)
      return ENOMEM;
    *bytes = more;
    *n += fread(*bytes + *n, 1, room - *n, f);
  } while (*n == room);
  return ferror(f) ? (errno ? errno : EIO) : 0;
}


/* the text without a byte order mark and a first line that begins with '#' */
static const char *code (const char *bytes, size_t *n) {
  const char *end = bytes + *n, *p = bytes;
  if (*n >= 3 && memcmp(p, "\xEF\xBB\xBF", 3) == 0)
    p += 3;
  if (p < end && *p == '#')
    while (p < end && *p != '\n')  /* lines keep their numbers */
      p++;
  *n = (size_t)(end - p);
  return p;
}


int lcatamount_loadfile (lua_State *L, const char *filename) {
  const char *name = (filename != NULL) ? filename : "stdin";
  char *bytes = NULL;
  size_t n = 0;
  int error = 0, status;
  agree("reads", name);
  if (rank == 0) {
    FILE *f = (filename != NULL) ? fopen(filename, "rb") : stdin;
    if (f == NULL)
      error = errno;
    else {
      error = contents(f, &bytes, &n);
      if (f != stdin)
        fclose(f);
    }
  }
  broadcast(&error, sizeof(error));
  if (error != 0) {
    free(bytes);
    lua_pushfstring(L, "cannot read %s: %s", name, strerror(error));
    return LUA_ERRFILE;
  }
  broadcast(&n, sizeof(n));
  if (rank != 0)
    bytes = (char *)allocated(n);
  broadcast(bytes, n);
  lua_pushfstring(L, (filename != NULL) ? "@%s" : "=%s", name);
  {
    const char *text = code(bytes, &n);
    status = luaL_loadbufferx(L, text, n, lua_tostring(L, -1), NULL);
  }
  lua_remove(L, -2);  /* the name of the chunk */
  free(bytes);
  return status;
}

/* }====================================================== */

#endif
