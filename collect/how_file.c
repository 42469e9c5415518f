/*
 * Pseudo-files by path.  A file that is read at each tick stays open and is read
 * again from its start: opening it costs as much as reading it.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "collect/how.h"
#include "collect/path.h"
#include "schema/unit.h"

/* Read in pieces of this size: most files end within the first. */
#define PIECE ((size_t)16 * KIB)
/* "**" goes down so many folders; sysctl trees have 7. */
#define DEPTH_MAX 16

struct open_file {
	int fd;
};

static void close_file(void *p)
{
	struct open_file *f = p;

	if (f->fd >= 0)
		(void)close(f->fd);
	free(f);
}

/* Whether the file goes on behind `at`. */
static bool goes_on(int fd, off_t at)
{
	char byte;

	return pread(fd, &byte, 1, at) == 1;
}

/*
 * Reads the file from its start into the capture begun.  Returns 0 or an errno, of a file that
 * fails half-way with CAPTURE_CUT: its head is worth keeping.
 */
static int read_all(struct job *j, int fd, enum capture_status *status)
{
	size_t at = 0, most = j->source->cap;

	*status = CAPTURE_OK;
	for (;;) {
		size_t n = most - at < PIECE ? most - at : PIECE;
		struct buf *b = n ? job_room(j, n) : NULL;
		ssize_t got;

		if (!b) {
			*status = goes_on(fd, (off_t)at) ? CAPTURE_CUT : CAPTURE_OK;
			return 0;
		}
		got = pread(fd, b->p + b->n, n, (off_t)at);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0) {
			*status = at ? CAPTURE_CUT : CAPTURE_ERROR;
			return errno;
		}
		if (got == 0)
			return 0;
		b->n += (size_t)got;
		at += (size_t)got;
	}
}

/* Nobody may read it: net.ipv4.route.flush is there to be written. */
static bool write_only(const struct job *j, const char *path)
{
	struct stat st;

	return !j->host->root[0] && stat(path, &st) == 0 && (st.st_mode & 0444) == 0;
}

/* The end of a capture, and what an errno means for a file that is there. */
static void end_read(struct job *j, const char *path, enum capture_status status, int error)
{
	struct span p = span_of(path);

	if (!error || status == CAPTURE_CUT)
		job_end(j, status, error, error ? "could not be read further" : NULL);
	else if (error == EIO && span_starts(p, SPAN("/proc/sys/")))
		job_end(j, CAPTURE_ABSENT, error, "not set"); /* net.ipv6.conf.*.stable_secret */
	else if ((error == EACCES || error == EPERM) && write_only(j, path))
		job_end(j, CAPTURE_ABSENT, error, "write-only");
	else if (error == ENODATA)
		job_end(j, CAPTURE_ABSENT, 0, "not a regular file");
	else
		job_end(j, status_of_errno(error), error, NULL);
}

void file_capture(struct job *j, const char *path)
{
	enum capture_status status = CAPTURE_ERROR;
	int fd, error;

	(void)job_begin(j, span_of(path + 1));
	fd = host_open(j->host, path);
	error = fd < 0 ? errno : read_all(j, fd, &status);
	if (fd >= 0)
		(void)close(fd);
	end_read(j, path, status, error);
	job_drain(j);
}

static struct open_file *kept_file(struct job *j)
{
	if (!j->kept->p) {
		struct open_file *f = malloc(sizeof(*f));

		if (!f)
			return NULL;
		f->fd = -1;
		j->kept->p = f;
		j->kept->free = close_file;
	}
	return j->kept->p;
}

/* A dump's file may be replaced, and there may be too few descriptors. */
static bool may_keep(const struct job *j, int fd)
{
	return !j->host->root[0] && fd_may_stay(fd);
}

/* A file that went away with its module fails once and is opened anew. */
static int read_kept(struct job *j, struct open_file *f, enum capture_status *status)
{
	size_t from = j->text.n;
	int error = 0;

	for (int tries = 0; tries < 2; tries++) {
		bool fresh = f->fd < 0, keep = true;

		if (fresh)
			f->fd = host_open(j->host, j->source->what);
		if (f->fd < 0)
			return errno;
		if (fresh)
			keep = may_keep(j, f->fd);
		j->text.n = from;
		error = read_all(j, f->fd, status);
		if (!error && keep)
			return 0;
		(void)close(f->fd);
		f->fd = -1;
		if (fresh)
			break;
	}
	return error;
}

