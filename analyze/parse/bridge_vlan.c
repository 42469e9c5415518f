/*
 * bridge -d vlan show of iproute2, bridge/vlan.c: the VLANs of each port; the one that untagged
 * frames come into has a '*' here.
 *
 *   port              vlan-id
 *   veth0             1 PVID Egress Untagged
 *                     20-22
 *
 * Before 5.6: "port\tvlan ids", rows begun with a tab, a blank line behind each port, "None".
 */
#include "analyze/parse_util.h"

#define LIST_MOST 256

struct port {
	struct span name;
	char text[LIST_MOST];
	struct buf ids;
};

static void put(const struct port *p, struct emit *out)
{
	if (p->name.n && p->ids.n)
		emit_text(out, p->name, SPAN("bridge_vlans"), buf_span(&p->ids));
}

/* "1 PVID Egress Untagged", "20-22", "None" */
static bool take_id(struct port *p, struct span rest)
{
	struct span word, from, to;
	uint64_t v;

	if (!span_word(&rest, &word) || span_eq(word, SPAN("None")))
		return true;
	to = word;
	if (!span_cut(&to, '-', &from))
		from = to;
	if (!span_u64(from, 4095, &v) || !span_u64(to, 4095, &v))
		return false;
	buf_str(&p->ids, p->ids.n ? " " : "");
	buf_put(&p->ids, word);
	buf_str(&p->ids, span_search(rest, SPAN("PVID")) < rest.n ? "*" : "");
	return true;
}

/* The heading; what netlink says when the kernel has no bridges, before it and behind. */
static bool is_passed_over(struct span line)
{
	struct span rest = line, word;

	return !span_word(&rest, &word) ||
	       (span_eq(word, SPAN("port")) && span_starts(span_trim(rest), SPAN("vlan"))) ||
	       span_starts(line, SPAN("RTNETLINK answers: ")) ||
	       span_starts(line, SPAN("Dump terminated"));
}

static void parse(const struct input *in, struct emit *out)
{
	struct span text = in->text, line;
	struct port p = {.name = {0}};

	for (size_t at = 1; span_line(&text, &line); at++) {
		struct span rest = line;

		if (is_passed_over(line))
			continue;
		if (line.p[0] != ' ' && line.p[0] != '\t') {
			put(&p, out);
			p.ids = BUF_OVER(p.text);
			(void)span_word(&rest, &p.name);
		}
		/* -d and -s have lines of their own below a VLAN */
		if (p.name.n && !take_id(&p, rest) && span_search(rest, SPAN("state")) == rest.n &&
		    span_search(rest, SPAN("RX:")) == rest.n &&
		    span_search(rest, SPAN("TX:")) == rest.n)
			out->note(out, at, "not a VLAN of a port", line);
	}
	put(&p, out);
}

const struct parser parser_bridge_vlan = {
	.source = "net_config",
	.members = (const char *const[]){"cmd/bridge_vlan", NULL},
	.parse = parse,
	.foreign = true,
};
