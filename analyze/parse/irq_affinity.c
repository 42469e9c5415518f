/*
 * /proc/irq/N/{smp_affinity_list,effective_affinity_list,node},
 * Documentation/core-api/irq/irq-affinity.rst: one value a file.  An IRQ that is not set
 * up has an empty effective list.
 *
 *   0-3,8
 */
#include "analyze/parse_util.h"

static void parse(const struct input *in, struct emit *out)
{
	struct span file = path_base(in->path), value = span_trim(in->text);
	int64_t node;

	if (!span_eq(file, SPAN("node")))
		emit_text(out, in->arg, file, value);
	else if (span_i64(value, &node))
		emit_i64(out, in->arg, file, KIND_GAUGE, UNIT_COUNT, node);
	else
		out->note(out, 1, "not a number", value);
}

const struct parser parser_irq_affinity = {
	.source = "irq_affinity",
	.members = (const char *const[]){"proc/irq/*/smp_affinity_list",
                                         "proc/irq/*/effective_affinity_list", "proc/irq/*/node",
                                         NULL},
	.parse = parse,
};
