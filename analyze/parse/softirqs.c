/*
 * /proc/softirqs, fs/proc/softirqs.c: a header of all possible CPUs, a row a softirq,
 * counts of 32 bits.  BLOCK_IOPOLL became IRQ_POLL in 4.5.
 *
 *                       CPU0       CPU1
 *         NET_RX:    2336583    1008463
 */
#include "analyze/parse_util.h"

static void parse(const struct input *in, struct emit *out)
{
	struct span text = in->text, line;
	UNCLEARED struct cpu_columns cpus; /* 128 KiB */

	cpus.n = 0;
	for (size_t at = 1; span_line(&text, &line); at++) {
		struct span label;

		line = span_trim(line);
		if (line.n == 0)
			continue;
		if (cpus.n == 0) {
			if (!cpu_columns_read(line, &cpus)) {
				out->note(out, at, "no header of CPUs", line);
				return;
			}
		} else if (!span_cut(&line, ':', &label)) {
			out->note(out, at, "not a row of softirqs", line);
		} else if (cpu_row_emit(&cpus, label, &line, out) < cpus.n || line.n) {
			out->note(out, at, "not one count a CPU", label);
		}
	}
}

const struct parser parser_softirqs = {
	.source = "softirqs",
	.members = (const char *const[]){"proc/softirqs", NULL},
	.parse = parse,
};
