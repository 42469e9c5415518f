/*
 * ethtool -a, struct ethtool_pauseparam: flow control.
 *
 *   Pause parameters for eth0:
 *   Autonegotiate:	on
 *   RX:		off
 *   TX:		off
 */
#include "analyze/parse.h"
#include "analyze/parse_ethtool.h"

static const struct ethtool_field fields[] = {
	{.key = SPAN_INIT("Autonegotiate"), .name = SPAN_INIT("pause_autoneg"), .text = true},
	{.key = SPAN_INIT("RX"),            .name = SPAN_INIT("pause_rx"),      .text = true},
	{.key = SPAN_INIT("TX"),            .name = SPAN_INIT("pause_tx"),      .text = true},
};

static void parse(const struct input *in, struct emit *out)
{
	ethtool_settings(in, out, fields, sizeof(fields) / sizeof(fields[0]));
}

const struct parser parser_ethtool_a = {
	.source = "nic",
	.members = (const char *const[]){"cmd/ethtool_-a_*", NULL},
	.parse = parse,
};
