/*
 * /proc/net/netstat, net/ipv4/proc.c: pairs of lines, names and values, of TcpExt,
 * IpExt and (5.6) MPTcpExt.  65 to 135 names of TcpExt, in another order in each kernel.
 *
 *   TcpExt: SyncookiesSent SyncookiesRecv SyncookiesFailed EmbryonicRsts PruneCalled ...
 *   TcpExt: 0 0 0 0 0 ...
 */
#include "analyze/parse_mib.h"

static void parse(const struct input *in, struct emit *out)
{
	mib_parse(in, out);
}

const struct parser parser_netstat = {
	.source = "netstat",
	.members = (const char *const[]){"proc/net/netstat", NULL},
	.parse = parse,
};
