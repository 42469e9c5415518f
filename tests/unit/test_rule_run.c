#include "analyze/rule_run.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "analyze/stmt.h"
#include "analyze/store.h"
#include "schema/timefmt.h"

#define HEAD                                                                                       \
	"-- rule: area/name\n-- version: 1\n-- title: T\n-- requires: softnet >= 2\n"              \
	"-- message: {entity} lost {drops}, worst at {at}; limit {:limit}\n"                       \
	"-- remedy: set {:limit}\n-- param: limit packets l\n"
#define DROPS                                                                                      \
	"SELECT CASE WHEN increase > coalesce(:limit, 5) THEN 'warn' ELSE 'ok' END AS level,"      \
	" entity, increase AS drops, peak_snap AS at FROM counter WHERE source = 'softnet'"        \
	" ORDER BY entity"

struct fixture {
	struct store *store;
	struct arena arena;
	struct err e;
	struct site site;
	struct rule_entry entry;
	struct rule_outcome out;
};

static void tick(struct store *s, uint64_t snap, uint64_t cpu1)
{
	struct emit *out =
		store_member(s, &(struct store_member){.member = SPAN("proc/net/softnet_stat"),
	                                               .source = "softnet"});

	emit_u64(out, SPAN("cpu0"), SPAN("dropped"), KIND_COUNTER32, UNIT_COUNT, 7);
	emit_u64(out, SPAN("cpu1"), SPAN("dropped"), KIND_COUNTER32, UNIT_COUNT, cpu1);
	store_tick(s, &(struct store_tick){.snap = snap,
	                                   .realtime_ns = INT64_C(1767225600) * NS_PER_S +
	                                                  (int64_t)snap * NS_PER_S,
	                                   .monotonic_ns = (int64_t)(snap + 1) * NS_PER_S});
}

static int setup(void **state)
{
	static struct fixture f;

	f = (struct fixture){0};
	f.store = store_open(NULL, &f.e);
	if (!f.store)
		return -1;
	for (uint64_t i = 0; i < 4; i++)
		tick(f.store, i, i < 2 ? 0 : 40);
	*state = &f;
	return store_seal(f.store, &f.e);
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	store_close(f->store);
	arena_free(&f->arena);
	return 0;
}

static void run(struct fixture *f, const char *text)
{
	struct runner *r;

	assert_int_equal(rule_parse(&f->entry.rule, "x.sql", span_of(text), &f->arena, &f->e), 0);
	r = runner_open(store_db(f->store), &f->site, &f->arena, &f->e);
	assert_non_null(r);
	assert_int_equal(runner_run(r, &f->entry, &f->out, &f->e), 0);
	runner_close(r);
}

static int64_t count(struct fixture *f, const char *sql)
{
	struct stmt t;
	int64_t n = -1;

	assert_int_equal(stmt_prepare(&t, store_db(f->store), sql, &f->e), 0);
	if (stmt_row(&t, &f->e) == 1)
		n = stmt_get_i64(&t, 0);
	stmt_done(&t);
	return n;
}

/* ---- what a rule may say ---- */

static void a_row_above_ok_is_a_finding(void **state)
{
	struct fixture *f = *state;
	const struct finding *x;

	run(f, HEAD DROPS);
	assert_int_equal(f->out.result.outcome, OUTCOME_FINDINGS);
	assert_int_equal(f->out.result.ok, 1);
	assert_int_equal(f->out.findings_n, 1);
	x = &f->out.findings[0].f;
	assert_string_equal(x->entity, "cpu1");
	assert_string_equal(x->message, "cpu1 lost 40, worst at 2026-01-01 00:00:02Z; limit 5");
	assert_string_equal(x->remedy, "set 5");
	assert_string_equal(x->at_text, "2026-01-01 00:00:02Z");
	assert_string_equal(x->first_text, "");
	assert_null(x->hits_what);
	assert_string_equal(x->member, "snap/000002/proc/net/softnet_stat");
	assert_int_equal(x->evidence_n, 1);
	assert_string_equal(x->evidence[0].name, "drops");
	assert_int_equal(x->evidence[0].value.v.i, 40);
	assert_int_equal(count(f, "SELECT count(*) FROM finding WHERE rule = 'area/name' AND "
	                          "entity = 'cpu1' AND at = 2 AND level = 'warn'"),
	                 1);
}

