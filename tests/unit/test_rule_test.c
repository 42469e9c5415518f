#include "analyze/rules.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "analyze/rule_case.h"
#include "analyze/stmt.h"
#include "analyze/store.h"
#include "schema/buf.h"

#define RULE                                                                                       \
	"-- rule: a/b\n-- version: 1\n-- title: T\n-- requires: softnet >= 2\n"                    \
	"-- param: limit packets growth that is too much\n"                                        \
	"-- message: {entity} lost {drops}\n-- remedy: none\n"                                     \
	"SELECT CASE WHEN increase >= coalesce(:limit, 10) THEN 'warn' ELSE 'ok' END AS level,\n"  \
	" entity, increase AS drops, intervals, resets FROM counter\n"                             \
	" WHERE source = 'softnet' AND name = 'dropped' ORDER BY entity;\n"
#define THREE                                                                                      \
	"case fires\n softnet cpu1 dropped 0 5 20\n expect warn cpu1 drops=20\n"                   \
	"case quiet\n softnet cpu1 dropped 7x3\n expect ok cpu1\n"                                 \
	"case blind\n absent softnet\n snapshots 3\n expect not-evaluated softnet\n"
#define GOOD THREE "case restart\n softnet cpu1 dropped 90000 90000 0 9\n expect ok cpu1 drops=9\n"

struct fixture {
	char dir[64];
	char path[128];
	struct arena arena;
	char *out; /* TAP of the last run */
	size_t out_n;
	struct err e;
};

static int setup(void **state)
{
	static struct fixture f;
	struct buf b = BUF_OVER(f.dir);

	f = (struct fixture){0};
	buf_str(&b, "/tmp/nettape-rules-XXXXXX");
	(void)buf_cstr(&b);
	*state = &f;
	if (!mkdtemp(f.dir))
		return -1;
	b = BUF_OVER(f.path);
	buf_fmt(&b, "%s/a", f.dir);
	return mkdir(buf_cstr(&b), 0700);
}

static void forget(struct fixture *f, const char *name)
{
	(void)unlink(arena_fmt(&f->arena, "%s/%s", f->dir, name));
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	forget(f, "a/b.sql");
	forget(f, "a/b.test");
	(void)rmdir(f->path);
	(void)rmdir(f->dir);
	free(f->out);
	arena_free(&f->arena);
	return 0;
}

static void put(struct fixture *f, const char *name, const char *text)
{
	FILE *file = fopen(arena_fmt(&f->arena, "%s/%s", f->dir, name), "we");

	assert_non_null(file);
	assert_int_equal(fwrite(text, 1, strlen(text), file), strlen(text));
	assert_int_equal(fclose(file), 0);
}

static int run(struct fixture *f, int (*what)(const char *, FILE *, struct err *), const char *rule,
               const char *test)
{
	FILE *out;
	int rc;

	put(f, "a/b.sql", rule);
	if (test)
		put(f, "a/b.test", test);
	else
		forget(f, "a/b.test");
	free(f->out);
	f->out = NULL;
	f->e = (struct err){0};
	out = open_memstream(&f->out, &f->out_n);
	assert_non_null(out);
	rc = what(f->dir, out, &f->e);
	assert_int_equal(fclose(out), 0);
	return rc;
}

static void expect_line(const struct fixture *f, const char *line)
{
	if (!strstr(f->out, line))
		fail_msg("no \"%s\" in:\n%s", line, f->out);
}

/* One case that must fail, and the reason that is printed. */
static void must_fail(struct fixture *f, const char *body, const char *why)
{
	assert_int_equal(run(f, rules_test, RULE, arena_fmt(&f->arena, "case x\n%s", body)), 1);
	expect_line(f, "not ok - rules a/b: ");
	expect_line(f, why);
}

static void good_cases_pass(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(run(f, rules_test, RULE, THREE), 0);
	assert_string_equal(f->out, "ok - rules a/b: fires\nok - rules a/b: quiet\n"
	                            "ok - rules a/b: blind\n1..3\n");
}

