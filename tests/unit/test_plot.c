#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "analyze/plot.h"
#include "analyze/plotfunc.h"
#include "analyze/resample.h"
#include "analyze/stmt.h"
#include "tests/unit/softnet_store.h"

/*
 * A sealed store of `ticks` seconds: softnet of cpu0 processed 10 a second, dropped 50 in the
 * interval that tick 3 ends; not captured at ticks `gap_from` to before `gap_to`.
 */
static struct fixture make(uint64_t ticks, uint64_t gap_from, uint64_t gap_to)
{
	struct store *s = empty_store();

	for (uint64_t i = 0; i < ticks; i++) {
		if (i < gap_from || i >= gap_to) {
			struct emit *out = softnet_begin(s);

			emit_u64(out, SPAN("cpu0"), SPAN("processed"), KIND_COUNTER32, UNIT_COUNT,
			         10 * i);
			emit_u64(out, SPAN("cpu0"), SPAN("dropped"), KIND_COUNTER32, UNIT_COUNT,
			         i < 3 ? 0 : 50);
			emit_i64(out, SPAN("cpu0"), SPAN("backlog_len"), KIND_GAUGE, UNIT_COUNT,
			         i % 2 ? 9 : 1);
			softnet_end(s, i);
		}
		tick(s, i);
	}
	return (struct fixture){.store = sealed(s)};
}

static int setup(void **state)
{
	static struct fixture f;
	struct err e = {0};

	f = make(13, 20, 20);
	assert_int_equal(plotfunc_register(store_db(f.store), &e), 0);
	*state = &f;
	return 0;
}

#define HEAD                                                                                       \
	"-- plot: x\n-- title: T\n-- about: a test\n-- source: softnet ethtool\n"                  \
	"-- rules: tcp-listen/*, softirq/backlog-drop\n"

static struct plot run(struct fixture *f, const char *text)
{
	struct plot p = {0};
	struct err e = {0};
	int rc = plot_run(store_db(f->store), &f->arena, span_of(text), &p, &e);

	assert_string_equal(e.text, "");
	assert_int_equal(rc, 0);
	return p;
}

static void a_counter_is_a_curve_of_its_rate(void **state)
{
	struct plot p =
		run(*state, HEAD "-- panel: c\n-- kind: lines\n"
	                         "SELECT name, curve(id) AS packets_per_s FROM series"
	                         " WHERE name IN ('processed', 'dropped') ORDER BY name;\n");
	const struct panel *x = &p.panels[0];

	assert_int_equal(p.panels_n, 1);
	assert_null(x->empty);
	assert_int_equal(x->measure, MEASURE_PER_S);
	assert_int_equal(x->series_n, 2);
	assert_string_equal(x->series[0].name, "dropped");
	for (size_t i = 0; i < 12; i++) {
		assert_true(fabsf(x->series[0].high[i] - (i == 2 ? 50 : 0)) < 0.001F);
		assert_true(fabsf(x->series[1].high[i] - 10) < 0.001F);
		assert_true(fabsf(x->series[1].low[i] - 10) < 0.001F);
	}
}

static void a_factor_changes_the_unit(void **state)
{
	struct plot p =
		run(*state, HEAD "-- panel: c\nSELECT name, curve(id, 8) AS v_bit_per_s FROM"
	                         " series WHERE name = 'processed';\n");

	assert_int_equal(p.panels[0].measure, MEASURE_BIT_PER_S);
	assert_true(fabsf(p.panels[0].series[0].high[5] - 80) < 0.001F);
}

static void a_long_window_keeps_peaks_and_what_was_least(void **state)
{
	struct fixture f = make(3601, 5000, 5000);
	struct err e = {0};
	struct plot p;
	size_t peaks = 0;

	(void)state;
	assert_int_equal(plotfunc_register(store_db(f.store), &e), 0);
	p = run(&f, HEAD "-- panel: c\nSELECT name, curve(id) AS v_per_s FROM series"
	                 " WHERE name IN ('dropped', 'backlog_len') ORDER BY name;\n");
	for (size_t i = 0; i < PLOT_SLICES; i++) {
		peaks += p.panels[0].series[1].high[i] > 49;
		assert_true(p.panels[0].series[0].high[i] > 8);
		assert_true(p.panels[0].series[0].low[i] < 2);
	}
	assert_int_equal(peaks, 1);
	store_close(f.store);
	arena_free(&f.arena);
}

static void a_time_in_which_nobody_looked_is_a_gap(void **state)
{
	struct fixture f = make(21, 8, 14);
	struct err e = {0};
	struct plot p;

	(void)state;
	assert_int_equal(plotfunc_register(store_db(f.store), &e), 0);
	p = run(&f, HEAD "-- panel: c\nSELECT name, curve(id) AS v FROM series"
	                 " WHERE name = 'backlog_len';\n"
	                 "-- panel: over\nSELECT 'x', curve_over('softnet', 2, 3, 5) AS v;\n");
	for (size_t i = 0; i < 20; i++) {
		bool gap = i >= 7 && i < 14;

		assert_int_equal(isnan(p.panels[0].series[0].high[i]) != 0, gap);
		assert_int_equal(isnan(p.panels[1].series[0].high[i]) != 0, gap);
	}
	assert_true(p.panels[1].series[0].high[1] == 0);
	assert_true(p.panels[1].series[0].high[2] == 5);
	store_close(f.store);
	arena_free(&f.arena);
}

