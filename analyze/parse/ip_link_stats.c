/*
 * ip -s link of iproute2, ip/ipaddress.c, print_link_stats: the counters of each device under
 * the names of /proc/net/dev.  That adds what was missed (the ring was full) to the drops,
 * and so does this; its fifo, frame and compressed columns are not in this text.
 *
 *       RX:  bytes packets errors dropped  missed   mcast
 *           546516    1176      0       0       0       0
 *       TX:  bytes packets errors dropped carrier collsns
 *           546516    1176      0       0       0       0
 *
 * Up to 5.9 the fifth column was "overrun", which is no drop.
 */
#include "analyze/parse_ip.h"
#include "analyze/parse_util.h"

#define COLUMNS_MAX 16

static const struct column {
	struct span heading, rx, tx;
	enum unit unit;
} columns[] = {
	{SPAN_INIT("bytes"),   SPAN_INIT("rx_bytes"),     SPAN_INIT("tx_bytes"),   UNIT_BYTE },
	{SPAN_INIT("packets"), SPAN_INIT("rx_packets"),   SPAN_INIT("tx_packets"), UNIT_COUNT},
	{SPAN_INIT("errors"),  SPAN_INIT("rx_errs"),      SPAN_INIT("tx_errs"),    UNIT_COUNT},
	{SPAN_INIT("dropped"), SPAN_INIT("rx_drop"),      SPAN_INIT("tx_drop"),    UNIT_COUNT},
	{SPAN_INIT("missed"),  SPAN_INIT("rx_drop"),      SPAN_INIT(""),           UNIT_COUNT},
	{SPAN_INIT("mcast"),   SPAN_INIT("rx_multicast"), SPAN_INIT(""),           UNIT_COUNT},
	{SPAN_INIT("carrier"), SPAN_INIT(""),             SPAN_INIT("tx_carrier"), UNIT_COUNT},
	{SPAN_INIT("collsns"), SPAN_INIT(""),             SPAN_INIT("tx_colls"),   UNIT_COUNT},
};

struct reader {
	struct span nic;
	struct span heading[COLUMNS_MAX];
	size_t n; /* 0 = the line before was no heading */
	bool rx;
};

static void put(struct emit *out, const struct reader *r, struct span heading, uint64_t v)
{
	for (size_t i = 0; i < sizeof(columns) / sizeof(columns[0]); i++) {
		struct span name = r->rx ? columns[i].rx : columns[i].tx;

		if (!span_eq(heading, columns[i].heading) || name.n == 0)
			continue;
		out->point(out, &(struct point){.entity = r->nic,
		                                .name = name,
		                                .kind = KIND_COUNTER,
		                                .unit = columns[i].unit,
		                                .twice = TWICE_ADD,
		                                .type = VALUE_INT,
		                                .v.i = v > INT64_MAX ? INT64_MAX : (int64_t)v});
	}
}

/* The numbers below a heading; false when they are not one for each word of it. */
static bool take_numbers(const struct reader *r, struct span line, struct emit *out)
{
	struct span word;
	uint64_t v;

	for (size_t i = 0; i < r->n; i++) {
		if (!span_word(&line, &word) || !span_u64(word, UINT64_MAX, &v))
			return false;
		put(out, r, r->heading[i], v);
	}
	return true;
}

/* "RX: bytes packets ..."; with -s -s "RX errors: ..." follows, which is not wanted. */
static void take_heading(struct reader *r, struct span detail)
{
	r->rx = span_skip(&detail, SPAN("RX:"));
	r->n = r->rx || span_skip(&detail, SPAN("TX:")) ? words_of(detail, r->heading, COLUMNS_MAX)
	                                                : 0;
}

static void parse(const struct input *in, struct emit *out)
{
	struct span text = in->text, line;
	struct reader r = {.n = 0};
	struct ip_device d;

	for (size_t at = 1; ip_line(&text, &line); at++) {
		struct span detail = span_trim(line);

		if (ip_device_line(line, &d)) {
			r = (struct reader){.nic = d.name};
		} else if (r.n) {
			if (!take_numbers(&r, detail, out))
				out->note(out, at, "numbers do not fit their heading", detail);
			r.n = 0;
		} else if (r.nic.n) {
			take_heading(&r, detail);
		}
	}
}

const struct parser parser_ip_link_stats = {
	.source = "netdev",
	.members = (const char *const[]){"cmd/ip_-s_link/netdev", NULL},
	.parse = parse,
};
