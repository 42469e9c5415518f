#include "collect/output.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/fs.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "collect/stream.h"
#include "schema/buf.h"

struct output {
	int fd;
	int dir; /* the folder as it was found, whatever stands under its name since; -1 = none */
	bool stream; /* standard output: nothing to rename, to cut or to reserve */
	bool may_stall;
	bool force;
	bool sync_told;
	_Atomic int sync_error; /* what fdatasync met: the kernel tells each error once */
	dev_t dev;              /* the file that was made */
	ino_t ino;
	uint64_t bytes, mark;
	uint64_t kept; /* there is room up to here */
	struct digest *digest;
	size_t base; /* where the last component of the names begins */
	char name[PATH_MAX], part[PATH_MAX], sum[PATH_MAX];
};

static bool is_stream(const char *name)
{
	return strcmp(name, "-") == 0;
}

/* Nothing of somebody else's is in the way; without force nothing at all. */
static int check_name(const struct output *o, const char *name, bool force, struct err *e)
{
	struct stat st;

	if (fstatat(o->dir, name + o->base, &st, AT_SYMLINK_NOFOLLOW) != 0)
		return errno == ENOENT
		               ? 0
		               : err_set(e, errno, "cannot create %s (-o FILE puts it elsewhere)",
		                         name);
	if (!S_ISREG(st.st_mode))
		return err_set(e, 0, "%s exists and is no regular file", name);
	if (!force)
		return err_set(e, EEXIST, "%s (--force overwrites it)", name);
	return 0;
}

