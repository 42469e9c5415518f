#include "analyze/rule_fold.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

/* Rules: a cause of listener trouble, a cause of that cause, and symptoms. */
static const struct rule overflow = {.id = "tcp-listen/overflow"};
static const struct rule queue = {.id = "tcp-listen/queue-high"};
static const struct rule drops = {.id = "nic-drops/rx"};
static const struct rule stall = {
	.id = "root-cause/stall", .explains = {.v = (const char *[]){"tcp-listen/*"}, .n = 1}
};
static const struct rule host = {
	.id = "root-cause/host",
	.explains = {.v = (const char *[]){"root-cause/stall", "nic-drops/*"}, .n = 2}
};
static const struct rule mutual = {
	.id = "root-cause/mutual", .explains = {.v = (const char *[]){"root-cause/*"}, .n = 1}
};

static struct rule_finding finding(const struct rule *r, enum level level, const char *entity)
{
	return (struct rule_finding){
		.rule = r, .f = {.rule = r->id, .level = level, .entity = entity}
        };
}

static void a_cause_folds_what_it_explains_of_its_entity(void **state)
{
	struct rule_finding symptom = finding(&overflow, LEVEL_WARN, "*:4140"),
			    other = finding(&overflow, LEVEL_WARN, "*:80"),
			    unrelated = finding(&drops, LEVEL_WARN, "*:4140"),
			    cause = finding(&stall, LEVEL_WARN, "*:4140");
	struct rule_finding *v[] = {&symptom, &other, &unrelated, &cause};

	(void)state;
	rule_fold(v, 4);
	assert_string_equal(symptom.f.explained_by, "root-cause/stall");
	assert_ptr_equal(symptom.head, &cause);
	assert_null(other.f.explained_by);
	assert_null(unrelated.f.explained_by);
	assert_null(cause.f.explained_by);
	assert_true(cause.folds);
}

static void a_cause_may_name_the_entity_it_explains(void **state)
{
	struct rule_finding one = finding(&overflow, LEVEL_WARN, "0.0.0.0:4140"),
			    two = finding(&queue, LEVEL_WARN, "0.0.0.0:80"),
			    cause = finding(&stall, LEVEL_WARN, "");
	struct rule_finding *v[] = {&one, &two, &cause};

	(void)state;
	cause.explains_entity = "0.0.0.0:4140";
	rule_fold(v, 3);
	assert_non_null(one.f.explained_by);
	assert_null(two.f.explained_by);

	cause.explains_entity = "0.0.0.0:*";
	rule_fold(v, 3);
	assert_non_null(two.f.explained_by);
}

static void a_cause_may_name_several_entities(void **state)
{
	struct rule_finding empty = finding(&overflow, LEVEL_WARN, ""),
			    port = finding(&overflow, LEVEL_WARN, "0.0.0.0:4140"),
			    other = finding(&queue, LEVEL_WARN, "*:80"),
			    last = finding(&queue, LEVEL_WARN, "[::]:9990"),
			    cause = finding(&stall, LEVEL_WARN, "java");
	struct rule_finding *v[] = {&empty, &port, &other, &last, &cause};

	(void)state;
	cause.explains_entity = "\n0.0.0.0:*\n[::]:9990";
	rule_fold(v, 5);
	assert_non_null(empty.f.explained_by);
	assert_non_null(port.f.explained_by);
	assert_null(other.f.explained_by);
	assert_non_null(last.f.explained_by);

	cause.explains_entity = "*:9\n*:80";
	rule_fold(v, 5);
	assert_non_null(other.f.explained_by);
}

static void a_cause_is_as_severe_as_its_worst_symptom(void **state)
{
	struct rule_finding symptom = finding(&overflow, LEVEL_CRIT, "x"),
			    cause = finding(&stall, LEVEL_INFO, "x"),
			    above = finding(&host, LEVEL_INFO, "x");
	struct rule_finding *v[] = {&above, &symptom, &cause};

	(void)state;
	rule_fold(v, 3);
	assert_int_equal(cause.f.level, LEVEL_CRIT);
	assert_int_equal(above.f.level, LEVEL_CRIT);
	assert_string_equal(cause.f.explained_by, "root-cause/host");
	assert_string_equal(symptom.f.explained_by, "root-cause/stall");
}

static void a_capped_cause_folds_nothing_worse(void **state)
{
	struct rule_finding symptom = finding(&overflow, LEVEL_CRIT, "x"),
			    milder = finding(&queue, LEVEL_INFO, "x"),
			    cause = finding(&stall, LEVEL_INFO, "x");
	struct rule_finding *v[] = {&symptom, &milder, &cause};

	(void)state;
	cause.capped = true;
	rule_fold(v, 3);
	assert_null(symptom.f.explained_by);
	assert_non_null(milder.f.explained_by);
	assert_int_equal(cause.f.level, LEVEL_INFO);
}

static void what_is_suppressed_neither_folds_nor_is_folded(void **state)
{
	struct rule_finding symptom = finding(&overflow, LEVEL_WARN, "x"),
			    known = finding(&queue, LEVEL_WARN, "x"),
			    cause = finding(&stall, LEVEL_WARN, "x");
	struct rule_finding *v[] = {&symptom, &known, &cause};

	(void)state;
	known.f.suppressed = "known";
	rule_fold(v, 3);
	assert_non_null(symptom.f.explained_by);
	assert_null(known.f.explained_by);

	symptom = finding(&overflow, LEVEL_WARN, "x");
	cause.f.suppressed = "known as well";
	rule_fold(v, 3);
	assert_null(symptom.f.explained_by);
}

static void causes_do_not_go_round_in_a_circle(void **state)
{
	struct rule_finding a = finding(&mutual, LEVEL_WARN, "x"),
			    b = finding(&mutual, LEVEL_WARN, "x"),
			    c = finding(&stall, LEVEL_WARN, "x");
	struct rule_finding *v[] = {&a, &b, &c};

	(void)state;
	rule_fold(v, 3);
	assert_null(a.head);
	assert_ptr_equal(b.head, &a);
	assert_ptr_equal(c.head, &a);
}

static void nothing_folds_nothing(void **state)
{
	(void)state;
	rule_fold(NULL, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_cause_folds_what_it_explains_of_its_entity),
		cmocka_unit_test(a_cause_may_name_the_entity_it_explains),
		cmocka_unit_test(a_cause_may_name_several_entities),
		cmocka_unit_test(a_cause_is_as_severe_as_its_worst_symptom),
		cmocka_unit_test(a_capped_cause_folds_nothing_worse),
		cmocka_unit_test(what_is_suppressed_neither_folds_nor_is_folded),
		cmocka_unit_test(causes_do_not_go_round_in_a_circle),
		cmocka_unit_test(nothing_folds_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
