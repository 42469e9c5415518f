/*
 * Sends TCP segments that no socket stands behind: SYNs of nobody, forged data, wrong checksums.
 *
 * usage: raw FROM TO SPORT DPORT [SETTING=VALUE]...
 *
 *   count   segments in all (0: until standard input ends)    pps      segments a second
 *   spread  so many addresses from FROM on, in turn           flags    of TCP: 2 SYN, 16 ACK
 *   size    bytes of payload                                  step     added to the sequence number
 *   ttl     of IP                                             damage   1: the checksum is wrong
 *   within  1: of a connection that is made first, beginning at its next sequence number
 *
 * Prints "ready", ends when its standard input does, then prints how many were sent.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <netinet/ip.h>
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "schema/span.h"

enum { PAYLOAD_MAX = 1400 };

struct segment {
	struct iphdr ip;
	struct tcphdr tcp;
	unsigned char data[PAYLOAD_MAX];
};

struct plan {
	uint64_t count, pps, spread, flags, size, step, ttl, damage, within;
	uint32_t seq, ack;
	struct in_addr from, to;
	uint16_t sport, dport;
};

static void fail(const char *what)
{
	fprintf(stderr, "raw: %s: %s\n", what, strerror(errno));
	exit(1);
}

static uint16_t port_of(const char *text)
{
	uint64_t port;
	if (!span_u64(span_of(text), UINT16_MAX, &port)) {
		fprintf(stderr, "raw: no port: %s\n", text);
		exit(2);
	}
	return (uint16_t)port;
}

static void set(struct plan *p, const char *text)
{
	struct {
		const char *name;
		uint64_t *value;
	} const settings[] = {
		{"count",  &p->count },
                {"pps",    &p->pps   },
                {"spread", &p->spread},
		{"flags",  &p->flags },
                {"size",   &p->size  },
                {"step",   &p->step  },
		{"ttl",    &p->ttl   },
                {"damage", &p->damage},
                {"within", &p->within},
	};
	struct span value = span_of(text), name;
	bool known = span_cut(&value, '=', &name);
	for (size_t i = 0; known && i < sizeof settings / sizeof *settings; i++)
		if (span_eq(name, span_of(settings[i].name)) &&
		    span_u64(value, INT32_MAX, settings[i].value))
			return;
	fprintf(stderr, "raw: unknown setting '%s'\n", text);
	exit(2);
}

/* The ones' complement sum of RFC 1071, in network order, not yet folded. */
static uint32_t sum(uint32_t s, const void *bytes, size_t n)
{
	const unsigned char *b = bytes;
	for (size_t i = 0; i + 1 < n; i += 2)
		s += (uint32_t)(b[i] << 8 | b[i + 1]);
	return n & 1 ? s + (uint32_t)(b[n - 1] << 8) : s;
}

static uint16_t checksum(const struct segment *s, size_t tcp_len)
{
	uint32_t x = sum(0, &s->ip.saddr, 8) + IPPROTO_TCP + (uint32_t)tcp_len;
	x = sum(x, &s->tcp, tcp_len);
	while (x >> 16)
		x = (x & 0xffff) + (x >> 16);
	return htons((uint16_t)~x);
}

/* The kernel fills in what is 0 of IP's header: its checksum, identity and length. */
static size_t make(struct segment *s, const struct plan *p, unsigned long i)
{
	size_t tcp_len = sizeof s->tcp + p->size;
	uint32_t host = ntohl(p->from.s_addr) + (uint32_t)(i % p->spread);
	*s = (struct segment){
		.ip = {.version = 4,
	               .ihl = 5,
	               .ttl = (uint8_t)p->ttl,
	               .protocol = IPPROTO_TCP,
	               .saddr = htonl(host),
	               .daddr = p->to.s_addr},
		.tcp = {.source = htons(p->sport),
                       .dest = htons(p->dport),
                       .seq = htonl(p->seq + (uint32_t)i * (uint32_t)p->step),
                       .ack_seq = htonl(p->ack),
                       .doff = 5,
                       .window = htons(1000)},
	};
	((unsigned char *)&s->tcp)[13] = (unsigned char)p->flags;
	s->tcp.check = (uint16_t)(checksum(s, tcp_len) + (p->damage > 0));
	return sizeof s->ip + tcp_len;
}

