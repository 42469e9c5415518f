/*
 * pingpong SECONDS EVERY_US: two threads over loopback TCP, a byte there and a byte back
 * every EVERY_US.  Prints how many there were and their round trips' p50, p99, p999 and
 * maximum in microseconds.
 */
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "schema/span.h"
#include "schema/timefmt.h"

static void fail(const char *what)
{
	fprintf(stderr, "pingpong: %s: %s\n", what, strerror(errno));
	exit(1);
}

static uint64_t number(const char *text)
{
	uint64_t n;

	if (!span_u64(span_of(text), 10000000, &n) || n == 0) {
		fprintf(stderr, "pingpong: no number from 1 to ten million: %s\n", text);
		exit(2);
	}
	return n;
}

static int64_t now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * NS_PER_S + t.tv_nsec;
}

static void *echo(void *listener)
{
	int fd = accept4(*(int *)listener, NULL, NULL, SOCK_CLOEXEC), one = 1;
	char byte;

	if (fd < 0)
		fail("accept");
	(void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	while (recv(fd, &byte, 1, 0) == 1 && send(fd, &byte, 1, MSG_NOSIGNAL) == 1)
		continue;
	close(fd);
	return NULL;
}

static int connected(pthread_t *server, int *listener)
{
	struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t n = sizeof(at);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), one = 1;

	*listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0 || *listener < 0 || bind(*listener, (void *)&at, n) || listen(*listener, 1) ||
	    getsockname(*listener, (void *)&at, &n) || connect(fd, (void *)&at, n))
		fail("connection");
	if (pthread_create(server, NULL, echo, listener))
		fail("thread");
	(void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	return fd;
}

static int by_size(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

/* What is due while the last one is still on its way begins late, and counts from when it was due.
 */
static void measure(int fd, int64_t *took, size_t n, int64_t every_ns)
{
	int64_t due = now_ns();
	char byte = 'x';

	for (size_t i = 0; i < n; i++, due += every_ns) {
		struct timespec t = {.tv_sec = due / NS_PER_S, .tv_nsec = due % NS_PER_S};

		while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &t, NULL) == EINTR)
			continue;
		if (send(fd, &byte, 1, MSG_NOSIGNAL) != 1 || recv(fd, &byte, 1, 0) != 1)
			fail("the other end");
		took[i] = now_ns() - due;
	}
}

int main(int argc, char **argv)
{
	int64_t every_ns, *took;
	pthread_t server;
	int listener, fd;
	size_t n;

	if (argc != 3) {
		fprintf(stderr, "usage: pingpong SECONDS EVERY_US\n");
		return 2;
	}
	every_ns = (int64_t)number(argv[2]) * NS_PER_US;
	n = (size_t)((int64_t)number(argv[1]) * NS_PER_S / every_ns);
	took = calloc(n + 1, sizeof(*took));
	if (!took)
		fail("memory");
	fd = connected(&server, &listener);
	measure(fd, took, n, every_ns);
	close(fd);
	(void)pthread_join(server, NULL);
	close(listener);
	qsort(took, n, sizeof(*took), by_size);
	printf("%zu %.1f %.1f %.1f %.1f\n", n, (double)took[n / 2] / 1e3,
	       (double)took[n * 99 / 100] / 1e3, (double)took[n * 999 / 1000] / 1e3,
	       (double)took[n ? n - 1 : 0] / 1e3);
	free(took);
	return 0;
}
