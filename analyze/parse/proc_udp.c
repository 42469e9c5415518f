/*
 * /proc/net/udp and udp6, net/ipv4/udp.c: every UDP socket of the namespace; `drops`
 * since 2.6.27.
 *
 *   sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
 * ref pointer drops 123: 00000000:0035 00000000:0000 07 00000000:00000000 00:00000000 00000000 101
 * 0 1873 2 0000000000000000 17
 *
 * Sockets that share an address (SO_REUSEPORT, connected ones) are summed.
 */
#include <string.h>

#include "analyze/parse.h"
#include "analyze/parse_inet.h"
#include "schema/buf.h"

enum column { SL, LOCAL, PEER, STATE, QUEUES, INODE = 9, COLUMNS, DROPS = 12 };

enum {
	ADDRESSES_MAX = 1024, /* distinct ones; the rest is noted, once */
	SLOTS = 2048,         /* a power of two, at most half full */
};

struct total {
	struct inet_address at;
	bool has_drops;
	int64_t drops, rx_queue;
};

struct totals {
	uint16_t slot[SLOTS]; /* 1 + index of a total; 0 = free */
	struct total total[ADDRESSES_MAX];
	size_t n;
	size_t left_out;
};

static size_t hash_of(const struct inet_address *a)
{
	uint32_t h = a->port * UINT32_C(2654435761);

	for (size_t i = 0; i < INET_BYTES; i++)
		h = (h ^ a->ip[i]) * UINT32_C(16777619);
	return h & (SLOTS - 1);
}

static struct total *total_of(struct totals *t, const struct inet_address *a)
{
	size_t i = hash_of(a);

	for (; t->slot[i]; i = (i + 1) & (SLOTS - 1)) {
		struct total *known = &t->total[t->slot[i] - 1];

		if (known->at.port == a->port && known->at.v6 == a->v6 &&
		    memcmp(known->at.ip, a->ip, INET_BYTES) == 0)
			return known;
	}
	if (t->n == ADDRESSES_MAX)
		return NULL;
	t->total[t->n] = (struct total){.at = *a};
	t->slot[i] = (uint16_t)++t->n;
	return &t->total[t->n - 1];
}

static bool take_row(struct span line, bool big_endian, struct totals *t)
{
	struct span w[INET_WORDS_MAX];
	struct inet_address at;
	uint64_t tx, rx, inode, drops = 0;
	unsigned n = inet_row(line, w);
	struct total *sum;

	if (n < COLUMNS || !inet_address_parse(w[LOCAL], big_endian, &at) ||
	    !inet_pair_parse(w[QUEUES], &tx, &rx) || !span_u64(w[INODE], INT64_MAX, &inode) ||
	    (n > DROPS && !span_u64(w[DROPS], UINT32_MAX, &drops)))
		return false;
	sum = total_of(t, &at);
	if (!sum) {
		t->left_out++;
		return true;
	}
	sum->rx_queue += (int64_t)rx;
	sum->drops += (int64_t)drops;
	sum->has_drops |= n > DROPS;
	return true;
}

static void put_total(const struct total *t, struct emit *out)
{
	char text[80];
	struct buf entity = BUF_OVER(text);

	buf_str(&entity, t->at.v6 ? "[" : "");
	inet_address_put(&entity, &t->at);
	buf_str(&entity, t->at.v6 ? "]:" : ":");
	buf_u64(&entity, t->at.port);
	emit_i64(out, buf_span(&entity), SPAN("rx_queue"), KIND_GAUGE, UNIT_BYTE, t->rx_queue);
	if (t->has_drops)
		emit_i64(out, buf_span(&entity), SPAN("drops"), KIND_COUNTER, UNIT_COUNT, t->drops);
}

static void parse(const struct input *in, struct emit *out)
{
	const bool big_endian = inet_is_big_endian(in->text);
	struct span text = in->text, line;
	struct totals t = {.n = 0};

	for (size_t at = 1; span_line(&text, &line); at++)
		if (!inet_is_header(line) && !take_row(line, big_endian, &t))
			out->note(out, at, "not a row of /proc/net/udp", line);
	for (size_t i = 0; i < t.n; i++)
		put_total(&t.total[i], out);
	if (t.left_out)
		out->note(out, 0, "more addresses than are kept; the rest is left out",
		          (struct span){0});
}

const struct parser parser_proc_udp = {
	.source = "udp",
	.members = (const char *const[]){"proc/net/udp", "proc/net/udp6", NULL},
	.parse = parse,
};