static void a_finding_says_when_it_was_and_how_often(void **state)
{
	struct fixture *f = *state;
	const struct finding *x;

	run(f,
	    HEAD "SELECT 'warn' AS level, '' AS entity, 1 AS drops, coalesce(:limit, 5) AS l, 1 AS "
	         "first_at, 3 AS last_at, 2 AS at, 2 AS intervals_hit, 1 AS bad_intervals, 3 AS "
	         "intervals");
	x = &f->out.findings[0].f;
	assert_string_equal(x->first_text, "2026-01-01 00:00:01Z");
	assert_string_equal(x->last_text, "2026-01-01 00:00:03Z");
	assert_int_equal(x->hits, 2);
	assert_int_equal(x->hits_of, 3);
	assert_string_equal(x->hits_what, "intervals");
	run(f, HEAD
	    "SELECT 'warn' AS level, 'a' AS entity, 1 AS drops, coalesce(:limit, 5) AS l, 2 AS "
	    "waiting_captures, 9 AS captures, 7 AS intervals");
	x = &f->out.findings[0].f;
	assert_int_equal(x->hits, 2);
	assert_int_equal(x->hits_of, 9);
	assert_string_equal(x->hits_what, "captures");
	run(f, HEAD "SELECT 'warn' AS level, 'c' AS entity, 1 AS drops, coalesce(:limit, 5) AS l, "
	            "4 AS hit_minutes, 9 AS bad_captures");
	x = &f->out.findings[0].f;
	assert_int_equal(x->hits, 4);
	assert_int_equal(x->hits_of, -1);
	assert_string_equal(x->hits_what, "minutes");
	run(f, HEAD
	    "SELECT 'warn' AS level, 'b' AS entity, 1 AS drops, coalesce(:limit, 5) AS l, 9 AS "
	    "intervals_hit, 3 AS intervals");
	assert_null(f->out.findings[0].f.hits_what);
}

static void a_number_of_a_text_brings_its_unit(void **state)
{
	struct fixture *f = *state;

	run(f, "-- rule: area/name\n-- version: 1\n-- title: T\n-- requires: softnet >= 2\n"
	       "-- message: {q_bytes}, {wait_ns} of {:most_bytes}\n"
	       "-- remedy: sysctl -w x={q_bytes:raw} y={:most_bytes:raw}\n"
	       "-- param: most_bytes bytes m\n"
	       "SELECT 'warn' AS level, '' AS entity, 65536 AS q_bytes, 1500000 AS wait_ns, "
	       "coalesce(:most_bytes, 1e6) AS l");
	assert_string_equal(f->out.findings[0].f.message, "64 KiB, 1.5 ms of 977 KiB");
	assert_string_equal(f->out.findings[0].f.remedy, "sysctl -w x=65536 y=1e6");
}

static void no_row_is_not_ok(void **state)
{
	struct fixture *f = *state;

	run(f, HEAD "SELECT 'ok' AS level, '' AS entity, 1 AS drops, coalesce(:limit, 5) AS at "
	            "FROM counter WHERE 0");
	assert_int_equal(f->out.result.outcome, OUTCOME_NOT_EVALUATED);
	assert_string_equal(f->out.result.why, "nothing to examine was found");
}

static void rows_that_could_not_be_judged_are_not_ok(void **state)
{
	struct fixture *f = *state;

	run(f, HEAD "SELECT 'skip' AS level, '' AS entity, 'no peer is known' AS why");
	assert_int_equal(f->out.result.outcome, OUTCOME_NOT_EVALUATED);
	assert_string_equal(f->out.result.why, "no peer is known");
	assert_int_equal(f->out.result.skipped, 1);
}

