/*
 * ss of iproute2 6.1, not on a terminal:
 * State Recv-Q Send-Q Local Address:Port Peer Address:PortProcess
 * ESTAB 0 0 10.0.0.1:4140 10.0.0.2:51326 timer:(keepalive,41sec,0) ino:30407 sk:3 cgroup:/ <->
 * 	 skmem:(r0,rb131072,t0,tb2626560,f0,w0,o0,bl0,d0) ts sack cubic wscale:10,10 rto:204 ...
 */
#include "collect/ss_format.h"

#include <arpa/inet.h>
#include <string.h>
#include <sys/socket.h>

#include "collect/put.h"
#include "collect/ss_info.h"

static const struct span states[] = {
	[0] = SPAN_INIT("UNKNOWN"),
	[SOCK_ESTABLISHED] = SPAN_INIT("ESTAB"),
	[SOCK_SYN_SENT] = SPAN_INIT("SYN-SENT"),
	[SOCK_SYN_RECV] = SPAN_INIT("SYN-RECV"),
	[SOCK_FIN_WAIT1] = SPAN_INIT("FIN-WAIT-1"),
	[SOCK_FIN_WAIT2] = SPAN_INIT("FIN-WAIT-2"),
	[SOCK_TIME_WAIT] = SPAN_INIT("TIME-WAIT"),
	[SOCK_CLOSE] = SPAN_INIT("UNCONN"),
	[SOCK_CLOSE_WAIT] = SPAN_INIT("CLOSE-WAIT"),
	[SOCK_LAST_ACK] = SPAN_INIT("LAST-ACK"),
	[SOCK_LISTEN] = SPAN_INIT("LISTEN"),
	[SOCK_CLOSING] = SPAN_INIT("CLOSING"),
};

void ss_header(struct buf *b)
{
	buf_str(b, "State Recv-Q Send-Q Local Address:Port Peer Address:PortProcess\n");
}

/* The byte of an attribute of one byte; 0 when the kernel did not send it. */
static unsigned byte_of(const struct attr *attrs, enum sock_attr which)
{
	return attrs && attrs[which].n ? *(const unsigned char *)attrs[which].p : 0;
}

struct end {
	unsigned char family;
	bool v6only; /* then [::] is IPv6 alone, else it is written '*' */
	const void *addr;
	uint32_t ifindex; /* 0 = any */
	uint16_t port;    /* network byte order */
};

static char *put_host(char *p, const struct end *e)
{
	static const unsigned char any[16];

	if (e->family == AF_INET)
		return put_ipv4(p, e->addr);
	if (!e->v6only && memcmp(e->addr, any, sizeof(any)) == 0) {
		*p++ = '*';
		return p;
	}
	*p++ = '[';
	p = put_ipv6(p, e->addr);
	*p++ = ']';
	return p;
}

static char *put_end(char *p, const struct end *e, struct sock_names *names)
{
	p = put_host(p, e);
	if (e->ifindex) {
		*p++ = '%';
		p = put_span(p, sock_names_iface(names, e->ifindex));
	}
	*p++ = ':';
	if (e->port)
		return put_u64(p, ntohs(e->port));
	*p++ = '*';
	return p;
}

static char *put_ends(char *p, const struct inet_diag_msg *m, const struct attr *attrs,
                      struct sock_names *names)
{
	struct end e = {.family = m->idiag_family,
	                .v6only = m->idiag_family == AF_INET6 && byte_of(attrs, SOCK_V6ONLY),
	                .addr = m->id.idiag_src,
	                .ifindex = m->id.idiag_if,
	                .port = m->id.idiag_sport};

	p = put_end(p, &e, names);
	*p++ = ' ';
	e.addr = m->id.idiag_dst;
	e.ifindex = 0;
	e.port = m->id.idiag_dport;
	return put_end(p, &e, names);
}

/* "41sec", "1min12sec", "8.036ms" for 8.036 s: ss's own ways of saying it. */
static char *put_time(char *p, uint32_t ms)
{
	uint32_t minutes = ms / 60000;
	uint32_t secs = minutes > 9 ? 0 : ms / 1000 % 60;
	uint32_t rest = minutes || secs > 9 ? 0 : ms % 1000;

	if (minutes)
		p = put_span(put_u64(p, minutes), SPAN("min"));
	if (secs)
		p = put_span(put_u64(p, secs), rest ? SPAN(".") : SPAN("sec"));
	if (rest) {
		*p++ = (char)('0' + rest / 100);
		*p++ = (char)('0' + rest / 10 % 10);
		*p++ = (char)('0' + rest % 10);
		p = put_span(p, SPAN("ms"));
	}
	return p;
}

