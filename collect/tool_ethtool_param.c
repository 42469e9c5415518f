/*
 * ethtool -g -c -l -a: tables of a driver's parameters.  Netlink says "n/a" of those that
 * the driver does not have; the ioctl, for older kernels, says 0.
 *
 * Ring parameters for eth0:
 * Pre-set maximums:
 * RX:             256
 */
#include <errno.h>
#include <stddef.h>
#include <string.h>

#include <linux/ethtool_netlink.h>

#include "collect/ethtool.h"
#include "collect/ethtool_nl.h"
#include "collect/tool_io.h"

enum kind {
	TEXT,
	PLURAL, /* ethtool writes rx-frame-low with netlink, rx-frames-low with the ioctl */
	NUMBER,
	SWITCH,
	SPLIT,
};

#define NOWHERE SIZE_MAX

struct param {
	const char *before, *after; /* the text around the value */
	enum kind kind;
	unsigned attr; /* in netlink's answer */
	size_t at;     /* in the ioctl's structure, NOWHERE = the ioctl does not know it */
};

struct table {
	const char *title; /* "Ring parameters for " */
	uint8_t message;   /* netlink */
	uint32_t command;  /* ioctl */
	const char *end;   /* what ethtool writes at the end with the ioctl */
	const struct param *params;
	size_t n;
};

#define RING(label, a, field)                                                                      \
	{                                                                                          \
		label, "\n", NUMBER, ETHTOOL_A_RINGS_##a,                                          \
			offsetof(struct ethtool_ringparam, field)                                  \
	}
static const struct param rings[] = {
	{"Pre-set maximums:\n",          "",   TEXT,   0,                              0      },
	RING("RX:\t\t", RX_MAX, rx_max_pending),
	RING("RX Mini:\t", RX_MINI_MAX, rx_mini_max_pending),
	RING("RX Jumbo:\t", RX_JUMBO_MAX, rx_jumbo_max_pending),
	RING("TX:\t\t", TX_MAX, tx_max_pending),
	{"Current hardware settings:\n", "",   TEXT,   0,                              0      },
	RING("RX:\t\t", RX, rx_pending),
	RING("RX Mini:\t", RX_MINI, rx_mini_pending),
	RING("RX Jumbo:\t", RX_JUMBO, rx_jumbo_pending),
	RING("TX:\t\t", TX, tx_pending),
	{"RX Buf Len:\t\t",              "\n", NUMBER, ETHTOOL_A_RINGS_RX_BUF_LEN,     NOWHERE},
	{"CQE Size:\t\t",                "\n", NUMBER, ETHTOOL_A_RINGS_CQE_SIZE,       NOWHERE},
	{"TX Push:\t",                   "\n", SWITCH, ETHTOOL_A_RINGS_TX_PUSH,        NOWHERE},
	{"TCP data split:\t",            "\n", SPLIT,  ETHTOOL_A_RINGS_TCP_DATA_SPLIT, NOWHERE},
};

#define CHANNEL(label, a, field)                                                                   \
	{                                                                                          \
		label, "\n", NUMBER, ETHTOOL_A_CHANNELS_##a,                                       \
			offsetof(struct ethtool_channels, field)                                   \
	}
static const struct param channels[] = {
	{"Pre-set maximums:\n",          "", TEXT, 0, 0},
	CHANNEL("RX:\t\t", RX_MAX, max_rx),
	CHANNEL("TX:\t\t", TX_MAX, max_tx),
	CHANNEL("Other:\t\t", OTHER_MAX, max_other),
	CHANNEL("Combined:\t", COMBINED_MAX, max_combined),
	{"Current hardware settings:\n", "", TEXT, 0, 0},
	CHANNEL("RX:\t\t", RX_COUNT, rx_count),
	CHANNEL("TX:\t\t", TX_COUNT, tx_count),
	CHANNEL("Other:\t\t", OTHER_COUNT, other_count),
	CHANNEL("Combined:\t", COMBINED_COUNT, combined_count),
};

#define COALESCE(label, after, kind, a, field)                                                     \
	{                                                                                          \
		label, after, kind, ETHTOOL_A_COALESCE_##a,                                        \
			offsetof(struct ethtool_coalesce, field)                                   \
	}
