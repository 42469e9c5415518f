/*
 * ethtool IFACE: ETHTOOL_GLINKSETTINGS (4.6), before it ETHTOOL_GSET, and what wake-on-LAN,
 * message level and link state add.
 *
 * Settings for eth0:
 *         Supported link modes:   10baseT/Half 10baseT/Full
 *                                 1000baseT/Full
 *         Speed: 1000Mb/s
 *         Link detected: yes
 */
#include <errno.h>
#include <string.h>

#include <linux/ethtool_netlink.h>

#include "collect/ethtool.h"
#include "collect/ethtool_nl.h"
#include "collect/tool_io.h"
#include "schema/span.h"

/* 32-bit words in one mask of link modes: the kernel's count is a signed byte. */
#define WORDS_MAX  127
#define SUPPORTED  0
#define ADVERTISED 1
#define PARTNER    2

enum mode_class { MODE_REAL, MODE_PORT, MODE_FEC, MODE_OTHER };

struct link {
	uint32_t speed; /* Mbit/s */
	uint8_t duplex, port, phy, transceiver, autoneg, mdix, mdix_control;
	size_t words;
	uint32_t modes[3][WORDS_MAX];
};

/* ETHTOOL_LINK_MODE_*_BIT in order; the kernel names those behind the end itself (5.6). */
static const char *const mode_names[] = {
	"10baseT/Half",
	"10baseT/Full",
	"100baseT/Half",
	"100baseT/Full",
	"1000baseT/Half",
	"1000baseT/Full",
	"Autoneg",
	"TP",
	"AUI",
	"MII",
	"FIBRE",
	"BNC",
	"10000baseT/Full",
	"Pause",
	"Asym_Pause",
	"2500baseX/Full",
	"Backplane",
	"1000baseKX/Full",
	"10000baseKX4/Full",
	"10000baseKR/Full",
	"10000baseR_FEC",
	"20000baseMLD2/Full",
	"20000baseKR2/Full",
	"40000baseKR4/Full",
	"40000baseCR4/Full",
	"40000baseSR4/Full",
	"40000baseLR4/Full",
	"56000baseKR4/Full",
	"56000baseCR4/Full",
	"56000baseSR4/Full",
	"56000baseLR4/Full",
	"25000baseCR/Full",
	"25000baseKR/Full",
	"25000baseSR/Full",
	"50000baseCR2/Full",
	"50000baseKR2/Full",
	"100000baseKR4/Full",
	"100000baseSR4/Full",
	"100000baseCR4/Full",
	"100000baseLR4_ER4/Full",
	"50000baseSR2/Full",
	"1000baseX/Full",
	"10000baseCR/Full",
	"10000baseSR/Full",
	"10000baseLR/Full",
	"10000baseLRM/Full",
	"10000baseER/Full",
	"2500baseT/Full",
	"5000baseT/Full",
	"None",
	"RS",
	"BASER",
	"50000baseKR/Full",
	"50000baseSR/Full",
	"50000baseCR/Full",
	"50000baseLR_ER_FR/Full",
	"50000baseDR/Full",
	"100000baseKR2/Full",
	"100000baseSR2/Full",
	"100000baseCR2/Full",
	"100000baseLR2_ER2_FR2/Full",
	"100000baseDR2/Full",
	"200000baseKR4/Full",
	"200000baseSR4/Full",
	"200000baseLR4_ER4_FR4/Full",
	"200000baseDR4/Full",
	"200000baseCR4/Full",
	"100baseT1/Full",
	"1000baseT1/Full",
	"400000baseKR8/Full",
	"400000baseSR8/Full",
	"400000baseLR8_ER8_FR8/Full",
	"400000baseDR8/Full",
	"400000baseCR8/Full",
	"LLRS",
	"100000baseKR/Full",
	"100000baseSR/Full",
	"100000baseLR_ER_FR/Full",
	"100000baseDR/Full",
	"100000baseCR/Full",
	"200000baseKR2/Full",
	"200000baseSR2/Full",
	"200000baseLR2_ER2_FR2/Full",
	"200000baseDR2/Full",
	"200000baseCR2/Full",
	"400000baseKR4/Full",
	"400000baseSR4/Full",
	"400000baseLR4_ER4_FR4/Full",
	"400000baseDR4/Full",
	"400000baseCR4/Full",
	"100baseFX/Half",
	"100baseFX/Full",
};
#define MODES_NAMED (sizeof mode_names / sizeof *mode_names)

#define BIT_AUTONEG    6
#define BIT_PAUSE      13
#define BIT_ASYM_PAUSE 14

