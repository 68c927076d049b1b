/* Import by broadcast: of all the ranks of an MPI program only rank 0 looks
   for modules and reads them; the others get what it found by MPI_Bcast.

   Compile with -DWITH_MPI_IMPORT and link with MPI.  Without that macro every
   name below is another spelling of the plain call, and _mpi_import.call(f, x)
   is f(x).  With it, the broadcast is on from mpi_import_run() until Python
   ends, if there are two ranks or more; a program that embeds Python has plain
   imports.

   What is shared: the search along sys.path, the source or bytecode of every
   module found there, the main script, be it a file or stdin, and the answer
   whether a file is a zip archive.  Every rank compiles the text it got, so
   that each raises its own SyntaxError.  Only rank 0 writes .pyc files.

   What every rank must do: import the same modules in the same order, with
   the same sys.path.  This includes importlib.reload() and loaders that are
   called directly.  If a rank does not, then
   - it asks for something else than rank 0: a message and MPI_Abort;
   - it waits for rank 0, which is busy elsewhere: a message after a minute,
     and it goes on waiting.  PYTHON_MPI_IMPORT_TIMEOUT=SECONDS makes it give
     up with MPI_Abort then; 0 means neither message nor limit;
   - it has left the program: it follows the imports of rank 0 to the end, and
     says so; but when rank 0 has left, nobody can import any more.
   So "if rank == 0: import x" works only as the last import of a program, and
   imports in threads, whose order nobody knows, do not work.  A try/except
   around an import is fine: the error is the same on every rank.

   What stays each rank's own: stat() in getpath.c, site.py and (before 3.8)
   zipimport.c, the modules inside zip archives, .pth files, dlopen(), open(),
   and the source lines shown in a traceback.  A forked child imports plainly.  Do not start
   another MPI program from a rank: MPI_Init would find the environment of the
   parent.

   MPI before 3.0 lacks MPI_Ibcast: ranks then wait in MPI_Bcast,
   without limit. */

#ifndef Py_MPI_IMPORT_H
#define Py_MPI_IMPORT_H

#include <stdio.h>

/* The plain calls, by the names they have in this version */
#if PY_VERSION_HEX < 0x03040000
#define mpi_import_plain_fopen(path, mode)	fopen((path), (mode))
#define mpi_import_plain_fopen_obj(path, mode)	_Py_fopen((path), (mode))
#else
#define mpi_import_plain_fopen(path, mode)	_Py_fopen((path), (mode))
#define mpi_import_plain_fopen_obj(path, mode)	_Py_fopen_obj((path), (mode))
#endif
#define mpi_import_plain_wfopen(path, mode)	_Py_wfopen((path), (mode))

#ifndef WITH_MPI_IMPORT

#define mpi_import_run(main)			(main)
#define mpi_import_fopen			mpi_import_plain_fopen
#define mpi_import_wfopen			mpi_import_plain_wfopen
#define mpi_import_fopen_obj			mpi_import_plain_fopen_obj
#define mpi_import_open_zip			mpi_import_plain_fopen_obj
#define mpi_import_stdin()			(stdin)

#else /* WITH_MPI_IMPORT */

#ifdef __cplusplus
extern "C" {
#endif

/* MPI_Init, a call of Python's main function, and MPI_Finalize, which
   sys.exit() reaches too */
#define mpi_import_run(main)	(mpi_import_start(), mpi_import_finish(main))

void mpi_import_start(void);
int mpi_import_finish(int status);

/* The plain calls, for reading, on rank 0 alone.  All the ranks get a file in
   memory with its text.  Since 3.10 _Py_fopen is missing. */
#if PY_VERSION_HEX < 0x030a0000
FILE *mpi_import_fopen(const char *path, const char *mode);
#endif
FILE *mpi_import_wfopen(const wchar_t *path, const wchar_t *mode);
FILE *mpi_import_fopen_obj(PyObject *path, const char *mode);

/* The plain call on every rank, but only of what rank 0 found to be a zip
   archive; to the others it is a file that cannot be opened */
FILE *mpi_import_open_zip(PyObject *path, const char *mode);

/* stdin, or where that is not a terminal, a file in memory with the text of rank
   0's stdin: mpiexec gives it to rank 0 alone.  Nobody closes it. */
FILE *mpi_import_stdin(void);

#ifdef __cplusplus
}
#endif

#endif /* WITH_MPI_IMPORT */
#endif /* !Py_MPI_IMPORT_H */
