/* Lines of /proc/net/tcp and tcp6 as kernels from 2.6.32 on print them, and ones that are none. */
#include <arpa/inet.h>
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "collect/proc_tcp.h"

static bool take(const char *text, unsigned char family, struct inet_diag_msg *m)
{
	return proc_tcp_line(span_of(text), family, m);
}

static bool host_is_little(void)
{
	return htons(1) != 1;
}

static void a_listener_has_its_queue_and_no_limit(void **state)
{
	struct inet_diag_msg m;
	uint64_t cookie;

	(void)state;
	assert_true(
		take("   0: 0100007F:8ECD 00000000:0000 0A 00000000:00000002 00:00000000 00000000  "
	             "1000        0 30403 1 00000000cbed4dbe 100 0 0 10 0                     ",
	             AF_INET, &m));
	assert_int_equal(m.idiag_state, SOCK_LISTEN);
	if (host_is_little())
		assert_int_equal(ntohl(m.id.idiag_src[0]), 0x7f000001);
	assert_int_equal(ntohs(m.id.idiag_sport), 0x8ecd);
	assert_int_equal(m.id.idiag_dport, 0);
	assert_int_equal(m.idiag_rqueue, 2);
	assert_int_equal(m.idiag_wqueue, 0);
	assert_int_equal(m.idiag_uid, 1000);
	assert_int_equal(m.idiag_inode, 30403);
	memcpy(&cookie, m.id.idiag_cookie, sizeof(cookie));
	assert_int_equal(cookie, 0xcbed4dbe);
}

static void words_of_ipv6_are_taken_as_memory_has_them(void **state)
{
	static const unsigned char mapped[16] = {[10] = 0xff, 0xff, 127, 0, 0, 1};
	struct inet_diag_msg m;

	(void)state;
	assert_true(take("  12: 0000000000000000FFFF00000100007F:B867 "
	                 "0000000000000000FFFF00000100007F:C87E 01 00000000:000003E8 00:00000000 "
	                 "00000000     0        0 30408 1 000000005191358d 20 4 33 10 -1",
	                 AF_INET6, &m));
	if (host_is_little())
		assert_memory_equal(m.id.idiag_src, mapped, sizeof(mapped));
	assert_int_equal(m.idiag_state, SOCK_ESTABLISHED);
	assert_int_equal(m.idiag_rqueue, 1000);
}

static void timers_count_hundredths_and_their_own_retries(void **state)
{
	struct inet_diag_msg m;

	(void)state;
	/* retransmission: the column "retrnsmt", in hexadecimal */
	assert_true(
		take("1: 0100007F:0001 0100007F:0002 01 00000010:00000000 01:0000001A 0000000C  0 "
	             "3 5 2 ffff880012345678 51 4 0 1 7",
	             AF_INET, &m));
	assert_int_equal(m.idiag_timer, 1);
	assert_int_equal(m.idiag_expires, 260);
	assert_int_equal(m.idiag_retrans, 12);
	assert_int_equal(m.idiag_wqueue, 16);
	/* keepalive: unanswered probes, the column "timeout" */
	assert_true(
		take("1: 0100007F:0001 0100007F:0002 01 00000000:00000000 02:000AFC80 0000000C  0 "
	             "3 5 2 ffff880012345678 51 4 0 1 7",
	             AF_INET, &m));
	assert_int_equal(m.idiag_timer, 2);
	assert_int_equal(m.idiag_expires, 7200000);
	assert_int_equal(m.idiag_retrans, 3);
}

static void time_wait_and_requests_have_short_tails(void **state)
{
	struct inet_diag_msg m;

	(void)state;
	assert_true(
		take("7: 0100007F:A826 0100007F:83F1 06 00000000:00000000 03:0000176A 00000000     "
	             "0        0 0 3 0000000046 31d7e6",
	             AF_INET, &m));
	assert_int_equal(m.idiag_state, SOCK_TIME_WAIT);
	assert_int_equal(m.idiag_inode, 0);
	assert_true(
		take("8: 0100007F:A826 0100007F:83F1 0C 00000000:00000000 01:0000000A 00000001     "
	             "0        0 0",
	             AF_INET, &m));
	assert_int_equal(m.idiag_state, SOCK_SYN_RECV);
}

static void what_is_no_socket_is_refused(void **state)
{
	static const char *const lines[] = {
		"",
		"  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid",
		"0: 0100007F:8ECD",
		"0: 0100007F8ECD 00000000:0000 0A 00000000:00000000 00:00000000 00000000 0 0 1",
		"0: 0100007:8ECD 00000000:0000 0A 00000000:00000000 00:00000000 00000000 0 0 1",
		"0: 0100007F:18ECD 00000000:0000 0A 00000000:00000000 00:00000000 00000000 0 0 1",
		"0: 0100007G:8ECD 00000000:0000 0A 00000000:00000000 00:00000000 00000000 0 0 1",
		"0: 0100007F:8ECD 00000000:0000 1FF 00000000:00000000 00:00000000 00000000 0 0 1",
		"0: 0100007F:8ECD 00000000:0000 0A 00000000 00:00000000 00000000 0 0 1",
		"0: 0100007F:8ECD 00000000:0000 0A 00000000:00000000 00:00000000 00000000 -1 0 1",
		"0: 0100007F:8ECD 00000000:0000 0A 00000000:00000000 00:00000000 00000000 0 0",
		"0: 0100007F:8ECD 00000000:0000 0A 0:0 0:0 0 0 0 4294967296",
		"0  0100007F:8ECD 00000000:0000 0A 00000000:00000000 00:00000000 00000000 0 0 1",
	};
	struct inet_diag_msg m;

	(void)state;
	for (size_t i = 0; i < sizeof(lines) / sizeof(*lines); i++)
		assert_false(take(lines[i], AF_INET, &m));
	/* an address of the other family */
	assert_false(take(
		"0: 0100007F:8ECD 00000000:0000 0A 00000000:00000000 00:00000000 00000000 0 0 1",
		AF_INET6, &m));
}