static enum mode_class class_of(size_t bit)
{
	switch (bit) {
	case BIT_AUTONEG:
	case BIT_PAUSE:
	case BIT_ASYM_PAUSE:
		return MODE_OTHER;
	case 7:
	case 8:
	case 9:
	case 10:
	case 11:
	case 16:
		return MODE_PORT;
	case 49:
	case 50:
	case 51:
	case 74:
		return MODE_FEC;
	default:
		return MODE_REAL;
	}
}

static bool has(const struct link *l, int which, size_t bit)
{
	return bit / 32 < l->words && (l->modes[which][bit / 32] >> bit % 32 & 1);
}

/* The kernel first says how many words a mask has, as a negative number. */
static int new_settings(const struct ethtool *e, struct link *l)
{
	union {
		struct ethtool_link_settings head;
		char room[sizeof(struct ethtool_link_settings) + sizeof(uint32_t) * 3 * WORDS_MAX];
	} s = {.head = {.cmd = ETHTOOL_GLINKSETTINGS}};
	int error = ethtool_ask(e, &s);
	if (error)
		return error;
	int words = -s.head.link_mode_masks_nwords;
	if (s.head.cmd != ETHTOOL_GLINKSETTINGS || words <= 0 || words > WORDS_MAX)
		return EOPNOTSUPP;
	memset(&s, 0, sizeof s);
	s.head.cmd = ETHTOOL_GLINKSETTINGS;
	s.head.link_mode_masks_nwords = (int8_t)words;
	error = ethtool_ask(e, &s);
	if (error)
		return error;
	if (s.head.link_mode_masks_nwords != words)
		return EOPNOTSUPP;
	*l = (struct link){.speed = s.head.speed,
	                   .duplex = s.head.duplex,
	                   .port = s.head.port,
	                   .phy = s.head.phy_address,
	                   .transceiver = s.head.transceiver,
	                   .autoneg = s.head.autoneg,
	                   .mdix = s.head.eth_tp_mdix,
	                   .mdix_control = s.head.eth_tp_mdix_ctrl,
	                   .words = (size_t)words};
	size_t size = l->words * sizeof(uint32_t);
	for (size_t i = 0; i < 3; i++)
		memcpy(l->modes[i], s.room + sizeof s.head + i * size, size);
	return 0;
}

static int old_settings(const struct ethtool *e, struct link *l)
{
	struct ethtool_cmd c = {.cmd = ETHTOOL_GSET};
	int error = ethtool_ask(e, &c);
	if (error)
		return error;
	*l = (struct link){.speed = ethtool_cmd_speed(&c),
	                   .duplex = c.duplex,
	                   .port = c.port,
	                   .phy = c.phy_address,
	                   .transceiver = c.transceiver,
	                   .autoneg = c.autoneg,
	                   .mdix = c.eth_tp_mdix,
	                   .mdix_control = c.eth_tp_mdix_ctrl,
	                   .words = 1};
	l->modes[SUPPORTED][0] = c.supported;
	l->modes[ADVERTISED][0] = c.advertising;
	l->modes[PARTNER][0] = c.lp_advertising;
	return 0;
}

static bool has_partner(const struct link *l)
{
	for (size_t i = 0; i < l->words; i++)
		if (l->modes[PARTNER][i])
			return true;
	return false;
}

bool ethtool_pause_masks(const struct ethtool *e, struct ethtool_pause_masks *m)
{
	struct link l;
	if ((new_settings(e, &l) != 0 && old_settings(e, &l) != 0) || !has_partner(&l))
		return false;
	m->pause = has(&l, ADVERTISED, BIT_PAUSE);
	m->asym = has(&l, ADVERTISED, BIT_ASYM_PAUSE);
	m->partner_pause = has(&l, PARTNER, BIT_PAUSE);
	m->partner_asym = has(&l, PARTNER, BIT_ASYM_PAUSE);
	return true;
}

/* What a list of modes needs besides the link: the kernel's names, asked for once at need. */
struct printer {
	struct buf *out;
	const struct link *link;
	const struct ethtool_gstrings *names;
	size_t n;
};

static void put_mode(const struct printer *p, size_t bit)
{
	if (bit < MODES_NAMED)
		buf_str(p->out, mode_names[bit]);
	else if (bit < p->n)
		buf_put(p->out, ethtool_string(p->names, bit));
	else
		buf_fmt(p->out, "bit%zu", bit);
}

/* False when there was none. */
static bool put_list(const struct printer *p, int which, enum mode_class class)
{
	bool any = false;
	for (size_t i = 0; i < p->link->words * 32; i++) {
		if (!has(p->link, which, i) || class_of(i) != class)
			continue;
		if (any)
			buf_char(p->out, ' ');
		put_mode(p, i);
		any = true;
	}
	return any;
}

