/*
 * ethtool -g, struct ethtool_ringparam: how many packets the rings hold.
 *
 *   Ring parameters for eth0:
 *   Pre-set maximums:
 *   RX:		4096
 *   TX:		4096
 *   Current hardware settings:
 *   RX:		256
 */
#include "analyze/parse.h"
#include "analyze/parse_ethtool.h"

static const struct ethtool_field fields[] = {
	{.key = SPAN_INIT("RX"), .name = SPAN_INIT("ring_rx"), .max = SPAN_INIT("ring_rx_max")},
	{.key = SPAN_INIT("TX"), .name = SPAN_INIT("ring_tx"), .max = SPAN_INIT("ring_tx_max")},
};

static void parse(const struct input *in, struct emit *out)
{
	ethtool_settings(in, out, fields, sizeof(fields) / sizeof(fields[0]));
}

const struct parser parser_ethtool_g = {
	.source = "nic",
	.members = (const char *const[]){"cmd/ethtool_-g_*", NULL},
	.parse = parse,
};
