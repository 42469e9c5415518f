/*
 * ss -ltnm, misc/ss.c of iproute2: listeners.  Recv-Q is the accept queue now, Send-Q
 * its limit, and d of skmem, since Linux 4.7, what this listener dropped.  When ss had
 * to fall back to /proc/net/tcp there is no skmem, and the 0 of Send-Q means not known.
 *
 *   State  Recv-Q Send-Q Local Address:Port Peer Address:Port
 *   LISTEN 2      1          192.0.2.1:8080      0.0.0.0:*
 *   	 skmem:(r0,rb131072,t0,tb16384,f0,w0,o0,bl0,d70)
 *
 * Sockets that share an address (SO_REUSEPORT) are one listener: its longest queue,
 * smallest limit and all its drops.
 */
#include "analyze/parse.h"
#include "analyze/parse_ss.h"
#include "schema/buf.h"

static void number(struct emit *out, struct point p, int64_t v)
{
	p.unit = UNIT_COUNT;
	p.type = VALUE_INT;
	p.v.i = v;
	out->point(out, &p);
}

static void listener(const struct sock *s, struct emit *out)
{
	char text[SS_HOST_MAX + 16];
	struct buf b = BUF_OVER(text);
	struct span entity;

	ss_entity(s, &b);
	entity = buf_span(&b);
	number(out,
	       (struct point){.entity = entity,
	                      .name = SPAN("queue"),
	                      .kind = KIND_GAUGE,
	                      .twice = TWICE_MOST},
	       s->v[SOCK_recvq]);
	if (s->has & UINT64_C(1) << SOCK_sendq)
		number(out,
		       (struct point){.entity = entity,
		                      .name = SPAN("backlog"),
		                      .kind = KIND_GAUGE,
		                      .twice = TWICE_LEAST},
		       s->v[SOCK_sendq]);
	if (s->has & UINT64_C(1) << SOCK_mem_d)
		number(out,
		       (struct point){.entity = entity,
		                      .name = SPAN("drops"),
		                      .kind = KIND_COUNTER32,
		                      .twice = TWICE_ADD},
		       s->v[SOCK_mem_d]);
}

static void parse(const struct input *in, struct emit *out)
{
	struct ss_reader r;
	struct sock s;

	ss_open(&r, in->text);
	r.listening = true;
	while (ss_next(&r, out, &s)) {
		if (s.v[SOCK_sendq] == 0 && !(s.has & UINT64_C(1) << SOCK_mem_r))
			s.has &= ~(UINT64_C(1) << SOCK_sendq);
		out->sock(out, &s);
		if (s.lport)
			listener(&s, out);
	}
}

const struct parser parser_ss_ltnm = {
	.source = "listener",
	.members = (const char *const[]){"cmd/ss_-ltnm", NULL},
	.parse = parse,
};
