#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "analyze/escape.h"
#include "analyze/humanize.h"

static void says(double v, enum measure m, bool terse, const char *want)
{
	char text[64];
	struct buf b = BUF_OVER(text);

	humanize_real(&b, v, m, terse);
	assert_string_equal(buf_cstr(&b), want);
}

static void bytes_are_binary_with_three_digits(void **state)
{
	(void)state;
	says(0, MEASURE_BYTES, false, "0 B");
	says(1023, MEASURE_BYTES, false, "1,023 B");
	says(512, MEASURE_BYTES, false, "512 B");
	says(1024, MEASURE_BYTES, false, "1 KiB");
	says(1536, MEASURE_BYTES, false, "1.5 KiB");
	says(13206822912.0, MEASURE_BYTES, false, "12.3 GiB");
	says(9223372036854775807.0, MEASURE_BYTES, false, "8 EiB");
	says(1048576, MEASURE_BYTES_PER_S, false, "1 MiB/s");
	says(1048576, MEASURE_BYTES_PER_S, true, "1 MiB");
}

static void rates_are_decimal(void **state)
{
	(void)state;
	says(0, MEASURE_PER_S, false, "0/s");
	says(0.0123, MEASURE_PER_S, false, "0.012/s");
	says(12, MEASURE_PER_S, false, "12/s");
	says(1200, MEASURE_PER_S, false, "1.2 k/s");
	says(1200, MEASURE_PER_S, true, "1.2 k");
	says(999.6, MEASURE_PER_S, false, "1 k/s");
	says(466000, MEASURE_PER_S, false, "466 k/s");
	says(1e10, MEASURE_BIT_PER_S, false, "10 Gbit/s");
}

static void times_choose_their_unit(void **state)
{
	(void)state;
	says(0, MEASURE_NS, false, "0 ns");
	says(0, MEASURE_MS, false, "0 ms");
	says(0, MEASURE_SECONDS, false, "0 s");
	says(999, MEASURE_NS, false, "999 ns");
	says(208e6, MEASURE_NS, false, "208 ms");
	says(12.34e6, MEASURE_NS, false, "12.3 ms");
	says(208, MEASURE_MS, false, "208 ms");
	says(0.5, MEASURE_MS, false, "500 us");
	says(1.5, MEASURE_SECONDS, false, "1.5 s");
	says(60, MEASURE_SECONDS, false, "60 s");
	says(100, MEASURE_SECONDS, false, "1m40s");
	says(3600, MEASURE_SECONDS, false, "1h");
	says(7500, MEASURE_SECONDS, false, "2h5m");
	says(93600, MEASURE_SECONDS, false, "1d2h");
}

static void percent_and_plain_numbers(void **state)
{
	(void)state;
	says(99.95, MEASURE_PCT, false, "100 %");
	says(12.34, MEASURE_PCT, true, "12.3");
	says(0.05, MEASURE_PCT, false, "0.05 %");
	says(12345, MEASURE_PLAIN, false, "12,345");
	says(1234567, MEASURE_PLAIN, false, "1,234,567");
	says(-12345, MEASURE_PLAIN, false, "-12,345");
	says(0.25, MEASURE_PLAIN, false, "0.25");
	says(1.0, MEASURE_PLAIN, false, "1");
}

static void numbers_that_are_none_say_nothing(void **state)
{
	(void)state;
	says(NAN, MEASURE_BYTES, false, "");
	says(INFINITY, MEASURE_PER_S, false, "");
	says(-INFINITY, MEASURE_PLAIN, false, "");
}

static void integers_keep_all_their_digits(void **state)
{
	char text[64];
	struct buf b = BUF_OVER(text);
	const struct cell c = {.type = CELL_INT, .v.i = INT64_MIN};

	(void)state;
	humanize(&b, &c, MEASURE_PLAIN, false, true);
	assert_string_equal(buf_cstr(&b), "-9,223,372,036,854,775,808");
}

