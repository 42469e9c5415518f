/*
 * struct tcp_info of linux/tcp.h: it only ever grew at its end, so a kernel's
 * answer is as much of it as that kernel knows.
 *  skmem:(r0,rb131072,t0,tb2626560,f0,w0,o0,bl0,d0) ts sack cubic wscale:10,10 rto:204
 * rtt:0.011/0.005 ...
 */
#include "collect/ss_info.h"

#include <assert.h>
#include <stddef.h>

#include "collect/put.h"
#include "schema/buf.h"

struct info { /* names and widths of the kernel; times in us unless said */
	uint8_t state, ca_state, retransmits, probes, backoff, options;
	uint8_t snd_wscale : 4, rcv_wscale : 4;
	uint8_t app_limited : 1, fastopen_fail : 2;
	uint32_t rto, ato, snd_mss, rcv_mss;
	uint32_t unacked, sacked, lost, retrans, fackets;
	uint32_t last_data_sent, last_ack_sent, last_data_recv, last_ack_recv; /* ms */
	uint32_t pmtu, rcv_ssthresh, rtt, rttvar, snd_ssthresh, snd_cwnd, advmss, reordering;
	uint32_t rcv_rtt, rcv_space, total_retrans;
	uint64_t pacing_rate, max_pacing_rate; /* bytes/s */
	uint64_t bytes_acked, bytes_received;
	uint32_t segs_out, segs_in, notsent_bytes, min_rtt, data_segs_in, data_segs_out;
	uint64_t delivery_rate; /* bytes/s */
	uint64_t busy_time, rwnd_limited, sndbuf_limited;
	uint32_t delivered, delivered_ce;
	uint64_t bytes_sent, bytes_retrans;
	uint32_t dsack_dups, reord_seen, rcv_ooopack, snd_wnd, rcv_wnd, rehash;
};

static_assert(offsetof(struct info, total_retrans) == 100, "the kernel's layout");
static_assert(offsetof(struct info, pacing_rate) == 104, "the kernel's layout");
static_assert(offsetof(struct info, delivery_rate) == 160, "the kernel's layout");
static_assert(offsetof(struct info, bytes_sent) == 200, "the kernel's layout");
static_assert(offsetof(struct info, rehash) == 236, "the kernel's layout");

/* Bits of tcpi_options. */
enum {
	HAS_TIMESTAMPS = 1,
	HAS_SACK = 2,
	HAS_WSCALE = 4,
	HAS_ECN = 8,
	HAS_ECN_SEEN = 16,
	HAS_SYN_DATA = 32
};

/* What stands for "not yet known" in these fields. */
#define RTO_INITIAL     3000000
#define SSTHRESH_NONE   0xffff
#define VEGAS_RTT_NONE  0x7fffffff
#define REORDERING_NONE 3

struct view {
	struct info i;
	const struct attr *attrs;
	unsigned state;
	bool options; /* print the names of the TCP options */
};

typedef char *put_field(char *p, const struct view *v);

static char *put_named(char *p, struct span name, uint64_t n)
{
	return put_u64(put_span(p, name), n);
}

static char *put_options(char *p, const struct view *v)
{
	static const struct {
		struct span name;
		unsigned bit;
	} names[] = {
		{SPAN_INIT(" ts"),       HAS_TIMESTAMPS},
                {SPAN_INIT(" sack"),     HAS_SACK      },
		{SPAN_INIT(" ecn"),      HAS_ECN       },
                {SPAN_INIT(" ecnseen"),  HAS_ECN_SEEN  },
		{SPAN_INIT(" fastopen"), HAS_SYN_DATA  },
	};

	for (size_t i = 0; v->options && i < sizeof(names) / sizeof(*names); i++)
		if (v->i.options & names[i].bit)
			p = put_span(p, names[i].name);
	return p;
}

static char *put_cong(char *p, const struct view *v)
{
	const struct attr *a = &v->attrs[SOCK_CONG];
	size_t n = a->p ? strnlen(a->p, a->n < 15 ? a->n : 15) : 0;

	if (n == 0)
		return p;
	*p++ = ' ';
	return put_span(p, (struct span){a->p, n});
}