static void what_a_skipped_row_lacks_is_no_number_of_a_finding(void **state)
{
	struct fixture *f = *state;

	run(f, HEAD "SELECT 'warn' AS level, '' AS entity, 7 AS drops, 'no peer' AS why, 1 AS _x");
	assert_int_equal(f->out.findings_n, 1);
	assert_int_equal(f->out.findings[0].f.evidence_n, 1);
	assert_string_equal(f->out.findings[0].f.evidence[0].name, "drops");
}

static void a_source_that_lacks_captures_is_the_reason(void **state)
{
	struct fixture *f = *state;

	run(f,
	    "-- rule: a/b\n-- version: 1\n-- title: T\n-- requires: softnet >= 9\n-- message: m\n"
	    "SELECT 1");
	assert_int_equal(f->out.result.outcome, OUTCOME_NOT_EVALUATED);
	assert_string_equal(f->out.result.why, "softnet: 4 captures, 9 needed");
	run(f, "-- rule: a/b\n-- version: 1\n-- title: T\n-- requires: nothing\n-- message: m\n"
	       "SELECT 1");
	assert_int_equal(f->out.result.outcome, OUTCOME_NOT_EVALUATED);
	assert_string_equal(f->out.result.why, "nothing: not collected");
}

static void a_short_window_is_the_reason(void **state)
{
	struct fixture *f = *state;

	run(f, HEAD "-- min_span: 60s\n" DROPS);
	assert_int_equal(f->out.result.outcome, OUTCOME_NOT_EVALUATED);
	assert_string_equal(
		f->out.result.why,
		"too short: softnet covers 3 s of 60 s; --short-window judges it anyway");
	run(f, HEAD "-- min_span: 3s\n" DROPS);
	assert_int_equal(f->out.result.outcome, OUTCOME_FINDINGS);
}

static void a_short_window_is_judged_on_request(void **state)
{
	struct fixture *f = *state;

	f->site.short_window = true;
	run(f,
	    HEAD "-- min_span: 60s\nSELECT 'warn' AS level, '' AS entity, 3 AS votes, 1 AS drops, "
	         "coalesce(:limit, 5) AS at");
	assert_int_equal(f->out.result.outcome, OUTCOME_FINDINGS);
	assert_string_equal(f->out.findings[0].f.short_of, "judged on 3 s, the rule wants 60 s");
	assert_int_equal(f->out.findings[0].f.votes, 1);
	assert_int_equal(count(f, "SELECT votes FROM finding WHERE rule = 'area/name'"), 1);
	run(f,
	    HEAD "-- min_span: 3s\nSELECT 'warn' AS level, 'a' AS entity, 3 AS votes, 1 AS drops, "
	         "coalesce(:limit, 5) AS at");
	assert_null(f->out.findings[0].f.short_of);
	assert_int_equal(f->out.findings[0].f.votes, 3);
}

static void a_short_window_excuses_no_lack_of_captures(void **state)
{
	struct fixture *f = *state;

	f->site.short_window = true;
	run(f, "-- rule: a/b\n-- version: 1\n-- title: T\n-- requires: softnet >= 9\n"
	       "-- min_span: 60s\n-- message: m\nSELECT 1");
	assert_int_equal(f->out.result.outcome, OUTCOME_NOT_EVALUATED);
	assert_string_equal(f->out.result.why, "softnet: 4 captures, 9 needed");
}

static void what_is_not_here_does_not_apply(void **state)
{
	struct fixture *f = *state;

	run(f, HEAD "-- applies: linkerd\n" DROPS);
	assert_int_equal(f->out.result.outcome, OUTCOME_NOT_APPLICABLE);
	assert_int_equal(stmt_exec(store_db(f->store),
	                           "INSERT OR REPLACE INTO meta VALUES('l5d_asked', 1)", &f->e),
	                 0);
	run(f, HEAD "-- applies: linkerd\n" DROPS);
	assert_int_equal(f->out.result.outcome, OUTCOME_FINDINGS);
}

