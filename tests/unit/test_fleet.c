#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "analyze/fleet.h"
#include "analyze/fleet_db.h"

struct fixture {
	char path[40];
	sqlite3 *db; /* where the test puts its rows */
	struct fleet fleet;
};

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));
	struct err e = {0};
	int fd;

	assert_non_null(f);
	memcpy(f->path, "/tmp/nettape-fleet-XXXXXX", sizeof("/tmp/nettape-fleet-XXXXXX"));
	fd = mkstemp(f->path);
	assert_true(fd >= 0);
	(void)close(fd);
	assert_int_equal(fleet_db_open(&f->db, f->path, &e), 0);
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	fleet_free(&f->fleet);
	fleet_db_close(f->db);
	(void)unlink(f->path);
	free(f);
	return 0;
}

static void sql(struct fixture *f, const char *text)
{
	struct err e = {0};

	if (stmt_exec(f->db, text, &e))
		fail_msg("%s", e.text);
}

/* Host hN, judged, whose window begins `at` s after 1,780,000,000 and takes 60 s. */
static void host(struct fixture *f, int n, int at)
{
	char text[600];
	struct buf b = BUF_OVER(text);

	buf_fmt(&b,
	        "INSERT INTO bundle(id, day, sha256, path, host, started_ns, ended_ns, verdict, "
	        "causes,"
	        " crit, warn, info, folded, suppressed, ok, not_evaluated, not_applicable, errors,"
	        " snapshots, tool_version) VALUES (%d, '2026-05-28', '', 'h%d.tar', 'h%d',"
	        " (1780000000 + %d) * 1000000000, (1780000060 + %d) * 1000000000, 'ok', 0,"
	        " 0, 0, 0, 0, 0, 1, 0, 0, 0, 61, '')",
	        n, n, n, at, at);
	sql(f, buf_cstr(&b));
}

static void metric(struct fixture *f, int n, const char *name, double v)
{
	char text[300];
	struct buf b = BUF_OVER(text);

	buf_fmt(&b,
	        "INSERT INTO metric(bundle, day, name, entity, unit, value) VALUES (%d, "
	        "'2026-05-28', '%s', '', 'per_s', %.6f)",
	        n, name, v);
	sql(f, buf_cstr(&b));
}

static const struct section *section(struct fixture *f, const char *name)
{
	static const struct rules none;
	const struct fleet_want want = {.db = f->path, .rules = &none, .sections = name};
	struct err e = {0};

	if (fleet_gather(&f->fleet, &want, &e) || fleet_describe(&f->fleet, &want, &e))
		fail_msg("%s", e.text);
	assert_int_equal(f->fleet.report.sections_n, 1);
	return f->fleet.report.sections;
}

static const struct cell *cell(const struct table *t, size_t row, const char *column)
{
	static const struct cell none = {.type = CELL_EMPTY};

	assert_true(row < t->rows_n);
	for (size_t c = 0; c < t->columns_n; c++)
		if (strcmp(t->columns[c].name, column) == 0)
			return &t->cells[row * t->columns_n + c];
	return &none;
}

/*
 * 1 2 3 4 5 6 and 100: the lower median is 4, the distances 3 2 1 0 1 2 96 have the median 2:
 * z = 0.6745 * 96 / 2 = 32.376; of 1 it is -1.01.
 */
static void an_outlier_is_told_by_median_and_mad(void **state)
{
	struct fixture *f = *state;
	const struct section *s;

	for (int i = 1; i <= 7; i++) {
		host(f, i, 0);
		metric(f, i, "tcp/opened", i == 7 ? 100 : i);
	}
	s = section(f, "OUTLIERS");
	assert_int_equal(s->tables_n, 1);
	assert_int_equal(s->tables[0].rows_n, 1);
	assert_string_equal(cell(s->tables, 0, "host")->v.text, "h7");
	assert_string_equal(cell(s->tables, 0, "robust z")->v.text, "+32.4");
	assert_true(fabs(cell(s->tables, 0, "z")->v.r - 32.376) < 1e-6);
	assert_true(fabs(cell(s->tables, 0, "center")->v.r - 4) < 1e-9);
}

/* Nine zeros and a 5: MAD is 0, the mean distance 0.5: z = 5 / (1.253314 * 0.5) = 7.979. */
static void where_half_agree_the_mean_distance_serves_and_is_marked(void **state)
{
	struct fixture *f = *state;
	const struct section *s;

	for (int i = 1; i <= 10; i++) {
		host(f, i, 0);
		metric(f, i, "softnet/drops", i == 3 ? 5 : 0);
	}
	s = section(f, "OUTLIERS");
	assert_int_equal(s->tables[0].rows_n, 1);
	assert_string_equal(cell(s->tables, 0, "host")->v.text, "h3");
	assert_string_equal(cell(s->tables, 0, "robust z")->v.text, "+8.0*");
}

static void four_hosts_have_no_outlier(void **state)
{
	struct fixture *f = *state;

	for (int i = 1; i <= 4; i++) {
		host(f, i, 0);
		metric(f, i, "tcp/opened", i == 4 ? 1e6 : 1);
	}
	assert_non_null(section(f, "OUTLIERS")->empty);
}

static void equal_hosts_have_none_either(void **state)
{
	struct fixture *f = *state;

	for (int i = 1; i <= 9; i++) {
		host(f, i, 0);
		metric(f, i, "tcp/opened", i == 9 ? 101 : 100 + 0.001 * i); /* a hundredth off */
	}
	assert_non_null(section(f, "OUTLIERS")->empty);
}

