/*
 * proc(5).  /proc/PID/fd/N is a link to "socket:[INODE]"; the name of the process
 * is the second field of /proc/PID/stat: "1234 (linkerd) S 1 ...".
 */
#include "collect/owners.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "collect/folder.h"
#include "collect/path.h"
#include "collect/sort.h"
#include "schema/buf.h"

struct process {
	int pid;
	char comm[sizeof(((struct owner *)0)->comm)];
	size_t comm_n;
};

static bool add(struct owners *o, const struct process *p, uint32_t inode, int fd)
{
	struct owner *w;

	if (o->n == OWNERS_MAX)
		return false;
	if (o->n == o->cap) {
		size_t cap = o->cap ? o->cap * 2 : 256;
		struct owner *grown = realloc(o->of, cap * sizeof(*grown));

		if (!grown)
			return false;
		o->of = grown;
		o->cap = cap;
	}
	w = &o->of[o->n];
	*w = (struct owner){.inode = inode,
	                    .nth = (uint32_t)o->n,
	                    .pid = p->pid,
	                    .fd = fd,
	                    .comm_n = p->comm_n};
	memcpy(w->comm, p->comm, p->comm_n);
	o->n++;
	return true;
}

/* Only for a process that has sockets: most have none. */
static void read_comm(int dir, struct process *p)
{
	char text[128];
	struct span s = {text, 0};
	struct span head;
	ssize_t n;
	int fd = openat(dir, "stat", O_RDONLY | O_CLOEXEC);

	p->comm_n = 0;
	if (fd < 0)
		return;
	n = read_again(fd, text, sizeof(text));
	close(fd);
	s.n = n > 0 ? (size_t)n : 0;
	if (!span_cut(&s, '(', &head) || !span_cut(&s, ')', &head))
		return;
	p->comm_n = head.n < sizeof(p->comm) ? head.n : sizeof(p->comm);
	memcpy(p->comm, head.p, p->comm_n);
	for (size_t i = 0; i < p->comm_n; i++)
		if (p->comm[i] == '\n') /* the one byte that would forge a row */
			p->comm[i] = '?';
}

static bool number(const char *name, uint64_t max, uint64_t *v)
{
	return span_u64(span_of(name), max, v);
}

/* "socket:[4711]" */
static bool socket_inode(int fds, const char *name, uint32_t *inode)
{
	char target[64];
	struct span s = {target, 0};
	ssize_t n = readlinkat(fds, name, target, sizeof(target));
	uint64_t v;

	s.n = n > 0 ? (size_t)n : 0;
	if (!span_skip(&s, SPAN("socket:[")) || !span_take_u64(&s, UINT32_MAX, &v))
		return false;
	*inode = (uint32_t)v;
	return true;
}

static int walk_fds(struct owners *o, int dir, struct folder *fds, struct process *p)
{
	const struct dirent *d;
	bool named = false;

	while ((d = folder_next(fds)) != NULL) {
		uint32_t inode;
		uint64_t fd;

		if (!number(d->d_name, INT32_MAX, &fd) || !socket_inode(fds->fd, d->d_name, &inode))
			continue;
		if (!named)
			read_comm(dir, p);
		named = true;
		if (!add(o, p, inode, (int)fd))
			return ENOMEM;
	}
	return 0;
}

static int walk_process(struct owners *o, int proc, const char *name, int pid)
{
	struct process p = {.pid = pid};
	int dir = openat(proc, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int fd = dir < 0 ? -1 : openat(dir, "fd", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct folder fds;
	int e = 0;

	o->processes++;
	if (fd >= 0) {
		folder_open(&fds, fd);
		e = walk_fds(o, dir, &fds, &p);
		folder_close(&fds);
	} else if (errno == EACCES || errno == EPERM) {
		o->denied++;
	} else if (errno != ENOENT && errno != ESRCH) { /* no descriptor, no memory */
		e = errno;
	}
	if (dir >= 0)
		close(dir);
	return e;
}

static int by_inode(const void *a, const void *b)
{
	const struct owner *x = a;
	const struct owner *y = b;

	if (x->inode != y->inode)
		return x->inode < y->inode ? -1 : 1;
	return x->nth > y->nth ? -1 : 1;
}

int owners_walk(struct owners *o)
{
	int fd = open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC), e = 0;
	const struct dirent *d;
	struct folder proc;

	o->n = 0;
	o->processes = o->denied = 0;
	if (fd < 0)
		return errno;
	folder_open(&proc, fd);
	while (!e && (d = folder_next(&proc)) != NULL) {
		uint64_t pid;

		if (number(d->d_name, INT32_MAX, &pid))
			e = walk_process(o, proc.fd, d->d_name, (int)pid);
	}
	if (!e)
		e = proc.error;
	folder_close(&proc);
	sort(o->of, o->n, sizeof(*o->of), by_inode);
	return e;
}

void owners_free(struct owners *o)
{
	free(o->of);
	*o = (struct owners){0};
}

const struct owner *owners_find(const struct owners *o, uint32_t inode, size_t *n)
{
	size_t low = 0;
	size_t high = o->n;

	*n = 0;
	if (inode == 0)
		return NULL;
	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (o->of[middle].inode < inode)
			low = middle + 1;
		else
			high = middle;
	}
	while (low + *n < o->n && o->of[low + *n].inode == inode)
		++*n;
	return *n ? &o->of[low] : NULL;
}
