#include "analyze/stmt.h"

int stmt_prepare(struct stmt *t, sqlite3 *db, const char *sql, struct err *e)
{
	*t = (struct stmt){.db = db};
	if (sqlite3_prepare_v2(db, sql, -1, &t->s, NULL) != SQLITE_OK)
		return err_set(e, 0, "%s: %.120s", sqlite3_errmsg(db), sql);
	return 0;
}

void stmt_done(struct stmt *t)
{
	(void)sqlite3_finalize(t->s);
	t->s = NULL;
}

void stmt_span(struct stmt *t, struct span v)
{
	(void)sqlite3_bind_text64(t->s, ++t->at, v.n ? v.p : "", v.n, SQLITE_STATIC, SQLITE_UTF8);
}

void stmt_str(struct stmt *t, const char *v)
{
	if (v)
		stmt_span(t, span_of(v));
	else
		stmt_null(t);
}

void stmt_i64(struct stmt *t, int64_t v)
{
	(void)sqlite3_bind_int64(t->s, ++t->at, v);
}

void stmt_real(struct stmt *t, double v)
{
	(void)sqlite3_bind_double(t->s, ++t->at, v);
}

void stmt_null(struct stmt *t)
{
	(void)sqlite3_bind_null(t->s, ++t->at);
}

void stmt_reset(struct stmt *t)
{
	(void)sqlite3_reset(t->s);
	(void)sqlite3_clear_bindings(t->s);
	t->at = 0;
}

int stmt_row(struct stmt *t, struct err *e)
{
	int rc = sqlite3_step(t->s);

	if (rc == SQLITE_ROW)
		return 1;
	if (rc != SQLITE_DONE)
		(void)err_set(e, 0, "%s", sqlite3_errmsg(t->db));
	stmt_reset(t);
	return rc == SQLITE_DONE ? 0 : -1;
}

int stmt_run(struct stmt *t, struct err *e)
{
	int rc = stmt_row(t, e);

	if (rc == 1) {
		stmt_reset(t);
		return err_set(e, 0, "a row where none was expected");
	}
	return rc;
}

struct span stmt_get_span(struct stmt *t, int column)
{
	const char *p = (const char *)sqlite3_column_text(t->s, column);

	return (struct span){p, p ? (size_t)sqlite3_column_bytes(t->s, column) : 0};
}

const char *stmt_get_str(struct stmt *t, int column)
{
	const char *p = (const char *)sqlite3_column_text(t->s, column);

	return p ? p : "";
}

int64_t stmt_get_i64(struct stmt *t, int column)
{
	return sqlite3_column_int64(t->s, column);
}

double stmt_get_real(struct stmt *t, int column)
{
	return sqlite3_column_double(t->s, column);
}

bool stmt_is_null(struct stmt *t, int column)
{
	return sqlite3_column_type(t->s, column) == SQLITE_NULL;
}

int stmt_exec(sqlite3 *db, const char *sql, struct err *e)
{
	if (sqlite3_exec(db, sql, NULL, NULL, NULL) != SQLITE_OK)
		return err_set(e, 0, "%s", sqlite3_errmsg(db));
	return 0;
}
