#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "analyze/escape.h"
#include "analyze/layout.h"
#include "analyze/section.h"
#include "analyze/stmt.h"
#include "schema/timefmt.h"
#include "tests/unit/softnet_store.h"

/* ---- as text ---- */

static const float retransmits[] = {0, 0, 1, 8, NAN, 4}, drops[] = {0, 0, 1, 2, 1, 0};

/* An event and a finding's lane over six seconds around midnight; the columns are event, time,
 * total and, as data, lane. */
static struct table timeline(struct column columns[4], struct cell cells[8])
{
	static const char *const names[] = {"event", "time_spark", "total", "lane"};

	for (size_t i = 0; i < 4; i++)
		columns[i] = (struct column){names[i], names[i],
		                             i == 1   ? MEASURE_SPARK
		                             : i == 3 ? MEASURE_DATA
		                                      : MEASURE_PLAIN};
	memset(cells, 0, 8 * sizeof(*cells));
	cells[0] = (struct cell){.type = CELL_TEXT, .v.text = "retransmits"};
	cells[1] = (struct cell){
		.type = CELL_SPARK, .v.spark = {retransmits, 6}
        };
	cells[2] = (struct cell){.type = CELL_INT, .v.i = 13};
	cells[4] = (struct cell){.type = CELL_TEXT, .v.text = "softirq/backlog-drop cpu1"};
	cells[5] = (struct cell){
		.type = CELL_SPARK, .v.spark = {drops, 6}
        };
	cells[7] = (struct cell){.type = CELL_TEXT, .v.text = "crit"};
	return (struct table){.caption = "",
	                      .timeline = true,
	                      .from_ns = INT64_C(1767225595) * NS_PER_S, /* 23:59:55 */
	                      .to_ns = INT64_C(1767225601) * NS_PER_S,
	                      .columns = columns,
	                      .columns_n = 4,
	                      .cells = cells,
	                      .rows_n = 2};
}

/* The caller frees it. */
static char *drawn(const struct table *t, unsigned width, bool utf8)
{
	const struct style style = {.width = width, .utf8 = utf8};
	char *text = NULL;
	size_t n = 0;
	FILE *out = open_memstream(&text, &n);

	assert_non_null(out);
	layout_table(&(struct layout){.out = out, .style = &style}, t);
	(void)fclose(out);
	return text;
}

static void draws(const struct table *t, unsigned width, bool utf8, const char *want)
{
	char *text = drawn(t, width, utf8);

	assert_string_equal(text, want);
	free(text);
}

static void what_happened_together_stands_one_below_the_other(void **state)
{
	struct column columns[4];
	struct cell cells[8];
	struct table t = timeline(columns, cells);

	(void)state;
	draws(&t, 100, true,
	      "    UTC                                     |23:59:56         |23:59:58         "
	      "|00:00:00"
	      "  total\n"
	      "    retransmits                    ··················▁▁▁▁▁▁▁▁▁█████████         "
	      "▄▄▄▄▄▄▄▄▄"
	      "     13\n"
	      "    [C] softirq/backlog-drop cpu1  "
	      "··················━━━━━━━━━█████████━━━━━━━━━·········"
	      "\n");
	draws(&t, 60, false,
	      "    UTC                       |23:59:56   |23:59:58   |\n"
	      "    retransmits         ............::::::######      ======\n"
	      "    [C] softirq/backl~  ............======######======......\n");
}

static void no_line_is_longer_than_the_width(void **state)
{
	struct column columns[4];
	struct cell cells[8];
	struct table t = timeline(columns, cells);

	(void)state;
	for (unsigned width = 40; width <= 200; width++) {
		char *text = drawn(&t, width, true);
		struct span rest = span_of(text), line;

		while (span_line(&rest, &line))
			assert_in_range(text_columns(line), 20, width);
		free(text);
	}
}

/* Bounds that no bundle should have, and some have. */
static void an_axis_without_length_has_no_scale(void **state)
{
	struct column columns[4];
	struct cell cells[8];
	struct table t = timeline(columns, cells);

	(void)state;
	t.to_ns = t.from_ns;
	free(drawn(&t, 80, true));
	t.to_ns = t.from_ns - NS_PER_S;
	free(drawn(&t, 80, true));
	t.from_ns = INT64_MIN / 2;
	t.to_ns = INT64_MAX / 2;
	free(drawn(&t, 80, true));
}

/* ---- from the store ---- */

#define TICKS 8

/* The source is captured at ticks 0 to 3 and 6 to 7; cpu0 drops 5 at tick 2. */
static struct store *sample_store(void)
{
	struct store *s = empty_store();

