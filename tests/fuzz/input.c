#include "tests/fuzz/input.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "schema/buf.h"

#define BLOCK 512 /* bytes of a tar header; texts are padded to it */

/* A header of tar, as POSIX has it. */
struct header {
	char name[100], mode[8], uid[8], gid[8], size[12], mtime[12], sum[8], type, link[100];
	char magic[8], rest[BLOCK - 265];
};

static void *take(size_t n)
{
	void *p = calloc(1, n ? n : 1);

	if (!p)
		abort();
	return p;
}

static char *copy(struct span s, size_t more)
{
	char *p = take(s.n + more);

	if (s.n)
		memcpy(p, s.p, s.n);
	return p;
}

char *input_copy(struct span s)
{
	return copy(s, 0);
}

char *input_text(struct span s)
{
	return copy(s, 1);
}

int input_words(struct span line, char **argv, int n)
{
	struct span word;

	while (span_word(&line, &word))
		argv[n++] = input_text(word);
	return n;
}

bool input_part(struct span *rest, struct span *part)
{
	if (!rest->n)
		return false;
	if (!span_cut(rest, INPUT_MARK, part)) {
		*part = *rest;
		rest->n = 0;
	}
	return true;
}

static void octal(char *to, size_t digits, size_t v)
{
	while (digits--) {
		to[digits] = (char)('0' + v % 8);
		v /= 8;
	}
}

static void put_member(struct buf *tar, struct span part, bool cut)
{
	static const char padding[BLOCK];
	struct header h = {.mode = "0000600", .magic = "ustar\00000"};
	struct span line = {0};
	size_t sum = 0;

	if (!span_cut(&part, '\n', &line)) {
		line = part;
		part.n = 0;
	}
	h.type = line.n ? line.p[0] : '0';
	line = span_sub(line, 1, sizeof(h.name));
	if (line.n)
		memcpy(h.name, line.p, line.n);
	octal(h.size, sizeof(h.size) - 1, part.n);
	octal(h.mtime, sizeof(h.mtime) - 1, 1700000000);
	memset(h.sum, ' ', sizeof(h.sum));
	for (size_t i = 0; i < sizeof(h); i++)
		sum += ((const unsigned char *)&h)[i];
	octal(h.sum, 6, sum);
	buf_put(tar, (struct span){(const char *)&h, sizeof(h)});
	buf_put(tar, part);
	if (!cut)
		buf_put(tar, (struct span){padding, (BLOCK - part.n % BLOCK) % BLOCK});
}

struct input_file input_file(struct span s)
{
	struct input_file f = {.fd = memfd_create("input", MFD_CLOEXEC)};
	struct buf path = BUF_OVER(f.path);

	buf_fmt(&path, "/proc/self/fd/%d", f.fd);
	(void)buf_cstr(&path);
	if (f.fd < 0 || write(f.fd, s.p, s.n) != (ssize_t)s.n)
		abort();
	return f;
}

struct input_file input_archive(struct span s)
{
	bool cut = s.n % 2;
	struct input_file f;
	struct span part;
	struct buf tar = {0};
	size_t members = 1;

	if (!s.n || s.p[0] != INPUT_MARK)
		return input_file(s);
	for (size_t i = 0; i < s.n; i++)
		members += s.p[i] == INPUT_MARK;
	tar.cap = s.n + members * 2 * BLOCK;
	tar.p = take(tar.cap);
	s = span_sub(s, 1, s.n);
	while (input_part(&s, &part))
		put_member(&tar, part, cut && !s.n);
	if (!cut)
		tar.n += (size_t)2 * BLOCK; /* zeroed */
	f = input_file((struct span){tar.p, tar.n < tar.cap ? tar.n : tar.cap});
	free(tar.p);
	return f;
}

void input_close(struct input_file *f)
{
	(void)close(f->fd);
}

FILE *input_nowhere(void)
{
	static FILE *f;

	if (!f)
		f = fopen("/dev/null", "w");
	if (!f)
		abort();
	return f;
}
