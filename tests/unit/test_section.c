#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "analyze/resample.h"
#include "analyze/section.h"
#include "tests/unit/softnet_store.h"

#define TICKS 6

/* A sealed store: softnet of cpu0 and cpu1 once a second; cpu1 drops 7 in the last interval. */
static struct store *sample_store(void)
{
	struct store *s = empty_store();

	for (uint64_t i = 0; i < TICKS; i++) {
		struct emit *out = softnet_begin(s);

		emit_u64(out, SPAN("cpu0"), SPAN("processed"), KIND_COUNTER32, UNIT_COUNT, 10 * i);
		emit_u64(out, SPAN("cpu0"), SPAN("dropped"), KIND_COUNTER32, UNIT_COUNT, 5);
		emit_u64(out, SPAN("cpu1"), SPAN("processed"), KIND_COUNTER32, UNIT_COUNT, 0);
		emit_u64(out, SPAN("cpu1"), SPAN("dropped"), KIND_COUNTER32, UNIT_COUNT,
		         i == TICKS - 1 ? 7 : 0);
		emit_i64(out, SPAN("cpu1"), SPAN("backlog_len"), KIND_GAUGE, UNIT_COUNT,
		         i == 2 ? 9 : 1);
		softnet_end(s, i);
		tick(s, i);
	}
	return sealed(s);
}

static int setup(void **state)
{
	static struct fixture f;

	f = (struct fixture){.store = sample_store()};
	*state = &f;
	return 0;
}

static struct section run(void **state, const char *text, bool all)
{
	struct fixture *f = *state;
	struct section s = {0};
	struct err e = {0};
	int rc = section_run(store_db(f->store), &f->arena, span_of(text), all, &s, &e);

	assert_string_equal(e.text, "");
	assert_int_equal(rc, 0);
	return s;
}

#define HEAD "-- section: X\n-- order: 1\n-- about: a test\n-- source: softnet ethtool\n"

static void columns_without_a_value_are_left_out(void **state)
{
	struct section s =
		run(state,
	            HEAD "-- table: t\n-- always: kept\n"
	                 "SELECT 0 AS id, 0 AS gone, 0 AS kept, 0.0 AS gone2, NULL AS gone3,"
	                 " '' AS gone4, 5 AS five UNION ALL SELECT 0, 0, 0, 0.0, NULL, '', 0;\n",
	            false);

	assert_int_equal(s.tables_n, 1);
	assert_int_equal(s.tables[0].columns_n, 3);
	assert_string_equal(s.tables[0].columns[0].name, "id");
	assert_string_equal(s.tables[0].columns[1].name, "kept");
	assert_string_equal(s.tables[0].columns[2].name, "five");
	assert_int_equal(s.tables[0].rows_n, 2);
	assert_int_equal(s.tables[0].cells[2].v.i, 5);
	assert_int_equal(s.tables[0].cells[5].v.i, 0);
}

static void names_with_nothing_to_say_of_them_are_no_table(void **state)
{
	struct section s =
		run(state, HEAD "-- table: t\nSELECT 'TCP_mem' AS what, 0 AS max, '' AS limit_ ;\n",
	            false);

	assert_int_equal(s.tables_n, 0);
}

static void a_list_leaves_out_only_what_is_not_known(void **state)
{
	struct section s =
		run(state, HEAD "-- table:\n-- layout: list\nSELECT NULL AS a, 0 AS b, 1 AS c;\n",
	            false);

	assert_true(s.tables[0].list);
	assert_int_equal(s.tables[0].columns_n, 2);
	assert_string_equal(s.tables[0].columns[0].name, "b");
}

static void top_counts_the_rest(void **state)
{
	static const char text[] =
		HEAD "-- table: t\n-- top: 2\n"
		     "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 7)"
		     "\nSELECT i FROM n ORDER BY i;\n";
	struct section s = run(state, text, false);

	assert_int_equal(s.tables[0].rows_n, 2);
	assert_int_equal(s.tables[0].more, 5);
	s = run(state, text, true);
	assert_int_equal(s.tables[0].rows_n, 7);
	assert_int_equal(s.tables[0].more, 0);
}

