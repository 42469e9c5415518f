#include "collect/path.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "collect/folder.h"
#include "collect/sort.h"
#include "schema/unit.h"

#define PATH_BYTES 4096
/* A folder with more names than this is a fault, not a host: 100,000 are 10,000 NICs with 10
 * queues. */
#define NAMES_MAX 100000
/* Four at once in the walk for the owners of sockets, pipes of commands, sockets of servers. */
#define SPARE_FDS 10
/* Bytes of names that there is room for at first. */
#define NAMES_FIRST ((size_t)4 * KIB)

/* A FIFO in a dump must not block, a terminal must not become ours. */
static const int open_flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY;

static int open_in_dump(const char *root, const char *path)
{
	struct open_how how = {.flags = (unsigned)open_flags, .resolve = RESOLVE_IN_ROOT};
	int dir = open(root, O_PATH | O_DIRECTORY | O_CLOEXEC), fd, error;

	if (dir < 0)
		return -1;
	while (*path == '/')
		path++;
	fd = (int)syscall(SYS_openat2, dir, *path ? path : ".", &how, sizeof(how));
	/* before Linux 5.6, or in a sandbox that is older */
	if (fd < 0 && (errno == ENOSYS || errno == EPERM))
		fd = openat(dir, *path ? path : ".", open_flags | O_NOFOLLOW);
	error = errno;
	(void)close(dir);
	errno = error;
	return fd;
}

static int open_live(const char *path)
{
	char other[PATH_BYTES];
	struct buf b = BUF_OVER(other);
	struct span rest = span_of(path);
	int fd;

	if (!span_skip(&rest, SPAN("/proc/net/")))
		return open(path, open_flags);
	/* /proc/net is the main thread's; another thread may be in another namespace */
	buf_str(&b, "/proc/thread-self/net/");
	buf_put(&b, rest);
	fd = open(buf_cstr(&b), open_flags);
	if (fd >= 0 || errno != ENOENT)
		return fd;
	b = BUF_OVER(other); /* before Linux 3.17 */
	buf_str(&b, "/proc/self/task/");
	buf_i64(&b, syscall(SYS_gettid));
	buf_str(&b, "/net/");
	buf_put(&b, rest);
	return open(buf_cstr(&b), open_flags);
}

int host_open(const struct host *h, const char *path)
{
	int fd = h->root[0] ? open_in_dump(h->root, path) : open_live(path);
	struct stat st;

	if (fd < 0)
		return -1;
	if (fstat(fd, &st) == 0 && (S_ISREG(st.st_mode) || S_ISDIR(st.st_mode)))
		return fd;
	(void)close(fd);
	errno = ENODATA;
	return -1;
}

ssize_t read_again(int fd, void *p, size_t n)
{
	ssize_t got;

	do {
		got = read(fd, p, n);
	} while (got < 0 && errno == EINTR);
	return got;
}

bool fd_may_stay(int fd)
{
	struct rlimit most;

	return getrlimit(RLIMIT_NOFILE, &most) != 0 || (rlim_t)fd + SPARE_FDS < most.rlim_cur;
}

int host_read(const struct host *h, const char *path, char *text, size_t size)
{
	int fd = host_open(h, path), error = 0;
	size_t n = 0;
	struct span kept;

	text[0] = '\0';
	if (fd < 0)
		return -1;
	while (n + 1 < size) {
		ssize_t got = read_again(fd, text + n, size - 1 - n);

		if (got < 0)
			error = errno;
		if (got <= 0)
			break;
		n += (size_t)got;
	}
	(void)close(fd);
	kept = span_trim((struct span){text, n});
	memmove(text, kept.p, kept.n);
	text[kept.n] = '\0';
	errno = error;
	return error ? -1 : 0;
}

static unsigned char type_of(int dir, const struct dirent *e)
{
	struct stat st;

	if (e->d_type != DT_UNKNOWN)
		return e->d_type;
	if (fstatat(dir, e->d_name, &st, AT_SYMLINK_NOFOLLOW) != 0)
		return DT_REG; /* opening it will tell */
	return (unsigned char)IFTODT(st.st_mode);
}

/* A byte of its type, the name, NUL.  Returns 0 or an errno. */
static int add(struct names *ns, int dir, const struct dirent *e)
{
	struct buf *b = &ns->text;
	size_t n = strlen(e->d_name) + 2;

	if (ns->n == NAMES_MAX)
		return E2BIG;
	if (b->cap - b->n < n) {
		size_t cap = b->cap ? b->cap * 2 : NAMES_FIRST;
		char *p = realloc(b->p, cap);

		if (!p)
			return ENOMEM;
		b->p = p;
		b->cap = cap;
	}
	buf_char(b, (char)type_of(dir, e));
	buf_put(b, (struct span){e->d_name, n - 1});
	ns->n++;
	return 0;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* The array of names over their text, which does not move any more. */
static bool index_names(struct names *ns)
{
	char *p = ns->text.p;

	if (ns->n > ns->cap) {
		char **v = reallocarray(ns->v, ns->n * 2, sizeof(*v));

		if (!v)
			return false;
		ns->v = v;
		ns->cap = ns->n * 2;
	}
	for (size_t i = 0; i < ns->n; i++) {
		ns->v[i] = p + 1;
		p += strlen(p + 1) + 2;
	}
	return true;
}

int names_read(const struct host *h, const char *folder, struct names *out)
{
	int fd = host_open(h, folder);
	const struct dirent *e;
	struct folder f;
	int error = 0;

	out->n = out->text.n = 0;
	if (fd < 0)
		return -1;
	folder_open(&f, fd);
	while (!error && (e = folder_next(&f)) != NULL)
		error = add(out, fd, e);
	if (!error)
		error = f.error;
	folder_close(&f);
	if (!index_names(out)) {
		names_free(out);
		errno = ENOMEM;
		return -1;
	}
	sort(out->v, out->n, sizeof(*out->v), by_name);
	errno = error;
	return error ? -1 : 0;
}

unsigned char names_type(const struct names *ns, size_t i)
{
	return (unsigned char)ns->v[i][-1];
}

void names_free(struct names *ns)
{
	free(ns->text.p);
	free(ns->v);
	*ns = (struct names){0};
}
