/*
 * ethtool -l, struct ethtool_channels: queues.
 *
 *   Channel parameters for eth0:
 *   Pre-set maximums:
 *   RX:		n/a
 *   Combined:	8
 *   Current hardware settings:
 *   Combined:	1
 */
#include "analyze/parse.h"
#include "analyze/parse_ethtool.h"

static const struct ethtool_field fields[] = {
	{.key = SPAN_INIT("RX"),
         .name = SPAN_INIT("channels_rx"),
         .max = SPAN_INIT("channels_rx_max")      },
	{.key = SPAN_INIT("TX"),
         .name = SPAN_INIT("channels_tx"),
         .max = SPAN_INIT("channels_tx_max")      },
	{.key = SPAN_INIT("Combined"),
         .name = SPAN_INIT("channels_combined"),
         .max = SPAN_INIT("channels_combined_max")},
};

static void parse(const struct input *in, struct emit *out)
{
	ethtool_settings(in, out, fields, sizeof(fields) / sizeof(fields[0]));
}

const struct parser parser_ethtool_l = {
	.source = "nic",
	.members = (const char *const[]){"cmd/ethtool_-l_*", NULL},
	.parse = parse,
};
