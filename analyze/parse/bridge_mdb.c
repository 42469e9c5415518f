/*
 * bridge -s -s -d -t mdb show of iproute2, bridge/mdb.c: how many multicast groups each port is in.
 *
 *   dev br0 port veth0 grp 239.1.1.1 temp filter_mode exclude proto kernel   254.15
 *   router ports on br0: veth0
 *
 * Before 4.15 the bridge stands in "3: br0  veth0  239.1.1.1  temp".
 */
#include "analyze/parse_ip.h"
#include "analyze/parse_util.h"

/* "3: br0  veth0  239.1.1.1  temp" */
static struct span old_port(struct span line)
{
	struct span index, bridge, port;

	if (span_cut(&line, ':', &index) && span_u64(index, UINT32_MAX, &(uint64_t){0}) &&
	    span_word(&line, &bridge) && span_word(&line, &port))
		return port;
	return (struct span){0};
}

static void parse(const struct input *in, struct emit *out)
{
	struct span text = in->text, line;
	struct tally t = {.n = 0};

	for (size_t at = 1; span_line(&text, &line); at++) {
		struct span port = ip_word_behind(line, SPAN("port"));
		struct tally_row *row;

		if (span_trim(line).n == 0 || span_starts(span_trim(line), SPAN("router ports on")))
			continue;
		if (port.n == 0)
			port = old_port(line);
		row = port.n ? tally_at(&t, port) : NULL;
		if (row)
			row->count[0]++;
		else if (port.n == 0)
			out->note(out, at, "not a group of a port", line);
	}
	for (size_t i = 0; i < t.n; i++)
		emit_u64(out, t.row[i].key, SPAN("mdb_groups"), KIND_GAUGE, UNIT_COUNT,
		         t.row[i].count[0]);
	if (t.left_out)
		out->note(out, 0, "more ports than are kept", (struct span){0});
}

const struct parser parser_bridge_mdb = {
	.source = "net_config",
	.members = (const char *const[]){"cmd/bridge_mdb", NULL},
	.parse = parse,
	.foreign = true,
};