static void what_is_wanted_only_is_told(void **state)
{
	struct fixture *f = *state;

	run(f, HEAD "-- wants: softnet, sysctl\n" DROPS);
	assert_int_equal(f->out.result.outcome, OUTCOME_FINDINGS);
	assert_string_equal(f->out.result.why, "without sysctl: not collected");
}

static void a_threshold_of_the_site_is_bound(void **state)
{
	struct fixture *f = *state;
	struct rule_entry *v = &f->entry;
	struct rule_set set = {.v = &v, .n = 1};

	run(f, HEAD DROPS);
	assert_int_equal(site_set(&f->site, "area/name.limit=40", &set, &f->arena, &f->e), 0);
	run(f, HEAD DROPS);
	assert_int_equal(f->out.result.outcome, OUTCOME_OK);
}

static void an_earlier_finding_can_be_read(void **state)
{
	struct fixture *f = *state;

	run(f, HEAD DROPS);
	run(f, "-- rule: root-cause/x\n-- version: 1\n-- title: T\n-- requires: finding\n-- "
	       "message: m\n"
	       "SELECT 'info' AS level, entity, 'cpu*' AS explains_entity, count(*) AS n FROM "
	       "finding");
	assert_int_equal(f->out.result.outcome, OUTCOME_FINDINGS);
	assert_string_equal(f->out.findings[0].f.entity, "cpu1");
	assert_string_equal(f->out.findings[0].explains_entity, "cpu*");
}

/* ---- what it may not: research shows what each of these costs unboxed ---- */

static void refused(struct fixture *f, const char *sql, const char *why)
{
	struct timespec from, to;
	char text[2000];
	struct buf b = BUF_OVER(text);

	buf_str(&b, "-- rule: a/b\n-- version: 1\n-- title: T\n-- requires: meta\n-- message: m\n");
	buf_str(&b, sql);
	(void)clock_gettime(CLOCK_MONOTONIC, &from);
	run(f, arena_text(&f->arena, buf_span(&b)));
	(void)clock_gettime(CLOCK_MONOTONIC, &to);
	assert_int_equal(f->out.result.outcome, OUTCOME_ERROR);
	assert_int_equal(f->out.findings_n, 0);
	if (!strstr(f->out.result.why, why))
		fail_msg("%s: %s", sql, f->out.result.why);
	assert_in_range(to.tv_sec - from.tv_sec, 0, 5);
}

#define QUICK "-- timeout: 200ms\n"
#define ROW   "SELECT 'ok' AS level, '' AS entity, "

static void nothing_is_written(void **state)
{
	struct fixture *f = *state;
	const char *only = "nothing but SELECT";

	refused(f, "INSERT INTO meta VALUES('a', 1)", only);
	refused(f, "DELETE FROM meta RETURNING k", only);
	refused(f, "UPDATE meta SET v = 1", only);
	refused(f, "DROP TABLE meta", only);
	refused(f, "CREATE TEMP TABLE x(y)", only);
	refused(f, "ATTACH '/tmp/nettape-attack.db' AS x", only);
	refused(f, "VACUUM INTO '/tmp/nettape-attack.db'", only);
	refused(f, "PRAGMA user_version = 9", only);
	refused(f, "PRAGMA table_info(meta)", only);
	refused(f, "BEGIN", only);
	refused(f, "EXPLAIN SELECT 1", "level and entity");
	assert_int_equal(access("/tmp/nettape-attack.db", F_OK), -1);
	assert_true(count(f, "SELECT count(*) FROM meta WHERE k != 'a'") > 0);
}

static void a_second_statement_is_refused(void **state)
{
	struct fixture *f = *state;

	refused(f, ROW "1; DROP TABLE meta", "more than one statement");
	refused(f, ROW "1; SELECT 2", "more than one statement");
	refused(f, "-- tags: x\n", "no statement");
	run(f, HEAD DROPS "; -- the end\n/* really */ ;\n");
	assert_int_equal(f->out.result.outcome, OUTCOME_FINDINGS);
}

