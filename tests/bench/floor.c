/*
 * floor TICKS EVERY_MS none|plain|info PATH...: what the kernel charges for a tick, and no
 * more: preads each pseudo-file, kept open, and dumps all TCP sockets of both families by
 * sock_diag as `ss -tan` (plain) or `ss -tanmi` (info) asks for them.  Writes nothing.
 * Prints the bytes of the last tick.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "schema/span.h"
#include "schema/timefmt.h"

enum { FILES_MAX = 256, READ_BYTES = 1 << 20, DUMP_BYTES = 1 << 20, ALL_STATES = 0xfff };
#define EXTENSION(x) (1u << ((x)-1))
#define INFO                                                                                       \
	(EXTENSION(INET_DIAG_MEMINFO) | EXTENSION(INET_DIAG_INFO) |                                \
	 EXTENSION(INET_DIAG_VEGASINFO) | EXTENSION(INET_DIAG_CONG) |                              \
	 EXTENSION(INET_DIAG_SKMEMINFO))

static char bytes[READ_BYTES > DUMP_BYTES ? READ_BYTES : DUMP_BYTES];

static void fail(const char *what)
{
	fprintf(stderr, "floor: %s: %s\n", what, strerror(errno));
	exit(1);
}

static uint64_t number(const char *text)
{
	uint64_t n;

	if (!span_u64(span_of(text), 1000000, &n)) {
		fprintf(stderr, "floor: no number up to a million: %s\n", text);
		exit(2);
	}
	return n;
}

/* To the end of the file: one call more than its content needs. */
static uint64_t read_file(int fd)
{
	off_t at = 0;
	ssize_t n;

	while ((n = pread(fd, bytes, READ_BYTES, at)) > 0)
		at += n;
	return (uint64_t)at;
}

static bool is_last(const char *p, ssize_t n)
{
	for (const struct nlmsghdr *h = (const void *)p; NLMSG_OK(h, n); h = NLMSG_NEXT(h, n)) {
		if (h->nlmsg_type == NLMSG_DONE || h->nlmsg_type == NLMSG_ERROR)
			return true;
	}
	return false;
}

static uint64_t dump(int netlink, uint8_t family, uint8_t extensions)
{
	struct {
		struct nlmsghdr head;
		struct inet_diag_req_v2 ask;
	} q = {
		.head = {.nlmsg_len = sizeof(q),
	                 .nlmsg_type = SOCK_DIAG_BY_FAMILY,
	                 .nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP},
		.ask = { .sdiag_family = family,
	                 .sdiag_protocol = IPPROTO_TCP,
	                 .idiag_ext = extensions,
	                 .idiag_states = ALL_STATES}
        };
	uint64_t all = 0;
	ssize_t n;

	if (send(netlink, &q, sizeof(q), 0) < 0)
		fail("sock_diag");
	do {
		n = recv(netlink, bytes, DUMP_BYTES, 0);
		if (n < 0 && errno != EINTR)
			fail("sock_diag");
		all += n > 0 ? (uint64_t)n : 0;
	} while (n < 0 || !is_last(bytes, n));
	return all;
}

static void wait_for(struct timespec *next, uint64_t every_ms)
{
	int64_t ns = next->tv_nsec + (int64_t)every_ms * NS_PER_MS;

	next->tv_sec += ns / NS_PER_S;
	next->tv_nsec = ns % NS_PER_S;
	while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, next, NULL) == EINTR)
		continue;
}

int main(int argc, char **argv)
{
	int files[FILES_MAX], n = 0;
	int netlink = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_SOCK_DIAG);
	uint64_t ticks, every_ms, all = 0;
	struct timespec next;
	bool sockets;
	uint8_t extensions;

	if (argc < 4 || argc - 4 > FILES_MAX || netlink < 0) {
		fprintf(stderr, "usage: floor TICKS EVERY_MS none|plain|info PATH...\n");
		return 2;
	}
	ticks = number(argv[1]);
	every_ms = number(argv[2]);
	sockets = strcmp(argv[3], "none") != 0;
	extensions = strcmp(argv[3], "info") == 0 ? INFO : 0;
	for (int i = 4; i < argc; i++) {
		files[n++] = open(argv[i], O_RDONLY | O_CLOEXEC);
		if (files[n - 1] < 0)
			fail(argv[i]);
	}
	clock_gettime(CLOCK_MONOTONIC, &next);
	for (uint64_t t = 0; t < ticks; t++) {
		all = 0;
		for (int i = 0; i < n; i++)
			all += read_file(files[i]);
		if (sockets)
			all += dump(netlink, AF_INET, extensions) +
			       dump(netlink, AF_INET6, extensions);
		wait_for(&next, every_ms);
	}
	printf("%llu\n", (unsigned long long)all);
	return 0;
}
