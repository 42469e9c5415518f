/*
 * /etc/redhat-release: the distribution's name in one line, where there is no os-release.
 *
 *   CentOS release 6.10 (Final)
 */
#include "analyze/parse_util.h"

static void parse(const struct input *in, struct emit *out)
{
	struct span text = in->text, line;

	if (span_line(&text, &line) && span_trim(line).n)
		emit_text(out, (struct span){0}, SPAN("os"), span_trim(line));
	else
		out->note(out, 0, "empty", in->text);
}

const struct parser parser_redhat_release = {
	.source = "host",
	.members = (const char *const[]){"etc/redhat-release", NULL},
	.parse = parse,
};
