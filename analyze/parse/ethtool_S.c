/*
 * ethtool -S, the driver's own counters under the driver's own names, which may hold
 * blanks, brackets, dots and colons: the value is behind the last colon.
 *
 *   NIC statistics:
 *        rx_packets: 8012
 *        [0]: rx_ucast_packets: 5
 *
 * vmxnet3 repeats its names per queue below a line of their own, two columns deeper:
 *
 *        Tx Queue#: 0
 *          ucast pkts tx: 5
 */
#include <string.h>

#include "analyze/parse.h"
#include "schema/buf.h"

#define ENTITY_MAX_BYTES 64
#define SLOTS_MIN        64
#define SLOTS_MAX        8192 /* both powers of two; mlx5 with 128 queues has some 5,000 names */

/* Levels among the counters. */
static const struct span gauges[] = {SPAN_INIT("_ifindex"), SPAN_INIT("_available")};

struct topic {
	char text[ENTITY_MAX_BYTES];
	struct buf entity; /* "eth0:tx-0"; empty = none */
	size_t indent;     /* of the line that opened it */
	unsigned n;        /* topics so far */
};

/*
 * Names that were there, by the topic they stand below; the text is the capture's.  Of the
 * slots as many are used as the text has need of: to clear all took more time than to parse.
 */
struct names {
	size_t slots, n;
	bool told; /* one that repeats was noted */
	struct {
		struct span name;
		unsigned topic;
	} slot[SLOTS_MAX];
};

static void names_begin(struct names *names, struct span text)
{
	struct span line;
	size_t lines = 0;

	while (span_line(&text, &line))
		lines++;
	names->slots = SLOTS_MIN;
	while (names->slots < SLOTS_MAX && names->slots / 4 * 3 < lines)
		names->slots *= 2;
	names->n = 0;
	names->told = false;
	memset(names->slot, 0, names->slots * sizeof(names->slot[0]));
}

static size_t hash_of(struct span name, unsigned topic)
{
	uint32_t h = topic * UINT32_C(2654435761);

	for (size_t i = 0; i < name.n; i++)
		h = (h ^ (unsigned char)name.p[i]) * UINT32_C(16777619);
	return h;
}

/* False when it was there already.  More names than there is room for are all new. */
static bool is_new(struct names *names, struct span name, unsigned topic)
{
	const size_t mask = names->slots - 1;
	size_t i = hash_of(name, topic) & mask;

	for (; names->slot[i].name.n; i = (i + 1) & mask)
		if (names->slot[i].topic == topic && span_eq(names->slot[i].name, name))
			return false;
	if (names->n >= names->slots / 4 * 3)
		return true;
	names->slot[i].name = name;
	names->slot[i].topic = topic;
	names->n++;
	return true;
}

/* Two counters of one name cannot be told apart: the store keeps the first. */
static void note_repeat(struct names *names, struct span line, size_t at, struct emit *out)
{
	if (!names->told)
		out->note(out, at, "names repeat: only the first of each counts", line);
	names->told = true;
}

static enum kind kind_of(struct span name)
{
	for (size_t i = 0; i < sizeof(gauges) / sizeof(gauges[0]); i++)
		if (span_ends(name, gauges[i]))
			return KIND_GAUGE;
	return KIND_COUNTER;
}

static size_t indent_of(struct span line)
{
	return (size_t)(span_trim(line).p - line.p);
}

/* "Tx Queue#: 0" */
static bool open_topic(struct topic *t, struct span nic, struct span name, struct span value,
                       size_t indent)
{
	bool tx = span_eq(name, SPAN("Tx Queue#"));

	if (!tx && !span_eq(name, SPAN("Rx Queue#")))
		return false;
	t->entity = BUF_OVER(t->text);
	t->indent = indent;
	t->n++;
	buf_put(&t->entity, nic);
	buf_str(&t->entity, tx ? ":tx-" : ":rx-");
	buf_put(&t->entity, value);
	return true;
}

static void take_line(struct topic *t, struct names *names, const struct input *in,
                      struct span line, size_t at, struct emit *out)
{
	struct span value = line, name;
	uint64_t v;

	if (!span_rcut(&value, ':', &name)) {
		out->note(out, at, "not a line of ethtool -S", line);
		return;
	}
	name = span_trim(name);
	value = span_trim(value);
	if (name.n == 0 || !span_u64(value, UINT64_MAX, &v)) {
		out->note(out, at, "not a number", line);
		return;
	}
	if (open_topic(t, in->arg, name, value, indent_of(line)))
		return;
	if (indent_of(line) <= t->indent)
		t->entity.n = 0;
	if (!is_new(names, name, t->entity.n ? t->n : 0))
		note_repeat(names, line, at, out);
	emit_u64(out, t->entity.n ? buf_span(&t->entity) : in->arg, name, kind_of(name), UNIT_OTHER,
	         v);
}

/* Errors ("no stats available") come in place of the heading. */
static void parse(const struct input *in, struct emit *out)
{
	struct span text = in->text, line;
	struct topic t = {.indent = 0};
	UNCLEARED struct names names;
	bool heading = false;

	names_begin(&names, text);
	for (size_t at = 1; span_line(&text, &line); at++) {
		if (span_starts(line, SPAN("NIC statistics:")))
			heading = true;
		else if (span_trim(line).n == 0)
			continue;
		else if (heading)
			take_line(&t, &names, in, line, at, out);
		else
			out->note(out, at, "no statistics", line);
	}
}

const struct parser parser_ethtool_S = {
	.source = "ethtool",
	.members = (const char *const[]){"cmd/ethtool_-S_*", NULL},
	.parse = parse,
};
