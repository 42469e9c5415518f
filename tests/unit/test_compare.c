#include "analyze/compare.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "analyze/fleet_db.h"
#include "analyze/stmt.h"

struct fixture {
	sqlite3 *db;
	struct err e;
	char text[512];
};

static void run(struct fixture *f, const char *sql)
{
	f->e = (struct err){0};
	if (stmt_exec(f->db, sql, &f->e))
		fail_msg("%s: %s", sql, f->e.text);
}

static int setup(void **state)
{
	static struct fixture f;

	f = (struct fixture){0};
	*state = &f;
	assert_int_equal(compare_open(&f.db, false, &f.e), 0);
	run(&f, "INSERT INTO side VALUES ('old', 1, 'a'), ('new', 2, 'b')");
	run(&f,
	    "INSERT INTO bundle(id, day, sha256, path, host, kernel, verdict, causes, crit, warn, "
	    "info, folded, suppressed, ok, not_evaluated, not_applicable, errors, tool_version) "
	    "VALUES (1, '2026-11-22', 'a', 'a', 'web1', '6.1.0', 'ok', 0, 0, 0, 0, 0, 0, 0, 0, 0, "
	    "0, 'x'), (2, '2026-11-22', 'b', 'b', 'web1', '6.6.0', 'ok', 0, 0, 0, 0, 0, 0, 0, 0, "
	    "0, 0, 'x')");
	return 0;
}

static int teardown(void **state)
{
	fleet_db_close(((struct fixture *)*state)->db);
	return 0;
}

/* bundle 1 is OLD, 2 is NEW; hits of 60 intervals */
static void finding(struct fixture *f, int bundle, const char *rule, const char *entity,
                    const char *level, int hits)
{
	char sql[512];

	(void)snprintf(sql, sizeof(sql),
	               "INSERT INTO finding(bundle, day, rule, entity, place, version, level, "
	               "title, message, hits, hits_of, votes, cause) SELECT %d, '2026-11-22', "
	               "'%s', '%s', 1 + count(*), 1, '%s', 't', 'm', %d, 60, 0, 0 FROM finding",
	               bundle, rule, entity, level, hits);
	run(f, sql);
}

static void result(struct fixture *f, int bundle, const char *rule, const char *outcome)
{
	char sql[256];

	(void)snprintf(sql, sizeof(sql),
	               "INSERT INTO rule_result VALUES (%d, '2026-11-22', '%s', '%s', 'why', NULL)",
	               bundle, rule, outcome);
	run(f, sql);
}

/* The first column of the first row, or "-". */
static const char *query(struct fixture *f, const char *sql)
{
	struct stmt q;

	assert_int_equal(stmt_prepare(&q, f->db, sql, &f->e), 0);
	(void)snprintf(f->text, sizeof(f->text), "%s",
	               stmt_row(&q, &f->e) == 1 ? stmt_get_str(&q, 0) : "-");
	stmt_done(&q);
	return f->text;
}

static void pair(struct fixture *f)
{
	assert_int_equal(compare_pairs(f->db, &f->e), 0);
}

#define FATE   "SELECT fate FROM pair"
#define WHY    "SELECT why FROM pair"
#define CHANGE "SELECT change FROM pair"

static void what_new_looked_for_and_has_not_is_gone(void **state)
{
	struct fixture *f = *state;

	finding(f, 1, "a/b", "eth0", "crit", 9);
	result(f, 1, "a/b", "findings");
	result(f, 2, "a/b", "ok");
	pair(f);
	assert_string_equal(query(f, FATE), "gone");
}

static void what_new_could_not_judge_cannot_be_told(void **state)
{
	static const char *const outcomes[] = {"not evaluated", "not applicable", "failed", "off"};
	struct fixture *f = *state;
	char rule[32];

	for (size_t i = 0; i < 4; i++) {
		(void)snprintf(rule, sizeof(rule), "a/%zu", i);
		finding(f, 1, rule, "", "crit", 9);
		result(f, 1, rule, "findings");
		result(f, 2, rule, outcomes[i]);
	}
	finding(f, 1, "a/never", "", "crit", 9);
	pair(f);
	assert_string_equal(query(f, "SELECT count(*) FROM pair WHERE fate = 'unknown'"), "5");
	assert_string_equal(query(f, WHY " WHERE rule = 'a/0'"), "not evaluated: why");
	assert_string_equal(query(f, WHY " WHERE rule = 'a/never'"), "the rule was not run");
}

