#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <jansson.h>

#include "analyze/report.h"

/* The report as it is read back; the caller drops it. */
static json_t *read_back(const struct report *r)
{
	const struct style style = {.width = 100};
	struct err e = {0};
	char *text = NULL;
	size_t n = 0;
	FILE *out = open_memstream(&text, &n);
	json_error_t bad;
	json_t *j;

	assert_non_null(out);
	for (size_t i = 0; i < renderers_count; i++)
		if (strcmp(renderers[i].format, "json") == 0)
			assert_int_equal(renderers[i].renderer->render(r, &style, out, &e), 0);
	(void)fclose(out);
	for (size_t i = 0; i < n; i++)
		assert_true((unsigned char)text[i] < 0x80);
	j = json_loads(text, 0, &bad);
	if (!j)
		fail_msg("line %d: %s", bad.line, bad.text);
	free(text);
	return j;
}

static const char *text_at(json_t *j, const char *a, const char *b)
{
	return json_string_value(json_object_get(json_object_get(j, a), b));
}

static void an_empty_report_has_all_its_members(void **state)
{
	static const char *const members[] = {
		"format",        "tool",       "bundle", "counts",   "findings",
		"not_evaluated", "suppressed", "rules",  "sections", "params",
	};
	const struct report r = {.tool_version = "1"};
	json_t *j = read_back(&r);

	(void)state;
	for (size_t i = 0; i < sizeof(members) / sizeof(members[0]); i++)
		assert_non_null(json_object_get(j, members[i]));
	assert_string_equal(json_string_value(json_object_get(j, "tool")), "nettape-analyze 1");
	json_decref(j);
}

static void a_finding_keeps_its_numbers_and_its_folding(void **state)
{
	static const struct evidence evidence[] = {
		{"drops",       MEASURE_PLAIN, {.type = CELL_INT, .v.i = INT64_MAX}},
		{"worst_per_s", MEASURE_PER_S, {.type = CELL_REAL, .v.r = 2.5}     },
		{"odd",         MEASURE_PLAIN, {.type = CELL_REAL, .v.r = NAN}     },
		{"none",        MEASURE_PLAIN, {.type = CELL_EMPTY}                },
	};
	struct finding f[2] = {
		{.rule = "root-cause/x",
	         .version = 2,
	         .title = "T",
	         .level = LEVEL_CRIT,
	         .entity = "e",
	         .message = "m",
	         .at = 7,
	         .first_at = -1,
	         .last_at = 9,
	         .at_text = "2026-05-03 10:00:14Z",
	         .last_text = "2026-05-03 10:00:16Z",
	         .hits = 3,
	         .hits_of = 60,
	         .hits_what = "intervals",
	         .member = "",
	         .votes = 9,
	         .evidence = evidence,
	         .evidence_n = 4,
	         .meaning = "",
	         .remedy = "do",
	         .verify = "",
	         .but = "",
	         .see = ""},
	};
	const struct report r = {.tool_version = "1", .findings = f, .findings_n = 2};
	json_t *j, *one;

	(void)state;
	f[1] = f[0];
	f[1].rule = "a/b";
	f[1].evidence_n = 0;
	f[1].explained_by = "root-cause/x";
	f[1].explained_entity = "e";
	j = read_back(&r);
	one = json_array_get(json_object_get(j, "findings"), 0);
	assert_int_equal(
		json_integer_value(json_object_get(json_object_get(one, "evidence"), "drops")),
		INT64_MAX);
	assert_true(json_is_null(json_object_get(json_object_get(one, "evidence"), "odd")));
	assert_true(json_is_null(json_object_get(json_object_get(one, "evidence"), "none")));
	assert_string_equal(json_string_value(json_object_get(one, "confidence")), "high");
	assert_string_equal(json_string_value(json_object_get(one, "level")), "crit");
	assert_int_equal(json_integer_value(json_object_get(one, "at")), 7);
	assert_true(json_is_null(json_object_get(one, "first_at")));
	assert_true(json_is_null(json_object_get(one, "first_time")));
	assert_string_equal(json_string_value(json_object_get(one, "last_time")),
	                    "2026-05-03 10:00:16Z");
	assert_int_equal(json_integer_value(json_object_get(json_object_get(one, "hits"), "n")), 3);
	assert_int_equal(json_integer_value(json_object_get(json_object_get(one, "hits"), "of")),
	                 60);
	one = json_array_get(json_object_get(one, "explains"), 0);
	assert_string_equal(json_string_value(json_object_get(one, "rule")), "a/b");
	json_decref(j);
}

