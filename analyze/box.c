#include "analyze/box.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "analyze/box_filter.h"
#include "schema/buf.h"
#include "schema/unit.h"

/*
 * Meant to be far above what an honest recording takes, and they grow with the input, since
 * nobody can tell how large one may be: a limit is for what never ends.
 */
#define GIB           (UINT64_C(1024) * MIB)
#define MEMORY_LEAST  (UINT64_C(4) * GIB)
#define MEMORY_TIMES  16 /* of the input's bytes */
#define CPU_LEAST_S   600
#define CPU_PER_MIB_S 2
#define FILE_LEAST    (UINT64_C(4) * GIB)
#define FILE_TIMES    32
#define FILES_MAX     256
#define FILES_SEEN    65536
#define UNKNOWN_BYTES (UINT64_C(4) * GIB) /* a folder, standard input: taken for that large */

#ifdef __GLIBC__
#define RLIMIT_ID __rlimit_resource_t
#else
#define RLIMIT_ID int
#endif

/* linux/capability.h: version 3; CAP_DAC_OVERRIDE and CAP_DAC_READ_SEARCH */
#define CAPABILITIES_64 0x20080522U
#define CAP_DAC         (1U << 1 | 1U << 2)

/* linux/landlock.h, which older systems lack: numbers are the same on every architecture. */
#define NR_LANDLOCK_CREATE   444
#define NR_LANDLOCK_ADD_RULE 445
#define NR_LANDLOCK_RESTRICT 446
#define LANDLOCK_VERSION     1U
#define LANDLOCK_BENEATH     1

enum {
	MAY_EXECUTE = 1 << 0,
	MAY_WRITE_FILE = 1 << 1,
	MAY_READ_FILE = 1 << 2,
	MAY_READ_DIR = 1 << 3,
	MAY_REMOVE_FILE = 1 << 5,
	MAY_MAKE_REG = 1 << 8,
	MAY_TRUNCATE = 1 << 14,
};

/* What each version of its interface lets one forbid. */
static const uint64_t known_by_abi[] = {
	0, 0x1fff, 0x3fff, 0x7fff, 0x7fff, 0xffff,
};
#define ABI_NEWEST (sizeof(known_by_abi) / sizeof(known_by_abi[0]) - 1)

struct ruleset {
	uint64_t files;
	uint64_t net;   /* from 4 on: bind, connect by TCP */
	uint64_t scope; /* from 6 on: abstract sockets, signals of outside */
};

struct beneath {
	uint64_t allowed;
	int32_t parent;
} __attribute__((packed));

#define FILE_RIGHTS (MAY_EXECUTE | MAY_WRITE_FILE | MAY_READ_FILE | MAY_TRUNCATE | 1 << 15)

/* "all.tar/report.tar" where all.tar is a file is read through that. */
static int open_or_around(const char *path)
{
	char text[4096];
	struct buf b = BUF_OVER(text);
	int fd = open(path, O_PATH | O_CLOEXEC);

	buf_str(&b, path);
	while (fd < 0 && errno == ENOTDIR && !b.cut && b.n > 1) {
		while (b.n > 1 && b.p[b.n - 1] != '/')
			b.n--;
		b.n--;
		fd = open(buf_cstr(&b), O_PATH | O_CLOEXEC);
	}
	return fd;
}

static void permit(int rules, const char *path, uint64_t rights)
{
	struct beneath b;
	struct stat st;
	int fd;

	if (!path || strcmp(path, "-") == 0)
		return;
	fd = open_or_around(path);
	if (fd < 0)
		return;
	if (fstat(fd, &st) == 0 && !S_ISDIR(st.st_mode))
		rights &= FILE_RIGHTS;
	b = (struct beneath){.allowed = rights, .parent = fd};
	(void)syscall(NR_LANDLOCK_ADD_RULE, rules, LANDLOCK_BENEATH, &b, 0);
	(void)close(fd);
}

static int restrict_files(const struct box_want *want)
{
	long abi = syscall(NR_LANDLOCK_CREATE, NULL, 0, LANDLOCK_VERSION);
	uint64_t known =
		abi < 1 ? 0 : known_by_abi[abi < (long)ABI_NEWEST ? abi : (long)ABI_NEWEST];
	struct ruleset all = {.files = known, .net = abi >= 4 ? 3 : 0, .scope = abi >= 6 ? 3 : 0};
	size_t size = abi >= 6 ? sizeof(all) : abi >= 4 ? 2 * sizeof(uint64_t) : sizeof(uint64_t);
	int rules = known ? (int)syscall(NR_LANDLOCK_CREATE, &all, size, 0) : -1, rc;

	if (rules < 0)
		return 0;
	for (size_t i = 0; i < want->reads_n; i++)
		permit(rules, want->reads[i], known & (MAY_READ_FILE | MAY_READ_DIR));
	for (size_t i = 0; i < want->makes_n; i++)
		permit(rules, want->makes[i],
		       known & (MAY_READ_FILE | MAY_READ_DIR | MAY_WRITE_FILE | MAY_MAKE_REG |
		                MAY_REMOVE_FILE | MAY_TRUNCATE));
	rc = (int)syscall(NR_LANDLOCK_RESTRICT, rules, 0);
	(void)close(rules);
	return rc == 0 ? (int)abi : 0;
}

static uint64_t bytes_of(const struct box_want *want)
{
	uint64_t sum = 0;
	struct stat st;

	for (size_t i = 0; i < want->reads_n; i++) {
		if (!want->reads[i])
			continue;
		if (strcmp(want->reads[i], "-") == 0 || stat(want->reads[i], &st) < 0 ||
		    !S_ISREG(st.st_mode))
			sum += UNKNOWN_BYTES;
		else
			sum += (uint64_t)st.st_size;
	}
	return sum;
}