static uint32_t queue_seq(int fd, int queue)
{
	uint32_t seq = 0;
	socklen_t n = sizeof seq;
	if (setsockopt(fd, IPPROTO_TCP, TCP_REPAIR_QUEUE, &queue, sizeof queue) ||
	    getsockopt(fd, IPPROTO_TCP, TCP_QUEUE_SEQ, &seq, &n))
		fail("sequence number");
	return seq;
}

/* The connection stays open behind our back; TCP_REPAIR tells where it is. */
static void connect_first(struct plan *p)
{
	struct sockaddr_in from = {
		.sin_family = AF_INET, .sin_port = htons(p->sport), .sin_addr = p->from};
	struct sockaddr_in to = {
		.sin_family = AF_INET, .sin_port = htons(p->dport), .sin_addr = p->to};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	int on = TCP_REPAIR_ON, off = TCP_REPAIR_OFF_NO_WP;
	if (fd < 0 || bind(fd, (void *)&from, sizeof from) || connect(fd, (void *)&to, sizeof to) ||
	    setsockopt(fd, IPPROTO_TCP, TCP_REPAIR, &on, sizeof on))
		fail("connection");
	p->seq = queue_seq(fd, TCP_SEND_QUEUE) + (uint32_t)p->step - (uint32_t)p->size;
	p->ack = queue_seq(fd, TCP_RECV_QUEUE);
	if (setsockopt(fd, IPPROTO_TCP, TCP_REPAIR, &off, sizeof off))
		fail("connection");
}

static unsigned long run(const struct plan *p, int fd)
{
	struct timespec began, t;
	unsigned long sent = 0;
	clock_gettime(CLOCK_MONOTONIC, &began);
	for (;;) {
		clock_gettime(CLOCK_MONOTONIC, &t);
		double past = (double)(t.tv_sec - began.tv_sec) +
		              (double)(t.tv_nsec - began.tv_nsec) / 1e9;
		while ((double)sent < past * (double)p->pps && (p->count == 0 || sent < p->count)) {
			struct segment s;
			size_t n = make(&s, p, sent++);
			struct sockaddr_in to = {.sin_family = AF_INET, .sin_addr = p->to};
			if (sendto(fd, &s, n, 0, (void *)&to, sizeof to) < 0 && errno != ENOBUFS)
				fail("send");
		}
		struct pollfd input = {.fd = 0, .events = POLLIN};
		char rest[64];
		if (poll(&input, 1, 5) > 0 && read(0, rest, sizeof rest) <= 0)
			return sent;
	}
}

int main(int argc, char **argv)
{
	struct plan p = {.pps = 50, .spread = 1, .flags = 2, .ttl = 64, .seq = 1000, .ack = 1};
	if (argc < 5 || inet_pton(AF_INET, argv[1], &p.from) != 1 ||
	    inet_pton(AF_INET, argv[2], &p.to) != 1) {
		fprintf(stderr, "usage: raw FROM TO SPORT DPORT [SETTING=VALUE]...\n");
		return 2;
	}
	p.sport = port_of(argv[3]);
	p.dport = port_of(argv[4]);
	for (int i = 5; i < argc; i++)
		set(&p, argv[i]);
	if (p.size > PAYLOAD_MAX || p.spread < 1) {
		fprintf(stderr, "raw: size is 0 to %d, spread at least 1\n", PAYLOAD_MAX);
		return 2;
	}
	int fd = socket(AF_INET, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_RAW);
	if (fd < 0)
		fail("raw socket");
	if (p.within > 0)
		connect_first(&p);
	printf("ready\n");
	fflush(stdout);
	unsigned long sent = run(&p, fd);
	printf("{\"sent\": %lu}\n", sent);
	return 0;
}