/* Real modes stand one a line, but half and full duplex of one kind together. */
static void put_real(const struct printer *p, int which, const char *label)
{
	size_t before = SIZE_MAX;
	buf_fmt(p->out, "\t%-24s", label);
	for (size_t i = 0; i < p->link->words * 32; i++) {
		if (!has(p->link, which, i) || class_of(i) != MODE_REAL)
			continue;
		bool pair = i > 0 && before == i - 1 && before < MODES_NAMED &&
		            span_ends(span_of(mode_names[before]), SPAN("/Half"));
		if (before != SIZE_MAX)
			buf_fmt(p->out, pair ? " " : "\n\t%*s",
			        span_of(label).n > 24 ? (int)span_of(label).n : 24, "");
		put_mode(p, i);
		before = i;
	}
	buf_str(p->out, before == SIZE_MAX ? "Not reported\n" : "\n");
}

static const char *pause_use(const struct link *l, int which)
{
	if (has(l, which, BIT_PAUSE))
		return has(l, which, BIT_ASYM_PAUSE) ? "Symmetric Receive-only" : "Symmetric";
	return has(l, which, BIT_ASYM_PAUSE) ? "Transmit-only" : "No";
}

static void put_modes(const struct printer *p, int which)
{
	static const struct {
		const char *modes, *prefix, *autoneg;
	} labels[] = {
		{"Supported link modes:",                 "Supported",               "Supports"  },
		{"Advertised link modes:",                "Advertised",              "Advertised"},
		{"Link partner advertised link modes:  ", "Link partner advertised",
	         "Link partner advertised"						       },
	};
	put_real(p, which, labels[which].modes);
	buf_fmt(p->out, "\t%s pause frame use: %s\n", labels[which].prefix,
	        pause_use(p->link, which));
	buf_fmt(p->out, "\t%s auto-negotiation: %s\n", labels[which].autoneg,
	        has(p->link, which, BIT_AUTONEG) ? "Yes" : "No");
	buf_fmt(p->out, "\t%s FEC modes: ", labels[which].prefix);
	buf_str(p->out, put_list(p, which, MODE_FEC) ? "\n" : "Not reported\n");
}

static void put_speed(struct buf *out, const struct link *l)
{
	/* 16 bits were all there was once */
	if (l->speed == 0 || l->speed == UINT16_MAX || l->speed == UINT32_MAX)
		buf_str(out, "\tSpeed: Unknown!\n");
	else
		buf_fmt(out, "\tSpeed: %uMb/s\n", l->speed);
	if (l->duplex == DUPLEX_HALF || l->duplex == DUPLEX_FULL)
		buf_fmt(out, "\tDuplex: %s\n", l->duplex == DUPLEX_FULL ? "Full" : "Half");
	else
		buf_fmt(out, "\tDuplex: Unknown! (%u)\n", l->duplex);
	buf_fmt(out, "\tAuto-negotiation: %s\n", l->autoneg ? "on" : "off");
}

static void put_port(struct buf *out, const struct link *l)
{
	static const char *const ports[] = {"Twisted Pair", "AUI", "MII",
	                                    "FIBRE",        "BNC", "Direct Attach Copper"};
	const char *port = NULL;
	if (l->port < sizeof ports / sizeof *ports)
		port = ports[l->port];
	else if (l->port == PORT_NONE || l->port == PORT_OTHER)
		port = l->port == PORT_NONE ? "None" : "Other";
	if (port)
		buf_fmt(out, "\tPort: %s\n", port);
	else
		buf_fmt(out, "\tPort: Unknown! (%u)\n", l->port);
	buf_fmt(out, "\tPHYAD: %u\n", l->phy);
	if (l->transceiver == XCVR_INTERNAL || l->transceiver == XCVR_EXTERNAL)
		buf_fmt(out, "\tTransceiver: %s\n",
		        l->transceiver == XCVR_INTERNAL ? "internal" : "external");
	else
		buf_str(out, "\tTransceiver: Unknown!\n");
}

static void put_mdix(struct buf *out, const struct link *l)
{
	const char *state = "Unknown";
	if (l->port != PORT_TP)
		return;
	if (l->mdix_control == ETH_TP_MDI || l->mdix_control == ETH_TP_MDI_X)
		state = l->mdix_control == ETH_TP_MDI ? "off (forced)" : "on (forced)";
	else if (l->mdix == ETH_TP_MDI || l->mdix == ETH_TP_MDI_X)
		state = l->mdix == ETH_TP_MDI ? "off" : "on";
	buf_fmt(out, "\tMDI-X: %s%s\n", state, l->mdix_control == ETH_TP_MDI_AUTO ? " (auto)" : "");
}

static bool mode_unnamed(const struct link *l)
{
	for (size_t i = MODES_NAMED; i < l->words * 32; i++)
		if (has(l, SUPPORTED, i) || has(l, ADVERTISED, i) || has(l, PARTNER, i))
			return true;
	return false;
}

