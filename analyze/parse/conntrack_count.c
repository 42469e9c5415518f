/*
 * /proc/sys/net/netfilter/nf_conntrack_count: entries of this namespace's table.  It
 * stands among the settings but is a level, so it is read here wherever it is found,
 * and not as a sysctl.
 *
 *   1234
 */
#include "analyze/parse_util.h"

static void parse(const struct input *in, struct emit *out)
{
	uint64_t v;

	if (span_u64(span_trim(in->text), UINT64_MAX, &v))
		emit_u64(out, (struct span){0}, SPAN("count"), KIND_GAUGE, UNIT_COUNT, v);
	else
		out->note(out, 1, "not a number", in->text);
}

const struct parser parser_conntrack_count = {
	.source = "conntrack",
	.members = (const char *const[]){"proc/sys/net/netfilter/nf_conntrack_count", NULL},
	.parse = parse,
};
