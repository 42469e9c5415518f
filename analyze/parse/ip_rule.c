/*
 * ip -4 rule, ip -6 rule of iproute2, ip/iprule.c: which table of routes is asked when.  What
 * every host has says nothing: only the further ones tell that routing is by policy.
 *
 *   0:	from all lookup local
 *   100:	from 192.0.2.0/24 lookup uplink2
 */
#include "analyze/parse_util.h"

static bool is_usual(struct span rule)
{
	return span_eq(rule, SPAN("from all lookup local")) ||
	       span_eq(rule, SPAN("from all lookup main")) ||
	       span_eq(rule, SPAN("from all lookup default"));
}

static void parse(const struct input *in, struct emit *out)
{
	struct span text = in->text, line;
	bool v6 = span_search(in->path, SPAN("-6")) < in->path.n;
	uint64_t rules = 0, v;

	for (size_t at = 1; span_line(&text, &line); at++) {
		struct span rest = span_trim(line), priority;
		char room[64];
		struct buf name = BUF_OVER(room);

		if (rest.n == 0)
			continue;
		if (!span_cut(&rest, ':', &priority) || !span_u64(priority, UINT32_MAX, &v)) {
			out->note(out, at, "not a rule", line);
			continue;
		}
		rules++;
		rest = span_trim(rest);
		buf_str(&name, v6 ? "rule6:" : "rule:");
		buf_put(&name, priority);
		if (!is_usual(rest))
			emit_text(out, SPAN(""), buf_span(&name), rest);
	}
	emit_u64(out, SPAN(""), v6 ? SPAN("rules6") : SPAN("rules"), KIND_GAUGE, UNIT_COUNT, rules);
}

const struct parser parser_ip_rule = {
	.source = "net_config",
	.members = (const char *const[]){"cmd/ip_-4_rule", "cmd/ip_-6_rule", NULL},
	.parse = parse,
	.foreign = true,
};
