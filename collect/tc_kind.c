/*
 * What the common kinds of qdisc say of themselves (linux/pkt_sched.h), in tc's words.
 * Most send a set of attributes and are a table here; older ones send a structure, of which
 * an older kernel sends less.
 *
 * limit 10240p flows 1024 quantum 1514 target 5ms interval 100ms memory_limit 32Mb ecn drop_batch
 * 64
 */
#include <stdbool.h>
#include <string.h>

#include <linux/pkt_sched.h>

#include "collect/tc.h"

#define ATTRS_MAX 32

static uint64_t number(struct attr a)
{
	uint8_t v8;
	uint32_t v32;
	uint64_t v64 = 0;
	switch (a.n) {
	case sizeof v8:
		memcpy(&v8, a.p, sizeof v8);
		return v8;
	case sizeof v32:
		memcpy(&v32, a.p, sizeof v32);
		return v32;
	case sizeof v64:
		memcpy(&v64, a.p, sizeof v64);
		return v64;
	default:
		return 0;
	}
}

/* --- kinds that send attributes --- */

enum form {
	UINT,   /* "flows 1024" */
	PACKET, /* "limit 10240p" */
	SIZE,   /* "memory_limit 32Mb" */
	TIME,   /* microseconds */
	TIME0,  /* the same, left out when 0 */
	NANO,   /* nanoseconds */
	UINT0,  /* a number, left out when 0 */
	SIZE0,  /* bytes, left out when 0 */
	HEX0,   /* "fwmark 0xff", left out when 0 */
	MOST,   /* bytes a second, ~0 = none and left out */
	SOME,   /* a rate, 0 = none and left out */
	FLAG,   /* the word when it is not 0 */
	FLAG0,  /* the word when it is 0 */
	CHOICE, /* one of the words, blank-separated */
};

struct option {
	const char *word;
	enum form form;
	unsigned attr;
};

static const struct option fq_codel[] = {
	{"limit",        PACKET, TCA_FQ_CODEL_LIMIT          },
	{"flows",        UINT,   TCA_FQ_CODEL_FLOWS          },
	{"quantum",      UINT,   TCA_FQ_CODEL_QUANTUM        },
	{"target",       TIME,   TCA_FQ_CODEL_TARGET         },
	{"ce_threshold", TIME,   TCA_FQ_CODEL_CE_THRESHOLD   },
	{"interval",     TIME,   TCA_FQ_CODEL_INTERVAL       },
	{"memory_limit", SIZE,   TCA_FQ_CODEL_MEMORY_LIMIT   },
	{"ecn",          FLAG,   TCA_FQ_CODEL_ECN            },
	{"drop_batch",   UINT,   TCA_FQ_CODEL_DROP_BATCH_SIZE},
};

static const struct option codel[] = {
	{"limit",        PACKET, TCA_CODEL_LIMIT       },
	{"target",       TIME,   TCA_CODEL_TARGET      },
	{"ce_threshold", TIME,   TCA_CODEL_CE_THRESHOLD},
	{"interval",     TIME,   TCA_CODEL_INTERVAL    },
	{"ecn",          FLAG,   TCA_CODEL_ECN         },
};

static const struct option fq[] = {
	{"limit",		    PACKET, TCA_FQ_PLIMIT            },
	{"flow_limit",               PACKET, TCA_FQ_FLOW_PLIMIT       },
	{"buckets",                  UINT,   TCA_FQ_BUCKETS_LOG       },
	{"orphan_mask",              UINT,   TCA_FQ_ORPHAN_MASK       },
	{"nopacing",                 FLAG0,  TCA_FQ_RATE_ENABLE       },
	{"quantum",                  SIZE,   TCA_FQ_QUANTUM           },
	{"initial_quantum",          SIZE,   TCA_FQ_INITIAL_QUANTUM   },
	{"maxrate",                  MOST,   TCA_FQ_FLOW_MAX_RATE     },
	{"defrate",                  SOME,   TCA_FQ_FLOW_DEFAULT_RATE },
	{"low_rate_threshold",       SOME,   TCA_FQ_LOW_RATE_THRESHOLD},
	{"refill_delay",             TIME,   TCA_FQ_FLOW_REFILL_DELAY },
	{"ce_threshold",             TIME,   TCA_FQ_CE_THRESHOLD      },
	{"timer_slack",              NANO,   TCA_FQ_TIMER_SLACK       },
	{"horizon",                  TIME,   TCA_FQ_HORIZON           },
	{"horizon_cap horizon_drop", CHOICE, TCA_FQ_HORIZON_DROP      },
};

