/*
 * /proc/vmstat, mm/vmstat.c: "name value".  nr_* and *_threshold are levels in pages,
 * but for the sums among them that enum node_stat_item keeps beside the levels.
 *
 *   nr_free_pages 4586165
 *   pgfault 88232452
 */
#include "analyze/parse_util.h"

#define VM(literal, kind_, unit_, scale_)                                                          \
	{                                                                                          \
		.name = SPAN_INIT(literal), .kind = (kind_), .unit = (unit_), .scale = (scale_)    \
	}

static const struct as {
	struct span name;
	enum kind kind;
	enum unit unit;
	uint64_t scale;
} special[] = {
	VM("nr_dirtied", KIND_COUNTER, UNIT_PAGE, 1),
	VM("nr_written", KIND_COUNTER, UNIT_PAGE, 1),
	VM("nr_throttled_written", KIND_COUNTER, UNIT_PAGE, 1),
	VM("nr_vmscan_write", KIND_COUNTER, UNIT_PAGE, 1),
	VM("nr_vmscan_immediate_reclaim", KIND_COUNTER, UNIT_PAGE, 1),
	VM("nr_foll_pin_acquired", KIND_COUNTER, UNIT_PAGE, 1),
	VM("nr_foll_pin_released", KIND_COUNTER, UNIT_PAGE, 1),
	/* KiB since 4.10, stacks before: nothing in the file says which */
	VM("nr_kernel_stack", KIND_GAUGE, UNIT_OTHER, 1),
	VM("workingset_nodes", KIND_GAUGE, UNIT_PAGE, 1),
	VM("pgpgin", KIND_COUNTER, UNIT_BYTE, KIB),
	VM("pgpgout", KIND_COUNTER, UNIT_BYTE, KIB),
};

static struct as as_what(struct span name)
{
	for (size_t i = 0; i < sizeof(special) / sizeof(special[0]); i++)
		if (span_eq(name, special[i].name))
			return special[i];
	if ((span_starts(name, SPAN("nr_")) && !span_starts(name, SPAN("nr_tlb_"))) ||
	    span_ends(name, SPAN("_threshold")))
		return (struct as){.kind = KIND_GAUGE, .unit = UNIT_PAGE, .scale = 1};
	return (struct as){.kind = KIND_COUNTER, .unit = UNIT_COUNT, .scale = 1};
}

static void parse(const struct input *in, struct emit *out)
{
	struct span text = in->text, line;

	for (size_t at = 1; span_line(&text, &line); at++) {
		struct span rest = line, name, value;
		struct as as;
		uint64_t v;

		if (!span_word(&rest, &name))
			continue;
		if (!span_word(&rest, &value) || !span_u64(value, UINT64_MAX, &v)) {
			out->note(out, at, "not 'name number'", line);
			continue;
		}
		as = as_what(name);
		emit_scaled(out, (struct span){0}, name, as.kind, as.unit, v, as.scale);
	}
}

const struct parser parser_vmstat = {
	.source = "vmstat",
	.members = (const char *const[]){"proc/vmstat", NULL},
	.parse = parse,
};
