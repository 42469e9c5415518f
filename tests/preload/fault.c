/*
 * A disk, a kernel and a clock that fail, for LD_PRELOAD:
 *
 *   FAULT_CALL=write,pread   which calls: open write pwrite read pread fsync fdatasync ftruncate
 *                            fallocate
 *   FAULT_PATH=out.tar       of those, the ones on a file whose path holds this
 *   FAULT_AT=3 FAULT_FOR=2   the third and the fourth of them fail (FOR 0: all from then on)
 *   FAULT_WITH=ENOSPC        with that error; SHORT: they take or give one byte alone
 *   FAULT_COUNT=FILE         FILE, of 8 bytes, gets how many of them there were
 *   FAULT_TICKS=FILE         FILE gets how many ticks are finished: each sets its timer then
 *   FAULT_AFTER_MS=300 FAULT_REAL_S=-86400 FAULT_BOOT_S=3600
 *                            these clocks step, so long after the first look at one
 *   FAULT_INTR=1             netlink dumps say that they were interrupted
 *
 * Counts are native numbers in a mapping: they outlive a process that is killed.
 */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#include <linux/netlink.h>

#define NS_PER_S  INT64_C(1000000000)
#define NS_PER_MS INT64_C(1000000)
#define SHORT     (-1)

static _Atomic uint64_t none;
static _Atomic uint64_t *calls = &none, *ticks = &none;
static char calls_list[256], path_part[256];
static uint64_t fail_at, fail_for = 1;
static int fail_with;
static int64_t step_after_ns = INT64_MAX, step_real_ns, step_boot_ns;
static _Atomic int64_t first_look_ns;
static int interrupt;

static void *next(const char *name)
{
	return dlsym(RTLD_NEXT, name);
}

static int64_t number(const char *name, int64_t other)
{
	const char *v = getenv(name);
	int minus = v && *v == '-';
	int64_t n = 0;

	for (v = v ? v + minus : ""; *v >= '0' && *v <= '9'; v++, other = minus ? -n : n)
		n = n * 10 + (*v - '0');
	return other;
}

