/*
 * A kernel with hardware and queues that the machine under test lacks, for LD_PRELOAD: the
 * real tools and ours are shown the same answers, and have to print the same.
 *
 *   FAKE=qdisc     an RTM_GETQDISC dump with many kinds of qdisc
 *   FAKE=ethtool   a NIC with link modes, wake-on-LAN, ... by ioctl; no generic netlink
 *   FAKE=liar      a driver whose number of counters is another one at each call
 *   FAKE=old       FAKE=ethtool as a kernel of 2.6.32 has it: ETHTOOL_GSET, no feature strings
 */
#include <dlfcn.h>
#include <errno.h>
#include <net/if.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <linux/ethtool.h>
#include <linux/gen_stats.h>
#include <linux/netlink.h>
#include <linux/pkt_sched.h>
#include <linux/rtnetlink.h>
#include <linux/sockios.h>

static int fake(const char *what)
{
	const char *v = getenv("FAKE");
	return v && strcmp(v, what) == 0;
}

static void *next(const char *name)
{
	return dlsym(RTLD_NEXT, name);
}

/* --- qdiscs --- */

static struct {
	int fd;
	uint32_t seq, pid;
	int pending;
	_Alignas(8) unsigned char p[16384];
	size_t n;
} dump = {.fd = -1};

static struct nlmsghdr *message;

static struct nlattr *put(unsigned type, const void *p, size_t n)
{
	struct nlattr *a = (void *)(dump.p + dump.n);
	a->nla_type = (uint16_t)type;
	a->nla_len = (uint16_t)(sizeof *a + n);
	if (n)
		memcpy(a + 1, p, n);
	dump.n += (sizeof *a + n + 3) & ~(size_t)3;
	return a;
}

static void put32(unsigned type, uint32_t v)
{
	put(type, &v, sizeof v);
}

static void put64(unsigned type, uint64_t v)
{
	put(type, &v, sizeof v);
}

static void put8(unsigned type, uint8_t v)
{
	put(type, &v, sizeof v);
}

static struct nlattr *nest(unsigned type)
{
	return put(type, NULL, 0);
}

static void end_nest(struct nlattr *a)
{
	a->nla_len = (uint16_t)(dump.p + dump.n - (unsigned char *)a);
}

static struct nlattr *qdisc(const char *kind, uint32_t handle, uint32_t parent, uint32_t refs)
{
	struct tcmsg t = {
		.tcm_ifindex = 1, .tcm_handle = handle, .tcm_parent = parent, .tcm_info = refs};
	message = (void *)(dump.p + dump.n);
	*message = (struct nlmsghdr){.nlmsg_type = RTM_NEWQDISC,
	                             .nlmsg_flags = NLM_F_MULTI,
	                             .nlmsg_seq = dump.seq,
	                             .nlmsg_pid = dump.pid};
	dump.n += sizeof *message;
	memcpy(dump.p + dump.n, &t, sizeof t);
	dump.n += sizeof t;
	put(TCA_KIND, kind, strlen(kind) + 1);
	return nest(TCA_OPTIONS);
}

static void end_qdisc(struct nlattr *options, uint64_t scale, const void *xstats, size_t n)
{
	struct gnet_stats_basic basic = {.bytes = 123456789012 * scale,
	                                 .packets = (uint32_t)(4321 * scale)};
	struct gnet_stats_queue queue = {.qlen = (uint32_t)scale * 3,
	                                 .backlog = (uint32_t)scale * 70000,
	                                 .drops = (uint32_t)scale,
	                                 .requeues = (uint32_t)scale * 2,
	                                 .overlimits = (uint32_t)scale * 5};
	struct gnet_stats_rate_est64 rate = {.bps = 125000 * scale, .pps = 99};
	if (options)
		end_nest(options);
	struct nlattr *stats = nest(TCA_STATS2);
	put(TCA_STATS_BASIC, &basic, sizeof basic);
	if (scale == 2) {
		put(TCA_STATS_RATE_EST, &(struct gnet_stats_rate_est){250000, 99}, 8);
		put(TCA_STATS_RATE_EST64, &rate, sizeof rate);
	}
	if (scale == 3)
		put64(TCA_STATS_PKT64, UINT64_C(98765432109876));
	put(TCA_STATS_QUEUE, &queue, sizeof queue);
	if (xstats)
		put(TCA_STATS_APP, xstats, n);
	end_nest(stats);
	message->nlmsg_len = (uint32_t)(dump.p + dump.n - (unsigned char *)message);
}

