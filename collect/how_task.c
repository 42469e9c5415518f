/*
 * Files of the watched processes, by `what`: "/proc/%t/stat".  Two of their folders are
 * taken as one text each: /proc/PID/fd as a count, "N\n", and /proc/PID/task, of
 * processes alone, as the stat and schedstat of each thread, as grep -H shows them:
 *
 *   815/stat:815 (finagle/netty4-) S 1 ...
 *   815/schedstat:155500 2480 2
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "collect/folder.h"
#include "collect/how.h"
#include "collect/path.h"
#include "schema/unit.h"

/* The count as a number's text. */
#define COUNT_BYTES 24

/* The files of so many processes stay open: opening one costs three times what reading it does. */
#define FILES_KEPT 64

/* A JVM may have thousands of threads; those that do the work were made first. */
#define THREADS_MAX 512
/* Of one file of a thread: 52 numbers and a name. */
#define LINE_BYTES ((size_t)2 * KIB)

/* Those of the tasks, in their order, each with one added; 0 = closed. */
struct files {
	int fd[FILES_KEPT];
};

static void free_files(void *p)
{
	struct files *f = p;

	for (size_t i = 0; i < FILES_KEPT; i++)
		if (f->fd[i])
			(void)close(f->fd[i] - 1);
	free(f);
}

/* Since Linux 6.2 the folder's size is the number of its entries; before it is 0, also ours. */
static bool size_counts(void)
{
	struct stat st;

	return stat("/proc/self/fd", &st) == 0 && st.st_size > 0;
}

static int count_fds(int dir, uint64_t *n)
{
	struct folder f;
	struct stat st;
	int fd;

	if (fstatat(dir, "fd", &st, 0) == 0 && (st.st_size > 0 || size_counts())) {
		*n = (uint64_t)st.st_size;
		return 0;
	}
	fd = openat(dir, "fd", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return errno;
	folder_open(&f, fd);
	for (*n = 0; folder_next(&f); ++*n)
		;
	folder_close(&f);
	return 0;
}

static int read_count(struct job *j, int dir)
{
	uint64_t n = 0;
	int error = count_fds(dir, &n);
	struct buf *b = error ? NULL : job_room(j, COUNT_BYTES);

	if (b) {
		buf_u64(b, n);
		buf_char(b, '\n');
	}
	return error;
}

/* These files are made at once, by one read of a large enough buffer. */
static int read_file(struct job *j, int fd)
{
	struct buf *b = job_room(j, j->source->cap);
	ssize_t n;

	do {
		n = b ? pread(fd, b->p + b->n, j->source->cap, 0) : 0;
	} while (n < 0 && errno == EINTR);
	if (n < 0)
		return errno;
	if (b)
		b->n += (size_t)n;
	return 0;
}

/*
 * The file of the task that is `i`th.  A process that has ended leaves ESRCH behind, and its
 * place to the next one with its number and name (watch.c).
 */
static int read_task_file(struct job *j, size_t i, const char *file)
{
	struct files *kept = job_keep(j, sizeof(*kept), free_files);
	int *keep = kept && i < FILES_KEPT ? &kept->fd[i] : NULL;
	int fd = keep && *keep ? *keep - 1
	                       : openat(j->host->tasks[i].dir, file, O_RDONLY | O_CLOEXEC);
	int error;

	if (fd < 0)
		return errno;
	error = read_file(j, fd);
	if (keep)
		*keep = !error && (*keep || fd_may_stay(fd)) ? fd + 1 : 0;
	if (!keep || !*keep)
		(void)close(fd);
	return error;
}

/* Nothing of a thread that has ended.  False when there is no more room. */
static bool put_line(struct job *j, int threads, const char *tid, const char *file)
{
	char path[64], text[LINE_BYTES];
	struct buf b = BUF_OVER(path), *out;
	ssize_t n;
	int fd;

	buf_str(&b, tid);
	buf_char(&b, '/');
	buf_str(&b, file);
	fd = openat(threads, buf_cstr(&b), O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return true;
	n = read_again(fd, text, sizeof(text));
	(void)close(fd);
	if (n <= 0)
		return true;
	out = job_room(j, b.n + (size_t)n + 2);
	if (!out)
		return false;
	buf_put(out, buf_span(&b));
	buf_char(out, ':');
	buf_put(out, (struct span){text, (size_t)n});
	if (text[n - 1] != '\n')
		buf_char(out, '\n');
	return true;
}

static int read_threads(struct job *j, int dir, enum capture_status *status)
{
	int fd = openat(dir, "task", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	const struct dirent *e;
	struct folder f;
	size_t n = 0;

	if (fd < 0)
		return errno;
	folder_open(&f, fd);
	while (*status == CAPTURE_OK && (e = folder_next(&f)) != NULL) {
		if (n++ == THREADS_MAX || !put_line(j, fd, e->d_name, "stat") ||
		    !put_line(j, fd, e->d_name, "schedstat"))
			*status = CAPTURE_CUT;
	}
	folder_close(&f);
	return n ? 0 : ESRCH;
}

static void read_task(struct job *j, size_t i, struct span file)
{
	const struct task *t = &j->host->tasks[i];
	char name[BUNDLE_NAME_MAX], path[64];
	struct buf member = BUF_OVER(name), b = BUF_OVER(path);
	enum capture_status status = CAPTURE_OK;
	int error;

	buf_fmt(&member, "proc/%d/%.*s", t->pid, (int)file.n, file.p);
	buf_put(&b, file);
	(void)job_begin(j, buf_span(&member));
	if (t->dir < 0)
		error = t->error;
	else if (span_eq(file, SPAN("fd")))
		error = read_count(j, t->dir);
	else if (span_eq(file, SPAN("task")))
		error = read_threads(j, t->dir, &status);
	else
		error = read_task_file(j, i, buf_cstr(&b));
	job_end(j, error ? status_of_errno(error) : status, error, NULL);
}

void how_task(struct job *j)
{
	struct span file = span_of(j->source->what), before;

	(void)span_rcut(&file, '/', &before);
	for (size_t i = 0; i < j->host->tasks_n; i++) {
		if (j->host->tasks[i].kernel && span_eq(file, SPAN("task")))
			continue;
		read_task(j, i, file);
		job_drain(j);
	}
}
