/* What to record for a rule that could not judge. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "analyze/hint.h"
#include "schema/timefmt.h"

static void what_was_forbidden_wants_root(void **state)
{
	(void)state;
	assert_string_equal(hint_state("ethtool", "denied"),
	                    "record as root: sudo nettape-collect");
}

static void a_source_of_its_own_kind_says_so(void **state)
{
	(void)state;
	assert_non_null(strstr(hint_state("linkerd", "absent"), "--metrics http://"));
	assert_non_null(strstr(hint_state("linkerd", "denied"), "admin port"));
	assert_non_null(strstr(hint_state("thread", "not-collected"), "--pid PID"));
	assert_non_null(strstr(hint_state("pressure", "absent"), "psi=1"));
}

static void one_that_is_in_no_table_has_what_most_have(void **state)
{
	(void)state;
	assert_string_equal(hint_state("softnet", "absent"), "nothing: this host does not have it");
	assert_non_null(strstr(hint_state("softnet", "not-collected"), "--exclude"));
	assert_non_null(hint_state("softnet", "no such state"));
}

static void more_captures_take_a_window_of_their_pace(void **state)
{
	struct arena a = {0};

	(void)state;
	/* ss -tanmieo: each 10 s */
	assert_string_equal(hint_captures(&a, "tcp_info", 4), "nettape-collect --for 1m");
	assert_string_equal(hint_captures(&a, "tcp_info", 7), "nettape-collect --for 2m");
	assert_string_equal(hint_captures(&a, "softnet", 3), "a recording of 3 ticks and more");
	arena_free(&a);
}

static void a_longer_span_is_rounded_up_with_room_for_a_pace(void **state)
{
	struct arena a = {0};

	(void)state;
	assert_string_equal(hint_span(&a, "snmp", 30 * (int64_t)NS_PER_S),
	                    "nettape-collect --for 1m");
	assert_string_equal(hint_span(&a, "linkerd", 60 * (int64_t)NS_PER_S),
	                    "nettape-collect --for 2m");
	arena_free(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_was_forbidden_wants_root),
		cmocka_unit_test(a_source_of_its_own_kind_says_so),
		cmocka_unit_test(one_that_is_in_no_table_has_what_most_have),
		cmocka_unit_test(more_captures_take_a_window_of_their_pace),
		cmocka_unit_test(a_longer_span_is_rounded_up_with_room_for_a_pace),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
