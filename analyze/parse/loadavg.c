/*
 * /proc/loadavg, fs/proc/loadavg.c: three averages, runnable/all threads, last pid.
 *
 *   2.49 2.35 1.64 2/122 25924
 */
#include "analyze/parse_util.h"

static const struct span averages[] = {SPAN_INIT("load1"), SPAN_INIT("load5"), SPAN_INIT("load15")};

static bool threads(struct span word, struct emit *out)
{
	struct span running;
	uint64_t r, t;

	if (!span_cut(&word, '/', &running) || !span_u64(running, UINT32_MAX, &r) ||
	    !span_u64(word, UINT32_MAX, &t))
		return false;
	emit_u64(out, (struct span){0}, SPAN("running"), KIND_GAUGE, UNIT_COUNT, r);
	emit_u64(out, (struct span){0}, SPAN("total"), KIND_GAUGE, UNIT_COUNT, t);
	return true;
}

static void parse(const struct input *in, struct emit *out)
{
	struct span text = in->text, line, word;
	int64_t hundredths;

	if (!span_line(&text, &line)) {
		out->note(out, 0, "empty", in->text);
		return;
	}
	for (size_t i = 0; i < sizeof(averages) / sizeof(averages[0]); i++) {
		if (!span_word(&line, &word) || !span_fixed(word, 2, &hundredths)) {
			out->note(out, 1, "not a load average", averages[i]);
			return;
		}
		emit_real(out, (struct span){0}, averages[i], KIND_GAUGE, UNIT_COUNT,
		          (double)hundredths / 100);
	}
	if (!span_word(&line, &word) || !threads(word, out))
		out->note(out, 1, "no running/total", line);
}

const struct parser parser_loadavg = {
	.source = "loadavg",
	.members = (const char *const[]){"proc/loadavg", NULL},
	.parse = parse,
};
