#include "analyze/parse.h"

#define PARSER(name) extern const struct parser parser_##name;
#include "parsers.def"
#undef PARSER

const struct parser_entry parsers[] = {
#define PARSER(name) {.format = #name, .parser = &parser_##name},
#include "parsers.def"
#undef PARSER
};
const size_t parsers_count = sizeof(parsers) / sizeof(parsers[0]);

/* What stands before its first star is not at the front of the path: most are told so. */
static bool begins_otherwise(struct span path, const char *pattern)
{
	for (size_t i = 0; pattern[i] && pattern[i] != '*'; i++)
		if (i == path.n || path.p[i] != pattern[i])
			return true;
	return false;
}

const struct parser_entry *parser_by_member(struct span path, struct span *arg)
{
	for (size_t i = 0; i < parsers_count; i++)
		for (const char *const *m = parsers[i].parser->members; *m; m++) {
			*arg = (struct span){0};
			if (begins_otherwise(path, *m))
				continue;
			if (span_match(path, span_of(*m), arg))
				return &parsers[i];
		}
	return NULL;
}

const struct parser_entry *parser_by_format(struct span format)
{
	for (size_t i = 0; i < parsers_count; i++)
		if (span_eq(format, span_of(parsers[i].format)))
			return &parsers[i];
	return NULL;
}
