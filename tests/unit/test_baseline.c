#include "analyze/baseline.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define FINDING(rule, entity, level)                                                               \
	"{\"rule\":\"" rule "\",\"entity\":\"" entity "\",\"level\":\"" level                      \
	"\",\"title\":\"T\",\"message\":\"was so\"}"
#define REPORT(findings, suppressed)                                                               \
	"{\"format\":1,\"tool\":\"nettape-analyze 1\",\"bundle\":{\"host\":\"web-17\","            \
	"\"sha256\":null,\"window\":{\"started\":\"2026-05-03T10:00:02Z\"}},"                      \
	"\"findings\":[" findings "],\"suppressed\":[" suppressed "]}"

struct fixture {
	struct arena arena;
	struct baseline_report b;
	struct err e;
	char path[64];
};

static int setup(void **state)
{
	static struct fixture f;
	int fd;

	f = (struct fixture){.path = "/tmp/nettape-baseline-XXXXXX"};
	fd = mkstemp(f.path);
	*state = &f;
	return fd < 0 ? -1 : close(fd);
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	arena_free(&f->arena);
	return unlink(f->path);
}

static int read_json(struct fixture *f, const char *json)
{
	FILE *out = fopen(f->path, "w");

	assert_non_null(out);
	assert_true(fputs(json, out) >= 0);
	assert_int_equal(fclose(out), 0);
	f->e = (struct err){0};
	return baseline_read(&f->b, f->path, &f->arena, &f->e);
}

static void refused(struct fixture *f, const char *json, const char *why)
{
	assert_int_equal(read_json(f, json), -1);
	if (!strstr(f->e.text, why) || !strstr(f->e.text, f->path))
		fail_msg("'%s' does not say '%s' and the file", f->e.text, why);
}

static struct finding now(const char *rule, const char *entity, enum level level)
{
	return (struct finding){.rule = rule, .entity = entity, .level = level};
}

static void findings_are_told_by_rule_and_entity(void **state)
{
	struct fixture *f = *state;
	struct finding found[] = {
		now("a/b", "eth0", LEVEL_CRIT),
		now("a/b", "eth1", LEVEL_WARN),
		now("a/c", "eth0", LEVEL_WARN),
	};
	struct report r = {.findings = found, .findings_n = 3};

	assert_int_equal(read_json(f, REPORT(FINDING("a/b", "eth0", "warn"),
	                                     FINDING("a/c", "eth0", "crit"))),
	                 0);
	baseline_mark(&f->b, &r, &f->arena);
	assert_int_equal(r.findings[0].standing, STANDING_SAME);
	assert_int_equal(r.findings[0].was, LEVEL_WARN);
	assert_int_equal(r.findings[1].standing, STANDING_NEW);
	assert_int_equal(r.findings[2].standing, STANDING_SAME); /* it was known, if not counted */
	assert_int_equal(r.baseline->fresh, 1);
	assert_int_equal(r.baseline->same, 2);
	assert_int_equal(r.baseline->gone_n, 0);
	assert_string_equal(r.baseline->host, "web-17");
	assert_string_equal(r.baseline->started, "2026-05-03T10:00:02Z");
	assert_string_equal(r.baseline->sha256, "");
}

static struct rule_result result(const char *rule, enum outcome outcome, const char *why)
{
	return (struct rule_result){.rule = rule, .outcome = outcome, .why = why};
}

