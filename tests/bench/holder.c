/*
 * holder SOCKETS ACTIVE CHURN: TCP sockets on loopback, both ends here, a fifth of them IPv6,
 * behind 16 listeners.  Each second ACTIVE sockets send and receive, and CHURN connections
 * are closed, caller first, and made anew.  Prints "ready"; ends when standard input does.
 */
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "schema/span.h"

enum { PORTS = 8, BACKLOG = 4096, ROUNDS_PER_S = 20, V6_ONE_IN = 5, FILES = 64 };

/* Both families of an address of loopback. */
union end {
	struct sockaddr any;
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;
};

struct listener {
	int fd;
	socklen_t n;
	union end at;
};

struct held {
	struct listener listener[2][PORTS]; /* IPv4, IPv6 */
	size_t n;                           /* connections */
	int *caller, *server;
	uint32_t random;
	uint64_t active, churn; /* a second */
};

static void fail(const char *what)
{
	fprintf(stderr, "holder: %s: %s\n", what, strerror(errno));
	exit(1);
}

static uint64_t number(const char *text)
{
	uint64_t n;

	if (!span_u64(span_of(text), 1000000, &n)) {
		fprintf(stderr, "holder: no number up to a million: %s\n", text);
		exit(2);
	}
	return n;
}

static uint32_t random_below(struct held *h, uint32_t limit)
{
	h->random ^= h->random << 13;
	h->random ^= h->random >> 17;
	h->random ^= h->random << 5;
	return h->random % limit;
}

/* On a port of the kernel's choice. */
static void listen_at(struct listener *l, int family)
{
	l->at = (union end){.v4.sin_family = (sa_family_t)family};
	l->n = family == AF_INET ? sizeof(l->at.v4) : sizeof(l->at.v6);
	if (family == AF_INET)
		l->at.v4.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	else
		l->at.v6.sin6_addr = in6addr_loopback;
	l->fd = socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (l->fd < 0 || bind(l->fd, &l->at.any, l->n) || listen(l->fd, BACKLOG) ||
	    getsockname(l->fd, &l->at.any, &l->n))
		fail("listener");
}

static void connect_one(struct held *h, size_t i)
{
	const struct listener *l = &h->listener[i % V6_ONE_IN == 0][i / V6_ONE_IN % PORTS];

	h->caller[i] = socket(l->at.any.sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (h->caller[i] < 0 || connect(h->caller[i], &l->at.any, l->n))
		fail("connection");
	h->server[i] = accept4(l->fd, NULL, NULL, SOCK_CLOEXEC);
	if (h->server[i] < 0)
		fail("accept");
}

static void drain(int fd)
{
	char bytes[8192];

	while (recv(fd, bytes, sizeof(bytes), MSG_DONTWAIT) > 0)
		continue;
}

/* A request and a larger answer; one in fifty answers stays in the queue for a while. */
static void talk(struct held *h, size_t i)
{
	static const char bytes[4096];

	drain(h->caller[i]);
	(void)send(h->caller[i], bytes, 64 + random_below(h, 900), MSG_DONTWAIT | MSG_NOSIGNAL);
	drain(h->server[i]);
	(void)send(h->server[i], bytes, 64 + random_below(h, 3900), MSG_DONTWAIT | MSG_NOSIGNAL);
	if (random_below(h, 50))
		drain(h->caller[i]);
}

static void renew(struct held *h, size_t i)
{
	drain(h->caller[i]);
	drain(h->server[i]);
	(void)shutdown(h->caller[i], SHUT_WR);
	close(h->server[i]);
	close(h->caller[i]);
	connect_one(h, i);
}

static uint64_t share(uint64_t per_s, uint64_t round)
{
	return per_s / ROUNDS_PER_S + (round % ROUNDS_PER_S < per_s % ROUNDS_PER_S);
}

static void hold(struct held *h)
{
	struct pollfd in = {.fd = STDIN_FILENO, .events = POLLIN};

	for (uint64_t round = 0; poll(&in, 1, 1000 / ROUNDS_PER_S) == 0; round++) {
		/* two sockets a connection */
		for (uint64_t k = share(h->active / 2, round); k; k--)
			talk(h, random_below(h, (uint32_t)h->n));
		for (uint64_t k = share(h->churn, round); k; k--)
			renew(h, random_below(h, (uint32_t)h->n));
	}
}

int main(int argc, char **argv)
{
	struct held h = {.random = 12345};
	struct rlimit files;

	if (argc != 4) {
		fprintf(stderr, "usage: holder SOCKETS ACTIVE CHURN\n");
		return 2;
	}
	h.n = number(argv[1]) / 2;
	h.active = h.n ? number(argv[2]) : 0;
	h.churn = h.n ? number(argv[3]) : 0;
	files = (struct rlimit){2 * h.n + FILES, 2 * h.n + FILES};
	h.caller = calloc(2 * h.n + 1, sizeof(*h.caller));
	if (!h.caller || setrlimit(RLIMIT_NOFILE, &files))
		fail("room for the sockets");
	h.server = h.caller + h.n;
	for (int p = 0; p < PORTS; p++) {
		listen_at(&h.listener[0][p], AF_INET);
		listen_at(&h.listener[1][p], AF_INET6);
	}
	for (size_t i = 0; i < h.n; i++)
		connect_one(&h, i);
	printf("ready\n");
	fflush(stdout);
	hold(&h);
	free(h.caller);
	return 0;
}
