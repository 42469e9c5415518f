/*
 * /proc/net/vlan/config, net/8021q/vlanproc.c: two header lines, then a row a device.
 * The devices' own files beside it say the same again, and nothing else that matters.
 *
 *   VLAN Dev name	 | VLAN ID
 *   Name-Type: VLAN_NAME_TYPE_RAW_PLUS_VID_NO_PAD
 *   eth0.100       | 100  | eth0
 */
#include "analyze/parse_util.h"

#define VLAN_ID_MAX 4095

static bool row(struct span line, struct emit *out)
{
	struct span device, id, parent;
	uint64_t v;

	if (!span_cut(&line, '|', &device) || !span_cut(&line, '|', &id) ||
	    !span_u64(span_trim(id), VLAN_ID_MAX, &v))
		return false;
	device = span_trim(device);
	parent = span_trim(line);
	emit_u64(out, device, SPAN("vlan_id"), KIND_GAUGE, UNIT_COUNT, v);
	emit_text(out, device, SPAN("vlan_parent"), parent);
	return true;
}

static void parse(const struct input *in, struct emit *out)
{
	struct span text = in->text, line;

	if (!span_eq(path_base(in->path), SPAN("config")))
		return;
	for (size_t at = 1; span_line(&text, &line); at++) {
		if (span_trim(line).n == 0 || span_starts(line, SPAN("VLAN Dev name")) ||
		    span_starts(line, SPAN("Name-Type:")))
			continue;
		if (!row(line, out))
			out->note(out, at, "not a row of vlan/config", line);
	}
}

const struct parser parser_vlan = {
	.source = "net_config",
	.members = (const char *const[]){"proc/net/vlan/config", "proc/net/vlan/*", NULL},
	.parse = parse,
};
