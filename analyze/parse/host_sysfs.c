/*
 * What a host is, one text a file: the CPUs of each NUMA node
 * (Documentation/ABI/stable/sysfs-devices-node), the clock sources, and the names that
 * the firmware gives (Documentation/ABI/testing/sysfs-firmware-dmi-id).
 *
 *   sys/devices/system/node/node0/cpulist:      0-15
 *   sys/devices/system/clocksource/clocksource0/current_clocksource:  tsc
 *   sys/class/dmi/id/product_name:              PowerEdge R640
 */
#include "analyze/parse_util.h"

static void parse(const struct input *in, struct emit *out)
{
	struct span value = span_trim(in->text), entity = {0};

	if (span_starts(in->path, SPAN("sys/devices/system/node/")))
		entity = in->arg;
	emit_text(out, entity, path_base(in->path), value);
}

const struct parser parser_host_sysfs = {
	.source = "host",
	.members = (const char *const[]){"sys/devices/system/node/*/cpulist",
                                         "sys/devices/system/clocksource/clocksource0/*", "sys/class/dmi/id/*", NULL},
	.parse = parse,
};
