/*
 * iptables -vnxL, ip6tables -t nat -nvL, iptables/iptables.c: chains and what each rule met.
 * Without -x numbers are rounded: "12K", "3M".
 *
 *   Chain INPUT (policy ACCEPT 1234 packets, 5678 bytes)
 *       pkts      bytes target     prot opt in     out     source               destination
 *         10      500 DROP       tcp  --  eth0   *       0.0.0.0/0            0.0.0.0/0    tcp
 * dpt:23
 */
#include "analyze/parse_filter.h"
#include "analyze/parse_util.h"

/* "12K" is 12,000: xtables_print_num. */
static bool take_number(struct span word, uint64_t *v)
{
	static const struct {
		struct span end;
		uint64_t scale;
	} ends[] = {
		{SPAN_INIT("K"), 1000         },
		{SPAN_INIT("M"), 1000000      },
		{SPAN_INIT("G"), 1000000000   },
		{SPAN_INIT("T"), 1000000000000},
	};

	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++)
		if (span_ends(word, ends[i].end)) {
			word.n--;
			if (!span_u64(word, UINT32_MAX, v))
				return false;
			*v *= ends[i].scale;
			return true;
		}
	return span_u64(word, INT64_MAX, v);
}

/* "cmd/ip6tables_-t_nat_-nvL": "ip6" and "nat". */
static void names_of(struct span path, struct span *family, struct span *table)
{
	static const struct span option = SPAN_INIT("_-t_");
	size_t at = span_search(path, option);

	*family = span_search(path, SPAN("ip6tables")) < path.n ? SPAN("ip6") : SPAN("ip");
	*table = SPAN("filter");
	if (at < path.n) {
		*table = span_sub(path, at + option.n, path.n);
		table->n = span_find(*table, '_');
	}
}

/* "Chain INPUT (policy ACCEPT 1234 packets, 5678 bytes)", "Chain DOCKER (1 references)" */
static void take_chain(struct filter_chain *c, struct span path, struct span line, struct emit *out)
{
	struct span family, table, w[5];
	size_t n = words_of(line, w, 5);
	uint64_t packets = 0;
	bool counts;

	filter_close(c, out);
	if (n < 2)
		return;
	names_of(path, &family, &table);
	filter_open(c, family, table, w[1]);
	if (n < 5 || !span_eq(w[2], SPAN("(policy")))
		return;
	counts = take_number(w[4], &packets);
	filter_policy(c, out, w[3], counts, packets);
}

/* A rule without a target has its protocol there: "10 500 all -- * *" is none that drops. */
static bool take_rule(struct filter_chain *c, struct span line, struct emit *out)
{
	struct span rest = line, pkts, bytes, target;
	uint64_t packets, v;

	if (!span_word(&rest, &pkts) || !span_word(&rest, &bytes) || !take_number(pkts, &packets) ||
	    !take_number(bytes, &v))
		return false;
	rest = span_trim(rest);
	target = span_sub(rest, 0, span_find(rest, ' '));
	filter_rule(c, out, span_eq(target, SPAN("DROP")) || span_eq(target, SPAN("REJECT")), true,
	            packets, rest);
	return true;
}

static void parse(const struct input *in, struct emit *out)
{
	struct span text = in->text, line, first, rest;
	struct filter_chain c = {.rules = 0};

	for (size_t at = 1; span_line(&text, &line); at++) {
		rest = line;
		if (!span_word(&rest, &first) || span_eq(first, SPAN("pkts")) ||
		    span_starts(line, SPAN("#")))
			continue;
		if (span_eq(first, SPAN("Chain")))
			take_chain(&c, in->path, line, out);
		else if (!take_rule(&c, line, out))
			out->note(out, at, "not a line of iptables -nvL", line);
	}
	filter_close(&c, out);
}

const struct parser parser_iptables = {
	.source = "firewall",
	.members = (const char *const[]){"cmd/iptables_*", "cmd/ip6tables_*", NULL},
	.parse = parse,
	.foreign = true,
};