static void the_end_of_a_name_is_its_measure(void **state)
{
	(void)state;
	assert_int_equal(measure_of(SPAN("rx_bytes_per_s")), MEASURE_BYTES_PER_S);
	assert_int_equal(measure_of(SPAN("rx_bytes")), MEASURE_BYTES);
	assert_int_equal(measure_of(SPAN("drops_per_s")), MEASURE_PER_S);
	assert_int_equal(measure_of(SPAN("speed_bit_per_s")), MEASURE_BIT_PER_S);
	assert_int_equal(measure_of(SPAN("p99_ms")), MEASURE_MS);
	assert_int_equal(measure_of(SPAN("span_s")), MEASURE_SECONDS);
	assert_int_equal(measure_of(SPAN("wait_ns")), MEASURE_NS);
	assert_int_equal(measure_of(SPAN("share_pct")), MEASURE_PCT);
	assert_int_equal(measure_of(SPAN("drops")), MEASURE_PLAIN);
	assert_true(span_eq(measure_stem(SPAN("rx_bytes_per_s")), SPAN("rx")));
	assert_true(span_eq(measure_stem(SPAN("drops")), SPAN("drops")));
}

static void escapes(struct span s, bool utf8, const char *want)
{
	char text[128];
	struct buf b = BUF_OVER(text);

	escape_put(&b, s, utf8);
	assert_string_equal(buf_cstr(&b), want);
}

static void control_characters_are_shown_not_done(void **state)
{
	(void)state;
	escapes(SPAN("a\x1b[31mb"), true, "a\\x1b[31mb");
	escapes(SPAN("tab\there\nthere\x7f"), true, "tab\\there\\nthere\\x7f");
	escapes(SPAN("\xc2\x9b"
	             "31m"),
	        true, "\\u009b31m");
	escapes(SPAN("\xe2\x80\xae"
	             "evil"),
	        true, "\\u202eevil");
	escapes(((struct span){"\0x", 2}), true, "\\x00x");
}

static void text_beyond_ascii_needs_a_terminal_that_shows_it(void **state)
{
	(void)state;
	escapes(SPAN("caf\xc3\xa9"), true, "caf\xc3\xa9");
	escapes(SPAN("caf\xc3\xa9"), false, "caf\\u00e9");
}

static void bytes_that_are_no_utf8_are_shown_as_bytes(void **state)
{
	(void)state;
	escapes(SPAN("\xff\xc3"), true, "\\xff\\xc3");
	escapes(SPAN("\xc0\xaf"), true, "\\xc0\\xaf");                   /* overlong '/' */
	escapes(SPAN("\xed\xa0\x80"), true, "\\xed\\xa0\\x80");          /* half a surrogate pair */
	escapes(SPAN("\xf4\x90\x80\x80"), true, "\\xf4\\x90\\x80\\x80"); /* beyond U+10FFFF */
}

static void what_does_not_fit_is_cut_between_characters(void **state)
{
	char text[4];
	struct buf b = BUF_OVER(text);

	(void)state;
	escape_put(&b, SPAN("abc\xc3\xa9x"), true);
	assert_true(b.cut);
	assert_true(span_eq(buf_span(&b), SPAN("abc")));
}

static void columns_count_what_the_terminal_shows(void **state)
{
	(void)state;
	assert_int_equal(text_columns(SPAN("abc")), 3);
	assert_int_equal(text_columns(SPAN("caf\xc3\xa9")), 4);
	assert_int_equal(text_columns(SPAN("\xe6\x97\xa5\xe6\x9c\xac")), 4);
	assert_int_equal(text_front(SPAN("caf\xc3\xa9s"), 4).n, 5);
	assert_int_equal(text_front(SPAN("\xe6\x97\xa5\xe6\x9c\xac"), 3).n, 3);
	assert_int_equal(text_front(SPAN("abc"), 10).n, 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bytes_are_binary_with_three_digits),
		cmocka_unit_test(rates_are_decimal),
		cmocka_unit_test(times_choose_their_unit),
		cmocka_unit_test(percent_and_plain_numbers),
		cmocka_unit_test(numbers_that_are_none_say_nothing),
		cmocka_unit_test(integers_keep_all_their_digits),
		cmocka_unit_test(the_end_of_a_name_is_its_measure),
		cmocka_unit_test(control_characters_are_shown_not_done),
		cmocka_unit_test(text_beyond_ascii_needs_a_terminal_that_shows_it),
		cmocka_unit_test(bytes_that_are_no_utf8_are_shown_as_bytes),
		cmocka_unit_test(what_does_not_fit_is_cut_between_characters),
		cmocka_unit_test(columns_count_what_the_terminal_shows),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
