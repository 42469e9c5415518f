#include "analyze/folder.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
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
	int64_t mtime_s;
	char digest[DIGEST_HEX];
};

struct folder {
	int fd; /* the stem */
	char stem[256];
	struct file *files;
	size_t n, cap, at;
	size_t digest_at; /* of folder_next_digest */
	char name[BUNDLE_NAME_MAX + 256];
};

static void add(struct folder *f, struct span name, const struct stat *st)
{
	if (f->n == f->cap) {
		f->cap = f->cap ? f->cap * 2 : 1024;
		f->files = must_grow(f->files, f->cap * sizeof(*f->files));
	}
	f->files[f->n++] = (struct file){.name = (char *)(uintptr_t)must_copy(name).p,
	                                 .size = (uint64_t)st->st_size,
	                                 .mtime_s = st->st_mtime};
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
			add(f, buf_span(path), &st);
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

enum { RANK_SNAP = 2, RANK_OTHER = 8 };

/*
 * bundle.json, host, snapshots with their record last, last, end.json; what a sosreport
 * says of itself, then all of it.
 */
static int rank(struct span name)
{
	static const struct span order[RANK_OTHER] = {
		SPAN_INIT("bundle.json"),  SPAN_INIT("host/"),     SPAN_INIT("snap/"),
		SPAN_INIT("last/"),        SPAN_INIT("end.json"),  SPAN_INIT("version.txt"),
		SPAN_INIT("sos_reports/"), SPAN_INIT("sos_logs/"),
	};
	int i = 0;

	while (i < RANK_OTHER && !span_starts(name, order[i]))
		i++;
	return i;
}

static int by_place(const void *a, const void *b)
{
	struct span x = span_of(((const struct file *)a)->name);
	struct span y = span_of(((const struct file *)b)->name), xs, ys;
	int c = rank(x) - rank(y);

	if (c || rank(x) != RANK_SNAP)
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

/* One of them is in the stem. */
static bool is_stem(int fd)
{
	static const char *const marks[] = {"bundle.json", "sos_commands", "sos_reports"};

	for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); i++)
		if (faccessat(fd, marks[i], F_OK, AT_SYMLINK_NOFOLLOW) == 0)
			return true;
	return false;
}

static void name_stem(struct folder *f, struct span name)
{
	struct buf b = BUF_OVER(f->stem);

	while (span_ends(name, SPAN("/")))
		name.n--;
	(void)span_rcut(&name, '/', &(struct span){0});
	b.cut = name.n == 0 || span_eq(name, SPAN(".")) || span_eq(name, SPAN(".."));
	buf_put(&b, name);
	if (b.cut) {
		b.n = 0;
		buf_str(&b, "STEM");
	}
	(void)buf_cstr(&b);
}

/* The stem: this folder, or the only one in it that is one. */
static int find_stem(struct folder *f, int fd, const char *path)
{
	int copy = openat(fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC), found = -1;
	struct dirent *d;
	DIR *dir;

	name_stem(f, span_of(path));
	if (is_stem(fd))
		return copy;
	dir = copy < 0 ? NULL : fdopendir(copy);
	while (dir && found < 0 && (d = readdir(dir))) {
		int sub = d->d_name[0] == '.'
		                  ? -1
		                  : openat(fd, d->d_name,
		                           O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

		if (sub >= 0 && is_stem(sub)) {
			name_stem(f, span_of(d->d_name));
			found = sub;
		} else if (sub >= 0) {
			(void)close(sub);
		}
	}
	if (dir)
		(void)closedir(dir);
	return found;
}

struct folder *folder_open(int fd, const char *path, struct err *e)
{
	struct folder *f = must_alloc(sizeof(*f));
	char name[BUNDLE_NAME_MAX];
	struct buf b = BUF_OVER(name);

	f->fd = find_stem(f, fd, path);
	if (f->fd < 0) {
		(void)err_set(e, 0,
		              "not a bundle: no bundle.json and no sos_commands in the folder");
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
	buf_str(&name, f->stem);
	buf_char(&name, '/');
	buf_str(&name, f->files[f->at++].name);
	return buf_cstr(&name);
}

uint64_t folder_size(const struct folder *f)
{
	return f->files[f->at - 1].size;
}

int64_t folder_mtime(const struct folder *f)
{
	return f->files[f->at - 1].mtime_s;
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
