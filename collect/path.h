/* Files of the host, or of the dump that stands for it. */
#ifndef COLLECT_PATH_H
#define COLLECT_PATH_H

#include <dirent.h>
#include <sys/types.h>

#include "collect/job.h"

/*
 * Opens an absolute path for reading.  Live: as it is, but /proc/net as this
 * thread's network namespace has it.  A dump's links never lead out of the dump.
 * Only a regular file or a folder is opened; nothing here can block on a FIFO.
 * Returns the descriptor or -1 with errno (ENODATA: neither file nor folder).
 */
int host_open(const struct host *h, const char *path);

/* read(2) that no signal ends early. */
ssize_t read_again(int fd, void *p, size_t n);

/*
 * May this descriptor stay open?  Not when those that are left (RLIMIT_NOFILE) are needed for
 * what is open for a moment only.
 */
bool fd_may_stay(int fd);

/* Reads a small file whole, NUL-terminated, without blanks at its end.  Returns 0 or -1 with errno.
 */
int host_read(const struct host *h, const char *path, char *text, size_t size);

/*
 * The folder's names, sorted; "." and ".." are left out.  Zeroed before the first time, then
 * read again into the same memory.  0, or -1 with errno: of a folder that cannot be read to
 * its end those before are there, else none.
 */
struct names {
	char **v;
	size_t n, cap;
	struct buf text;
};
int names_read(const struct host *h, const char *folder, struct names *out);
void names_free(struct names *ns);
/* DT_REG, DT_DIR, DT_LNK ..., never DT_UNKNOWN. */
unsigned char names_type(const struct names *ns, size_t i);

#endif
