/* Which process holds a socket: the inodes in /proc/PID/fd. */
#ifndef COLLECT_OWNERS_H
#define COLLECT_OWNERS_H

#include <stddef.h>
#include <stdint.h>

#include "schema/span.h"

/* Sockets beyond these are left out: 10 MiB. */
#define OWNERS_MAX ((size_t)200000)

struct owner {
	uint32_t inode;
	uint32_t nth; /* in the order of the walk */
	int pid, fd;
	char comm[32]; /* of /proc/PID/stat up to the first ')', LF as '?'; no NUL */
	size_t comm_n;
};

struct owners {
	struct owner *of; /* by inode; owned */
	size_t n, cap;
	unsigned processes; /* seen */
	unsigned denied;    /* of them, those whose fds were not to be read */
};

/*
 * Walks the whole of /proc: 40 ms for 10,000 fds.  *o is zeroed before the first time, then used
 * again.  0, or an errno and what was found until then.
 */
int owners_walk(struct owners *o);
void owners_free(struct owners *o);

/* The holders of a socket, the last one found first, as ss lists them; *n of them. */
const struct owner *owners_find(const struct owners *o, uint32_t inode, size_t *n);

#endif
