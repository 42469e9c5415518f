/*
 * Plain ethtool: link settings, each behind a tab; lists go on over several lines.
 *
 *   Settings for eth0:
 *   	Speed: 10000Mb/s
 *   	Duplex: Full
 *   	Auto-negotiation: off
 *   	Link detected: yes
 *
 * Without a link speed and duplex are "Unknown!": then they are left out.
 */
#include "analyze/parse.h"
#include "analyze/parse_ethtool.h"
#include "schema/buf.h"

#define BIT_S_PER_MBIT_S 1000000

static void take_speed(const struct ethtool_reader *r, struct span nic, struct span value,
                       struct emit *out)
{
	struct span rest = value;
	uint64_t v;

	if (!span_take_u64(&rest, UINT32_MAX, &v) || !span_eq(rest, SPAN("Mb/s")))
		out->note(out, r->line, "not a speed in Mb/s", value);
	else
		emit_u64(out, nic, SPAN("speed"), KIND_GAUGE, UNIT_BIT_S, v * BIT_S_PER_MBIT_S);
}

/* "Full" in the kernel's own spelling, "full", as /sys/class/net has it. */
static void take_duplex(struct span nic, struct span value, struct emit *out)
{
	char text[32];
	struct buf b = BUF_OVER(text);

	for (size_t i = 0; i < value.n; i++)
		buf_char(&b, (char)(value.p[i] >= 'A' && value.p[i] <= 'Z' ? value.p[i] | 0x20
		                                                           : value.p[i]));
	emit_text(out, nic, SPAN("duplex"), buf_span(&b));
}

static void parse(const struct input *in, struct emit *out)
{
	struct ethtool_reader r;
	struct span key, value;

	if (span_starts(in->arg, SPAN("-"))) {
		out->note(out, 0, "not the plain form of ethtool", in->arg);
		return;
	}
	ethtool_open(&r, in->text);
	while (ethtool_next(&r, out, &key, &value)) {
		if (span_starts(value, SPAN("Unknown!")))
			continue;
		if (span_eq(key, SPAN("Speed")))
			take_speed(&r, in->arg, value, out);
		else if (span_eq(key, SPAN("Duplex")))
			take_duplex(in->arg, value, out);
		else if (span_eq(key, SPAN("Auto-negotiation")))
			emit_text(out, in->arg, SPAN("autoneg"), value);
		else if (span_eq(key, SPAN("Link detected")))
			emit_text(out, in->arg, SPAN("link"), value);
	}
}

const struct parser parser_ethtool_link = {
	.source = "nic",
	.members = (const char *const[]){"cmd/ethtool_*", NULL},
	.parse = parse,
};
