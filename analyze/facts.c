#include "analyze/facts.h"

#include "analyze/stmt.h"

static const char sentences_sql[] = {
#include "facts.sql.inc"
	0,
};

/* The column of the row that q is at. */
static void add(struct arena *a, struct fact **facts, size_t *n, const char *name, struct stmt *q,
                int column)
{
	bool number = sqlite3_column_type(q->s, column) != SQLITE_TEXT;

	*facts = arena_more(a, *facts, *n, sizeof(**facts));
	(*facts)[(*n)++] = (struct fact){.name = arena_text(a, span_of(name)),
	                                 .value = arena_text(a, stmt_get_span(q, column)),
	                                 .number = number};
}

int facts_read(sqlite3 *db, struct arena *a, struct report *r, struct err *e)
{
	struct fact *facts = NULL;
	struct stmt q;
	size_t n = 0;
	int rc;

	if (stmt_prepare(&q, db, "SELECT k, v FROM meta ORDER BY k", e))
		return -1;
	while ((rc = stmt_row(&q, e)) == 1)
		add(a, &facts, &n, stmt_get_str(&q, 0), &q, 1);
	stmt_done(&q);
	if (rc < 0 || stmt_prepare(&q, db, sentences_sql, e))
		return -1;
	rc = stmt_row(&q, e);
	for (int i = 0; rc == 1 && i < sqlite3_column_count(q.s); i++)
		if (stmt_get_span(&q, i).n)
			add(a, &facts, &n, sqlite3_column_name(q.s, i), &q, i);
	stmt_done(&q);
	r->facts = facts;
	r->facts_n = n;
	return rc < 0 ? -1 : 0;
}

/* True for the columns that are the report's own. */
static bool take_own(struct arena *a, struct report *r, struct span name, struct span v)
{
	if (span_eq(name, SPAN("subject")))
		r->subject = arena_text(a, v);
	else if (span_eq(name, SPAN("verdict")))
		r->verdict = arena_text(a, v);
	else
		return span_eq(name, SPAN("worst")) && level_parse(v, &r->worst);
	return true;
}

int facts_of_many(sqlite3 *db, const char *sql, struct arena *a, struct report *r, struct err *e)
{
	struct fact *facts = NULL;
	struct stmt q;
	int rc;

	if (stmt_prepare(&q, db, sql, e))
		return -1;
	rc = stmt_row(&q, e);
	for (int i = 0; rc == 1 && i < sqlite3_column_count(q.s); i++) {
		const char *name = sqlite3_column_name(q.s, i);
		struct span v = stmt_get_span(&q, i);

		if (!take_own(a, r, span_of(name), v) && v.n)
			add(a, &facts, &r->facts_n, name, &q, i);
	}
	stmt_done(&q);
	r->facts = facts;
	return rc < 0 ? -1 : 0;
}