/* OLD has a finding of each of two entities, NEW judged the rule and has none. */
static void lost(struct fixture *f, const char *one, const char *other)
{
	finding(f, 1, "a/b", one, "crit", 9);
	finding(f, 1, "a/b", other, "crit", 9);
	result(f, 2, "a/b", "ok");
}

static void an_entity_that_was_not_judged_cannot_be_told(void **state)
{
	struct fixture *f = *state;

	lost(f, "cpu3", "cpu4");
	run(f, "INSERT INTO skipped VALUES ('new', 'a/b', 'cpu3')");
	pair(f);
	assert_string_equal(query(f, FATE " WHERE entity = 'cpu3'"), "unknown");
	assert_string_equal(query(f, FATE " WHERE entity = 'cpu4'"), "gone");
}

static void an_entity_that_is_not_there_any_more_cannot_be_told(void **state)
{
	struct fixture *f = *state;

	lost(f, "127.0.0.1:80", "made up");
	run(f, "INSERT INTO entity VALUES ('old', '127.0.0.1:80')");
	pair(f);
	assert_string_equal(
		query(f, "SELECT fate || ': ' || why FROM pair WHERE entity = '127.0.0.1:80'"),
		"unknown: there is no 127.0.0.1:80");
	assert_string_equal(query(f, FATE " WHERE entity = 'made up'"), "gone");
}

static void new_needs_that_old_looked_for_it(void **state)
{
	struct fixture *f = *state;

	finding(f, 2, "a/b", "", "warn", 9);
	finding(f, 2, "a/c", "", "warn", 9);
	result(f, 1, "a/b", "ok");
	result(f, 1, "a/c", "not evaluated");
	pair(f);
	assert_string_equal(query(f, FATE " WHERE rule = 'a/b'"), "new");
	assert_string_equal(query(f, FATE " WHERE rule = 'a/c'"), "unknown");
}

static void levels_and_how_often_say_better_and_worse(void **state)
{
	struct fixture *f = *state;

	finding(f, 1, "a/worse", "", "warn", 9);
	finding(f, 2, "a/worse", "", "crit", 9);
	finding(f, 1, "a/better", "", "warn", 9);
	finding(f, 2, "a/better", "", "info", 60);
	finding(f, 1, "a/rarer", "", "warn", 40);
	finding(f, 2, "a/rarer", "", "warn", 20);
	finding(f, 1, "a/same", "", "warn", 40);
	finding(f, 2, "a/same", "", "warn", 30);
	pair(f);
	assert_string_equal(query(f, CHANGE " WHERE rule = 'a/worse'"), "worse");
	assert_string_equal(query(f, CHANGE " WHERE rule = 'a/better'"), "better");
	assert_string_equal(query(f, CHANGE " WHERE rule = 'a/rarer'"), "less often");
	assert_string_equal(query(f, CHANGE " WHERE rule = 'a/same'"), "");
}

static void of_a_task_the_name_counts_and_not_the_pid(void **state)
{
	struct fixture *f = *state;

	finding(f, 1, "a/b", "814:java", "warn", 9);
	finding(f, 2, "a/b", "9015:java", "warn", 9);
	finding(f, 1, "a/c", "814/815:netty", "warn", 9);
	finding(f, 2, "a/c", "9/10:netty", "warn", 9);
	finding(f, 1, "a/d", "24:cpu0", "warn", 9); /* an IRQ is no PID */
	finding(f, 2, "a/d", "25:cpu0", "warn", 9);
	result(f, 1, "a/d", "findings");
	result(f, 2, "a/d", "findings");
	pair(f);
	assert_string_equal(query(f, "SELECT count(*) FROM pair WHERE rule <> 'a/d' "
	                             "AND fate = 'same'"),
	                    "2");
	assert_string_equal(query(f, "SELECT group_concat(fate) FROM (SELECT fate FROM pair "
	                             "WHERE rule = 'a/d' ORDER BY fate)"),
	                    "gone,new");
}

static void two_tasks_of_one_name_are_two_findings(void **state)
{
	struct fixture *f = *state;

	finding(f, 1, "a/b", "814:java", "warn", 9);
	finding(f, 1, "a/b", "900:java", "warn", 9);
	finding(f, 2, "a/b", "77:java", "warn", 9);
	result(f, 2, "a/b", "findings");
	pair(f);
	assert_string_equal(query(f, "SELECT count(*) FROM pair"), "2");
	assert_string_equal(query(f, "SELECT count(*) FROM pair WHERE fate = 'same'"), "1");
}