	for (uint64_t i = 0; i < TICKS; i++) {
		if (i < 4 || i > 5) {
			emit_u64(softnet_begin(s), SPAN("cpu0"), SPAN("dropped"), KIND_COUNTER32,
			         UNIT_COUNT, i < 2 ? 0 : 5);
			softnet_end(s, i);
		}
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

static struct section run(void **state, const char *text)
{
	struct fixture *f = *state;
	struct section s = {0};
	struct err e = {0};

	assert_int_equal(section_run(store_db(f->store), &f->arena, span_of(text), false, &s, &e),
	                 0);
	assert_null(s.empty);
	return s;
}

#define HEAD                                                                                       \
	"-- section: X\n-- order: 1\n-- about: a test\n-- table:\n-- layout: timeline\n"           \
	"-- data: unit\n"

static void a_strip_tells_nothing_from_nobody_looked(void **state)
{
	struct section s = run(state, HEAD "SELECT 'drops' AS event, strip('softnet', 1.0, 2.0, 5) "
	                                   "AS time_spark, 0 AS unit;\n");
	const struct cell *c = &s.tables[0].cells[1];

	assert_true(s.tables[0].timeline);
	assert_int_equal(s.tables[0].from_ns, INT64_C(100) * NS_PER_S);
	assert_int_equal(s.tables[0].to_ns, INT64_C(107) * NS_PER_S);
	assert_int_equal(c->v.spark.n, TICKS - 1);
	assert_true(c->v.spark.v[0] == 0);
	assert_true(c->v.spark.v[1] == 5);
	assert_true(c->v.spark.v[2] == 0);
	assert_true(isnan(c->v.spark.v[4]));
	assert_true(c->v.spark.v[6] == 0);
}

static void a_strip_without_a_source_has_no_gaps(void **state)
{
	struct section s = run(state, HEAD "SELECT 'x' AS event, strip(NULL, t0, t1, v) AS "
	                                   "time_spark, 0 AS unit FROM (SELECT 1.0 AS t0, 6.0 AS "
	                                   "t1, 1 AS v UNION ALL SELECT 4, 4, 2);\n");
	const float *v = s.tables[0].cells[1].v.spark.v;

	assert_true(v[0] == 0);
	assert_true(v[1] == 1);
	assert_true(v[4] == 2);
	assert_true(v[5] == 1);
	assert_true(v[6] == 0);
}

static void columns_of_data_are_kept_though_they_say_nothing(void **state)
{
	struct section s = run(state, HEAD "SELECT 'x' AS event, strip(NULL, 0, 1, 1) AS "
	                                   "time_spark, NULL AS gone, NULL AS unit;\n");

	assert_int_equal(s.tables[0].columns_n, 3);
	assert_string_equal(s.tables[0].columns[2].name, "unit");
	assert_int_equal(s.tables[0].columns[2].measure, MEASURE_DATA);
}

static const struct cell *row_of(const struct section *s, const char *event)
{
	const struct table *t = &s->tables[0];

	for (size_t r = 0; s->tables_n && r < t->rows_n; r++)
		if (strcmp(t->cells[r * t->columns_n].v.text, event) == 0)
			return &t->cells[r * t->columns_n];
	return NULL;
}

static void findings_have_lanes_among_the_events(void **state)
{
	struct fixture *f = *state;
	struct report r = {0};
	struct err e = {0};
	const struct cell *row;

	assert_int_equal(
		stmt_exec(
			store_db(f->store),
			"INSERT INTO finding(rule, version, level, entity, at, first_at, last_at, "
			"votes, message, suppressed) VALUES "
			"('a/lane', 1, 'warn', 'cpu0', 3, 2, 5, 1, 'm', NULL), "
			"('a/moment', 1, 'info', '', 4, NULL, NULL, 1, 'm', NULL), "
			"('a/always', 1, 'crit', '', NULL, NULL, NULL, 1, 'm', NULL), "
			"('a/hidden', 1, 'crit', '', 1, 1, 1, 1, 'm', 'known')",
			&e),
		0);
	assert_int_equal(sections_run(store_db(f->store), &f->arena, SECTIONS_HOST, "timeline",
	                              false, &r, &e),
	                 0);
	row = row_of(r.sections, "softnet drops");
	assert_non_null(row);
	assert_true(row[1].v.spark.v[1] == 5);
	assert_true(isnan(row[1].v.spark.v[4]));
	assert_string_equal(row[2].v.text, "5");
	row = row_of(r.sections, "a/lane cpu0");
	assert_non_null(row);
	for (size_t i = 0; i < TICKS - 1; i++)
		assert_int_equal((int)row[1].v.spark.v[i], i == 2 ? 2 : i >= 1 && i <= 4 ? 1 : 0);
	row = row_of(r.sections, "a/moment");
	assert_non_null(row);
	assert_int_equal((int)row[1].v.spark.v[3], 2);
	assert_int_equal((int)row[1].v.spark.v[4], 0);
	assert_null(row_of(r.sections, "a/always"));
	assert_null(row_of(r.sections, "a/hidden"));
	assert_null(row_of(r.sections, "retransmits"));
}

#define STORED(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_happened_together_stands_one_below_the_other),
		cmocka_unit_test(no_line_is_longer_than_the_width),
		cmocka_unit_test(an_axis_without_length_has_no_scale),
		STORED(a_strip_tells_nothing_from_nobody_looked),
		STORED(a_strip_without_a_source_has_no_gaps),
		STORED(columns_of_data_are_kept_though_they_say_nothing),
		STORED(findings_have_lanes_among_the_events),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
