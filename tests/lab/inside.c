/*
 * Runs a command in a network namespace, with a /sys that shows that namespace's devices
 * (the sysfs of a mount belongs to the namespace of whoever mounted it).
 *
 * usage: inside [-c CPU] NAMESPACE COMMAND [ARGUMENT]...
 *
 * NAMESPACE is a file like /run/netns/NAME, or '-' for the one we are in. The command dies
 * with whoever started us. Exit status: 125 when it cannot be started so.
 */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "schema/span.h"

static void fail(const char *what)
{
	fprintf(stderr, "inside: %s: %s\n", what, strerror(errno));
	exit(125);
}

static void enter(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || setns(fd, CLONE_NEWNET) != 0)
		fail(path);
	if (unshare(CLONE_NEWNS) != 0)
		fail("mount namespace");
	/* in a chroot '/' is no mount point: there /sys alone can be made private */
	if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0)
		mount(NULL, "/sys", NULL, MS_REC | MS_PRIVATE, NULL);
	int groups = open("/sys/fs/cgroup", O_PATH | O_CLOEXEC);
	if (mount("sysfs", "/sys", "sysfs", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL) != 0)
		fail("/sys");
	char old[64];
	snprintf(old, sizeof old, "/proc/self/fd/%d", groups);
	if (groups >= 0 && mount(old, "/sys/fs/cgroup", NULL, MS_BIND | MS_REC, NULL) != 0)
		fail("/sys/fs/cgroup");
}

static void pin(const char *number)
{
	cpu_set_t set;
	CPU_ZERO(&set);
	uint64_t cpu;
	if (!span_u64(span_of(number), CPU_SETSIZE - 1, &cpu))
		fail(number);
	CPU_SET((size_t)cpu, &set);
	if (sched_setaffinity(0, sizeof set, &set) != 0)
		fail("CPU");
}

int main(int argc, char **argv)
{
	int at = 1;
	if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0)
		fail("parent's death");
	if (argc > 2 && strcmp(argv[1], "-c") == 0) {
		pin(argv[2]);
		at = 3;
	}
	if (argc < at + 2) {
		fprintf(stderr, "usage: inside [-c CPU] NAMESPACE COMMAND [ARGUMENT]...\n");
		return 125;
	}
	if (strcmp(argv[at], "-") != 0)
		enter(argv[at]);
	execvp(argv[at + 1], argv + at + 1);
	fail(argv[at + 1]);
}
