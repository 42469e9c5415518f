#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "analyze/fleet_db.h"
#include "analyze/sqlfunc.h"
#include "analyze/summary.h"
#include "schema/timefmt.h"

#define TICKS 61
#define SHA   "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define START INT64_C(1780000000) /* 2026-05-28 20:26:40Z */

/* One tick a second: a NIC that receives 1000 bytes a second, CPUs that drop 6 in the 31st. */
static void fill(struct store *s)
{
	for (uint64_t i = 0; i < TICKS; i++) {
		const struct store_member soft = {.member = SPAN("proc/net/softnet_stat"),
		                                  .source = "softnet"};
		const struct store_member dev = {.member = SPAN("proc/net/dev"),
		                                 .source = "netdev"};
		int64_t mono = (int64_t)(100 + i) * NS_PER_S;
		struct emit *out = store_member(s, &soft);

		emit_u64(out, SPAN("cpu0"), SPAN("dropped"), KIND_COUNTER32, UNIT_COUNT,
		         i > 30 ? 4 : 0);
		emit_u64(out, SPAN("cpu1"), SPAN("dropped"), KIND_COUNTER32, UNIT_COUNT,
		         i > 30 ? 2 : 0);
		out = store_member(s, &dev);
		emit_u64(out, SPAN("eth0"), SPAN("rx_bytes"), KIND_COUNTER, UNIT_BYTE, 1000 * i);
		store_tick(s, &(struct store_tick){.snap = i,
		                                   .realtime_ns = (START + (int64_t)i) * NS_PER_S,
		                                   .monotonic_ns = mono,
		                                   .boottime_ns = mono});
	}
}

static const struct evidence evidence[] = {
	{"drops",       MEASURE_PLAIN, {.type = CELL_INT, .v.i = 6}             },
	{"worst_per_s", MEASURE_PER_S, {.type = CELL_REAL, .v.r = 2.5}          },
	{"culprit",     MEASURE_PLAIN, {.type = CELL_TEXT, .v.text = "a\tb\xff"}},
	{"nothing",     MEASURE_PLAIN, {.type = CELL_EMPTY}                     },
};

static const struct finding findings[] = {
	{.rule = "root-cause/x",
         .title = "X",
         .entity = "",
         .message = "it is so",
         .version = 2,
         .level = LEVEL_CRIT,
         .at = 31,
         .first_at = 31,
         .last_at = 99,        /* no such snapshot */
         .hits = 1,
         .hits_of = 60,
         .hits_what = "intervals",
         .votes = 3,
         .cause = true,
         .evidence = evidence,
         .evidence_n = 4},
	{.rule = "softirq/backlog-drop",
         .title = "D",
         .entity = "cpu\xfe",
         .message = "dropped",
         .version = 1,
         .level = LEVEL_WARN,
         .at = -1,
         .first_at = -1,
         .last_at = -1,
         .explained_by = "root-cause/x",
         .explained_entity = ""},
};
static const struct rule_result results[] = {
	{.rule = "root-cause/x",       .outcome = OUTCOME_FINDINGS},
	{		    .rule = "softirq/backlog-drop", .outcome = OUTCOME_FINDINGS                           },
	{ .rule = "udp/errors",        .outcome = OUTCOME_NOT_EVALUATED,                                   .why = "udp: denied"},
};
static const struct fact facts[] = {
	{.name = "bundle_sha256", .value = SHA             },
        {.name = "host",          .value = "web\n1"        },
	{.name = "cpus",          .value = "99999999999999"},
        {.name = "window_s",      .value = "60.0"          },
	{.name = "ticks_taken",   .value = "61"            },
};

struct fixture {
	struct diagnosis d;
	sqlite3 *db;
};

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));
	struct err e = {0};

	assert_non_null(f);
	f->d.store = store_open(NULL, &e);
	assert_non_null(f->d.store);
	fill(f->d.store);
	assert_int_equal(store_seal(f->d.store, &e), 0);
	assert_int_equal(sqlfunc_register(store_db(f->d.store), &e), 0);
	f->d.report = (struct report){.facts = facts,
	                              .facts_n = sizeof(facts) / sizeof(facts[0]),
	                              .findings = findings,
	                              .findings_n = 2,
	                              .results = results,
	                              .results_n = 3};
	report_finish(&f->d.report, &f->d.arena);
	assert_int_equal(fleet_db_open(&f->db, NULL, &e), 0);
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	diagnose_free(&f->d);
	fleet_db_close(f->db);
	free(f);
	return 0;
}

static void put(struct fixture *f, const char *path)
{
	struct err e = {0};

	if (summary_put(&f->d, path, f->db, &e))
		fail_msg("%s", e.text);
}

