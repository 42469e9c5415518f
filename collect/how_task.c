/*
 * Files of the watched processes, by `what`: "/proc/%t/stat".  /proc/PID/fd is
 * taken as a count: its text is "N\n".
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "collect/how.h"

/* The count as a number's text. */
#define COUNT_BYTES 24

/* Since Linux 6.2 the folder's size is the number of its entries; before it is 0. */
static int count_fds(int dir, uint64_t *n)
{
	struct stat st;
	DIR *d;
	int fd;

	if (fstatat(dir, "fd", &st, 0) == 0 && st.st_size > 0) {
		*n = (uint64_t)st.st_size;
		return 0;
	}
	fd = openat(dir, "fd", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	d = fd < 0 ? NULL : fdopendir(fd);
	if (!d)
		return errno;
	*n = 0;
	for (const struct dirent *e = readdir(d); e; e = readdir(d))
		*n += e->d_name[0] != '.';
	(void)closedir(d);
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
static int read_file(struct job *j, int dir, const char *file)
{
	int fd = openat(dir, file, O_RDONLY | O_CLOEXEC), error = 0;
	struct buf *b;
	ssize_t n;

	if (fd < 0)
		return errno;
	b = job_room(j, j->source->cap);
	if (b) {
		n = read(fd, b->p + b->n, j->source->cap);
		error = n < 0 ? errno : 0;
		b->n += n > 0 ? (size_t)n : 0;
	}
	(void)close(fd);
	return error;
}

static void read_task(struct job *j, const struct task *t, struct span file)
{
	char name[BUNDLE_NAME_MAX], path[64];
	struct buf member = BUF_OVER(name), b = BUF_OVER(path);
	int error = ESRCH;

	buf_fmt(&member, "proc/%d/%.*s", t->pid, (int)file.n, file.p);
	buf_put(&b, file);
	(void)job_begin(j, buf_span(&member));
	if (t->dir >= 0)
		error = span_eq(file, SPAN("fd")) ? read_count(j, t->dir)
		                                  : read_file(j, t->dir, buf_cstr(&b));
	job_end(j, status_of_errno(error), error, NULL);
}

void how_task(struct job *j)
{
	struct span file = span_of(j->source->what), before;

	(void)span_rcut(&file, '/', &before);
	for (size_t i = 0; i < j->host->tasks_n; i++) {
		read_task(j, &j->host->tasks[i], file);
		job_drain(j);
	}
}