static const struct option cake[] = {
	{"bandwidth",								      SOME,   TCA_CAKE_BASE_RATE64  },
	{"autorate-ingress",							       FLAG,   TCA_CAKE_AUTORATE     },
	{"diffserv3 diffserv4 diffserv8 besteffort precedence",                            CHOICE, TCA_CAKE_DIFFSERV_MODE},
	{"flowblind srchost dsthost hosts flows dual-srchost dual-dsthost triple-isolate", CHOICE,
         TCA_CAKE_FLOW_MODE											      },
	{"nonat nat",								      CHOICE, TCA_CAKE_NAT          },
	{"nowash wash",								    CHOICE, TCA_CAKE_WASH         },
	{"ingress",									FLAG,   TCA_CAKE_INGRESS      },
	{"no-ack-filter ack-filter ack-filter-aggressive",                                 CHOICE, TCA_CAKE_ACK_FILTER   },
	{"no-split-gso split-gso",							 CHOICE, TCA_CAKE_SPLIT_GSO    },
	{"rtt",									    TIME0,  TCA_CAKE_RTT          },
	{"noatm atm ptm",								  CHOICE, TCA_CAKE_ATM          },
	{"overhead",								       UINT,   TCA_CAKE_OVERHEAD     },
	{"mpu",									    UINT0,  TCA_CAKE_MPU          },
	{"memlimit",								       SIZE0,  TCA_CAKE_MEMORY       },
	{"fwmark",									 HEX0,   TCA_CAKE_FWMARK       },
};

static void put_choice(struct buf *b, const char *words, uint64_t i)
{
	struct span s = span_of(words);
	struct span word;
	while (span_word(&s, &word))
		if (i-- == 0) {
			buf_put(b, word);
			buf_char(b, ' ');
			return;
		}
}

/* False for a value that stands for "not set". */
static bool is_set(enum form form, uint64_t v)
{
	switch (form) {
	case MOST:
		return v != UINT32_MAX && v != UINT64_MAX;
	case SOME:
	case TIME0:
	case UINT0:
	case SIZE0:
	case HEX0:
	case FLAG:
		return v != 0;
	case FLAG0:
		return v == 0;
	default:
		return true;
	}
}

static void put_option(struct buf *b, const struct option *o, uint64_t v)
{
	if (!is_set(o->form, v))
		return;
	if (o->form == CHOICE) {
		put_choice(b, o->word, v);
		return;
	}
	buf_str(b, o->word);
	buf_char(b, ' ');
	switch (o->form) {
	case SIZE:
	case SIZE0:
		tc_size(b, v);
		break;
	case NANO:
		tc_time_ns(b, v);
		break;
	case HEX0:
		buf_str(b, "0x");
		buf_hex(b, v, 1);
		break;
	case TIME:
	case TIME0:
		tc_time(b, (double)v);
		break;
	case MOST:
	case SOME:
		tc_rate(b, v);
		break;
	case FLAG:
	case FLAG0:
		return;
	default:
		buf_u64(b, v);
		break;
	}
	buf_str(b, o->form == PACKET ? "p " : " ");
}

/* --- kinds that send a structure --- */

static void put_prio(struct buf *b, struct attr a, double ticks_per_us)
{
	struct tc_prio_qopt q;
	(void)ticks_per_us;
	if (!tc_copy(&q, sizeof q, a))
		return;
	buf_fmt(b, "bands %u priomap", (unsigned)q.bands);
	for (size_t i = 0; i <= TC_PRIO_MAX; i++)
		buf_fmt(b, " %u", q.priomap[i]);
}

static void put_pfifo(struct buf *b, struct attr a, double ticks_per_us)
{
	struct tc_fifo_qopt q;
	(void)ticks_per_us;
	if (tc_copy(&q, sizeof q, a))
		buf_fmt(b, "limit %up", q.limit);
}

static void put_bfifo(struct buf *b, struct attr a, double ticks_per_us)
{
	struct tc_fifo_qopt q;
	(void)ticks_per_us;
	if (!tc_copy(&q, sizeof q, a))
		return;
	buf_str(b, "limit ");
	tc_size(b, q.limit);
}

static void put_htb(struct buf *b, struct attr a, double ticks_per_us)
{
	struct attr t[ATTRS_MAX];
	struct tc_htb_glob g;
	(void)ticks_per_us;
	netlink_attrs(a.p, a.n, t, ATTRS_MAX);
	if (tc_copy(&g, sizeof g, t[TCA_HTB_INIT]))
		buf_fmt(b, "r2q %u default %#x direct_packets_stat %u", g.rate2quantum, g.defcls,
		        g.direct_pkts);
	if (t[TCA_HTB_DIRECT_QLEN].n)
		buf_fmt(b, " direct_qlen %u", (unsigned)number(t[TCA_HTB_DIRECT_QLEN]));
	if (t[TCA_HTB_OFFLOAD].p)
		buf_str(b, " offload");
}

