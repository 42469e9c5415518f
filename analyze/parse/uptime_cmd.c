/*
 * uptime of procps: here its load averages; decimals as the locale has them.
 *
 *    22:40:13 up 12 days,  3:04,  1 user,  load average: 0.50, 0.18, 0.10
 */
#include "analyze/parse_util.h"

static const struct span names[] = {SPAN_INIT("load1"), SPAN_INIT("load5"), SPAN_INIT("load15")};

/* "0.50," and "0,50," in hundredths */
static bool hundredths(struct span word, uint64_t *v)
{
	uint64_t whole, part;

	if (!span_take_u64(&word, UINT32_MAX, &whole) ||
	    !(span_skip(&word, SPAN(".")) || span_skip(&word, SPAN(","))) || word.n < 2 ||
	    !span_u64(span_sub(word, 0, 2), 99, &part))
		return false;
	*v = whole * 100 + part;
	return true;
}

static void parse(const struct input *in, struct emit *out)
{
	static const struct span mark = SPAN_INIT("load average: ");
	size_t at = span_search(in->text, mark);
	struct span rest = span_sub(in->text, at + mark.n, in->text.n), word;
	uint64_t v;

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (!span_word(&rest, &word) || !hundredths(word, &v)) {
			out->note(out, 1, "no load averages", span_sub(in->text, 0, 80));
			return;
		}
		emit_real(out, (struct span){0}, names[i], KIND_GAUGE, UNIT_COUNT, (double)v / 100);
	}
}

const struct parser parser_uptime_cmd = {
	.source = "loadavg",
	.members = (const char *const[]){"cmd/uptime", NULL},
	.parse = parse,
};
