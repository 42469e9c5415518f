#include "analyze/store.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "analyze/stmt.h"
#include "schema/buf.h"

struct fixture {
	struct store *s;
	struct err e;
};

static int setup(void **state)
{
	static struct fixture f;

	f = (struct fixture){0};
	f.s = store_open(NULL, &f.e);
	*state = &f;
	return f.s ? 0 : -1;
}

static int teardown(void **state)
{
	store_close(((struct fixture *)*state)->s);
	return 0;
}

static struct emit *member(struct fixture *f, const char *name, const char *source)
{
	return store_member(f->s,
	                    &(struct store_member){.member = span_of(name), .source = source});
}

static void tick(struct fixture *f, uint64_t snap)
{
	store_tick(f->s,
	           &(struct store_tick){.snap = snap,
	                                .realtime_ns = INT64_C(1700000000000000000) +
	                                               (int64_t)snap * 1000000000,
	                                .monotonic_ns = 5000000000 + (int64_t)snap * 1000000000});
}

static void counter(struct fixture *f, uint64_t snap, enum kind kind, uint64_t v)
{
	emit_u64(member(f, "proc/net/softnet_stat", "softnet"), SPAN("cpu0"), SPAN("dropped"), kind,
	         UNIT_COUNT, v);
	tick(f, snap);
}

static double query(struct fixture *f, const char *sql)
{
	struct stmt t;
	double v = -1;

	assert_int_equal(stmt_prepare(&t, store_db(f->s), sql, &f->e), 0);
	if (stmt_row(&t, &f->e) == 1)
		v = stmt_is_null(&t, 0) ? -2 : stmt_get_real(&t, 0);
	stmt_done(&t);
	return v;
}

#define SUM(column) "SELECT " column " FROM series WHERE source = 'softnet' AND name = 'dropped'"

static void growth_is_summed_with_its_worst_interval(void **state)
{
	struct fixture *f = *state;
	const uint64_t v[] = {100, 100, 107, 107, 157};

	for (uint64_t i = 0; i < 5; i++)
		counter(f, i, KIND_COUNTER32, v[i]);
	assert_int_equal(store_seal(f->s, &f->e), 0);
	assert_float_equal(query(f, SUM("increase")), 57, 0);
	assert_float_equal(query(f, SUM("peak_per_s")), 50, 1e-9);
	assert_float_equal(query(f, SUM("peak_snap")), 4, 0);
	assert_float_equal(query(f, SUM("active")), 2, 0);
	assert_float_equal(query(f, SUM("intervals")), 4, 0);
	assert_float_equal(query(f, SUM("span")), 4, 1e-9);
	assert_float_equal(query(f, "SELECT count(*) FROM sample"), 3, 0);
}

static void a_fall_of_32_bits_is_a_wrap_only_when_small(void **state)
{
	struct fixture *f = *state;
	const uint64_t v[] = {4294967290, 4, 900, 0, 10};

	for (uint64_t i = 0; i < 5; i++)
		counter(f, i, KIND_COUNTER32, v[i]);
	assert_int_equal(store_seal(f->s, &f->e), 0);
	assert_float_equal(query(f, SUM("increase")), 10 + 896 + 10, 0);
	assert_float_equal(query(f, SUM("resets")), 1, 0);
}

static void a_fall_of_64_bits_is_a_reset(void **state)
{
	struct fixture *f = *state;
	const uint64_t v[] = {900, 1000, 0, 10};

	for (uint64_t i = 0; i < 4; i++)
		counter(f, i, KIND_COUNTER, v[i]);
	assert_int_equal(store_seal(f->s, &f->e), 0);
	assert_float_equal(query(f, SUM("increase")), 110, 0);
	assert_float_equal(query(f, SUM("resets")), 1, 0);
	assert_float_equal(query(f, SUM("intervals")), 2, 0);
}

static void a_missed_tick_makes_one_longer_interval(void **state)
{
	struct fixture *f = *state;

	counter(f, 0, KIND_COUNTER, 0);
	counter(f, 3, KIND_COUNTER, 30);
	assert_int_equal(store_seal(f->s, &f->e), 0);
	assert_float_equal(query(f, SUM("peak_per_s")), 10, 1e-9);
	assert_float_equal(query(f, SUM("intervals")), 1, 0);
	assert_float_equal(query(f, "SELECT dt FROM capture WHERE snap = 3"), 3, 1e-9);
}