/* The file is there, of 8 bytes: whoever runs under a limit of files may make none. */
static _Atomic uint64_t *shared(const char *name)
{
	const char *path = getenv(name);
	int fd = path ? open(path, O_RDWR) : -1;
	void *p;

	if (fd < 0)
		return &none;
	p = mmap(NULL, sizeof(uint64_t), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	(void)close(fd);
	return p == MAP_FAILED ? &none : p;
}

static int error_of(const char *name)
{
	static const struct {
		const char *name;
		int error;
	} errors[] = {
		{"ENOSPC", ENOSPC},
                {"EIO",    EIO   },
                {"EINTR",  EINTR },
                {"EDQUOT", EDQUOT},
		{"EFBIG",  EFBIG },
                {"EMFILE", EMFILE},
                {"SHORT",  SHORT },
	};

	for (size_t i = 0; name && i < sizeof(errors) / sizeof(errors[0]); i++)
		if (strcmp(name, errors[i].name) == 0)
			return errors[i].error;
	return EIO;
}

__attribute__((constructor)) static void begin(void)
{
	const char *list = getenv("FAULT_CALL"), *path = getenv("FAULT_PATH");

	(void)snprintf(calls_list, sizeof(calls_list), ",%s,", list ? list : "");
	(void)snprintf(path_part, sizeof(path_part), "%s", path ? path : "");
	fail_at = (uint64_t)number("FAULT_AT", 0);
	fail_for = (uint64_t)number("FAULT_FOR", 1);
	fail_with = error_of(getenv("FAULT_WITH"));
	step_after_ns = number("FAULT_AFTER_MS", INT64_MAX / NS_PER_MS) * NS_PER_MS;
	step_real_ns = number("FAULT_REAL_S", 0) * NS_PER_S;
	step_boot_ns = number("FAULT_BOOT_S", 0) * NS_PER_S;
	interrupt = getenv("FAULT_INTR") != NULL;
	calls = shared("FAULT_COUNT");
	ticks = shared("FAULT_TICKS");
}

static int listed(const char *call)
{
	char name[32];

	(void)snprintf(name, sizeof(name), ",%s,", call);
	return strstr(calls_list, name) != NULL;
}

/* 0 to go on, SHORT, or the errno it is to fail with. */
static int due_at(const char *path)
{
	uint64_t n;

	if (path_part[0] && !strstr(path, path_part))
		return 0;
	n = ++*calls;
	if (!fail_at || n < fail_at || (fail_for && n >= fail_at + fail_for))
		return 0;
	return fail_with;
}

static int due(const char *call, int fd)
{
	char link[64], path[4096] = "";
	ssize_t n;

	if (!listed(call))
		return 0;
	(void)snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	n = readlink(link, path, sizeof(path) - 1);
	path[n > 0 ? n : 0] = '\0';
	return due_at(path);
}

static int fail(int error)
{
	errno = error;
	return -1;
}

static size_t less(int fault, size_t n)
{
	return fault == SHORT && n ? 1 : n;
}

/* --- calls on descriptors --- */

ssize_t write(int fd, const void *p, size_t n)
{
	ssize_t (*real)(int, const void *, size_t) = next("write");
	int fault = due("write", fd);

	return fault > 0 ? fail(fault) : real(fd, p, less(fault, n));
}

ssize_t read(int fd, void *p, size_t n)
{
	ssize_t (*real)(int, void *, size_t) = next("read");
	int fault = due("read", fd);

	return fault > 0 ? fail(fault) : real(fd, p, less(fault, n));
}

/* Both names of a call whose offset has 64 bits: C libraries differ in which one they use. */
#define PWRITE(name)                                                                               \
	ssize_t name(int fd, const void *p, size_t n, off_t at)                                    \
	{                                                                                          \
		ssize_t (*real)(int, const void *, size_t, off_t) = next(#name);                   \
		int fault = due("pwrite", fd);                                                     \
		return fault > 0 ? fail(fault) : real(fd, p, less(fault, n), at);                  \
	}
#define PREAD(name)                                                                                \
	ssize_t name(int fd, void *p, size_t n, off_t at)                                          \
	{                                                                                          \
		ssize_t (*real)(int, void *, size_t, off_t) = next(#name);                         \
		int fault = due("pread", fd);                                                      \
		return fault > 0 ? fail(fault) : real(fd, p, less(fault, n), at);                  \
	}
#define FTRUNCATE(name)                                                                            \
	int name(int fd, off_t n)                                                                  \
	{                                                                                          \
		int (*real)(int, off_t) = next(#name);                                             \
		int fault = due("ftruncate", fd);                                                  \
		return fault > 0 ? fail(fault) : real(fd, n);                                      \
	}
#define FALLOCATE(name)                                                                            \
	int name(int fd, int mode, off_t at, off_t n)                                              \
	{                                                                                          \
		int (*real)(int, int, off_t, off_t) = next(#name);                                 \
		int fault = due("fallocate", fd);                                                  \
		return fault > 0 ? fail(fault) : real(fd, mode, at, n);                            \
	}
#define OPENAT(name)                                                                               \
	int name(int dir, const char *path, int flags, ...)                                        \
	{                                                                                          \
		int (*real)(int, const char *, int, ...) = next(#name);                            \
		int fault = listed("open") ? due_at(path) : 0;                                     \
		va_list ap;                                                                        \
		va_start(ap, flags);                                                               \
		unsigned mode = flags & O_CREAT ? va_arg(ap, unsigned) : 0;                        \
		va_end(ap);                                                                        \
		return fault > 0 ? fail(fault) : real(dir, path, flags, mode);                     \
	}

PWRITE(pwrite)
PREAD(pread)
FTRUNCATE(ftruncate)
FALLOCATE(fallocate)
OPENAT(openat)
#ifdef __GLIBC__
PWRITE(pwrite64)
PREAD(pread64)
FTRUNCATE(ftruncate64)
FALLOCATE(fallocate64)
OPENAT(openat64)
#endif

int fsync(int fd)
{
	int (*real)(int) = next("fsync");
	int fault = due("fsync", fd);

	return fault > 0 ? fail(fault) : real(fd);
}

int fdatasync(int fd)
{
	int (*real)(int) = next("fdatasync");
	int fault = due("fdatasync", fd);

	return fault > 0 ? fail(fault) : real(fd);
}

/* --- clocks --- */

int clock_gettime(clockid_t id, struct timespec *t)
{
	int (*real)(clockid_t, struct timespec *) = next("clock_gettime");
	int64_t now, first = 0, step = 0;
	struct timespec m;
	int r = real(id, t);

	if (r != 0 || step_after_ns > INT64_MAX / 2 || real(CLOCK_MONOTONIC, &m) != 0)
		return r;
	now = (int64_t)m.tv_sec * NS_PER_S + m.tv_nsec;
	if (atomic_compare_exchange_strong(&first_look_ns, &first, now))
		first = now;
	if (now - first >= step_after_ns && id == CLOCK_REALTIME)
		step = step_real_ns;
	if (now - first >= step_after_ns && id == CLOCK_BOOTTIME)
		step = step_boot_ns;
	now = (int64_t)t->tv_sec * NS_PER_S + t->tv_nsec + step;
	*t = (struct timespec){.tv_sec = now / NS_PER_S, .tv_nsec = now % NS_PER_S};
	return 0;
}

int timerfd_settime(int fd, int flags, const struct itimerspec *to, struct itimerspec *was)
{
	int (*real)(int, int, const struct itimerspec *, struct itimerspec *) =
		next("timerfd_settime");

	++*ticks;
	return real(fd, flags, to, was);
}

/* --- netlink --- */

ssize_t recvmsg(int fd, struct msghdr *m, int flags)
{
	ssize_t (*real)(int, struct msghdr *, int) = next("recvmsg");
	ssize_t n = real(fd, m, flags);
	const struct sockaddr_nl *from = m->msg_name;
	char *at = m->msg_iovlen ? m->msg_iov[0].iov_base : NULL;
	size_t left = n > 0 ? (size_t)n : 0;

	if (!interrupt || !from || from->nl_family != AF_NETLINK)
		return n;
	while (left >= sizeof(struct nlmsghdr)) {
		struct nlmsghdr *h = (void *)at;
		size_t step = NLMSG_ALIGN(h->nlmsg_len);

		if (h->nlmsg_flags & NLM_F_MULTI)
			h->nlmsg_flags |= NLM_F_DUMP_INTR;
		if (step < sizeof(*h) || step > left)
			break;
		at += step;
		left -= step;
	}
	return n;
}
