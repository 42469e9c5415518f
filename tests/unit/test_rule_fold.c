#include "analyze/rule_fold.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static struct arena arena;

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

static const struct rule wide = {
	.id = "root-cause/wide",
	.explains = {.v = (const char *[]){"root-cause/stall", "tcp-listen/*"}, .n = 2}
};
static const struct rule storm = {
	.id = "root-cause/storm",
	.explains = {.v = (const char *[]){"tcp-listen/overflow"}, .n = 1}
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
	rule_fold(v, 4, &arena);
	assert_string_equal(symptom.f.explained_by, "root-cause/stall");
	assert_ptr_equal(symptom.head, &cause);
	assert_null(other.f.explained_by);
	assert_null(unrelated.f.explained_by);
	assert_null(cause.f.explained_by);
	assert_true(cause.f.cause);
	assert_false(symptom.f.cause);
	assert_string_equal(symptom.f.explained_entity, "*:4140");
	assert_int_equal(symptom.f.depth, 1);
}

static void a_cause_may_name_the_entity_it_explains(void **state)
{
	struct rule_finding one = finding(&overflow, LEVEL_WARN, "0.0.0.0:4140"),
			    two = finding(&queue, LEVEL_WARN, "0.0.0.0:80"),
			    cause = finding(&stall, LEVEL_WARN, "");
	struct rule_finding *v[] = {&one, &two, &cause};

	(void)state;
	cause.explains_entity = "0.0.0.0:4140";
	rule_fold(v, 3, &arena);
	assert_non_null(one.f.explained_by);
	assert_null(two.f.explained_by);

	cause.explains_entity = "0.0.0.0:*";
	rule_fold(v, 3, &arena);
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
	rule_fold(v, 5, &arena);
	assert_non_null(empty.f.explained_by);
	assert_non_null(port.f.explained_by);
	assert_null(other.f.explained_by);
	assert_non_null(last.f.explained_by);

	cause.explains_entity = "*:9\n*:80";
	rule_fold(v, 5, &arena);
	assert_non_null(other.f.explained_by);
}

static void a_cause_is_as_severe_as_its_worst_symptom(void **state)
{
	struct rule_finding symptom = finding(&overflow, LEVEL_CRIT, "x"),
			    cause = finding(&stall, LEVEL_INFO, "x"),
			    above = finding(&host, LEVEL_INFO, "x");
	struct rule_finding *v[] = {&above, &symptom, &cause};

	(void)state;
	rule_fold(v, 3, &arena);
	assert_int_equal(cause.f.level, LEVEL_CRIT);
	assert_int_equal(above.f.level, LEVEL_CRIT);
	assert_string_equal(cause.f.explained_by, "root-cause/host");
	assert_string_equal(symptom.f.explained_by, "root-cause/stall");
	assert_int_equal(above.f.depth, 0);
	assert_int_equal(cause.f.depth, 1);
	assert_int_equal(symptom.f.depth, 2);
}

/* `wide` explains the symptom and also `stall`, which explains it: a chain, not two causes. */
static void the_nearest_cause_folds(void **state)
{
	struct rule_finding symptom = finding(&overflow, LEVEL_WARN, "x"),
			    far = finding(&wide, LEVEL_CRIT, "x"),
			    near = finding(&stall, LEVEL_WARN, "x");
	struct rule_finding *v[] = {&symptom, &far, &near};

	(void)state;
	far.f.votes = 3;
	rule_fold(v, 3, &arena);
	assert_ptr_equal(symptom.head, &near);
	assert_ptr_equal(near.head, &far);
	assert_int_equal(symptom.f.others_n, 0);
}

static void of_two_causes_the_better_folds_and_the_other_is_named(void **state)
{
	struct rule_finding symptom = finding(&overflow, LEVEL_WARN, "x"),
			    weak = finding(&stall, LEVEL_CRIT, "y"),
			    strong = finding(&storm, LEVEL_WARN, "x");
	struct rule_finding *v[] = {&symptom, &weak, &strong};

	(void)state;
	weak.explains_entity = "x";
	weak.f.votes = 1;
	strong.f.votes = 2;
	rule_fold(v, 3, &arena);
	assert_ptr_equal(symptom.head, &strong);
	assert_int_equal(symptom.f.others_n, 1);
	assert_string_equal(symptom.f.others[0].rule, "root-cause/stall");
	assert_string_equal(symptom.f.others[0].entity, "y");
	assert_int_equal(strong.f.level, LEVEL_WARN);
	assert_null(weak.f.explained_by);
}

static void of_two_that_explain_each_other_the_stronger_stays_above(void **state)
{
	struct rule_finding weak = finding(&mutual, LEVEL_WARN, "x"),
			    strong = finding(&mutual, LEVEL_WARN, "x");
	struct rule_finding *v[] = {&weak, &strong};

	(void)state;
	strong.f.votes = 3;
	rule_fold(v, 2, &arena);
	assert_null(strong.head);
	assert_ptr_equal(weak.head, &strong);
}