static void what_is_folded_or_suppressed_does_not_count(void **state)
{
	struct fixture *f = *state;

	finding(f, 1, "a/b", "", "crit", 9);
	finding(f, 1, "a/c", "", "crit", 9);
	finding(f, 1, "a/d", "", "crit", 9);
	run(f, "UPDATE finding SET folded_rule = 'root-cause/x' WHERE rule = 'a/c'");
	run(f, "UPDATE finding SET suppressed = 'known' WHERE rule = 'a/d'");
	pair(f);
	assert_string_equal(query(f, "SELECT group_concat(rule) FROM pair WHERE counts"), "a/b");
}

static void metric(struct fixture *f, const char *name, const char *unit, double was, double is)
{
	char sql[400];

	(void)snprintf(sql, sizeof(sql),
	               "INSERT INTO metric(bundle, day, name, entity, unit, value) VALUES "
	               "(1, '2026-11-22', '%s', '', '%s', %f), (2, '2026-11-22', '%s', '', '%s', "
	               "%f)",
	               name, unit, was, name, unit, is);
	run(f, sql);
}

static void a_fifth_is_worth_a_line_and_the_first_drop(void **state)
{
	struct fixture *f = *state;

	metric(f, "tcp/out_segments", "per_s", 100, 110);
	metric(f, "tcp/in_segments", "per_s", 100, 130);
	metric(f, "tcp/opened", "per_s", 0.1, 0.3);
	metric(f, "tcp/listen_drops", "per_s", 0, 0.05);
	metric(f, "softnet/drops", "per_s", 10, 11);
	metric(f, "cpu/busy", "pct", 1, 1.5);
	pair(f);
	assert_string_equal(query(f, "SELECT group_concat(name, ' ') FROM (SELECT name FROM rate "
	                             "WHERE notable ORDER BY name)"),
	                    "tcp/in_segments tcp/listen_drops");
	assert_string_equal(query(f, "SELECT change_pct FROM rate WHERE name = 'tcp/in_segments'"),
	                    "30.0");
	assert_string_equal(
		query(f, "SELECT change_pct IS NULL FROM rate WHERE name = 'tcp/listen_drops'"),
		"1");
}

