/*
 * bridge -s -s -d -t fdb show of iproute2, bridge/fdb.c: how many addresses stand behind each port;
 * those that the bridge learned, and those that are set.
 *
 *   02:00:00:00:00:77 dev veth0 vlan 10 used 12/3 master br0 static
 *   33:33:00:00:00:01 dev veth0 self permanent
 */
#include "analyze/parse_ip.h"
#include "analyze/parse_util.h"

enum { LEARNED, PERMANENT };

static bool has_word(struct span line, struct span wanted)
{
	struct span word;

	while (span_word(&line, &word))
		if (span_eq(word, wanted))
			return true;
	return false;
}

static void parse(const struct input *in, struct emit *out)
{
	struct span text = in->text, line;
	struct tally t = {.n = 0};

	for (size_t at = 1; span_line(&text, &line); at++) {
		struct span port = ip_word_behind(line, SPAN("dev"));
		struct tally_row *row = port.n ? tally_at(&t, port) : NULL;

		if (row)
			row->count[has_word(line, SPAN("permanent")) ||
			                           has_word(line, SPAN("static"))
			                   ? PERMANENT
			                   : LEARNED]++;
		else if (port.n == 0 && span_trim(line).n)
			out->note(out, at, "not an address behind a port", line);
	}
	for (size_t i = 0; i < t.n; i++) {
		emit_u64(out, t.row[i].key, SPAN("fdb_learned"), KIND_GAUGE, UNIT_COUNT,
		         t.row[i].count[LEARNED]);
		emit_u64(out, t.row[i].key, SPAN("fdb_permanent"), KIND_GAUGE, UNIT_COUNT,
		         t.row[i].count[PERMANENT]);
	}
	if (t.left_out)
		out->note(out, 0, "more ports than are kept", (struct span){0});
}

const struct parser parser_bridge_fdb = {
	.source = "net_config",
	.members = (const char *const[]){"cmd/bridge_fdb", NULL},
	.parse = parse,
	.foreign = true,
};