static void fq_codels(void)
{
	struct tc_fq_codel_xstats x = {
		.type = TCA_FQ_CODEL_XSTATS_QDISC,
		.qdisc_stats = {.maxpacket = 1514,
	                        .drop_overlimit = 7,
	                        .ecn_mark = 3,
	                        .new_flow_count = 12345,
	                        .new_flows_len = 1,
	                        .old_flows_len = 2}
        };
	struct nlattr *o = qdisc("fq_codel", 0, TC_H_ROOT, 2);
	put32(TCA_FQ_CODEL_TARGET, 4999);
	put32(TCA_FQ_CODEL_LIMIT, 10240);
	put32(TCA_FQ_CODEL_INTERVAL, 99999);
	put32(TCA_FQ_CODEL_ECN, 1);
	put32(TCA_FQ_CODEL_QUANTUM, 1514);
	put32(TCA_FQ_CODEL_DROP_BATCH_SIZE, 64);
	put32(TCA_FQ_CODEL_MEMORY_LIMIT, 32 << 20);
	put32(TCA_FQ_CODEL_FLOWS, 1024);
	end_qdisc(o, 1, &x, sizeof x);
	x.qdisc_stats.ce_mark = 5;
	x.qdisc_stats.memory_usage = 4096;
	x.qdisc_stats.drop_overmemory = 6;
	o = qdisc("fq_codel", 0x10000, 0x20003, 1);
	put32(TCA_FQ_CODEL_TARGET, 900);
	put32(TCA_FQ_CODEL_LIMIT, 100);
	put32(TCA_FQ_CODEL_INTERVAL, 1500000);
	put32(TCA_FQ_CODEL_ECN, 0);
	put32(TCA_FQ_CODEL_CE_THRESHOLD, 1000);
	put32(TCA_FQ_CODEL_QUANTUM, 300);
	put32(TCA_FQ_CODEL_MEMORY_LIMIT, 5000000);
	end_qdisc(o, 2, &x, sizeof x);
	o = qdisc("codel", 0x30000, 3, 1);
	put32(TCA_CODEL_TARGET, 4999);
	put32(TCA_CODEL_LIMIT, 1000);
	put32(TCA_CODEL_INTERVAL, 99999);
	put32(TCA_CODEL_ECN, 1);
	put32(TCA_CODEL_CE_THRESHOLD, 17);
	end_qdisc(o, 3, NULL, 0);
}

static void fqs(void)
{
	struct tc_fq_qd_stats x = {.gc_flows = 1,
	                           .highprio_packets = 2,
	                           .throttled = 4,
	                           .flows = 100,
	                           .inactive_flows = 90,
	                           .throttled_flows = 1};
	struct nlattr *o = qdisc("fq", 0x80010000, TC_H_ROOT, 2);
	put32(TCA_FQ_PLIMIT, 10000);
	put32(TCA_FQ_FLOW_PLIMIT, 100);
	put32(TCA_FQ_QUANTUM, 3028);
	put32(TCA_FQ_INITIAL_QUANTUM, 15140);
	put32(TCA_FQ_RATE_ENABLE, 1);
	put32(TCA_FQ_FLOW_MAX_RATE, ~0U);
	put32(TCA_FQ_FLOW_REFILL_DELAY, 40000);
	put32(TCA_FQ_ORPHAN_MASK, 1023);
	put32(TCA_FQ_LOW_RATE_THRESHOLD, 68750);
	put32(TCA_FQ_BUCKETS_LOG, 10);
	put32(TCA_FQ_TIMER_SLACK, 10000);
	put32(TCA_FQ_HORIZON, 10000000);
	put8(TCA_FQ_HORIZON_DROP, 1);
	end_qdisc(o, 1, &x, sizeof x);
	x.time_next_delayed_flow = 1234;
	x.unthrottle_latency_ns = 5678;
	x.flows_plimit = 3;
	x.pkts_too_long = 1;
	x.allocation_errors = 2;
	x.tcp_retrans = 9;
	x.ce_mark = 8;
	o = qdisc("fq", 0x80020000, TC_H_ROOT, 2);
	put32(TCA_FQ_PLIMIT, 10000);
	put32(TCA_FQ_QUANTUM, 3028);
	put32(TCA_FQ_RATE_ENABLE, 0);
	put32(TCA_FQ_FLOW_MAX_RATE, 1250000);
	put32(TCA_FQ_FLOW_DEFAULT_RATE, 12500);
	put32(TCA_FQ_CE_THRESHOLD, 300);
	put8(TCA_FQ_HORIZON_DROP, 0);
	end_qdisc(o, 1, &x, sizeof x);
}

