#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "analyze/wording.h"

#define NOT_EVALUATED(rule_, why_)                                                                 \
	{                                                                                          \
		.rule = (rule_), .why = (why_), .outcome = OUTCOME_NOT_EVALUATED                   \
	}

static void reasons_are_counted_by_kind(void **state)
{
	const struct rule_result results[] = {
		NOT_EVALUATED(
			"a/1",
			"too short: stat covers 15 s of 60 s; --short-window judges it anyway"),
		NOT_EVALUATED("a/2", "thread: not collected"),
		NOT_EVALUATED("a/3", "clock: not collected"),
		NOT_EVALUATED("a/4", "thread: not collected"),
		NOT_EVALUATED("a/5", "cgroup: 1 capture, 3 needed"),
		NOT_EVALUATED("a/6", "only one peer had traffic"),
		{.rule = "a/7", .why = "",                .outcome = OUTCOME_OK            },
		{.rule = "a/8", .why = "no linkerd here", .outcome = OUTCOME_NOT_APPLICABLE},
	};
	const struct report r = {
		.results = results, .results_n = 8, .not_evaluated = 6, .not_applicable = 1};
	char text[512];
	struct buf b = BUF_OVER(text);

	(void)state;
	wording_open(&r, &b);
	assert_string_equal(buf_cstr(&b),
	                    "6 of 7 rules: 1 window too short (--short-window), "
	                    "3 not collected (thread, clock), 1 too few captures (cgroup), "
	                    "1 for other reasons");
}

static void an_area_is_clean_when_nothing_in_it_was_found(void **state)
{
	const struct rule_result results[] = {
		{.rule = "cpu/a", .outcome = OUTCOME_OK            },
		{.rule = "cpu/b", .outcome = OUTCOME_FINDINGS      },
		{.rule = "irq/a", .outcome = OUTCOME_OK            },
		{.rule = "irq/b", .outcome = OUTCOME_NOT_EVALUATED },
		{.rule = "l5d/a", .outcome = OUTCOME_NOT_APPLICABLE},
		{.rule = "net/a", .outcome = OUTCOME_NOT_EVALUATED },
		{.rule = "udp/a", .outcome = OUTCOME_OK            },
	};
	const struct report r = {.results = results, .results_n = 7};
	char text[512];
	struct buf b = BUF_OVER(text);

	(void)state;
	wording_clean(&r, &b);
	assert_string_equal(buf_cstr(&b), "rules ok: irq 1/2, udp 1/1");
}

static void what_a_cause_explains_is_named_once(void **state)
{
	const struct finding f[] = {
		{.rule = "root/a",             .entity = "x"},
		{		   .rule = "root/a",               .entity = "y"             },
		{  .rule = "tcp/tail",    .entity = "",                 .explained_by = "root/a"},
		{  .rule = "tcp/tail",    .entity = "z",                 .explained_by = "root/a"},
		{    .rule = "root/b",    .entity = "",                 .explained_by = "root/a"},
		{  .rule = "nic/drop",    .entity = "",                 .explained_by = "root/b"},
		{ .rule = "other/one", .entity = "",              .explained_by = "root/gone"},
	};
	const struct report r = {.findings = f, .findings_n = 7};
	char text[512];
	struct buf b = BUF_OVER(text);

	(void)state;
	assert_int_equal(wording_group(&r, 0), 2);
	assert_int_equal(wording_group(&r, 2), 0);
	wording_explains(&r, 0, 2, &b);
	assert_string_equal(buf_cstr(&b), "tcp/tail (2), root/b, nic/drop");
}

static void advice_is_a_sentence_and_a_command(void **state)
{
	struct span prose, command;

	(void)state;
	wording_advice("Raise it\nat once:\n  sysctl -w a=1\n  b\nThen rest.", &prose, &command);
	assert_true(span_eq(prose, SPAN("Raise it\nat once:\n")));
	assert_true(span_eq(command, SPAN("sysctl -w a=1")));
	wording_advice("Nothing to run.", &prose, &command);
	assert_true(span_eq(prose, SPAN("Nothing to run.")));
	assert_int_equal(command.n, 0);
}

static void nothing_found_is_not_ok(void **state)
{
	struct report r = {0};

	(void)state;
	assert_string_equal(wording_word(wording_level(&r)), "NOT JUDGED");
	r.results_n = 1;
	assert_string_equal(wording_word(wording_level(&r)), "NOTHING FOUND");
	r.count[LEVEL_INFO] = 1;
	assert_string_equal(wording_word(wording_level(&r)), "REMARKS ONLY");
	r.count[LEVEL_CRIT] = 1;
	assert_string_equal(wording_word(wording_level(&r)), "CRITICAL");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reasons_are_counted_by_kind),
		cmocka_unit_test(an_area_is_clean_when_nothing_in_it_was_found),
		cmocka_unit_test(what_a_cause_explains_is_named_once),
		cmocka_unit_test(advice_is_a_sentence_and_a_command),
		cmocka_unit_test(nothing_found_is_not_ok),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
