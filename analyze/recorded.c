#include "analyze/recorded.h"

#include <stdbool.h>
#include <string.h>

#include "analyze/parse.h"

static bool becomes(const struct source *s, const char *name)
{
	const struct parser_entry *parser;
	char member[512];
	struct buf b = BUF_OVER(member);
	struct span arg;

	source_member_put(s, &b);
	parser = parser_by_member(buf_span(&b), &arg);
	return parser && strcmp(parser->parser->source, name) == 0;
}

const struct source *recorded_next(const char *name, const struct source *before)
{
	for (const struct source *s = before ? before + 1 : sources; s < sources + sources_count;
	     s++)
		if (becomes(s, name))
			return s;
	return NULL;
}