/* far explains near, near explains round, round explains far: each may fold the symptom. */
static void a_circle_of_causes_still_folds(void **state)
{
	const struct rule one = {
		.id = "root-cause/one",
		.explains = {.v = (const char *[]){"root-cause/two", "nic-drops/*"}, .n = 2}
        };
	const struct rule two = {
		.id = "root-cause/two",
		.explains = {.v = (const char *[]){"root-cause/three", "nic-drops/*"}, .n = 2}
        };
	const struct rule three = {
		.id = "root-cause/three",
		.explains = {.v = (const char *[]){"root-cause/one", "nic-drops/*"}, .n = 2}
        };
	struct rule_finding a = finding(&one, LEVEL_WARN, "x"), b = finding(&two, LEVEL_WARN, "x"),
			    c = finding(&three, LEVEL_WARN, "x"),
			    symptom = finding(&drops, LEVEL_CRIT, "x");
	struct rule_finding *v[] = {&a, &b, &c, &symptom}, *top = &symptom;

	(void)state;
	rule_fold(v, 4, &arena);
	for (int i = 0; i < 4 && top->head; i++)
		top = top->head;
	assert_null(top->head);
	assert_ptr_not_equal(top, &symptom);
	assert_int_equal(!a.head + !b.head + !c.head, 1);
	assert_int_equal(top->f.level, LEVEL_CRIT);
}

/* What a capped cause folded became worse through what it explains itself. */
static void what_outgrows_a_capped_cause_stands_alone(void **state)
{
	struct rule_finding symptom = finding(&overflow, LEVEL_CRIT, "x"),
			    cause = finding(&stall, LEVEL_INFO, "x"),
			    above = finding(&host, LEVEL_INFO, "x");
	struct rule_finding *v[] = {&symptom, &cause, &above};

	(void)state;
	above.capped = true;
	rule_fold(v, 3, &arena);
	assert_ptr_equal(symptom.head, &cause);
	assert_null(cause.f.explained_by);
	assert_int_equal(cause.f.level, LEVEL_CRIT);
	assert_int_equal(above.f.level, LEVEL_INFO);
}

static void a_capped_cause_folds_nothing_worse(void **state)
{
	struct rule_finding symptom = finding(&overflow, LEVEL_CRIT, "x"),
			    milder = finding(&queue, LEVEL_INFO, "x"),
			    cause = finding(&stall, LEVEL_INFO, "x");
	struct rule_finding *v[] = {&symptom, &milder, &cause};

	(void)state;
	cause.capped = true;
	rule_fold(v, 3, &arena);
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
	rule_fold(v, 3, &arena);
	assert_non_null(symptom.f.explained_by);
	assert_null(known.f.explained_by);

	symptom = finding(&overflow, LEVEL_WARN, "x");
	cause.f.suppressed = "known as well";
	rule_fold(v, 3, &arena);
	assert_null(symptom.f.explained_by);
}

static void causes_do_not_go_round_in_a_circle(void **state)
{
	struct rule_finding a = finding(&mutual, LEVEL_WARN, "x"),
			    b = finding(&mutual, LEVEL_WARN, "x"),
			    c = finding(&stall, LEVEL_WARN, "x");
	struct rule_finding *v[] = {&a, &b, &c};

	(void)state;
	rule_fold(v, 3, &arena);
	assert_null(a.head);
	assert_ptr_equal(b.head, &a);
	assert_ptr_equal(c.head, &a);
}

static void nothing_folds_nothing(void **state)
{
	(void)state;
	rule_fold(NULL, 0, &arena);
}

static int drop_arena(void **state)
{
	(void)state;
	arena_free(&arena);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_cause_folds_what_it_explains_of_its_entity),
		cmocka_unit_test(a_cause_may_name_the_entity_it_explains),
		cmocka_unit_test(a_cause_may_name_several_entities),
		cmocka_unit_test(a_cause_is_as_severe_as_its_worst_symptom),
		cmocka_unit_test(the_nearest_cause_folds),
		cmocka_unit_test(of_two_causes_the_better_folds_and_the_other_is_named),
		cmocka_unit_test(of_two_that_explain_each_other_the_stronger_stays_above),
		cmocka_unit_test(a_circle_of_causes_still_folds),
		cmocka_unit_test(what_outgrows_a_capped_cause_stands_alone),
		cmocka_unit_test(a_capped_cause_folds_nothing_worse),
		cmocka_unit_test(what_is_suppressed_neither_folds_nor_is_folded),
		cmocka_unit_test(causes_do_not_go_round_in_a_circle),
		cmocka_unit_test(nothing_folds_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, drop_arena);
}
