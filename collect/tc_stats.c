/*
 * The statistics of a kind of qdisc (linux/pkt_sched.h, TCA_STATS_APP), in tc's words:
 *
 *   maxpacket 1514 drop_overlimit 0 new_flow_count 12 ecn_mark 0
 *   new_flows_len 0 old_flows_len 1
 */
#include <string.h>

#include <linux/pkt_sched.h>

#include "collect/tc.h"

bool tc_copy(void *to, size_t size, struct attr a)
{
	memset(to, 0, size);
	if (a.n)
		memcpy(to, a.p, a.n < size ? a.n : size);
	return a.n > 0;
}

static void put_fq_codel_stats(struct buf *b, struct attr a)
{
	struct tc_fq_codel_xstats x;
	if (!tc_copy(&x, sizeof x, a) || x.type != TCA_FQ_CODEL_XSTATS_QDISC)
		return;
	const struct tc_fq_codel_qd_stats *q = &x.qdisc_stats;
	buf_fmt(b, "  maxpacket %u drop_overlimit %u new_flow_count %u ecn_mark %u", q->maxpacket,
	        q->drop_overlimit, q->new_flow_count, q->ecn_mark);
	if (q->ce_mark)
		buf_fmt(b, " ce_mark %u", q->ce_mark);
	if (q->memory_usage)
		buf_fmt(b, " memory_used %u", q->memory_usage);
	if (q->drop_overmemory)
		buf_fmt(b, " drop_overmemory %u", q->drop_overmemory);
	buf_fmt(b, "\n  new_flows_len %u old_flows_len %u\n", q->new_flows_len, q->old_flows_len);
}

static void put_fq_stats(struct buf *b, struct attr a)
{
	struct tc_fq_qd_stats x;
	if (!tc_copy(&x, sizeof x, a))
		return;
	buf_fmt(b, "  flows %u (inactive %u throttled %u)", x.flows, x.inactive_flows,
	        x.throttled_flows);
	if (x.time_next_delayed_flow > 0) {
		buf_str(b, " next_packet_delay ");
		tc_time_ns(b, (uint64_t)x.time_next_delayed_flow);
	}
	buf_fmt(b, "\n  gc %llu highprio %llu", (unsigned long long)x.gc_flows,
	        (unsigned long long)x.highprio_packets);
	if (x.tcp_retrans)
		buf_fmt(b, " retrans %llu", (unsigned long long)x.tcp_retrans);
	buf_fmt(b, " throttled %llu", (unsigned long long)x.throttled);
	if (x.unthrottle_latency_ns) {
		buf_str(b, " latency ");
		tc_time_ns(b, x.unthrottle_latency_ns);
	}
	if (x.ce_mark)
		buf_fmt(b, " ce_mark %llu", (unsigned long long)x.ce_mark);
	if (x.flows_plimit)
		buf_fmt(b, " flows_plimit %llu", (unsigned long long)x.flows_plimit);
	if (x.pkts_too_long || x.allocation_errors)
		buf_fmt(b, "\n pkts_too_long %llu alloc_errors %llu",
		        (unsigned long long)x.pkts_too_long,
		        (unsigned long long)x.allocation_errors);
	buf_char(b, '\n');
}

void tc_xstats(struct buf *b, struct span kind, struct attr xstats)
{
	if (span_eq(kind, SPAN("fq_codel")))
		put_fq_codel_stats(b, xstats);
	else if (span_eq(kind, SPAN("fq")))
		put_fq_stats(b, xstats);
}
