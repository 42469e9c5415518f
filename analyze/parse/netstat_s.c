/*
 * netstat -s of net-tools, statistics.c: what /proc/net/snmp has, in sentences.
 *
 *   Tcp:
 *       30 active connection openings
 */
#include "analyze/parse_mib.h"

static void parse(const struct input *in, struct emit *out)
{
	netstat_s_parse(in, out, MIB_SNMP);
}

const struct parser parser_netstat_s = {
	.source = "snmp",
	.members = (const char *const[]){"cmd/netstat_-s/snmp", NULL},
	.parse = parse,
};