static void a_failed_capture_counts_against_its_source_and_not_as_zero(void **state)
{
	struct fixture *f = *state;

	counter(f, 0, KIND_COUNTER, 5);
	store_capture(f->s, &(struct store_capture){.member = SPAN("proc/net/softnet_stat"),
	                                            .source = "softnet",
	                                            .status = CAPTURE_DENIED});
	tick(f, 1);
	counter(f, 2, KIND_COUNTER, 9);
	assert_int_equal(store_seal(f->s, &f->e), 0);
	assert_float_equal(query(f, "SELECT good FROM source WHERE source = 'softnet'"), 2, 0);
	assert_float_equal(query(f, "SELECT bad FROM source WHERE source = 'softnet'"), 1, 0);
	assert_float_equal(
		query(f, "SELECT state = 'partial' FROM source WHERE source = 'softnet'"), 1, 0);
	assert_float_equal(query(f, SUM("peak_per_s")), 2, 1e-9);
}

static void the_times_of_the_record_are_the_ones_that_rates_use(void **state)
{
	struct fixture *f = *state;
	struct store_capture c = {.member = SPAN("proc/net/softnet_stat"), .source = "softnet"};

	for (uint64_t i = 0; i < 2; i++) {
		struct emit *out = member(f, "proc/net/softnet_stat", "softnet");

		emit_u64(out, SPAN("cpu0"), SPAN("dropped"), KIND_COUNTER, UNIT_COUNT, i * 100);
		c.t0_ns = c.t1_ns = 5000000000 + (int64_t)i * 2000000000;
		store_capture(f->s, &c);
		tick(f, i);
	}
	assert_int_equal(store_seal(f->s, &f->e), 0);
	assert_float_equal(query(f, SUM("peak_per_s")), 50, 1e-9);
}

static void a_cut_tick_leaves_nothing_behind(void **state)
{
	struct fixture *f = *state;

	counter(f, 0, KIND_COUNTER, 5);
	emit_u64(member(f, "proc/net/softnet_stat", "softnet"), SPAN("cpu0"), SPAN("dropped"),
	         KIND_COUNTER, UNIT_COUNT, 99);
	store_drop(f->s, "no tick record");
	assert_int_equal(store_seal(f->s, &f->e), 0);
	assert_float_equal(query(f, SUM("n")), 1, 0);
	assert_float_equal(query(f, SUM("last")), 5, 0);
	assert_float_equal(query(f, "SELECT count(*) FROM note"), 1, 0);
}

static void a_reboot_starts_a_new_interval_without_a_reset(void **state)
{
	struct fixture *f = *state;

	for (uint64_t i = 0; i < 2; i++) {
		emit_u64(member(f, "proc/net/softnet_stat", "softnet"), SPAN("cpu0"),
		         SPAN("dropped"), KIND_COUNTER, UNIT_COUNT, i ? 3 : 5000);
		store_tick(f->s, &(struct store_tick){.snap = i,
		                                      .realtime_ns = INT64_C(1700000000000000000),
		                                      .monotonic_ns = i ? 1000000000 : 900000000000,
		                                      .boot_id = i ? SPAN("b") : SPAN("a")});
	}
	assert_int_equal(store_seal(f->s, &f->e), 0);
	assert_float_equal(query(f, SUM("resets")), 0, 0);
	assert_float_equal(query(f, SUM("increase")), -2, 0);
	assert_float_equal(query(f, "SELECT boot FROM snapshot WHERE snap = 1"), 1, 0);
}

static void gauges_have_levels_and_settings_tell_changes(void **state)
{
	struct fixture *f = *state;
	const int64_t v[] = {4, 8, 2, 2};

	for (uint64_t i = 0; i < 4; i++) {
		struct emit *out = member(f, "proc/net/sockstat", "sockstat");

		emit_i64(out, SPAN(""), SPAN("TCP_inuse"), KIND_GAUGE, UNIT_COUNT, v[i]);
		out = member(f, "host/proc/sys/net/core/somaxconn", "sysctl");
		emit_text(out, SPAN(""), SPAN("net.core.somaxconn"),
		          i == 3 ? SPAN("4096") : SPAN("128"));
		tick(f, i);
	}
	assert_int_equal(store_seal(f->s, &f->e), 0);
	assert_float_equal(query(f, "SELECT hi FROM gauge WHERE name = 'TCP_inuse'"), 8, 0);
	assert_float_equal(query(f, "SELECT lo FROM gauge WHERE name = 'TCP_inuse'"), 2, 0);
	assert_float_equal(query(f, "SELECT hi_snap FROM gauge WHERE name = 'TCP_inuse'"), 1, 0);
	assert_float_equal(query(f, "SELECT value FROM setting WHERE name = 'net.core.somaxconn'"),
	                   128, 0);
	assert_float_equal(query(f, "SELECT last FROM setting WHERE changed"), 4096, 0);
}

