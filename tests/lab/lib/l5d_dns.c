/*
 * Finagle's inet resolver: names looked up by UDP, with the resolver's five seconds before
 * it asks again, and once more only.
 */
#include <err.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "schema/timefmt.h"
#include "tests/lab/lib/l5d.h"

#define AT_ONCE  256
#define TRIES    2
#define AGAIN_NS (5 * (int64_t)NS_PER_S)

/* What is asked, after the id: recursion wanted, one question, "web.lab" A IN. */
static const unsigned char question[] = "\1\0\0\1\0\0\0\0\0\0\3web\3lab\0\0\1\0\1";

struct lookup {
	struct resolver *resolver;
	struct timer again;
	int64_t began_ns;
	int tries; /* 0: none under way */
	uint16_t id;
};

struct resolver {
	struct proxy *proxy;
	struct watch watch;
	struct timer next;
	struct lookup lookups[AT_ONCE];
	struct metric *asked, *good, *bad, *latency;
	uint16_t ids;
};

static void ask(struct lookup *l)
{
	struct loop *loop = &l->resolver->proxy->loop;
	unsigned char packet[2 + sizeof(question) - 1] = {(unsigned char)(l->id >> 8),
	                                                  (unsigned char)l->id};

	memcpy(packet + 2, question, sizeof(question) - 1);
	l->tries++;
	(void)send(l->resolver->watch.fd, packet, sizeof(packet), 0); /* lost is lost */
	timer_set(loop, &l->again, loop->now + AGAIN_NS);
}

static void unanswered(void *of)
{
	struct lookup *l = of;

	if (l->tries < TRIES)
		return ask(l);
	l->tries = 0;
	metric_count(l->resolver->bad, 1);
}

static void answered(void *of, uint32_t events)
{
	struct resolver *r = of;
	struct loop *loop = &r->proxy->loop;
	unsigned char packet[512];
	ssize_t n;

	(void)events;
	while ((n = recv(r->watch.fd, packet, sizeof(packet), MSG_DONTWAIT)) >= 12) {
		struct lookup *l = &r->lookups[packet[1] % AT_ONCE];

		if (l->tries == 0 || l->id != (packet[0] << 8 | packet[1]))
			continue;
		l->tries = 0;
		timer_clear(loop, &l->again);
		metric_count(r->good, 1);
		metric_add(r->latency, (clock_now() - l->began_ns) / NS_PER_MS);
	}
}

static void look_up(void *of)
{
	struct resolver *r = of;
	struct loop *loop = &r->proxy->loop;
	struct lookup *l = &r->lookups[++r->ids % AT_ONCE];

	timer_set(loop, &r->next, loop->now + r->proxy->s.dns_every);
	if (l->tries > 0)
		return; /* as many as can be are under way */
	*l = (struct lookup){.resolver = r, .began_ns = loop->now, .id = r->ids};
	l->again = (struct timer){.due = unanswered, .of = l};
	metric_count(r->asked, 1);
	ask(l);
}

void dns_begin(struct proxy *p)
{
	struct resolver *r;
	address a;

	if (!*p->s.dns || p->s.dns_every <= 0)
		return;
	if (!address_parse(span_of(p->s.dns), &a))
		errx(2, "dns: not ADDRESS:PORT: %s", p->s.dns);
	p->resolver = r = MUST_NEW(struct resolver);
	r->proxy = p;
	r->asked = metric_at(p->root, "inet/dns/dns_lookups", METRIC_COUNTER);
	r->good = metric_at(p->root, "inet/dns/successes", METRIC_COUNTER);
	r->bad = metric_at(p->root, "inet/dns/failures", METRIC_COUNTER);
	r->latency = metric_at(p->root, "inet/dns/lookup_ms", METRIC_STAT);
	r->next = (struct timer){.due = look_up, .of = r};
	r->watch = (struct watch){
		.fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), .ready = answered, .of = r};
	if (r->watch.fd < 0 || connect(r->watch.fd, (const struct sockaddr *)&a, sizeof(a)) ||
	    loop_watch(&p->loop, &r->watch, EPOLLIN))
		err(3, "dns");
	timer_set(&p->loop, &r->next, p->loop.now);
}

void dns_end(struct proxy *p)
{
	if (p->resolver)
		close(p->resolver->watch.fd);
	free(p->resolver);
}
