#include "analyze/compare.h"

#include "analyze/facts.h"
#include "analyze/fleet_db.h"
#include "analyze/section.h"
#include "analyze/sqlfunc.h"
#include "analyze/summary.h"
#include "analyze/unused.h"
#include "version.h"

static const char tables_sql[] = "CREATE TEMP TABLE side(side TEXT PRIMARY KEY, id INT, path TEXT);"
				 "CREATE TEMP TABLE skipped(side TEXT, rule TEXT, entity TEXT);"
				 "CREATE TEMP TABLE entity(side TEXT, name TEXT);"
				 "CREATE TEMP TABLE shown(all_rows INT);";
static const char pairs_sql[] = {
#include "compare.sql.inc"
	0,
};
static const char facts_sql[] = {
#include "compare_facts.sql.inc"
	0,
};

static int put_side(sqlite3 *db, const char *side, int64_t id, const char *path, struct err *e)
{
	struct stmt q;
	int rc;

	if (stmt_prepare(&q, db, "INSERT INTO side VALUES (?, ?, ?)", e))
		return -1;
	stmt_str(&q, side);
	stmt_i64(&q, id);
	stmt_str(&q, path);
	rc = stmt_run(&q, e);
	stmt_done(&q);
	return rc;
}

/* Of each rule what it looked at without being able to judge it. */
static int put_skipped(sqlite3 *db, const char *side, const struct report *r, struct err *e)
{
	struct stmt q;
	int rc;

	if (stmt_prepare(&q, db, "INSERT INTO skipped VALUES (?, ?, ?)", e))
		return -1;
	rc = 0;
	for (const struct rule_result *x = r->results; x < r->results + r->results_n; x++)
		for (size_t i = 0; i < x->skipped && rc == 0; i++) {
			stmt_str(&q, side);
			stmt_str(&q, x->rule);
			stmt_str(&q, x->skipped_names[i]);
			rc = stmt_run(&q, e);
		}
	stmt_done(&q);
	return rc;
}

/* What the store knows of by name: a listener that is gone has no full queue any more. */
static int put_entities(sqlite3 *db, const char *side, sqlite3 *store, struct err *e)
{
	struct stmt from, into;
	int rc;

	if (stmt_prepare(&from, store, "SELECT DISTINCT entity FROM series WHERE entity <> ''", e))
		return -1;
	if (stmt_prepare(&into, db, "INSERT INTO entity VALUES (?, ?)", e)) {
		stmt_done(&from);
		return -1;
	}
	while ((rc = stmt_row(&from, e)) == 1) {
		stmt_str(&into, side);
		stmt_span(&into, stmt_get_span(&from, 0));
		if ((rc = stmt_run(&into, e)) < 0)
			break;
	}
	stmt_done(&from);
	stmt_done(&into);
	return rc;
}

/* "a.tar, b.tar": what the side is called. */
static const char *name_of(const struct compare_side *side, struct arena *a)
{
	const char *name = side->paths[0];

	for (size_t i = 1; i < side->n; i++)
		name = arena_fmt(a, "%s, %s", name, side->paths[i]);
	return name;
}

static int take_side(struct comparison *c, const char *side, const struct compare_side *of,
                     const struct compare_want *want, struct err *e)
{
	const char *path = name_of(of, &c->arena);
	struct diagnose_want how = want->host;
	struct diagnosis d = {0};
	int rc;

	how.sections = ""; /* those of one bundle nobody reads */
	how.no_report = false;
	how.join = of->paths;
	how.join_n = of->n > 1 ? of->n : 0;
	rc = diagnose(&d, of->paths[0], want->rules, &how, e) || stmt_exec(c->db, "BEGIN", e) ||
	     summary_put(&d, path, c->db, e) || put_side(c->db, side, summary_id(&d), path, e) ||
	     put_skipped(c->db, side, &d.report, e) ||
	     put_entities(c->db, side, store_db(d.store), e) || stmt_exec(c->db, "COMMIT", e);
	diagnose_free(&d);
	return rc ? -1 : 0;
}

static int check_two(struct comparison *c, const struct compare_want *want, struct err *e)
{
	struct stmt q;
	int rc;

	if (stmt_prepare(&q, c->db, "SELECT count(DISTINCT id) FROM side", e))
		return -1;
	rc = stmt_row(&q, e);
	if (rc == 1 && stmt_get_i64(&q, 0) < 2)
		rc = err_set(e, 0, "--compare: %s and %s are the same recording",
		             name_of(&want->old, &c->arena), name_of(&want->new, &c->arena));
	stmt_done(&q);
	return rc < 0 ? -1 : 0;
}

static bool counted(const struct report *r, const char *fact)
{
	return !span_eq(span_of(report_fact(r, fact)), SPAN("0"));
}

int compare_open(sqlite3 **db, bool all, struct err *e)
{
	const char *rows = all ? "INSERT INTO shown VALUES (1)" : "INSERT INTO shown VALUES (0)";

	if (fleet_db_open(db, FLEET_DB_MEMORY, e) || sqlfunc_register(*db, e))
		return -1;
	return stmt_exec(*db, tables_sql, e) || stmt_exec(*db, rows, e) ? -1 : 0;
}

int compare_pairs(sqlite3 *db, struct err *e)
{
	return stmt_exec(db, pairs_sql, e);
}

int compare(struct comparison *c, const struct compare_want *want, struct err *e)
{
	c->report.tool_version = NETTAPE_VERSION;
	if (compare_open(&c->db, want->all, e) || take_side(c, "old", &want->old, want, e) ||
	    take_side(c, "new", &want->new, want, e) || check_two(c, want, e))
		return -1;
	if (compare_pairs(c->db, e) || facts_of_many(c->db, facts_sql, &c->arena, &c->report, e) ||
	    unused_of_many(&want->rules->site, c->db, "SELECT id FROM side", &c->report, &c->arena,
	                   e) ||
	    sections_run(c->db, &c->arena, SECTIONS_COMPARE, want->section, want->all, &c->report,
	                 e))
		return -1;
	c->report.settings_n = site_settings(&want->rules->site, &c->arena, &c->report.settings);
	c->unsure = counted(&c->report, "unsure") || counted(&c->report, "blind");
	return 0;
}

void compare_free(struct comparison *c)
{
	fleet_db_close(c->db);
	arena_free(&c->arena);
}
