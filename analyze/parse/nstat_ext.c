/*
 * nstat -zas, misc/nstat.c of iproute2: what /proc/net/netstat has; name, value, rate.
 *
 *   #kernel
 *   TcpExtListenOverflows           90                 0.0
 */
#include "analyze/parse_mib.h"

static void parse(const struct input *in, struct emit *out)
{
	nstat_parse(in, out, MIB_NETSTAT);
}

const struct parser parser_nstat_ext = {
	.source = "netstat",
	.members = (const char *const[]){"cmd/nstat_-zas/netstat", NULL},
	.parse = parse,
};
