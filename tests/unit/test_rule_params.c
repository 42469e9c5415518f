#include "analyze/rule_scan.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "analyze/arena.h"
#include "analyze/rule.h"
#include "analyze/rule_value.h"

static void expect_default(const char *sql, const char *value)
{
	struct span literal = {0};
	bool differ;

	assert_int_equal(scan_default(span_of(sql), SPAN("x"), &literal, &differ), value != NULL);
	if (value) {
		assert_true(span_eq(literal, span_of(value)));
		assert_false(differ);
	}
}

static void the_default_is_the_literal_of_coalesce(void **state)
{
	(void)state;
	expect_default("SELECT coalesce(:x, 10)", "10");
	expect_default("SELECT COALESCE ( :x ,\n 0.25 ) AS x", "0.25");
	expect_default("SELECT coalesce(:x, -5)", "-5");
	expect_default("SELECT coalesce(:x, 1e-4)", "1e-4");
	expect_default("SELECT coalesce(:x, 'eth%')", "eth%");
	expect_default("SELECT coalesce(:y, 1), coalesce(:x, 2)", "2");
	expect_default("SELECT coalesce(:x, 2), coalesce(:x, 2)", "2");
}

static void nothing_else_is_a_default(void **state)
{
	(void)state;
	expect_default("SELECT :x", NULL);
	expect_default("SELECT coalesce(:x, y)", NULL);
	expect_default("SELECT coalesce(:x, 1 + 1)", NULL);
	expect_default("SELECT coalesce(:xx, 1)", NULL);
	expect_default("SELECT 1 -- coalesce(:x, 1)\n", NULL);
	expect_default("SELECT 1 /* coalesce(:x, 1) */", NULL);
	expect_default("SELECT 'coalesce(:x, 1)'", NULL);
	expect_default("SELECT 'it''s coalesce(:x, 1)'", NULL);
	expect_default("SELECT \"coalesce(:x, 1)\"", NULL);
	expect_default("SELECT coalesce(:x", NULL);
	expect_default("SELECT 'never closed coalesce(:x, 1)", NULL);
	expect_default("/* never closed coalesce(:x, 1)", NULL);
	expect_default("", NULL);
}

static void two_defaults_differ(void **state)
{
	struct span literal;
	bool differ = false;

	(void)state;
	assert_true(scan_default(SPAN("coalesce(:x, 1) coalesce(:x, 2)"), SPAN("x"), &literal,
	                         &differ));
	assert_true(differ);
}

static void a_parameter_without_its_default_is_counted(void **state)
{
	(void)state;
	assert_int_equal(scan_bare(SPAN("coalesce(:x, 1) + :x + :y"), SPAN("x")), 1);
	assert_int_equal(scan_bare(SPAN("coalesce(:x, 1) -- :x"), SPAN("x")), 0);
	assert_int_equal(scan_bare(SPAN("coalesce(y, :x)"), SPAN("x")), 1);
}

static void words_of_a_later_dialect_are_seen(void **state)
{
	(void)state;
	assert_non_null(scan_too_new(SPAN("SELECT a ORDER BY b DESC NULLS LAST")));
	assert_non_null(scan_too_new(SPAN("SELECT sum(a) FILTER (WHERE b) FROM c")));
	assert_non_null(scan_too_new(SPAN("SELECT a ->> 'b'")));
	assert_non_null(scan_too_new(SPAN("SELECT a FROM b RIGHT JOIN c")));
	assert_non_null(scan_too_new(SPAN("SELECT a IS NOT DISTINCT FROM b")));
	assert_non_null(scan_too_new(SPAN("WITH a AS MATERIALIZED (SELECT 1) SELECT 1")));
	assert_null(scan_too_new(SPAN("SELECT count(DISTINCT a) FROM b LEFT JOIN c")));
	assert_null(scan_too_new(SPAN("SELECT 'NULLS LAST', a - b > c, DISTINCT")));
}

static void a_rule_knows_its_defaults(void **state)
{
	struct arena a = {0};
	struct rule r;
	struct err e = {0};
	const char *text =
		"-- rule: a/b\n-- version: 1\n-- title: t\n-- requires: meta\n-- message: m\n"
		"-- param: warn_drops packets growth that is\n--   worth a warning\n"
		"-- param: other 1 not in the SQL\n"
		"SELECT coalesce(:warn_drops, 10);\n";

	(void)state;
	assert_int_equal(rule_parse(&r, "x", span_of(text), &a, &e), 0);
	assert_int_equal(r.params_n, 2);
	assert_string_equal(r.params[0].name, "warn_drops");
	assert_string_equal(r.params[0].unit, "packets");
	assert_string_equal(r.params[0].about, "growth that is worth a warning");
	assert_string_equal(r.params[0].value, "10");
	assert_null(r.params[1].value);
	assert_ptr_equal(rule_param(&r, SPAN("other")), &r.params[1]);
	assert_null(rule_param(&r, SPAN("warn")));
	arena_free(&a);
}

static void expect_number(const char *text, enum cell_type type, double want)
{
	struct cell v = {.type = CELL_EMPTY};

	assert_true(value_number(span_of(text), &v));
	assert_int_equal(v.type, type);
	assert_true(fabs(value_real(&v) - want) <= fabs(want) * 1e-12);
}

static void numbers_are_read_whole(void **state)
{
	struct cell v;

	(void)state;
	expect_number("50", CELL_INT, 50);
	expect_number("-3", CELL_INT, -3);
	expect_number("0.25", CELL_REAL, 0.25);
	expect_number("2.0", CELL_REAL, 2);
	expect_number("1e-4", CELL_REAL, 1e-4);
	expect_number("1.5E+3", CELL_REAL, 1500);
	assert_false(value_number(SPAN(""), &v));
	assert_false(value_number(SPAN("10.0.0.1"), &v));
	assert_false(value_number(SPAN("5 "), &v));
	assert_false(value_number(SPAN("1e999"), &v));
	assert_false(value_number(SPAN("eth0"), &v));
}

static void expect_said(struct cell v, const char *want)
{
	char text[64];
	struct buf b = BUF_OVER(text);

	value_put(&b, &v);
	assert_string_equal(buf_cstr(&b), want);
}

static void messages_say_numbers_without_ballast(void **state)
{
	(void)state;
	expect_said((struct cell){.type = CELL_INT, .v.i = 1234567}, "1234567");
	expect_said((struct cell){.type = CELL_REAL, .v.r = 250.0}, "250");
	expect_said((struct cell){.type = CELL_REAL, .v.r = 0.446}, "0.446");
	expect_said((struct cell){.type = CELL_REAL, .v.r = 12.50}, "12.5");
	expect_said((struct cell){.type = CELL_REAL, .v.r = 123456.78}, "123456.8");
	expect_said((struct cell){.type = CELL_REAL, .v.r = 0.00012}, "0.00012");
	expect_said((struct cell){.type = CELL_REAL, .v.r = 0}, "0");
	expect_said((struct cell){.type = CELL_TEXT, .v.text = "a b"}, "a b");
	expect_said((struct cell){.type = CELL_EMPTY}, "unknown");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_default_is_the_literal_of_coalesce),
		cmocka_unit_test(nothing_else_is_a_default),
		cmocka_unit_test(two_defaults_differ),
		cmocka_unit_test(a_parameter_without_its_default_is_counted),
		cmocka_unit_test(words_of_a_later_dialect_are_seen),
		cmocka_unit_test(a_rule_knows_its_defaults),
		cmocka_unit_test(numbers_are_read_whole),
		cmocka_unit_test(messages_say_numbers_without_ballast),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
