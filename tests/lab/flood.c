/*
 * Sends datagrams as fast as it can, or in bursts, or at a rate.
 *
 * usage: flood ADDRESS PORT [SETTING=VALUE]...
 *
 *   size    bytes of payload (18: a frame of 60)      pps     datagrams a second (0: all it can)
 *   on_ms, off_ms  sends so long, then pauses so long (0: never pauses)
 *
 * Prints "ready", ends when its standard input does, then prints how many were sent.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#include "schema/span.h"

enum { BATCH = 64, LONGEST = 1472 };

struct flood {
	double size, pps, on_ms, off_ms;
	int fd;
	int64_t began;
	unsigned long sent;
};

static void fail(const char *what)
{
	fprintf(stderr, "flood: %s: %s\n", what, strerror(errno));
	exit(1);
}

static double ms_since(int64_t began)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)((int64_t)t.tv_sec * 1000000000 + t.tv_nsec - began) / 1e6;
}

static void set(struct flood *f, const char *text)
{
	struct {
		const char *name;
		double *value;
	} const settings[] = {
		{"size",   &f->size  },
                {"pps",    &f->pps   },
                {"on_ms",  &f->on_ms },
                {"off_ms", &f->off_ms}
        };
	struct span value = span_of(text), name;
	bool known = span_cut(&value, '=', &name);
	uint64_t n;
	for (size_t i = 0; known && i < sizeof settings / sizeof *settings; i++)
		if (span_eq(name, span_of(settings[i].name)) && span_u64(value, INT32_MAX, &n)) {
			*settings[i].value = (double)n;
			return;
		}
	fprintf(stderr, "flood: unknown setting '%s'\n", text);
	exit(2);
}

static void aim(struct flood *f, const char *address, const char *port)
{
	uint64_t number;
	struct sockaddr_in to = {.sin_family = AF_INET};
	if (!span_u64(span_of(port), UINT16_MAX, &number))
		fail(port);
	to.sin_port = htons((uint16_t)number);
	if (inet_pton(AF_INET, address, &to.sin_addr) != 1)
		fail(address);
	f->fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (f->fd < 0 || setsockopt(f->fd, SOL_SOCKET, SO_BROADCAST, &(int){1}, sizeof(int)) != 0 ||
	    connect(f->fd, (struct sockaddr *)&to, sizeof to) != 0)
		fail(address);
}

/* How long to wait before the next batch: 0 now. */
static double pause_ms(const struct flood *f)
{
	double at = ms_since(f->began), cycle = f->on_ms + f->off_ms;
	if (f->off_ms > 0) {
		double in = at - cycle * (double)(int64_t)(at / cycle);
		if (in >= f->on_ms)
			return cycle - in;
	}
	double due = f->pps > 0 ? (double)f->sent / f->pps * 1000 : 0;
	return due > at ? due - at : 0;
}

static void send_batch(struct flood *f)
{
	static char bytes[LONGEST];
	struct iovec io = {.iov_base = bytes, .iov_len = (size_t)f->size};
	struct mmsghdr batch[BATCH];
	unsigned n = f->pps > 0 ? 1 : BATCH;
	for (unsigned i = 0; i < n; i++)
		batch[i] = (struct mmsghdr){
			.msg_hdr = {.msg_iov = &io, .msg_iovlen = 1}
                };
	int sent = sendmmsg(f->fd, batch, n, 0);
	f->sent += sent > 0 ? (unsigned long)sent : 0;
}

int main(int argc, char **argv)
{
	struct flood f = {.size = 18};
	if (argc < 3) {
		fprintf(stderr, "usage: flood ADDRESS PORT [SETTING=VALUE]...\n");
		return 2;
	}
	for (int i = 3; i < argc; i++)
		set(&f, argv[i]);
	if (f.size < 0 || f.size > LONGEST)
		fail("size");
	aim(&f, argv[1], argv[2]);
	printf("ready\n");
	fflush(stdout);
	f.began = (int64_t)(ms_since(0) * 1e6);
	for (;;) {
		double wait = pause_ms(&f);
		struct pollfd input = {.fd = 0, .events = POLLIN};
		struct timespec t = {
			.tv_sec = (time_t)(wait / 1000),
			.tv_nsec = (long)((wait - 1000 * (double)(int64_t)(wait / 1000)) * 1e6)};
		if (ppoll(&input, 1, &t, NULL) > 0)
			break;
		send_batch(&f);
	}
	printf("sent %lu\n", f.sent);
	return 0;
}
