/* Import by broadcast: of all the ranks of an MPI program only rank 0 looks
   for modules and reads them; the others get what it found by MPI_Bcast.

   Compile with -DWITH_MPI_IMPORT and link with MPI.  Without that macro every
   name below is another spelling of the plain call.  With it, the broadcast
   is on from mpi_import_run() until Python ends, if there are two ranks or
   more; a program that embeds Python and calls MPI_Init itself has plain
   imports.

   What is shared: the search along sys.path, the source or bytecode of every
   module found there, and the main script, be it a file or stdin.  Every rank
   compiles the text it got, so that each raises its own SyntaxError.  Only
   rank 0 writes .pyc.

   What every rank must do: import the same modules in the same order, with
   the same sys.path.  This includes reload(), and imp and zipimport called
   directly.  If a rank does not, then
   - it asks for another file than rank 0: a message and MPI_Abort;
   - it waits for rank 0, which is busy elsewhere: a message after a minute,
     and it goes on waiting.  PYTHON_MPI_IMPORT_TIMEOUT=SECONDS makes it give
     up with MPI_Abort then; 0 means neither message nor limit;
   - it has left the program: it follows the imports of rank 0 to the end, and
     says so; but when rank 0 has left, nobody can import any more.
   So "if rank == 0: import x" works only as the last import of a program, and
   imports in threads, whose order nobody knows, do not work.  A try/except
   around an import is fine: the error is the same on every rank.

   What stays each rank's own: stat() in getpath.c, site.py and zipimport.c,
   zip archives, .pth files, dlopen(), open(), and the source lines
   shown in a traceback.  A forked child imports plainly.  Do not start another
   MPI program from a rank: MPI_Init would find the environment of the parent.

   The stream of a broadcast file has no descriptor (fileno() is -1); this is
   why its users ask mpi_import_fstat(), and why its text is parsed as a string:
   the tokenizer opens the descriptor a second time where a file names its
   encoding.  A stream needs fopencookie: glibc, musl,
   newlib.  Ranks must agree on the layout of struct stat.  MPI before 3.0
   lacks MPI_Ibcast: ranks then wait in MPI_Bcast, without limit. */

#ifndef Py_MPI_IMPORT_H
#define Py_MPI_IMPORT_H

#ifndef WITH_MPI_IMPORT

#define mpi_import_run(main)		(main)
#define mpi_import_rank()		(-1)
#define mpi_import_stat(path, st)	stat((path), (st))
#define mpi_import_open(path, mode)	fopen((path), (mode))
#if PY_VERSION_HEX < 0x03020000
#define mpi_import_open_zip(path, mode)	fopen((path), (mode))
#else
#define mpi_import_open_zip(path, mode)	_Py_fopen((path), (mode))
#define mpi_import_wfopen(path, mode)	_Py_wfopen((path), (mode))
#endif
#define mpi_import_parse		PyParser_ASTFromFile
#define mpi_import_script(fp)		(fp)
#define mpi_import_fstat(fp, st)	fstat(fileno(fp), (st))

#else /* WITH_MPI_IMPORT */