static void finding(struct fixture *f, int n, const char *level, int from, int to)
{
	char text[500];
	struct buf b = BUF_OVER(text);

	buf_fmt(&b,
	        "INSERT INTO finding(bundle, day, rule, entity, place, version, level, title, "
	        "message,"
	        " first_ns, last_ns, votes, cause) VALUES (%d, '2026-05-28', 'a/b', '', 1, 1, "
	        "'%s', 'T', 'm',"
	        " (1780000000 + %d) * 1000000000, (1780000000 + %d) * 1000000000, 0, 0);"
	        "INSERT INTO rule_result(bundle, day, rule, outcome) VALUES (%d, '2026-05-28', "
	        "'a/b', 'findings')",
	        n, level, from, to, n);
	sql(f, buf_cstr(&b));
}

/* On three of the four that were judged; 10 to 20, 15 to 30, 40 to 50: two of them at 15. */
static void findings_are_counted_over_the_hosts_judged_and_at_once(void **state)
{
	struct fixture *f = *state;
	const struct section *s;

	for (int i = 1; i <= 5; i++)
		host(f, i, 0);
	finding(f, 1, "warn", 10, 20);
	finding(f, 2, "crit", 15, 30);
	finding(f, 3, "warn", 40, 50);
	sql(f, "INSERT INTO rule_result(bundle, day, rule, outcome) VALUES (4, '2026-05-28', "
	       "'a/b', 'ok'),"
	       " (5, '2026-05-28', 'a/b', 'not evaluated')");
	s = section(f, "FINDINGS");
	assert_string_equal(cell(s->tables, 0, "on")->v.text, "3 of 4");
	assert_string_equal(cell(s->tables, 0, "level")->v.text, "crit");
	assert_string_equal(cell(s->tables, 0, "hosts")->v.text, "h2, h1, h3");
	assert_string_equal(cell(s->tables, 0, "at once")->v.text, "2 at 20:26:55Z");
}

static void a_host_given_twice_is_told_apart_by_time(void **state)
{
	struct fixture *f = *state;
	const struct section *s;

	host(f, 1, 0);
	host(f, 2, 100);
	host(f, 3, 100);
	sql(f, "UPDATE bundle SET host = 'same'");
	s = section(f, "HOSTS");
	assert_string_equal(cell(s->tables, 0, "host")->v.text, "same 20:26:40");
	assert_string_equal(cell(s->tables, 1, "host")->v.text, "same 20:28:20");
	assert_string_equal(cell(s->tables, 2, "host")->v.text, "same 20:28:20 (2)");
	assert_string_equal(f->fleet.report.subject, "1 host, 3 bundles");
}

/* All are called "same"; 2 and 3 are one machine, 4 is of an older collector. */
static void hosts_of_one_name_are_told_apart_by_machine(void **state)
{
	struct fixture *f = *state;
	const struct section *s;

	host(f, 1, 0);
	host(f, 2, 0);
	host(f, 3, 100);
	sql(f, "UPDATE bundle SET host = 'same', machine_hash = CASE id WHEN 1 THEN "
	       "'aaaaaa0000000000' ELSE 'bbbbbb0000000000' END");
	for (int i = 1; i <= 3; i++)
		finding(f, i, "warn", 10, 20);
	s = section(f, "HOSTS");
	assert_string_equal(f->fleet.report.subject, "2 hosts, 3 bundles");
	assert_string_equal(cell(s->tables, 0, "host")->v.text, "same [aaaaaa]");
	assert_string_equal(cell(s->tables, 1, "host")->v.text, "same [bbbbbb] 20:26:40");
	assert_string_equal(cell(s->tables, 2, "host")->v.text, "same [bbbbbb] 20:28:20");
}

static void a_finding_counts_once_a_host(void **state)
{
	struct fixture *f = *state;
	const struct section *s;

	host(f, 1, 0);
	host(f, 2, 0);
	host(f, 3, 100);
	sql(f, "UPDATE bundle SET host = 'same', machine_hash = 'bbbbbb0000000000' WHERE id > 1");
	finding(f, 1, "warn", 10, 20);
	finding(f, 2, "warn", 10, 20);
	finding(f, 3, "crit", 110, 120);
	s = section(f, "FINDINGS");
	assert_string_equal(cell(s->tables, 0, "on")->v.text, "2 of 2");
	assert_string_equal(cell(s->tables, 0, "hosts")->v.text, "same 20:28:20, h1");
	assert_string_equal(cell(s->tables, 0, "at once")->v.text, "2 at 20:26:50Z");
}

static void an_empty_database_is_said_to_be_empty(void **state)
{
	struct fixture *f = *state;

	assert_non_null(section(f, "HOSTS")->empty);
	assert_string_equal(f->fleet.report.verdict, "no bundle to judge");
	assert_int_equal(f->fleet.report.worst, LEVEL_SKIP);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(an_outlier_is_told_by_median_and_mad, setup,
	                                        teardown),
		cmocka_unit_test_setup_teardown(
			where_half_agree_the_mean_distance_serves_and_is_marked, setup, teardown),
		cmocka_unit_test_setup_teardown(four_hosts_have_no_outlier, setup, teardown),
		cmocka_unit_test_setup_teardown(equal_hosts_have_none_either, setup, teardown),
		cmocka_unit_test_setup_teardown(
			findings_are_counted_over_the_hosts_judged_and_at_once, setup, teardown),
		cmocka_unit_test_setup_teardown(a_host_given_twice_is_told_apart_by_time, setup,
	                                        teardown),
		cmocka_unit_test_setup_teardown(hosts_of_one_name_are_told_apart_by_machine, setup,
	                                        teardown),
		cmocka_unit_test_setup_teardown(a_finding_counts_once_a_host, setup, teardown),
		cmocka_unit_test_setup_teardown(an_empty_database_is_said_to_be_empty, setup,
	                                        teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