/* What a bucket of `ticks` lets through at once, in bytes; the division as the kernel's tables do
 * it. */
static uint64_t bucket(uint64_t rate, uint32_t ticks, double ticks_per_us)
{
	return (uint64_t)((double)rate * (double)(uint64_t)(ticks / ticks_per_us) / 1e6);
}

static double latency_us(double limit, uint64_t rate, uint32_t ticks, double ticks_per_us)
{
	return rate ? 1e6 * (limit / (double)rate) - (double)(uint64_t)(ticks / ticks_per_us) : 0;
}

static void put_tbf(struct buf *b, struct attr a, double ticks_per_us)
{
	struct attr t[ATTRS_MAX];
	struct tc_tbf_qopt q;
	netlink_attrs(a.p, a.n, t, ATTRS_MAX);
	if (!tc_copy(&q, sizeof q, t[TCA_TBF_PARMS]))
		return;
	uint64_t rate = t[TCA_TBF_RATE64].n ? number(t[TCA_TBF_RATE64]) : q.rate.rate;
	uint64_t peak = t[TCA_TBF_PRATE64].n ? number(t[TCA_TBF_PRATE64]) : q.peakrate.rate;
	double latency = latency_us(q.limit, rate, q.buffer, ticks_per_us);
	buf_str(b, "rate ");
	tc_rate(b, rate);
	buf_str(b, " burst ");
	tc_size(b, bucket(rate, q.buffer, ticks_per_us));
	buf_char(b, ' ');
	if (peak) {
		double other = latency_us(q.limit, peak, q.mtu, ticks_per_us);
		buf_str(b, "peakrate ");
		tc_rate(b, peak);
		buf_char(b, ' ');
		if (q.mtu || q.peakrate.mpu) {
			buf_str(b, "minburst ");
			tc_size(b, bucket(peak, q.mtu, ticks_per_us));
			buf_char(b, ' ');
		}
		latency = other > latency ? other : latency;
	}
	if (latency >= 0) {
		buf_str(b, "lat ");
		tc_time(b, latency);
		buf_char(b, ' ');
	}
	if (q.rate.overhead)
		buf_fmt(b, "overhead %d ", q.rate.overhead);
}

static void put_sfq(struct buf *b, struct attr a, double ticks_per_us)
{
	struct tc_sfq_qopt_v1 q;
	(void)ticks_per_us;
	if (!tc_copy(&q, sizeof q, a))
		return;
	buf_fmt(b, "limit %up quantum ", q.v0.limit);
	tc_size(b, q.v0.quantum);
	buf_char(b, ' ');
	if (q.depth)
		buf_fmt(b, "depth %u ", q.depth);
	if (q.headdrop)
		buf_str(b, "headdrop ");
	buf_fmt(b, "divisor %u ", q.v0.divisor);
	if (q.v0.perturb_period)
		buf_fmt(b, "perturb %dsec ", q.v0.perturb_period);
}

static void put_ingress(struct buf *b, struct attr a, double ticks_per_us)
{
	(void)a;
	(void)ticks_per_us;
	buf_str(b, "---------------- ");
}

static void put_mqprio(struct buf *b, struct attr a, double ticks_per_us)
{
	struct tc_mqprio_qopt q;
	(void)ticks_per_us;
	if (!tc_copy(&q, sizeof q, a))
		return;
	buf_fmt(b, "tc %u map ", q.num_tc);
	for (size_t i = 0; i <= TC_QOPT_BITMASK; i++)
		buf_fmt(b, "%u ", q.prio_tc_map[i]);
	buf_str(b, "\n             queues:");
	for (size_t i = 0; i < q.num_tc && i < TC_QOPT_MAX_QUEUE; i++)
		buf_fmt(b, "(%u:%u) ", q.offset[i], q.offset[i] + q.count[i] - 1U);
}

/* A share of 2^32 as a percentage. */
static void put_share(struct buf *b, const char *word, uint32_t share)
{
	if (share)
		buf_fmt(b, " %s %g%%", word, 100.0 * share / UINT32_MAX);
}

static double netem_us(struct attr exact_ns, uint32_t ticks, double ticks_per_us)
{
	return exact_ns.n ? (double)number(exact_ns) / 1000 : ticks / ticks_per_us;
}

