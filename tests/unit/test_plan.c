#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "collect/plan.h"
#include "schema/timefmt.h"

#define S ((int64_t)NS_PER_S)

static void a_window_has_both_its_ends(void **state)
{
	(void)state;
	assert_int_equal(plan_of(300 * S, S).last, 300);
	assert_int_equal(plan_of(S / 2, S).last, 0);
	assert_int_equal(plan_of(5 * S / 2, S).last, 2);
	assert_true(plan_of(0, S).last == PLAN_ENDLESS);
	assert_true(plan_at(&(struct plan){.every_ns = S / 100}, 250) == 5 * S / 2);
}

static void the_next_tick_is_the_newest_whose_deadline_has_passed(void **state)
{
	struct plan p = plan_of(10 * S, S);

	(void)state;
	assert_int_equal(plan_next(&p, 3, 3 * S + 1), 4);
	assert_int_equal(plan_next(&p, 3, 4 * S + S / 2), 4); /* late, but not missed */
	assert_int_equal(plan_next(&p, 3, 6 * S + S / 2), 6); /* 4 and 5 are missed */
	assert_int_equal(plan_next(&p, 3, 99 * S), 10);       /* the last is always taken */
	assert_int_equal(plan_next(&p, 9, 9 * S), 10);
	assert_int_equal(plan_next(&p, 0, -1), 1);
	p = plan_of(0, S);
	assert_int_equal(plan_next(&p, 3, 99 * S), 99);
}

static int count_due(const struct plan *p, enum source_when when, int64_t pace_ns)
{
	uint64_t taken = PLAN_NEVER;
	int n = 0;

	for (uint64_t tick = 0; tick <= p->last; tick++)
		if (plan_due(p, when, pace_ns, tick, taken)) {
			taken = tick;
			n++;
		}
	return n;
}

static void paces_are_kept(void **state)
{
	struct plan p = plan_of(60 * S, S), fast = plan_of(S, S / 100),
		    slow = plan_of(60 * S, 20 * S);

	(void)state;
	assert_int_equal(count_due(&p, SOURCE_TICK, 0), 61);
	assert_int_equal(count_due(&p, SOURCE_TICK, S), 61);
	assert_int_equal(count_due(&p, SOURCE_TICK, 10 * S), 7);
	assert_int_equal(count_due(&p, SOURCE_TICK, 7 * S), 10); /* 0 7 14 ... 56 and 60 */
	assert_int_equal(count_due(&fast, SOURCE_TICK, 10 * S), 2);
	assert_int_equal(count_due(&slow, SOURCE_TICK, 10 * S),
	                 4); /* never faster than the ticks */
}

static void ends_and_edges(void **state)
{
	struct plan p = plan_of(10 * S, S), one = plan_of(S / 2, S);

	(void)state;
	assert_int_equal(count_due(&p, SOURCE_EDGE, 0), 2);
	assert_int_equal(count_due(&p, SOURCE_ONCE, 0), 1);
	assert_int_equal(count_due(&p, SOURCE_ENDS, 0), 1); /* its second one is no tick */
	assert_int_equal(count_due(&one, SOURCE_EDGE, 0), 1);
	assert_true(plan_due(&p, SOURCE_TICK, 5 * S, 10, 9)); /* the last tick, whatever the pace */
}

static void a_missed_tick_only_delays_a_paced_source(void **state)
{
	struct plan p = plan_of(60 * S, S);

	(void)state;
	assert_false(plan_due(&p, SOURCE_TICK, 10 * S, 9, 0));
	assert_true(plan_due(&p, SOURCE_TICK, 10 * S, 12, 0)); /* 10 and 11 were missed */
	assert_false(plan_due(&p, SOURCE_TICK, 10 * S, 19, 12));
	assert_true(plan_due(&p, SOURCE_TICK, 10 * S, 20, 12)); /* back in step */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_window_has_both_its_ends),
		cmocka_unit_test(the_next_tick_is_the_newest_whose_deadline_has_passed),
		cmocka_unit_test(paces_are_kept),
		cmocka_unit_test(ends_and_edges),
		cmocka_unit_test(a_missed_tick_only_delays_a_paced_source),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
