/*
 * /proc/PID/stat, fs/proc/array.c and proc_pid_stat(5): blank-separated and without
 * names, but for the second field, which may hold anything and ends at the last ')'.
 *
 *   16 (ksoftirqd/0) S 2 0 0 0 -1 69238848 0 0 0 0 0 25 0 0 20 0 1 0 8 0 0 ...
 *
 * Fields are counted as in the manual page, which starts with 1 and has the state as 3.
 */
#include "analyze/parse_util.h"

#define FIELD_STATE 3
#define FIELDS_MAX  52

static const struct field {
	struct span name;
	unsigned number;
	enum kind kind;
	enum unit unit;
	uint64_t scale;
} fields[] = {
	{SPAN_INIT("minflt"),    10, KIND_COUNTER, UNIT_COUNT, 1               },
	{SPAN_INIT("majflt"),    12, KIND_COUNTER, UNIT_COUNT, 1               },
	{SPAN_INIT("user"),      14, KIND_COUNTER, UNIT_NS,    NS_PER_USER_TICK},
	{SPAN_INIT("system"),    15, KIND_COUNTER, UNIT_NS,    NS_PER_USER_TICK},
	{SPAN_INIT("threads"),   20, KIND_GAUGE,   UNIT_COUNT, 1               },
	{SPAN_INIT("starttime"), 22, KIND_GAUGE,   UNIT_NS,    NS_PER_USER_TICK},
	{SPAN_INIT("processor"), 39, KIND_GAUGE,   UNIT_COUNT, 1               },
};

static void parse(const struct input *in, struct emit *out)
{
	struct span rest = in->text, head, comm, words[FIELDS_MAX];
	uint64_t v;
	size_t n;

	if (!span_rcut(&rest, ')', &head) || !span_cut(&head, '(', &comm)) {
		out->note(out, 1, "no (comm)", in->text);
		return;
	}
	comm = head;
	n = words_of(span_trim(rest), words, FIELDS_MAX);
	emit_text(out, in->arg, SPAN("comm"), comm);
	if (n)
		emit_text(out, in->arg, SPAN("state"), words[0]);
	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
		const struct field *f = &fields[i];

		if (f->number - FIELD_STATE < n &&
		    span_u64(words[f->number - FIELD_STATE], UINT64_MAX, &v))
			emit_scaled(out, in->arg, f->name, f->kind, f->unit, v, f->scale);
		else
			out->note(out, 1, "no such field", f->name);
	}
}

const struct parser parser_task_stat = {
	.source = "task",
	.members = (const char *const[]){"proc/*/stat", NULL},
	.parse = parse,
};
