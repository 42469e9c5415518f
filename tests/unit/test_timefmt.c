#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "schema/timefmt.h"

static int64_t duration(const char *text)
{
	int64_t ns = -1;

	return duration_parse(span_of(text), &ns) ? ns : -1;
}

static void durations_have_units(void **state)
{
	(void)state;
	assert_int_equal(duration("300ms"), 300 * (int64_t)NS_PER_MS);
	assert_int_equal(duration("90"), 90 * (int64_t)NS_PER_S);
	assert_int_equal(duration("1h30m"), 5400 * (int64_t)NS_PER_S);
	assert_int_equal(duration("2d"), 172800 * (int64_t)NS_PER_S);
	assert_int_equal(duration("0.5s"), NS_PER_S / 2);
	assert_int_equal(duration("0.05"), 50 * NS_PER_MS);
	assert_int_equal(duration("0"), 0);
	assert_int_equal(duration("1us1ns"), 1001);
}

static void decimals_are_exact(void **state)
{
	(void)state;
	assert_int_equal(duration("0.123456789s"), 123456789);
	assert_int_equal(duration("1.000000001s"), NS_PER_S + 1);
	assert_int_equal(duration("0.999999999d"), 86399999913600);
	assert_int_equal(duration("1.5ns"), 1);
}

static void what_is_no_duration_is_refused(void **state)
{
	static const char *const bad[] = {"",      "s",   "1x",           "1h30",         "-1s",
	                                  "1s ",   "1.s", ".5",           "1 s",          "0x1",
	                                  "1..2s", "1e3", "99999999999d", "0.0000000001s"};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(duration(bad[i]), -1);
}

static void says_duration(int64_t ns, const char *want)
{
	char text[64];
	struct buf b = BUF_OVER(text);

	duration_put(&b, ns);
	assert_string_equal(buf_cstr(&b), want);
}

static void durations_are_written_exactly(void **state)
{
	(void)state;
	says_duration(0, "0s");
	says_duration(90 * (int64_t)NS_PER_S, "1m30s");
	says_duration(1500 * (int64_t)NS_PER_MS, "1s500ms");
	says_duration(86400 * (int64_t)NS_PER_S, "1d");
	says_duration(1, "1ns");
}

static void says_time(int64_t ns, unsigned digits, const char *want)
{
	char text[64];
	struct buf b = BUF_OVER(text);

	time_put(&b, ns, digits);
	assert_string_equal(buf_cstr(&b), want);
}

static void times_are_written_in_utc(void **state)
{
	char text[64];
	struct buf b = BUF_OVER(text);

	(void)state;
	/* date -u -d @1787480104 */
	says_time(1787480104 * (int64_t)NS_PER_S, 0, "2026-08-23T10:15:04Z");
	says_time(1787480104 * (int64_t)NS_PER_S + 5000001, 3, "2026-08-23T10:15:04.005Z");
	says_time(0, 0, "1970-01-01T00:00:00Z");
	says_time(-1, 9, "1969-12-31T23:59:59.999999999Z");
	says_time(951782400 * (int64_t)NS_PER_S, 0, "2000-02-29T00:00:00Z");
	says_time(INT64_MIN, 0, "1677-09-21T00:12:43Z");
	says_time(INT64_MAX, 0, "2262-04-11T23:47:16Z");
	time_put_compact(&b, 1787480104 * (int64_t)NS_PER_S);
	assert_string_equal(buf_cstr(&b), "20260823T101504Z");
}

static int64_t time_of(const char *text)
{
	int64_t ns = -7;

	return time_parse(span_of(text), &ns) ? ns : -7;
}

static void times_are_read_back(void **state)
{
	(void)state;
	assert_int_equal(time_of("2026-08-23T10:15:04Z"), 1787480104 * (int64_t)NS_PER_S);
	assert_int_equal(time_of("2026-08-23 10:15:04"), 1787480104 * (int64_t)NS_PER_S);
	assert_int_equal(time_of("2026-08-23T10:15:04.5Z"),
	                 1787480104 * (int64_t)NS_PER_S + NS_PER_S / 2);
	assert_int_equal(time_of("1970-01-01"), 0);
	assert_int_equal(time_of("1969-12-31T23:59:59.999999999Z"), -1);
	assert_int_equal(time_of("2000-02-29T00:00"), 951782400 * (int64_t)NS_PER_S);
}

static void what_is_no_time_is_refused(void **state)
{
	static const char *const bad[] = {
		"",
		"2026",
		"2026-13-01",
		"2026-00-01",
		"2026-02-30",
		"2100-02-29",
		"2026-08-23T24:00:00Z",
		"2026-08-23T10:15:04.",
		"9999-01-01",
		"0001-01-01",
		"2026-08-23T10:15:04.-5Z",
		"2026-08-23T10:15:04.0123456789Z",
		"2026-8-23",
		"2026-08-23x",
		"2026-08-23T10:15:04Zx",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(time_of(bad[i]), -7);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(durations_have_units),
		cmocka_unit_test(decimals_are_exact),
		cmocka_unit_test(what_is_no_duration_is_refused),
		cmocka_unit_test(durations_are_written_exactly),
		cmocka_unit_test(times_are_written_in_utc),
		cmocka_unit_test(times_are_read_back),
		cmocka_unit_test(what_is_no_time_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