static void hostile_text_is_text(void **state)
{
	const struct fact facts[] = {
		{.name = "host",     .value = "h\x1b[2J\xff\xc2\x9b\"\\\n", .number = false},
		{.name = "window_s", .value = "12.5",                       .number = true },
		{.name = "note",     .value = "12.5.1",                     .number = false},
		{.name = "kernel",   .value = "6.1",                        .number = false},
	};
	const struct report r = {.tool_version = "1", .facts = facts, .facts_n = 4};
	json_t *j = read_back(&r), *bundle = json_object_get(j, "bundle");

	(void)state;
	assert_string_equal(json_string_value(json_object_get(bundle, "host")),
	                    "h\x1b[2J\xef\xbf\xbd\xc2\x9b\"\\\n");
	assert_true(json_real_value(json_object_get(json_object_get(bundle, "window"), "got_s")) ==
	            12.5);
	assert_string_equal(text_at(bundle, "facts", "note"), "12.5.1");
	assert_string_equal(text_at(bundle, "facts", "kernel"), "6.1");
	assert_true(json_is_real(json_object_get(json_object_get(bundle, "facts"), "window_s")));
	json_decref(j);
}

static void rules_say_what_they_were_and_what_was_in_force(void **state)
{
	static const struct param params[] = {
		{.name = "warn",       .unit = "packets", .value = "7",   .origin = "--set"},
		{.name = "share",                    .unit = "pct",                       .value = "0.25",     .origin = "default"},
		{.name = "like", .unit = "glob",                  .value = "eth*",               .origin = "site:1"},
		{.name = "free",     .unit = "1",.origin = "default"},
	};
	static const struct rule_result rule = {.rule = "a/b",
	                                        .title = "T",
	                                        .version = 3,
	                                        .text = SPAN("abc"),
	                                        .origin = "built in",
	                                        .params = params,
	                                        .params_n = 4,
	                                        .why = ""};
	static const struct setting set = {.name = "a/b.warn",
	                                   .value = "7",
	                                   .origin = "--set",
	                                   .fallback = "1",
	                                   .over = "50 (site:2)"};
	const struct report r = {.tool_version = "1",
	                         .store_schema = 4,
	                         .results = &rule,
	                         .results_n = 1,
	                         .settings = &set,
	                         .settings_n = 1};
	json_t *j = read_back(&r), *one = json_array_get(json_object_get(j, "rules"), 0), *all, *p;

	(void)state;
	assert_int_equal(json_integer_value(json_object_get(j, "store_schema")), 4);
	assert_int_equal(json_integer_value(json_object_get(one, "version")), 3);
	assert_string_equal(json_string_value(json_object_get(one, "sha256")),
	                    "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
	assert_string_equal(json_string_value(json_object_get(one, "origin")), "built in");
	all = json_object_get(one, "params");
	assert_int_equal(json_integer_value(json_object_get(json_object_get(all, "warn"), "value")),
	                 7);
	assert_string_equal(text_at(all, "warn", "origin"), "--set");
	assert_string_equal(text_at(all, "share", "unit"), "pct");
	assert_true(json_real_value(json_object_get(json_object_get(all, "share"), "value")) ==
	            0.25);
	assert_string_equal(text_at(all, "like", "value"), "eth*");
	assert_true(json_is_null(json_object_get(json_object_get(all, "free"), "value")));
	p = json_object_get(json_object_get(j, "params"), "a/b.warn");
	assert_int_equal(json_integer_value(json_object_get(p, "value")), 7);
	assert_int_equal(json_integer_value(json_object_get(p, "default")), 1);
	assert_string_equal(json_string_value(json_object_get(p, "over")), "50 (site:2)");
	assert_true(json_is_null(json_object_get(p, "warning")));
	json_decref(j);
}

static void rows_are_objects_by_column(void **state)
{
	static const float spark[] = {1, (float)NAN, 3};
	static const struct column columns[] = {
		{"cpu",     "cpu", MEASURE_PLAIN},
		{"x_spark", "x",   MEASURE_SPARK},
	};
	static const struct cell cells[] = {
		{.type = CELL_TEXT,  .v.text = "cpu0"               },
		{.type = CELL_SPARK, .v.spark = {.v = spark, .n = 3}},
	};
	static const struct table table = {.caption = "",
	                                   .columns = columns,
	                                   .columns_n = 2,
	                                   .cells = cells,
	                                   .rows_n = 1,
	                                   .more = 4};
	static const struct section section = {
		.name = "SOFTNET", .about = "x", .tables = &table, .tables_n = 1};
	const struct report r = {.tool_version = "1", .sections = &section, .sections_n = 1};
	json_t *j = read_back(&r), *t, *row;

	(void)state;
	t = json_array_get(
		json_object_get(json_object_get(json_object_get(j, "sections"), "SOFTNET"),
	                        "tables"),
		0);
	assert_int_equal(json_integer_value(json_object_get(t, "more")), 4);
	row = json_array_get(json_object_get(t, "rows"), 0);
	assert_string_equal(json_string_value(json_object_get(row, "cpu")), "cpu0");
	assert_int_equal(json_array_size(json_object_get(row, "x_spark")), 3);
	assert_true(json_is_null(json_array_get(json_object_get(row, "x_spark"), 1)));
	json_decref(j);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_empty_report_has_all_its_members),
		cmocka_unit_test(a_finding_keeps_its_numbers_and_its_folding),
		cmocka_unit_test(hostile_text_is_text),
		cmocka_unit_test(rules_say_what_they_were_and_what_was_in_force),
		cmocka_unit_test(rows_are_objects_by_column),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
