/*
 * /proc/net/ipv6_route, net/ipv6/route.c: a row a route of the main, local and other
 * tables, no header: destination, prefix length, source, its length, gateway, metric,
 * references, uses, flags, interface.  Numbers are hexadecimal, addresses in network order.
 *
 *   00000000000000000000000000000000 00 000...0 00 fd000000000000000000000000000001 00000400
 * 00000002 00000000 00000003 eth0
 */
#include "analyze/parse_inet.h"
#include "analyze/parse_util.h"

#define RTF_GATEWAY 0x2

enum column {
	DESTINATION,
	LENGTH,
	SOURCE,
	SOURCE_LENGTH,
	GATEWAY,
	METRIC,
	REF,
	USE,
	FLAGS,
	IFACE,
	COLUMNS
};

static bool take(struct span const *w, struct tally *tally)
{
	struct inet_address gateway;
	struct tally_row *row;
	uint64_t length, flags;

	if (!span_hex(w[LENGTH], 128, &length) || !span_hex(w[FLAGS], UINT32_MAX, &flags) ||
	    !inet_net6_parse(w[GATEWAY], &gateway))
		return false;
	row = tally_at(tally, w[IFACE]);
	if (!row)
		return true;
	row->count[0]++;
	if (length == 0 && flags & RTF_GATEWAY && row->text.n == 0)
		row->text = w[GATEWAY];
	return true;
}

static void put(const struct tally *tally, struct emit *out)
{
	for (size_t i = 0; i < tally->n; i++) {
		const struct tally_row *row = &tally->row[i];
		struct inet_address gateway;
		bool leads = row->text.n && inet_net6_parse(row->text, &gateway);

		inet_routes_emit(out, row->key, true, row->count[0], leads ? &gateway : NULL);
	}
	if (tally->left_out)
		out->note(out, 0, "routes of further interfaces are not counted",
		          SPAN("ipv6_route"));
}

static void parse(const struct input *in, struct emit *out)
{
	struct span text = in->text, line, words[COLUMNS];
	struct tally tally = {.n = 0};

	for (size_t at = 1; span_line(&text, &line); at++) {
		size_t n = words_of(line, words, COLUMNS);

		if (n && (n < COLUMNS || !take(words, &tally)))
			out->note(out, at, "not a route", line);
	}
	put(&tally, out);
}

const struct parser parser_ipv6_route = {
	.source = "net_config",
	.members = (const char *const[]){"proc/net/ipv6_route", NULL},
	.parse = parse,
};