static void what_is_held_has_gaps_elsewhere(void **state)
{
	struct plot p =
		run(*state, HEAD "-- panel: c\n-- kind: steps\n-- axis: log\n"
	                         "-- guide: 200 least RTO\n-- guide: 0.5 half\n"
	                         "SELECT 'p99', curve_held(NULL, 2, 4, 208) AS v_ms, 0 AS shade"
	                         " UNION ALL SELECT 's', curve_held(NULL, 0, 1, 1), 1;\n");
	const struct panel *x = &p.panels[0];

	assert_int_equal(x->kind, PLOT_STEPS);
	assert_true(x->log);
	assert_int_equal(x->guides_n, 2);
	assert_string_equal(x->guides[0].label, "least RTO");
	assert_true(fabs(x->guides[1].at - 0.5) < 1e-9);
	assert_true(isnan(x->series[0].high[1]));
	assert_true(x->series[0].high[2] == 208 && x->series[0].high[3] == 208);
	assert_true(isnan(x->series[0].high[4]));
	assert_false(x->series[0].shade);
	assert_true(x->series[1].shade);
}

static void values_that_nothing_real_has_are_bounded(void **state)
{
	struct plot p = run(*state, HEAD
	                    "-- panel: c\nSELECT 'x', curve_held(NULL, 0, 9, 1e300) AS v UNION ALL"
	                    " SELECT 'y', curve_held(NULL, 0, 9, 9e999);\n"
	                    "-- panel: s\n-- kind: scatter\n"
	                    "SELECT 'a', 1 AS x, 9e999 AS y UNION ALL SELECT 'b', 1e300, 2;\n");

	assert_true(isfinite(p.panels[0].series[0].high[0]));
	assert_true(isfinite(8 * p.panels[0].series[0].high[0]));
	assert_true(isnan(p.panels[0].series[1].high[0]));
	assert_int_equal(p.panels[1].points_n, 0);
}

static void top_counts_the_rest(void **state)
{
	struct plot p =
		run(*state, HEAD "-- panel: c\n-- top: 1\n"
	                         "SELECT name, curve(id) AS v FROM series ORDER BY name;\n");

	assert_int_equal(p.panels[0].series_n, 1);
	assert_int_equal(p.panels[0].more, 2);
}

static void points_have_axes_of_their_own(void **state)
{
	struct plot p = run(*state, HEAD "-- panel: s\n-- kind: scatter\n"
	                                 "SELECT 'a', 0.5 AS lost_pct, 208.0 AS p999_ms UNION ALL"
	                                 " SELECT 'b', NULL, 3;\n"
	                                 "-- panel: h\n-- kind: histogram\n"
	                                 "SELECT 0 AS from_ms, 20 AS to_ms, 7 AS minutes;\n");

	assert_int_equal(p.panels[0].points_n, 1);
	assert_string_equal(p.panels[0].x_label, "lost %");
	assert_int_equal(p.panels[0].x_measure, MEASURE_PCT);
	assert_int_equal(p.panels[0].measure, MEASURE_MS);
	assert_true(p.panels[1].points[0].x2 == 20 && p.panels[1].points[0].y == 7);
	assert_int_equal(p.panels[1].x_measure, MEASURE_MS);
}

static void nothing_to_show_is_explained(void **state)
{
	struct plot p =
		run(*state, HEAD "-- panel: none\nSELECT 'x', NULL AS v;\n"
	                         "-- panel: zeros\nSELECT 'x', curve_held(NULL, 0, 9, 0) AS v;\n"
	                         "-- panel: broken\nSELECT 'x', y FROM nowhere;\n"
	                         "-- panel: narrow\nSELECT 1;\n");

	assert_non_null(strstr(p.panels[0].empty, "ethtool: not-collected"));
	assert_non_null(strstr(p.panels[1].empty, "ethtool: not-collected"));
	assert_non_null(strstr(p.panels[2].empty, "nowhere"));
	assert_non_null(strstr(p.panels[3].empty, "at least 2 columns"));
	p = run(*state, "-- plot: x\n-- title: T\n-- about: a\n-- source: softnet\n"
	                "-- panel: zeros\n-- empty: all quiet\n"
	                "SELECT 'x', curve_held(NULL, 0, 9, 0) AS v;\n");
	assert_string_equal(p.panels[0].empty, "all quiet");
}

