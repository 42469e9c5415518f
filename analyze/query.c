#include "analyze/query.h"

#include "analyze/escape.h"
#include "analyze/stmt.h"
#include "schema/buf.h"

static int only_reads(void *ctx, int action, const char *a, const char *b, const char *c,
                      const char *d)
{
	(void)ctx;
	(void)a;
	(void)b;
	(void)c;
	(void)d;
	switch (action) {
	case SQLITE_SELECT:
	case SQLITE_READ:
	case SQLITE_FUNCTION:
	case SQLITE_RECURSIVE:
		return SQLITE_OK;
	default:
		return SQLITE_DENY;
	}
}

static void put_field(FILE *out, struct span s)
{
	while (s.n) {
		char text[1024];
		struct buf b = BUF_OVER(text);
		struct span head = span_sub(s, 0, sizeof(text) / 8);

		/* never cut a character in two */
		while (head.n < s.n && head.n && ((unsigned char)s.p[head.n] & 0xc0) == 0x80)
			head.n--;
		if (head.n == 0)
			head.n = 1;
		escape_put(&b, head, true);
		(void)fwrite(b.p, 1, b.n, out);
		s = span_sub(s, head.n, s.n);
	}
}

static int print_rows(struct stmt *q, FILE *out, struct err *e)
{
	int n = sqlite3_column_count(q->s), rc;

	for (int i = 0; i < n; i++) {
		(void)fputs(i ? "\t" : "", out);
		put_field(out, span_of(sqlite3_column_name(q->s, i)));
	}
	(void)fputc('\n', out);
	while ((rc = stmt_row(q, e)) == 1) {
		for (int i = 0; i < n; i++) {
			(void)fputs(i ? "\t" : "", out);
			put_field(out, stmt_get_span(q, i));
		}
		(void)fputc('\n', out);
	}
	return rc;
}

int query_print(sqlite3 *db, const char *sql, FILE *out, struct err *e)
{
	struct stmt q;
	int rc;

	(void)sqlite3_set_authorizer(db, only_reads, NULL);
	rc = stmt_prepare(&q, db, sql, e);
	if (rc == 0 && (sqlite3_column_count(q.s) == 0 || !sqlite3_stmt_readonly(q.s)))
		rc = err_set(e, 0, "--sql: not a SELECT");
	if (rc == 0)
		rc = print_rows(&q, out, e);
	stmt_done(&q);
	(void)sqlite3_set_authorizer(db, NULL, NULL);
	return rc;
}
