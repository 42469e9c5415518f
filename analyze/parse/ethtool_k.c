/*
 * ethtool -k: offloads.  Sub-features are indented by a tab; old versions write names
 * with blanks and "Offload parameters for eth0:".
 *
 *   Features for eth0:
 *   rx-checksumming: on [fixed]
 *   tcp-segmentation-offload: off
 *   	tx-tcp-segmentation: off
 */
#include "analyze/parse.h"
#include "analyze/parse_ethtool.h"
#include "schema/buf.h"

#define NAME_MAX_BYTES 128

static void parse(const struct input *in, struct emit *out)
{
	struct ethtool_reader r;
	struct span key, value;

	ethtool_open(&r, in->text);
	while (ethtool_next(&r, out, &key, &value)) {
		char text[NAME_MAX_BYTES];
		struct buf name = BUF_OVER(text);

		if (!span_starts(value, SPAN("on")) && !span_starts(value, SPAN("off"))) {
			out->note(out, r.line, "neither on nor off", value);
			continue;
		}
		buf_str(&name, "offload:");
		for (size_t i = 0; i < key.n; i++)
			buf_char(&name, (char)(key.p[i] == ' ' ? '-' : key.p[i]));
		emit_text(out, in->arg, buf_span(&name), value);
	}
}

const struct parser parser_ethtool_k = {
	.source = "nic",
	.members = (const char *const[]){"cmd/ethtool_-k_*", NULL},
	.parse = parse,
};
