#include "analyze/tcp_fold.h"

#include "tests/unit/one_store.h"

/* The folds are reached through a store, whose schema they need. */
static void put(const char *source, enum tcp_state state, unsigned lport, const char *peer,
                unsigned pport, const struct sock *more)
{
	struct emit *out = store_member(
		s, &(struct store_member){.member = span_of(source), .source = source});
	struct sock k = more ? *more : (struct sock){0};

	k.state = state;
	k.local = SPAN("10.0.0.1");
	k.peer = span_of(peer);
	k.lport = lport;
	k.pport = pport;
	out->sock(out, &k);
}

static void tick(uint64_t snap)
{
	store_tick(s, &(struct store_tick){.snap = snap,
	                                   .realtime_ns = INT64_C(1700000000000000000),
	                                   .monotonic_ns = (int64_t)(snap + 7) * 5000000000});
}

static void the_side_that_listens_names_the_port(void **state)
{
	(void)state;
	put("tcp", TCP_ESTAB, 4140, "10.0.0.9", 40001, NULL);
	put("tcp", TCP_TIME_WAIT, 4140, "10.0.0.9", 40002, NULL);
	put("tcp", TCP_TIME_WAIT, 4140, "10.0.0.9", 40003, NULL);
	put("tcp", TCP_ESTAB, 50000, "10.0.0.8", 8080, NULL);
	put("tcp", TCP_LISTEN, 4140, "0.0.0.0", 0, NULL);
	tick(0);
	seal();
	assert_int_equal(query("SELECT n FROM tcp_peer WHERE dir = 'in' AND port = 4140 AND "
	                       "peer = '10.0.0.9' AND state = 'TIME-WAIT'"),
	                 2);
	assert_int_equal(query("SELECT n FROM tcp_peer WHERE dir = 'out' AND port = 8080"), 1);
	assert_int_equal(query("SELECT n FROM tcp_state WHERE state = 'TIME-WAIT'"), 2);
	assert_int_equal(query("SELECT n FROM tcp_state WHERE state = 'LISTEN'"), 1);
}

static void listening(int64_t queue, int64_t backlog, int64_t drops)
{
	struct sock k = {.has = UINT64_C(1) << SOCK_recvq | UINT64_C(1) << SOCK_sendq |
	                        UINT64_C(1) << SOCK_mem_d};

	k.v[SOCK_recvq] = queue;
	k.v[SOCK_sendq] = backlog;
	k.v[SOCK_mem_d] = drops;
	put("listener", TCP_LISTEN, 8080, "0.0.0.0", 0, &k);
}

static void sockets_that_share_an_address_are_one_listener(void **state)
{
	(void)state;
	for (unsigned snap = 0; snap < 2; snap++) {
		listening(0, 64, 1);
		listening(2, 1, 70 + snap);
		listening(0, 64, 3);
		tick(snap);
	}
	seal();
	assert_int_equal(query("SELECT count(*) FROM listener"), 2);
	assert_int_equal(query("SELECT queue FROM listener WHERE snap = 1"), 2);
	assert_int_equal(query("SELECT backlog FROM listener WHERE snap = 1"), 1);
	assert_int_equal(query("SELECT drops FROM listener WHERE snap = 1"), 75);
}

static void a_tick_that_was_cut_off_leaves_the_listeners_as_they_were(void **state)
{
	(void)state;
	listening(0, 64, 1);
	tick(0);
	listening(9, 64, 5);
	store_drop(s, "cut off");
	store_last(s);
	seal();
	assert_int_equal(query("SELECT count(*) FROM listener"), 1);
	assert_int_equal(query("SELECT queue FROM listener"), 0);
}

static void connections_that_come_and_go_are_churn(void **state)
{
	(void)state;
	for (unsigned snap = 0; snap < 4; snap++) {
		put("tcp", TCP_LISTEN, 80, "0.0.0.0", 0, NULL);
		put("tcp", TCP_ESTAB, 80, "10.0.0.9", 1000, NULL); /* stays */
		put("tcp", TCP_ESTAB, 80, "10.0.0.9", 2000 + snap, NULL);
		if (snap)
			put("tcp", TCP_TIME_WAIT, 80, "10.0.0.9", 2000 + snap - 1, NULL);
		tick(snap);
	}
	seal();
	assert_int_equal(query("SELECT seen FROM tcp_churn WHERE port = 80"), 5);
	assert_int_equal(query("SELECT opened FROM tcp_churn WHERE port = 80"), 3);
	assert_int_equal(query("SELECT closed FROM tcp_churn WHERE port = 80"), 3);
	assert_int_equal(query("SELECT peak FROM tcp_churn WHERE port = 80"), 2);
	assert_int_equal(query("SELECT life_p50_s FROM tcp_churn WHERE port = 80"), 5);
}

static void a_time_wait_port_used_anew_is_a_new_connection(void **state)
{
	const enum tcp_state states[] = {TCP_ESTAB, TCP_TIME_WAIT, TCP_ESTAB};

	(void)state;
	for (unsigned snap = 0; snap < 3; snap++) {
		put("tcp", states[snap], 50000, "10.0.0.8", 8080, NULL);
		tick(snap);
	}
	seal();
	assert_int_equal(query("SELECT seen FROM tcp_churn"), 2);
	assert_int_equal(query("SELECT closed FROM tcp_churn"), 1);
}

