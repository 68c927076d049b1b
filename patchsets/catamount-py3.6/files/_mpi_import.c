/* Import by broadcast: Include/mpi_import.h says what it is.

   The module _mpi_import has one function, call(function, *arguments), which
   importlib and zipimport do their file access by.  Rank 0 calls the function;
   the others get its result, or raise the exception that it raised.  Without
   WITH_MPI_IMPORT, or where a program has one rank only, everybody calls it.

   The lock of the interpreter is held while a rank waits for rank 0: no other
   thread may speak to MPI meanwhile, or come between the broadcasts. */

#include "Python.h"
#include "mpi_import.h"

#ifdef WITH_MPI_IMPORT

#include "marshal.h"
#include <mpi.h>
#include <errno.h>
#include <signal.h>
#include <sys/mman.h>
#include <unistd.h>

#define MPI_IMPORT_WARN		60.0	/* seconds of silent waiting */
#define MPI_IMPORT_NAP		200	/* microseconds between two looks */
#define MPI_IMPORT_CHUNK	(1 << 30)	/* a count of MPI is an int */
#define MPI_IMPORT_WHAT		4200	/* a path and the word before it */

/* What rank 0 tells the others before anything else */
struct mpi_import_msg {
	int kind;		/* what it does: MPI_IMPORT_... */
	int error;		/* errno of rank 0, or 0 */
	unsigned long hash;	/* of all of what */
	size_t size;		/* bytes that follow */
	char what[112];		/* with what it does that, for messages */
};

#define MPI_IMPORT_CALL		1
#define MPI_IMPORT_OPEN		2
#define MPI_IMPORT_ZIP		3
#define MPI_IMPORT_LEAVE	4

static const char *mpi_import_verbs[] = {
	"", "calls", "opens", "looks into", "leaves"
};

static struct {
	int rank;		/* -1 until mpi_import_start finds others */
	int busy;		/* rank 0 is inside call(): no broadcasts */
	pid_t pid;		/* a forked child is not a rank */
	MPI_Comm comm;		/* so as not to meet the program's messages */
	double limit;		/* seconds to wait for rank 0, 0 for ever */
	double warn;		/* seconds until a message, 0 for none */
} mpi_import = {-1};

/* Rank of this process, or -1 where files are opened plainly */
static int
mpi_import_rank(void)
{
	int down = 0;

	if (mpi_import.rank < 0 || mpi_import.busy ||
	    mpi_import.pid != getpid())
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
   this rank does (kind, what) is for messages only. */
static void
mpi_import_bcast(void *buf, int n, int kind, const char *what)
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
				"gives up after %.0f s: it %s %.200s, and "
				"rank 0 or others do not", waited,
				mpi_import_verbs[kind], what);
			mpi_import_abort(reason);
		}
		if (!warned && mpi_import.warn > 0.0 &&
		    waited > mpi_import.warn) {
			warned = 1;
			fprintf(stderr, "mpi_import: rank %d has been waiting "
				"for %.0f s: it %s %s; do all the ranks?\n",
				mpi_import.rank, waited,
				mpi_import_verbs[kind], what);
		}
	}
#else
	MPI_Bcast(buf, n, MPI_BYTE, 0, mpi_import.comm);
#endif
}

/* Sends the message of rank 0, which comes back in *msg, after a check that
   this rank is about to do the same thing. */
static void
mpi_import_agree(struct mpi_import_msg *msg, int kind, const char *what)
{
	unsigned long hash = 5381;
	const char *p, *tail = what;
	char reason[400];

	for (p = what; *p != '\0'; p++)
		hash = hash * 33 ^ (unsigned char)*p;
	/* the end of a path tells more than its beginning */
	if ((size_t)(p - what) >= sizeof(msg->what))
		tail = p - (sizeof(msg->what) - 1);
	if (mpi_import.rank == 0) {
		msg->kind = kind;
		msg->hash = hash;
		strcpy(msg->what, tail);
	}
	mpi_import_bcast(msg, sizeof(*msg), kind, what);
	if (msg->kind == kind && msg->hash == hash)
		return;
	PyOS_snprintf(reason, sizeof(reason),
		"it %s %s, but rank 0 %s %s; all the ranks must import the "
		"same modules in the same order",
		mpi_import_verbs[kind], tail,
		mpi_import_verbs[msg->kind], msg->what);
	mpi_import_abort(reason);
}

