#include "analyze/copy.h"

#ifdef HAVE_LIBPQ

#include <assert.h>
#include <libpq-fe.h>
#include <stdlib.h>
#include <string.h>

#include "analyze/fleet_db.h"
#include "analyze/pg_text.h"
#include "schema/buf.h"

#define SQL_BYTES   600
#define BLOCK_BYTES 32768
/* Taken while the tables are looked for and made, so that two programs do not both make them. */
#define LOCK "3707112389"

const bool copy_built = true;

struct copy {
	PGconn *pg;
	sqlite3 *db;
	char block[BLOCK_BYTES]; /* of COPY's data, on its way */
	size_t n;
};

/* PostgreSQL's own words, which may be several lines, as one. */
static int complain(const struct copy *c, const char *doing, struct err *e)
{
	char text[300];
	struct buf b = BUF_OVER(text);
	struct span rest = span_trim(span_of(PQerrorMessage(c->pg))), line;

	while (span_line(&rest, &line)) {
		buf_str(&b, b.n ? "; " : "");
		buf_put(&b, span_trim(line));
	}
	return err_set(e, 0, "--copy-to: %s: %s", doing,
	               b.n ? buf_cstr(&b) : "no reason was given");
}

static void quiet(void *user, const char *message)
{
	(void)user;
	(void)message; /* "schema nettape already exists, skipping" */
}

static int run(const struct copy *c, const char *sql, const char *doing, struct err *e)
{
	PGresult *r = PQexec(c->pg, sql);
	ExecStatusType status = PQresultStatus(r);

	PQclear(r);
	if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK && status != PGRES_COPY_IN)
		return complain(c, doing, e);
	return 0;
}

/* The first value of the first row in *text, "" without one. */
static int ask(const struct copy *c, const char *sql, char *text, size_t cap, struct err *e)
{
	PGresult *r = PQexec(c->pg, sql);
	struct buf b = {.p = text, .cap = cap};
	int rc = 0;

	if (PQresultStatus(r) != PGRES_TUPLES_OK)
		rc = complain(c, "looking at its tables", e);
	else if (PQntuples(r) > 0 && !PQgetisnull(r, 0, 0))
		buf_str(&b, PQgetvalue(r, 0, 0));
	(void)buf_cstr(&b);
	PQclear(r);
	return rc;
}

static int make_tables(const struct copy *c, struct err *e)
{
	struct buf b = {.cap = 32768};
	int rc;

	b.p = malloc(b.cap);
	if (!b.p)
		return err_set(e, 0, "out of memory");
	fleet_ddl(&b, FLEET_POSTGRESQL);
	assert(!b.cut);
	rc = run(c, buf_cstr(&b), "making the tables", e);
	free(b.p);
	return rc;
}

static int find_tables(const struct copy *c, struct err *e)
{
	char there[100], version[32], mine[32];
	struct buf b = BUF_OVER(mine);

	if (run(c, "SELECT pg_advisory_xact_lock(" LOCK ")", "waiting for others", e) ||
	    ask(c, "SELECT to_regclass('nettape.fleet_schema')", there, sizeof(there), e))
		return -1;
	if (!there[0] && run(c, "CREATE SCHEMA IF NOT EXISTS nettape", "making the schema", e))
		return -1;
	if (run(c, "SET LOCAL search_path = nettape, pg_catalog", "choosing the schema", e))
		return -1;
	if (!there[0])
		return make_tables(c, e);
	if (ask(c, "SELECT version FROM fleet_schema", version, sizeof(version), e))
		return -1;
	buf_u64(&b, FLEET_VERSION);
	if (strcmp(version, buf_cstr(&b)) != 0)
		return err_set(
			e, 0, "--copy-to: the tables there are of version %s, this program's of %s",
			version, mine);
	return 0;
}

/* '2026-08-23' and nothing else becomes part of a statement. */
static bool is_day(const char *s)
{
	static const char form[] = "dddd-dd-dd";

	for (size_t i = 0; i < sizeof(form); i++)
		if (form[i] == 'd' ? s[i] < '0' || s[i] > '9' : s[i] != form[i])
			return false;
	return true;
}

/* Unless one of another extent, made by whoever keeps that database, holds the day already. */
static int make_partition(const struct copy *c, size_t table, const char *day, const char *next,
                          struct err *e)
{
	static const char overlaps[] = "42P17";
	char sql[SQL_BYTES];
	struct buf b = BUF_OVER(sql);
	PGresult *r;
	bool fine;