static void cakes(void)
{
	struct nlattr *o = qdisc("cake", 0x80030000, TC_H_ROOT, 2);
	put64(TCA_CAKE_BASE_RATE64, 0);
	put32(TCA_CAKE_FLOW_MODE, 7);
	put32(TCA_CAKE_OVERHEAD, 0);
	put32(TCA_CAKE_RTT, 100000);
	put32(TCA_CAKE_TARGET, 5000);
	put32(TCA_CAKE_AUTORATE, 0);
	put32(TCA_CAKE_MEMORY, 0);
	put32(TCA_CAKE_INGRESS, 0);
	put32(TCA_CAKE_NAT, 0);
	put32(TCA_CAKE_WASH, 0);
	put32(TCA_CAKE_DIFFSERV_MODE, 0);
	put32(TCA_CAKE_ACK_FILTER, 0);
	put32(TCA_CAKE_SPLIT_GSO, 1);
	put32(TCA_CAKE_ATM, 0);
	put32(TCA_CAKE_RAW, 0);
	put32(TCA_CAKE_MPU, 0);
	end_qdisc(o, 1, NULL, 0);
	o = qdisc("cake", 0x80040000, TC_H_ROOT, 2);
	put64(TCA_CAKE_BASE_RATE64, 12500000);
	put32(TCA_CAKE_FLOW_MODE, 5);
	put32(TCA_CAKE_OVERHEAD, 44);
	put32(TCA_CAKE_RTT, 30000);
	put32(TCA_CAKE_AUTORATE, 1);
	put32(TCA_CAKE_MEMORY, 4 << 20);
	put32(TCA_CAKE_INGRESS, 1);
	put32(TCA_CAKE_NAT, 1);
	put32(TCA_CAKE_WASH, 1);
	put32(TCA_CAKE_DIFFSERV_MODE, 3);
	put32(TCA_CAKE_ACK_FILTER, 2);
	put32(TCA_CAKE_SPLIT_GSO, 0);
	put32(TCA_CAKE_ATM, 1);
	put32(TCA_CAKE_MPU, 84);
	put32(TCA_CAKE_FWMARK, 255);
	end_qdisc(o, 1, NULL, 0);
}

static void structures(void)
{
	struct tc_sfq_qopt_v1 sfq = {
		.v0 = {.quantum = 1514, .limit = 127, .divisor = 1024, .flows = 128}
        };
	struct tc_prio_qopt prio = {
		3, {1, 2, 2, 2, 1, 2, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1}
        };
	_Alignas(4) struct tc_mqprio_qopt mqprio = {
		.num_tc = 2, .prio_tc_map = {0, 1},
                     .count = {2, 2},
                     .offset = {0, 2}
        };
	struct tc_netem_qopt netem = {
		.latency = 1562500, .limit = 1000, .loss = 42949673, .jitter = 312500};
	struct tc_netem_corr corr = {0};
	struct tc_netem_corrupt corrupt = {.probability = 4294967};
	struct tc_netem_rate rate = {.rate = 125000};
	struct nlattr *o = qdisc("sfq", 0x80050000, TC_H_ROOT, 2);
	dump.n -= sizeof *o;
	o = put(TCA_OPTIONS, &sfq, sizeof sfq);
	end_qdisc(NULL, 1, NULL, 0);
	sfq.depth = 127;
	sfq.headdrop = 1;
	sfq.v0.perturb_period = 10;
	o = qdisc("sfq", 0x80060000, TC_H_ROOT, 2);
	dump.n -= sizeof *o;
	put(TCA_OPTIONS, &sfq, sizeof sfq);
	end_qdisc(NULL, 1, NULL, 0);
	o = qdisc("prio", 0x80070000, TC_H_ROOT, 2);
	dump.n -= sizeof *o;
	put(TCA_OPTIONS, &prio, sizeof prio);
	end_qdisc(NULL, 1, NULL, 0);
	o = qdisc("mqprio", 0x80080000, TC_H_ROOT, 2);
	dump.n -= sizeof *o;
	put(TCA_OPTIONS, &mqprio, (sizeof mqprio + 3) & ~(size_t)3);
	end_qdisc(NULL, 1, NULL, 0);
	o = qdisc("netem", 0x80090000, TC_H_ROOT, 2);
	dump.n -= sizeof *o;
	o = put(TCA_OPTIONS, &netem, sizeof netem);
	put(TCA_NETEM_CORR, &corr, sizeof corr);
	put(TCA_NETEM_CORRUPT, &corrupt, sizeof corrupt);
	put(TCA_NETEM_RATE, &rate, sizeof rate);
	put64(TCA_NETEM_LATENCY64, 100000000);
	put64(TCA_NETEM_JITTER64, 20000000);
	end_qdisc(o, 1, NULL, 0);
	o = qdisc("unheard-of", 0x800a0000, TC_H_ROOT, 2);
	put32(1, 1);
	end_qdisc(o, 1, NULL, 0);
}