#ifdef __cplusplus
extern "C" {
#endif

/* MPI_Init, a call of Py_Main, and MPI_Finalize, which sys.exit() reaches too */
#define mpi_import_run(main)	(mpi_import_start(), mpi_import_finish(main))

PyAPI_FUNC(void) mpi_import_start(void);
PyAPI_FUNC(int) mpi_import_finish(int status);

/* Rank of this process, or -1 where imports are plain */
PyAPI_FUNC(int) mpi_import_rank(void);

/* stat() as rank 0 sees it */
PyAPI_FUNC(int) mpi_import_stat(const char *path, struct stat *st);

/* fopen() for reading, on rank 0 alone.  The text follows when all the ranks
   begin to read the stream; a stream nobody reads costs one message. */
PyAPI_FUNC(FILE *) mpi_import_open(const char *path, const char *mode);

/* fp, but if that is stdin and no terminal, a stream of rank 0's stdin:
   mpiexec gives it to rank 0 alone.  Nobody closes it. */
PyAPI_FUNC(FILE *) mpi_import_script(FILE *fp);

/* fopen() on every rank, but only of what rank 0 found to be a zip archive */
#if PY_VERSION_HEX < 0x03020000
PyAPI_FUNC(FILE *) mpi_import_open_zip(const char *path, const char *mode);
#else
PyAPI_FUNC(FILE *) mpi_import_open_zip(PyObject *path, const char *mode);

/* _Py_wfopen() for reading, on rank 0 alone */
PyAPI_FUNC(FILE *) mpi_import_wfopen(const wchar_t *path, const wchar_t *mode);
#endif

/* PyParser_ASTFromFile, or what PyParser_ASTFromString makes of the text of
   rank 0's file */
PyAPI_FUNC(struct _mod *) mpi_import_parse(FILE *fp, const char *filename,
					   const char *enc, int start,
					   char *ps1, char *ps2,
					   PyCompilerFlags *flags,
					   int *errcode, PyArena *arena);

/* fstat() of rank 0's file, or of this rank's own if that is what fp is */
PyAPI_FUNC(int) mpi_import_fstat(FILE *fp, struct stat *st);

#ifdef __cplusplus
}
#endif

/* The functions themselves are part of import.c, the only file that includes
   this one after importdl.h. */
#ifdef Py_IMPORTDL_H

#include <mpi.h>
#include <errno.h>
#include <signal.h>
#include <unistd.h>

#define MPI_IMPORT_WARN		60.0	/* seconds of silent waiting */
#define MPI_IMPORT_NAP		200	/* microseconds between two looks */
#define MPI_IMPORT_CHUNK	(1 << 30)	/* a count of MPI is an int */

#ifdef __GLIBC__
typedef off64_t mpi_import_off_t;
#else
typedef off_t mpi_import_off_t;
#endif

/* What rank 0 tells the others before anything else */
struct mpi_import_msg {
	int kind;		/* what it does: MPI_IMPORT_... */
	int error;		/* errno of rank 0, or 0 */
	unsigned long hash;	/* of the path */
	size_t size;		/* bytes that follow (MPI_IMPORT_READ) */
	struct stat st;
	char path[96];		/* its end, for messages */
};

#define MPI_IMPORT_STAT		1
#define MPI_IMPORT_OPEN		2
#define MPI_IMPORT_ZIP		3
#define MPI_IMPORT_READ		4
#define MPI_IMPORT_LEAVE	5

static const char *mpi_import_verbs[] = {
	"", "looks for", "opens", "looks into", "reads", "leaves"
};

/* A file of rank 0.  All live in a list: a FILE * is all that callers have. */
struct mpi_import_file {
	struct mpi_import_file *next;
	FILE *stream;		/* what the callers see */
	FILE *file;		/* rank 0: the file; elsewhere NULL */
	char *path;
	int known;		/* text, size and error are valid */
	int error;
	char *text;
	size_t size;
	size_t pos;
	struct stat st;
};

static struct {
	int rank;		/* -1 until mpi_import_main finds others */
	pid_t pid;		/* a forked child is not a rank */
	MPI_Comm comm;		/* so as not to meet the program's messages */
	double limit;		/* seconds to wait for rank 0, 0 for ever */
	double warn;		/* seconds until a message, 0 for none */
	struct mpi_import_file *files;
} mpi_import = {-1};

int
mpi_import_rank(void)
{
	int down = 0;

	if (mpi_import.rank < 0 || mpi_import.pid != getpid())
		return -1;
	MPI_Finalized(&down);	/* the program may have called MPI_Finalize */
	return down ? -1 : mpi_import.rank;
}

/* Ranks that disagree cannot go on, and waiting for them would be for ever */
static void
mpi_import_abort(const char *reason)
{
	fprintf(stderr, "mpi_import: rank %d: %s\n", mpi_import.rank, reason);
	fflush(stderr);
	mpi_import.pid = 0;	/* no rank any more, whatever runs at exit */
#ifdef HAVE_ALARM
	/* MPI_Abort of MPICH 4.0 can hang if another rank is in MPI_Finalize;
	   a signal ends this process, and the launcher ends the others. */
	signal(SIGALRM, SIG_DFL);
	alarm(5);
#endif
	MPI_Abort(mpi_import.comm, 1);
	abort();
}