static void a_setting_that_one_side_did_not_record_says_nothing(void **state)
{
	struct fixture *f = *state;

	run(f,
	    "INSERT INTO setting VALUES (1, '2026-11-22', 'sysctl', 'a', '', '1'), "
	    "(2, '2026-11-22', 'sysctl', 'a', '', '2'), (1, '2026-11-22', 'sysctl', 'b', '', "
	    "'1'), (2, '2026-11-22', 'sysctl', 'b', '', '1'), (1, '2026-11-22', 'offload', 'tso', "
	    "'eth0', 'on'), (2, '2026-11-22', 'sysctl', 'c', '', '5')");
	pair(f);
	assert_string_equal(query(f, "SELECT group_concat(name || coalesce(old, '-') || "
	                             "coalesce(new, '-'), ' ') FROM (SELECT * FROM changed "
	                             "WHERE kind <> 'version' ORDER BY name)"),
	                    "a12 c-5");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

/* What outcomes make of a rule: "BY BLIND" or "-". */
static const char *judged(struct fixture *f, const char *old, const char *why_old, const char *new,
                          const char *why_new)
{
	char sql[512];

	run(f, "DELETE FROM rule_result; DROP TABLE IF EXISTS temp.judged;"
	       "DROP TABLE IF EXISTS temp.seen; DROP TABLE IF EXISTS temp.both;"
	       "DROP TABLE IF EXISTS temp.doubt; DROP TABLE IF EXISTS temp.pair;"
	       "DROP TABLE IF EXISTS temp.rate; DROP TABLE IF EXISTS temp.load;"
	       "DROP TABLE IF EXISTS temp.changed");
	(void)snprintf(sql, sizeof(sql),
	               "INSERT INTO rule_result VALUES (1, '2026-11-22', 'a/b', '%s', '%s', NULL), "
	               "(2, '2026-11-22', 'a/b', '%s', '%s', NULL)",
	               old, why_old, new, why_new);
	run(f, sql);
	pair(f);
	return query(f, "SELECT by || CASE WHEN blind THEN ' blind' ELSE '' END FROM judged");
}

static void what_new_could_not_judge_may_hide_a_finding(void **state)
{
	static const struct {
		const char *old, *why_old, *new, *why_new, *is;
	} cases[] = {
		{"ok",             "",				   "ok",             "",                                    "both"         },
		{"findings",       "",				   "ok",             "",                                    "both"         },
		{"not evaluated",  "x",                                  "ok",             "",                                    "NEW"          },
		{"not evaluated",  "x",                                  "findings",       "",                                    "NEW"          },
		{"ok",             "",				   "not evaluated",  "tcp: not collected",                  "OLD blind"    },
		{"ok",             "",				   "not evaluated",  "ethtool: absent (none)",              "OLD blind"    },
		{"ok",             "",				   "not applicable", "no linkerd here",                     "OLD blind"    },
		{"ok",             "",				   "failed",         "stopped after 2000 ms",               "OLD blind"    },
 /* there is nothing that could have one */
		{"ok",             "",				   "not evaluated",  "nothing to examine was found",        "OLD"          },
 /* in neither: for want of time, captures or rights, but not of what the host lacks
  */
		{"not evaluated",  "too short: tcp covers 15 s of 60 s", "not evaluated",
	         "too short: tcp covers 15 s of 60 s; --short-window judges it anyway",	                                   "neither blind"},
		{"not evaluated",  "x",                                  "not evaluated",  "tcp: 2 captures, 3 needed",
	         "neither blind"														 },
		{"not evaluated",  "x",                                  "not evaluated",  "one snapshot: give --since-boot",
	         "neither blind"														 },
		{"not evaluated",  "x",                                  "not evaluated",  "ethtool: denied (Permission denied)",
	         "neither blind"														 },
		{"failed",         "x",				  "failed",         "x",                                   "neither blind"},
		{"not evaluated",  "x",                                  "not evaluated",  "cpufreq: absent (no such file)",
	         "neither"														       },
		{"not evaluated",  "x",                                  "not evaluated",  "nothing to examine was found",        "neither"      },
		{"not applicable", "x",                                  "not applicable", "x",                                   "-"            },
		{"off",            "x",				  "off",            "x",                                   "-"            },
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_string_equal(
			judged(f, cases[i].old, cases[i].why_old, cases[i].new, cases[i].why_new),
			cases[i].is);
}

static void put_rate(struct fixture *f, const char *name, double old, double new)
{
	char sql[512];

	(void)snprintf(sql, sizeof(sql),
	               "INSERT INTO metric(bundle, day, name, entity, unit, value) VALUES "
	               "(1, '2026-11-22', '%s', '', 'per_s', %f), "
	               "(2, '2026-11-22', '%s', '', 'per_s', %f)",
	               name, old, name, new);
	run(f, sql);
}

static void what_should_be_zero_rises_from_none_or_to_twice_as_much(void **state)
{
	struct fixture *f = *state;

	put_rate(f, "tcp/retransmits", 0, 4.73);
	put_rate(f, "softnet/drops", 3, 6);
	put_rate(f, "conntrack/drops", 3, 5.9);
	put_rate(f, "tcp/timeouts", 3, 0);
	put_rate(f, "udp/errors", 0, 0);
	put_rate(f, "tcp/accepted", 0, 100);
	pair(f);
	assert_string_equal(
		query(f, "SELECT group_concat(name, ' ') FROM (SELECT name FROM rate WHERE risen "
	                 "ORDER BY name)"),
		"softnet/drops tcp/retransmits");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(what_new_looked_for_and_has_not_is_gone),
		TEST(what_new_could_not_judge_cannot_be_told),
		TEST(an_entity_that_was_not_judged_cannot_be_told),
		TEST(an_entity_that_is_not_there_any_more_cannot_be_told),
		TEST(new_needs_that_old_looked_for_it),
		TEST(levels_and_how_often_say_better_and_worse),
		TEST(of_a_task_the_name_counts_and_not_the_pid),
		TEST(two_tasks_of_one_name_are_two_findings),
		TEST(what_is_folded_or_suppressed_does_not_count),
		TEST(a_fifth_is_worth_a_line_and_the_first_drop),
		TEST(a_setting_that_one_side_did_not_record_says_nothing),
		TEST(what_new_could_not_judge_may_hide_a_finding),
		TEST(what_should_be_zero_rises_from_none_or_to_twice_as_much),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