/* The first column of the first row; "(none)" without a row, "(null)" for NULL. */
static const char *answer(struct fixture *f, const char *sql)
{
	static char text[400];
	struct buf b = BUF_OVER(text);
	struct err e = {0};
	struct stmt q;
	int rc;

	if (stmt_prepare(&q, f->db, sql, &e))
		fail_msg("%s", e.text);
	rc = stmt_row(&q, &e);
	buf_str(&b, rc == 0 ? "(none)" : stmt_is_null(&q, 0) ? "(null)" : stmt_get_str(&q, 0));
	stmt_done(&q);
	return buf_cstr(&b);
}

static void a_bundle_is_one_row_with_its_verdict(void **state)
{
	put(*state, "a.tar");
	assert_string_equal(answer(*state,
	                           "SELECT path || ' ' || verdict || ' ' || causes || ' ' || crit "
	                           "|| ' ' || folded || ' ' || not_evaluated FROM bundle"),
	                    "a.tar crit 1 1 1 1");
	assert_string_equal(
		answer(*state, "SELECT day || ' ' || started_ns || ' ' || snapshots FROM bundle"),
		"2026-05-28 1780000000000000000 61");
	assert_string_equal(answer(*state, "SELECT printf('%x', id) FROM bundle"),
	                    "123456789abcde");
	assert_string_equal(answer(*state, "SELECT typeof(window_s) FROM bundle"), "real");
}

static void a_number_that_no_host_has_is_not_known(void **state)
{
	put(*state, "a.tar");
	assert_string_equal(answer(*state, "SELECT cpus FROM bundle"), "(null)");
}

static void a_finding_says_its_times_by_the_wall_clock(void **state)
{
	put(*state, "a.tar");
	assert_string_equal(
		answer(*state,
	               "SELECT worst_ns - 1780000000000000000 FROM finding WHERE place = 1"),
		"31000000000");
	assert_string_equal(answer(*state, "SELECT last_ns FROM finding WHERE place = 1"),
	                    "(null)");
	assert_string_equal(answer(*state, "SELECT hits || '/' || hits_of || ' ' || hits_what FROM "
	                                   "finding WHERE place = 1"),
	                    "1/60 intervals");
	assert_string_equal(
		answer(*state, "SELECT folded_rule || folded_entity FROM finding WHERE place = 2"),
		"root-cause/x");
}

static void evidence_is_a_number_or_a_text(void **state)
{
	put(*state, "a.tar");
	assert_string_equal(answer(*state, "SELECT group_concat(name || '=' || coalesce(value, "
	                                   "text), ';') FROM evidence"),
	                    "culprit=a\tb\xef\xbf\xbd;drops=6.0;worst_per_s=2.5");
}

static void what_is_no_utf8_is_seen_to_be_none(void **state)
{
	put(*state, "\xc3\x28.tar");
	assert_string_equal(answer(*state, "SELECT entity FROM finding WHERE place = 2"),
	                    "cpu\xef\xbf\xbd");
	assert_string_equal(answer(*state, "SELECT path FROM bundle"), "\xef\xbf\xbd(.tar");
	assert_string_equal(answer(*state, "SELECT host FROM bundle"), "web\n1");
}

static void rules_keep_why_they_were_not_evaluated(void **state)
{
	put(*state, "a.tar");
	assert_string_equal(
		answer(*state,
	               "SELECT outcome || ': ' || why FROM rule_result WHERE rule = 'udp/errors'"),
		"not evaluated: udp: denied");
}

static void a_rate_is_that_of_the_window_with_its_spread(void **state)
{
	put(*state, "a.tar");
	assert_string_equal(
		answer(*state,
	               "SELECT value || ' ' || low || ' ' || high || ' ' || total || ' ' || unit "
	               "FROM metric WHERE name = 'nic/rx_bytes' AND entity = 'eth0'"),
		"1000.0 1000.0 1000.0 60000.0 bytes_per_s");
}

/* 6 in one of 60 intervals, by two CPUs that say nothing while they stand still. */
static void a_sum_over_cpus_counts_the_intervals_without_a_change(void **state)
{
	put(*state, "a.tar");
	assert_string_equal(answer(*state,
	                           "SELECT value || ' ' || median || ' ' || high || ' ' || total "
	                           "FROM metric WHERE name = 'softnet/drops'"),
	                    "0.1 0.0 6.0 6.0");
	assert_string_equal(answer(*state,
	                           "SELECT group_concat(slice || '=' || value) FROM metric_slice "
	                           "WHERE name = 'softnet/drops' AND value > 0"),
	                    "30=6.0");
	assert_string_equal(answer(*state, "SELECT count(*) || ' of ' || max(slices) FROM "
	                                   "metric_slice WHERE name = 'softnet/drops'"),
	                    "60 of 60");
}

