/*
 * /proc/schedstat, kernel/sched/stats.c and Documentation/scheduler/sched-stats.rst:
 * needs CONFIG_SCHEDSTATS.  Versions 14 (2.6.20) to 17 (6.18) differ in the domain rows
 * only; of a cpu row the last three of nine numbers are the time that tasks ran (ns),
 * waited to run (ns), and how often they ran.
 *
 *   version 15
 *   timestamp 15819019232
 *   cpu0 498494191 0 3533438552 2553969831 3853684107 2465731542 2045936778163039 343796328169361
 * 4767485306 domain0 00000000,00000003 212499247 ...
 */
#include "analyze/parse_util.h"

#define VERSION_MIN   14
#define VERSION_KNOWN 17
#define COLUMNS       9

static const struct column {
	struct span name;
	enum unit unit;
	unsigned at;
} columns[] = {
	{SPAN_INIT("run_ns"),     UNIT_NS,    6},
	{SPAN_INIT("wait_ns"),    UNIT_NS,    7},
	{SPAN_INIT("timeslices"), UNIT_COUNT, 8},
};

static bool cpu(struct span entity, struct span rest, struct emit *out)
{
	struct span words[COLUMNS];
	uint64_t v[COLUMNS];

	if (words_of(rest, words, COLUMNS) < COLUMNS)
		return false;
	for (size_t i = 0; i < COLUMNS; i++)
		if (!span_u64(words[i], UINT64_MAX, &v[i]))
			return false;
	for (size_t i = 0; i < sizeof(columns) / sizeof(columns[0]); i++)
		emit_u64(out, entity, columns[i].name, KIND_COUNTER, columns[i].unit,
		         v[columns[i].at]);
	return true;
}

/* False when the cpu rows are not those above. */
static bool version(struct span rest, size_t at, struct emit *out)
{
	uint64_t v;

	if (!span_u64(span_trim(rest), UINT32_MAX, &v) || v < VERSION_MIN) {
		out->note(out, at, "a version whose columns are not known", rest);
		return false;
	}
	if (v > VERSION_KNOWN)
		out->note(out, at, "a newer version, read as 17", rest);
	return true;
}

static void parse(const struct input *in, struct emit *out)
{
	struct span text = in->text, line;

	for (size_t at = 1; span_line(&text, &line); at++) {
		struct span rest = line, key;

		if (!span_word(&rest, &key) || span_starts(key, SPAN("domain")) ||
		    span_eq(key, SPAN("timestamp")))
			continue;
		if (span_eq(key, SPAN("version"))) {
			if (!version(rest, at, out))
				return;
		} else if (!span_starts(key, SPAN("cpu")) || !cpu(key, rest, out)) {
			out->note(out, at, "not a row of schedstat", line);
		}
	}
}

const struct parser parser_schedstat = {
	.source = "schedstat",
	.members = (const char *const[]){"proc/schedstat", NULL},
	.parse = parse,
};
