/*
 * ss of iproute2 6.1, from the counts of /proc/net/sockstat
 *   sockets: used 19
 *   TCP: inuse 1 orphan 0 tw 0 alloc 1 mem 215
 * and sockstat6 ("TCP6: inuse 0"), and Tcp CurrEstab of /proc/net/snmp:
 *   Total: 19
 *   TCP:   1 (estab 0, closed 0, orphaned 0, timewait 0)
 *
 *   Transport Total     IP        IPv6
 *   RAW	  0         0         0
 */
#include "collect/ss_summary.h"

/* What sockstat and sockstat6 say: a name of a line, a name in it. */
enum count {
	SOCKETS,
	TCP4,
	TCP_ORPHAN,
	TCP_TW,
	TCP_ALLOC,
	UDP4,
	RAW4,
	FRAG4,
	TCP6,
	UDP6,
	RAW6,
	FRAG6,
	COUNTS
};

static const struct {
	struct span line, name;
} where[COUNTS] = {
	[SOCKETS] = {SPAN_INIT("sockets:"), SPAN_INIT("used")  },
	[TCP4] = {SPAN_INIT("TCP:"),     SPAN_INIT("inuse") },
	[TCP_ORPHAN] = {SPAN_INIT("TCP:"),     SPAN_INIT("orphan")},
	[TCP_TW] = {SPAN_INIT("TCP:"),     SPAN_INIT("tw")    },
	[TCP_ALLOC] = {SPAN_INIT("TCP:"),     SPAN_INIT("alloc") },
	[UDP4] = {SPAN_INIT("UDP:"),     SPAN_INIT("inuse") },
	[RAW4] = {SPAN_INIT("RAW:"),     SPAN_INIT("inuse") },
	[FRAG4] = {SPAN_INIT("FRAG:"),    SPAN_INIT("inuse") },
	[TCP6] = {SPAN_INIT("TCP6:"),    SPAN_INIT("inuse") },
	[UDP6] = {SPAN_INIT("UDP6:"),    SPAN_INIT("inuse") },
	[RAW6] = {SPAN_INIT("RAW6:"),    SPAN_INIT("inuse") },
	[FRAG6] = {SPAN_INIT("FRAG6:"),   SPAN_INIT("inuse") },
};

static void take_line(struct span line, int64_t counts[COUNTS])
{
	struct span first;
	struct span name;
	struct span value;

	if (!span_word(&line, &first))
		return;
	while (span_word(&line, &name) && span_word(&line, &value)) {
		for (size_t i = 0; i < COUNTS; i++)
			if (span_eq(first, where[i].line) && span_eq(name, where[i].name))
				(void)span_i64(value, &counts[i]);
	}
}

static void take_counts(struct span text, int64_t counts[COUNTS])
{
	struct span line;

	while (span_line(&text, &line))
		take_line(line, counts);
}

/* The value below the name in a pair of lines "Tcp: names", "Tcp: values". */
static int64_t current_established(struct span text)
{
	struct span names = {0};
	struct span line;
	struct span name;
	struct span value;
	int64_t v = 0;

	while (span_line(&text, &line)) {
		if (!span_skip(&line, SPAN("Tcp:")))
			continue;
		if (names.n == 0) {
			names = line;
			continue;
		}
		while (span_word(&names, &name) && span_word(&line, &value))
			if (span_eq(name, SPAN("CurrEstab")))
				(void)span_i64(value, &v);
		return v;
	}
	return v;
}

static void put_row(struct buf *b, const char *name, int64_t v4, int64_t v6)
{
	const int64_t cells[] = {v4 + v6, v4, v6};

	buf_str(b, name);
	buf_str(b, "\t  ");
	for (size_t i = 0; i < 3; i++) {
		size_t from = b->n;

		buf_i64(b, cells[i]);
		while (b->n - from < 9 && b->n < b->cap)
			buf_char(b, ' ');
		buf_char(b, i < 2 ? ' ' : '\n');
	}
}

static void put_all(struct buf *b, const int64_t c[COUNTS], int64_t established)
{
	const struct {
		const char *text;
		int64_t v;
	} head[] = {
		{"Total: ",     c[SOCKETS]                                    },
		{"\nTCP:   ",   c[TCP_ALLOC] + c[TCP_TW]                      },
		{" (estab ",    established                                   },
		{", closed ",   c[TCP_ALLOC] - (c[TCP4] + c[TCP6] - c[TCP_TW])},
		{", orphaned ", c[TCP_ORPHAN]                                 },
		{", timewait ", c[TCP_TW]                                     },
	};

	for (size_t i = 0; i < sizeof(head) / sizeof(*head); i++) {
		buf_str(b, head[i].text);
		buf_i64(b, head[i].v);
	}
	buf_str(b, ")\n\nTransport Total     IP        IPv6\n");
	put_row(b, "RAW", c[RAW4], c[RAW6]);
	put_row(b, "UDP", c[UDP4], c[UDP6]);
	put_row(b, "TCP", c[TCP4], c[TCP6]);
	put_row(b, "INET", c[RAW4] + c[UDP4] + c[TCP4], c[RAW6] + c[UDP6] + c[TCP6]);
	put_row(b, "FRAG", c[FRAG4], c[FRAG6]);
	buf_char(b, '\n');
}

void ss_summary_close(struct ss_summary *kept)
{
	kept_close(&kept->sockstat);
	kept_close(&kept->sockstat6);
	kept_close(&kept->snmp);
}

int ss_summary(struct buf *b, const struct host *h, struct ss_summary *kept)
{
	char memory[16384];
	struct buf text = BUF_OVER(memory);
	int64_t counts[COUNTS] = {0};
	int64_t established = 0;
	int e = kept_read(&kept->sockstat, h, "/proc/net/sockstat", text.cap, &text);

	if (e)
		return e;
	take_counts(buf_span(&text), counts);
	if (kept_read(&kept->sockstat6, h, "/proc/net/sockstat6", text.cap, &text) == 0)
		take_counts(buf_span(&text), counts);
	if (kept_read(&kept->snmp, h, "/proc/net/snmp", text.cap, &text) == 0)
		established = current_established(buf_span(&text));
	put_all(b, counts, established);
	return 0;
}
