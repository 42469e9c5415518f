/*
 * tc -s qdisc in the text of iproute2 6.1, from an RTM_GETQDISC dump (rtnetlink(7)):
 *
 * qdisc fq_codel 0: dev eth0 root refcnt 2 limit 10240p flows 1024 ...
 *  Sent 35087 bytes 434 pkt (dropped 0, overlimits 0 requeues 0)
 *  backlog 0b 0p requeues 0
 */
#include <errno.h>
#include <net/if.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <linux/gen_stats.h>
#include <linux/pkt_sched.h>
#include <linux/rtnetlink.h>

#include "collect/how.h"
#include "collect/netlink.h"
#include "collect/path.h"
#include "collect/tc.h"
#include "collect/tool_io.h"

#define QDISC_TEXT 4096 /* more than any kind prints */
#define ATTRS      (TCA_MAX + 1)

struct run {
	struct job *job;
	int fd; /* any socket, for the interfaces' names */
	double ticks_per_us;
	bool cut;
};

/* /proc/net/psched: "000003e8 00000040 000f4240 3b9aca00", the third is the clock's Hz. */
static double ticks_per_us(const struct host *h)
{
	char text[64];
	uint64_t v[3];
	struct span word;
	if (host_read(h, "/proc/net/psched", text, sizeof text) != 0)
		return 1;
	struct span s = span_of(text);
	for (size_t i = 0; i < 3; i++)
		if (!span_word(&s, &word) || !span_hex(word, UINT32_MAX, &v[i]))
			return 1;
	/* tc's own rule for kernels that count in nanoseconds */
	if (v[2] == 1000000000)
		v[0] = v[1];
	double t = v[1] ? (double)v[0] / (double)v[1] * ((double)v[2] / 1e6) : 0;
	return t > 0 ? t : 1;
}

/* Of an attribute that should hold a string. */
static struct span text_of(struct attr a)
{
	return a.p ? (struct span){a.p, strnlen(a.p, a.n)} : (struct span){0};
}

static bool copy(void *to, size_t size, struct attr a)
{
	memset(to, 0, size);
	if (a.n)
		memcpy(to, a.p, a.n < size ? a.n : size);
	return a.n > 0;
}

static void put_device(struct buf *b, int fd, int index)
{
	struct ifreq r = {.ifr_ifindex = index};
	buf_str(b, "dev ");
	if (ioctl(fd, SIOCGIFNAME, &r) == 0)
		buf_put(b, (struct span){r.ifr_name, strnlen(r.ifr_name, sizeof r.ifr_name)});
	else
		buf_fmt(b, "if%d", index); /* it went away meanwhile */
	buf_char(b, ' ');
}

static void put_parent(struct buf *b, uint32_t parent)
{
	if (parent == TC_H_ROOT)
		buf_str(b, "root ");
	else if (TC_H_MAJ(parent) == 0 && parent)
		buf_fmt(b, "parent :%x ", TC_H_MIN(parent));
	else if (TC_H_MIN(parent) == 0 && parent)
		buf_fmt(b, "parent %x: ", TC_H_MAJ(parent) >> 16);
	else if (parent)
		buf_fmt(b, "parent %x:%x ", TC_H_MAJ(parent) >> 16, TC_H_MIN(parent));
}

static void put_head(struct buf *b, const struct run *r, const struct tcmsg *t,
                     const struct attr *attrs)
{
	uint32_t block;
	buf_str(b, "qdisc ");
	buf_put(b, text_of(attrs[TCA_KIND]));
	buf_fmt(b, " %x: ", t->tcm_handle >> 16);
	put_device(b, r->fd, t->tcm_ifindex);
	put_parent(b, t->tcm_parent);
	if (t->tcm_info != 1)
		buf_fmt(b, "refcnt %u ", t->tcm_info);
	if (attrs[TCA_HW_OFFLOAD].n && *(const uint8_t *)attrs[TCA_HW_OFFLOAD].p)
		buf_str(b, "offloaded ");
	if (copy(&block, sizeof block, attrs[TCA_INGRESS_BLOCK]))
		buf_fmt(b, "ingress_block %u ", block);
	if (copy(&block, sizeof block, attrs[TCA_EGRESS_BLOCK]))
		buf_fmt(b, "egress_block %u ", block);
}

struct stats {
	uint64_t bytes, packets;
	struct gnet_stats_queue queue;
	uint64_t bytes_per_s, packets_per_s;
	bool has_queue, has_rate, has_requeues;
	struct attr xstats;
};

/* TCA_STATS2: one attribute for each group of numbers. */
static void new_stats(struct attr a, struct stats *s)
{
	struct attr t[TCA_STATS_MAX + 1];
	struct gnet_stats_basic basic;
	struct gnet_stats_rate_est rate;
	struct gnet_stats_rate_est64 rate64;
	netlink_attrs(a.p, a.n, t, TCA_STATS_MAX + 1);
	(void)copy(&basic, sizeof basic, t[TCA_STATS_BASIC]);
	s->bytes = basic.bytes;
	s->packets = basic.packets;
	if (t[TCA_STATS_PKT64].n >= sizeof s->packets)
		(void)copy(&s->packets, sizeof s->packets, t[TCA_STATS_PKT64]);
	s->has_queue = s->has_requeues = copy(&s->queue, sizeof s->queue, t[TCA_STATS_QUEUE]);
	s->has_rate = copy(&rate, sizeof rate, t[TCA_STATS_RATE_EST]);
	s->bytes_per_s = rate.bps;
	s->packets_per_s = rate.pps;
	if (copy(&rate64, sizeof rate64, t[TCA_STATS_RATE_EST64])) {
		s->has_rate = true;
		s->bytes_per_s = rate64.bps;
		s->packets_per_s = rate64.pps;
	}
	s->xstats = t[TCA_STATS_APP];
}