/* Errors of MPI need no care: the default handler aborts the program.  What
   this rank does (kind) with path is for messages only. */
static void
mpi_import_bcast(void *buf, int n, int kind, const char *path)
{
#if MPI_VERSION >= 3
	MPI_Request request;
	double start, waited;
	int done = 0, warned = 0;
	char reason[400];

	MPI_Ibcast(buf, n, MPI_BYTE, 0, mpi_import.comm, &request);
	start = MPI_Wtime();
	for (;;) {
		MPI_Test(&request, &done, MPI_STATUS_IGNORE);
		if (done)
			break;
		waited = MPI_Wtime() - start;
		if (waited < 0.001)
			continue;
		usleep(MPI_IMPORT_NAP);
		if (mpi_import.limit > 0.0 && waited > mpi_import.limit) {
			PyOS_snprintf(reason, sizeof(reason),
				"gives up after %.0f s: it %s '%.200s', and "
				"rank 0 or others do not", waited,
				mpi_import_verbs[kind], path);
			mpi_import_abort(reason);
		}
		if (!warned && mpi_import.warn > 0.0 &&
		    waited > mpi_import.warn) {
			warned = 1;
			fprintf(stderr, "mpi_import: rank %d has been waiting "
				"for %.0f s: it %s '%s'; do all the ranks?\n",
				mpi_import.rank, waited,
				mpi_import_verbs[kind], path);
		}
	}
#else
	MPI_Bcast(buf, n, MPI_BYTE, 0, mpi_import.comm);
#endif
}

/* Sends the message of rank 0, which comes back in *msg, after a check that
   this rank is about to do the same thing. */
static void
mpi_import_agree(struct mpi_import_msg *msg, int kind, const char *path)
{
	unsigned long hash = 5381;
	const char *p, *tail = path;
	char reason[400];

	for (p = path; *p != '\0'; p++)
		hash = hash * 33 ^ (unsigned char)*p;
	if ((size_t)(p - path) >= sizeof(msg->path))
		tail = p - (sizeof(msg->path) - 1);
	if (mpi_import.rank == 0) {
		msg->kind = kind;
		msg->hash = hash;
		strcpy(msg->path, tail);
	}
	mpi_import_bcast(msg, sizeof(*msg), kind, path);
	if (msg->kind == kind && msg->hash == hash)
		return;
	PyOS_snprintf(reason, sizeof(reason),
		"it %s '%s', but rank 0 %s '%s'; all the ranks must "
		"import the same modules in the same order",
		mpi_import_verbs[kind], tail,
		mpi_import_verbs[msg->kind], msg->path);
	mpi_import_abort(reason);
}

/* The bytes that follow a message */
static void
mpi_import_share(char *text, size_t size, const char *path)
{
	size_t n;

	for (; size > 0; text += n, size -= n) {
		n = size < MPI_IMPORT_CHUNK ? size : MPI_IMPORT_CHUNK;
		mpi_import_bcast(text, (int)n, MPI_IMPORT_READ, path);
	}
}

/* What is left of a file; returns an errno */
static int
mpi_import_slurp(FILE *file, struct mpi_import_file *f)
{
	size_t n, max;
	char *more;

	f->size = 0;
	/* one byte more than expected, to see the end at the first attempt */
	max = f->st.st_size > 0 ? (size_t)f->st.st_size + 1 : BUFSIZ;
	for (;;) {
		more = (char *)realloc(f->text, max);
		if (more == NULL)
			return ENOMEM;
		f->text = more;
		errno = 0;
		n = fread(f->text + f->size, 1, max - f->size, file);
		f->size += n;
		if (ferror(file))
			return errno ? errno : EIO;
		if (f->size < max)
			return 0;
		if (max > (size_t)-1 / 2)
			return ENOMEM;
		max *= 2;
	}
}

/* Makes the text known.  Under MPI all the ranks come here together, because
   they began to read the stream; in a forked child it is a plain read. */