static void sparse_series_appear_with_their_first_event(void **state)
{
	struct fixture *f = *state;

	for (uint64_t i = 0; i < 3; i++) {
		struct emit *out = member(f, "proc/interrupts", "interrupts");
		struct point p = {.entity = SPAN("cpu0"),
		                  .name = SPAN("24"),
		                  .kind = KIND_COUNTER32,
		                  .sparse = true,
		                  .type = VALUE_INT,
		                  .v.i = i == 2};

		out->point(out, &p);
		p.name = SPAN("25");
		p.v.i = 0;
		out->point(out, &p);
		tick(f, i);
	}
	assert_int_equal(store_seal(f->s, &f->e), 0);
	assert_float_equal(query(f, "SELECT count(*) FROM series WHERE source = 'interrupts'"), 1,
	                   0);
	assert_float_equal(query(f, "SELECT increase FROM counter WHERE name = '24'"), 1, 0);
}

static void an_irq_belongs_to_the_nic_that_its_row_names(void **state)
{
	struct fixture *f = *state;
	struct emit *out = member(f, "proc/interrupts", "interrupts");
	static const struct irq_line lines[] = {
		{.irq = SPAN_INIT("16"), .name = SPAN_INIT("uhci_hcd:usb3, eth0")},
		{.irq = SPAN_INIT("17"), .name = SPAN_INIT("eth0, ahci")         },
		{.irq = SPAN_INIT("18"), .name = SPAN_INIT("eth0-TxRx-3")        },
		{.irq = SPAN_INIT("19"), .name = SPAN_INIT("ahci, peth0, eth01") },
	};

	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
		out->irq(out, &lines[i]);
	emit_u64(member(f, "proc/net/dev", "netdev"), SPAN("eth0"), SPAN("rx_packets"),
	         KIND_COUNTER, UNIT_COUNT, 1);
	tick(f, 0);
	assert_int_equal(store_seal(f->s, &f->e), 0);
	assert_float_equal(query(f, "SELECT count(*) FROM irq WHERE nic = 'eth0'"), 3, 0);
	assert_float_equal(query(f, "SELECT nic IS NULL FROM irq WHERE irq = '19'"), 1, 0);
}

static struct emit *of_linkerd(struct fixture *f, const char *scope, const char *source)
{
	char name[64];
	struct buf b = BUF_OVER(name);

	buf_fmt(&b, "http/%s/%s", scope, source);
	return store_member(f->s, &(struct store_member){.member = buf_span(&b),
	                                                 .source = source,
	                                                 .scope = span_of(scope)});
}

static void addresses(struct fixture *f, const char *scope, struct span router, struct span peer)
{
	struct emit *out = of_linkerd(f, scope, "linkerd_endpoints");

	out->endpoint(out,
	              &(struct endpoint){
			      .router = router, .client = SPAN("web"), .peer = peer, .port = 80});
}

/* One port's text begins with the other's; only one of the two says the router. */
static void addresses_belong_to_the_router_that_has_the_client(void **state)
{
	struct fixture *f = *state;

	addresses(f, "h:9990", SPAN(""), SPAN("10.0.0.1"));
	tick(f, 0);
	addresses(f, "h:9990", SPAN(""), SPAN("10.0.0.2"));
	addresses(f, "h:999", SPAN("in"), SPAN("10.0.0.3"));
	emit_u64(of_linkerd(f, "h:9990", "linkerd"), SPAN("http|client|web"), SPAN("requests"),
	         KIND_COUNTER, UNIT_COUNT, 1);
	emit_u64(of_linkerd(f, "h:999", "linkerd"), SPAN("out|client|web"), SPAN("requests"),
	         KIND_COUNTER, UNIT_COUNT, 1);
	tick(f, 1);
	assert_int_equal(store_seal(f->s, &f->e), 0);
	assert_float_equal(query(f, "SELECT count(*) FROM endpoint"), 2, 0);
	assert_float_equal(query(f, "SELECT peer = '10.0.0.2' FROM endpoint "
	                            "WHERE router = 'h:9990/http' AND client = 'web'"),
	                   1, 0);
	assert_float_equal(
		query(f, "SELECT peer = '10.0.0.3' FROM endpoint WHERE router = 'h:999/in'"), 1, 0);
}

