/*
 * /etc/sysconfig/network-scripts/ifcfg-*, sysconfig.txt of initscripts: shell assignments, none of
 * which is run.
 *
 *   DEVICE=bond0
 *   BONDING_OPTS="mode=4 miimon=100"
 */
#include "analyze/parse_util.h"

static const struct span keys[] = {
	SPAN_INIT("TYPE"),         SPAN_INIT("DEVICE"),       SPAN_INIT("NAME"),
	SPAN_INIT("ONBOOT"),       SPAN_INIT("BOOTPROTO"),    SPAN_INIT("IPADDR"),
	SPAN_INIT("PREFIX"),       SPAN_INIT("NETMASK"),      SPAN_INIT("GATEWAY"),
	SPAN_INIT("DEFROUTE"),     SPAN_INIT("DNS1"),         SPAN_INIT("HWADDR"),
	SPAN_INIT("MASTER"),       SPAN_INIT("SLAVE"),        SPAN_INIT("TEAM_MASTER"),
	SPAN_INIT("BRIDGE"),       SPAN_INIT("VLAN"),         SPAN_INIT("MTU"),
	SPAN_INIT("BONDING_OPTS"), SPAN_INIT("ETHTOOL_OPTS"), SPAN_INIT("NM_CONTROLLED"),
};

static void put(struct span device, struct span key, struct span value, struct emit *out)
{
	char text[40];
	struct buf name = BUF_OVER(text);

	if (value.n >= 2 && (value.p[0] == '"' || value.p[0] == '\'') &&
	    value.p[value.n - 1] == value.p[0])
		value = span_sub(value, 1, value.n - 2);
	buf_str(&name, "ifcfg:");
	buf_put(&name, key);
	emit_text(out, device, buf_span(&name), span_sub(value, 0, 200));
}

static void parse(const struct input *in, struct emit *out)
{
	struct span text = in->text, line, key;

	for (size_t at = 1; span_line(&text, &line); at++) {
		line = span_trim(line);
		if (line.n == 0 || line.p[0] == '#')
			continue;
		if (!span_cut(&line, '=', &key)) {
			out->note(out, at, "not 'KEY=value'", line);
			continue;
		}
		for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
			if (span_eq(key, keys[i]))
				put(in->arg, key, line, out);
	}
}

const struct parser parser_ifcfg = {
	.source = "net_config",
	.members = (const char *const[]){"etc/sysconfig/network-scripts/ifcfg-*", NULL},
	.parse = parse,
	.foreign = true,
};
