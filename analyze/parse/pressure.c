/*
 * /proc/pressure/{cpu,memory,io,irq}, kernel/sched/psi.c and
 * Documentation/accounting/psi.rst: shares in per cent, totals in us.  4.20; "full" of
 * cpu from 5.13; irq (6.1) has "full" only.
 *
 *   some avg10=1.49 avg60=7.87 avg300=9.46 total=169635925
 */
#include "analyze/parse_util.h"
#include "schema/timefmt.h"

/* "avg10=1.49" of a row "some" becomes some_avg10 = 0.0149. */
static bool item(struct span resource, struct span row, struct span word, struct emit *out)
{
	char text[64];
	struct buf name = BUF_OVER(text);
	struct span key;
	int64_t hundredths;
	uint64_t us;

	if (!span_cut(&word, '=', &key))
		return false;
	buf_put(&name, row);
	buf_char(&name, '_');
	buf_put(&name, key);
	if (span_eq(key, SPAN("total")) && span_u64(word, UINT64_MAX, &us))
		emit_scaled(out, resource, buf_span(&name), KIND_COUNTER, UNIT_NS, us, NS_PER_US);
	else if (span_starts(key, SPAN("avg")) && span_fixed(word, 2, &hundredths))
		emit_real(out, resource, buf_span(&name), KIND_GAUGE, UNIT_RATIO,
		          (double)hundredths / 10000);
	else
		return false;
	return true;
}

static void parse(const struct input *in, struct emit *out)
{
	struct span text = in->text, line;

	for (size_t at = 1; span_line(&text, &line); at++) {
		struct span rest = line, row, word;

		if (!span_word(&rest, &row))
			continue;
		if (!span_eq(row, SPAN("some")) && !span_eq(row, SPAN("full"))) {
			out->note(out, at, "neither some nor full", line);
			continue;
		}
		while (span_word(&rest, &word))
			if (!item(in->arg, row, word, out))
				out->note(out, at, "not avgN=per cent or total=us", word);
	}
}

const struct parser parser_pressure = {
	.source = "pressure",
	.members = (const char *const[]){"proc/pressure/*", NULL},
	.parse = parse,
};
