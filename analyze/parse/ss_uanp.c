/*
 * ss -uanp, misc/ss.c of iproute2: UDP sockets, who holds them, and with -m what each dropped (d of
 * skmem, since Linux 4.7).  Recv-Q is bytes of socket memory, as rx_queue of /proc/net/udp.
 *
 *   State  Recv-Q Send-Q Local Address:Port Peer Address:Port
 *   UNCONN 4352   0          0.0.0.0:514       0.0.0.0:*     users:(("rsyslogd",pid=99,fd=3))
 *
 * Sockets that share an address are summed.
 */
#include "analyze/parse.h"
#include "analyze/parse_ss.h"
#include "schema/buf.h"

static void put(struct emit *out, struct point p, int64_t v)
{
	p.twice = TWICE_ADD;
	p.type = VALUE_INT;
	p.v.i = v;
	out->point(out, &p);
}

static void take(const struct sock *s, struct emit *out)
{
	char text[SS_HOST_MAX + 16];
	struct buf b = BUF_OVER(text);
	struct span entity;

	ss_entity(s, &b);
	entity = buf_span(&b);
	put(out,
	    (struct point){.entity = entity,
	                   .name = SPAN("rx_queue"),
	                   .kind = KIND_GAUGE,
	                   .unit = UNIT_BYTE},
	    s->v[SOCK_recvq]);
	if (s->has & UINT64_C(1) << SOCK_mem_d)
		put(out,
		    (struct point){.entity = entity,
		                   .name = SPAN("drops"),
		                   .kind = KIND_COUNTER,
		                   .unit = UNIT_COUNT},
		    s->v[SOCK_mem_d]);
	if (s->comm.n)
		emit_text(out, entity, SPAN("owner"), s->comm);
}

static void parse(const struct input *in, struct emit *out)
{
	struct ss_reader r;
	struct sock s;

	ss_open(&r, in->text);
	r.udp = true;
	while (ss_next(&r, out, &s))
		take(&s, out);
}

const struct parser parser_ss_uanp = {
	.source = "udp",
	.members = (const char *const[]){"cmd/ss_-uanp", "cmd/ss_-uanpm", NULL},
	.parse = parse,
	.foreign = true,
};
