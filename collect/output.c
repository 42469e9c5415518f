#include "collect/output.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/fs.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "schema/buf.h"

struct output {
	int fd;
	bool stream; /* standard output: nothing to rename, to cut or to reserve */
	bool force;
	uint64_t bytes, mark;
	struct digest *digest;
	char name[PATH_MAX], part[PATH_MAX];
};

static bool is_stream(const char *name)
{
	return strcmp(name, "-") == 0;
}

/* Nothing of somebody else's is in the way; without force nothing at all. */
static int check_name(const char *name, bool force, struct err *e)
{
	struct stat st;

	if (lstat(name, &st) != 0)
		return 0;
	if (!S_ISREG(st.st_mode))
		return err_set(e, 0, "%s exists and is no regular file", name);
	if (!force)
		return err_set(e, EEXIST, "%s (--force overwrites it)", name);
	return 0;
}

static int open_part(struct output *o, struct err *e)
{
	if (check_name(o->name, o->force, e) < 0 || check_name(o->part, o->force, e) < 0)
		return -1;
	if (o->force && unlink(o->part) != 0 && errno != ENOENT)
		return err_set(e, errno, "cannot remove %s", o->part);
	o->fd = open(o->part, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (o->fd < 0)
		return err_set(e, errno, "cannot create %s (-o FILE puts it elsewhere)", o->part);
	return 0;
}

static int name_it(struct output *o, const char *name, struct err *e)
{
	struct buf whole = BUF_OVER(o->name), part = BUF_OVER(o->part);

	buf_str(&whole, name);
	(void)buf_cstr(&whole);
	buf_fmt(&part, "%s.part", name);
	(void)buf_cstr(&part);
	return whole.cut || part.cut ? err_set(e, ENAMETOOLONG, "%s", name) : 0;
}

struct output *output_open(const char *name, bool force, struct err *e)
{
	struct output *o = calloc(1, sizeof(*o));

	if (o) {
		o->fd = -1;
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
		return o;
	}
	if (name_it(o, name, e) == 0 && open_part(o, e) == 0)
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
	digest_free(o->digest);
	free(o);
}

void output_discard(struct output *o)
{
	if (!o->stream && o->fd >= 0 && o->mark == 0)
		(void)unlink(o->part);
}

int output_put(void *arg, const void *p, size_t n, struct err *e)
{
	struct output *o = arg;
	const char *at = p;

	while (n) {
		ssize_t put = write(o->fd, at, n);

		if (put < 0 && errno == EINTR)
			continue;
		if (put < 0)
			return err_set(e, errno, "write %s",
			               o->stream ? "to standard output" : o->part);
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
	ssize_t put = o->stream || !n ? 0 : pwrite(o->fd, p, n, (off_t)o->bytes);

	(void)put; /* without them the tick reads all the same, in programs that take cut streams */
}

int output_back(struct output *o)
{
	if (o->stream || ftruncate(o->fd, (off_t)o->mark) != 0 ||
	    lseek(o->fd, (off_t)o->mark, SEEK_SET) < 0)
		return -1;
	o->bytes = o->mark;
	digest_back(o->digest);
	return 0;
}

void output_sync(const struct output *o)
{
	if (!o->stream)
		(void)fdatasync(o->fd); /* its errors come back at the next write, or at the end */
}

int output_reserve(struct output *o, uint64_t bytes)
{
	struct rlimit most;

	if (o->stream)
		return 0;
	if (getrlimit(RLIMIT_FSIZE, &most) == 0 && most.rlim_cur != RLIM_INFINITY &&
	    most.rlim_cur < o->bytes + bytes)
		return -1;
	if (fallocate(o->fd, FALLOC_FL_KEEP_SIZE, (off_t)o->bytes, (off_t)bytes) == 0)
		return 0;
	return errno == ENOSPC || errno == EDQUOT ? -1 : 0;
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

/* RENAME_NOREPLACE: another run may have made NAME in the meantime. */
static int rename_it(const struct output *o, struct err *e)
{
	unsigned flags = o->force ? 0 : RENAME_NOREPLACE;

	/* not every C library has a function for it */
	if (syscall(SYS_renameat2, AT_FDCWD, o->part, AT_FDCWD, o->name, flags) == 0)
		return 0;
	/* before Linux 3.15, in a sandbox that is older, or on a file system without it */
	if ((errno == EINVAL || errno == ENOSYS || errno == EPERM) &&
	    check_name(o->name, o->force, e) == 0 && rename(o->part, o->name) == 0)
		return 0;
	return err_set(e, errno, "cannot rename %s", o->part);
}

static int write_digest(const struct output *o, const char *hex, struct err *e)
{
	const char *slash = strrchr(o->name, '/');
	char name[PATH_MAX], line[PATH_MAX + DIGEST_HEX];
	struct buf n = BUF_OVER(name), l = BUF_OVER(line);
	int fd, error = 0;

	buf_fmt(&n, "%s.sha256", o->name);
	buf_fmt(&l, "%s  %s\n", hex, slash ? slash + 1 : o->name);
	if (unlink(buf_cstr(&n)) != 0 && errno != ENOENT)
		return err_set(e, errno, "%s", name);
	fd = open(name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0)
		return err_set(e, errno, "%s", name);
	errno = EIO;
	if (write(fd, l.p, l.n) != (ssize_t)l.n)
		error = errno;
	if (close(fd) != 0 && !error)
		error = errno;
	return error ? err_set(e, error, "%s", name) : 0;
}

int output_finish(struct output *o, char hex[DIGEST_HEX], struct err *e)
{
	digest_hex(o->digest, hex);
	if (o->stream)
		return 0;
	/* what output_reserve kept goes back; a name that stands for a whole file has it on disk */
	if (ftruncate(o->fd, (off_t)o->bytes) != 0 && errno != EINVAL)
		return err_set(e, errno, "%s", o->part);
	if (fsync(o->fd) != 0 && errno != EINVAL && errno != EROFS)
		return err_set(e, errno, "%s", o->part);
	if (close(o->fd) != 0) {
		o->fd = -1;
		return err_set(e, errno, "%s", o->part);
	}
	o->fd = -1;
	if (rename_it(o, e) < 0)
		return -1;
	return write_digest(o, hex, e);
}