static void what_is_not_as_expected_fails(void **state)
{
	struct fixture *f = *state;
	const char *drops = " softnet cpu1 dropped 0 5 20\n";

	must_fail(f, arena_fmt(&f->arena, "%s expect ok cpu1\n", drops),
	          "line 3: 'cpu1' is warn, expected ok");
	must_fail(f, arena_fmt(&f->arena, "%s expect warn cpu2\n", drops),
	          "line 3: no row of 'cpu2' but findings: warn cpu1");
	must_fail(f, arena_fmt(&f->arena, "%s expect warn cpu1 drops=19\n", drops),
	          "line 3: cpu1: drops is 20, expected 19");
	must_fail(f, arena_fmt(&f->arena, "%s expect warn cpu1 losses=20\n", drops),
	          "line 3: there is no column losses");
	must_fail(f, arena_fmt(&f->arena, "%s expect no warn\n", drops), "line 3: 'cpu1' is warn");
	must_fail(f, arena_fmt(&f->arena, "%s expect message cpu1 ~ \"lost 19\"\n", drops),
	          "line 3: message is \"cpu1 lost 20\"");
	must_fail(f, arena_fmt(&f->arena, "%s expect not-evaluated\n", drops),
	          "line 3: expected not evaluated, there is findings: warn cpu1");
	must_fail(f, arena_fmt(&f->arena, "%s expect not-applicable\n", drops),
	          "line 3: expected not applicable");
	must_fail(f, " snapshots 3\n absent softnet denied\n expect not-evaluated timeout\n",
	          "the reason is \"softnet: denied");
	must_fail(f, arena_fmt(&f->arena, "%s set limit=1000\n expect warn cpu1\n", drops),
	          "'cpu1' is ok, expected warn");
	must_fail(f, arena_fmt(&f->arena, "%s set limt=1000\n expect warn cpu1\n", drops),
	          "a/b has no param 'limt'");
}

/* A column of two lines would be copied as one. */
static void a_line_end_in_a_value_fails(void **state)
{
	struct fixture *f = *state;
	const char *rule = "-- rule: a/b\n-- version: 1\n-- title: T\n-- requires: softnet\n"
			   "-- message: m\n-- remedy: Do {_what}\n"
			   "SELECT 'warn' AS level, 'it' AS entity, 'this:' || char(10) || '  "
			   "reboot' AS _what;\n";

	assert_int_equal(run(f, rules_test, rule,
	                     "case x\n have softnet\n expect remedy it ~ \"Do this\"\n"),
	                 1);
	expect_line(f, "line 3: remedy: a value has a line end");
	assert_int_equal(run(f, rules_test, rule,
	                     "case x\n have softnet\n expect remedy it ~ \":\\n  reboot\"\n"),
	                 0);
}

static void what_cannot_be_read_fails(void **state)
{
	struct fixture *f = *state;

	must_fail(f, " softnet cpu1 dropped 5\n", "expects nothing");
	must_fail(f, " softnet cpu1 dropped five\n expect ok cpu1\n", "'five' is no value");
	must_fail(f, " softnet cpu1\n expect ok cpu1\n", "SOURCE ENTITY NAME VALUES");
	must_fail(f, " expect maybe cpu1\n", "cannot expect 'maybe'");
	must_fail(f, " every soon\n expect ok cpu1\n", "'soon' is no interval");
	must_fail(f, " absent softnet ok\n expect ok cpu1\n", "no status of a failed capture");
	must_fail(f, " row listener snap\n expect ok cpu1\n", "'snap' is no column=value");
	must_fail(f, " row nothing a=1\n have softnet\n expect ok cpu1\n",
	          "no such table: nothing");
	must_fail(f, " row meta\"x k=1\n have softnet\n expect ok cpu1\n", "");
	must_fail(f, "softnet cpu1 dropped 5\n", "stands indented");
	must_fail(f, " softnet cpu1 dropped 5x999999999\n expect ok cpu1\n", "");
	assert_int_equal(run(f, rules_test, RULE, NULL), 1);
	expect_line(f, "not ok - rules a/b: its cases can be read");
	assert_int_equal(run(f, rules_test, RULE, "# nothing\n"), 1);
	expect_line(f, "no case in it");
}

static void a_rule_that_fails_fails_its_cases(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(run(f, rules_test, "-- rule: a/b\nSELECT 1;\n", THREE), 3);
	expect_line(f, "'version' is missing");
	assert_int_equal(run(f, rules_test,
	                     "-- rule: a/b\n-- version: 1\n-- title: T\n-- requires: meta\n"
	                     "-- message: m\nSELECT nix;\n",
	                     "case x\n have softnet\n expect not-evaluated\n"),
	                 1);
	expect_line(f, "b.sql:6: no such column: nix");
}