static int
mpi_import_fill(struct mpi_import_file *f)
{
	struct mpi_import_msg msg;
	FILE *file;

	if (!f->known) {
		memset(&msg, 0, sizeof(msg));
		if (mpi_import_rank() < 0) {
			file = fopen(f->path, "rb");
			f->error = errno;
			if (file != NULL) {
				f->error = mpi_import_slurp(file, f);
				fclose(file);
			}
		}
		else {
			if (mpi_import.rank == 0) {
				msg.error = mpi_import_slurp(f->file, f);
				msg.size = f->size;
			}
			mpi_import_agree(&msg, MPI_IMPORT_READ, f->path);
			f->error = msg.error;
			if (f->error == 0 && mpi_import.rank != 0) {
				f->size = msg.size;
				f->text = (char *)malloc(msg.size + 1);
				if (f->text == NULL)
					mpi_import_abort("no memory for a "
							 "module");
			}
			if (f->error == 0)
				mpi_import_share(f->text, f->size, f->path);
		}
		if (f->error == 0)
			f->st.st_size = f->size;
		f->known = 1;
	}
	errno = f->error;
	return f->error ? -1 : 0;
}

static ssize_t
mpi_import_cookie_read(void *cookie, char *buf, size_t n)
{
	struct mpi_import_file *f = (struct mpi_import_file *)cookie;

	if (mpi_import_fill(f) < 0)
		return -1;
	if (f->pos >= f->size)
		return 0;
	if (n > f->size - f->pos)
		n = f->size - f->pos;
	memcpy(buf, f->text + f->pos, n);
	f->pos += n;
	return (ssize_t)n;
}

static int
mpi_import_cookie_seek(void *cookie, mpi_import_off_t *pos, int whence)
{
	struct mpi_import_file *f = (struct mpi_import_file *)cookie;
	mpi_import_off_t base = 0;

	if (whence == SEEK_CUR)
		base = f->pos;
	else if (whence == SEEK_END) {
		if (mpi_import_fill(f) < 0)
			return -1;
		base = f->size;
	}
	if (base + *pos < 0) {
		errno = EINVAL;
		return -1;
	}
	*pos += base;
	f->pos = (size_t)*pos;
	return 0;
}

static int
mpi_import_cookie_close(void *cookie)
{
	struct mpi_import_file *f = (struct mpi_import_file *)cookie;
	struct mpi_import_file **p = &mpi_import.files;

	while (*p != NULL && *p != f)
		p = &(*p)->next;
	if (*p != NULL)
		*p = f->next;
	if (f->file != NULL)
		fclose(f->file);
	free(f->text);
	free(f->path);
	free(f);
	return 0;
}

int
mpi_import_stat(const char *path, struct stat *st)
{
	struct mpi_import_msg msg;

	if (mpi_import_rank() < 0)
		return stat(path, st);
	memset(&msg, 0, sizeof(msg));
	if (mpi_import.rank == 0 && stat(path, &msg.st) != 0)
		msg.error = errno;
	mpi_import_agree(&msg, MPI_IMPORT_STAT, path);
	*st = msg.st;
	errno = msg.error;
	return msg.error ? -1 : 0;
}

/* The stream of a file of rank 0 (file is NULL elsewhere) */
static FILE *
mpi_import_stream(const char *path, FILE *file, const struct stat *st)
{
	static cookie_io_functions_t calls;
	struct mpi_import_file *f;

	calls.read = mpi_import_cookie_read;
	calls.seek = mpi_import_cookie_seek;
	calls.close = mpi_import_cookie_close;
	f = (struct mpi_import_file *)calloc(1, sizeof(*f));
	if (f != NULL) {
		f->path = strdup(path);
		f->stream = fopencookie(f, "r", calls);
	}
	if (f == NULL || f->path == NULL || f->stream == NULL)
		mpi_import_abort("no memory for a stream");
	f->file = file;
	f->st = *st;
	f->next = mpi_import.files;
	mpi_import.files = f;
	return f->stream;
}

