#include "analyze/folder.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "analyze/table.h"
#include "schema/buf.h"
#include "schema/bundle.h"

#define DEPTH_MAX 24 /* folders; /proc/sys/net has 7 */

struct file {
	char *name; /* below the stem */
	uint64_t size;
	char digest[DIGEST_HEX];
};

struct folder {
	int fd; /* the stem */
	struct file *files;
	size_t n, cap, at;
	size_t digest_at; /* of folder_next_digest */
	char name[BUNDLE_NAME_MAX + 64];
};

static void add(struct folder *f, struct span name, uint64_t size)
{
	if (f->n == f->cap) {
		f->cap = f->cap ? f->cap * 2 : 1024;
		f->files = must_grow(f->files, f->cap * sizeof(*f->files));
	}
	f->files[f->n++] =
		(struct file){.name = (char *)(uintptr_t)must_copy(name).p, .size = size};
}

/* Links are not followed: a folder may be a stranger's. */
static void walk(struct folder *f, int at, struct buf *path, unsigned depth)
{
	int fd = openat(at, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	size_t n = path->n;
	struct dirent *d;
	struct stat st;

	while (dir && (d = readdir(dir))) {
		if (strcmp(d->d_name, ".") == 0 || strcmp(d->d_name, "..") == 0 ||
		    fstatat(dirfd(dir), d->d_name, &st, AT_SYMLINK_NOFOLLOW) < 0)
			continue;
		path->n = n;
		buf_str(path, d->d_name);
		if (S_ISREG(st.st_mode) && !path->cut) {
			add(f, buf_span(path), (uint64_t)st.st_size);
		} else if (S_ISDIR(st.st_mode) && depth < DEPTH_MAX) {
			int sub = openat(dirfd(dir), d->d_name,
			                 O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

			buf_char(path, '/');
			if (sub >= 0) {
				walk(f, sub, path, depth + 1);
				(void)close(sub);
			}
		}
		path->cut = false;
	}
	path->n = n;
	if (dir)
		(void)closedir(dir);
}

/* bundle.json, host, snapshots with their record last, last, end.json. */
static int rank(struct span name)
{
	static const struct span order[] = {
		SPAN_INIT("bundle.json"), SPAN_INIT("host/"),    SPAN_INIT("snap/"),
		SPAN_INIT("last/"),       SPAN_INIT("end.json"),
	};
	int i = 0;

	while (i < 5 && !span_starts(name, order[i]))
		i++;
	return i;
}

static int by_place(const void *a, const void *b)
{
	struct span x = span_of(((const struct file *)a)->name);
	struct span y = span_of(((const struct file *)b)->name), xs, ys;
	int c = rank(x) - rank(y);

	if (c || rank(x) != 2)
		return c ? c : span_cmp(x, y);
	(void)span_skip(&x, SPAN("snap/"));
	(void)span_skip(&y, SPAN("snap/"));
	if (!span_cut(&x, '/', &xs) || !span_cut(&y, '/', &ys))
		return span_cmp(x, y);
	if (xs.n != ys.n)
		return xs.n < ys.n ? -1 : 1;
	c = span_cmp(xs, ys);
	if (c)
		return c;
	c = span_eq(x, SPAN("tick.json")) - span_eq(y, SPAN("tick.json"));
	return c ? c : span_cmp(x, y);
}

/* The stem: this folder, or the only one in it that has a bundle.json. */
static int find_stem(int fd)
{
	int copy, found = -1;
	struct dirent *d;
	DIR *dir;

	if (faccessat(fd, "bundle.json", F_OK, 0) == 0)
		return openat(fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	copy = openat(fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	dir = copy < 0 ? NULL : fdopendir(copy);
	while (dir && found < 0 && (d = readdir(dir))) {
		int sub = d->d_name[0] == '.'
		                  ? -1
		                  : openat(fd, d->d_name,
		                           O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

		if (sub >= 0 && faccessat(sub, "bundle.json", F_OK, 0) == 0)
			found = sub;
		else if (sub >= 0)
			(void)close(sub);
	}
	if (dir)
		(void)closedir(dir);
	return found;
}

struct folder *folder_open(int fd, struct err *e)
{
	struct folder *f = must_alloc(sizeof(*f));
	char path[BUNDLE_NAME_MAX];
	struct buf b = BUF_OVER(path);

	f->fd = find_stem(fd);
	if (f->fd < 0) {
		(void)err_set(e, 0, "not a bundle: no bundle.json in the folder");
		folder_close(f);
		return NULL;
	}
	walk(f, f->fd, &b, 0);
	qsort(f->files, f->n, sizeof(*f->files), by_place);
	return f;
}

void folder_close(struct folder *f)
{
	if (!f)
		return;
	for (size_t i = 0; i < f->n; i++)
		free(f->files[i].name);
	free(f->files);
	if (f->fd >= 0)
		(void)close(f->fd);
	free(f);
}

const char *folder_next(struct folder *f)
{
	struct buf name = BUF_OVER(f->name);

	if (f->at == f->n)
		return NULL;
	buf_str(&name, "STEM/");
	buf_str(&name, f->files[f->at++].name);
	return buf_cstr(&name);
}

uint64_t folder_size(const struct folder *f)
{
	return f->files[f->at - 1].size;
}

size_t folder_read(struct folder *f, char *text, size_t n)
{
	int fd = openat(f->fd, f->files[f->at - 1].name,
	                O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	size_t got = 0;

	while (fd >= 0 && got < n) {
		ssize_t r = read(fd, text + got, n - got);

		if (r < 0 && errno == EINTR)
			continue;
		if (r <= 0)
			break;
		got += (size_t)r;
	}
	if (fd >= 0)
		(void)close(fd);
	return got;
}

char *folder_digest(struct folder *f)
{
	return f->files[f->at - 1].digest;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(((const struct file *)a)->name, ((const struct file *)b)->name);
}

const char *folder_next_digest(struct folder *f, const char **name)
{
	if (f->digest_at == 0)
		qsort(f->files, f->n, sizeof(*f->files), by_name);
	while (f->digest_at < f->n && !f->files[f->digest_at].digest[0])
		f->digest_at++;
	if (f->digest_at == f->n)
		return NULL;
	*name = f->files[f->digest_at].name;
	return f->files[f->digest_at++].digest;
}
