#include "collect/polite.h"

#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "schema/span.h"

#define NICEST 19
/* ioprio_set(2): IOPRIO_WHO_PROCESS, IOPRIO_CLASS_IDLE, IOPRIO_CLASS_SHIFT */
#define IO_WHO_PROCESS 1
#define IO_CLASS_IDLE  3
#define IO_CLASS_SHIFT 13
/* proc(5), oom_score_adj and oom_adj */
#define OOM_MEANT   800
#define OOM_HELD    760 /* 14 of oom_adj, there and back */
#define OOM_MAX     1000
#define OLD_OOM_MIN (-17)
#define OLD_OOM_MAX 15

static const char *const oom_file = "/proc/self/oom_score_adj";
/* Before Linux 2.6.36: -17 to 15. */
static const char *const old_oom_file = "/proc/self/oom_adj";

static bool put_file(const char *path, struct span text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	bool done = fd >= 0 && write(fd, text.p, text.n) == (ssize_t)text.n;

	if (fd >= 0)
		(void)close(fd);
	return done;
}

static bool take_number(const char *path, int64_t *v)
{
	char text[32];
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : read(fd, text, sizeof(text));

	if (fd >= 0)
		(void)close(fd);
	return n > 0 && span_i64(span_trim((struct span){text, (size_t)n}), v);
}

static int oom_now(void)
{
	int64_t v;

	if (take_number(oom_file, &v))
		return (int)v;
	if (take_number(old_oom_file, &v)) /* as the kernel converts it */
		return v == OLD_OOM_MAX ? OOM_MAX : (int)(v * OOM_MAX / -OLD_OOM_MIN);
	return POLITE_UNKNOWN;
}

void be_polite(void)
{
	/* a host that forbids one of them is recorded all the same: manners_now tells */
	(void)setpriority(PRIO_PROCESS, 0, NICEST);
	(void)syscall(SYS_ioprio_set, IO_WHO_PROCESS, 0, IO_CLASS_IDLE << IO_CLASS_SHIFT);
	/* a pod without guarantees has 1000 already */
	if (oom_now() < OOM_MEANT && !put_file(oom_file, SPAN("800\n")))
		(void)put_file(old_oom_file, SPAN("14\n"));
}

struct manners manners_now(void)
{
	static const char *const classes[] = {"none", "realtime", "best-effort", "idle"};
	long io = syscall(SYS_ioprio_get, IO_WHO_PROCESS, 0);
	size_t class = (size_t)io >> IO_CLASS_SHIFT;
	bool known = io >= 0 && class < sizeof(classes) / sizeof(classes[0]);

	return (struct manners){
		.nice = getpriority(PRIO_PROCESS, 0),
		.io_class = known ? classes[class] : NULL,
		.oom_score_adj = oom_now(),
	};
}

bool manners_held(const struct manners *m)
{
	return m->nice == NICEST && m->io_class && strcmp(m->io_class, "idle") == 0 &&
	       m->oom_score_adj >= OOM_HELD;
}

void block_signals(void)
{
	sigset_t set;

	(void)sigemptyset(&set);
	(void)sigaddset(&set, SIGINT);
	(void)sigaddset(&set, SIGTERM);
	(void)sigaddset(&set, SIGHUP);
	(void)sigprocmask(SIG_BLOCK, &set, NULL);
	(void)signal(SIGPIPE, SIG_IGN);
	(void)signal(SIGXFSZ, SIG_IGN);
}

bool open_standard(bool *out)
{
	*out = fcntl(STDOUT_FILENO, F_GETFD) >= 0;
	for (int fd = 0; fd <= 2; fd++) {
		if (fcntl(fd, F_GETFD) >= 0)
			continue;
		/* a root without /dev: a folder, which is neither read nor written */
		if (open("/dev/null", fd ? O_WRONLY : O_RDONLY) != fd &&
		    open("/", O_RDONLY | O_DIRECTORY) != fd)
			return false;
	}
	return true;
}
