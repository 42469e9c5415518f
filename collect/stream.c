#include "collect/stream.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include "collect/job.h"
#include "schema/timefmt.h"

#define GRACE_NS ((int64_t)5 * NS_PER_S)
#define LOOK_MS  200 /* between two looks whether a signal came */

static bool signalled;

void stream_signalled(void)
{
	signalled = true;
}

bool stream_can_stall(int fd)
{
	struct stat st;

	return fstat(fd, &st) != 0 || !S_ISREG(st.st_mode);
}

/* Waiting, or taken. */
static bool is_signalled(void)
{
	static const int numbers[] = {SIGINT, SIGTERM, SIGHUP};
	sigset_t waiting;

	if (sigpending(&waiting) != 0)
		return signalled;
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
		if (sigismember(&waiting, numbers[i]) == 1)
			signalled = true;
	return signalled;
}

/* 0 when there is room for PIPE_BUF bytes: a blocking write of so many returns then. */
static int wait_for_room(int fd)
{
	struct pollfd room = {.fd = fd, .events = POLLOUT};
	int64_t until_ns = INT64_MAX;

	for (;;) {
		int r = poll(&room, 1, LOOK_MS);

		if (r > 0)
			return 0;
		if (r < 0 && errno != EINTR)
			return -1;
		if (until_ns == INT64_MAX && is_signalled())
			until_ns = now_ns() + GRACE_NS;
		if (now_ns() >= until_ns) {
			errno = ETIMEDOUT;
			return -1;
		}
	}
}

ssize_t stream_write(int fd, const void *p, size_t n)
{
	ssize_t put;

	do {
		if (wait_for_room(fd) < 0)
			return -1;
		put = write(fd, p, n < PIPE_BUF ? n : PIPE_BUF);
	} while (put < 0 && (errno == EINTR || errno == EAGAIN));
	return put;
}