/* Never higher than it is. */
static bool lower(RLIMIT_ID what, uint64_t to)
{
	struct rlimit r;

	if (getrlimit(what, &r) < 0)
		return false;
	if (r.rlim_max == RLIM_INFINITY || r.rlim_max > to)
		r.rlim_max = (rlim_t)to;
	if (r.rlim_cur == RLIM_INFINITY || r.rlim_cur > r.rlim_max)
		r.rlim_cur = r.rlim_max;
	return setrlimit(what, &r) == 0;
}

static bool limit(uint64_t input)
{
	/* what would be larger than the limit fails with EFBIG, and that is told */
	(void)signal(SIGXFSZ, SIG_IGN);
	return lower(RLIMIT_AS, MEMORY_LEAST + MEMORY_TIMES * input) &&
	       lower(RLIMIT_CPU, CPU_LEAST_S + CPU_PER_MIB_S * (input / MIB)) &&
	       lower(RLIMIT_FSIZE, FILE_LEAST + FILE_TIMES * input) &&
	       lower(RLIMIT_NOFILE, FILES_MAX) && lower(RLIMIT_CORE, 0);
}

/* "/dev/fd/63", as a shell names what comes from a command. */
static bool is_named(const struct box_want *want, int fd)
{
	char text[40];

	for (size_t i = 0; i < want->reads_n; i++)
		for (int k = 0; k < 2; k++) {
			struct buf b = BUF_OVER(text);

			buf_fmt(&b, k ? "/proc/self/fd/%d" : "/dev/fd/%d", fd);
			if (want->reads[i] && strcmp(want->reads[i], buf_cstr(&b)) == 0)
				return true;
		}
	return false;
}

/* What this program opens is closed when it starts another one: the rest is its caller's. */
static void close_inherited(const struct box_want *want)
{
	struct rlimit r;
	int most = FILES_SEEN;

	if (getrlimit(RLIMIT_NOFILE, &r) == 0 && r.rlim_cur < FILES_SEEN)
		most = (int)r.rlim_cur;
	for (int fd = STDERR_FILENO + 1; fd < most; fd++) {
		int flags = fcntl(fd, F_GETFD);

		if (flags >= 0 && !(flags & FD_CLOEXEC) && !is_named(want, fd))
			(void)close(fd);
	}
}

/* As root, all but those to read and write files of others; the limits hold for root as well. */
static void drop_capabilities(void)
{
	struct {
		uint32_t version;
		int pid;
	} whom = {.version = CAPABILITIES_64};
	struct {
		uint32_t effective, permitted, inheritable;
	} left[2] = {
		{.effective = CAP_DAC, .permitted = CAP_DAC},
                {0                   }
        };

	if (geteuid() == 0)
		(void)syscall(SYS_capset, &whom, left);
}

static void say(struct box *held)
{
	struct buf b = BUF_OVER(held->text);
	const struct {
		bool holds;
		const char *what;
	} parts[] = {
		{held->no_new_privs, "no_new_privs"},
		{held->limits,       "limits"      },
		{held->filter,       "seccomp"     },
	};

	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		buf_fmt(&b, "%s%s%s", b.n ? ", " : "", parts[i].holds ? "" : "without ",
		        parts[i].what);
	if (held->landlock)
		buf_fmt(&b, ", Landlock %d", held->landlock);
	else
		buf_str(&b, ", without Landlock");
	(void)buf_cstr(&b);
}

#ifdef BOX_OFF

void box_enter(const struct box_want *want, struct box *held)
{
	struct buf b = BUF_OVER(held->text);

	(void)want;
	(void)restrict_files;
	(void)limit;
	(void)bytes_of;
	(void)close_inherited;
	(void)drop_capabilities;
	(void)say;
	*held = (struct box){0};
	buf_str(&b, "none: a build with sanitizers");
	(void)buf_cstr(&b);
}

void box_calculate(unsigned cpu_s, size_t memory)
{
	(void)memory;
	(void)lower(RLIMIT_CPU, cpu_s);
}

#else

void box_enter(const struct box_want *want, struct box *held)
{
	*held = (struct box){0};
	close_inherited(want);
	held->limits = limit(bytes_of(want));
	drop_capabilities();
	held->no_new_privs = prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0;
	held->landlock = restrict_files(want);
	held->filter = box_filter(want->makes_n ? BOX_CALLS_MAKE : BOX_CALLS_READ, want->forks);
	say(held);
}

/*
 * Address space in use, to the MiB: where a limit lets one more page in.  (What /proc says
 * of it cannot be opened in the box.)
 */
static uint64_t in_use(struct rlimit r)
{
	const struct rlimit before = r;
	uint64_t low = 0, high = r.rlim_max == RLIM_INFINITY ? UINT64_C(1) << 47 : r.rlim_max;

	while (high - low > MIB) {
		void *page;

		r.rlim_cur = (rlim_t)(low + (high - low) / 2);
		(void)setrlimit(RLIMIT_AS, &r);
		page = mmap(NULL, 1, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
		if (page == MAP_FAILED) {
			low = r.rlim_cur;
		} else {
			(void)munmap(page, 1);
			high = r.rlim_cur;
		}
	}
	(void)setrlimit(RLIMIT_AS, &before);
	return high;
}

void box_calculate(unsigned cpu_s, size_t memory)
{
	struct rlimit r;

	(void)lower(RLIMIT_CPU, cpu_s);
	if (getrlimit(RLIMIT_AS, &r) == 0)
		(void)lower(RLIMIT_AS, in_use(r) + memory);
	(void)prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	(void)box_filter(BOX_CALLS_CALCULATE, false);
}

#endif