static void only_the_stores_tables_are_read(void **state)
{
	struct fixture *f = *state;

	refused(f, ROW "name FROM sqlite_master", "may not read table sqlite_master");
	refused(f, ROW "1 FROM sqlite_master", "may not read table sqlite_master");
	refused(f, ROW "name FROM pragma_table_info('meta')", "it may");
	refused(f, ROW "1 FROM pragma_table_info('meta')", "it may");
}

static void functions_beyond_the_dialect_are_refused(void **state)
{
	struct fixture *f = *state;

	refused(f, ROW "load_extension('x')", "load_extension");
	refused(f, ROW "fts3_tokenizer('simple')", "");
	refused(f, ROW "readfile('/etc/passwd')", "");
	refused(f, ROW "writefile('/tmp/x', 'y')", "");
	refused(f, ROW "randomblob(900000000)", "may not call function randomblob");
	refused(f, ROW "zeroblob(900000000)", "may not call function zeroblob");
	refused(f, ROW "printf('%.*c', 900000000, 'x')", "may not call function printf");
	refused(f, ROW "random()", "may not call function random");
	refused(f, ROW "iif(1, 2, 3)", "iif");
}

static void endless_work_is_stopped(void **state)
{
	struct fixture *f = *state;

	refused(f,
	        QUICK "WITH RECURSIVE x(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM x) " ROW
	              "sum(n) FROM x",
	        "stopped after 200 ms");
	refused(f,
	        QUICK
	        "WITH RECURSIVE x(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM x LIMIT 20000) " ROW
	        "count(*) FROM x a, x b, x c",
	        "stopped after 200 ms");
	run(f, HEAD DROPS);
	assert_int_equal(f->out.result.outcome, OUTCOME_FINDINGS);
}

static void endless_text_is_stopped(void **state)
{
	struct fixture *f = *state;

	refused(f,
	        QUICK
	        "WITH RECURSIVE x(s) AS (SELECT 'xxxxxxxx' UNION ALL SELECT s || s FROM x) " ROW
	        "max(length(s)) FROM x",
	        "too big");
	refused(f,
	        QUICK "WITH RECURSIVE x(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM x) " ROW
	              "group_concat(n) FROM x",
	        "");
}

static void rows_are_counted(void **state)
{
	refused(*state,
	        "WITH RECURSIVE x(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM x) "
	        "SELECT 'ok' AS level, n AS entity FROM x",
	        "more than 10000 rows");
}

static void a_result_that_is_none_is_an_error(void **state)
{
	struct fixture *f = *state;

	refused(f, "SELECT 'ok' AS level", "level and entity are needed");
	refused(f, "SELECT 'bad' AS level, '' AS entity", "'bad' is no level");
	refused(f, "SELECT 'ok' AS level, NULL AS entity", "a row without entity");
	refused(f, "SELECT 'warn' AS level, 'x' AS entity UNION ALL SELECT 'crit', 'x'",
	        "two rows for entity 'x'");
	refused(f, "SELECT 'ok' AS level, '' AS entity,\n nothing FROM meta", "nothing");
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(a_row_above_ok_is_a_finding),
		TEST(a_finding_says_when_it_was_and_how_often),
		TEST(a_number_of_a_text_brings_its_unit),
		TEST(no_row_is_not_ok),
		TEST(rows_that_could_not_be_judged_are_not_ok),
		TEST(what_a_skipped_row_lacks_is_no_number_of_a_finding),
		TEST(a_source_that_lacks_captures_is_the_reason),
		TEST(a_short_window_is_the_reason),
		TEST(a_short_window_is_judged_on_request),
		TEST(a_short_window_excuses_no_lack_of_captures),
		TEST(what_is_not_here_does_not_apply),
		TEST(what_is_wanted_only_is_told),
		TEST(a_threshold_of_the_site_is_bound),
		TEST(an_earlier_finding_can_be_read),
		TEST(nothing_is_written),
		TEST(a_second_statement_is_refused),
		TEST(only_the_stores_tables_are_read),
		TEST(functions_beyond_the_dialect_are_refused),
		TEST(endless_work_is_stopped),
		TEST(endless_text_is_stopped),
		TEST(rows_are_counted),
		TEST(a_result_that_is_none_is_an_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