static void build(void)
{
	dump.n = 0;
	fq_codels();
	fqs();
	cakes();
	structures();
	struct nlmsghdr *done = (void *)(dump.p + dump.n);
	*done = (struct nlmsghdr){.nlmsg_len = sizeof *done + 4,
	                          .nlmsg_type = NLMSG_DONE,
	                          .nlmsg_flags = NLM_F_MULTI,
	                          .nlmsg_seq = dump.seq,
	                          .nlmsg_pid = dump.pid};
	memset(done + 1, 0, 4);
	dump.n += done->nlmsg_len;
}

/* Takes a request for the dump away from the kernel. */
static int took(int fd, const struct nlmsghdr *h, size_t n)
{
	struct sockaddr_nl self = {0};
	socklen_t len = sizeof self;
	if (!fake("qdisc") || n < sizeof *h || h->nlmsg_type != RTM_GETQDISC)
		return 0;
	if (getsockname(fd, (struct sockaddr *)&self, &len) != 0 || self.nl_family != AF_NETLINK)
		return 0;
	dump.fd = fd;
	dump.seq = h->nlmsg_seq;
	dump.pid = self.nl_pid;
	dump.pending = 1;
	build();
	return 1;
}

ssize_t sendto(int fd, const void *p, size_t n, int flags, const struct sockaddr *to, socklen_t len)
{
	ssize_t (*real)(int, const void *, size_t, int, const struct sockaddr *, socklen_t) =
		next("sendto");
	return took(fd, p, n) ? (ssize_t)n : real(fd, p, n, flags, to, len);
}

ssize_t send(int fd, const void *p, size_t n, int flags)
{
	return sendto(fd, p, n, flags, NULL, 0);
}

ssize_t sendmsg(int fd, const struct msghdr *m, int flags)
{
	ssize_t (*real)(int, const struct msghdr *, int) = next("sendmsg");
	size_t n = 0;
	for (size_t i = 0; i < m->msg_iovlen; i++)
		n += m->msg_iov[i].iov_len;
	if (m->msg_iovlen && took(fd, m->msg_iov[0].iov_base, m->msg_iov[0].iov_len))
		return (ssize_t)n;
	return real(fd, m, flags);
}

ssize_t recvmsg(int fd, struct msghdr *m, int flags)
{
	ssize_t (*real)(int, struct msghdr *, int) = next("recvmsg");
	struct sockaddr_nl kernel = {.nl_family = AF_NETLINK};
	if (fd != dump.fd || !dump.pending)
		return real(fd, m, flags);
	size_t n = m->msg_iov[0].iov_len < dump.n ? m->msg_iov[0].iov_len : dump.n;
	if (n)
		memcpy(m->msg_iov[0].iov_base, dump.p, n);
	if (m->msg_name)
		memcpy(m->msg_name, &kernel, sizeof kernel);
	m->msg_flags = n < dump.n ? MSG_TRUNC : 0;
	if (!(flags & MSG_PEEK))
		dump.pending = 0;
	return flags & MSG_TRUNC ? (ssize_t)dump.n : (ssize_t)n;
}

/* --- ethtool --- */