	buf_fmt(&b,
	        "SAVEPOINT part; CREATE TABLE IF NOT EXISTS %s_%.4s%.2s%.2s PARTITION OF %s"
	        " FOR VALUES FROM ('%s') TO ('%s'); RELEASE part",
	        fleet_tables[table], day, day + 5, day + 8, fleet_tables[table], day, next);
	assert(!b.cut);
	r = PQexec(c->pg, buf_cstr(&b));
	fine = PQresultStatus(r) == PGRES_COMMAND_OK;
	if (!fine && PQresultErrorField(r, PG_DIAG_SQLSTATE) &&
	    strcmp(PQresultErrorField(r, PG_DIAG_SQLSTATE), overlaps) == 0)
		fine = run(c, "ROLLBACK TO part; RELEASE part", "making a partition", e) == 0;
	PQclear(r);
	return fine ? 0 : complain(c, "making a partition", e);
}

static int make_partitions(const struct copy *c, struct err *e)
{
	struct stmt q;
	int rc;

	if (stmt_prepare(&q, c->db,
	                 "SELECT DISTINCT day, date(day, '+1 day') FROM bundle"
	                 " WHERE id IN (SELECT id FROM given) ORDER BY day",
	                 e))
		return -1;
	while ((rc = stmt_row(&q, e)) == 1) {
		const char *day = stmt_get_str(&q, 0), *next = stmt_get_str(&q, 1);

		if (!is_day(day) || !is_day(next))
			rc = err_set(e, 0, "--copy-to: a bundle's day is none: %.20s", day);
		for (size_t i = 0; rc == 1 && i < fleet_tables_count; i++)
			if (make_partition(c, i, day, next, e))
				rc = -1;
		if (rc < 0)
			break;
	}
	stmt_done(&q);
	return rc;
}

static int flush(struct copy *c, struct err *e)
{
	int rc = c->n ? PQputCopyData(c->pg, c->block, (int)c->n) : 1;

	c->n = 0;
	return rc == 1 ? 0 : complain(c, "sending rows", e);
}

static int put(struct copy *c, struct span s, struct err *e)
{
	struct buf b = {.p = c->block, .cap = sizeof(c->block)};

	while (s.n) {
		if (sizeof(c->block) - c->n < PG_CHAR_BYTES && flush(c, e))
			return -1;
		b.n = c->n;
		s = span_sub(s, pg_char_put(&b, s), s.n);
		c->n = b.n;
	}
	return 0;
}

/* Marks of the format itself. */
static int put_mark(struct copy *c, const char *mark, struct err *e)
{
	struct buf b = {.p = c->block, .cap = sizeof(c->block)};

	if (sizeof(c->block) - c->n < PG_CHAR_BYTES && flush(c, e))
		return -1;
	b.n = c->n;
	buf_str(&b, mark);
	c->n = b.n;
	return 0;
}

static int put_value(struct copy *c, struct stmt *row, int column, struct err *e)
{
	char text[40];
	struct buf b = BUF_OVER(text);

	if (stmt_is_null(row, column))
		return put_mark(c, PG_NULL, e);
	if (sqlite3_column_type(row->s, column) != SQLITE_FLOAT)
		return put(c, stmt_get_span(row, column), e);
	buf_fmt(&b, "%.17g", stmt_get_real(row, column));
	return put(c, buf_span(&b), e);
}

static int put_row(struct copy *c, struct stmt *row, struct err *e)
{
	int n = sqlite3_column_count(row->s);

	for (int i = 0; i < n; i++)
		if ((i && put_mark(c, "\t", e)) || put_value(c, row, i, e))
			return -1;
	return put_mark(c, "\n", e);
}

static int end_copy(const struct copy *c, bool good, struct err *e)
{
	PGresult *r;
	int rc = PQputCopyEnd(c->pg, good ? NULL : "given up") == 1 ? 0 : -1;

	while ((r = PQgetResult(c->pg))) {
		if (PQresultStatus(r) != PGRES_COMMAND_OK)
			rc = -1;
		PQclear(r);
	}
	return rc && good ? complain(c, "loading rows", e) : rc;
}

/* A table's rows into a temporary one beside it. */
static int send_table(struct copy *c, size_t table, struct err *e)
{
	const char *name = fleet_tables[table];
	char sql[SQL_BYTES];
	struct buf b = BUF_OVER(sql);
	struct stmt row;
	int rc;

	buf_fmt(&b, "CREATE TEMP TABLE in_%s (LIKE %s) ON COMMIT DROP; COPY in_%s FROM STDIN", name,
	        name, name);
	if (run(c, buf_cstr(&b), "making room", e))
		return -1;
	b.n = 0;
	buf_fmt(&b, "SELECT * FROM %s WHERE %s IN (SELECT id FROM given)", name,
	        table == 0 ? "id" : "bundle");
	rc = stmt_prepare(&row, c->db, buf_cstr(&b), e);
	while (rc == 0 && (rc = stmt_row(&row, e)) == 1)
		rc = put_row(c, &row, e);
	stmt_done(&row);
	if (rc == 0)
		rc = flush(c, e);
	return end_copy(c, rc == 0, e) || rc ? -1 : 0;
}

