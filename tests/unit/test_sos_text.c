/* The small texts of a sosreport. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "analyze/sos_manifest.h"
#include "analyze/sos_text.h"
#include "schema/timefmt.h"

static void assert_span(struct span got, const char *want)
{
	if (!span_eq(got, span_of(want)))
		fail_msg("\"%.*s\", not \"%s\"", (int)got.n, got.p, want);
}

static void error_texts_are_told_by_all_their_lines(void **state)
{
	static const struct {
		const char *text;
		enum capture_status status;
	} known[] = {
		{"",									 CAPTURE_ABSENT },
		{"no stats available\n",						     CAPTURE_ABSENT },
		{"bash: ethtool: command not found\n",                                       CAPTURE_ABSENT },
		{"Cannot get device pause settings: Operation not supported\nPause parameters for "
	         "eth0:\n",	                                         CAPTURE_ABSENT },
		{"Cannot get device channel parameters\n: Operation not supported\nChannel "
	         "parameters for "
	         "lo:\n",	                                           CAPTURE_ABSENT },
		{"/usr/sbin/ss: Permission denied",                                          CAPTURE_DENIED },
		{"netlink error: Operation not permitted\n",                                 CAPTURE_DENIED },
		{"timeout: failed to run command 'ip': No such file or directory\n",
	         CAPTURE_ABSENT									     },
		{"timeout: sending signal TERM to command 'ip'\n",                           CAPTURE_TIMEOUT},
		{"Error: something new\n",						   CAPTURE_ERROR  },
		{"ss: invalid option -- 'e'\nUsage: ss [ OPTIONS ]\n   -h, --help\n   -V\n",
	         CAPTURE_ABSENT									     },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		enum capture_status status = CAPTURE_OK;
		struct span line;

		if (!sos_error_text(span_of(known[i].text), &status, &line))
			fail_msg("an error text: %s", known[i].text);
		assert_int_equal(status, known[i].status);
		assert_true(line.n > 0);
	}
}

static void a_text_with_anything_else_is_no_error_text(void **state)
{
	static const char *const texts[] = {
		"Settings for eth0:\n\tLink detected: yes\n",
		"sysctl: permission denied on key 'a'\nkernel.pid_max = 4194304\n",
		"NIC statistics:\n     rx_dropped: 0\n",
		"Ring parameters for lo:\n",
	};
	enum capture_status status;
	struct span line;

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		assert_false(sos_error_text(span_of(texts[i]), &status, &line));
}

static void names_say_host_case_and_date(void **state)
{
	static const struct {
		const char *name, *host, *want_host, *ticket, *date;
		bool obfuscated;
	} known[] = {
		{"sosreport-web-01-0123456-2026-11-22-abcdefg",            "web-01.example.com", "web-01",
	         "0123456",										      "2026-11-22",     false},
		{"sosreport-web-2026-11-22-abcdefg.tar.xz",                "web",                "web",    "",   "2026-11-22",     false},
		{"sosreport-host1-label-99-2026-11-22-abcdefg-obfuscated", "host1",              "host1",
	         "label-99",										     "2026-11-22",     true },
		{"sosreport-db.77-20261122224013",                         "db",                 "db",     "77", "20261122224013", false},
		{"sosreport-a-b-2026-11-22-abcdefg",                       "",                   "a-b",    "",   "2026-11-22",     false},
		{"sosreport-webby-2026-11-22-abcdefg",                     "web",                "webby",  "",   "2026-11-22",     false},
	};
	struct sos_name n;

	(void)state;
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		assert_true(sos_name_parse(span_of(known[i].name), span_of(known[i].host), &n));
		assert_span(n.host, known[i].want_host);
		assert_span(n.ticket, known[i].ticket);
		assert_span(n.date, known[i].date);
		assert_int_equal(n.obfuscated, known[i].obfuscated);
	}
	assert_false(sos_name_parse(SPAN("case123"), SPAN("web"), &n));
	assert_false(sos_name_parse(SPAN("sosreport-"), SPAN(""), &n));
	assert_false(sos_name_parse(SPAN("sosreport-web-22-11-2026-abcdefg"), SPAN(""), &n));
}

static void dates_are_read_in_every_form_that_is_utc(void **state)
{
	static const int64_t want = INT64_C(1795387213) * NS_PER_S;
	static const char *const texts[] = {
		"Sun Nov 22 22:40:13 UTC 2026\n",
		"Sun 22 Nov 2026 10:40:13 PM UTC\n",
		"               Local time: Sun 2026-11-22 23:40:13 CET\n           Universal "
		"time: Sun "
		"2026-11-22 22:40:13 UTC\n",
	};
	static const char *const others[] = {"Sun Nov 22 23:40:13 CET 2026\n", "",
	                                     "sos_commands/date/date", "Nov UTC 99:99:99 2026 1"};
	int64_t got;

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		got = 0;
		assert_true(sos_date_parse(span_of(texts[i]), &got));
		assert_int_equal(got, want);
	}
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		assert_false(sos_date_parse(span_of(others[i]), &got));
	assert_true(sos_name_time(SPAN("20261122224013"), &got));
	assert_int_equal(got, want);
	assert_true(sos_name_time(SPAN("2026-11-22"), &got));
	assert_int_equal(got, want - (22 * 3600 + 40 * 60 + 13) * (int64_t)NS_PER_S);
	assert_false(sos_name_time(SPAN("2026112222401"), &got));
}

static void uptimes_are_read_in_every_form(void **state)
{
	static const struct {
		const char *text;
		int64_t s;
	} known[] = {
		{" 22:47:14 up 1 day,  2:30,  1 user,  load average: 0.50, 0.18, 0.10", 95400  },
		{" 22:47:14 up 12 days,  3:04,  0 users,  load average: 0,50, 0,18",    1047840},
		{" 22:47:14 up 3 min,  2 users,  load average: 0.5",                    180    },
		{" 22:47:14 up 2 days, 5 min,  2 users,",                               173100 },
		{" 22:47:14 up  5:06,  2 users,",                                       18360  },
	};
	int64_t got;

	(void)state;
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		assert_true(sos_uptime_parse(span_of(known[i].text), &got));
		assert_int_equal(got, known[i].s);
	}
	assert_false(sos_uptime_parse(SPAN("sos_commands/host/uptime"), &got));
	assert_false(sos_uptime_parse(SPAN(" up  2 users,"), &got));
}

static void uname_says_host_kernel_and_architecture(void **state)
{
	struct sos_uname u;

	(void)state;
	assert_true(sos_uname_parse(
		SPAN("Linux web 5.4.0-97-generic #110-Ubuntu SMP Thu Jan 13 x86_64 x86_64 x86_64 "
	             "GNU/Linux\n"),
		&u));
	assert_span(u.host, "web");
	assert_span(u.release, "5.4.0-97-generic");
	assert_span(u.arch, "x86_64");
	assert_false(sos_uname_parse(SPAN("sos_commands/kernel/uname_-a"), &u));
	assert_false(sos_uname_parse(SPAN(""), &u));
}

static const char manifest[] =
	"{\"version\":\"4.12.0\",\"cmdline\":\"report "
	"--batch\",\"components\":{\"report\":{\"plugins\":{"
	"\"networking\":{\"timeout_hit\":true,\"commands\":["
	"{\"exec\":\"ss -s\",\"filepath\":\"sos_commands/networking/ss_-s\",\"return_code\":0,"
	"\"truncated\":false,\"start_time\":1795387213.5,\"end_time\":1795387214.0},"
	"{\"exec\":\"ethtool eth0\",\"filepath\":\"networking/ethtool_eth0.1\",\"return_code\":124,"
	"\"truncated\":true,\"start_time\":\"soon\"},{\"exec\":7},null]},"
	"\"host\":{\"commands\":\"none\"},\"kernel\":[]}}}}";

static void a_manifest_says_how_each_command_ended(void **state)
{
	struct sos_manifest m = {.read = false};
	struct arena a = {0};
	struct err e = {0};
	const struct sos_command *c;

	(void)state;
	assert_int_equal(sos_manifest_read(&m, SPAN(manifest), &a, &e), 0);
	assert_true(m.read);
	assert_span(m.version, "4.12.0");
	assert_span(m.options, "report --batch");
	assert_span(m.late, "networking");
	assert_int_equal(m.n, 2);
	c = sos_manifest_find(&m, SPAN("sos_commands/networking/ss_-s"));
	assert_non_null(c);
	assert_span(c->exec, "ss -s");
	assert_true(c->has_time);
	assert_int_equal(c->t1_ns - c->t0_ns, NS_PER_S / 2);
	c = sos_manifest_find(&m, SPAN("sos_commands/networking/ethtool_eth0.1"));
	assert_non_null(c);
	assert_int_equal(c->status, 124);
	assert_true(c->truncated);
	assert_false(c->has_time);
	assert_null(sos_manifest_find(&m, SPAN("sos_commands/networking/other")));
	sos_manifest_free(&m);
	arena_free(&a);
}

static void what_is_no_manifest_is_said(void **state)
{
	static const char *const texts[] = {
		"", "[]", "{}", "{\"components\":[]}", "{\"components\":", "\xff"};

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct sos_manifest m = {.read = false};
		struct arena a = {0};
		struct err e = {0};

		assert_int_equal(sos_manifest_read(&m, span_of(texts[i]), &a, &e), -1);
		assert_true(e.text[0] != '\0');
		assert_null(sos_manifest_find(&m, SPAN("x")));
		sos_manifest_free(&m);
		arena_free(&a);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(error_texts_are_told_by_all_their_lines),
		cmocka_unit_test(a_text_with_anything_else_is_no_error_text),
		cmocka_unit_test(names_say_host_case_and_date),
		cmocka_unit_test(dates_are_read_in_every_form_that_is_utc),
		cmocka_unit_test(uptimes_are_read_in_every_form),
		cmocka_unit_test(uname_says_host_kernel_and_architecture),
		cmocka_unit_test(a_manifest_says_how_each_command_ended),
		cmocka_unit_test(what_is_no_manifest_is_said),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