static void what_was_not_judged_is_not_gone(void **state)
{
	static const char *const skipped[] = {"eth7"};
	struct rule_result results[] = {
		result("a/ok", OUTCOME_OK, ""),
		result("a/not", OUTCOME_NOT_EVALUATED, "softnet: absent"),
		result("a/off", OUTCOME_OFF, ""),
		result("a/some", OUTCOME_OK, ""),
	};
	static const char *const want[] = {
		NULL,
		"not evaluated: softnet: absent",
		"the rule is switched off",
		"it could not be judged",
		NULL,
		"there is no such rule any more",
	};
	struct fixture *f = *state;
	struct report r = {.results = results, .results_n = 4};

	results[3].skipped = 1;
	results[3].skipped_names = skipped;
	assert_int_equal(
		read_json(
			f,
			REPORT(FINDING("a/ok", "", "crit") "," FINDING("a/not", "", "warn") "," FINDING(
				       "a/off", "",
				       "warn") "," FINDING("a/some", "eth7",
	                                                   "warn") "," FINDING("a/some", "eth8",
	                                                                       "info") "," FINDING("a/old",
	                                                                                           "",
	                                                                                           "warn"),
	                       FINDING("a/ok", "x", "warn"))),
		0);
	baseline_mark(&f->b, &r, &f->arena);
	assert_int_equal(r.baseline->gone_n, 6); /* what was suppressed is not among them */
	assert_int_equal(r.baseline->unknown, 4);
	for (size_t i = 0; i < 6; i++) {
		const char *unknown = r.baseline->gone[i].unknown;

		if (!want[i])
			assert_null(unknown);
		else
			assert_string_equal(unknown, want[i]);
	}
	assert_int_equal(r.baseline->gone[0].level, LEVEL_CRIT);
	assert_string_equal(r.baseline->gone[0].message, "was so");
}

static void only_what_is_new_or_worse_counts(void **state)
{
	struct fixture *f = *state;
	struct finding found[] = {
		now("a/b", "eth0", LEVEL_CRIT),
		now("a/b", "eth1", LEVEL_WARN),
	};
	struct report r = {.findings = found, .findings_n = 2};

	assert_true(report_reaches(&r, LEVEL_CRIT));
	assert_int_equal(read_json(f, REPORT(FINDING("a/b", "eth0",
	                                             "warn") "," FINDING("a/b", "eth1", "warn"),
	                                     "")),
	                 0);
	baseline_mark(&f->b, &r, &f->arena);
	assert_false(report_reaches(&r, LEVEL_WARN));
	assert_true(report_reaches(&r, LEVEL_CRIT)); /* it was a warning */
	assert_false(report_reaches(&r, LEVEL_COUNT));
	r = (struct report){.findings = found, .findings_n = 2};
	assert_int_equal(read_json(f, REPORT(FINDING("a/b", "eth0", "crit"), "")), 0);
	baseline_mark(&f->b, &r, &f->arena);
	assert_true(report_reaches(&r, LEVEL_WARN));
	assert_false(report_reaches(&r, LEVEL_CRIT));
}

static void what_is_no_report_is_refused(void **state)
{
	struct fixture *f = *state;

	refused(f, "", "line");
	refused(f, "{\"format\":1,", "line 1");
	refused(f, "[]", "no report of --format json");
	refused(f, "{}", "format is missing");
	refused(f, "{\"format\":\"1\"}", "format is no integer");
	refused(f, "{\"format\":2}", "it is of format 2, this program reads 1");
	refused(f, "{\"format\":1,\"format\":1}", "line");
	refused(f, "{\"format\":1}", "bundle is missing");
	refused(f, "{\"format\":1,\"tool\":\"x\",\"bundle\":{}}", "bundle.window is missing");
	refused(f, "{\"format\":1,\"tool\":7,\"bundle\":{\"window\":{}}}", "tool is no string");
	refused(f, "{\"format\":1,\"tool\":\"x\",\"bundle\":{\"window\":{}}}",
	        "findings is missing");
	refused(f, REPORT("7", ""), "findings[0] is no object");
	refused(f, REPORT("", "{\"rule\":\"a/b\"}"), "suppressed[0].entity is missing");
	refused(f, REPORT(FINDING("a/b", "", "ok"), ""), "findings[0].level is 'ok'");
	refused(f, REPORT(FINDING("a/b", "", "warn") ",{\"rule\":[]}", ""),
	        "findings[1].rule is no string");
	f->e = (struct err){0};
	assert_int_equal(baseline_read(&f->b, "/nowhere/at.all", &f->arena, &f->e), -1);
	assert_non_null(strstr(f->e.text, "/nowhere/at.all"));
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(findings_are_told_by_rule_and_entity),
		TEST(what_was_not_judged_is_not_gone),
		TEST(only_what_is_new_or_worse_counts),
		TEST(what_is_no_report_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