static char *put_wscale(char *p, const struct view *v)
{
	if (!(v->i.options & HAS_WSCALE))
		return p;
	p = put_named(p, SPAN(" wscale:"), v->i.snd_wscale);
	return put_named(p, SPAN(","), v->i.rcv_wscale);
}

static char *put_rto(char *p, const struct view *v)
{
	if (v->i.rto == 0 || v->i.rto == RTO_INITIAL)
		return p;
	return put_thousandth(put_span(p, SPAN(" rto:")), v->i.rto);
}

static char *put_backoff(char *p, const struct view *v)
{
	return v->i.backoff ? put_named(p, SPAN(" backoff:"), v->i.backoff) : p;
}

static char *put_rtt(char *p, const struct view *v)
{
	if (v->i.rtt == 0)
		return p;
	p = put_thousandth(put_span(p, SPAN(" rtt:")), v->i.rtt);
	*p++ = '/';
	return put_thousandth(p, v->i.rttvar);
}

static char *put_ssthresh(char *p, const struct view *v)
{
	if (v->i.snd_ssthresh == 0 || v->i.snd_ssthresh >= SSTHRESH_NONE)
		return p;
	return put_named(p, SPAN(" ssthresh:"), v->i.snd_ssthresh);
}

/*
 * What stands above TCP: " tcp-ulp-tls", " tcp-ulp-mptcp".  Of its own parameters
 * nothing is told, nor of TCP-MD5: ss prints the keys.
 */
static char *put_upper_layer(char *p, const struct view *v)
{
	const struct attr *a = &v->attrs[SOCK_ULP_INFO];
	struct attr in[2];
	size_t n;

	if (!a->p)
		return p;
	netlink_attrs(a->p, a->n, in, 2);
	n = in[1].p ? strnlen(in[1].p, in[1].n < 15 ? in[1].n : 15) : 0;
	if (n == 0)
		return p;
	return put_span(put_span(p, SPAN(" tcp-ulp-")), (struct span){in[1].p, n});
}

static uint32_t word(const struct attr *a, size_t nth)
{
	uint32_t v;

	memcpy(&v, (const char *)a->p + nth * sizeof(v), sizeof(v));
	return v;
}

static char *put_dctcp(char *p, const struct view *v)
{
	const struct attr *a = &v->attrs[SOCK_DCTCPINFO];
	uint16_t enabled;
	uint16_t ce_state;

	if (!a->p || a->n < 16)
		return p;
	memcpy(&enabled, a->p, sizeof(enabled));
	memcpy(&ce_state, (const char *)a->p + 2, sizeof(ce_state));
	if (!enabled)
		return put_span(p, SPAN(" dctcp:fallback_mode"));
	p = put_named(p, SPAN(" dctcp:(ce_state:"), ce_state);
	p = put_named(p, SPAN(",alpha:"), word(a, 1));
	p = put_named(p, SPAN(",ab_ecn:"), word(a, 2));
	p = put_named(p, SPAN(",ab_tot:"), word(a, 3));
	*p++ = ')';
	return p;
}

static char *put_bbr(char *p, const struct view *v)
{
	const struct attr *a = &v->attrs[SOCK_BBRINFO];
	uint64_t bw; /* bytes/s */

	if (!a->p || a->n < 20)
		return p;
	bw = (uint64_t)word(a, 1) << 32 | word(a, 0);
	p = put_whole(put_span(p, SPAN(" bbr:(bw:")), (double)bw * 8.0);
	p = put_thousandth(put_span(p, SPAN("bps,mrtt:")), word(a, 2));
	if (word(a, 3))
		p = put_256th(put_span(p, SPAN(",pacing_gain:")), word(a, 3));
	if (word(a, 4))
		p = put_256th(put_span(p, SPAN(",cwnd_gain:")), word(a, 4));
	*p++ = ')';
	return p;
}

/* What the window would allow in the time of one round trip. */
static char *put_send(char *p, const struct view *v)
{
	const struct attr *a = &v->attrs[SOCK_VEGASINFO];
	double rtt = v->i.rtt;

	if (a->p && a->n >= 16 && word(a, 0) && word(a, 2) && word(a, 2) != VEGAS_RTT_NONE)
		rtt = word(a, 2);
	if (!(rtt > 0) || v->i.snd_mss == 0 || v->i.snd_cwnd == 0)
		return p;
	p = put_span(p, SPAN(" send "));
	p = put_whole(p, (double)v->i.snd_cwnd * (double)v->i.snd_mss * 8000000. / rtt);
	return put_span(p, SPAN("bps"));
}