static void what_was_not_recorded_is_no_zero(void **state)
{
	put(*state, "a.tar");
	assert_string_equal(answer(*state, "SELECT count(*) FROM metric WHERE name LIKE "
	                                   "'linkerd/%' OR name LIKE 'cpu/%' "
	                                   "OR name LIKE 'tcp/%' OR name LIKE 'conntrack/%'"),
	                    "0");
}

static void the_same_bundle_again_takes_the_place_of_its_rows(void **state)
{
	put(*state, "a.tar");
	put(*state, "b.tar");
	assert_string_equal(answer(*state, "SELECT count(*) || max(path) FROM bundle"), "1b.tar");
	assert_string_equal(answer(*state, "SELECT count(*) FROM finding"), "2");
}

static void a_bundle_without_a_diagnosis_keeps_its_error(void **state)
{
	struct fixture *f = *state;
	struct err e = {0};

	put(f, "a.tar");
	assert_int_equal(summary_put_failed("x", "", "open x: no", f->db, &e), 0);
	assert_int_equal(summary_put_failed("y", SHA, "analysis failed: signal 11", f->db, &e), 0);
	assert_string_equal(
		answer(f, "SELECT group_concat(path || ':' || verdict || ':' || error, ';') "
	                  "FROM (SELECT * FROM bundle ORDER BY path)"),
		"x:failed:open x: no;y:failed:analysis failed: signal 11");
	assert_string_equal(answer(f, "SELECT count(*) FROM finding"), "0");
}

static void both_engines_read_one_schema(void **state)
{
	char text[16384];
	struct buf b = BUF_OVER(text);

	(void)state;
	fleet_ddl(&b, FLEET_POSTGRESQL);
	assert_false(b.cut);
	assert_non_null(strstr(buf_cstr(&b), "PRIMARY KEY(id, day)) PARTITION BY RANGE (day);"));
	assert_null(strstr(buf_cstr(&b), "/*pg"));
	b.n = 0;
	fleet_ddl(&b, FLEET_SQLITE);
	assert_null(strstr(buf_cstr(&b), ") PARTITION"));
	assert_non_null(strstr(buf_cstr(&b), ") WITHOUT ROWID"));
}

static void a_file_of_something_else_or_of_another_version_is_refused(void **state)
{
	char path[] = "/tmp/nettape-fleet-XXXXXX";
	int fd = mkstemp(path);
	sqlite3 *db;
	struct err e = {0};

	(void)state;
	assert_true(fd >= 0);
	(void)close(fd);
	assert_int_equal(fleet_db_open(&db, path, &e), 0);
	assert_int_equal(stmt_exec(db, "PRAGMA user_version = 99", &e), 0);
	fleet_db_close(db);
	assert_int_equal(fleet_db_open(&db, path, &e), -1);
	assert_non_null(strstr(e.text, "version 99"));
	fleet_db_close(db);
	e = (struct err){0};
	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	assert_int_equal(stmt_exec(db, "PRAGMA application_id = 7", &e), 0);
	fleet_db_close(db);
	assert_int_equal(fleet_db_open(&db, path, &e), -1);
	assert_non_null(strstr(e.text, "something else"));
	fleet_db_close(db);
	(void)unlink(path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_bundle_is_one_row_with_its_verdict, setup,
	                                        teardown),
		cmocka_unit_test_setup_teardown(a_number_that_no_host_has_is_not_known, setup,
	                                        teardown),
		cmocka_unit_test_setup_teardown(a_finding_says_its_times_by_the_wall_clock, setup,
	                                        teardown),
		cmocka_unit_test_setup_teardown(evidence_is_a_number_or_a_text, setup, teardown),
		cmocka_unit_test_setup_teardown(what_is_no_utf8_is_seen_to_be_none, setup,
	                                        teardown),
		cmocka_unit_test_setup_teardown(rules_keep_why_they_were_not_evaluated, setup,
	                                        teardown),
		cmocka_unit_test_setup_teardown(a_rate_is_that_of_the_window_with_its_spread, setup,
	                                        teardown),
		cmocka_unit_test_setup_teardown(
			a_sum_over_cpus_counts_the_intervals_without_a_change, setup, teardown),
		cmocka_unit_test_setup_teardown(what_was_not_recorded_is_no_zero, setup, teardown),
		cmocka_unit_test_setup_teardown(the_same_bundle_again_takes_the_place_of_its_rows,
	                                        setup, teardown),
		cmocka_unit_test_setup_teardown(a_bundle_without_a_diagnosis_keeps_its_error, setup,
	                                        teardown),
		cmocka_unit_test(both_engines_read_one_schema),
		cmocka_unit_test(a_file_of_something_else_or_of_another_version_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
