#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "analyze/when.h"
#include "schema/timefmt.h"

static int64_t utc(const char *text)
{
	int64_t ns = 0;

	assert_true(time_parse(span_of(text), &ns));
	return ns;
}

/* What `text` means in a recording between two times, as it would be printed. */
static void means(const char *text, const char *start, const char *end, const char *want)
{
	struct when w = {.kind = WHEN_NONE};

	assert_true(when_parse(span_of(text), &w));
	assert_int_equal(when_resolve(w, utc(start), utc(end)), utc(want));
}

static void times_with_a_date_are_themselves(void **state)
{
	(void)state;
	means("2026-11-22T10:00:00Z", "2026-11-22T09:50", "2026-11-22T10:30",
	      "2026-11-22T10:00:00Z");
	means("2026-11-22 10:00", "2026-11-22T09:50", "2026-11-22T10:30", "2026-11-22T10:00:00Z");
	means("@1787480104", "2026-11-22T09:50", "2026-11-22T10:30", "2026-08-23T10:15:04Z");
	means("@1787480104.5", "2026-11-22T09:50", "2026-11-22T10:30", "2026-08-23T10:15:04.5Z");
}

static void signs_count_from_the_ends(void **state)
{
	(void)state;
	means("+90s", "2026-11-22T09:50", "2026-11-22T10:30", "2026-11-22T09:51:30");
	means("-5m", "2026-11-22T09:50", "2026-11-22T10:30", "2026-11-22T10:25");
	means("+1h30m", "2026-11-22T09:50", "2026-11-22T12:30", "2026-11-22T11:20");
	means("-0.5s", "2026-11-22T09:50", "2026-11-22T10:30", "2026-11-22T10:29:59.5");
}

static void a_clock_is_of_the_recordings_day(void **state)
{
	(void)state;
	means("10:00", "2026-11-22T09:50", "2026-11-22T10:30", "2026-11-22T10:00");
	means("10:00:30.25", "2026-11-22T09:50", "2026-11-22T10:30", "2026-11-22T10:00:30.25");
	means("09:50", "2026-11-22T09:50", "2026-11-22T10:30", "2026-11-22T09:50");
	means("10:30", "2026-11-22T09:50", "2026-11-22T10:30", "2026-11-22T10:30");
}

static void a_clock_outside_is_the_nearest(void **state)
{
	(void)state;
	means("09:00", "2026-11-22T09:50", "2026-11-22T10:30", "2026-11-22T09:00");
	means("11:00", "2026-11-22T09:50", "2026-11-22T10:30", "2026-11-22T11:00");
	means("00:05", "2026-11-22T22:00", "2026-11-22T23:59", "2026-11-23T00:05");
	means("23:55", "2026-11-22T00:01", "2026-11-22T01:00", "2026-11-21T23:55");
}

static void a_recording_over_midnight_has_both_days(void **state)
{
	(void)state;
	means("23:55", "2026-11-22T23:50", "2026-11-23T00:10", "2026-11-22T23:55");
	means("00:05", "2026-11-22T23:50", "2026-11-23T00:10", "2026-11-23T00:05");
	means("00:00", "2026-11-22T23:50", "2026-11-23T00:10", "2026-11-23T00:00");
	/* of two such times the first */
	means("12:00", "2026-11-22T11:00", "2026-11-24T11:00", "2026-11-22T12:00");
}

static void before_1970_a_day_begins_at_midnight_too(void **state)
{
	(void)state;
	means("10:00", "1969-12-31T09:00", "1969-12-31T11:00", "1969-12-31T10:00");
}

static void what_is_no_moment_is_refused(void **state)
{
	static const char *const bad[] = {
		"",    "noon",   "10",     "25:00", "10:60",   "10:00:61", "+",
		"-",   "+10:00", "+90x",   "@",     "@x",      "--5m",     "5m",
		"90s", "10:00 ", " 10:00", "@1e9x", "10:00pm", "2026-1",   "yesterday",
	};
	struct when w = {.kind = WHEN_NONE, .ns = 7};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_false(when_parse(span_of(bad[i]), &w));
	assert_int_equal(w.kind, WHEN_NONE);
	assert_int_equal(w.ns, 7);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(times_with_a_date_are_themselves),
		cmocka_unit_test(signs_count_from_the_ends),
		cmocka_unit_test(a_clock_is_of_the_recordings_day),
		cmocka_unit_test(a_clock_outside_is_the_nearest),
		cmocka_unit_test(a_recording_over_midnight_has_both_days),
		cmocka_unit_test(before_1970_a_day_begins_at_midnight_too),
		cmocka_unit_test(what_is_no_moment_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