FILE *
mpi_import_open(const char *path, const char *mode)
{
	struct mpi_import_msg msg;
	FILE *file = NULL;

	if (mpi_import_rank() < 0)
		return fopen(path, mode);
	memset(&msg, 0, sizeof(msg));
	if (mpi_import.rank == 0) {
		file = fopen(path, mode);
		if (file == NULL || fstat(fileno(file), &msg.st) != 0)
			msg.error = errno;
	}
	mpi_import_agree(&msg, MPI_IMPORT_OPEN, path);
	if (msg.error != 0) {
		if (file != NULL)
			fclose(file);
		errno = msg.error;
		return NULL;
	}
	return mpi_import_stream(path, file, &msg.st);
}

FILE *
mpi_import_script(FILE *fp)
{
	struct mpi_import_msg msg;

	if (fp != stdin || mpi_import_rank() < 0)
		return fp;
	memset(&msg, 0, sizeof(msg));
	if (mpi_import.rank == 0 &&
	    (isatty(fileno(stdin)) || fstat(fileno(stdin), &msg.st) != 0))
		msg.error = errno ? errno : EINVAL;
	mpi_import_agree(&msg, MPI_IMPORT_OPEN, "<stdin>");
	if (msg.error != 0)
		return fp;
	return mpi_import_stream("<stdin>", mpi_import.rank == 0 ? fp : NULL,
				 &msg.st);
}

/* Whether rank 0 found a zip archive; if not, errno says why.  A path that is
   NULL has no name that the system knows. */
static int
mpi_import_is_zip(const char *path, const char *mode)
{
	struct mpi_import_msg msg;
	FILE *file;
	char end[22];		/* what zipimport.c looks for */

	memset(&msg, 0, sizeof(msg));
	if (path == NULL)
		msg.error = EINVAL;
	else if (mpi_import.rank == 0) {
		file = fopen(path, mode);
		if (file == NULL)
			msg.error = errno;
		else {
			if (fseek(file, -(long)sizeof(end), SEEK_END) != 0 ||
			    fread(end, 1, sizeof(end), file) != sizeof(end) ||
			    memcmp(end, "PK\005\006", 4) != 0)
				msg.error = EINVAL;
			fclose(file);
		}
	}
	mpi_import_agree(&msg, MPI_IMPORT_ZIP, path == NULL ? "?" : path);
	errno = msg.error;
	return msg.error == 0;
}

#if PY_VERSION_HEX < 0x03020000
FILE *
mpi_import_open_zip(const char *path, const char *mode)
{
	if (mpi_import_rank() < 0 || mpi_import_is_zip(path, mode))
		return fopen(path, mode);
	return NULL;
}
#else
FILE *
mpi_import_open_zip(PyObject *path, const char *mode)
{
	PyObject *bytes;
	int is_zip;

	if (mpi_import_rank() < 0)
		return _Py_fopen(path, mode);
	bytes = PyUnicode_EncodeFSDefault(path);
	is_zip = mpi_import_is_zip(
		bytes == NULL ? NULL : PyBytes_AS_STRING(bytes), mode);
	PyErr_Clear();		/* zipimport.c sets its own */
	Py_XDECREF(bytes);
	return is_zip ? _Py_fopen(path, mode) : NULL;
}

FILE *
mpi_import_wfopen(const wchar_t *path, const wchar_t *mode)
{
	char name[MAXPATHLEN + 1];
	size_t n;

	if (mpi_import_rank() < 0)
		return _Py_wfopen(path, mode);
	n = wcstombs(name, path, sizeof(name));
	if (n >= sizeof(name)) {	/* the same on all the ranks */
		errno = EINVAL;
		return NULL;
	}
	return mpi_import_open(name, "r");
}
#endif

/* The text of a stream from where it was read to, as the parser wants it: with
   "\n" at the end of every line, the last one included.  The caller frees it. */
static char *
mpi_import_lines(struct mpi_import_file *f, long start)
{
	const char *p, *end;
	char *text, *to;

	if (mpi_import_fill(f) < 0)
		return NULL;
	text = to = (char *)malloc(f->size + 2);
	if (text == NULL)
		mpi_import_abort("no memory for a module");
	end = f->text + f->size;
	for (p = f->text + (start < 0 ? 0 : start); p < end; p++) {
		if (*p != '\r')
			*to++ = *p;
		else if (p + 1 == end || p[1] != '\n')
			*to++ = '\n';
	}
	if (to > text && to[-1] != '\n')
		*to++ = '\n';
	*to = '\0';
	return text;
}

