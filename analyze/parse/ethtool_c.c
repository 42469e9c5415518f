/*
 * ethtool -c, struct ethtool_coalesce: how long interrupts wait for more packets.
 *
 *   Coalesce parameters for eth0:
 *   Adaptive RX: off  TX: n/a
 *   rx-usecs: 50
 *   rx-frames: 1
 *   CQE mode RX: n/a  TX: n/a
 */
#include "analyze/parse.h"
#include "analyze/parse_ethtool.h"
#include "schema/buf.h"
#include "schema/timefmt.h"

#define NAME_MAX_BYTES 64

/* The two lines that hold two switches each. */
static const struct twin {
	struct span key, rx, tx;
} twins[] = {
	{SPAN_INIT("Adaptive RX"), SPAN_INIT("coalesce_adaptive_rx"),
         SPAN_INIT("coalesce_adaptive_tx")},
	{SPAN_INIT("CQE mode RX"), SPAN_INIT("coalesce_cqe_mode_rx"),
         SPAN_INIT("coalesce_cqe_mode_tx")},
};

static void text_unless_absent(struct emit *out, struct span nic, struct span name, struct span v)
{
	if (v.n && !ethtool_is_absent(v))
		emit_text(out, nic, name, v);
}

static bool take_twin(struct span nic, struct span key, struct span value, struct emit *out)
{
	for (size_t i = 0; i < sizeof(twins) / sizeof(twins[0]); i++) {
		struct span rx, tx;
		size_t at = span_search(value, SPAN("TX:"));

		if (!span_eq(key, twins[i].key))
			continue;
		rx = span_trim(span_sub(value, 0, at));
		tx = span_trim(span_sub(value, at + 3, value.n));
		text_unless_absent(out, nic, twins[i].rx, rx);
		text_unless_absent(out, nic, twins[i].tx, tx);
		return true;
	}
	return false;
}

/* The key says the unit: microseconds, seconds (sample-interval), else counts. */
static uint64_t ns_of(struct span key)
{
	if (span_search(key, SPAN("-usecs")) < key.n)
		return NS_PER_US;
	return span_eq(key, SPAN("sample-interval")) ? NS_PER_S : 0;
}

static void take_number(struct span nic, struct span key, uint64_t v, struct emit *out)
{
	char text[NAME_MAX_BYTES];
	struct buf name = BUF_OVER(text);
	uint64_t scale = ns_of(key);

	buf_str(&name, "coalesce_");
	for (size_t i = 0; i < key.n; i++)
		buf_char(&name, (char)(key.p[i] == '-' ? '_' : key.p[i]));
	emit_u64(out, nic, buf_span(&name), KIND_GAUGE, scale ? UNIT_NS : UNIT_COUNT,
	         scale ? v * scale : v);
}

static void parse(const struct input *in, struct emit *out)
{
	struct ethtool_reader r;
	struct span key, value;
	uint64_t v;

	ethtool_open(&r, in->text);
	while (ethtool_next(&r, out, &key, &value)) {
		if (ethtool_is_absent(value) || take_twin(in->arg, key, value, out))
			continue;
		if (span_u64(value, UINT32_MAX, &v))
			take_number(in->arg, key, v, out);
		else
			out->note(out, r.line, "not a number", value);
	}
}

const struct parser parser_ethtool_c = {
	.source = "nic",
	.members = (const char *const[]){"cmd/ethtool_-c_*", NULL},
	.parse = parse,
};