/* The bytes that follow a message.  They come back in a block of their own,
   which the caller frees, everywhere but on rank 0. */
static char *
mpi_import_share(const struct mpi_import_msg *msg, char *text)
{
	size_t n, left = msg->size;
	char *at;

	if (mpi_import.rank != 0) {
		text = (char *)malloc(left + 1);
		if (text == NULL)
			mpi_import_abort("no memory for what rank 0 sends");
	}
	for (at = text; left > 0; at += n, left -= n) {
		n = left < MPI_IMPORT_CHUNK ? left : MPI_IMPORT_CHUNK;
		mpi_import_bcast(at, (int)n, msg->kind, msg->what);
	}
	return text;
}

/* What this rank does, in words: "listdir('/usr/lib/python3.9')" */
static void
mpi_import_describe(char *buf, size_t size, PyObject *function,
		    PyObject *argument)
{
	PyObject *name = NULL, *text = NULL;
	const char *utf8;

	if (function != NULL)
		name = PyObject_GetAttrString(function, "__name__");
	if (name != NULL)
		text = PyUnicode_FromFormat("%S(%R)", name, argument);
	else if (argument != NULL)
		text = PyUnicode_FromFormat("%R", argument);
	utf8 = text == NULL ? NULL : PyUnicode_AsUTF8(text);
	PyErr_Clear();
	PyOS_snprintf(buf, size, "%s", utf8 == NULL ? "something" : utf8);
	Py_XDECREF(name);
	Py_XDECREF(text);
}

/* --- call() --- */

#define RESULT		"r"
#define STAT_RESULT	"s"
#define OS_ERROR	"o"
#define EXCEPTION	"e"

/* A result of rank 0 as something that marshal can write.  os.stat_result is
   the one type besides marshal's own: its fields that are not items of it, such
   as the float st_mtime, come by __reduce__. */
static PyObject *
pack_result(PyObject *result)
{
	PyObject *reduced, *packed;

	if (!PyTuple_Check(result) || PyTuple_CheckExact(result))
		return Py_BuildValue("(sO)", RESULT, result);
	reduced = PyObject_CallMethod(result, "__reduce__", NULL);
	if (reduced == NULL)
		return NULL;
	packed = PyTuple_Check(reduced) && PyTuple_GET_SIZE(reduced) == 2 ?
		Py_BuildValue("(sO)", STAT_RESULT, PyTuple_GET_ITEM(reduced, 1)) :
		Py_BuildValue("(sO)", RESULT, reduced);
	Py_DECREF(reduced);
	return packed;
}

/* The exception that is set, and stays so.  The others raise the first of its
   bases that is built in: zipimport.ZipImportError is an ImportError there. */
static PyObject *
pack_exception(void)
{
	PyObject *type, *value, *traceback, *packed = NULL;
	PyObject *builtins = PyEval_GetBuiltins(), *number, *text, *path, *mro;
	const char *name = "RuntimeError";
	Py_ssize_t i;

	PyErr_Fetch(&type, &value, &traceback);
	PyErr_NormalizeException(&type, &value, &traceback);
	number = text = path = NULL;
	if (PyErr_GivenExceptionMatches(type, PyExc_OSError)) {
		number = PyObject_GetAttrString(value, "errno");
		text = PyObject_GetAttrString(value, "strerror");
		path = PyObject_GetAttrString(value, "filename");
	}
	if (number != NULL && text != NULL && path != NULL &&
	    PyLong_Check(number))
		packed = Py_BuildValue("(sOOO)", OS_ERROR, number, text, path);
	else {
		PyErr_Clear();
		mro = ((PyTypeObject *)type)->tp_mro;
		for (i = 0; i < PyTuple_GET_SIZE(mro); i++) {
			PyTypeObject *base =
				(PyTypeObject *)PyTuple_GET_ITEM(mro, i);
			if (PyDict_GetItemString(builtins, base->tp_name) ==
			    (PyObject *)base) {
				name = base->tp_name;
				break;
			}
		}
		Py_XDECREF(text);
		text = PyObject_Str(value);
		if (text != NULL)
			packed = Py_BuildValue("(ssO)", EXCEPTION, name, text);
	}
	Py_XDECREF(number);
	Py_XDECREF(text);
	Py_XDECREF(path);
	PyErr_Restore(type, value, traceback);	/* instead of a newer one */
	return packed;
}

