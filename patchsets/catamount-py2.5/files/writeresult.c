/* Leaves the exit status of the program it is linked with in
   <program>.result.

   yod reports only whether a program could be launched, not how it ended;
   configure's test programs are linked with this object, and the macros in
   aclocal.m4 read the file.  A program that ends by abort() or _exit() leaves
   no file, so the macros remove an old one before each run.

   Needs glibc: on_exit() and __progname_full exist nowhere else. */

#include <sys/types.h>
#include <sys/stat.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

extern char *__progname_full;

static void
write_result(int code, void *unused)
{
	char name[2048];
	char status[16];
	int fd, length;

	length = snprintf(name, sizeof(name), "%s.result", __progname_full);
	if (length < 0 || length >= (int)sizeof(name))
		return;
	fd = creat(name, 0600);
	if (fd < 0)
		return;
	length = snprintf(status, sizeof(status), "%d", code & 0377);
	if (write(fd, status, length) != length)
		unlink(name);
	close(fd);
}

static void __attribute__((constructor))
register_write_result(void)
{
	on_exit(write_result, NULL);
}