static void an_empty_folder_is_no_success(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(rules_test(f->dir, stderr, &f->e), -1);
	assert_non_null(strstr(f->e.text, "no AREA/NAME.sql in it"));
}

/* ---- the shorthand ---- */

static struct store *window(struct fixture *f, const char *body)
{
	struct rule_cases c;
	const char *text = arena_fmt(&f->arena, "case x\n%s expect no warn\n", body);
	struct store *s;

	if (rule_cases_read(&c, "x.test", span_of(text), &f->arena, &f->e) != 0)
		fail_msg("%s", f->e.text);
	s = rule_case_store(&c.v[0], &f->arena, &f->e);
	if (!s)
		fail_msg("%s", f->e.text);
	return s;
}

static void expect_rows(struct fixture *f, struct store *s, const char *sql, int64_t want)
{
	struct stmt t;
	int64_t n = -1;

	assert_int_equal(stmt_prepare(&t, store_db(s), sql, &f->e), 0);
	if (stmt_row(&t, &f->e) == 1)
		n = stmt_get_i64(&t, 0);
	stmt_done(&t);
	if (n != want)
		fail_msg("%s: %lld", sql, (long long)n);
}

static void the_longest_list_is_the_window(void **state)
{
	struct fixture *f = *state;
	struct store *s = window(f, " softnet cpu0 dropped 5x60\n"
	                            " softnet cpu1 dropped 100+7x59\n"
	                            " softnet cpu2 dropped 900 1000 _ 10\n");

	expect_rows(f, s, "SELECT count(*) FROM snapshot", 60);
	expect_rows(f, s, "SELECT increase FROM counter WHERE entity = 'cpu0'", 0);
	expect_rows(f, s, "SELECT increase FROM counter WHERE entity = 'cpu1'", 413);
	expect_rows(f, s, "SELECT n FROM series WHERE entity = 'cpu2'", 59);
	expect_rows(f, s, "SELECT count(*) FROM series WHERE kind = 'counter32'", 3);
	expect_rows(f, s, "SELECT resets FROM counter WHERE entity = 'cpu2'", 1);
	expect_rows(f, s, "SELECT v FROM meta WHERE k = 'ticks_taken'", 60);
	store_close(s);
}

static void a_paced_source_is_taken_at_its_pace_and_at_both_ends(void **state)
{
	struct fixture *f = *state;
	struct store *s = window(f, " snapshots 25\n pace linkerd 10s\n"
	                            " gauge linkerd \"http|client|#/a b\" pending 1 2.5 3 4\n"
	                            " softnet cpu0 dropped 1\n miss softnet 3..4 7\n");

	expect_rows(f, s, "SELECT good FROM source WHERE source = 'linkerd'", 4);
	expect_rows(f, s, "SELECT max(snap) FROM capture WHERE source = 'linkerd'", 24);
	expect_rows(f, s, "SELECT last FROM gauge WHERE entity = 'http|client|#/a b'", 4);
	expect_rows(f, s, "SELECT good FROM source WHERE source = 'softnet'", 22);
	expect_rows(f, s, "SELECT bad FROM source WHERE source = 'softnet'", 3);
	expect_rows(f, s, "SELECT span_s FROM source WHERE source = 'linkerd'", 24);
	store_close(s);
}

static void settings_and_what_the_bundle_says_are_there(void **state)
{
	struct fixture *f = *state;
	struct store *s =
		window(f, " snapshots 5\n sysctl net.core.somaxconn 128 -> 4096\n"
	                  " sysctl net.ipv4.ip_local_port_range 32768 60999\n"
	                  " meta cpus 8\n meta kernel_num _\n text nic eth0 driver virtio_net\n"
	                  " absent ethtool denied\n have netstat\n");

	expect_rows(f, s, "SELECT value FROM setting WHERE name = 'net.core.somaxconn'", 128);
	expect_rows(f, s, "SELECT last FROM setting WHERE name = 'net.core.somaxconn' AND changed",
	            4096);
	expect_rows(f, s,
	            "SELECT count(*) FROM setting WHERE value = '32768' || char(9) || '60999'", 1);
	expect_rows(f, s, "SELECT v FROM meta WHERE k = 'cpus'", 8);
	expect_rows(f, s, "SELECT count(*) FROM meta WHERE k = 'kernel_num' AND v IS NOT NULL", 0);
	expect_rows(f, s, "SELECT count(*) FROM series WHERE first = 'virtio_net'", 1);
	expect_rows(f, s, "SELECT bad FROM source WHERE source = 'ethtool' AND state = 'denied'",
	            5);
	expect_rows(f, s, "SELECT good FROM source WHERE source = 'netstat'", 5);
	store_close(s);
}