/* What could not be judged this time does not take the place of what could be. */
static int keep_good(const struct copy *c, size_t *kept, struct err *e)
{
	char n[32];
	uint64_t rows = 0;

	if (ask(c,
	        "WITH gone AS (DELETE FROM in_bundle i USING bundle b"
	        " WHERE i.id = b.id AND i.error IS NOT NULL AND b.error IS NULL RETURNING i.id)"
	        " SELECT count(*) FROM gone",
	        n, sizeof(n), e))
		return -1;
	(void)span_u64(span_of(n), SIZE_MAX, &rows);
	*kept = (size_t)rows;
	return 0;
}

/* What is there of those bundles goes, on whatever day it was filed; then theirs come. */
static int replace(const struct copy *c, struct err *e)
{
	if (run(c,
	        "CREATE TEMP TABLE old_bundle ON COMMIT DROP AS"
	        " SELECT b.id, b.day FROM bundle b JOIN in_bundle i ON i.id = b.id",
	        "looking for the same bundles", e))
		return -1;
	for (size_t i = 0; i < fleet_tables_count; i++) {
		const char *name = fleet_tables[i];
		char sql[SQL_BYTES];
		struct buf b = BUF_OVER(sql);

		buf_fmt(&b,
		        "DELETE FROM %s t USING old_bundle o WHERE t.%s = o.id AND t.day = o.day;"
		        " INSERT INTO %s SELECT * FROM in_%s ON CONFLICT DO NOTHING",
		        name, i == 0 ? "id" : "bundle", name, name);
		if (run(c, buf_cstr(&b), "storing rows", e))
			return -1;
	}
	return 0;
}

static int load(struct copy *c, size_t *kept, struct err *e)
{
	if (PQstatus(c->pg) != CONNECTION_OK)
		return complain(c, "no connection", e);
	(void)PQsetNoticeProcessor(c->pg, quiet, NULL);
	if (PQsetClientEncoding(c->pg, "UTF8") != 0)
		return complain(c, "no UTF-8", e);
	if (run(c, "BEGIN", "beginning", e) || find_tables(c, e) || make_partitions(c, e))
		return -1;
	for (size_t i = 0; i < fleet_tables_count; i++)
		if (send_table(c, i, e))
			return -1;
	return keep_good(c, kept, e) || replace(c, e) || run(c, "COMMIT", "keeping it", e) ? -1 : 0;
}

/* NULL and *e only without memory; PQfinish it. */
static PGconn *open_uri(const char *uri, struct err *e)
{
	/* dbname may be a whole URI, whose parameters win over those before it */
	const char *const keys[] = {"connect_timeout", "fallback_application_name", "dbname", NULL};
	const char *const values[] = {"20", "nettape-analyze", uri, NULL};
	PGconn *pg = PQconnectdbParams(keys, values, 1);

	if (!pg)
		(void)err_set(e, 0, "out of memory");
	return pg;
}

int copy_check(const char *uri, struct err *e)
{
	struct copy *c = calloc(1, sizeof(*c));
	int rc = -1;

	if (!c)
		return err_set(e, 0, "out of memory");
	c->pg = open_uri(uri, e);
	if (c->pg)
		rc = PQstatus(c->pg) == CONNECTION_OK ? 0 : complain(c, "no connection", e);
	PQfinish(c->pg);
	free(c);
	return rc;
}

int copy_to(sqlite3 *fleet, const char *uri, size_t *kept, struct err *e)
{
	struct copy *c = calloc(1, sizeof(*c));
	int rc = -1;

	if (!c)
		return err_set(e, 0, "out of memory");
	c->db = fleet;
	c->pg = open_uri(uri, e);
	if (c->pg)
		rc = load(c, kept, e);
	PQfinish(c->pg); /* without COMMIT nothing of it stays */
	free(c);
	return rc;
}

#else

const bool copy_built = false;

int copy_to(struct sqlite3 *fleet, const char *uri, size_t *kept, struct err *e)
{
	(void)fleet;
	(void)kept;
	return copy_check(uri, e);
}

int copy_check(const char *uri, struct err *e)
{
	(void)uri;
	return err_set(e, 0,
	               "--copy-to: this program was built without PostgreSQL: install libpq's "
	               "headers (libpq-dev) and build it again, or load the file of --fleet-db");
}

#endif
