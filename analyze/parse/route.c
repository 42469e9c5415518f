/*
 * /proc/net/route, net/ipv4/fib_trie.c: the main table, a header and a row a route,
 * addresses in hexadecimal as the host stores them, tabs between the columns.
 *
 *   Iface Destination Gateway  Flags RefCnt Use Metric Mask     MTU Window IRTT
 *   eth0  00000000    010200C0 0003  0      0   0      00000000 0   0      0
 */
#include "analyze/parse_inet.h"
#include "analyze/parse_util.h"

#define RTF_GATEWAY 0x2

enum column { IFACE, DESTINATION, GATEWAY, FLAGS, MASK, COLUMNS };

static const struct span names[COLUMNS] = {
	[IFACE] = SPAN_INIT("Iface"),     [DESTINATION] = SPAN_INIT("Destination"),
	[GATEWAY] = SPAN_INIT("Gateway"), [FLAGS] = SPAN_INIT("Flags"),
	[MASK] = SPAN_INIT("Mask"),
};

/* 255.255.255.0 is FFFFFF00 on a big-endian host, else 00FFFFFF. */
static bool is_big_endian(uint64_t mask)
{
	return (mask & 0xff000000) == 0xff000000 && (mask & 0xff) == 0;
}

static bool take(struct span const *words, const size_t *at, size_t n, bool *big_endian,
                 struct tally *tally)
{
	uint64_t v[COLUMNS];
	struct tally_row *row;

	for (size_t c = 0; c < COLUMNS; c++)
		if (at[c] >= n || (c != IFACE && !span_hex(words[at[c]], UINT32_MAX, &v[c])))
			return false;
	*big_endian |= is_big_endian(v[MASK]);
	row = tally_at(tally, words[at[IFACE]]);
	if (!row)
		return true;
	row->count[0]++;
	if (v[DESTINATION] == 0 && v[MASK] == 0 && v[FLAGS] & RTF_GATEWAY && row->text.n == 0)
		row->text = words[at[GATEWAY]];
	return true;
}

static void put(const struct tally *tally, bool big_endian, struct emit *out)
{
	for (size_t i = 0; i < tally->n; i++) {
		const struct tally_row *row = &tally->row[i];
		struct inet_address gateway;
		bool leads = row->text.n && inet_host_parse(row->text, big_endian, &gateway);

		inet_routes_emit(out, row->key, false, row->count[0], leads ? &gateway : NULL);
	}
	if (tally->left_out)
		out->note(out, 0, "routes of further interfaces are not counted", SPAN("route"));
}

static void parse(const struct input *in, struct emit *out)
{
	struct span text = in->text, line = {0}, words[16];
	struct tally tally = {.n = 0};
	bool big_endian = false;
	size_t at[COLUMNS], n;

	(void)span_line(&text, &line);
	n = words_of(line, words, sizeof(words) / sizeof(words[0]));
	for (size_t c = 0; c < COLUMNS; c++) {
		at[c] = column_of(names[c], words, n);
		if (at[c] == n) {
			out->note(out, 1, "no such column", names[c]);
			return;
		}
	}
	for (size_t row = 2; span_line(&text, &line); row++) {
		n = words_of(line, words, sizeof(words) / sizeof(words[0]));
		if (n && !take(words, at, n, &big_endian, &tally))
			out->note(out, row, "not a route", line);
	}
	put(&tally, big_endian, out);
}

const struct parser parser_route = {
	.source = "net_config",
	.members = (const char *const[]){"proc/net/route", NULL},
	.parse = parse,
};
