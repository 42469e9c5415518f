/*
 * /sys/devices/system/cpu/online, Documentation/admin-guide/cputopology.rst: a list of
 * ranges.
 *
 *   0-3,8
 */
#include "analyze/parse_util.h"

/* How many CPUs "0-3,8" names.  False when it is no such list. */
static bool count(struct span list, uint64_t *n)
{
	uint64_t first, last;

	for (*n = 0; span_take_u64(&list, UINT32_MAX, &first); *n += last - first + 1) {
		last = first;
		if (span_skip(&list, SPAN("-")) && !span_take_u64(&list, UINT32_MAX, &last))
			return false;
		if (last < first)
			return false;
		if (!span_skip(&list, SPAN(",")) && list.n)
			return false;
	}
	return *n > 0 && list.n == 0;
}

static void parse(const struct input *in, struct emit *out)
{
	struct span list = span_trim(in->text);
	uint64_t n;

	if (!count(list, &n)) {
		out->note(out, 1, "not a list of CPUs", list);
		return;
	}
	emit_text(out, (struct span){0}, SPAN("cpus_online"), list);
	emit_u64(out, (struct span){0}, SPAN("cpus"), KIND_GAUGE, UNIT_COUNT, n);
}

const struct parser parser_cpu_online = {
	.source = "host",
	.members = (const char *const[]){"sys/devices/system/cpu/online", NULL},
	.parse = parse,
};