/* Raises what pack_exception packed, or hands back the result */
static PyObject *
unpack(PyObject *packed)
{
	PyObject *a = NULL, *b = NULL, *c = NULL, *posix, *type, *result = NULL;
	const char *kind;

	if (!PyArg_ParseTuple(packed, "sO|OO", &kind, &a, &b, &c))
		return NULL;
	switch (kind[0]) {
	case 'r':
		Py_INCREF(a);
		return a;
	case 's':
		posix = PyImport_ImportModule("posix");
		if (posix == NULL)
			return NULL;
		type = PyObject_GetAttrString(posix, "stat_result");
		Py_DECREF(posix);
		if (type != NULL)
			result = PyObject_CallObject(type, a);
		Py_XDECREF(type);
		return result;
	case 'o':
		result = PyObject_CallFunctionObjArgs(PyExc_OSError, a, b, c,
						      NULL);
		if (result != NULL)
			PyErr_SetObject((PyObject *)Py_TYPE(result), result);
		Py_XDECREF(result);
		return NULL;
	default:
		type = PyDict_GetItem(PyEval_GetBuiltins(), a);
		PyErr_SetObject(type != NULL ? type : PyExc_RuntimeError, b);
		return NULL;
	}
}

/* Rank 0: calls the function and sends what came of it */
static PyObject *
call_and_send(PyObject *function, PyObject *arguments, const char *what)
{
	struct mpi_import_msg msg;
	PyObject *result, *packed, *bytes = NULL;
	PyObject *type, *value, *traceback;

	memset(&msg, 0, sizeof(msg));
	mpi_import.busy = 1;
	result = PyObject_CallObject(function, arguments);
	packed = result != NULL ? pack_result(result) : pack_exception();
	PyErr_Fetch(&type, &value, &traceback);
	if (type != NULL)
		Py_CLEAR(result);	/* pack_result may have failed */
	if (packed != NULL)
		bytes = PyMarshal_WriteObjectToString(packed,
						      Py_MARSHAL_VERSION);
	mpi_import.busy = 0;
	/* The others are waiting, whatever happened here */
	if (bytes == NULL)
		msg.error = ENOMEM;
	else
		msg.size = (size_t)PyBytes_GET_SIZE(bytes);
	mpi_import_agree(&msg, MPI_IMPORT_CALL, what);
	if (bytes != NULL)
		mpi_import_share(&msg, PyBytes_AS_STRING(bytes));
	if (type != NULL)
		PyErr_Restore(type, value, traceback);
	else if (bytes == NULL) {
		/* what marshal says; the ranks must not differ */
		Py_CLEAR(result);
		if (!PyErr_Occurred())
			PyErr_NoMemory();
	}
	Py_XDECREF(packed);
	Py_XDECREF(bytes);
	return result;
}

/* The other ranks */
static PyObject *
receive(const char *what)
{
	struct mpi_import_msg msg;
	PyObject *packed, *result;
	char *text;

	mpi_import_agree(&msg, MPI_IMPORT_CALL, what);
	if (msg.error != 0) {
		PyErr_Format(PyExc_RuntimeError,
			     "rank 0 could not send the result of %s", what);
		return NULL;
	}
	text = mpi_import_share(&msg, NULL);
	packed = PyMarshal_ReadObjectFromString(text, (Py_ssize_t)msg.size);
	free(text);
	if (packed == NULL)
		return NULL;
	result = unpack(packed);
	Py_DECREF(packed);
	return result;
}

/* --- files --- */

/* What is left of a file, in a block that the caller frees; or NULL and an
   errno */
static char *
mpi_import_slurp(FILE *file, size_t *size, int *error)
{
	size_t n, used = 0, max = BUFSIZ;
	char *text = NULL, *more;

	*error = 0;
	for (;;) {
		more = (char *)realloc(text, max);
		if (more == NULL) {
			*error = ENOMEM;
			break;
		}
		text = more;
		errno = 0;
		n = fread(text + used, 1, max - used, file);
		used += n;
		if (ferror(file)) {
			*error = errno ? errno : EIO;
			break;
		}
		if (used < max) {
			*size = used;
			return text;
		}
		max *= 2;
	}
	free(text);
	return NULL;
}

/* A file with a descriptor of its own: the tokenizer opens that a second time
   where a script names its encoding. */
