#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "collect/json.h"
#include "schema/buf.h"
#include "schema/err.h"

static void what_does_not_fit_is_cut_and_remembered(void **state)
{
	char a[5];
	struct buf b = BUF_OVER(a);

	(void)state;
	buf_str(&b, "abc");
	assert_false(b.cut);
	buf_str(&b, "def");
	assert_true(b.cut);
	assert_true(span_eq(buf_span(&b), SPAN("abcde")));
	assert_string_equal(buf_cstr(&b), "abcd");
}

static void an_exact_fit_is_no_cut(void **state)
{
	char a[3];
	struct buf b = BUF_OVER(a), none = {0};

	(void)state;
	buf_str(&b, "abc");
	assert_false(b.cut);
	buf_str(&b, "");
	assert_false(b.cut);
	buf_char(&none, 'x');
	assert_true(none.cut);
	assert_string_equal(buf_cstr(&none), "");
}

static void numbers_are_written(void **state)
{
	char a[200];
	struct buf b = BUF_OVER(a);

	(void)state;
	buf_u64(&b, 0);
	buf_char(&b, ' ');
	buf_u64(&b, UINT64_MAX);
	buf_char(&b, ' ');
	buf_i64(&b, INT64_MIN);
	buf_char(&b, ' ');
	buf_hex(&b, 0xbeef, 8);
	buf_char(&b, ' ');
	buf_fixed(&b, 1234, 2);
	buf_char(&b, ' ');
	buf_fixed(&b, 5, 3);
	buf_char(&b, ' ');
	buf_fixed(&b, 5, 0);
	assert_string_equal(buf_cstr(&b),
	                    "0 18446744073709551615 -9223372036854775808 0000beef 12.34 0.005 5");
}

static void formats_are_cut_too(void **state)
{
	char a[6];
	struct buf b = BUF_OVER(a);

	(void)state;
	buf_fmt(&b, "%d-%s", 12, "abcdef");
	assert_true(b.cut);
	assert_string_equal(buf_cstr(&b), "12-ab");
}

static void commas_are_its_business(void **state)
{
	char a[200];
	struct buf b = BUF_OVER(a);
	struct json j = {.out = &b};

	(void)state;
	json_open(&j, NULL, '{');
	json_u64(&j, "a", 1);
	json_open(&j, "b", '[');
	json_newline(&j);
	json_i64(&j, NULL, -2);
	json_newline(&j);
	json_none(&j, NULL);
	json_close(&j, ']');
	json_open(&j, "c", '[');
	json_close(&j, ']');
	json_bool(&j, "d", true);
	json_close(&j, '}');
	assert_string_equal(buf_cstr(&b), "{\"a\":1,\"b\":[\n-2,\nnull],\"c\":[],\"d\":true}");
}

static void says(struct span s, const char *want)
{
	char a[200];
	struct buf b = BUF_OVER(a);
	struct json j = {.out = &b};

	json_str(&j, NULL, s);
	assert_string_equal(buf_cstr(&b), want);
}

static void strings_are_escaped(void **state)
{
	(void)state;
	says(SPAN("a\"b\\c\n\x7f"), "\"a\\\"b\\\\c\\u000a\\u007f\"");
	says(SPAN(""), "\"\"");
	says((struct span){"\0x", 2}, "\"\\u0000x\"");
	says(SPAN("gr\xc3\xbc\xc3\x9f \xe2\x82\xac \xf0\x9f\x90\xa7"),
	     "\"gr\xc3\xbc\xc3\x9f \xe2\x82\xac \xf0\x9f\x90\xa7\"");
}

static void what_is_no_utf8_is_replaced(void **state)
{
	(void)state;
	says(SPAN("\xff"), "\"\\ufffd\"");
	says(SPAN("\xc3"), "\"\\ufffd\"");                       /* cut short */
	says(SPAN("\xc0\xaf"), "\"\\ufffd\\ufffd\"");            /* overlong */
	says(SPAN("\xed\xa0\x80"), "\"\\ufffd\\ufffd\\ufffd\""); /* a surrogate */
	says(SPAN("\xf4\x90\x80\x80"), "\"\\ufffd\\ufffd\\ufffd\\ufffd\"");
}

static void the_first_error_wins(void **state)
{
	struct err e = {0};

	(void)state;
	assert_int_equal(err_set(&e, 2, "open %s", "x"), -1);
	assert_int_equal(err_set(&e, 5, "later"), -1);
	assert_string_equal(e.text, "open x: No such file or directory");
	assert_int_equal(e.code, 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_does_not_fit_is_cut_and_remembered),
		cmocka_unit_test(an_exact_fit_is_no_cut),
		cmocka_unit_test(numbers_are_written),
		cmocka_unit_test(formats_are_cut_too),
		cmocka_unit_test(commas_are_its_business),
		cmocka_unit_test(strings_are_escaped),
		cmocka_unit_test(what_is_no_utf8_is_replaced),
		cmocka_unit_test(the_first_error_wins),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
