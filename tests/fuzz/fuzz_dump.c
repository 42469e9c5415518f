/*
 * --dump: any parser's rows as JSON.  The input is a format's name, LF, the text; each line
 * that comes out must be JSON.
 */
#include <stdlib.h>

#include <jansson.h>

#include "analyze/dump.h"
#include "analyze/parse.h"
#include "tests/fuzz/input.h"

static void check(struct span out)
{
	struct span line;

	while (span_line(&out, &line)) {
		json_error_t ignored;
		json_t *j = json_loadb(line.p, line.n, JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL,
		                       &ignored);

		if (!json_is_object(j)) {
			(void)fprintf(stderr, "no JSON: %.*s\n", (int)line.n, line.p);
			abort();
		}
		json_decref(j);
	}
}

/* A path of the format's member: the stars of its glob stand for nothing. */
static struct span path_of(const char *glob, struct buf *b)
{
	for (; *glob; glob++)
		if (*glob != '*')
			buf_char(b, *glob);
	return buf_span(b);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct span rest = {(const char *)data, n}, format;
	const struct parser_entry *entry =
		span_cut(&rest, '\n', &format) ? parser_by_format(format) : NULL;
	char room[256], *text, *out = NULL;
	struct buf path = BUF_OVER(room);
	struct input in = {0};
	struct dump d;
	FILE *f;

	if (!entry)
		return -1;
	text = input_copy(rest);
	in.text = (struct span){text, rest.n};
	in.path = path_of(entry->parser->members[0], &path);
	in.arg = SPAN("x");
	f = open_memstream(&out, &n);
	if (!f)
		abort();
	dump_init(&d, f);
	entry->parser->parse(&in, &d.emit);
	(void)fclose(f);
	check((struct span){out, n});
	free(out);
	free(text);
	return 0;
}