static void put_netem(struct buf *b, struct attr a, double ticks_per_us)
{
	struct attr t[ATTRS_MAX] = {{0}};
	struct tc_netem_qopt q;
	struct tc_netem_corrupt corrupt;
	struct tc_netem_reorder reorder;
	if (!tc_copy(&q, sizeof q, a))
		return;
	if (a.n > sizeof q)
		netlink_attrs((const char *)a.p + sizeof q, a.n - sizeof q, t, ATTRS_MAX);
	double delay = netem_us(t[TCA_NETEM_LATENCY64], q.latency, ticks_per_us);
	double jitter = netem_us(t[TCA_NETEM_JITTER64], q.jitter, ticks_per_us);
	buf_fmt(b, "limit %u", q.limit);
	if (delay > 0) {
		buf_str(b, " delay ");
		tc_time(b, delay);
	}
	if (delay > 0 && jitter > 0) {
		buf_str(b, "  ");
		tc_time(b, jitter);
	}
	put_share(b, "loss", q.loss);
	put_share(b, "duplicate", q.duplicate);
	if (tc_copy(&reorder, sizeof reorder, t[TCA_NETEM_REORDER]))
		put_share(b, "reorder", reorder.probability);
	if (tc_copy(&corrupt, sizeof corrupt, t[TCA_NETEM_CORRUPT]))
		put_share(b, "corrupt", corrupt.probability);
	if (t[TCA_NETEM_RATE].n >= sizeof(uint32_t)) {
		uint32_t rate;
		memcpy(&rate, t[TCA_NETEM_RATE].p, sizeof rate);
		buf_str(b, " rate ");
		tc_rate(b, t[TCA_NETEM_RATE64].n ? number(t[TCA_NETEM_RATE64]) : rate);
	}
	if (q.gap)
		buf_fmt(b, " gap %u", q.gap);
}

#define OPTIONS(a) .options = (a), .n = sizeof(a) / sizeof *(a)
#define PUT(f)     .put = (f)

static const struct {
	struct span kind;
	const struct option *options; /* or, when there is none, ... */
	size_t n;
	void (*put)(struct buf *b, struct attr options, double ticks_per_us);
} kinds[] = {
	{.kind = SPAN_INIT("fq_codel"),        OPTIONS(fq_codel)},
	{.kind = SPAN_INIT("codel"),           OPTIONS(codel)   },
	{.kind = SPAN_INIT("fq"),              OPTIONS(fq)      },
	{.kind = SPAN_INIT("cake"),            OPTIONS(cake)    },
	{.kind = SPAN_INIT("pfifo_fast"),      PUT(put_prio)    },
	{.kind = SPAN_INIT("prio"),            PUT(put_prio)    },
	{.kind = SPAN_INIT("pfifo"),           PUT(put_pfifo)   },
	{.kind = SPAN_INIT("pfifo_head_drop"), PUT(put_pfifo)   },
	{.kind = SPAN_INIT("bfifo"),           PUT(put_bfifo)   },
	{.kind = SPAN_INIT("htb"),             PUT(put_htb)     },
	{.kind = SPAN_INIT("tbf"),             PUT(put_tbf)     },
	{.kind = SPAN_INIT("sfq"),             PUT(put_sfq)     },
	{.kind = SPAN_INIT("ingress"),         PUT(put_ingress) },
	{.kind = SPAN_INIT("mqprio"),          PUT(put_mqprio)  },
	{.kind = SPAN_INIT("netem"),           PUT(put_netem)   },
};

/* fq sends the logarithm of its buckets. */
static uint64_t adjusted(const struct option *o, const struct option *table, uint64_t v)
{
	return table == fq && o->attr == TCA_FQ_BUCKETS_LOG ? UINT64_C(1) << (v & 31) : v;
}

static void put_table(struct buf *b, const struct option *table, size_t n, struct attr options)
{
	struct attr t[ATTRS_MAX];
	netlink_attrs(options.p, options.n, t, ATTRS_MAX);
	if (table == cake && t[TCA_CAKE_BASE_RATE64].n && number(t[TCA_CAKE_BASE_RATE64]) == 0)
		buf_str(b, "bandwidth unlimited ");
	for (size_t i = 0; i < n; i++) {
		const struct option *o = &table[i];
		if (table == cake && o->attr == TCA_CAKE_ATM && t[TCA_CAKE_RAW].p)
			buf_str(b, "raw ");
		else if (t[o->attr].p)
			put_option(b, o, adjusted(o, table, number(t[o->attr])));
	}
}

void tc_options(struct buf *b, struct span kind, struct attr options, double ticks_per_us)
{
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
		if (!span_eq(kind, kinds[i].kind))
			continue;
		if (kinds[i].put)
			kinds[i].put(b, options, ticks_per_us);
		else
			put_table(b, kinds[i].options, kinds[i].n, options);
		return;
	}
	if (options.n)
		buf_fmt(b, "[Unknown qdisc, optlen=%zu] ", options.n);
}
