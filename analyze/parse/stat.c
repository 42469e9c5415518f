/*
 * /proc/stat, fs/proc/stat.c and Documentation/filesystems/proc.rst: USER_HZ ticks of
 * each online CPU and of all.  7 columns up to 2.6.10, steal from 2.6.11, guest from
 * 2.6.24, guest_nice from 2.6.33; guest is part of user as well, iowait may fall.
 *
 *   cpu0 61116 19 19642 108495 542 0 500 1025 0 0
 *   intr 3488881 0 0 ...            the total, then one number an IRQ
 *   ctxt 9483804
 *   softirq 4508050 0 152037 ...    the total, then one number a softirq
 */
#include "analyze/parse_util.h"

static const struct span columns[] = {
	SPAN_INIT("user"),   SPAN_INIT("nice"),       SPAN_INIT("system"),  SPAN_INIT("idle"),
	SPAN_INIT("iowait"), SPAN_INIT("irq"),        SPAN_INIT("softirq"), SPAN_INIT("steal"),
	SPAN_INIT("guest"),  SPAN_INIT("guest_nice"),
};

/* Rows of another name than their key, or that are levels; the others are counters. */
static const struct row {
	struct span key, name;
	enum kind kind;
	enum unit unit;
} rows[] = {
	{SPAN_INIT("intr"),          SPAN_INIT("intr_total"),    KIND_COUNTER, UNIT_COUNT},
	{SPAN_INIT("softirq"),       SPAN_INIT("softirq_total"), KIND_COUNTER, UNIT_COUNT},
	{SPAN_INIT("procs_running"), SPAN_INIT("procs_running"), KIND_GAUGE,   UNIT_COUNT},
	{SPAN_INIT("procs_blocked"), SPAN_INIT("procs_blocked"), KIND_GAUGE,   UNIT_COUNT},
	{SPAN_INIT("btime"),         SPAN_INIT("btime"),         KIND_GAUGE,   UNIT_OTHER}, /* unix seconds */
};

static bool cpu(struct span entity, struct span rest, struct emit *out)
{
	struct span word;
	uint64_t v;
	size_t i;

	for (i = 0; i < sizeof(columns) / sizeof(columns[0]) && span_word(&rest, &word); i++) {
		if (!span_u64(word, UINT64_MAX, &v))
			return false;
		emit_scaled(out, entity, columns[i], KIND_COUNTER, UNIT_NS, v, NS_PER_USER_TICK);
	}
	return i > 0;
}

static bool total(struct span key, struct span rest, struct emit *out)
{
	struct row as = {.name = key, .kind = KIND_COUNTER, .unit = UNIT_COUNT};
	struct span word;
	uint64_t v;

	if (!span_word(&rest, &word) || !span_u64(word, UINT64_MAX, &v))
		return false;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (span_eq(key, rows[i].key))
			as = rows[i];
	emit_u64(out, (struct span){0}, as.name, as.kind, as.unit, v);
	return true;
}

static void parse(const struct input *in, struct emit *out)
{
	struct span text = in->text, line;

	for (size_t at = 1; span_line(&text, &line); at++) {
		struct span rest = line, key, id;
		uint64_t n;
		bool good;

		if (!span_word(&rest, &key))
			continue;
		id = key;
		if (!span_skip(&id, SPAN("cpu")))
			good = total(key, rest, out);
		else if (id.n == 0)
			good = cpu(id, rest, out);
		else
			good = span_u64(id, UINT32_MAX, &n) && cpu(key, rest, out);
		if (!good)
			out->note(out, at, "not a row of /proc/stat", span_sub(line, 0, 80));
	}
}

const struct parser parser_stat = {
	.source = "stat",
	.members = (const char *const[]){"proc/stat", NULL},
	.parse = parse,
};
