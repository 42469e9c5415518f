/*
 * A link between two network namespaces that delays, loses and reorders: a tun device in
 * each, and this process between them.  For kernels without netem.
 *
 * usage: lossy NETNS_A DEVICE_A NETNS_B DEVICE_B [SETTING=VALUE]...
 *
 *   delay_ms   each way                         loss_ab, loss_ba  percent of the packets
 *   jitter_ms  more delay, evenly up to that    reorder           percent that overtake the rest
 *   max_len    longer packets vanish (bytes)    seed              of the chances
 *
 * Prints "ready"; reads further settings from standard input, one a line, and ends with it.
 * At the end it prints what was carried and lost each way.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/if.h>
#include <linux/if_tun.h>
#include <poll.h>
#include <sched.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include "schema/span.h"

enum { MTU = 2048, SLOTS = 1 << 14, NS_PER_MS = 1000000 };

struct packet {
	int64_t due; /* ns, monotonic */
	uint32_t len;
	unsigned char bytes[MTU];
};

/* One direction: what came in at one device and is due at the other, in order. */
struct way {
	int from, to;
	double loss;
	uint32_t head, count;
	struct packet *ring;
	unsigned long carried, lost;
};

struct link {
	double delay_ms, jitter_ms, reorder, max_len, seed;
	uint64_t chance;
	struct way ab, ba;
};

static void fail(const char *what)
{
	fprintf(stderr, "lossy: %s: %s\n", what, strerror(errno));
	exit(1);
}

static int64_t now(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

/* xorshift64*: in [0, 1) */
static double chance(struct link *l)
{
	l->chance ^= l->chance >> 12;
	l->chance ^= l->chance << 25;
	l->chance ^= l->chance >> 27;
	return (double)((l->chance * 2685821657736338717u) >> 11) / 9007199254740992.0;
}

static void set(struct link *l, const char *text)
{
	struct {
		const char *name;
		double *value;
	} const settings[] = {
		{"delay_ms",  &l->delay_ms },
                {"jitter_ms", &l->jitter_ms},
                {"reorder",   &l->reorder  },
		{"max_len",   &l->max_len  },
                {"loss_ab",   &l->ab.loss  },
                {"loss_ba",   &l->ba.loss  },
		{"seed",      &l->seed     },
	};
	struct span value = span_of(text), name;
	int64_t millionths;
	bool known = span_cut(&value, '=', &name);
	for (size_t i = 0; known && i < sizeof settings / sizeof *settings; i++)
		if (span_eq(name, span_of(settings[i].name)) && span_fixed(value, 6, &millionths)) {
			*settings[i].value = (double)millionths / 1e6;
			return;
		}
	fprintf(stderr, "lossy: unknown setting '%s'\n", text);
	exit(2);
}

/* A tun device, left in the namespace that it was made in. */
static int device(const char *netns, const char *name)
{
	int ns = open(netns, O_RDONLY | O_CLOEXEC);
	if (ns < 0 || setns(ns, CLONE_NEWNET) != 0)
		fail(netns);
	close(ns);
	int fd = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);
	struct ifreq r = {.ifr_flags = IFF_TUN | IFF_NO_PI};
	snprintf(r.ifr_name, sizeof r.ifr_name, "%s", name);
	if (fd < 0 || ioctl(fd, TUNSETIFF, &r) < 0)
		fail("/dev/net/tun");
	return fd;
}

static void take(struct link *l, struct way *w, int64_t at)
{
	while (w->count < SLOTS) {
		struct packet *p = &w->ring[(w->head + w->count) % SLOTS];
		ssize_t n = read(w->from, p->bytes, sizeof p->bytes);
		if (n <= 0)
			return;
		p->len = (uint32_t)n;
		if (chance(l) * 100 < w->loss || (l->max_len > 0 && (double)n > l->max_len)) {
			w->lost++;
			continue;
		}
		if (chance(l) * 100 < l->reorder) { /* now, past those that wait */
			w->carried += write(w->to, p->bytes, p->len) > 0;
			continue;
		}
		p->due = at + (int64_t)((l->delay_ms + l->jitter_ms * chance(l)) * NS_PER_MS);
		w->count++;
	}
}

static void give(struct way *w, int64_t at)
{
	for (; w->count > 0 && w->ring[w->head].due <= at; w->count--) {
		w->carried += write(w->to, w->ring[w->head].bytes, w->ring[w->head].len) > 0;
		w->head = (w->head + 1) % SLOTS;
	}
}

static int64_t next(const struct link *l)
{
	const struct way *ways[] = {&l->ab, &l->ba};
	int64_t due = INT64_MAX;
	for (int i = 0; i < 2; i++)
		if (ways[i]->count > 0 && ways[i]->ring[ways[i]->head].due < due)
			due = ways[i]->ring[ways[i]->head].due;
	return due;
}

/* false: standard input has ended */
static bool listen_to(struct link *l)
{
	char text[256];
	ssize_t n = read(0, text, sizeof text - 1);
	if (n <= 0)
		return false;
	text[n] = '\0';
	char *rest = text;
	for (char *line; (line = strsep(&rest, "\n"));)
		if (*line)
			set(l, line);
	return true;
}

static void carry(struct link *l)
{
	for (;;) {
		int64_t due = next(l), at = now();
		int64_t left = due == INT64_MAX ? 1000000000 : due > at ? due - at : 0;
		struct timespec wait = {.tv_sec = left / 1000000000, .tv_nsec = left % 1000000000};
		struct pollfd p[] = {
			{.fd = 0,          .events = POLLIN},
			{.fd = l->ab.from, .events = POLLIN},
			{.fd = l->ba.from, .events = POLLIN}
                };
		if (ppoll(p, 3, &wait, NULL) < 0 && errno != EINTR)
			fail("poll");
		if (p[0].revents && !listen_to(l))
			return;
		at = now();
		if (p[1].revents)
			take(l, &l->ab, at);
		if (p[2].revents)
			take(l, &l->ba, at);
		give(&l->ab, at);
		give(&l->ba, at);
	}
}

int main(int argc, char **argv)
{
	static struct link l = {.seed = 1};
	if (argc < 5) {
		fprintf(stderr,
		        "usage: lossy NETNS_A DEVICE_A NETNS_B DEVICE_B [SETTING=VALUE]...\n");
		return 2;
	}
	for (int i = 5; i < argc; i++)
		set(&l, argv[i]);
	l.chance = 0x9e3779b97f4a7c15u ^ (uint64_t)l.seed;
	l.ab.from = l.ba.to = device(argv[1], argv[2]);
	l.ba.from = l.ab.to = device(argv[3], argv[4]);
	l.ab.ring = calloc(SLOTS, sizeof *l.ab.ring);
	l.ba.ring = calloc(SLOTS, sizeof *l.ba.ring);
	if (!l.ab.ring || !l.ba.ring)
		fail("memory");
	printf("ready\n");
	fflush(stdout);
	carry(&l);
	printf("{\"ab\": {\"carried\": %lu, \"lost\": %lu}, \"ba\": {\"carried\": %lu, \"lost\": "
	       "%lu}}\n",
	       l.ab.carried, l.ab.lost, l.ba.carried, l.ba.lost);
	free(l.ab.ring);
	free(l.ba.ring);
	return 0;
}
