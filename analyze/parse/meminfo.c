/*
 * /proc/meminfo, fs/proc/meminfo.c: "Key: 12345 kB", or a bare count (HugePages_*).
 *
 *   MemAvailable:   24056380 kB
 *   HugePages_Total:       0
 */
#include "analyze/parse_util.h"

static void parse(const struct input *in, struct emit *out)
{
	struct span text = in->text, line;

	for (size_t at = 1; span_line(&text, &line); at++) {
		struct span key, value;
		enum unit unit;
		uint64_t v;

		if (span_trim(line).n == 0)
			continue;
		if (key_value(line, &key, &value) && key.n && amount_parse(value, &v, &unit))
			emit_u64(out, (struct span){0}, key, KIND_GAUGE, unit, v);
		else
			out->note(out, at, "not 'Key: number [kB]'", line);
	}
}

const struct parser parser_meminfo = {
	.source = "meminfo",
	.members = (const char *const[]){"proc/meminfo", NULL},
	.parse = parse,
};