static char *put_pacing(char *p, const struct view *v)
{
	uint64_t rate = v->i.pacing_rate;
	uint64_t max = v->i.max_pacing_rate;

	if (rate == 0 || rate == UINT64_MAX)
		return p;
	p = put_whole(put_span(p, SPAN(" pacing_rate ")), (double)rate * 8.);
	p = put_span(p, SPAN("bps"));
	if (max == 0 || max == UINT64_MAX)
		return p;
	*p++ = '/';
	return put_span(put_whole(p, (double)max * 8.), SPAN("bps"));
}

static char *put_delivery(char *p, const struct view *v)
{
	if (v->i.delivery_rate == 0)
		return p;
	p = put_whole(put_span(p, SPAN(" delivery_rate ")), (double)v->i.delivery_rate * 8.);
	return put_span(p, SPAN("bps"));
}

static char *put_app_limited(char *p, const struct view *v)
{
	return v->i.app_limited ? put_span(p, SPAN(" app_limited")) : p;
}

static char *put_share(char *p, struct span name, uint64_t part, uint64_t busy)
{
	struct buf b = {.p = p, .cap = (size_t)2 * PUT_MAX};

	if (part == 0)
		return p;
	buf_put(&b, name);
	buf_u64(&b, part / 1000);
	buf_fmt(&b, "ms(%.1f%%)", 100.0 * (double)part / (double)busy);
	return p + b.n;
}

static char *put_busy(char *p, const struct view *v)
{
	uint64_t busy = v->i.busy_time;

	if (busy == 0)
		return p;
	p = put_span(put_named(p, SPAN(" busy:"), busy / 1000), SPAN("ms"));
	p = put_share(p, SPAN(" rwnd_limited:"), v->i.rwnd_limited, busy);
	return put_share(p, SPAN(" sndbuf_limited:"), v->i.sndbuf_limited, busy);
}

static char *put_retrans(char *p, const struct view *v)
{
	if (v->i.retrans == 0 && v->i.total_retrans == 0)
		return p;
	p = put_named(p, SPAN(" retrans:"), v->i.retrans);
	return put_named(p, SPAN("/"), v->i.total_retrans);
}

/* A listener keeps its backlog's limit in this field. */
static char *put_sacked(char *p, const struct view *v)
{
	if (v->i.sacked == 0 || v->state == SOCK_LISTEN)
		return p;
	return put_named(p, SPAN(" sacked:"), v->i.sacked);
}

static char *put_reordering(char *p, const struct view *v)
{
	if (v->i.reordering == REORDERING_NONE)
		return p;
	return put_named(p, SPAN(" reordering:"), v->i.reordering);
}

static char *put_min_rtt(char *p, const struct view *v)
{
	if (v->i.min_rtt == 0 || v->i.min_rtt == UINT32_MAX)
		return p;
	return put_thousandth(put_span(p, SPAN(" minrtt:")), v->i.min_rtt);
}

enum kind { WORD, LONG, MS, OWN };