static void flows_grow_by_what_their_sockets_grew(void **state)
{
	(void)state;
	for (int64_t snap = 0; snap < 3; snap++) {
		struct sock old = {0}, young = {0};

		sock_set(&old, SOCK_sk, 77);
		sock_set(&old, SOCK_bytes_sent, 1000 + 50 * snap);
		sock_set(&old, SOCK_retrans_total, 4 + snap);
		sock_set(&old, SOCK_rtt_ns, 2000000);
		put("tcp_info", TCP_ESTAB, 50000, "10.0.0.8", 8080, &old);
		if (snap == 2) { /* opened since: all it did counts */
			sock_set(&young, SOCK_sk, 78);
			sock_set(&young, SOCK_bytes_sent, 9);
			put("tcp_info", TCP_ESTAB, 50001, "10.0.0.8", 8080, &young);
		}
		tick((uint64_t)snap);
	}
	seal();
	assert_int_equal(query("SELECT bytes_sent FROM tcp_flow WHERE snap = 0"), -2);
	assert_int_equal(query("SELECT bytes_sent FROM tcp_flow WHERE snap = 1"), 50);
	assert_int_equal(query("SELECT bytes_sent FROM tcp_flow WHERE snap = 2"), 59);
	assert_int_equal(query("SELECT sum(retrans) FROM tcp_flow"), 2);
	assert_int_equal(query("SELECT n FROM tcp_flow WHERE snap = 2"), 2);
	assert_int_equal(query("SELECT rtt_mean_ns FROM tcp_flow WHERE snap = 1"), 2000000);
	assert_int_equal(query("SELECT count(*) FROM tcp_socket"), 4);
	assert_int_equal(query("SELECT retrans_total FROM tcp_socket WHERE snap = 2 AND sk = 77"),
	                 6);
}

static void listeners_are_kept_when_they_change_and_know_their_owner(void **state)
{
	(void)state;
	for (int64_t snap = 0; snap < 5; snap++) {
		struct sock k = {0}, owner = {.comm = SPAN("l5d")};

		sock_set(&k, SOCK_recvq, snap == 2 ? 9 : 0);
		sock_set(&k, SOCK_sendq, 128);
		sock_set(&k, SOCK_mem_d, snap > 2);
		put("listener", TCP_LISTEN, 4140, "0.0.0.0", 0, &k);
		sock_set(&owner, SOCK_pid, 814);
		if (snap == 0)
			put("owners", TCP_LISTEN, 4140, "0.0.0.0", 0, &owner);
		tick((uint64_t)snap);
	}
	seal();
	assert_int_equal(query("SELECT count(*) FROM listener"), 4);
	assert_int_equal(query("SELECT queue FROM listener WHERE snap = 2"), 9);
	assert_int_equal(query("SELECT drops FROM listener WHERE snap = 4"), 1);
	assert_int_equal(query("SELECT count(*) FROM listener WHERE pid = 814 AND comm = 'l5d'"),
	                 4);
	assert_int_equal(query("SELECT v FROM meta WHERE k = 'l5d_seen'"), 1);
}

static void many_peers_become_one_row(void **state)
{
	static char names[1000][16];

	(void)state;
	for (unsigned i = 0; i < 1000; i++) {
		struct buf b = BUF_OVER(names[i]);

		buf_str(&b, "10.1.");
		buf_u64(&b, i / 200);
		buf_char(&b, '.');
		buf_u64(&b, i % 200);
		put("tcp", TCP_ESTAB, 80, buf_cstr(&b), 5, NULL);
	}
	put("tcp", TCP_LISTEN, 80, "*", 0, NULL);
	tick(0);
	seal();
	assert_int_equal(query("SELECT count(*) FROM tcp_peer"), 257);
	assert_int_equal(query("SELECT n FROM tcp_peer WHERE peer = '*'"), 1000 - 256);
}

static void silent_sockets_are_counted_by_peer(void **state)
{
	struct sock quiet = {0}, lively = {0}, bare = {0};

	(void)state;
	sock_set(&quiet, SOCK_cwnd, 10);
	sock_set(&quiet, SOCK_lastsnd_ns, INT64_C(60000000000));
	sock_set(&quiet, SOCK_lastrcv_ns, INT64_C(90000000000));
	lively = quiet;
	sock_set(&lively, SOCK_lastrcv_ns, INT64_C(59999000000));
	put("tcp_info", TCP_ESTAB, 40000, "10.0.0.2", 8080, &quiet);
	put("tcp_info", TCP_ESTAB, 40001, "10.0.0.2", 8080, &lively);
	put("tcp_info", TCP_CLOSE_WAIT, 40002, "10.0.0.2", 8080, &quiet);
	put("tcp_info", TCP_ESTAB, 40003, "10.0.0.3", 8080, &bare);
	tick(0);
	seal();
	assert_int_equal(query("SELECT idle FROM tcp_flow WHERE peer = '10.0.0.2'"), 1);
	assert_int_equal(query("SELECT idle FROM tcp_flow WHERE peer = '10.0.0.3'"), -2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(the_side_that_listens_names_the_port, setup,
	                                        teardown),
		cmocka_unit_test_setup_teardown(connections_that_come_and_go_are_churn, setup,
	                                        teardown),
		cmocka_unit_test_setup_teardown(a_time_wait_port_used_anew_is_a_new_connection,
	                                        setup, teardown),
		cmocka_unit_test_setup_teardown(flows_grow_by_what_their_sockets_grew, setup,
	                                        teardown),
		cmocka_unit_test_setup_teardown(
			listeners_are_kept_when_they_change_and_know_their_owner, setup, teardown),
		cmocka_unit_test_setup_teardown(sockets_that_share_an_address_are_one_listener,
	                                        setup, teardown),
		cmocka_unit_test_setup_teardown(
			a_tick_that_was_cut_off_leaves_the_listeners_as_they_were, setup, teardown),
		cmocka_unit_test_setup_teardown(many_peers_become_one_row, setup, teardown),
		cmocka_unit_test_setup_teardown(silent_sockets_are_counted_by_peer, setup,
	                                        teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
