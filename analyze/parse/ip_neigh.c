/*
 * ip -s -s neigh show of iproute2, ip/ipneigh.c: a line a neighbour, counted by interface and
 * state, v6 apart.
 *
 *   192.0.2.1 dev eth0 lladdr 02:fc:00:00:00:05  used 364/361/322probes 1 STALE
 *   fd00::1 dev eth0  used 4354/28777/435probes 6 FAILED
 */
#include "analyze/parse_ip.h"
#include "analyze/parse_util.h"

static const struct {
	struct span state, name, name6;
} states[] = {
	{SPAN_INIT("REACHABLE"),  SPAN_INIT("neigh_reachable"),  SPAN_INIT("neigh6_reachable") },
	{SPAN_INIT("STALE"),      SPAN_INIT("neigh_stale"),      SPAN_INIT("neigh6_stale")     },
	{SPAN_INIT("DELAY"),      SPAN_INIT("neigh_delay"),      SPAN_INIT("neigh6_delay")     },
	{SPAN_INIT("PROBE"),      SPAN_INIT("neigh_probe"),      SPAN_INIT("neigh6_probe")     },
	{SPAN_INIT("FAILED"),     SPAN_INIT("neigh_failed"),     SPAN_INIT("neigh6_failed")    },
	{SPAN_INIT("INCOMPLETE"), SPAN_INIT("neigh_incomplete"), SPAN_INIT("neigh6_incomplete")},
	{SPAN_INIT("PERMANENT"),  SPAN_INIT("neigh_permanent"),  SPAN_INIT("neigh6_permanent") },
	{SPAN_INIT("NOARP"),      SPAN_INIT("neigh_noarp"),      SPAN_INIT("neigh6_noarp")     },
	{SPAN_INIT("NONE"),       SPAN_INIT("neigh_none"),       SPAN_INIT("neigh6_none")      },
};

/* The state is the last word; "proxy", "router" and "extern_learn" may stand before it. */
static bool take(struct span line, struct emit *out)
{
	struct span address, rest = line, head, dev, state = span_trim(line);
	struct point p = {
		.kind = KIND_GAUGE, .unit = UNIT_COUNT, .twice = TWICE_ADD, .type = VALUE_INT};

	if (!span_word(&rest, &address) || !span_rcut(&state, ' ', &head))
		return false;
	dev = ip_word_behind(rest, SPAN("dev"));
	if (dev.n == 0)
		return false;
	if (span_eq(state, SPAN("proxy")))
		return true; /* answered for, no neighbour */
	for (size_t i = 0; i < sizeof(states) / sizeof(states[0]); i++)
		if (span_eq(state, states[i].state)) {
			p.entity = dev;
			p.name = span_find(address, ':') < address.n ? states[i].name6
			                                             : states[i].name;
			p.v.i = 1;
			out->point(out, &p);
			return true;
		}
	return false;
}

static void parse(const struct input *in, struct emit *out)
{
	struct span text = in->text, line;

	for (size_t at = 1; span_line(&text, &line); at++)
		if (span_trim(line).n && !take(line, out))
			out->note(out, at, "not a neighbour", line);
}

const struct parser parser_ip_neigh = {
	.source = "net_config",
	.members = (const char *const[]){"cmd/ip_neigh", NULL},
	.parse = parse,
	.foreign = true,
};
