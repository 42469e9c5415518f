/* A kernel that interrupts, errs, lies about lengths or falls silent, played over a socket pair. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <cmocka.h>

#include "collect/netlink.h"
#include "collect/sock_diag.h"

#define ROW_TYPE 20

struct stage {
	struct netlink nl;
	int kernel; /* the other end */
	unsigned rows;
	bool interrupted;
};

static int set_up(void **state)
{
	const struct timeval patience = {.tv_usec = 50000};
	struct stage *s = calloc(1, sizeof(*s));
	int pair[2];

	if (!s || socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair) != 0)
		return -1;
	setsockopt(pair[0], SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	s->nl.fd = pair[0];
	s->kernel = pair[1];
	*state = s;
	return 0;
}

static int tear_down(void **state)
{
	struct stage *s = *state;

	netlink_close(&s->nl);
	close(s->kernel);
	free(s);
	return 0;
}

struct message {
	struct nlmsghdr h;
	int32_t code;
};

static struct message message(uint16_t type, uint16_t flags, int32_t code)
{
	return (struct message){
		{.nlmsg_len = sizeof(struct message),
	         .nlmsg_type = type,
	         .nlmsg_flags = flags,
	         .nlmsg_seq = 1},
		code
        };
}

static void answer(struct stage *s, const struct message *m, size_t n)
{
	assert_int_equal(send(s->kernel, m, n * sizeof(*m), 0), n * sizeof(*m));
}

static bool count(void *arg, const struct nlmsghdr *h)
{
	struct stage *s = arg;

	assert_int_equal(h->nlmsg_type, ROW_TYPE);
	s->rows++;
	return true;
}

static bool stop(void *arg, const struct nlmsghdr *h)
{
	(void)h;
	((struct stage *)arg)->rows++;
	return false;
}

static int dump(struct stage *s, netlink_row *row)
{
	struct nlmsghdr request = {.nlmsg_len = sizeof(request), .nlmsg_type = ROW_TYPE};

	return netlink_dump(&s->nl, &request, row, s, &s->interrupted);
}

static void a_dump_ends_at_done(void **state)
{
	struct stage *s = *state;
	struct message first[] = {message(ROW_TYPE, 0, 0), message(ROW_TYPE, 0, 0)};
	struct message last[] = {message(ROW_TYPE, 0, 0), message(NLMSG_DONE, 0, 0)};

	answer(s, first, 2);
	answer(s, last, 2);
	assert_int_equal(dump(s, count), 0);
	assert_int_equal(s->rows, 3);
	assert_false(s->interrupted);
}

static void the_request_asks_for_a_dump(void **state)
{
	struct stage *s = *state;
	struct message done = message(NLMSG_DONE, 0, 0);
	struct nlmsghdr asked = {0};

	answer(s, &done, 1);
	assert_int_equal(dump(s, count), 0);
	assert_int_equal(recv(s->kernel, &asked, sizeof(asked), 0), sizeof(asked));
	assert_int_equal(asked.nlmsg_flags, NLM_F_REQUEST | NLM_F_DUMP);
	assert_int_equal(asked.nlmsg_seq, 1);
}

static void an_interrupted_dump_is_marked_and_kept(void **state)
{
	struct stage *s = *state;
	struct message m[] = {message(ROW_TYPE, NLM_F_DUMP_INTR, 0), message(NLMSG_DONE, 0, 0)};

	answer(s, m, 2);
	assert_int_equal(dump(s, count), 0);
	assert_int_equal(s->rows, 1);
	assert_true(s->interrupted);
}

static void an_error_is_its_errno(void **state)
{
	struct stage *s = *state;
	struct message m = message(NLMSG_ERROR, 0, -ENOENT);

	answer(s, &m, 1);
	assert_int_equal(dump(s, count), ENOENT);
}

static void an_error_may_come_with_done(void **state)
{
	struct stage *s = *state;
	struct message m[] = {message(ROW_TYPE, 0, 0), message(NLMSG_DONE, 0, -EMSGSIZE)};

	answer(s, m, 2);
	assert_int_equal(dump(s, count), EMSGSIZE);
	assert_int_equal(s->rows, 1);
}

static void an_answer_to_another_question_is_passed_over(void **state)
{
	struct stage *s = *state;
	struct message m[] = {message(ROW_TYPE, 0, 0), message(NLMSG_DONE, 0, 0)};

	m[0].h.nlmsg_seq = 77;
	answer(s, m, 2);
	assert_int_equal(dump(s, count), 0);
	assert_int_equal(s->rows, 0);
}

static void silence_is_a_timeout(void **state)
{
	struct stage *s = *state;

	assert_int_equal(dump(s, count), ETIMEDOUT);
}

static void a_length_that_cannot_be_is_an_error(void **state)
{
	struct stage *s = *state;
	struct message m = message(ROW_TYPE, 0, 0);

	m.h.nlmsg_len = 4000;
	answer(s, &m, 1);
	assert_int_equal(dump(s, count), EPROTO);
	m.h.nlmsg_len = 3;
	m.h.nlmsg_seq = 2;
	answer(s, &m, 1);
	assert_int_equal(dump(s, count), EPROTO);
	assert_int_equal(s->rows, 0);
}