static FILE *
mpi_import_memory(const char *text, size_t size)
{
	FILE *file;
#ifdef MFD_CLOEXEC
	int fd = memfd_create("mpi_import", MFD_CLOEXEC);

	file = fd < 0 ? NULL : fdopen(fd, "w+b");
#else
	file = tmpfile();
#endif
	if (file == NULL || fwrite(text, 1, size, file) != size ||
	    fflush(file) != 0)
		mpi_import_abort("no memory for a script");
	rewind(file);
	return file;
}

/* Sends the text of rank 0's file, which is NULL elsewhere.  Where rank 0 has
   none, or it cannot be read: NULL, and errno is that of rank 0. */
static FILE *
mpi_import_send_file(FILE *file, int error, const char *what)
{
	struct mpi_import_msg msg;
	FILE *memory = NULL;
	char *text = NULL;

	memset(&msg, 0, sizeof(msg));
	if (mpi_import.rank == 0) {
		msg.error = error;
		if (file != NULL)
			text = mpi_import_slurp(file, &msg.size, &msg.error);
	}
	mpi_import_agree(&msg, MPI_IMPORT_OPEN, what);
	if (msg.error == 0) {
		text = mpi_import_share(&msg, text);
		memory = mpi_import_memory(text, msg.size);
	}
	free(text);
	errno = msg.error;
	return memory;
}

#if PY_VERSION_HEX < 0x030a0000
FILE *
mpi_import_fopen(const char *path, const char *mode)
{
	FILE *file = NULL, *memory;
	int error = 0;

	if (mpi_import_rank() < 0)
		return mpi_import_plain_fopen(path, mode);
	if (mpi_import.rank == 0) {
		file = mpi_import_plain_fopen(path, mode);
		error = errno;
	}
	memory = mpi_import_send_file(file, error, path);
	if (file != NULL)
		fclose(file);
	return memory;
}
#endif

FILE *
mpi_import_wfopen(const wchar_t *path, const wchar_t *mode)
{
	FILE *file = NULL, *memory;
	PyObject *name;
	char what[MPI_IMPORT_WHAT];
	int error = 0;

	if (mpi_import_rank() < 0)
		return mpi_import_plain_wfopen(path, mode);
	name = PyUnicode_FromWideChar(path, -1);
	if (name == NULL)
		PyErr_Clear();
	mpi_import_describe(what, sizeof(what), NULL, name);
	Py_XDECREF(name);
	if (mpi_import.rank == 0) {
		file = mpi_import_plain_wfopen(path, mode);
		error = errno;
	}
	memory = mpi_import_send_file(file, error, what);
	if (file != NULL)
		fclose(file);
	return memory;
}

/* From 3.5 on _Py_fopen_obj raises OSError */
static void
mpi_import_no_file(PyObject *path, int error)
{
	errno = error;
#if PY_VERSION_HEX >= 0x03050000
	PyErr_SetFromErrnoWithFilenameObject(PyExc_OSError, path);
	errno = error;
#endif
}

/* The plain call; errno is valid, and no exception is set.  One that is not of
   the system (a path that cannot be encoded) is EINVAL. */
static FILE *
mpi_import_try(PyObject *path, const char *mode, int *error)
{
	FILE *file;

	errno = 0;
	file = mpi_import_plain_fopen_obj(path, mode);
	*error = file != NULL ? 0 : errno != 0 ? errno : EINVAL;
	PyErr_Clear();
	return file;
}

FILE *
mpi_import_fopen_obj(PyObject *path, const char *mode)
{
	FILE *file = NULL, *memory;
	char what[MPI_IMPORT_WHAT];
	int error = 0;

	if (mpi_import_rank() < 0)
		return mpi_import_plain_fopen_obj(path, mode);
	mpi_import_describe(what, sizeof(what), NULL, path);
	if (mpi_import.rank == 0)
		file = mpi_import_try(path, mode, &error);
	memory = mpi_import_send_file(file, error, what);
	error = errno;
	if (file != NULL)
		fclose(file);
	if (memory == NULL)
		mpi_import_no_file(path, error);
	return memory;
}

