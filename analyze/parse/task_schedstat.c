/*
 * /proc/PID/schedstat, Documentation/scheduler/sched-stats.rst: time on a CPU (ns), time
 * waiting for one (ns), how often it ran.
 *
 *   155500 2480 2
 */
#include "analyze/parse_util.h"

static const struct column {
	struct span name;
	enum unit unit;
} columns[] = {
	{SPAN_INIT("run_ns"),     UNIT_NS   },
	{SPAN_INIT("wait_ns"),    UNIT_NS   },
	{SPAN_INIT("timeslices"), UNIT_COUNT},
};

static void parse(const struct input *in, struct emit *out)
{
	struct span rest = span_trim(in->text), word;
	uint64_t v;

	for (size_t i = 0; i < sizeof(columns) / sizeof(columns[0]); i++) {
		if (!span_word(&rest, &word) || !span_u64(word, UINT64_MAX, &v)) {
			out->note(out, 1, "not three numbers", in->text);
			return;
		}
		emit_u64(out, in->arg, columns[i].name, KIND_COUNTER, columns[i].unit, v);
	}
}

const struct parser parser_task_schedstat = {
	.source = "task",
	.members = (const char *const[]){"proc/*/schedstat", NULL},
	.parse = parse,
};
