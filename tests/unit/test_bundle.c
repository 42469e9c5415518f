#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "schema/bundle.h"

static void members_are_taken_apart(void **state)
{
	struct member_name m;

	(void)state;
	assert_true(member_name_parse(SPAN("web1-20260823T101504Z/snap/000012/proc/net/dev"), &m));
	assert_int_equal(m.place, MEMBER_SNAP);
	assert_int_equal(m.snap, 12);
	assert_true(span_eq(m.path, SPAN("proc/net/dev")));
	assert_int_equal(m.netns.n, 0);
	assert_true(member_name_parse(SPAN("s/snap/1234567/tick.json"), &m));
	assert_int_equal(m.place, MEMBER_TICK);
	assert_int_equal(m.snap, 1234567);
	assert_true(member_name_parse(SPAN("s/host/netns/blue/proc/net/dev"), &m));
	assert_int_equal(m.place, MEMBER_HOST);
	assert_true(span_eq(m.netns, SPAN("blue")));
	assert_true(span_eq(m.path, SPAN("proc/net/dev")));
	assert_true(member_name_parse(SPAN("s/last/cmd/ethtool_eth0"), &m));
	assert_int_equal(m.place, MEMBER_LAST);
	assert_true(member_name_parse(SPAN("s/bundle.json"), &m));
	assert_int_equal(m.place, MEMBER_BUNDLE);
	assert_true(member_name_parse(SPAN("s/end.json"), &m));
	assert_int_equal(m.place, MEMBER_END);
}

static void hostile_names_are_refused(void **state)
{
	static const char *const bad[] = {
		"",
		"/s/bundle.json",
		"bundle.json",
		"s/../bundle.json",
		"s/host/../../etc/passwd",
		"s/host/./x",
		"s/host//x",
		"s/host/",
		"s/host",
		"s/other/x",
		"s/snap/12/proc/stat",
		"s/snap/0000012/proc/stat", /* a second spelling of 12 */
		"s/snap/99999999999/proc/stat",
		"s/snap/00001x/proc/stat",
		"s/snap/000001/",
		"s/host/a\nb",
		"s/host/\x1b[31m",
		"s/host/netns/blue",
		"s/host/..",
	};
	struct member_name m = {.snap = 7};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_false(member_name_parse(span_of(bad[i]), &m));
	assert_false(member_name_parse((struct span){"s/host/a\0b", 10}, &m));
	assert_int_equal(m.snap, 7);
}

static void long_names_are_refused(void **state)
{
	char name[BUNDLE_NAME_MAX + 1];
	struct buf b = BUF_OVER(name);
	struct member_name m;

	(void)state;
	buf_str(&b, "s/host/");
	while (b.n < BUNDLE_NAME_MAX)
		buf_char(&b, 'x');
	assert_true(member_name_parse(buf_span(&b), &m));
	buf_char(&b, 'x');
	assert_false(member_name_parse(buf_span(&b), &m));
}

static void snapshots_have_six_digits_and_more_when_they_must(void **state)
{
	static const struct {
		uint64_t snap;
		const char *want;
	} cases[] = {
		{0,       "snap/000000/" },
                {12,      "snap/000012/" },
                {100000,  "snap/100000/" },
		{999999,  "snap/999999/" },
                {1234567, "snap/1234567/"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char text[64];
		struct buf b = BUF_OVER(text);

		member_name_put_snap(&b, cases[i].snap);
		assert_string_equal(buf_cstr(&b), cases[i].want);
	}
}

static void commands_become_file_names(void **state)
{
	char text[128];
	struct buf b = BUF_OVER(text);

	(void)state;
	command_name_put(&b, SPAN("ethtool -S eth0"));
	assert_string_equal(buf_cstr(&b), "ethtool_-S_eth0");
	b.n = 0;
	command_name_put(&b, SPAN("ls /sys/class/net/br-\x01\xc3\xbc*/x"));
	assert_string_equal(buf_cstr(&b), "ls_.sys.class.net.br-____.x");
}

static void statuses_have_names_that_are_read_back(void **state)
{
	enum capture_status got;

	(void)state;
	for (int s = 0; s < CAPTURE_STATUS_COUNT; s++) {
		assert_true(capture_status_parse(
			span_of(capture_status_name((enum capture_status)s)), &got));
		assert_int_equal(got, s);
	}
	assert_false(capture_status_parse(SPAN("later"), &got));
	assert_true(capture_status_good(CAPTURE_CUT));
	assert_false(capture_status_good(CAPTURE_ABSENT));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(members_are_taken_apart),
		cmocka_unit_test(hostile_names_are_refused),
		cmocka_unit_test(long_names_are_refused),
		cmocka_unit_test(snapshots_have_six_digits_and_more_when_they_must),
		cmocka_unit_test(commands_become_file_names),
		cmocka_unit_test(statuses_have_names_that_are_read_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