int socket(int domain, int type, int protocol)
{
	int (*real)(int, int, int) = next("socket");
	if (domain == AF_NETLINK && protocol == NETLINK_GENERIC &&
	    (fake("ethtool") || fake("old"))) {
		errno = EPROTONOSUPPORT;
		return -1;
	}
	return real(domain, type, protocol);
}

/* All but the command. */
static void clear(void *p, size_t n)
{
	memset((char *)p + sizeof(uint32_t), 0, n - sizeof(uint32_t));
}

#define BIT(n) (UINT32_C(1) << (n))
#define COPPER                                                                                     \
	(BIT(0) | BIT(1) | BIT(2) | BIT(3) | BIT(5) | BIT(6) | BIT(7) | BIT(9) | BIT(13) | BIT(14))

static int link_settings(void *p)
{
	struct {
		struct ethtool_link_settings head;
		uint32_t modes[9];
	} *s = p;
	if (s->head.link_mode_masks_nwords != 3) {
		s->head.link_mode_masks_nwords = -3;
		return 0;
	}
	s->head.speed = 1000;
	s->head.duplex = DUPLEX_FULL;
	s->head.port = PORT_TP;
	s->head.phy_address = 2;
	s->head.autoneg = 1;
	s->head.transceiver = XCVR_INTERNAL;
	s->head.eth_tp_mdix = ETH_TP_MDI_X;
	s->head.eth_tp_mdix_ctrl = ETH_TP_MDI_AUTO;
	memset(s->modes, 0, sizeof s->modes);
	s->modes[0] = COPPER | BIT(31);
	s->modes[1] = BIT(15) | BIT(17) | BIT(18) | BIT(19) | BIT(16);
	s->modes[2] = BIT(10) | BIT(27);
	s->modes[3] = BIT(3) | BIT(5) | BIT(6) | BIT(7) | BIT(13);
	s->modes[6] = BIT(1) | BIT(3) | BIT(6) | BIT(14) | BIT(13);
	return 0;
}

static int old_settings(void *p)
{
	struct ethtool_cmd *c = p;
	if (fake("ethtool")) { /* the part of the link settings that fits */
		c->supported = COPPER | BIT(31);
		c->advertising = BIT(3) | BIT(5) | BIT(6) | BIT(7) | BIT(13);
		c->lp_advertising = BIT(1) | BIT(3) | BIT(6) | BIT(14) | BIT(13);
		return 0;
	}
	c->supported = COPPER | BIT(10);
	c->advertising = BIT(1) | BIT(2) | BIT(6) | BIT(7) | BIT(14);
	c->lp_advertising = BIT(3) | BIT(14) | BIT(13);
	c->speed = 100;
	c->duplex = DUPLEX_HALF;
	c->port = PORT_FIBRE;
	c->phy_address = 1;
	c->transceiver = XCVR_EXTERNAL;
	c->autoneg = 0;
	return 0;
}

static int rings(void *p)
{
	struct ethtool_ringparam *r = p;
	clear(p, sizeof *r);
	r->rx_max_pending = 4096;
	r->tx_max_pending = 2048;
	r->rx_pending = 512;
	r->tx_pending = 256;
	return 0;
}

static int channels(void *p)
{
	struct ethtool_channels *c = p;
	clear(p, sizeof *c);
	c->max_combined = 63;
	c->combined_count = 8;
	c->max_other = c->other_count = 1;
	return 0;
}

static int coalesce(void *p)
{
	struct ethtool_coalesce *c = p;
	clear(p, sizeof *c);
	uint32_t *v = (uint32_t *)p;
	for (uint32_t i = 1; i < sizeof *c / sizeof *v; i++)
		v[i] = i * 3;
	c->use_adaptive_rx_coalesce = 1;
	c->use_adaptive_tx_coalesce = 0;
	return 0;
}

static int pauses(void *p)
{
	struct ethtool_pauseparam *q = p;
	clear(p, sizeof *q);
	q->autoneg = 1;
	q->rx_pause = 1;
	return 0;
}

static int wake(void *p)
{
	struct ethtool_wolinfo *w = p;
	clear(p, sizeof *w);
	w->supported = WAKE_PHY | WAKE_UCAST | WAKE_MCAST | WAKE_BCAST | WAKE_MAGIC;
	w->wolopts = fake("old") ? 0 : WAKE_MAGIC | WAKE_BCAST;
	return 0;
}

