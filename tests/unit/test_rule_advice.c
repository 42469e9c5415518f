/* What a remedy must look like for its commands to be copied. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "analyze/rule_advice.h"

static void a_command_in_a_sentence_is_a_fault(void **state)
{
	(void)state;
	assert_non_null(advice_fault(SPAN("sysctl -w a.b=1 and restart it.")));
	assert_non_null(advice_fault(SPAN("Find the queue: tc -s qdisc")));
	assert_non_null(advice_fault(SPAN("Start it; ethtool -S eth0 shows it")));
}

static void a_sentence_that_names_a_program_is_none(void **state)
{
	(void)state;
	assert_null(advice_fault(SPAN("Send-Q of it in ss -ltn is 1024 or more.")));
	assert_null(advice_fault(SPAN("See who holds it: its sockets.")));
	assert_null(advice_fault(SPAN("ipvs: no rule.")));
	assert_null(advice_fault(SPAN("")));
}

static void a_remark_behind_a_command_is_a_comment(void **state)
{
	(void)state;
	assert_null(advice_fault(SPAN("  sysctl -w a.b=1   # now 0")));
	assert_null(advice_fault(SPAN("  sysctl -w a.b=1")));
	assert_non_null(advice_fault(SPAN("  sysctl -w a.b=1      (now 0)")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_command_in_a_sentence_is_a_fault),
		cmocka_unit_test(a_sentence_that_names_a_program_is_none),
		cmocka_unit_test(a_remark_behind_a_command_is_a_comment),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