static void a_plot_knows_whose_findings_it_shows(void **state)
{
	struct plot p = run(*state, HEAD "-- panel: c\nSELECT 'x', NULL AS v;\n");

	assert_true(plot_shows(&p, SPAN("tcp-listen/overflow")));
	assert_true(plot_shows(&p, SPAN("softirq/backlog-drop")));
	assert_false(plot_shows(&p, SPAN("softirq/backlog-depth")));
	assert_false(plot_shows(&p, SPAN("tcp-listenx")));
}

static void a_file_against_the_grammar_is_an_error(void **state)
{
	static const char *const bad[] = {
		"",
		"-- plot: x\n-- title: T\n-- about: a\n",
		HEAD "-- colour: red\n-- panel: c\nSELECT 1, 2;\n",
		HEAD "-- panel: c\n-- kind: pie\nSELECT 1, 2;\n",
		HEAD "-- panel: c\n-- axis: bent\nSELECT 1, 2;\n",
		HEAD "-- panel: c\n-- guide: many\nSELECT 1, 2;\n",
		HEAD "SELECT 1;\n-- panel: c\nSELECT 1, 2;\n",
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct plot p;
		struct err e = {0};

		assert_int_equal(plot_run(store_db(f->store), &f->arena, span_of(bad[i]), &p, &e),
		                 -1);
		assert_true(e.text[0] != '\0');
	}
}

static void a_finding_is_an_episode_of_the_window(void **state)
{
	struct fixture f = make(11, 20, 20);
	struct report r = {0};
	struct err e = {0};

	(void)state;
	assert_int_equal(
		stmt_exec(store_db(f.store),
	                  "INSERT INTO finding(rule, version, level, entity, at, first_at, last_at,"
	                  " message) VALUES('a/b', 1, 'warn', 'cpu0', 4, 3, 6, 'm'),"
	                  " ('a/b', 1, 'warn', 'cpu1', 10, NULL, NULL, 'm'),"
	                  " ('a/c', 1, 'warn', '', NULL, NULL, NULL, 'm')",
	                  &e),
		0);
	assert_int_equal(plots_run(store_db(f.store), &f.arena, &r, &e), 0);
	assert_int_equal(r.axis.slices, 10);
	assert_int_equal(r.axis.to_ns - r.axis.from_ns, INT64_C(10) * NS_PER_S);
	assert_int_equal(r.episodes_n, 2);
	/* a snapshot ends its interval */
	assert_true(fabs(r.episodes[0].from - 0.2) < 1e-9 && fabs(r.episodes[0].to - 0.6) < 1e-9);
	assert_true(fabs(r.episodes[0].worst_from - 0.3) < 1e-9 &&
	            fabs(r.episodes[0].worst_to - 0.4) < 1e-9);
	assert_true(fabs(r.episodes[1].from - 0.9) < 1e-9 && fabs(r.episodes[1].to - 1) < 1e-9);
	assert_int_equal(r.marks_n, 0);
	store_close(f.store);
	arena_free(&f.arena);
}

static void every_plot_built_in_runs(void **state)
{
	struct fixture f = make(5, 20, 20);
	struct report r = {0};
	struct err e = {0};

	(void)state;
	assert_int_equal(plots_run(store_db(f.store), &f.arena, &r, &e), 0);
	assert_true(r.plots_n >= 12);
	assert_string_equal(r.plots[0].name, "requests");
	for (size_t i = 0; i < r.plots_n; i++)
		for (size_t k = 0; k < r.plots[i].panels_n; k++) {
			const char *empty = r.plots[i].panels[k].empty;

			if (empty && strncmp(empty, "failed", 6) == 0)
				fail_msg("%s: %s", r.plots[i].name, empty);
		}
	store_close(f.store);
	arena_free(&f.arena);
}

static void a_window_of_one_moment_has_no_axis(void **state)
{
	struct fixture f = make(1, 20, 20);
	struct report r = {0};
	struct err e = {0};

	(void)state;
	assert_int_equal(plots_run(store_db(f.store), &f.arena, &r, &e), 0);
	assert_int_equal(r.axis.slices, 0);
	store_close(f.store);
	arena_free(&f.arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_counter_is_a_curve_of_its_rate),
		cmocka_unit_test(a_factor_changes_the_unit),
		cmocka_unit_test(a_long_window_keeps_peaks_and_what_was_least),
		cmocka_unit_test(a_time_in_which_nobody_looked_is_a_gap),
		cmocka_unit_test(what_is_held_has_gaps_elsewhere),
		cmocka_unit_test(values_that_nothing_real_has_are_bounded),
		cmocka_unit_test(top_counts_the_rest),
		cmocka_unit_test(points_have_axes_of_their_own),
		cmocka_unit_test(nothing_to_show_is_explained),
		cmocka_unit_test(a_plot_knows_whose_findings_it_shows),
		cmocka_unit_test(a_file_against_the_grammar_is_an_error),
		cmocka_unit_test(a_finding_is_an_episode_of_the_window),
		cmocka_unit_test(every_plot_built_in_runs),
		cmocka_unit_test(a_window_of_one_moment_has_no_axis),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
