/*
 * ip route show table all, ip -6 route show table all of iproute2, ip/iproute.c: a line a route;
 * those of the main table name none.  Counted by interface, as /proc/net/route is, and by table.
 *
 *   default via 192.0.2.1 dev eth0 proto static metric 100
 *   local 127.0.0.1 dev lo table local proto kernel scope host src 127.0.0.1
 *   default proto static
 *   	nexthop via 192.0.2.1 dev eth0 weight 1
 */
#include "analyze/parse_ip.h"
#include "analyze/parse_util.h"

static void add(struct emit *out, struct span entity, struct span name)
{
	out->point(out, &(struct point){.entity = entity,
	                                .name = name,
	                                .kind = KIND_GAUGE,
	                                .unit = UNIT_COUNT,
	                                .twice = TWICE_ADD,
	                                .type = VALUE_INT,
	                                .v.i = 1});
}

static void put_table(struct emit *out, struct span table)
{
	char room[96];
	struct buf b = BUF_OVER(room);

	buf_str(&b, "routes_table:");
	buf_put(&b, table);
	add(out, SPAN(""), buf_span(&b));
}

static bool is_v6(struct span word)
{
	return span_find(word, ':') < word.n;
}

static void put_main(struct emit *out, struct span first, struct span rest, bool v6)
{
	struct span dev = ip_word_behind(rest, SPAN("dev"));
	struct span via = ip_word_behind(rest, SPAN("via"));
	bool is_default = span_eq(first, SPAN("default")) || span_eq(first, SPAN("nexthop"));

	if (span_eq(via, SPAN("inet6"))) /* a v4 route over a v6 neighbour */
		via = ip_word_behind(rest, SPAN("inet6"));
	if (dev.n == 0)
		return; /* of several hops: each has a line of its own */
	add(out, dev, v6 ? SPAN("routes6") : SPAN("routes"));
	if (is_default && via.n)
		emit_text(out, dev, v6 ? SPAN("default_gateway6") : SPAN("default_gateway"), via);
}

static bool is_type(struct span word)
{
	static const struct span types[] = {
		SPAN_INIT("unicast"),     SPAN_INIT("local"),    SPAN_INIT("broadcast"),
		SPAN_INIT("multicast"),   SPAN_INIT("throw"),    SPAN_INIT("blackhole"),
		SPAN_INIT("unreachable"), SPAN_INIT("prohibit"), SPAN_INIT("anycast"),
		SPAN_INIT("nat"),
	};

	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		if (span_eq(word, types[i]))
			return true;
	return false;
}

static void parse(const struct input *in, struct emit *out)
{
	struct span text = in->text, line, hops_of = {0};
	bool all_v6 = span_search(in->path, SPAN("-6")) < in->path.n;

	for (size_t at = 1; span_line(&text, &line); at++) {
		struct span rest = span_trim(line), first, table;

		if (!span_word(&rest, &first))
			continue;
		if (span_eq(first, SPAN("nexthop"))) {
			bool of_main = hops_of.n == 0;

			if (of_main)
				put_main(out, first, rest, all_v6);
			continue;
		}
		if (is_type(first) && !span_word(&rest, &first)) {
			out->note(out, at, "not a route", line);
			continue;
		}
		table = ip_word_behind(rest, SPAN("table"));
		hops_of = table;
		if (table.n)
			put_table(out, table);
		else
			put_main(out, first, rest,
			         all_v6 || is_v6(first) ||
			                 is_v6(ip_word_behind(rest, SPAN("via"))));
	}
}

const struct parser parser_ip_route = {
	.source = "net_config",
	.members = (const char *const[]){"cmd/ip_route", "cmd/ip_-6_route", NULL},
	.parse = parse,
	.foreign = true,
};