static void a_heading_is_the_name_with_its_unit_said_shortly(void **state)
{
	struct section s = run(state,
	                       HEAD "-- table: t\nSELECT 'x' AS who, 1 AS rx_bytes_per_s,"
	                            " 2 AS busy_pct, 3 AS wait_ns, 4 AS \"a b_per_s\";\n",
	                       false);
	const struct column *c = s.tables[0].columns;

	assert_string_equal(c[1].heading, "rx/s");
	assert_int_equal(c[1].measure, MEASURE_BYTES_PER_S);
	assert_string_equal(c[2].heading, "busy %");
	assert_string_equal(c[3].heading, "wait");
	assert_string_equal(c[4].heading, "a b/s");
}

static void no_rows_are_explained_by_the_source(void **state)
{
	struct section s = run(state, HEAD "-- table: t\nSELECT 1 AS a WHERE 0;\n", false);

	assert_int_equal(s.tables_n, 0);
	assert_non_null(strstr(s.empty, "ethtool: not-collected"));
	assert_null(strstr(s.empty, "softnet"));
	s = run(state,
	        "-- section: X\n-- about: a\n-- source: softnet\n-- empty: all quiet\n"
	        "-- table: t\nSELECT 1 AS a WHERE 0;\n",
	        false);
	assert_string_equal(s.empty, "all quiet");
}

static void sql_that_fails_is_said_and_costs_nothing_else(void **state)
{
	struct section s = run(state,
	                       HEAD "-- table: a\nSELECT nonsense FROM nowhere;\n"
	                            "-- table: b\nSELECT 1 AS one;\n",
	                       false);

	assert_int_equal(s.tables_n, 1);
	assert_string_equal(s.tables[0].caption, "b");
	assert_non_null(strstr(s.empty, "nowhere"));
}

static void a_section_cannot_write(void **state)
{
	struct section s =
		run(state, HEAD "-- table: a\nDELETE FROM series RETURNING id;\n", false);

	assert_non_null(strstr(s.empty, "not one SELECT"));
	s = run(state, HEAD "-- table: a\nSELECT count(*) AS n FROM series;\n", false);
	assert_int_equal(s.tables[0].cells[0].v.i, 5);
}

static void a_file_against_the_grammar_is_an_error(void **state)
{
	static const char *const bad[] = {
		"",
		"-- section: X\n-- about: a\n",
		"-- section: X\n-- table: t\nSELECT 1;\n",
		HEAD "-- colour: red\n-- table: t\nSELECT 1;\n",
		HEAD "-- table: t\n-- top: many\nSELECT 1;\n",
		HEAD "SELECT 1;\n-- table: t\nSELECT 1;\n",
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct section s;
		struct err e = {0};

		assert_int_equal(
			section_run(store_db(f->store), &f->arena, span_of(bad[i]), false, &s, &e),
			-1);
		assert_true(e.text[0] != '\0');
	}
}

static struct cell spark_of(void **state, const char *entity, const char *name)
{
	char sql[512];
	struct buf b = BUF_OVER(sql);
	struct section s;

	buf_fmt(&b,
	        HEAD "-- table: t\n-- always: x_spark\nSELECT 'r' AS r, spark(id) AS x_spark FROM "
	             "series WHERE entity = '%s' AND name = '%s';\n",
	        entity, name);
	s = run(state, buf_cstr(&b), false);
	return s.tables[0].cells[1];
}

static void a_spark_has_a_cell_an_interval_in_a_short_window(void **state)
{
	struct cell c = spark_of(state, "cpu0", "processed");

	assert_int_equal(c.type, CELL_SPARK);
	assert_int_equal(c.v.spark.n, TICKS - 1);
	for (size_t i = 0; i < TICKS - 1; i++)
		assert_true(fabsf(c.v.spark.v[i] - 10) < 0.001F);
}