struct _mod *
mpi_import_parse(FILE *fp, const char *filename, const char *enc, int start,
		 char *ps1, char *ps2, PyCompilerFlags *flags, int *errcode,
		 PyArena *arena)
{
	struct mpi_import_file *f;
	struct _mod *mod = NULL;
	char *text;

	for (f = mpi_import.files; f != NULL && f->stream != fp; f = f->next)
		;
	if (f == NULL)
		return PyParser_ASTFromFile(fp, filename, enc, start, ps1, ps2,
					    flags, errcode, arena);
	text = mpi_import_lines(f, ftell(fp));
	if (text == NULL)
		PyErr_SetFromErrnoWithFilename(PyExc_IOError,
					       (char *)filename);
	else
		mod = PyParser_ASTFromString(text, filename, start, flags,
					     arena);
	free(text);
	return mod;
}

int
mpi_import_fstat(FILE *fp, struct stat *st)
{
	struct mpi_import_file *f;

	for (f = mpi_import.files; f != NULL; f = f->next)
		if (f->stream == fp) {
			*st = f->st;
			return 0;
		}
	return fstat(fileno(fp), st);
}

/* When Python is finished.  A rank that leaves early still takes part in the
   broadcasts of rank 0, or the ranks after it would never get them; the last
   message is LEAVE. */
static void
mpi_import_leave(void)
{
	struct mpi_import_msg msg;
	int down = 0, warned = 0;
	char *text;

	if (mpi_import.pid != getpid())
		return;
	MPI_Finalized(&down);
	if (down)
		return;
	if (mpi_import.rank == 0) {
		memset(&msg, 0, sizeof(msg));
		mpi_import_agree(&msg, MPI_IMPORT_LEAVE, "the program");
	}
	else if (mpi_import.rank > 0) {
		mpi_import.limit = mpi_import.warn = 0.0;
		for (;;) {
			mpi_import_bcast(&msg, sizeof(msg), MPI_IMPORT_LEAVE,
					 "the program");
			if (msg.kind == MPI_IMPORT_LEAVE)
				break;
			if (!warned++)
				fprintf(stderr, "mpi_import: rank %d has left "
					"the program, but rank 0 %s '%s'\n",
					mpi_import.rank,
					mpi_import_verbs[msg.kind], msg.path);
			if (msg.kind != MPI_IMPORT_READ || msg.error != 0)
				continue;
			text = (char *)malloc(msg.size + 1);
			if (text == NULL)
				mpi_import_abort("no memory for a module");
			mpi_import_share(text, msg.size, msg.path);
			free(text);
		}
	}
	if (mpi_import.rank >= 0)
		MPI_Comm_free(&mpi_import.comm);
	MPI_Finalize();
}

void
mpi_import_start(void)
{
	const char *limit;
	int up = 0, size = 0;

	MPI_Initialized(&up);
	if (up)
		return;		/* whoever did that speaks for itself */
	MPI_Init(NULL, NULL);
	mpi_import.pid = getpid();
	/* Not atexit: MPI_Abort may end in exit, and must not wait for the
	   others in mpi_import_leave. */
	Py_AtExit(mpi_import_leave);	/* sys.exit() comes here */
	MPI_Comm_size(MPI_COMM_WORLD, &size);
	if (size < 2)
		return;
	mpi_import.warn = MPI_IMPORT_WARN;
	limit = getenv("PYTHON_MPI_IMPORT_TIMEOUT");
	if (limit != NULL && *limit != '\0') {
		mpi_import.limit = atof(limit);
		mpi_import.warn = 0.0;
	}
	MPI_Comm_dup(MPI_COMM_WORLD, &mpi_import.comm);
	MPI_Comm_rank(mpi_import.comm, &mpi_import.rank);
}

int
mpi_import_finish(int status)
{
	mpi_import_leave();	/* "python -V" does not even start Python */
	return status;
}

#endif /* Py_IMPORTDL_H */
#endif /* WITH_MPI_IMPORT */
#endif /* !Py_MPI_IMPORT_H */
