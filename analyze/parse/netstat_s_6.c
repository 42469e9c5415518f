/*
 * netstat -s -6 of net-tools 2.x, statistics.c: what /proc/net/snmp6 has, in sentences; what it has
 * no sentence for by the kernel's name.
 *
 *   Ip6:
 *       38464 total packets received
 *       Ip6InOctets: 14783116
 */
#include "analyze/parse_mib.h"

static void parse(const struct input *in, struct emit *out)
{
	netstat_s_parse(in, out, MIB_SNMP6);
}

const struct parser parser_netstat_s_6 = {
	.source = "snmp6",
	.members = (const char *const[]){"cmd/netstat_-s_-6", "cmd/netstat_-s/snmp6", NULL},
	.parse = parse,
	.foreign = true,
};
