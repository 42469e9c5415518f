/*
 * /sys/kernel/mm/transparent_hugepage, Documentation/admin-guide/mm/transhuge.rst: the choice that
 * holds stands in brackets.
 *
 *   always [madvise] never
 */
#include "analyze/parse_util.h"

static void parse(const struct input *in, struct emit *out)
{
	struct span rest = in->text, chosen;
	bool enabled = span_ends(in->path, SPAN("/enabled"));

	if (!span_cut(&rest, '[', &chosen) || !span_cut(&rest, ']', &chosen) || chosen.n == 0)
		out->note(out, 1, "no choice in brackets", in->text);
	else
		emit_text(out, (struct span){0}, enabled ? SPAN("thp") : SPAN("thp_defrag"),
		          chosen);
}

const struct parser parser_thp = {
	.source = "host",
	.members = (const char *const[]){"sys/kernel/mm/transparent_hugepage/enabled",
                                         "sys/kernel/mm/transparent_hugepage/defrag", NULL},
	.parse = parse,
	.foreign = true,
};