static void read_path(struct job *j)
{
	struct open_file *f = kept_file(j);
	enum capture_status status = CAPTURE_ERROR;
	int error;

	(void)job_begin(j, span_of(j->source->what + 1));
	error = f ? read_kept(j, f, &status) : ENOMEM;
	end_read(j, j->source->what, status, error);
}

/* The names of the folder at each depth of a walk, used again by each run. */
struct folders {
	struct names at[DEPTH_MAX + 1];
};

static void free_folders(void *p)
{
	struct folders *f = p;

	for (size_t i = 0; i <= DEPTH_MAX; i++)
		names_free(&f->at[i]);
	free(f);
}

struct walk {
	struct job *job;
	struct folders *folders;
	char path[BUNDLE_NAME_MAX];
	size_t found;
	int error; /* of the folder that could not be read, or 0 */
};

/* True when the walk may go into this entry; a '*' follows a link, as in /sys/class/net, "**" does
 * not. */
static bool is_folder(unsigned char type, bool deep)
{
	return type == DT_DIR || (type == DT_LNK && !deep);
}

static void walk(struct walk *w, size_t n, struct span pattern, unsigned depth);

/* One entry of a folder that matches `part`; `rest` is the pattern below it. */
static void visit(struct walk *w, struct span name, unsigned char type, size_t n, struct span part,
                  struct span rest, unsigned depth)
{
	struct buf b = {.p = w->path, .n = n, .cap = sizeof(w->path)};
	bool deep = span_eq(part, SPAN("**"));
	size_t end;

	buf_char(&b, '/');
	buf_put(&b, name);
	(void)buf_cstr(&b);
	end = b.n;
	if (b.cut)
		return;
	if (rest.n == 0 && type == DT_REG && source_wants(w->job->source, name)) {
		w->found++;
		file_capture(w->job, w->path);
	} else if (deep && is_folder(type, deep)) {
		walk(w, end, part, depth + 1);
	} else if (rest.n && is_folder(type, deep)) {
		walk(w, end, rest, depth + 1);
	}
}

/* The part of the pattern without stars is put as it is: only its end is opened. */
static void walk(struct walk *w, size_t n, struct span pattern, unsigned depth)
{
	struct buf b = {.p = w->path, .n = n, .cap = sizeof(w->path)};
	struct span part;
	struct names *ns;

	for (;;) {
		struct span all = pattern;

		if (!span_cut(&pattern, '/', &part)) {
			part = all;
			pattern.n = 0;
		}
		if (span_find(part, '*') < part.n)
			break;
		buf_char(&b, '/');
		buf_put(&b, part);
		if (pattern.n == 0) {
			file_capture(w->job, buf_cstr(&b));
			w->found++;
			return;
		}
	}
	(void)buf_cstr(&b);
	if (depth > DEPTH_MAX || b.cut)
		return;
	ns = &w->folders->at[depth];
	if (names_read(w->job->host, w->path, ns) != 0 && errno != ENOENT && errno != ENOTDIR)
		w->error = errno;
	for (size_t i = 0; i < ns->n; i++) {
		struct span name = span_of(ns->v[i]);

		if (span_match(name, part, NULL))
			visit(w, name, names_type(ns, i), b.n, part, pattern, depth);
	}
}

static void read_glob(struct job *j)
{
	struct walk w = {.job = j, .folders = job_keep(j, sizeof(*w.folders), free_folders)};
	struct span pattern = span_of(j->source->what + 1);

	if (w.folders)
		walk(&w, 0, pattern, 0);
	else
		w.error = ENOMEM;
	if (w.error || w.found == 0)
		job_fail(j, pattern, w.error ? w.error : ENOENT, NULL);
}

void how_file(struct job *j)
{
	struct span what = span_of(j->source->what);

	if (span_find(what, '*') < what.n)
		read_glob(j);
	else
		read_path(j);
}
