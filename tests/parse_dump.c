/* parse_dump FORMAT [PATH] <CASE.in: one file through its parser, as a golden case's .out. */
#include <stdio.h>
#include <stdlib.h>

#include "analyze/dump.h"
#include "analyze/parse.h"
#include "schema/bundle.h"

int main(int argc, char **argv)
{
	static char text[16 * MIB];
	static const unsigned online[] = {0, 1};
	const struct parser_entry *entry;
	struct input in = {
		.hints = {.online = online, .n_online = 2}
        };
	struct dump d;

	if (argc < 2 || !(entry = parser_by_format(span_of(argv[1])))) {
		(void)fprintf(stderr, "usage: parse_dump FORMAT [MEMBER-PATH] <file\n");
		return EXIT_FAILURE;
	}
	in.text = (struct span){text, fread(text, 1, sizeof(text), stdin)};
	in.path = span_of(argc > 2 ? argv[2] : entry->parser->members[0]);
	for (const char *const *m = entry->parser->members; *m; m++)
		if (span_match(in.path, span_of(*m), &in.arg))
			break;
	dump_init(&d, stdout);
	entry->parser->parse(&in, &d.emit);
	return EXIT_SUCCESS;
}
