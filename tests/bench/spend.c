/*
 * spend COMMAND...: runs it, then says on standard error what it took with all its children:
 * CPU microseconds, peak RSS in KiB of the largest, wall microseconds.  Small itself, since a
 * child begins with the memory of its parent.  Its exit status, or 128 + its signal.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static int64_t us_of(struct timeval t)
{
	return (int64_t)t.tv_sec * 1000000 + t.tv_usec;
}

static int64_t now_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

int main(int argc, char **argv)
{
	int64_t begin = now_us();
	struct rusage used;
	int status;
	pid_t child;

	if (argc < 2) {
		fprintf(stderr, "usage: spend COMMAND...\n");
		return 2;
	}
	child = fork();
	if (child == 0) {
		execvp(argv[1], argv + 1);
		fprintf(stderr, "spend: %s: %s\n", argv[1], strerror(errno));
		_exit(127);
	}
	if (child < 0 || wait4(child, &status, 0, &used) < 0) {
		fprintf(stderr, "spend: %s\n", strerror(errno));
		return 2;
	}
	fprintf(stderr, "spent %" PRId64 " %ld %" PRId64 "\n",
	        us_of(used.ru_utime) + us_of(used.ru_stime), used.ru_maxrss, now_us() - begin);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