struct dump {
	char root[64];
	struct host host;
	unsigned rows, bad;
	unsigned stop_at; /* 0 = never */
};

static void put_file(const struct dump *d, const char *name, const char *head, unsigned rows,
                     const char *tail)
{
	char path[128];
	FILE *f;

	snprintf(path, sizeof(path), "%s/proc/net/%s", d->root, name);
	f = fopen(path, "w");
	assert_non_null(f);
	fputs(head, f);
	for (unsigned i = 0; i < rows; i++)
		fprintf(f,
		        "%4u: 0100007F:%04X 0100007F:1035 01 00000000:00000000 00:00000000 "
		        "00000000 "
		        "    0        0 %u 1 0000000000000000 20 4 30 10 -1\n",
		        i, i & 0xffff, i + 1);
	fputs(tail, f);
	fclose(f);
}

static int set_up(void **state)
{
	struct dump *d = calloc(1, sizeof(*d));
	char path[128];

	if (!d)
		return -1;
	snprintf(d->root, sizeof(d->root), "/tmp/test_proc_tcp.XXXXXX");
	if (!mkdtemp(d->root))
		return -1;
	d->host.root = d->root;
	snprintf(path, sizeof(path), "%s/proc", d->root);
	mkdir(path, 0700);
	snprintf(path, sizeof(path), "%s/proc/net", d->root);
	mkdir(path, 0700);
	*state = d;
	return 0;
}

static int tear_down(void **state)
{
	static const char *const parts[] = {"/proc/net/tcp", "/proc/net/tcp6", "/proc/net", "/proc",
	                                    ""};
	struct dump *d = *state;
	char path[128];

	for (size_t i = 0; i < sizeof(parts) / sizeof(*parts); i++) {
		snprintf(path, sizeof(path), "%s%s", d->root, parts[i]);
		(void)remove(path);
	}
	free(d);
	return 0;
}

static bool row(void *arg, const struct inet_diag_msg *m, const struct attr *attrs)
{
	struct dump *d = arg;

	assert_null(attrs);
	assert_true(m->idiag_inode > 0);
	d->rows++;
	return d->rows != d->stop_at;
}

static int read_dump(struct dump *d, uint32_t states)
{
	d->rows = d->bad = 0;
	return proc_tcp(&d->host, states, row, d, &d->bad);
}

#define HEAD "  sl  local_address rem_address   st tx_queue rx_queue\n"

static void a_file_longer_than_the_buffer_is_read_whole(void **state)
{
	struct dump *d = *state;

	put_file(d, "tcp", HEAD, 20000, "");
	assert_int_equal(read_dump(d, UINT32_MAX), 0);
	assert_int_equal(d->rows, 20000);
	assert_int_equal(d->bad, 0);
	assert_int_equal(read_dump(d, 1U << SOCK_LISTEN), 0);
	assert_int_equal(d->rows, 0);
}

static void bad_lines_are_counted_and_cost_only_themselves(void **state)
{
	struct dump *d = *state;

	put_file(d, "tcp", HEAD, 3, "garbage\n\n  9: 0100007F:0001 0100007F:0002 01 0000");
	put_file(d, "tcp6", HEAD, 2, "");
	assert_int_equal(read_dump(d, UINT32_MAX), 0);
	assert_int_equal(d->rows, 3);
	assert_int_equal(d->bad,
	                 5); /* two here, the line cut at the end, two of the wrong family */
}

static void a_line_without_an_end_stops_at_the_buffer(void **state)
{
	struct dump *d = *state;
	size_t n = 600000;
	char *much = malloc(n + 1);

	assert_non_null(much);
	memset(much, 'x', n);
	much[n] = '\0';
	put_file(d, "tcp", HEAD, 1, much);
	assert_int_equal(read_dump(d, UINT32_MAX), 0);
	assert_int_equal(d->rows, 1);
	assert_true(d->bad >= 1);
	free(much);
}

static void the_reader_can_stop_it(void **state)
{
	struct dump *d = *state;

	put_file(d, "tcp", HEAD, 10, "");
	d->stop_at = 4;
	assert_int_equal(read_dump(d, UINT32_MAX), ECANCELED);
	assert_int_equal(d->rows, 4);
}

static void without_the_file_it_is_absent(void **state)
{
	struct dump *d = *state;

	assert_int_equal(read_dump(d, UINT32_MAX), ENOENT);
	put_file(d, "tcp", "", 0, "");
	assert_int_equal(read_dump(d, UINT32_MAX), 0);
	assert_int_equal(d->rows, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_listener_has_its_queue_and_no_limit),
		cmocka_unit_test(words_of_ipv6_are_taken_as_memory_has_them),
		cmocka_unit_test(timers_count_hundredths_and_their_own_retries),
		cmocka_unit_test(time_wait_and_requests_have_short_tails),
		cmocka_unit_test(what_is_no_socket_is_refused),
		cmocka_unit_test_setup_teardown(a_file_longer_than_the_buffer_is_read_whole, set_up,
	                                        tear_down),
		cmocka_unit_test_setup_teardown(bad_lines_are_counted_and_cost_only_themselves,
	                                        set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_line_without_an_end_stops_at_the_buffer, set_up,
	                                        tear_down),
		cmocka_unit_test_setup_teardown(the_reader_can_stop_it, set_up, tear_down),
		cmocka_unit_test_setup_teardown(without_the_file_it_is_absent, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
