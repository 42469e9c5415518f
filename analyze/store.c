#include "analyze/store.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "analyze/sql_heap.h"
#include "analyze/store_impl.h"
#include "schema/buf.h"

static const char schema_sql[] = {
#include "db.sql.inc"
	0};

/* schema/db.sql with the columns of sock.def in place of their mark. */
static int create(struct store *s, struct err *e)
{
	static const struct span mark = SPAN_INIT("@SOCK_COLUMNS@");
	struct span sql = {schema_sql, sizeof(schema_sql) - 1};
	size_t cap = sql.n + SOCK_FIELD_COUNT * (size_t)40, at = span_search(sql, mark);
	struct buf b = {.p = must_alloc(cap), .cap = cap};
	int rc;

	buf_put(&b, span_sub(sql, 0, at));
	for (int i = 0; i < SOCK_FIELD_COUNT; i++) {
		buf_str(&b, i ? ", " : "");
		buf_str(&b, sock_columns[i].name);
		buf_str(&b, " INT");
	}
	buf_put(&b, span_sub(sql, at + mark.n, sql.n));
	rc = stmt_exec(s->db, buf_cstr(&b), e);
	free(b.p);
	return rc;
}

static const char bundle_sql[] = {
#include "bundle.sql.inc"
	0};

static int prepare(struct store *s, struct err *e)
{
	const struct {
		struct stmt *stmt;
		const char *sql;
	} all[] = {
		{&s->put_meta,      "INSERT OR REPLACE INTO meta VALUES(?,?)"                },
		{&s->get_meta,      "SELECT v FROM meta WHERE k = ?"                         },
		{&s->put_snapshot,  "INSERT OR REPLACE INTO snapshot VALUES(?,?,?,?,?,?,?,?)"},
		{&s->put_capture,   "INSERT INTO capture VALUES(?,?,?,?,?,?,?,?,?,?)"        },
		{&s->put_note,      "INSERT INTO note VALUES(?,?,?,?)"                       },
		{&s->put_endpoint,  "INSERT OR IGNORE INTO endpoint VALUES(?,?,?,?)"         },
		{&s->drop_endpoint, "DELETE FROM endpoint WHERE substr(router, 1, ?1) = ?2"  },
		{&s->put_irq,       "INSERT OR REPLACE INTO irq VALUES(?,NULL,NULL,?,NULL)"  },
		{&s->put_bundle,    bundle_sql					       },
	};

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		if (stmt_prepare(all[i].stmt, s->db, all[i].sql, e) < 0)
			return -1;
	return 0;
}

static const char fast_sql[] = "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; "
			       "PRAGMA locking_mode = EXCLUSIVE; PRAGMA temp_store = MEMORY; "
			       "PRAGMA secure_delete = OFF; BEGIN";

static int open_db(struct store *s, const char *path, struct err *e)
{
	size_t n = path ? strlen(path) : 0;
	struct buf temp;

	if (path) {
		temp = (struct buf){.p = must_alloc(n + 5), .cap = n + 5};
		buf_str(&temp, path);
		buf_str(&temp, ".tmp");
		s->temp = temp.p;
		s->path = (char *)(uintptr_t)must_copy(span_of(path)).p;
		(void)unlink(s->temp);
	}
	/* no thread but this one: its locks would cost a twentieth; refused, and fine, from the
	 * second store on */
	(void)sqlite3_config(SQLITE_CONFIG_SINGLETHREAD);
	sql_heap_use();
	if (sqlite3_open(path ? s->temp : ":memory:", &s->db) != SQLITE_OK)
		return err_set(e, 0, "open %s: %s", path ? s->temp : "the store",
		               sqlite3_errmsg(s->db));
	return 0;
}

struct store *store_open(const char *path, struct err *e)
{
	struct store *s = must_alloc(sizeof(*s));

	store_emit_init(&s->emit);
	if (open_db(s, path, e) < 0 || create(s, e) < 0 || stmt_exec(s->db, fast_sql, e) < 0 ||
	    prepare(s, e) < 0 || !(s->tcp = tcp_fold_open(s->db, e)) ||
	    !(s->l5d = l5d_fold_open(s->db, e)) || !(s->samples = sample_run_open(s->db, e))) {
		store_close(s);
		return NULL;
	}
	return s;
}

struct sqlite3 *store_db(struct store *s)
{
	return s->db;
}

static void free_member(struct member *m)
{
	free((void *)(uintptr_t)m->key.p);
	free((void *)(uintptr_t)m->entity.p);
	free(m->order);
	free(m);
}

static void free_tables(struct store *s)
{
	for (size_t i = 0; i < s->members.cap; i++)
		if (s->members.slots[i].value)
			free_member(s->members.slots[i].value);
	for (size_t i = 0; i < s->series.cap; i++)
		if (s->series.slots[i].value)
			series_free(s->series.slots[i].value);
	for (size_t i = 0; i < s->sources.cap; i++)
		free(s->sources.slots[i].value);
	table_free(&s->members);
	table_free(&s->series);
	table_free(&s->sources);
}

void store_close(struct store *s)
{
	if (!s)
		return;
	stmt_done(&s->put_meta);
	stmt_done(&s->get_meta);
	stmt_done(&s->put_snapshot);
	stmt_done(&s->put_capture);
	stmt_done(&s->put_note);
	stmt_done(&s->put_endpoint);
	stmt_done(&s->drop_endpoint);
	stmt_done(&s->put_irq);
	stmt_done(&s->put_bundle);
	if (s->tcp)
		tcp_fold_close(s->tcp);
	if (s->l5d)
		l5d_fold_close(s->l5d);
	sample_run_close(s->samples);
	(void)sqlite3_close(s->db);
	if (s->temp && !s->sealed)
		(void)unlink(s->temp);
	free_tables(s);
	free(s->path);
	free(s->temp);
	free(s->pending);
	free(s->text);
	free(s->touched);
	free(s);
}