static void rows_expand_and_step(void **state)
{
	struct fixture *f = *state;
	struct store *s = window(
		f,
		" row listener snap=0..59 addr=0.0.0.0 port=4140 queue=0+1 backlog=4 drops=0+2 "
		"pid=7\n"
		" row tcp_peer snap=0..9 dir=out peer=10.0.0.1 port=80 state=TIME-WAIT n=100+10\n"
		" row window router=http scope=client id=x service= metric=m w=0..3 snap=10+10 "
		"t0=-60+60 t1=0+60 n=1 p50=2.5\n");

	expect_rows(f, s, "SELECT count(*) FROM snapshot", 60);
	expect_rows(f, s,
	            "SELECT increase FROM counter WHERE source = 'listener' AND entity = "
	            "'0.0.0.0:4140' AND name = 'drops'",
	            118);
	expect_rows(f, s, "SELECT max(queue) FROM listener WHERE pid = 7", 59);
	expect_rows(f, s, "SELECT n FROM tcp_peer WHERE snap = 9", 190);
	expect_rows(f, s, "SELECT t1 FROM window WHERE w = 3 AND snap = 40 AND p50 = 2.5", 180);
	expect_rows(f, s, "SELECT good FROM source WHERE source = 'linkerd'", 60);
	store_close(s);
}

static void rows_of_the_window_itself_are_changed(void **state)
{
	struct fixture *f = *state;
	struct store *s = window(f, " snapshots 5\n row snapshot snap=3 step_s=2.5\n"
	                            " row finding rule=a/b entity= level=warn message=x\n");

	expect_rows(f, s, "SELECT count(*) FROM snapshot WHERE step_s = 2.5 AND t > 0", 1);
	expect_rows(f, s, "SELECT count(*) FROM finding WHERE rule = 'a/b' AND version = 0", 1);
	store_close(s);
}

/* ---- lint ---- */

static void lint_must_say(struct fixture *f, const char *rule, const char *test, const char *why)
{
	assert_int_equal(run(f, rules_lint, rule, test), 1);
	expect_line(f, "not ok - lint-rules a/b");
	expect_line(f, why);
}

#define HEAD "-- rule: a/b\n-- version: 1\n-- title: T\n-- message: m\n-- requires: softnet >= 2\n"
#define ROW  "SELECT 'warn' AS level, '' AS entity FROM counter ORDER BY 2;\n"

static void lint_passes_what_is_right(void **state)
{
	struct fixture *f = *state;

	if (run(f, rules_lint, RULE, GOOD) != 0)
		fail_msg("%s", f->out);
	assert_string_equal(f->out, "ok - lint-rules a/b\n1..1\n");
}

