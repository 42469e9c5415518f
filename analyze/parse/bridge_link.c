/*
 * bridge -s -s -d link show of iproute2, bridge/link.c: which port is of which bridge, and
 * whether it forwards.
 *
 *   3: veth0@if2: <BROADCAST,UP,LOWER_UP> mtu 1500 master br0 state forwarding priority 32 cost 2
 *       hairpin off guard off root_block off fastleave off learning on flood on
 *
 * Before 4.20 a state of the device stands before the flags: "3: veth0 state UP @if2: <...>".
 */
#include "analyze/parse_ip.h"
#include "analyze/parse_util.h"

static bool take(struct span line, struct emit *out)
{
	size_t flags = span_find(line, '>');
	struct span rest = span_sub(line, flags + 1, line.n), index, name, master, state;
	uint64_t v;

	if (!span_cut(&line, ':', &index) || !span_u64(index, UINT32_MAX, &v) ||
	    !span_word(&line, &name))
		return false;
	name.n = span_find(name, '@');
	if (span_ends(name, SPAN(":")))
		name.n--;
	master = ip_word_behind(rest, SPAN("master"));
	state = ip_word_behind(rest, SPAN("state"));
	if (master.n)
		emit_text(out, name, SPAN("master"), master);
	if (state.n)
		emit_text(out, name, SPAN("bridge_state"), state);
	return true;
}

static void parse(const struct input *in, struct emit *out)
{
	struct span text = in->text, line;

	for (size_t at = 1; span_line(&text, &line); at++)
		if (line.n && line.p[0] >= '0' && line.p[0] <= '9' && !take(line, out))
			out->note(out, at, "not a port of a bridge", line);
}

const struct parser parser_bridge_link = {
	.source = "nic",
	.members = (const char *const[]){"cmd/bridge_link", NULL},
	.parse = parse,
	.foreign = true,
};