/* The order of ss; a field that is 0 is left out. */
static const struct field {
	size_t at;
	put_field *put;
	enum kind kind; /* WORD and LONG as they are, MS a WORD of us as ms, OWN by `put` */
	struct label name;
} fields[] = {
#define F(label, f, k) .name = LABEL(" " label ":"), .at = offsetof(struct info, f), .kind = (k)
#define W(label, f)    F(label, f, WORD)
#define L(label, f)    F(label, f, LONG)
#define T(label, f)    F(label, f, MS)
#define P(f)           .put = (f), .kind = OWN
	{P(put_options)},
	{P(put_cong)},
	{P(put_wscale)},
	{P(put_rto)},
	{P(put_backoff)},
	{P(put_rtt)},
	{T("ato", ato)},
	{W("mss", snd_mss)},
	{W("pmtu", pmtu)},
	{W("rcvmss", rcv_mss)},
	{W("advmss", advmss)},
	{W("cwnd", snd_cwnd)},
	{P(put_ssthresh)},
	{L("bytes_sent", bytes_sent)},
	{L("bytes_retrans", bytes_retrans)},
	{L("bytes_acked", bytes_acked)},
	{L("bytes_received", bytes_received)},
	{W("segs_out", segs_out)},
	{W("segs_in", segs_in)},
	{W("data_segs_out", data_segs_out)},
	{W("data_segs_in", data_segs_in)},
	{P(put_dctcp)},
	{P(put_bbr)},
	{P(put_send)},
	{W("lastsnd", last_data_sent)},
	{W("lastrcv", last_data_recv)},
	{W("lastack", last_ack_recv)},
	{P(put_pacing)},
	{P(put_delivery)},
	{W("delivered", delivered)},
	{W("delivered_ce", delivered_ce)},
	{P(put_app_limited)},
	{P(put_busy)},
	{W("unacked", unacked)},
	{P(put_retrans)},
	{W("lost", lost)},
	{P(put_sacked)},
	{W("dsack_dups", dsack_dups)},
	{W("fackets", fackets)},
	{P(put_reordering)},
	{W("reord_seen", reord_seen)},
	{T("rcv_rtt", rcv_rtt)},
	{W("rcv_space", rcv_space)},
	{W("rcv_ssthresh", rcv_ssthresh)},
	{W("notsent", notsent_bytes)},
	{P(put_min_rtt)},
	{W("rcv_ooopack", rcv_ooopack)},
	{W("snd_wnd", snd_wnd)},
	/* of kernel 6.2: later than ss 6.1, in the place where its successors print them */
	{W("rcv_wnd", rcv_wnd)},
	{W("rehash", rehash)},
	{P(put_upper_layer)},
#undef F
#undef W
#undef L
#undef T
#undef P
};

static char *put_plain(char *p, const struct field *f, const struct info *info)
{
	const char *at = (const char *)info + f->at;
	uint64_t v = 0;

	if (f->kind == LONG) {
		memcpy(&v, at, sizeof(v));
	} else {
		uint32_t w;

		memcpy(&w, at, sizeof(w));
		v = w;
	}
	if (v == 0)
		return p;
	p = put_label(p, &f->name);
	return f->kind == MS ? put_thousandth(p, v) : put_u64(p, v);
}

char *ss_put_info(char *p, const struct attr *attrs, unsigned state, bool options)
{
	const struct attr *a = &attrs[SOCK_INFO];
	struct view v = {.attrs = attrs, .state = state, .options = options};

	if (!a->p)
		return p;
	memcpy(&v.i, a->p, a->n < sizeof(v.i) ? a->n : sizeof(v.i));
	for (size_t i = 0; i < sizeof(fields) / sizeof(*fields); i++) {
		const struct field *f = &fields[i];

		p = f->kind == OWN ? f->put(p, &v) : put_plain(p, f, &v.i);
	}
	return p;
}

static char *put_words(char *p, const struct attr *a, const struct label *names, size_t n)
{
	for (size_t i = 0; i < n && (i + 1) * sizeof(uint32_t) <= a->n; i++)
		p = put_u64(put_label(p, &names[i]), word(a, i));
	*p++ = ')';
	return p;
}

char *ss_put_memory(char *p, const struct attr *attrs)
{
	static const struct label modern[] = {
		LABEL(" skmem:(r"), LABEL(",rb"), LABEL(",t"),  LABEL(",tb"), LABEL(",f"),
		LABEL(",w"),        LABEL(",o"),  LABEL(",bl"), LABEL(",d"),
	};
	static const struct label old[] = {
		/* before kernel 3.4 */
		LABEL(" mem:(r"),
		LABEL(",w"),
		LABEL(",f"),
		LABEL(",t"),
	};

	if (attrs[SOCK_SKMEMINFO].n >= 7 * sizeof(uint32_t))
		return put_words(p, &attrs[SOCK_SKMEMINFO], modern,
		                 sizeof(modern) / sizeof(*modern));
	if (attrs[SOCK_MEMINFO].n >= 4 * sizeof(uint32_t))
		return put_words(p, &attrs[SOCK_MEMINFO], old, sizeof(old) / sizeof(*old));
	return p;
}
