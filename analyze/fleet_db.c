#include "analyze/fleet_db.h"

#include <assert.h>
#include <string.h>

#include "schema/span.h"

#define APPLICATION_ID 0x4E54464C /* 'NTFL' */
#define BUSY_MS        60000      /* another writer holds the file for one bundle at a time */
#define SQL_BYTES      400

static const char schema[] = {
#include "fleet.sql.inc"
	0,
};

const char *const fleet_tables[] = {
	"bundle", "finding", "evidence", "rule_result", "metric", "metric_slice", "setting",
};
const size_t fleet_tables_count = sizeof(fleet_tables) / sizeof(fleet_tables[0]);

void fleet_ddl(struct buf *b, enum fleet_engine engine)
{
	const struct span mark = engine == FLEET_SQLITE ? SPAN("/*sqlite ") : SPAN("/*pg ");
	struct span rest = {schema, sizeof(schema) - 1};
	bool inside = false;

	while (rest.n) {
		if (!inside && span_skip(&rest, mark)) {
			inside = true;
		} else if (inside && span_skip(&rest, SPAN("*/"))) {
			inside = false;
		} else {
			buf_char(b, rest.p[0]);
			rest = span_sub(rest, 1, rest.n);
		}
	}
}

static int get_i64(sqlite3 *db, const char *sql, int64_t *v, struct err *e)
{
	struct stmt q;
	int rc;

	if (stmt_prepare(&q, db, sql, e))
		return -1;
	rc = stmt_row(&q, e);
	if (rc == 1)
		*v = stmt_get_i64(&q, 0);
	stmt_done(&q);
	return rc < 0 ? -1 : 0;
}

static int create(sqlite3 *db, struct err *e)
{
	char sql[sizeof(schema) + SQL_BYTES];
	struct buf b = BUF_OVER(sql);

	fleet_ddl(&b, FLEET_SQLITE);
	buf_fmt(&b, "PRAGMA application_id = %d; PRAGMA user_version = %d;", APPLICATION_ID,
	        FLEET_VERSION);
	assert(!b.cut);
	return stmt_exec(db, buf_cstr(&b), e);
}

/* Inside a transaction, so that of two writers one makes the tables. */
static int make_or_check(sqlite3 *db, const char *path, struct err *e)
{
	int64_t tables = 0, application = 0, version = 0;

	if (get_i64(db, "SELECT count(*) FROM sqlite_master", &tables, e) ||
	    get_i64(db, "PRAGMA application_id", &application, e) ||
	    get_i64(db, "PRAGMA user_version", &version, e))
		return -1;
	if (tables == 0 && application == 0)
		return create(db, e);
	if (application != APPLICATION_ID)
		return err_set(e, 0, "%s is a database of something else, and is left alone", path);
	if (version != FLEET_VERSION)
		return err_set(e, 0,
		               "%s is a fleet database of version %lld, this program's is %d: "
		               "gather the bundles into a new file",
		               path, (long long)version, FLEET_VERSION);
	return 0;
}

static int open_checked(sqlite3 *db, const char *path, struct err *e)
{
	if (stmt_exec(db, "PRAGMA trusted_schema = OFF; BEGIN IMMEDIATE", e))
		return -1;
	if (make_or_check(db, path, e))
		return -1; /* closing it rolls back */
	return stmt_exec(db, "COMMIT", e);
}

int fleet_db_open(sqlite3 **db, const char *path, struct err *e)
{
	struct err why = {0};

	/* SQLite's name for a database that is on disk only where memory does not do */
	if (sqlite3_open_v2(path ? path : "", db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE,
	                    NULL) != SQLITE_OK)
		return err_set(e, 0, "%s: %s", path ? path : "temporary database",
		               *db ? sqlite3_errmsg(*db) : "out of memory");
	(void)sqlite3_busy_timeout(*db, BUSY_MS);
	if ((!path && stmt_exec(*db, "PRAGMA synchronous = OFF", e)) ||
	    (path && strcmp(path, FLEET_DB_MEMORY) == 0 &&
	     stmt_exec(*db, "PRAGMA temp_store = MEMORY", e)))
		return -1;
	if (open_checked(*db, path, &why)) {
		bool named = path && strstr(why.text, path);

		return err_set(e, 0, "%s%s%s", named || !path ? "" : path,
		               named || !path ? "" : ": ", why.text);
	}
	return 0;
}

void fleet_db_close(sqlite3 *db)
{
	(void)sqlite3_close(db);
}

int64_t fleet_id(const char *sha256)
{
	int64_t id = 0;

	for (int i = 0; i < 15 && sha256[i]; i++) {
		const char digit = sha256[i];

		id = id << 4 | (digit <= '9' ? digit - '0' : (digit | 0x20) - 'a' + 10);
	}
	return id;
}

int fleet_forget(sqlite3 *db, int64_t id, struct err *e)
{
	for (size_t i = 0; i < fleet_tables_count; i++) {
		char sql[SQL_BYTES];
		struct buf b = BUF_OVER(sql);
		struct stmt q;
		int rc;

		buf_fmt(&b, "DELETE FROM %s WHERE %s = ?", fleet_tables[i],
		        i == 0 ? "id" : "bundle");
		if (stmt_prepare(&q, db, buf_cstr(&b), e))
			return -1;
		stmt_i64(&q, id);
		rc = stmt_run(&q, e);
		stmt_done(&q);
		if (rc)
			return -1;
	}
	return 0;
}

int fleet_insert(struct stmt *q, sqlite3 *db, size_t table, struct err *e)
{
	char sql[SQL_BYTES];
	struct buf b = BUF_OVER(sql);
	int columns;

	assert(table < fleet_tables_count);
	buf_fmt(&b, "SELECT * FROM %s", fleet_tables[table]);
	if (stmt_prepare(q, db, buf_cstr(&b), e))
		return -1;
	columns = sqlite3_column_count(q->s);
	stmt_done(q);
	b.n = 0;
	buf_fmt(&b, "INSERT OR IGNORE INTO %s VALUES (?", fleet_tables[table]);
	for (int i = 1; i < columns; i++)
		buf_str(&b, ", ?");
	buf_char(&b, ')');
	return stmt_prepare(q, db, buf_cstr(&b), e);
}
