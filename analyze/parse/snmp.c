/*
 * /proc/net/snmp, net/ipv4/proc.c: pairs of lines, names and values, of Ip, Icmp,
 * IcmpMsg (missing when all 0, several pairs when there are many), Tcp, Udp, UdpLite.
 * Names are joined as nstat prints them; MaxConn is signed.
 *
 *   Tcp: RtoAlgorithm RtoMin RtoMax MaxConn ActiveOpens PassiveOpens ...
 *   Tcp: 1 200 120000 -1 30 16 ...
 */
#include "analyze/parse_util.h"
#include "schema/timefmt.h"

static const struct mib_special special[] = {
	{SPAN_INIT("IpForwarding"),    KIND_GAUGE, UNIT_COUNT, 1        },
	{SPAN_INIT("IpDefaultTTL"),    KIND_GAUGE, UNIT_COUNT, 1        },
	{SPAN_INIT("TcpRtoAlgorithm"), KIND_GAUGE, UNIT_COUNT, 1        },
	{SPAN_INIT("TcpRtoMin"),       KIND_GAUGE, UNIT_NS,    NS_PER_MS},
	{SPAN_INIT("TcpRtoMax"),       KIND_GAUGE, UNIT_NS,    NS_PER_MS},
	{SPAN_INIT("TcpMaxConn"),      KIND_GAUGE, UNIT_COUNT, 1        },
	{SPAN_INIT("TcpCurrEstab"),    KIND_GAUGE, UNIT_COUNT, 1        },
};

static void parse(const struct input *in, struct emit *out)
{
	mib_parse(in, out, special, sizeof(special) / sizeof(special[0]));
}

const struct parser parser_snmp = {
	.source = "snmp",
	.members = (const char *const[]){"proc/net/snmp", NULL},
	.parse = parse,
};
