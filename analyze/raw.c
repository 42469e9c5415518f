#include "analyze/raw.h"

#include <errno.h>
#include <string.h>

#include "analyze/arena.h"
#include "analyze/dump.h"
#include "analyze/parse.h"
#include "schema/bundle.h"
#include "schema/nearest.h"

#define FIRST_BYTES ((size_t)64 * KIB)

/* The whole file, at most what a member may have; p is NULL and *e set on failure. */
static struct span read_file(const char *path, struct arena *a, struct err *e)
{
	FILE *f = strcmp(path, "-") == 0 ? stdin : fopen(path, "re");
	size_t cap = FIRST_BYTES, used = 0, n;
	char *p = arena_take(a, cap);

	if (!f) {
		(void)err_set(e, errno, "open %s", path);
		return (struct span){0};
	}
	while ((n = fread(p + used, 1, cap - used, f)) > 0 && used < BUNDLE_MEMBER_MAX) {
		used += n;
		if (used == cap) {
			char *more = arena_take(a, cap *= 2);

			memcpy(more, p, used);
			p = more;
		}
	}
	if (ferror(f)) {
		(void)err_set(e, errno, "read %s", path);
		p = NULL;
	}
	if (f != stdin)
		(void)fclose(f);
	return (struct span){p, p ? used : 0};
}

/* The parser that knows an end of the path as a member's name. */
static const struct parser_entry *by_path(struct span path, struct input *in)
{
	struct span head;

	do {
		const struct parser_entry *p = parser_by_member(path, &in->arg);

		in->path = path;
		if (p)
			return p;
	} while (span_cut(&path, '/', &head));
	return NULL;
}

static int unknown(const char *format, struct err *e)
{
	struct nearest near = {.word = span_of(format)};

	for (size_t i = 0; i < parsers_count; i++)
		nearest_offer(&near, parsers[i].format);
	return err_set(e, 0, "--as %s: there is no such format%s", format, nearest_hint(&near, ""));
}

int raw_dump(const char *path, const char *format, FILE *out, struct err *e)
{
	struct input in = {0};
	const struct parser_entry *p = by_path(span_of(path), &in);
	struct arena a = {0};
	struct dump d;
	int rc = -1;

	if (format && !(p && strcmp(p->format, format) == 0)) {
		p = parser_by_format(span_of(format));
		in.arg = (struct span){0};
		in.path = span_of(p ? p->parser->members[0] : "");
	}
	if (!p && format)
		return unknown(format, e);
	if (!p)
		return err_set(e, 0, "%s: no format has such a path, name one with --as FORMAT",
		               path);
	in.text = read_file(path, &a, e);
	if (in.text.p) {
		dump_init(&d, out);
		p->parser->parse(&in, &d.emit);
		rc = fflush(out) == 0 ? 0 : err_set(e, errno, "write");
	}
	arena_free(&a);
	return rc;
}