static const struct param coalesce[] = {
	COALESCE("Adaptive RX: ", "  ", SWITCH, USE_ADAPTIVE_RX, use_adaptive_rx_coalesce),
	COALESCE("TX: ", "\n", SWITCH, USE_ADAPTIVE_TX, use_adaptive_tx_coalesce),
	COALESCE("stats-block-usecs: ", "\n", NUMBER, STATS_BLOCK_USECS,
                 stats_block_coalesce_usecs),
	COALESCE("sample-interval: ", "\n", NUMBER, RATE_SAMPLE_INTERVAL, rate_sample_interval),
	COALESCE("pkt-rate-low: ", "\n", NUMBER, PKT_RATE_LOW, pkt_rate_low),
	COALESCE("pkt-rate-high: ", "\n\n", NUMBER, PKT_RATE_HIGH, pkt_rate_high),
	COALESCE("rx-usecs: ", "\n", NUMBER, RX_USECS, rx_coalesce_usecs),
	COALESCE("rx-frames: ", "\n", NUMBER, RX_MAX_FRAMES, rx_max_coalesced_frames),
	COALESCE("rx-usecs-irq: ", "\n", NUMBER, RX_USECS_IRQ, rx_coalesce_usecs_irq),
	COALESCE("rx-frames-irq: ", "\n\n", NUMBER, RX_MAX_FRAMES_IRQ, rx_max_coalesced_frames_irq),
	COALESCE("tx-usecs: ", "\n", NUMBER, TX_USECS, tx_coalesce_usecs),
	COALESCE("tx-frames: ", "\n", NUMBER, TX_MAX_FRAMES, tx_max_coalesced_frames),
	COALESCE("tx-usecs-irq: ", "\n", NUMBER, TX_USECS_IRQ, tx_coalesce_usecs_irq),
	COALESCE("tx-frames-irq: ", "\n\n", NUMBER, TX_MAX_FRAMES_IRQ, tx_max_coalesced_frames_irq),
	COALESCE("rx-usecs-low: ", "\n", NUMBER, RX_USECS_LOW, rx_coalesce_usecs_low),
	{"rx-frame",      "",     PLURAL, 0,                                  0      },
	COALESCE("-low: ", "\n", NUMBER, RX_MAX_FRAMES_LOW, rx_max_coalesced_frames_low),
	COALESCE("tx-usecs-low: ", "\n", NUMBER, TX_USECS_LOW, tx_coalesce_usecs_low),
	{"tx-frame",      "",     PLURAL, 0,                                  0      },
	COALESCE("-low: ", "\n\n", NUMBER, TX_MAX_FRAMES_LOW, tx_max_coalesced_frames_low),
	COALESCE("rx-usecs-high: ", "\n", NUMBER, RX_USECS_HIGH, rx_coalesce_usecs_high),
	{"rx-frame",      "",     PLURAL, 0,                                  0      },
	COALESCE("-high: ", "\n", NUMBER, RX_MAX_FRAMES_HIGH, rx_max_coalesced_frames_high),
	COALESCE("tx-usecs-high: ", "\n", NUMBER, TX_USECS_HIGH, tx_coalesce_usecs_high),
	{"tx-frame",      "",     PLURAL, 0,                                  0      },
	COALESCE("-high: ", "\n\n", NUMBER, TX_MAX_FRAMES_HIGH, tx_max_coalesced_frames_high),
	{"CQE mode RX: ", "  ",   SWITCH, ETHTOOL_A_COALESCE_USE_CQE_MODE_RX, NOWHERE},
	{"TX: ",          "\n\n", SWITCH, ETHTOOL_A_COALESCE_USE_CQE_MODE_TX, NOWHERE},
};

#define PAUSE(label, a, field)                                                                     \
	{                                                                                          \
		label, "\n", SWITCH, ETHTOOL_A_PAUSE_##a,                                          \
			offsetof(struct ethtool_pauseparam, field)                                 \
	}
static const struct param pauses[] = {
	PAUSE("Autonegotiate:\t", AUTONEG, autoneg),
	PAUSE("RX:\t\t", RX, rx_pause),
	PAUSE("TX:\t\t", TX, tx_pause),
};

/* Each of the ioctl's structures is a command and 32-bit numbers. */
union answer {
	uint32_t command;
	struct ethtool_ringparam rings;
	struct ethtool_channels channels;
	struct ethtool_coalesce coalesce;
	struct ethtool_pauseparam pause;
};

