#include "collect/polite.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#define NICEST 19
/* ioprio_set(2): IOPRIO_WHO_PROCESS, IOPRIO_PRIO_VALUE(IOPRIO_CLASS_IDLE, 0) */
#define IO_WHO_PROCESS 1
#define IO_CLASS_IDLE  (3 << 13)

void be_polite(void)
{
	int fd = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
	bool done = setpriority(PRIO_PROCESS, 0, NICEST) == 0;

	done = syscall(SYS_ioprio_set, IO_WHO_PROCESS, 0, IO_CLASS_IDLE) == 0 && done;
	if (fd >= 0) {
		done = write(fd, "800\n", 4) == 4 && done;
		(void)close(fd);
	}
	(void)done; /* a host that forbids one of them is recorded all the same */
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
