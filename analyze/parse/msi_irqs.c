/*
 * The names in /sys/class/net/NIC/device/msi_irqs, one a line: the IRQs that belong to
 * the NIC, whatever /proc/interrupts calls them.
 *
 *   38
 */
#include "analyze/parse_util.h"

static void parse(const struct input *in, struct emit *out)
{
	struct span text = in->text, line;
	uint64_t irq;

	for (size_t at = 1; span_line(&text, &line); at++) {
		line = span_trim(line);
		if (line.n == 0)
			continue;
		if (span_u64(line, UINT32_MAX, &irq))
			emit_text(out, in->arg, line, SPAN("msi"));
		else
			out->note(out, at, "not a number", line);
	}
}

const struct parser parser_msi_irqs = {
	.source = "nic_irqs",
	.members = (const char *const[]){"cmd/ls_.sys.class.net.*.device.msi_irqs", NULL},
	.parse = parse,
};
