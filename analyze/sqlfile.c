#include "analyze/sqlfile.h"

#include <math.h>

#include "analyze/stmt.h"
#include "schema/buf.h"
#include "schema/timefmt.h"

#define CLOCK_MOST_S 4e9 /* in the year 2096 */

bool sqlfile_take_text(const struct sqlfile_text *texts, size_t n, struct span key,
                       struct span value)
{
	for (size_t i = 0; i < n; i++)
		if (span_eq(key, texts[i].key)) {
			*texts[i].to = value;
			return true;
		}
	return false;
}

struct reading {
	const struct sqlfile_grammar *g;
	void *file;
	struct span *sql; /* of the part that was begun last, or NULL */
	size_t parts;
};

static bool header(struct span line, struct span *key, struct span *value)
{
	if (!span_skip(&line, SPAN("-- ")) || !span_cut(&line, ':', key) ||
	    span_find(*key, ' ') < key->n)
		return false;
	*value = span_trim(line);
	return true;
}

static int take_header(struct reading *r, struct span key, struct span value, struct span line,
                       struct err *e)
{
	const struct sqlfile_grammar *g = r->g;

	if (span_eq(key, span_of(g->part))) {
		if (r->parts++ == g->parts_most)
			return err_set(e, 0, "more than %zu of %s", g->parts_most, g->part);
		r->sql = g->begin(r->file, value);
		return 0;
	}
	if (!(r->sql ? g->part_key : g->file_key)(r->file, key, value))
		return err_set(e, 0, "not understood: %.*s", (int)line.n, line.p);
	return 0;
}

/* Once a part's SQL has begun, a header's line is a comment in it, but for the next part's. */
static int take_line(struct reading *r, struct span line, struct err *e)
{
	struct span key, value;

	if (header(line, &key, &value) &&
	    (!r->sql || !r->sql->n || span_eq(key, span_of(r->g->part))))
		return take_header(r, key, value, line, e);
	if (!r->sql)
		return span_trim(line).n
		               ? err_set(e, 0, "not understood: %.*s", (int)line.n, line.p)
		               : 0;
	/* lines of one file are neighbours: the SQL grows to the end of this one */
	if (!r->sql->n)
		r->sql->p = line.p;
	r->sql->n = (size_t)(line.p - r->sql->p) + line.n;
	return 0;
}

int sqlfile_read(const struct sqlfile_grammar *g, void *file, struct span text, struct err *e)
{
	struct reading r = {.g = g, .file = file};
	struct span line;

	while (span_line(&text, &line))
		if (take_line(&r, line, e))
			return -1;
	return 0;
}

static void say_state(struct buf *b, struct span source, struct stmt *q)
{
	buf_str(b, b->n ? "; " : "");
	buf_put(b, source);
	buf_fmt(b, ": %s", stmt_get_str(q, 0));
	if (stmt_get_span(q, 1).n)
		buf_fmt(b, " (%s)", stmt_get_str(q, 1));
}

const char *sqlfile_why_empty(sqlite3 *db, struct arena *a, struct span sources,
                              struct span otherwise)
{
	char text[400];
	struct buf b = BUF_OVER(text);
	struct err ignored = {0};
	struct span one;
	struct stmt q;

	if (!sources.n) /* which a fleet's database has none of */
		return arena_text(a, otherwise);
	if (stmt_prepare(&q, db, "SELECT state, note FROM source WHERE source = ? AND good = 0",
	                 &ignored))
		return arena_text(a, span_of(ignored.text));
	while (span_word(&sources, &one)) {
		stmt_span(&q, one);
		if (stmt_row(&q, &ignored) == 1) {
			say_state(&b, one, &q);
			stmt_reset(&q);
		}
	}
	stmt_done(&q);
	return arena_text(a, b.n ? buf_span(&b) : otherwise);
}

/* A stranger wrote the clocks down: within what 64 bits can count with room to spare. */
static int64_t unix_ns(double s)
{
	return (int64_t)(fmin(fmax(s, -CLOCK_MOST_S), CLOCK_MOST_S) * NS_PER_S);
}

int sqlfile_axis(sqlite3 *db, int64_t *from_ns, int64_t *to_ns, struct err *e)
{
	struct stmt q;
	int rc;

	if (stmt_prepare(&q, db,
	                 "SELECT t, t + (SELECT max(mono) FROM snapshot) - mono FROM snapshot"
	                 " ORDER BY snap LIMIT 1",
	                 e))
		return -1;
	rc = stmt_row(&q, e);
	if (rc == 1) {
		*from_ns = unix_ns(stmt_get_real(&q, 0));
		*to_ns = unix_ns(stmt_get_real(&q, 1));
	}
	stmt_done(&q);
	return rc < 0 ? -1 : 0;
}
