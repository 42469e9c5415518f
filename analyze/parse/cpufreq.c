/*
 * /sys/devices/system/cpu/CPU/cpufreq/FILE, one value a file: how the clock of a CPU is
 * chosen, Documentation/admin-guide/pm/cpufreq.rst.  Frequencies are in kHz.
 *
 *   scaling_governor:  powersave
 *   scaling_max_freq:  3600000
 */
#include "analyze/parse_util.h"

#define HZ_PER_KHZ 1000

static void parse(const struct input *in, struct emit *out)
{
	struct span file = path_base(in->path), value = span_trim(in->text);
	uint64_t khz;

	if (!span_ends(file, SPAN("_freq")))
		emit_text(out, in->arg, file, value);
	else if (span_u64(value, UINT64_MAX, &khz))
		emit_scaled(out, in->arg, file, KIND_GAUGE, UNIT_COUNT, khz, HZ_PER_KHZ);
	else
		out->note(out, 1, "not a number", value);
}

const struct parser parser_cpufreq = {
	.source = "cpufreq",
	.members = (const char *const[]){"sys/devices/system/cpu/*/cpufreq/*", NULL},
	.parse = parse,
};
