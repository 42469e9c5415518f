/*
 * ethtool -i, struct ethtool_drvinfo: what drives the interface.
 *
 *   driver: virtio_net
 *   version: 1.0.0
 *   firmware-version:
 *   bus-info: 0000:00:03.0
 */
#include "analyze/parse.h"
#include "analyze/parse_ethtool.h"

static const struct ethtool_field fields[] = {
	{.key = SPAN_INIT("driver"),           .name = SPAN_INIT("driver"),         .text = true},
	{.key = SPAN_INIT("version"),          .name = SPAN_INIT("driver_version"), .text = true},
	{.key = SPAN_INIT("firmware-version"), .name = SPAN_INIT("firmware"),       .text = true},
	{.key = SPAN_INIT("bus-info"),         .name = SPAN_INIT("bus"),            .text = true},
};

static void parse(const struct input *in, struct emit *out)
{
	ethtool_settings(in, out, fields, sizeof(fields) / sizeof(fields[0]));
}

const struct parser parser_ethtool_i = {
	.source = "nic",
	.members = (const char *const[]){"cmd/ethtool_-i_*", NULL},
	.parse = parse,
};