static void long_names_of_two_linkerds_are_left_out_not_cut(void **state)
{
	struct fixture *f = *state;
	char text[1100];

	memset(text, 'x', sizeof(text));
	for (size_t n = 600; n <= 1100; n += 500) {
		text[n - 1] = 'a';
		emit_u64(of_linkerd(f, "h:9990", "linkerd"), (struct span){text, n},
		         SPAN("requests"), KIND_COUNTER, UNIT_COUNT, 1);
		text[n - 1] = 'b';
		emit_u64(of_linkerd(f, "h:9990", "linkerd"), (struct span){text, n},
		         SPAN("requests"), KIND_COUNTER, UNIT_COUNT, 1);
	}
	tick(f, 0);
	assert_int_equal(store_seal(f->s, &f->e), 0);
	assert_float_equal(query(f, "SELECT count(*) FROM series WHERE source = 'linkerd'"), 2, 0);
	assert_float_equal(query(f, "SELECT count(*) FROM note"), 2, 0);
}

static void values_of_one_series_in_one_capture_become_one(void **state)
{
	struct fixture *f = *state;
	static const enum twice how[] = {TWICE_PASS_OVER, TWICE_ADD, TWICE_MOST, TWICE_LEAST};
	static const char *const names[] = {"first", "sum", "most", "least"};
	static const int64_t values[] = {3, 1, 5};

	for (uint64_t snap = 0; snap < 2; snap++) {
		struct emit *out = member(f, "cmd/ss_-ltnm", "listener");

		for (size_t i = 0; i < 12; i++)
			out->point(out, &(struct point){.entity = SPAN(":80"),
			                                .name = span_of(names[i % 4]),
			                                .kind = KIND_GAUGE,
			                                .unit = UNIT_COUNT,
			                                .twice = how[i % 4],
			                                .type = VALUE_INT,
			                                .v.i = values[i / 4] + (int64_t)snap});
		tick(f, snap);
	}
	assert_int_equal(store_seal(f->s, &f->e), 0);
	assert_float_equal(query(f, "SELECT last FROM series WHERE name = 'first'"), 4, 0);
	assert_float_equal(query(f, "SELECT last FROM series WHERE name = 'sum'"), 12, 0);
	assert_float_equal(query(f, "SELECT last FROM series WHERE name = 'most'"), 6, 0);
	assert_float_equal(query(f, "SELECT last FROM series WHERE name = 'least'"), 2, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(growth_is_summed_with_its_worst_interval, setup,
	                                        teardown),
		cmocka_unit_test_setup_teardown(a_fall_of_32_bits_is_a_wrap_only_when_small, setup,
	                                        teardown),
		cmocka_unit_test_setup_teardown(a_fall_of_64_bits_is_a_reset, setup, teardown),
		cmocka_unit_test_setup_teardown(a_missed_tick_makes_one_longer_interval, setup,
	                                        teardown),
		cmocka_unit_test_setup_teardown(
			a_failed_capture_counts_against_its_source_and_not_as_zero, setup,
			teardown),
		cmocka_unit_test_setup_teardown(the_times_of_the_record_are_the_ones_that_rates_use,
	                                        setup, teardown),
		cmocka_unit_test_setup_teardown(a_cut_tick_leaves_nothing_behind, setup, teardown),
		cmocka_unit_test_setup_teardown(an_irq_belongs_to_the_nic_that_its_row_names, setup,
	                                        teardown),
		cmocka_unit_test_setup_teardown(a_reboot_starts_a_new_interval_without_a_reset,
	                                        setup, teardown),
		cmocka_unit_test_setup_teardown(gauges_have_levels_and_settings_tell_changes, setup,
	                                        teardown),
		cmocka_unit_test_setup_teardown(addresses_belong_to_the_router_that_has_the_client,
	                                        setup, teardown),
		cmocka_unit_test_setup_teardown(long_names_of_two_linkerds_are_left_out_not_cut,
	                                        setup, teardown),
		cmocka_unit_test_setup_teardown(values_of_one_series_in_one_capture_become_one,
	                                        setup, teardown),
		cmocka_unit_test_setup_teardown(sparse_series_appear_with_their_first_event, setup,
	                                        teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
