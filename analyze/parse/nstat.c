/*
 * nstat -zas, misc/nstat.c of iproute2: what /proc/net/snmp has; name, value, rate.
 *
 *   #kernel
 *   TcpRetransSegs                  109                0.0
 */
#include "analyze/parse_mib.h"

static void parse(const struct input *in, struct emit *out)
{
	nstat_parse(in, out, MIB_SNMP);
}

const struct parser parser_nstat = {
	.source = "snmp",
	.members = (const char *const[]){"cmd/nstat_-zas/snmp", NULL},
	.parse = parse,
};