static void lint_sees_mistakes(void **state)
{
	struct fixture *f = *state;

	lint_must_say(f, HEAD ROW, GOOD, "remedy: is missing");
	lint_must_say(f, HEAD "-- wants: softnets\n-- remedy: r\n" ROW, GOOD,
	              "there is no source 'softnets'");
	lint_must_say(f, HEAD "-- applies: tca\n-- remedy: r\n" ROW, GOOD,
	              "there is no source 'tca'");
	lint_must_say(f, HEAD "-- after: x/*\n-- remedy: r\n" ROW, GOOD, "no rule matches 'x/*'");
	lint_must_say(f, HEAD "-- remedy: r {nothing}\n" ROW, GOOD,
	              "remedy: there is no {nothing}");
	lint_must_say(f, HEAD "-- remedy: r {:nothing}\n" ROW, GOOD, "there is no {:nothing}");
	lint_must_say(f, HEAD "-- remedy: nettape-collect --fro 5m\n" ROW, GOOD,
	              "nettape-collect has no option --fro");
	lint_must_say(f, HEAD "-- remedy: nettape-analyze --set x --lst\n" ROW, GOOD,
	              "nettape-analyze has no option --lst");
	lint_must_say(f, HEAD "-- remedy: sysctl -w net.core.somaxconn=4096\n" ROW, GOOD,
	              "does not say what it is now");
	lint_must_say(f, HEAD "-- remedy: r\xc3\xa4\n" ROW, GOOD, "line 6: byte 0xc3");
	lint_must_say(f, HEAD "-- remedy: r\n-- param: x 1 y\n" ROW, GOOD, "param 'x' is not used");
	lint_must_say(f, HEAD "-- remedy: r\nSELECT 'warn' AS level, :x AS entity ORDER BY 2;\n",
	              GOOD, ":x is no param");
	lint_must_say(f,
	              HEAD "-- remedy: r\n-- param: x 1 y\n"
	                   "SELECT 'warn' AS level, :x AS entity ORDER BY 2;\n",
	              GOOD, "no coalesce(:x, literal)");
	lint_must_say(f, HEAD "-- remedy: r\nSELECT 'warn' AS level, '' AS entity;\n", GOOD,
	              "no ORDER BY");
	lint_must_say(f, HEAD "-- remedy: r\nSELECT 'ok' AS level, '' AS entity ORDER BY 2;\n",
	              GOOD, "it can never fire");
	lint_must_say(f, HEAD "-- remedy: r\nSELECT 'warn' AS level ORDER BY 1;\n", GOOD,
	              "the columns level and entity are needed");
	lint_must_say(f, HEAD "-- remedy: r\nDELETE FROM meta;\n", GOOD, "nothing but SELECT");
	lint_must_say(f,
	              HEAD
	              "-- remedy: r\nSELECT 'warn' AS level, iif(1, 2, 3) AS entity ORDER BY 2;\n",
	              GOOD, "function iif");
	lint_must_say(f,
	              HEAD
	              "-- remedy: r\nSELECT 'warn' AS level, '' AS entity ORDER BY 2 NULLS LAST;\n",
	              GOOD, "NULLS LAST");
	lint_must_say(f,
	              HEAD "-- timeout: 50ms\n-- remedy: r\n"
	                   "SELECT 'warn' AS level, count(*) AS entity FROM sample a, sample b, "
	                   "sample c ORDER BY 2;\n",
	              GOOD, "stopped after 50 ms");
	lint_must_say(f,
	              "-- rule: a/c\n-- version: 1\n-- title: T\n-- message: m\n"
	              "-- requires: softnet\n-- remedy: r\n" ROW,
	              GOOD, "rule: is 'a/c', the file says 'a/b'");
}

static void lint_wants_the_three_cases(void **state)
{
	struct fixture *f = *state;

	lint_must_say(f, RULE, NULL, "a/b.test");
	lint_must_say(f, RULE, "case a\n have softnet\n expect ok cpu0\n",
	              "no case in which it fires");
	lint_must_say(f, RULE, "case a\n have softnet\n expect warn cpu0\n",
	              "no case in which it stays quiet");
	lint_must_say(f, RULE, "case a\n have softnet\n expect warn cpu0\n expect ok cpu1\n",
	              "no case in which it is not evaluated");
}

static void lint_wants_a_counter_that_starts_anew(void **state)
{
	struct fixture *f = *state;
	const char *why = "no case in which a counter starts anew inside the window";

	lint_must_say(f, RULE, THREE, why);
	lint_must_say(f, RULE,
	              THREE "case wrap\n softnet cpu1 dropped 4294967290 4\n expect ok cpu1\n",
	              why);
	lint_must_say(f, RULE,
	              THREE "case other\n have softnet\n netstat - TcpExtTW 9 0\n expect no warn\n",
	              why);
	lint_must_say(f, RULE,
	              THREE "case gauge\n gauge softnet cpu1 backlog_len 9 0\n expect no warn\n",
	              why);
	assert_int_equal(run(f, rules_lint, RULE, GOOD), 0);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(good_cases_pass),
		TEST(what_is_not_as_expected_fails),
		TEST(a_line_end_in_a_value_fails),
		TEST(what_cannot_be_read_fails),
		TEST(a_rule_that_fails_fails_its_cases),
		TEST(an_empty_folder_is_no_success),
		TEST(the_longest_list_is_the_window),
		TEST(a_paced_source_is_taken_at_its_pace_and_at_both_ends),
		TEST(settings_and_what_the_bundle_says_are_there),
		TEST(rows_expand_and_step),
		TEST(rows_of_the_window_itself_are_changed),
		TEST(lint_passes_what_is_right),
		TEST(lint_sees_mistakes),
		TEST(lint_wants_the_three_cases),
		TEST(lint_wants_a_counter_that_starts_anew),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
