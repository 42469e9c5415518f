#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "collect/path.h"
#include "collect/tool_io.h"
#include "schema/span.h"

static bool grow(struct buf *b, size_t max)
{
	size_t cap = b->cap ? b->cap * 2 : 4096;
	if (cap > max)
		cap = max;
	char *p = cap > b->cap ? realloc(b->p, cap) : NULL;
	if (!p)
		return false;
	b->p = p;
	b->cap = cap;
	return true;
}

static int read_all(int fd, size_t max, struct buf *b)
{
	b->n = 0;
	b->cut = false;
	for (;;) {
		if (b->n == b->cap && b->cap >= max) {
			b->cut = true;
			return 0;
		}
		if (b->n == b->cap && !grow(b, max))
			return ENOMEM;
		ssize_t n = pread(fd, b->p + b->n, b->cap - b->n, (off_t)b->n);
		if (n == 0)
			return 0;
		if (n > 0)
			b->n += (size_t)n;
		else if (errno != EINTR)
			return errno;
	}
}

int tool_read(const struct host *h, const char *path, size_t max, struct buf *b)
{
	b->n = 0;
	b->cut = false;
	int fd = host_open(h, path);
	if (fd < 0)
		return errno;
	int error = read_all(fd, max, b);
	close(fd);
	return error;
}

void kept_close(struct kept_file *f)
{
	if (f->fd)
		close(f->fd - 1);
	f->fd = 0;
}

int kept_read(struct kept_file *f, const struct host *h, const char *path, size_t max,
              struct buf *b)
{
	if (f->fd && read_all(f->fd - 1, max, b) == 0)
		return 0;
	kept_close(f);
	b->n = 0;
	b->cut = false;
	int fd = host_open(h, path);
	if (fd < 0)
		return errno;
	int error = read_all(fd, max, b);
	if (!h->root[0] && fd_may_stay(fd))
		f->fd = fd + 1;
	else
		close(fd);
	return error;
}

bool tool_read_number(const struct host *h, const char *path, uint64_t *v)
{
	char text[32];
	if (host_read(h, path, text, sizeof text) != 0)
		return false;
	struct span s = span_of(text);
	return span_skip(&s, SPAN("0x")) ? span_hex(s, UINT64_MAX, v) : span_u64(s, UINT64_MAX, v);
}

enum capture_status tool_fail(int *error, int e, struct buf *note, const char *text)
{
	*error = e;
	buf_str(note, text);
	return status_of_errno(e);
}