static bool put_settings(const struct ethtool *e, struct buf *out)
{
	struct link l;
	struct ethtool_gstrings *names = NULL;
	struct printer p = {.out = out, .link = &l};
	if (new_settings(e, &l) != 0 && old_settings(e, &l) != 0)
		return false;
	if (mode_unnamed(&l))
		(void)ethtool_strings(e, ETH_SS_LINK_MODES, 0, &names, &p.n);
	p.names = names;
	buf_str(out, "\tSupported ports: [ ");
	(void)put_list(&p, SUPPORTED, MODE_PORT);
	buf_str(out, " ]\n");
	put_modes(&p, SUPPORTED);
	put_modes(&p, ADVERTISED);
	if (has_partner(&l))
		put_modes(&p, PARTNER);
	put_speed(out, &l);
	put_port(out, &l);
	put_mdix(out, &l);
	return true;
}

/* One letter a bit of WAKE_*; the password of SecureOn is a secret and never asked for. */
static void put_wake(struct buf *out, const char *label, uint32_t bits)
{
	static const char letters[] = "pumbagsf";
	buf_str(out, label);
	for (size_t i = 0; i < sizeof letters - 1; i++)
		if (bits >> i & 1)
			buf_char(out, letters[i]);
	buf_str(out, bits ? "\n" : "d\n");
}

static bool put_wol(const struct ethtool *e, struct buf *out)
{
	struct ethtool_wolinfo w = {.cmd = ETHTOOL_GWOL};
	if (ethtool_ask(e, &w) != 0)
		return false;
	put_wake(out, "\tSupports Wake-on: ", w.supported);
	put_wake(out, "\tWake-on: ", w.wolopts);
	return true;
}

static bool put_message_level(const struct ethtool *e, struct buf *out)
{
	static const char *const names[] = {
		"drv",       "probe", "link",    "timer",     "ifdown",  "ifup", "rx_err", "tx_err",
		"tx_queued", "intr",  "tx_done", "rx_status", "pktdata", "hw",   "wol"};
	struct ethtool_value v = {.cmd = ETHTOOL_GMSGLVL};
	if (ethtool_ask(e, &v) != 0)
		return false;
	buf_fmt(out, "\tCurrent message level: 0x%08x (%d)\n\t\t\t      ", v.data, (int)v.data);
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (v.data >> i & 1)
			buf_fmt(out, " %s", names[i]);
	buf_char(out, '\n');
	return true;
}

/* Why there is no link: ETHTOOL_LINK_EXT_STATE_*, which only netlink tells, and few drivers. */
static void put_reason(const struct ethtool *e, struct buf *out)
{
	static const char *const reasons[] = {"Autoneg",
	                                      "Link training failure",
	                                      "Logical mismatch",
	                                      "Bad signal integrity",
	                                      "No cable",
	                                      "Cable issue",
	                                      "EEPROM issue",
	                                      "Calibration failure",
	                                      "Power budget exceeded",
	                                      "Overheat",
	                                      "Module"};
	struct ethtool_nl nl;
	if (ethtool_nl_get(e->name, ETHTOOL_MSG_LINKSTATE_GET, &nl) != 0 ||
	    !nl.there[ETHTOOL_A_LINKSTATE_EXT_STATE])
		return;
	uint32_t state = nl.v[ETHTOOL_A_LINKSTATE_EXT_STATE];
	if (state < sizeof reasons / sizeof *reasons)
		buf_fmt(out, " (%s)", reasons[state]);
	else
		buf_fmt(out, " (%u)", state);
}

static bool put_detected(const struct ethtool *e, struct buf *out)
{
	struct ethtool_value v = {.cmd = ETHTOOL_GLINK};
	if (ethtool_ask(e, &v) != 0)
		return false;
	buf_fmt(out, "\tLink detected: %s", v.data ? "yes" : "no");
	if (!v.data)
		put_reason(e, out);
	buf_char(out, '\n');
	return true;
}

enum capture_status ethtool_link(const struct ethtool *e)
{
	struct ethtool_drvinfo d = {.cmd = ETHTOOL_GDRVINFO};
	struct buf *out = job_room(e->job, 32768);
	if (!out)
		return CAPTURE_CUT;
	buf_fmt(out, "Settings for %s:\n", e->name);
	bool any = put_settings(e, out);
	any = put_wol(e, out) || any;
	any = put_message_level(e, out) || any;
	any = put_detected(e, out) || any;
	if (any)
		return CAPTURE_OK;
	int error =
		ethtool_ask(e, &d); /* tells a device that is not there from one without answers */
	return tool_fail(e->error, error ? error : EOPNOTSUPP, e->note,
	                 error ? "" : "no data available");
}