/* What is done from now on is done in this folder, and nowhere else. */
static int open_folder(struct output *o, struct err *e)
{
	char path[PATH_MAX] = ".";
	struct buf b = BUF_OVER(path);

	if (o->base)
		buf_put(&b, (struct span){o->name, o->base});
	if (!o->name[o->base])
		return err_set(e, EISDIR, "%s", o->name);
	o->dir = open(b.n ? buf_cstr(&b) : path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	return o->dir < 0
	               ? err_set(e, errno, "cannot create %s (-o FILE puts it elsewhere)", o->part)
	               : 0;
}

static int open_part(struct output *o, struct err *e)
{
	struct stat st;

	/* a sum without its file is of no use to anybody: it may be overwritten */
	if (check_name(o, o->name, o->force, e) < 0 || check_name(o, o->part, o->force, e) < 0 ||
	    check_name(o, o->sum, true, e) < 0)
		return -1;
	if (o->force && unlinkat(o->dir, o->part + o->base, 0) != 0 && errno != ENOENT)
		return err_set(e, errno, "cannot remove %s", o->part);
	o->fd = openat(o->dir, o->part + o->base,
	               O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (o->fd < 0 || fstat(o->fd, &st) != 0)
		return err_set(e, errno, "cannot create %s (-o FILE puts it elsewhere)", o->part);
	o->dev = st.st_dev;
	o->ino = st.st_ino;
	return 0;
}

static int name_it(struct output *o, const char *name, struct err *e)
{
	struct buf whole = BUF_OVER(o->name), part = BUF_OVER(o->part), sum = BUF_OVER(o->sum);
	const char *slash = strrchr(name, '/');

	buf_str(&whole, name);
	(void)buf_cstr(&whole);
	buf_fmt(&part, "%s.part", name);
	(void)buf_cstr(&part);
	buf_fmt(&sum, "%s.sha256", name);
	(void)buf_cstr(&sum);
	o->base = slash ? (size_t)(slash - name) + 1 : 0;
	return whole.cut || part.cut || sum.cut ? err_set(e, ENAMETOOLONG, "%s", name) : 0;
}

struct output *output_open(const char *name, bool force, struct err *e)
{
	struct output *o = calloc(1, sizeof(*o));

	if (o) {
		o->fd = o->dir = -1;
		o->digest = digest_open();
		o->force = force;
		o->stream = is_stream(name);
	}
	if (!o || !o->digest) {
		output_free(o);
		(void)err_set(e, ENOMEM, "output");
		return NULL;
	}
	if (o->stream) {
		o->fd = STDOUT_FILENO;
		o->may_stall = stream_can_stall(o->fd);
		return o;
	}
	if (name_it(o, name, e) == 0 && open_folder(o, e) == 0 && open_part(o, e) == 0)
		return o;
	output_free(o);
	return NULL;
}

void output_free(struct output *o)
{
	if (!o)
		return;
	if (o->fd >= 0 && !o->stream)
		(void)close(o->fd);
	if (o->dir >= 0)
		(void)close(o->dir);
	digest_free(o->digest);
	free(o);
}

/* Whether that name still stands for the file that was made: the folder may be somebody else's. */
static bool is_ours(const struct output *o, const char *name)
{
	struct stat st;

	return fstatat(o->dir, name + o->base, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
	       st.st_dev == o->dev && st.st_ino == o->ino;
}

void output_discard(struct output *o)
{
	if (!o->stream && o->fd >= 0 && o->mark == 0 && is_ours(o, o->part))
		(void)unlinkat(o->dir, o->part + o->base, 0);
}

bool output_left(const struct output *o)
{
	return !o->stream && o->mark > 0 && is_ours(o, o->part);
}

/* As many bytes as are taken at once, which is at least one; -1 with errno. */
static ssize_t write_some(int fd, bool may_stall, const void *p, size_t n)
{
	ssize_t put;

	do {
		put = may_stall ? stream_write(fd, p, n) : write(fd, p, n);
	} while (put < 0 && errno == EINTR);
	if (put == 0)
		errno = EIO;
	return put > 0 ? put : -1;
}

int output_put(void *arg, const void *p, size_t n, struct err *e)
{
	struct output *o = arg;
	const char *at = p;

	while (n) {
		ssize_t put = write_some(o->fd, o->may_stall, at, n);

		if (put < 0 && o->stream)
			return err_set(e, errno, "cannot write to standard output%s",
			               errno == ETIMEDOUT ? ", from which nobody reads" : "");
		if (put < 0)
			return err_set(e, errno, "cannot write %s (-o FILE puts it elsewhere)",
			               o->part);
		digest_put(o->digest, at, (size_t)put);
		at += put;
		n -= (size_t)put;
		o->bytes += (uint64_t)put;
	}
	return 0;
}

void output_mark(struct output *o)
{
	o->mark = o->bytes;
	digest_mark(o->digest);
}

void output_end(const struct output *o, const void *p, size_t n)
{
	ssize_t put;

	if (o->stream || !n)
		return;
	do {
		put = pwrite(o->fd, p, n, (off_t)o->bytes);
	} while (put < 0 && errno == EINTR);
	/* without them the tick reads all the same, in programs that take cut streams */
}

int output_back(struct output *o)
{
	if (o->stream || ftruncate(o->fd, (off_t)o->mark) != 0 ||
	    lseek(o->fd, (off_t)o->mark, SEEK_SET) < 0)
		return -1;
	o->bytes = o->kept = o->mark;
	digest_back(o->digest);
	return 0;
}

/* A pipe, a read-only file system: nothing to bring to a disk. */
static bool sync_failed(int error)
{
	return error != EINVAL && error != EROFS && error != EINTR;
}

void output_sync(struct output *o)
{
	if (!o->stream && fdatasync(o->fd) != 0 && sync_failed(errno))
		o->sync_error = errno;
}

int output_sync_error(struct output *o)
{
	int error = o->sync_error;

	o->sync_told |= error != 0;
	return error;
}

int output_reserve(struct output *o, uint64_t bytes)
{
	struct rlimit most;

	if (o->stream)
		return 0;
	if (getrlimit(RLIMIT_FSIZE, &most) == 0 && most.rlim_cur != RLIM_INFINITY &&
	    most.rlim_cur < o->bytes + bytes)
		return -1;
	if (o->bytes + bytes <= o->kept)
		return 0;
	/* twice as much, so that not each tick has to ask; where there is no more, just enough */
	for (uint64_t n = 2 * bytes; n >= bytes; n -= bytes) {
		if (fallocate(o->fd, FALLOC_FL_KEEP_SIZE, (off_t)o->bytes, (off_t)n) == 0) {
			o->kept = o->bytes + n;
			return 0;
		}
		if (errno != ENOSPC && errno != EDQUOT)
			return 0;
	}
	return -1;
}

int64_t output_room(const struct output *o)
{
	struct statvfs v;

	if (o->stream || fstatvfs(o->fd, &v) != 0 || v.f_blocks == 0)
		return -1;
	return v.f_bavail > INT64_MAX / v.f_frsize ? INT64_MAX : (int64_t)(v.f_bavail * v.f_frsize);
}

uint64_t output_bytes(const struct output *o)
{
	return o->bytes;
}

/* Before Linux 3.15, in a sandbox that is older, or on a file system without RENAME_NOREPLACE: a
 * link of another name never takes the place of a file. */
static int rename_old(const struct output *o, struct err *e)
{
	const char *part = o->part + o->base, *name = o->name + o->base;

	if (!o->force && linkat(o->dir, part, o->dir, name, 0) == 0)
		return unlinkat(o->dir, part, 0);
	if (!o->force && errno == EEXIST)
		return -1;
	if (check_name(o, o->name, o->force, e) < 0)
		return -1;
	return renameat(o->dir, part, o->dir, name);
}

/* RENAME_NOREPLACE: another run may have made NAME in the meantime. */
static int rename_it(const struct output *o, struct err *e)
{
	unsigned flags = o->force ? 0 : RENAME_NOREPLACE;
	long done;

	if (!is_ours(o, o->part))
		return err_set(e, 0,
		               "%s was removed or replaced while it was written: nothing "
		               "is left of it",
		               o->part);
	/* not every C library has a function for it */
	done = syscall(SYS_renameat2, o->dir, o->part + o->base, o->dir, o->name + o->base, flags);
	if (done != 0 && (errno == EINVAL || errno == ENOSYS || errno == EPERM))
		done = rename_old(o, e);
	if (done != 0)
		return err_set(e, errno, "cannot rename %s, which is whole", o->part);
	if (!is_ours(o, o->name))
		return err_set(e, 0, "%s is not what was written: somebody replaced it", o->name);
	return 0;
}

static int put_line(int fd, struct span line)
{
	while (line.n) {
		ssize_t put = write_some(fd, false, line.p, line.n);

		if (put < 0)
			return errno;
		line = span_sub(line, (size_t)put, line.n);
	}
	return 0;
}

/* Half a sum is worse than none. */
static int write_digest(const struct output *o, const char *hex, struct err *e)
{
	const char *sum = o->sum + o->base;
	char line[PATH_MAX + DIGEST_HEX];
	struct buf l = BUF_OVER(line);
	int fd, error;

	buf_fmt(&l, "%s  %s\n", hex, o->name + o->base);
	if (unlinkat(o->dir, sum, 0) != 0 && errno != ENOENT)
		return err_set(e, errno, "cannot replace %s", o->sum);
	fd = openat(o->dir, sum, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0)
		return err_set(e, errno, "cannot create %s", o->sum);
	error = put_line(fd, buf_span(&l));
	if (close(fd) != 0 && !error && errno != EINTR)
		error = errno;
	if (!error)
		return 0;
	(void)unlinkat(o->dir, sum, 0);
	return err_set(e, error, "cannot write %s", o->sum);
}

/* Everything is on the disk, or it is said that it may not be. */
static int close_part(struct output *o, struct err *e)
{
	int error = 0, r;

	/* what output_reserve kept goes back */
	if (ftruncate(o->fd, (off_t)o->bytes) != 0 && errno != EINVAL && errno != EINTR)
		error = errno;
	do {
		r = fsync(o->fd);
	} while (r != 0 && errno == EINTR);
	if (r != 0 && sync_failed(errno) && !error)
		error = errno;
	if (!error && !o->sync_told)
		error = o->sync_error;
	if (close(o->fd) != 0 && errno != EINTR && !error)
		error = errno;
	o->fd = -1;
	return error ? err_set(e, error, "cannot bring %s to the disk, where it may be damaged",
	                       o->part)
	             : 0;
}

int output_finish(struct output *o, char hex[DIGEST_HEX], struct err *e)
{
	digest_hex(o->digest, hex);
	if (o->stream)
		return 0;
	if (close_part(o, e) < 0 || rename_it(o, e) < 0)
		return -1;
	return write_digest(o, hex, e) < 0 ? 1 : 0;
}
