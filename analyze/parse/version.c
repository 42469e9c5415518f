/*
 * /proc/version, fs/proc/version.c: the kernel's banner; its third word is the release.
 *
 *   Linux version 6.1.0-generic (builder@host) (gcc ...) #1 SMP PREEMPT_DYNAMIC ...
 */
#include "analyze/parse_util.h"

static void parse(const struct input *in, struct emit *out)
{
	struct span line = span_trim(in->text), rest = line, release;

	if (!span_skip(&rest, SPAN("Linux version ")) || !span_word(&rest, &release)) {
		out->note(out, 1, "not 'Linux version ...'", span_sub(line, 0, 80));
		return;
	}
	emit_text(out, (struct span){0}, SPAN("version"), line);
	emit_text(out, (struct span){0}, SPAN("kernel"), release);
}

const struct parser parser_version = {
	.source = "host",
	.members = (const char *const[]){"proc/version", NULL},
	.parse = parse,
};
