/*
 * /proc/uptime, fs/proc/uptime.c: seconds since boot, and idle seconds of all CPUs.
 *
 *   1921.09 2134.79
 */
#include "analyze/parse_util.h"

static const struct span names[] = {SPAN_INIT("uptime_s"), SPAN_INIT("idle_s")};

static void parse(const struct input *in, struct emit *out)
{
	struct span rest = span_trim(in->text), word;
	int64_t hundredths;

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (!span_word(&rest, &word) || !span_fixed(word, 2, &hundredths)) {
			out->note(out, 1, "not seconds", names[i]);
			return;
		}
		emit_real(out, (struct span){0}, names[i], KIND_GAUGE, UNIT_OTHER,
		          (double)hundredths / 100);
	}
}

const struct parser parser_uptime = {
	.source = "host",
	.members = (const char *const[]){"proc/uptime", NULL},
	.parse = parse,
};
