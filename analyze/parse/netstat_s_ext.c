/*
 * netstat -s of net-tools, statistics.c: what /proc/net/netstat has, in sentences.
 *
 *   TcpExt:
 *       90 times the listen queue of a socket overflowed
 *       TCPTimeouts: 108
 */
#include "analyze/parse_mib.h"

static void parse(const struct input *in, struct emit *out)
{
	netstat_s_parse(in, out, MIB_NETSTAT);
}

const struct parser parser_netstat_s_ext = {
	.source = "netstat",
	.members = (const char *const[]){"cmd/netstat_-s/netstat", NULL},
	.parse = parse,
};