static int value(void *p, uint32_t v)
{
	((struct ethtool_value *)p)->data = v;
	return 0;
}

static int driver(void *p)
{
	struct ethtool_drvinfo *d = p;
	clear(p, sizeof *d);
	memcpy(d->driver, "fake", 5);
	memcpy(d->fw_version, "1.2 build 3", 12);
	memset(d->bus_info, 'b', sizeof d->bus_info);
	d->bus_info[sizeof d->bus_info - 1] = 0;
	d->n_stats = 3;
	d->eedump_len = 1;
	return 0;
}

static int liar(void *p, uint32_t command)
{
	static uint32_t grown;
	grown += 100;
	if (command == ETHTOOL_GSSET_INFO)
		((struct ethtool_sset_info *)p)->data[0] = grown;
	else if (command == ETHTOOL_GSTRINGS)
		((struct ethtool_gstrings *)p)->len = grown;
	else if (command == ETHTOOL_GSTATS)
		((struct ethtool_stats *)p)->n_stats = grown;
	else
		return EOPNOTSUPP;
	if (command == ETHTOOL_GSTRINGS)
		memset(((struct ethtool_gstrings *)p)->data, 'x', (size_t)grown * ETH_GSTRING_LEN);
	if (command == ETHTOOL_GSTATS)
		memset(((struct ethtool_stats *)p)->data, 0x55, (size_t)grown * sizeof(uint64_t));
	return 0;
}

static int strings(void *p)
{
	struct ethtool_gstrings *s = p;
	static const char names[3][ETH_GSTRING_LEN] = {
		"rx: with blanks ", "a name that is thirty-two bytes!", " ring [0]: full"};
	if (s->string_set != ETH_SS_STATS)
		return EOPNOTSUPP;
	s->len = 3;
	memcpy(s->data, names, sizeof names);
	return 0;
}

static int statistics(void *p)
{
	struct ethtool_stats *s = p;
	s->n_stats = 3;
	s->data[0] = UINT64_MAX;
	s->data[1] = 0;
	s->data[2] = 42;
	return 0;
}

/* An errno; what only newer kernels have is unknown to the old one. */
static int answer(void *p)
{
	uint32_t command;
	memcpy(&command, p, sizeof command);
	if (fake("liar"))
		return liar(p, command);
	switch (command) {
	case ETHTOOL_GLINKSETTINGS:
		return fake("old") ? EOPNOTSUPP : link_settings(p);
	case ETHTOOL_GSET:
		return old_settings(p);
	case ETHTOOL_GRINGPARAM:
		return rings(p);
	case ETHTOOL_GCHANNELS:
		return fake("old") ? EOPNOTSUPP : channels(p);
	case ETHTOOL_GCOALESCE:
		return coalesce(p);
	case ETHTOOL_GPAUSEPARAM:
		return pauses(p);
	case ETHTOOL_GWOL:
		return wake(p);
	case ETHTOOL_GMSGLVL:
		return value(p, 0x2007);
	case ETHTOOL_GLINK:
		return value(p, fake("old") ? 0 : 1);
	case ETHTOOL_GDRVINFO:
		return driver(p);
	case ETHTOOL_GSTRINGS:
		return strings(p);
	case ETHTOOL_GSTATS:
		return statistics(p);
	case ETHTOOL_GRXCSUM:
	case ETHTOOL_GSG:
	case ETHTOOL_GTSO:
	case ETHTOOL_GGRO:
		return value(p, 1);
	case ETHTOOL_GTXCSUM:
	case ETHTOOL_GUFO:
	case ETHTOOL_GGSO:
		return value(p, 0);
	case ETHTOOL_GFLAGS:
		return value(p, ETH_FLAG_LRO | ETH_FLAG_RXHASH);
	default:
		return EOPNOTSUPP;
	}
}

int ioctl(int fd, unsigned long request, ...)
{
	int (*real)(int, unsigned long, void *) = next("ioctl");
	va_list ap;
	va_start(ap, request);
	void *arg = va_arg(ap, void *);
	va_end(ap);
	if (request != SIOCETHTOOL || !(fake("ethtool") || fake("old") || fake("liar")))
		return real(fd, request, arg);
	errno = answer(((struct ifreq *)arg)->ifr_data);
	return errno ? -1 : 0;
}