/* TCA_STATS, of kernels that lack the other: no requeues. */
static void old_stats(struct attr a, struct stats *s)
{
	struct tc_stats old;
	s->has_queue = copy(&old, sizeof old, a);
	s->bytes = old.bytes;
	s->packets = old.packets;
	s->bytes_per_s = old.bps;
	s->packets_per_s = old.pps;
	s->has_rate = old.bps || old.pps;
	s->queue = (struct gnet_stats_queue){.qlen = old.qlen,
	                                     .backlog = old.backlog,
	                                     .drops = old.drops,
	                                     .overlimits = old.overlimits};
}

static void put_stats(struct buf *b, const struct stats *s)
{
	buf_fmt(b, " Sent %llu bytes %llu pkt", (unsigned long long)s->bytes,
	        (unsigned long long)s->packets);
	if (s->has_queue)
		buf_fmt(b, " (dropped %u, overlimits %u", s->queue.drops, s->queue.overlimits);
	if (s->has_requeues)
		buf_fmt(b, " requeues %u", s->queue.requeues);
	buf_str(b, s->has_queue ? ") \n " : "\n ");
	if (s->has_rate) {
		buf_str(b, "rate ");
		tc_rate(b, s->bytes_per_s);
		buf_fmt(b, " %llupps ", (unsigned long long)s->packets_per_s);
	}
	if (s->has_queue) {
		buf_str(b, "backlog ");
		tc_size(b, s->queue.backlog);
		buf_fmt(b, " %up", s->queue.qlen);
	}
	if (s->has_requeues)
		buf_fmt(b, " requeues %u", s->queue.requeues);
	buf_char(b, '\n');
}

static void put_qdisc(struct buf *b, const struct run *r, const struct tcmsg *t,
                      const struct attr *attrs)
{
	struct stats s = {0};
	struct span kind = text_of(attrs[TCA_KIND]);
	put_head(b, r, t, attrs);
	tc_options(b, kind, attrs[TCA_OPTIONS], r->ticks_per_us);
	buf_char(b, '\n');
	if (attrs[TCA_STATS2].n)
		new_stats(attrs[TCA_STATS2], &s);
	else
		old_stats(attrs[TCA_STATS], &s);
	if (!s.xstats.n)
		s.xstats = attrs[TCA_XSTATS];
	if (attrs[TCA_STATS2].n || attrs[TCA_STATS].n)
		put_stats(b, &s);
	tc_xstats(b, kind, s.xstats);
}

static bool take(void *arg, const struct nlmsghdr *h)
{
	struct run *r = arg;
	struct tcmsg t;
	struct attr attrs[ATTRS];
	if (h->nlmsg_type != RTM_NEWQDISC || h->nlmsg_len < NLMSG_LENGTH(sizeof t))
		return true;
	struct buf *b = job_room(r->job, QDISC_TEXT);
	if (!b) {
		r->cut = true;
		return false;
	}
	memcpy(&t, (const char *)h + NLMSG_LENGTH(0), sizeof t);
	netlink_attrs((const char *)h + NLMSG_LENGTH(sizeof t),
	              h->nlmsg_len - NLMSG_LENGTH(sizeof t), attrs, ATTRS);
	put_qdisc(b, r, &t, attrs);
	return true;
}

static int dump(struct run *r, bool *interrupted)
{
	struct {
		struct nlmsghdr n;
		struct tcmsg t;
	} request = {
		.n = {.nlmsg_len = NLMSG_LENGTH(sizeof request.t), .nlmsg_type = RTM_GETQDISC}
        };
	struct netlink nl;
	int error = netlink_open(&nl, NETLINK_ROUTE);
	if (error)
		return error;
	error = netlink_dump(&nl, &request.n, take, r, interrupted);
	netlink_close(&nl);
	return error;
}

enum capture_status tool_tc(struct job *j, struct span args, int *error, struct buf *note)
{
	struct run r = {.job = j};
	struct span rest = args;
	struct span option;
	bool interrupted = false;
	if (!span_word(&rest, &option) || !span_eq(option, SPAN("-s")) ||
	    !span_eq(span_trim(rest), SPAN("qdisc")))
		return tool_fail(error, EINVAL, note, "only tc -s qdisc");
	if (j->host->root[0])
		return tool_fail(error, EOPNOTSUPP, note, "a dump has no queues to ask");
	r.fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (r.fd < 0)
		return tool_fail(error, errno, note, "socket");
	r.ticks_per_us = ticks_per_us(j->host);
	int e = dump(&r, &interrupted);
	close(r.fd);
	if (r.cut)
		return CAPTURE_CUT;
	if (e)
		return tool_fail(error, e, note, "");
	return interrupted ? CAPTURE_INTERRUPTED : CAPTURE_OK;
}