static void put_value(struct buf *out, enum kind kind, bool there, uint32_t v)
{
	if (kind == SPLIT && v <= ETHTOOL_TCP_DATA_SPLIT_ENABLED)
		there = there && v != ETHTOOL_TCP_DATA_SPLIT_UNKNOWN;
	if (!there)
		buf_str(out, "n/a");
	else if (kind == NUMBER)
		buf_u64(out, v);
	else if (kind == SPLIT)
		buf_str(out, v == ETHTOOL_TCP_DATA_SPLIT_ENABLED ? "on" : "off");
	else
		buf_str(out, v ? "on" : "off");
}

static void put_nl(struct buf *out, const struct table *t, const struct ethtool_nl *answer)
{
	for (size_t i = 0; i < t->n; i++) {
		const struct param *p = &t->params[i];
		buf_str(out, p->before);
		if (p->kind >= NUMBER)
			put_value(out, p->kind, answer->there[p->attr], answer->v[p->attr]);
		buf_str(out, p->after);
	}
}

static void put_ioctl(struct buf *out, const struct table *t, const union answer *answer)
{
	for (size_t i = 0; i < t->n; i++) {
		const struct param *p = &t->params[i];
		uint32_t v = 0;
		if (p->at == NOWHERE)
			continue;
		buf_str(out, p->before);
		if (p->kind == PLURAL)
			buf_char(out, 's');
		if (p->kind >= NUMBER) {
			memcpy(&v, (const char *)answer + p->at, sizeof v);
			put_value(out, p->kind, true, v);
		}
		buf_str(out, p->after);
	}
	buf_str(out, t->end);
}

/* Netlink first; whatever it lacks or refuses is asked again in the old way. */
static enum capture_status show(const struct ethtool *e, const struct table *t)
{
	struct ethtool_nl nl;
	union answer old = {.command = t->command};
	bool has_nl = ethtool_nl_get(e->name, t->message, &nl) == 0;
	int error = has_nl ? 0 : ethtool_ask(e, &old);
	if (error)
		return tool_fail(e->error, error, e->note, "");
	struct buf *out = job_room(e->job, 4096);
	if (!out)
		return CAPTURE_CUT;
	buf_fmt(out, "%s parameters for %s:\n", t->title, e->name);
	if (has_nl)
		put_nl(out, t, &nl);
	else
		put_ioctl(out, t, &old);
	return CAPTURE_OK;
}

#define TABLE(rows) .params = (rows), .n = sizeof(rows) / sizeof *(rows)

enum capture_status ethtool_rings(const struct ethtool *e)
{
	static const struct table t = {"Ring", ETHTOOL_MSG_RINGS_GET, ETHTOOL_GRINGPARAM, "\n",
	                               TABLE(rings)};
	return show(e, &t);
}

enum capture_status ethtool_channels(const struct ethtool *e)
{
	static const struct table t = {"Channel", ETHTOOL_MSG_CHANNELS_GET, ETHTOOL_GCHANNELS, "\n",
	                               TABLE(channels)};
	return show(e, &t);
}

enum capture_status ethtool_coalesce(const struct ethtool *e)
{
	static const struct table t = {"Coalesce", ETHTOOL_MSG_COALESCE_GET, ETHTOOL_GCOALESCE, "",
	                               TABLE(coalesce)};
	return show(e, &t);
}

/* What both ends agreed on: table 28B-3 of IEEE 802.3. */
static void put_negotiated(const struct ethtool *e, struct buf *out)
{
	struct ethtool_pause_masks m;
	if (!ethtool_pause_masks(e, &m))
		return;
	bool both = m.pause && m.partner_pause;
	bool asym = !both && m.asym && m.partner_asym;
	buf_fmt(out, "RX negotiated:\t%s\n", both || (asym && m.pause) ? "on" : "off");
	buf_fmt(out, "TX negotiated:\t%s\n",
	        both || (asym && !m.pause && m.partner_pause) ? "on" : "off");
}

enum capture_status ethtool_pause(const struct ethtool *e)
{
	static const struct table t = {"Pause", ETHTOOL_MSG_PAUSE_GET, ETHTOOL_GPAUSEPARAM, "",
	                               TABLE(pauses)};
	enum capture_status status = show(e, &t);
	struct buf *out = status == CAPTURE_OK ? job_room(e->job, 64) : NULL;
	if (!out)
		return status == CAPTURE_OK ? CAPTURE_CUT : status;
	put_negotiated(e, out);
	buf_char(out, '\n');
	return status;
}
