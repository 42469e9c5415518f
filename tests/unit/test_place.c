#include "analyze/place.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define is(span, text)                                                                             \
	assert_memory_equal((span).p, (text),                                                      \
	                    (assert_int_equal((span).n, sizeof(text) - 1), sizeof(text) - 1))

static void a_member_knows_its_parser_and_entity(void **state)
{
	struct place_memo memo = {0};
	struct place p;

	(void)state;
	place_find(&p, &memo, SPAN("proc/net/softnet_stat"), SPAN(""),
	           SPAN("proc/net/softnet_stat"), true);
	assert_string_equal(place_source(&p), "softnet");
	assert_int_equal(p.scope.n, 0);
	assert_false(place_is_repeated(&p, SPAN("")));
	assert_true(place_is_repeated(&p, SPAN("blue")));
	place_find(&p, &memo, SPAN("x"), SPAN(""), SPAN("proc/nothing_of_ours"), true);
	assert_null(place_source(&p));
}

static void a_linkerd_is_told_by_its_address(void **state)
{
	const struct span path = SPAN("http/127.0.0.1_9990/admin/metrics.json");
	struct place_memo memo = {0};
	struct place p;

	(void)state;
	place_find(&p, &memo, path, SPAN(""), path, false);
	is(p.entity, "127.0.0.1:9990");
	assert_int_equal(p.scope.n, 0);
	place_find(&p, &memo, path, SPAN(""), path, true);
	is(p.scope, "127.0.0.1:9990");
	place_find(&p, &memo, path, SPAN("blue"), path, true);
	is(p.scope, "blue/127.0.0.1:9990");
	place_find(&p, &memo, path, SPAN("blue"), path, false);
	is(p.scope, "blue");
}

static void a_record_s_member_has_a_path_and_a_namespace(void **state)
{
	struct span netns, path;

	(void)state;
	assert_true(place_split(SPAN("host/proc/version"), &netns, &path));
	is(path, "proc/version");
	assert_int_equal(netns.n, 0);
	assert_true(place_split(SPAN("last/netns/blue/proc/net/dev"), &netns, &path));
	is(path, "proc/net/dev");
	is(netns, "blue");
	assert_false(place_split(SPAN("netns/blue"), &netns, &path));
}

static void what_is_read_at_the_ends_is_a_setting(void **state)
{
	(void)state;
	assert_true(place_is_setting(SPAN("proc/sys/net/core/somaxconn")));
	assert_false(place_is_setting(SPAN("proc/net/softnet_stat")));
	assert_false(place_is_setting(SPAN("proc/nothing_of_ours")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_member_knows_its_parser_and_entity),
		cmocka_unit_test(a_linkerd_is_told_by_its_address),
		cmocka_unit_test(a_record_s_member_has_a_path_and_a_namespace),
		cmocka_unit_test(what_is_read_at_the_ends_is_a_setting),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
