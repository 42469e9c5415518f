/*
 * /proc/PID/limits, fs/proc/base.c: a header, then a row a limit, whose name has blanks:
 * soft, hard, unit.  Of them only what a proxy runs into.
 *
 *   Limit                     Soft Limit           Hard Limit           Units
 *   Max open files            20000                20000                files
 */
#include "analyze/parse_util.h"

static void parse(const struct input *in, struct emit *out)
{
	struct span text = in->text, line, soft;
	uint64_t v;

	for (size_t at = 1; span_line(&text, &line); at++) {
		if (!span_skip(&line, SPAN("Max open files")))
			continue;
		if (!span_word(&line, &soft))
			soft = line;
		if (span_u64(soft, UINT64_MAX, &v))
			emit_u64(out, in->arg, SPAN("fd_limit"), KIND_GAUGE, UNIT_COUNT, v);
		else if (span_eq(soft, SPAN("unlimited")))
			emit_none(out, in->arg, SPAN("fd_limit"), KIND_GAUGE, UNIT_COUNT);
		else
			out->note(out, at, "no soft limit", line);
		return;
	}
	out->note(out, 0, "no 'Max open files'", span_sub(in->text, 0, 80));
}

const struct parser parser_task_limits = {
	.source = "task",
	.members = (const char *const[]){"proc/*/limits", NULL},
	.parse = parse,
};