static void an_answer_too_long_for_the_buffer_is_an_error(void **state)
{
	static const char much[NETLINK_ANSWER_MAX + 1];
	struct stage *s = *state;

	assert_int_equal(send(s->kernel, much, sizeof(much), 0), sizeof(much));
	assert_int_equal(dump(s, count), EMSGSIZE);
}

static void a_reader_that_has_enough_ends_it(void **state)
{
	struct stage *s = *state;
	struct message m[] = {message(ROW_TYPE, 0, 0), message(ROW_TYPE, 0, 0)};

	answer(s, m, 2);
	assert_int_equal(dump(s, stop), ECANCELED);
	assert_int_equal(s->rows, 1);
}

static void a_single_answer_ends_with_its_acknowledgement(void **state)
{
	struct stage *s = *state;
	struct nlmsghdr request = {.nlmsg_len = sizeof(request), .nlmsg_type = ROW_TYPE};
	struct message m[] = {message(ROW_TYPE, 0, 0), message(NLMSG_ERROR, 0, 0)};

	answer(s, m, 2);
	assert_int_equal(netlink_ask(&s->nl, &request, count, s), 0);
	assert_int_equal(s->rows, 1);
}

static void attributes_are_found_by_number(void **state)
{
	static const unsigned char bytes[] = {
		5, 0, 2, 0,    'x', 0,  0, 0, /* type 2, one byte, padded */
		4, 0, 3, 0,                   /* type 3, empty */
		8, 0, 9, 0,    1,   2,  3, 4, /* type 9: beyond what is asked for */
		6, 0, 1, 0x80, 'a', 'b'       /* type 1, nested flag, unpadded at the end */
	};
	struct attr a[4];

	(void)state;
	netlink_attrs(bytes, sizeof(bytes), a, 4);
	assert_null(a[0].p);
	assert_int_equal(a[1].n, 2);
	assert_memory_equal(a[1].p, "ab", 2);
	assert_int_equal(a[2].n, 1);
	assert_memory_equal(a[2].p, "x", 1);
	assert_non_null(a[3].p);
	assert_int_equal(a[3].n, 0);
	netlink_attrs(bytes, 7, a, 4); /* cut within its padding */
	assert_int_equal(a[2].n, 1);
	netlink_attrs(bytes, 4, a, 4); /* cut within its value */
	assert_null(a[2].p);
}

struct set {
	uint64_t sum;
	unsigned n;
};

/* An order-free sum over the fields that stay as they are. */
static bool add(void *arg, const struct inet_diag_msg *m, const struct attr *attrs)
{
	const unsigned char *p = (const unsigned char *)&m->id;
	struct set *set = arg;
	uint64_t h = 1469598103934665603U;

	for (size_t i = 0; i < sizeof(m->id); i++)
		h = (h ^ p[i]) * 1099511628211U;
	for (size_t i = 0; i < SOCK_ATTR_COUNT; i++)
		h = (h ^ (attrs[i].n + i)) * 1099511628211U;
	set->sum += (h ^ m->idiag_state) * 1099511628211U;
	set->n++;
	return true;
}

static void both_requests_list_the_same_listeners(void **state)
{
	const uint32_t listeners = 1U << SOCK_LISTEN;
	const uint8_t memory = 1U << (SOCK_SKMEMINFO - 1);
	int s4 = socket(AF_INET, SOCK_STREAM, 0);
	int s6 = socket(AF_INET6, SOCK_STREAM, 0);
	bool interrupted = false, same = false;
	struct set one = {0}, two = {0};

	(void)state;
	if (s4 < 0 || listen(s4, 3) != 0 || (s6 >= 0 && listen(s6, 3) != 0))
		skip();
	for (unsigned i = 0; i < 10 && !same; i++) { /* others come and go meanwhile */
		one = two = (struct set){0};
		if (sock_diag_tcp(listeners, memory, add, &one, &interrupted) != 0)
			skip();
		if (sock_diag_tcp_by_family(listeners, memory, add, &two, &interrupted) != 0)
			skip();
		same = one.n == two.n && one.sum == two.sum;
	}
	assert_true(same);
	assert_true(one.n >= (s6 >= 0 ? 2U : 1U));
	close(s4);
	if (s6 >= 0)
		close(s6);
}

int main(void)
{
#define STAGED(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		STAGED(a_dump_ends_at_done),
		STAGED(the_request_asks_for_a_dump),
		STAGED(an_interrupted_dump_is_marked_and_kept),
		STAGED(an_error_is_its_errno),
		STAGED(an_error_may_come_with_done),
		STAGED(an_answer_to_another_question_is_passed_over),
		STAGED(silence_is_a_timeout),
		STAGED(a_length_that_cannot_be_is_an_error),
		STAGED(an_answer_too_long_for_the_buffer_is_an_error),
		STAGED(a_reader_that_has_enough_ends_it),
		STAGED(a_single_answer_ends_with_its_acknowledgement),
		cmocka_unit_test(attributes_are_found_by_number),
		cmocka_unit_test(both_requests_list_the_same_listeners),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
