/*
 * /proc/net/ptype, net/core/net-procfs.c: who gets packets of which type.  Type ALL is a
 * tap (tcpdump, a DHCP client, an agent): each sees and costs every packet.
 *
 *   Type Device      Function
 *   ALL  eth0     tpacket_rcv
 *   0800          ip_rcv
 */
#include "analyze/parse_util.h"

static void parse(const struct input *in, struct emit *out)
{
	struct span text = in->text, line, words[3];
	struct tally tally = {.n = 0};
	uint64_t taps = 0;

	if (!span_line(&text, &line) || !span_starts(line, SPAN("Type "))) {
		out->note(out, 1, "no header", span_sub(in->text, 0, 80));
		return;
	}
	for (size_t at = 2; span_line(&text, &line); at++) {
		size_t n = words_of(line, words, 3);
		struct tally_row *row = NULL;

		if (n == 1)
			out->note(out, at, "not a row of ptype", line);
		if (n < 2 || !span_eq(words[0], SPAN("ALL")))
			continue;
		taps++;
		if (n == 3)
			row = tally_at(&tally, words[1]);
		if (row)
			row->count[0]++;
	}
	emit_u64(out, (struct span){0}, SPAN("taps"), KIND_GAUGE, UNIT_COUNT, taps);
	for (size_t i = 0; i < tally.n; i++)
		emit_u64(out, tally.row[i].key, SPAN("taps"), KIND_GAUGE, UNIT_COUNT,
		         tally.row[i].count[0]);
}

const struct parser parser_ptype = {
	.source = "net_config",
	.members = (const char *const[]){"proc/net/ptype", NULL},
	.parse = parse,
};
