/*
 * /proc/net/dev, net/core/net-procfs.c: two header lines, the second with the names of
 * the receive and the transmit half; a row an interface.  Up to 2.6.32 a big first
 * number follows the colon at once.
 *
 *   Inter-|   Receive                                                |  Transmit
 *    face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets ...
 *       lo:   67404     210    0    0    0     0          0         0    67404     210 ...
 */
#include "analyze/parse_util.h"

#define COLUMNS_MAX 32

struct columns {
	size_t n;
	struct span name[COLUMNS_MAX]; /* "rx_bytes" */
	char text[COLUMNS_MAX * 16];
};

static void half_read(struct columns *c, struct buf *b, const char *prefix, struct span half)
{
	struct span word;

	while (c->n < COLUMNS_MAX && !b->cut && span_word(&half, &word)) {
		size_t from = b->n;

		buf_str(b, prefix);
		buf_put(b, word);
		c->name[c->n++] = span_sub(buf_span(b), from, b->n - from);
	}
}

/* The second header line: "face |NAMES|NAMES". */
static bool header_read(struct span line, struct columns *c)
{
	struct buf b = BUF_OVER(c->text);
	struct span face, rx;

	if (!span_cut(&line, '|', &face) || !span_cut(&line, '|', &rx) ||
	    !span_eq(span_trim(face), SPAN("face")))
		return false;
	c->n = 0;
	half_read(c, &b, "rx_", rx);
	half_read(c, &b, "tx_", line);
	return true;
}

static bool row(const struct columns *c, struct span line, struct emit *out)
{
	struct span name, word;
	uint64_t v;
	size_t i = 0;

	if (!span_rcut(&line, ':', &name))
		return false;
	name = span_trim(name);
	for (; i < c->n && span_word(&line, &word) && span_u64(word, UINT64_MAX, &v); i++) {
		/* a number that ends its row early may have lost digits */
		if (line.n == 0 && i + 1 < c->n)
			return false;
		emit_u64(out, name, c->name[i], KIND_COUNTER,
		         span_ends(c->name[i], SPAN("_bytes")) ? UNIT_BYTE : UNIT_COUNT, v);
	}
	return i == c->n;
}

static void parse(const struct input *in, struct emit *out)
{
	struct span text = in->text, line;
	struct columns columns = {.n = 0};

	for (size_t at = 1; span_line(&text, &line); at++) {
		if (span_trim(line).n == 0 || span_starts(line, SPAN("Inter-|")))
			continue;
		if (span_find(line, '|') < line.n ? !header_read(line, &columns)
		                                  : columns.n == 0 || !row(&columns, line, out))
			out->note(out, at, "not a row of /proc/net/dev", line);
	}
}

const struct parser parser_netdev = {
	.source = "netdev",
	.members = (const char *const[]){"proc/net/dev", NULL},
	.parse = parse,
};
