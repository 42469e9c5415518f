/*
 * /proc/net/xfrm_stat, net/xfrm/xfrm_proc.c, Documentation/networking/xfrm_proc.rst: what IPsec
 * could not take in or send, one counter a line.
 *
 *   XfrmInError             	0
 */
#include "analyze/parse_util.h"

static void parse(const struct input *in, struct emit *out)
{
	struct span text = in->text, line, w[2];
	uint64_t v;

	for (size_t at = 1; span_line(&text, &line); at++) {
		size_t n = words_of(line, w, 2);

		if (n == 0)
			continue;
		if (n == 2 && span_starts(w[0], SPAN("Xfrm")) && span_u64(w[1], UINT64_MAX, &v))
			emit_u64(out, SPAN(""), w[0], KIND_COUNTER, UNIT_COUNT, v);
		else
			out->note(out, at, "not a counter of xfrm_stat", line);
	}
}

const struct parser parser_xfrm_stat = {
	.source = "xfrm",
	.members = (const char *const[]){"proc/net/xfrm_stat", NULL},
	.parse = parse,
	.foreign = true,
};
