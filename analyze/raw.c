#include "analyze/raw.h"

#include <errno.h>
#include <string.h>

#include "analyze/arena.h"
#include "analyze/dump.h"
#include "analyze/parse.h"
#include "analyze/sos_path.h"
#include "schema/bundle.h"
#include "schema/nearest.h"

#define FIRST_BYTES ((size_t)64 * KIB)
#define LINE_BYTES  78

_Static_assert(sizeof(((struct raw_way *)0)->path[0]) == BUNDLE_NAME_MAX, "room for a member");

/* Where a file that is known by its bare name may have been. */
static const char *const homes[] = {"proc/", "proc/net/", "cmd/", "sos_commands/networking/",
                                    "http/host/admin/"};

/* ---- which parser ---- */

/* What the star of the parser's pattern stands for; nothing where the path is the pattern. */
static struct span arg_of(const struct parser *p, struct span path)
{
	struct span arg = {0};

	for (const char *const *m = p->members; *m; m++)
		if (span_match(path, span_of(*m), &arg) && !span_eq(path, span_of(*m)))
			return arg;
	return (struct span){0};
}

static bool add(struct raw_way *w, size_t *n, struct span member)
{
	struct buf b = {.p = w->path[*n], .cap = sizeof(w->path[*n])};
	struct span arg;
	const struct parser_entry *p = parser_by_member(member, &arg);

	if (!p || *n + 1 == RAW_READERS_MAX)
		return false;
	buf_put(&b, member);
	(void)buf_cstr(&b);
	if (b.cut)
		return false;
	w->reader[(*n)++] = p;
	return true;
}

/* As a member of a bundle, else as a path of a sosreport of any version. */
static bool whole_path(struct raw_way *w, struct span path)
{
	char room[BUNDLE_NAME_MAX];
	struct sos_place place;
	size_t n = 0;

	if (add(w, &n, path))
		return true;
	if (!sos_path_find(path, 0, &place))
		return false;
	for (size_t i = 0; i < place.rows; i++)
		if (place.row[i].use == SOS_READ || place.row[i].use == SOS_ELSE ||
		    place.row[i].use == SOS_ALSO)
			(void)add(w, &n, sos_path_as(&place, i, room));
	return n > 0;
}

/* A star took the home itself for a name: "proc/net/stat" is no PID's stat. */
static bool names_home(const struct raw_way *w, const char *home)
{
	struct span arg = arg_of(w->reader[0]->parser, span_of(w->path[0]));

	return arg.n && span_starts(span_of(home), SPAN("proc/"));
}

/* The longest end of the path that is known, else its last part in a place where it may be. */
static bool by_path(struct raw_way *w, struct span path)
{
	struct span rest = path, head;
	char room[BUNDLE_NAME_MAX];

	*w = (struct raw_way){.reader = {NULL}};
	do {
		if (whole_path(w, rest))
			return true;
	} while (span_cut(&rest, '/', &head));
	for (size_t i = 0; i < sizeof(homes) / sizeof(homes[0]); i++) {
		struct buf b = BUF_OVER(room);

		buf_str(&b, homes[i]);
		buf_put(&b, rest);
		if (!b.cut && whole_path(w, buf_span(&b)) && !names_home(w, homes[i]))
			return true;
	}
	return false;
}

static int unknown(const char *as, struct err *e)
{
	struct nearest near = {.word = span_of(as)};

	for (size_t i = 0; i < parsers_count; i++)
		nearest_offer(&near, parsers[i].format);
	return err_set(e, 0, "--as %s: there is no such format%s", as, nearest_hint(&near, ""));
}

/* A format by name; the file's own path still says which interface or process it is of. */
static void by_format(struct raw_way *w, const struct parser_entry *p, const char *path)
{
	struct buf b = BUF_OVER(w->path[0]);

	if (by_path(w, span_of(path)) && w->reader[0] == p && !w->reader[1])
		return;
	*w = (struct raw_way){.reader = {p}};
	buf_str(&b, p->parser->members[0]);
	(void)buf_cstr(&b);
}

int raw_find(struct raw_way *w, const char *path, const char *as, struct err *e)
{
	const struct parser_entry *p = as ? parser_by_format(span_of(as)) : NULL;

	if (p) {
		by_format(w, p, path);
		return 0;
	}
	if (as)
		return by_path(w, span_of(as)) ? 0 : unknown(as, e);
	if (by_path(w, span_of(path)))
		return 0;
	return err_set(e, 0, "--dump %s: no format has such a name, say which with --as FORMAT",
	               path);
}

void raw_formats(FILE *out)
{
	size_t column = 0;

	for (size_t i = 0; i < parsers_count; i++) {
		size_t n = strlen(parsers[i].format) + 2;

		if (column + n > LINE_BYTES) {
			(void)fputc('\n', out);
			column = 0;
		}
		(void)fprintf(out, "%s%s", parsers[i].format, i + 1 < parsers_count ? ", " : "");
		column += n;
	}
	(void)fputc('\n', out);
}

/* ---- the file ---- */

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

int raw_dump(const struct raw_way *w, const char *path, FILE *out, struct err *e)
{
	struct arena a = {0};
	struct input in = {.text = read_file(path, &a, e)};
	struct dump d;
	int rc = -1;

	if (in.text.p) {
		dump_init(&d, out);
		for (size_t i = 0; w->reader[i]; i++) {
			in.path = span_of(w->path[i]);
			in.arg = arg_of(w->reader[i]->parser, in.path);
			w->reader[i]->parser->parse(&in, &d.emit);
		}
		rc = fflush(out) == 0 ? 0 : err_set(e, errno, "write");
	}
	arena_free(&a);
	return rc;
}
