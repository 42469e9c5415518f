/* getdents64(2), whose records are struct dirent of both C libraries. */
#include "collect/folder.h"

#include <errno.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

void folder_open(struct folder *f, int fd)
{
	f->fd = fd;
	f->error = 0;
	f->at = f->n = 0;
}

void folder_close(struct folder *f)
{
	(void)close(f->fd);
	f->fd = -1;
}

static bool fill(struct folder *f)
{
	long n;

	do {
		n = syscall(SYS_getdents64, f->fd, f->text, sizeof(f->text));
	} while (n < 0 && errno == EINTR);
	/* the folder of a process that ended, or one that was removed, is at its end */
	f->error = n < 0 && errno != ENOENT && errno != ESRCH ? errno : 0;
	f->at = 0;
	f->n = n > 0 ? (size_t)n : 0;
	return f->n > 0;
}

const struct dirent *folder_next(struct folder *f)
{
	const struct dirent *e;

	do {
		if (f->at >= f->n && !fill(f))
			return NULL;
		e = (const struct dirent *)(const void *)(f->text + f->at);
		f->at += e->d_reclen;
	} while (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0);
	return e;
}