static void a_counter_that_stands_still_is_zero_not_a_gap(void **state)
{
	struct cell still = spark_of(state, "cpu0", "dropped");
	struct cell late = spark_of(state, "cpu1", "dropped");

	for (size_t i = 0; i < TICKS - 1; i++)
		assert_true(still.v.spark.v[i] == 0);
	for (size_t i = 0; i < TICKS - 2; i++)
		assert_true(late.v.spark.v[i] == 0);
	assert_true(fabsf(late.v.spark.v[TICKS - 2] - 7) < 0.001F);
}

static void a_gauge_shows_its_values(void **state)
{
	struct cell c = spark_of(state, "cpu1", "backlog_len");

	assert_true(c.v.spark.v[0] == 1);
	assert_true(c.v.spark.v[2] == 9);
	assert_true(c.v.spark.v[4] == 1);
}

static void peaks_survive_resampling(void **state)
{
	struct spark_window w = {.from = 0, .to = 300, .cells = 3};
	float v[SPARK_CELLS];

	(void)state;
	for (size_t i = 0; i < SPARK_CELLS; i++)
		v[i] = NAN;
	for (int t = 0; t < 300; t++)
		spark_hold(&w, v, t, t + 1, t == 150 ? 1000 : 1);
	assert_true(v[0] == 1);
	assert_true(v[1] == 1000);
	assert_true(v[2] == 1);
	spark_gap(&w, v, 190, 310);
	assert_true(v[1] == 1000);
	assert_true(isnan(v[2]));
	spark_hold(&w, v, 500, 600, 7); /* outside of the window */
	assert_true(isnan(v[2]));
}

static void median_is_the_lower_one_and_ignores_null(void **state)
{
	struct section s =
		run(state,
	            HEAD "-- table: t\nSELECT median(v) AS m, human(13206822912, 'B') AS h FROM"
	                 " (SELECT 4 AS v UNION ALL SELECT 1 UNION ALL SELECT NULL UNION ALL"
	                 " SELECT 3 UNION ALL SELECT 2);\n",
	            false);

	assert_true(s.tables[0].cells[0].v.r == 2);
	assert_string_equal(s.tables[0].cells[1].v.text, "12.3 GiB");
}

static void every_section_built_in_runs(void **state)
{
	struct fixture *f = *state;
	struct report r = {0};
	struct err e = {0};

	assert_int_equal(
		sections_run(store_db(f->store), &f->arena, SECTIONS_HOST, NULL, false, &r, &e), 0);
	assert_true(r.sections_n >= 19);
	for (size_t i = 0; i < r.sections_n; i++) {
		const char *empty = r.sections[i].empty;

		if (empty && strncmp(empty, "failed", 6) == 0)
			fail_msg("%s: %s", r.sections[i].name, empty);
	}
	assert_string_equal(r.sections[0].name, "HOST");
	assert_string_equal(r.sections[r.sections_n - 1].name, "EVIDENCE");
	assert_true(section_known(SECTIONS_HOST, "softnet"));
	assert_false(section_known(SECTIONS_HOST, "nothing"));
	assert_false(section_known(SECTIONS_FLEET, "softnet"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(columns_without_a_value_are_left_out),
		cmocka_unit_test(names_with_nothing_to_say_of_them_are_no_table),
		cmocka_unit_test(a_list_leaves_out_only_what_is_not_known),
		cmocka_unit_test(top_counts_the_rest),
		cmocka_unit_test(a_heading_is_the_name_with_its_unit_said_shortly),
		cmocka_unit_test(no_rows_are_explained_by_the_source),
		cmocka_unit_test(sql_that_fails_is_said_and_costs_nothing_else),
		cmocka_unit_test(a_section_cannot_write),
		cmocka_unit_test(a_file_against_the_grammar_is_an_error),
		cmocka_unit_test(a_spark_has_a_cell_an_interval_in_a_short_window),
		cmocka_unit_test(a_counter_that_stands_still_is_zero_not_a_gap),
		cmocka_unit_test(a_gauge_shows_its_values),
		cmocka_unit_test(peaks_survive_resampling),
		cmocka_unit_test(median_is_the_lower_one_and_ignores_null),
		cmocka_unit_test(every_section_built_in_runs),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
