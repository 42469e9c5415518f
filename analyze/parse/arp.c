/*
 * /proc/net/arp, net/ipv4/arp.c: a row a neighbour; flags 0x2 complete, 0x4 permanent.
 * Counted by interface and state, since addresses say little and are many.
 *
 *   IP address       HW type     Flags       HW address            Mask     Device
 *   192.0.2.1        0x1         0x2         02:fc:00:00:00:05     *        eth0
 */
#include "analyze/parse_util.h"

#define ATF_COM  0x2
#define ATF_PERM 0x4

enum state { COMPLETE, INCOMPLETE, PERMANENT, STATES };
enum column { ADDRESS, TYPE, FLAGS, HARDWARE, MASK, DEVICE, COLUMNS };

static const struct span names[STATES] = {
	[COMPLETE] = SPAN_INIT("arp_complete"),
	[INCOMPLETE] = SPAN_INIT("arp_incomplete"),
	[PERMANENT] = SPAN_INIT("arp_permanent"),
};

static bool take(struct span const *words, struct tally *tally)
{
	struct span flags = words[FLAGS];
	struct tally_row *row;
	uint64_t v;

	if (!span_skip(&flags, SPAN("0x")) || !span_hex(flags, UINT32_MAX, &v))
		return false;
	row = tally_at(tally, words[DEVICE]);
	if (row)
		row->count[v & ATF_PERM ? PERMANENT : v & ATF_COM ? COMPLETE : INCOMPLETE]++;
	return true;
}

static void parse(const struct input *in, struct emit *out)
{
	struct span text = in->text, line, words[COLUMNS];
	struct tally tally = {.n = 0};

	for (size_t at = 1; span_line(&text, &line); at++) {
		size_t n = words_of(line, words, COLUMNS);

		if (n == 0 || span_starts(line, SPAN("IP address")))
			continue;
		if (n < COLUMNS || !take(words, &tally))
			out->note(out, at, "not a row of arp", line);
	}
	for (size_t i = 0; i < tally.n; i++)
		for (int s = 0; s < STATES; s++)
			emit_u64(out, tally.row[i].key, names[s], KIND_GAUGE, UNIT_COUNT,
			         tally.row[i].count[s]);
	if (tally.left_out)
		out->note(out, 0, "neighbours of further interfaces are not counted", SPAN("arp"));
}

const struct parser parser_arp = {
	.source = "net_config",
	.members = (const char *const[]){"proc/net/arp", NULL},
	.parse = parse,
};
