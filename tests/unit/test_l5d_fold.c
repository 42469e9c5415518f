#include "analyze/l5d_fold.h"

#include "tests/unit/one_store.h"

static void put(const char *id, int64_t count, double p99)
{
	struct emit *out =
		store_member(s, &(struct store_member){.member = SPAN("http/a/admin/metrics.json"),
	                                               .source = "linkerd",
	                                               .entity = SPAN("a")});

	out->histogram(out, &(struct histogram){.router = SPAN("http"),
	                                        .scope = SPAN("client"),
	                                        .id = span_of(id),
	                                        .metric = SPAN("request_latency_ms"),
	                                        .count = count,
	                                        .p99 = p99,
	                                        .max = p99});
}

static void tick(uint64_t snap)
{
	store_tick(s, &(struct store_tick){.snap = snap,
	                                   .realtime_ns = INT64_C(1700000000000000000),
	                                   .monotonic_ns = (int64_t)(snap + 1) * 10000000000});
}

static void one_row_a_frozen_minute(void **state)
{
	(void)state;
	for (uint64_t snap = 0; snap < 13; snap++) { /* two minutes at 10 s, frozen at 3 and 9 */
		put("a", 1000, snap < 3 ? 5 : snap < 9 ? 7 : 9);
		put("same", 50, 3); /* the same numbers again are still a new minute */
		tick(snap);
	}
	seal();
	assert_int_equal(query("SELECT count(*) FROM window WHERE id = 'a'"), 3);
	assert_int_equal(query("SELECT count(*) FROM window WHERE id = 'same'"), 3);
	assert_int_equal(query("SELECT snap FROM window WHERE id = 'a' AND w = 1"), 3);
	assert_int_equal(query("SELECT t1 FROM window WHERE id = 'a' AND w = 2"), 90);
	assert_int_equal(query("SELECT t0 FROM window WHERE id = 'a' AND w = 2"), 30);
	assert_int_equal(query("SELECT p99 FROM window WHERE id = 'a' AND w = 2"), 9);
}

static void an_empty_minute_has_no_row(void **state)
{
	(void)state;
	put("a", 10, 5);
	put("b", 0, 0);
	tick(0);
	put("a", 0, 0);
	put("b", 4, 8);
	tick(1);
	seal();
	assert_int_equal(query("SELECT count(*) FROM window WHERE id = 'a'"), 1);
	assert_int_equal(query("SELECT w FROM window WHERE id = 'b'"), 1);
}

static void a_client_that_appears_marks_a_boundary(void **state)
{
	(void)state;
	put("idle", 0, 0);
	tick(0);
	put("idle", 0, 0);
	put("new", 7, 2);
	tick(1);
	seal();
	assert_int_equal(query("SELECT snap FROM window WHERE id = 'new'"), 1);
}

static void an_address_is_filed_under_the_routers_that_have_its_client(void **state)
{
	struct emit *out;

	(void)state;
	out = store_member(s, &(struct store_member){.member = SPAN("m"), .source = "linkerd"});
	emit_u64(out, SPAN("a|client|x"), SPAN("requests"), KIND_COUNTER, UNIT_COUNT, 1);
	emit_u64(out, SPAN("b|client|x"), SPAN("requests"), KIND_COUNTER, UNIT_COUNT, 1);
	out = store_member(
		s, &(struct store_member){.member = SPAN("c"), .source = "linkerd_endpoints"});
	out->endpoint(
		out, &(struct endpoint){.client = SPAN("x"), .peer = SPAN("10.0.0.1"), .port = 80});
	out->endpoint(out, &(struct endpoint){
				   .client = SPAN("gone"), .peer = SPAN("10.0.0.2"), .port = 80});
	tick(0);
	seal();
	assert_int_equal(
		query("SELECT count(*) FROM endpoint WHERE client = 'x' AND router IN ('a', 'b')"),
		2);
	assert_int_equal(
		query("SELECT count(*) FROM endpoint WHERE client = 'gone' AND router = ''"), 1);
	assert_int_equal(query("SELECT count(*) FROM endpoint"), 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(one_row_a_frozen_minute, setup, teardown),
		cmocka_unit_test_setup_teardown(an_empty_minute_has_no_row, setup, teardown),
		cmocka_unit_test_setup_teardown(a_client_that_appears_marks_a_boundary, setup,
	                                        teardown),
		cmocka_unit_test_setup_teardown(
			an_address_is_filed_under_the_routers_that_have_its_client, setup,
			teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