FILE *
mpi_import_open_zip(PyObject *path, const char *mode)
{
	struct mpi_import_msg msg;
	FILE *file;
	char what[MPI_IMPORT_WHAT];
	char end[22];		/* what zipimport.c looks for */

	if (mpi_import_rank() < 0)
		return mpi_import_plain_fopen_obj(path, mode);
	mpi_import_describe(what, sizeof(what), NULL, path);
	memset(&msg, 0, sizeof(msg));
	if (mpi_import.rank == 0) {
		file = mpi_import_try(path, mode, &msg.error);
		if (file != NULL) {
			if (fseek(file, -(long)sizeof(end), SEEK_END) != 0 ||
			    fread(end, 1, sizeof(end), file) != sizeof(end) ||
			    memcmp(end, "PK\005\006", 4) != 0)
				msg.error = EINVAL;
			fclose(file);
		}
	}
	mpi_import_agree(&msg, MPI_IMPORT_ZIP, what);
	if (msg.error == 0)
		return mpi_import_plain_fopen_obj(path, mode);
	mpi_import_no_file(path, msg.error);
	return NULL;
}

FILE *
mpi_import_stdin(void)
{
	FILE *memory;
	int error = 0;

	if (mpi_import_rank() < 0)
		return stdin;
	if (mpi_import.rank == 0 && isatty(fileno(stdin)))
		error = EINVAL;		/* each rank reads its own */
	memory = mpi_import_send_file(
		mpi_import.rank == 0 && error == 0 ? stdin : NULL, error,
		"<stdin>");
	return memory != NULL ? memory : stdin;
}

/* --- the beginning and the end --- */

/* When Python is finished.  A rank that leaves early still takes part in the
   broadcasts of rank 0, or the ranks after it would never get them; the last
   message is LEAVE. */
static void
mpi_import_leave(void)
{
	struct mpi_import_msg msg;
	int down = 0, warned = 0;

	if (mpi_import.pid != getpid())
		return;
	MPI_Finalized(&down);
	if (down)
		return;
	mpi_import.busy = 0;
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
					"the program, but rank 0 %s %s\n",
					mpi_import.rank,
					mpi_import_verbs[msg.kind], msg.what);
			if (msg.error == 0 && msg.kind != MPI_IMPORT_ZIP)
				free(mpi_import_share(&msg, NULL));
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

#endif /* WITH_MPI_IMPORT */

/* --- the module --- */

PyDoc_STRVAR(call_doc,
"call(function, *arguments) -> what the function gives\n\
\n\
Of the ranks of an MPI program only rank 0 calls the function; the others get\n\
its result, or raise what it raised. Every rank must come here.");

static PyObject *
mpi_import_call(PyObject *self, PyObject *args)
{
	PyObject *function, *arguments, *result;
#ifdef WITH_MPI_IMPORT
	char what[MPI_IMPORT_WHAT];
	int rank;
#endif

	if (PyTuple_GET_SIZE(args) < 1) {
		PyErr_SetString(PyExc_TypeError, "call() needs a function");
		return NULL;
	}
	function = PyTuple_GET_ITEM(args, 0);
	arguments = PyTuple_GetSlice(args, 1, PyTuple_GET_SIZE(args));
	if (arguments == NULL)
		return NULL;
#ifdef WITH_MPI_IMPORT
	rank = mpi_import_rank();
	if (rank >= 0) {
		mpi_import_describe(what, sizeof(what), function,
				    PyTuple_GET_SIZE(arguments) > 0 ?
				    PyTuple_GET_ITEM(arguments, 0) : Py_None);
		result = rank == 0 ? call_and_send(function, arguments, what) :
				     receive(what);
	}
	else
#endif
		result = PyObject_CallObject(function, arguments);
	Py_DECREF(arguments);
	return result;
}

static PyMethodDef mpi_import_methods[] = {
	{"call", mpi_import_call, METH_VARARGS, call_doc},
	{NULL, NULL}
};

static struct PyModuleDef mpi_import_module = {
	PyModuleDef_HEAD_INIT,
	"_mpi_import",
	"File access of imports, which rank 0 has for all.",
	-1,
	mpi_import_methods
};

PyMODINIT_FUNC
PyInit__mpi_import(void)
{
#ifdef WITH_MPI_IMPORT
	/* sys.exit() reaches no other place.  Not atexit: MPI_Abort may end
	   in exit, and must not wait for the others in mpi_import_leave.  Not
	   earlier: from 3.7 on the interpreter's start forgets it. */
	if (mpi_import.pid == getpid())
		Py_AtExit(mpi_import_leave);
#endif
	return PyModule_Create(&mpi_import_module);
}
