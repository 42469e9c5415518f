/*
 * /proc/net/snmp, net/ipv4/proc.c: pairs of lines, names and values, of Ip, Icmp,
 * IcmpMsg (missing when all 0, several pairs when there are many), Tcp, Udp, UdpLite.
 * Names are joined as nstat prints them; MaxConn is signed.
 *
 *   Tcp: RtoAlgorithm RtoMin RtoMax MaxConn ActiveOpens PassiveOpens ...
 *   Tcp: 1 200 120000 -1 30 16 ...
 */
#include "analyze/parse_mib.h"

static void parse(const struct input *in, struct emit *out)
{
	mib_parse(in, out);
}

const struct parser parser_snmp = {
	.source = "snmp",
	.members = (const char *const[]){"proc/net/snmp", NULL},
	.parse = parse,
};