static char *put_timer(char *p, const struct inet_diag_msg *m)
{
	static const struct span names[] = {
		SPAN_INIT("off"),      SPAN_INIT("on"),      SPAN_INIT("keepalive"),
		SPAN_INIT("timewait"), SPAN_INIT("persist"), SPAN_INIT("unknown"),
	};

	if (m->idiag_timer == 0)
		return p;
	p = put_span(p, SPAN(" timer:("));
	p = put_span(p, names[m->idiag_timer < 5 ? m->idiag_timer : 5]);
	*p++ = ',';
	p = put_time(p, m->idiag_expires);
	*p++ = ',';
	p = put_u64(p, m->idiag_retrans);
	*p++ = ')';
	return p;
}

static char *put_extended(char *p, const struct inet_diag_msg *m, const struct attr *attrs,
                          struct sock_names *names)
{
	uint64_t cookie;

	if (m->idiag_uid)
		p = put_u64(put_span(p, SPAN(" uid:")), m->idiag_uid);
	p = put_u64(put_span(p, SPAN(" ino:")), m->idiag_inode);
	memcpy(&cookie, m->id.idiag_cookie, sizeof(cookie));
	p = put_hex(put_span(p, SPAN(" sk:")), cookie);
	if (!attrs)
		return p;
	if (attrs[SOCK_MARK].n >= sizeof(uint32_t)) {
		uint32_t mark;

		memcpy(&mark, attrs[SOCK_MARK].p, sizeof(mark));
		if (mark)
			p = put_hex(put_span(p, SPAN(" fwmark:0x")), mark);
	}
	if (attrs[SOCK_CGROUP_ID].n >= sizeof(uint64_t)) {
		uint64_t id;

		memcpy(&id, attrs[SOCK_CGROUP_ID].p, sizeof(id));
		if (id)
			p = put_span(put_span(p, SPAN(" cgroup:")), sock_names_cgroup(names, id));
	}
	if (m->idiag_family == AF_INET6 && attrs[SOCK_V6ONLY].p)
		p = put_u64(put_span(p, SPAN(" v6only:")), byte_of(attrs, SOCK_V6ONLY));
	if (attrs[SOCK_SHUTDOWN].p) {
		unsigned shut = byte_of(attrs, SOCK_SHUTDOWN);

		*p++ = ' ';
		*p++ = shut & 1 ? '-' : '<';
		*p++ = '-';
		*p++ = shut & 2 ? '-' : '>';
	}
	return p;
}

static void put_owners(struct buf *b, const struct owners *owners, uint32_t inode)
{
	size_t n;
	const struct owner *o = owners_find(owners, inode, &n);

	if (!o)
		return;
	buf_str(b, " users:(");
	for (size_t i = 0; i < n; i++) {
		buf_str(b, i ? ",(\"" : "(\"");
		buf_put(b, (struct span){o[i].comm, o[i].comm_n});
		buf_str(b, "\",pid=");
		buf_i64(b, o[i].pid);
		buf_str(b, ",fd=");
		buf_i64(b, o[i].fd);
		buf_char(b, ')');
	}
	buf_char(b, ')');
}

void ss_row(struct buf *b, const struct ss_style *style, const struct inet_diag_msg *m,
            const struct attr *attrs)
{
	unsigned state = m->idiag_state < SOCK_STATE_COUNT ? m->idiag_state : 0;
	unsigned show = style->show;
	char *p = put_span(b->p + b->n, states[state]);
	char *line;

	*p++ = ' ';
	p = put_i32(p, (int32_t)m->idiag_rqueue);
	*p++ = ' ';
	p = put_i32(p, (int32_t)m->idiag_wqueue);
	*p++ = ' ';
	p = put_ends(p, m, attrs, style->names);
	if (style->owners) {
		b->n = (size_t)(p - b->p);
		put_owners(b, style->owners, m->idiag_inode);
		p = b->p + b->n;
	}
	if (show & (SS_TIMERS | SS_EXTENDED))
		p = put_timer(p, m);
	if (show & SS_EXTENDED)
		p = put_extended(p, m, attrs, style->names);
	*p++ = '\n';
	if (attrs && show & (SS_MEMORY | SS_INFO)) {
		line = p;
		*p++ = '\t';
		p = ss_put_memory(p, attrs);
		if (show & SS_INFO)
			p = ss_put_info(p, attrs, state, show & (SS_TIMERS | SS_EXTENDED));
		if (p == line + 1)
			p = line; /* TIME-WAIT and SYN-RECV have neither */
		else
			*p++ = '\n';
	}
	b->n = (size_t)(p - b->p);
}

struct span ss_narrow(struct span line)
{
	enum { COLUMNS = 5 };
	struct span rest = line, word;

	if (line.n == 0 || line.p[0] == '\t')
		return (struct span){0};
	for (int i = 0; i < COLUMNS; i++)
		if (!span_word(&rest, &word))
			return line;
	return (struct span){line.p, (size_t)(word.p - line.p) + word.n};
}
