/*
 * /proc/PID/fd: the number of its entries, alone on a line.  Not a text of the kernel's,
 * since this is a folder; a listing of it, a name a line, is counted.
 *
 *   347
 */
#include "analyze/parse_util.h"

static void parse(const struct input *in, struct emit *out)
{
	struct span text = in->text, line;
	uint64_t last = 0, lines = 0;

	for (size_t at = 1; span_line(&text, &line); at++) {
		if (span_trim(line).n == 0)
			continue;
		if (!span_u64(span_trim(line), UINT64_MAX, &last)) {
			out->note(out, at, "not a number", line);
			return;
		}
		lines++;
	}
	if (lines == 0)
		out->note(out, 0, "empty", in->text);
	else
		emit_u64(out, in->arg, SPAN("fds"), KIND_GAUGE, UNIT_COUNT,
		         lines == 1 ? last : lines);
}

const struct parser parser_task_fd = {
	.source = "task",
	.members = (const char *const[]){"proc/*/fd", NULL},
	.parse = parse,
};
