/*
 * pgrep -lx NAME|NAME: which of these daemons run, pgrep(1).  Nothing at all means that none
 * of them does, as far as the collector could see processes.
 *
 *   612 irqbalance
 */
#include "analyze/parse_util.h"

static void parse(const struct input *in, struct emit *out)
{
	struct span text = in->text, line, word;
	uint64_t pid;

	for (size_t at = 1; span_line(&text, &line); at++) {
		line = span_trim(line);
		if (line.n == 0)
			continue;
		if (span_word(&line, &word) && span_u64(word, INT32_MAX, &pid) && span_trim(line).n)
			emit_u64(out, span_trim(line), SPAN("pid"), KIND_GAUGE, UNIT_COUNT, pid);
		else
			out->note(out, at, "not 'PID NAME'", word);
	}
}

const struct parser parser_pgrep = {
	.source = "daemon",
	.members = (const char *const[]){"cmd/pgrep_-lx_*", NULL},
	.parse = parse,
};
