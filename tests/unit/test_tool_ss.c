/* ss over a dump of /proc made here: options, filters, caps, what it says of itself. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "collect/how.h"

struct dump {
	char root[64];
	struct host host;
	struct source source;
	struct kept kept;
	struct job job;
	int error;
	char note_text[128];
	struct buf note;
};

static void path_of(const struct dump *d, const char *name, char path[128])
{
	snprintf(path, 128, "%s%s", d->root, name);
}

static void put_file(const struct dump *d, const char *name, const char *text)
{
	char path[128];
	FILE *f;

	path_of(d, name, path);
	f = fopen(path, "w");
	assert_non_null(f);
	fputs(text, f);
	fclose(f);
}

static int set_up(void **state)
{
	struct dump *d = calloc(1, sizeof(*d));
	char path[128];

	if (!d)
		return -1;
	*state = d;
	snprintf(d->root, sizeof(d->root), "/tmp/test_tool_ss.XXXXXX");
	if (!mkdtemp(d->root))
		return -1;
	d->host.root = d->root;
	d->job.kept = &d->kept;
	d->source = (struct source){.id = "tcp", .cap = (size_t)1 << 20};
	path_of(d, "/proc", path);
	mkdir(path, 0700);
	path_of(d, "/proc/net", path);
	mkdir(path, 0700);
	return 0;
}

static int tear_down(void **state)
{
	static const char *const parts[] = {"/proc/net/tcp",
	                                    "/proc/net/tcp6",
	                                    "/proc/net/sockstat",
	                                    "/proc/net/snmp",
	                                    "/proc/net/sockstat6",
	                                    "/proc/net",
	                                    "/proc",
	                                    ""};
	struct dump *d = *state;
	char path[128];

	for (size_t i = 0; i < sizeof(parts) / sizeof(*parts); i++) {
		path_of(d, parts[i], path);
		(void)remove(path);
	}
	job_free(&d->job);
	if (d->kept.p)
		d->kept.free(d->kept.p);
	free(d);
	return 0;
}

static enum capture_status run(struct dump *d, const char *options)
{
	d->note = BUF_OVER(d->note_text);
	d->error = 0;
	job_reset(&d->job, &d->source, &d->host);
	(void)job_begin(&d->job, SPAN("cmd/ss"));
	return tool_ss(&d->job, span_of(options), &d->error, &d->note);
}

static void text_is(struct dump *d, const char *expected)
{
	assert_int_equal(d->job.text.n, strlen(expected));
	assert_memory_equal(d->job.text.p, expected, strlen(expected));
}

#define HEADER "State Recv-Q Send-Q Local Address:Port Peer Address:PortProcess\n"
/* Addresses that read the same in either byte order. */
#define TCP                                                                                        \
	"  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid\n"      \
	"   0: 00000000:102C 00000000:0000 0A 00000000:00000003 00:00000000 00000000  1000       " \
	" "                                                                                        \
	"0 30403 1 00000000cbed4dbe 100 0 0 10 0\n"                                                \
	"   1: 0A00000A:102C 0B00000B:C87E 01 00000007:000003E8 01:00000014 00000002     0       " \
	" "                                                                                        \
	"0 30408 1 0000000000000007 20 4 33 10 -1\n"                                               \
	"   2: 0A00000A:102C 0B00000B:C87F 06 00000000:00000000 03:0000176A 00000000     0       " \
	" "                                                                                        \
	"0 0 3 0000000000000008\n"
#define TCP6                                                                                       \
	"  sl  local_address                         remote_address                        st\n"   \
	"   0: 00000000000000000000000000000000:2706 00000000000000000000000000000000:0000 0A "    \
	"00000000:00000000 00:00000000 00000000     0        0 5 1 0000000000000009 100 0 0 10 "   \
	"0\n"
#define LISTENERS "LISTEN 3 0 0.0.0.0:4140 0.0.0.0:*\n"
#define NOTE      "from /proc/net/tcp, no accept limits"

static void a_dump_is_listed_and_says_what_it_lacks(void **state)
{
	struct dump *d = *state;

	put_file(d, "/proc/net/tcp", TCP);
	put_file(d, "/proc/net/tcp6", TCP6);
	assert_int_equal(run(d, "-tan"), CAPTURE_FALLBACK);
	assert_string_equal(buf_cstr(&d->note), NOTE);
	text_is(d, HEADER LISTENERS "ESTAB 1000 7 10.0.0.10:4140 11.0.0.11:51326\n"
	                            "TIME-WAIT 0 0 10.0.0.10:4140 11.0.0.11:51327\n"
	                            "LISTEN 0 0 *:9990 *:*\n");
}

static void options_choose_states_and_columns(void **state)
{
	struct dump *d = *state;

	put_file(d, "/proc/net/tcp", TCP);
	assert_int_equal(run(d, "-ltnm"), CAPTURE_FALLBACK);
	text_is(d, HEADER LISTENERS);
	assert_int_equal(run(d, "-t -n"), CAPTURE_FALLBACK);
	text_is(d, HEADER "ESTAB 1000 7 10.0.0.10:4140 11.0.0.11:51326\n");
	assert_int_equal(run(d, "-tne"), CAPTURE_FALLBACK);
	text_is(d, HEADER "ESTAB 1000 7 10.0.0.10:4140 11.0.0.11:51326 timer:(on,200ms,2) "
	                  "ino:30408 sk:7\n");
	assert_int_equal(run(d, "-tanp"), CAPTURE_FALLBACK); /* no process of this host */
	assert_int_equal(span_search(buf_span(&d->job.text), SPAN("users")), d->job.text.n);
}

static void a_wide_listing_holds_a_narrow_one(void **state)
{
	static const struct {
		const char *wide, *narrow;
		bool holds;
	} pairs[] = {
		{"ss -tanmieo", "ss -tan",     true },
		{"ss -ltnm",    "ss -ltn",     true },
		{"ss -tan",     "ss -tan",     false}, /* no wider */
		{"ss -tan",     "ss -tanmieo", false},
		{"ss -ltnm",    "ss -tan",     false}, /* other sockets */
		{"ss -tanmieo", "ss -ltn",     false},
		{"ss -tanmieo", "ss -ltnm",    false},
		{"ss -tanmieo", "ss -s",       false},
		{"ss -tanp",    "ss -tan",     false}, /* takes its time */
		{"tc -tanmieo", "tc -tan",     false},
		{"ss -tanmieo", "ifconfig -a", false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(pairs) / sizeof(*pairs); i++)
		assert_int_equal(tool_ss_holds(span_of(pairs[i].wide), span_of(pairs[i].narrow)),
		                 pairs[i].holds);
}

static void the_narrow_listing_is_made_of_the_wide_one(void **state)
{
	struct dump *d = *state;
	size_t n;

	put_file(d, "/proc/net/tcp", TCP);
	put_file(d, "/proc/net/tcp6", TCP6);
	assert_int_equal(run(d, "-tanmieo"), CAPTURE_FALLBACK);
	n = d->job.text.n;
	assert_int_equal(tool_ss_narrow(&d->job, 0, n), CAPTURE_OK);
	memmove(d->job.text.p, d->job.text.p + n, d->job.text.n -= n);
	text_is(d, HEADER LISTENERS "ESTAB 1000 7 10.0.0.10:4140 11.0.0.11:51326\n"
	                            "TIME-WAIT 0 0 10.0.0.10:4140 11.0.0.11:51327\n"
	                            "LISTEN 0 0 *:9990 *:*\n");
}

static void an_unknown_option_is_refused(void **state)
{
	static const char *const wrong[] = {"-tax", "tan", "-", "-tan sport"};
	struct dump *d = *state;

	put_file(d, "/proc/net/tcp", TCP);
	for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++) {
		assert_int_equal(run(d, wrong[i]), CAPTURE_ERROR);
		assert_int_equal(d->error, EINVAL);
	}
}

static void at_the_cap_the_text_ends_with_a_whole_row(void **state)
{
	struct dump *d = *state;
	char line[] = "   1: 0A00000A:102C 0B00000B:C87E 01 0:0 0:0 0 0 0 30408 1 7\n";
	struct buf b = {.p = malloc(100000), .cap = 100000};

	assert_non_null(b.p);
	buf_str(&b, "head\n");
	for (unsigned i = 0; i < 1000; i++)
		buf_str(&b, line);
	put_file(d, "/proc/net/tcp", buf_cstr(&b));
	free(b.p);
	d->source.cap = 20000;
	assert_int_equal(run(d, "-tan"), CAPTURE_CUT);
	assert_in_range(d->job.text.n, 10000, 20000);
	assert_int_equal(d->job.text.p[d->job.text.n - 1], '\n');
}

static void nothing_to_read_is_absent(void **state)
{
	struct dump *d = *state;

	assert_int_equal(run(d, "-tan"), CAPTURE_ABSENT);
	assert_int_equal(d->error, ENOENT);
	assert_int_equal(run(d, "-s"), CAPTURE_ABSENT);
	assert_int_equal(d->error, ENOENT);
}

static void lines_not_understood_are_counted(void **state)
{
	struct dump *d = *state;

	put_file(d, "/proc/net/tcp", TCP "what\nis this\n");
	assert_int_equal(run(d, "-ltn"), CAPTURE_FALLBACK);
	assert_string_equal(buf_cstr(&d->note), NOTE ", lines not understood: 2");
	text_is(d, HEADER LISTENERS);
}

static void the_summary_adds_up(void **state)
{
	struct dump *d = *state;

	put_file(d, "/proc/net/sockstat",
	         "sockets: used 60\nTCP: inuse 18 orphan 2 tw 4 alloc 31 mem 215\n"
	         "UDP: inuse 3 mem 1\nUDPLITE: inuse 0\nRAW: inuse 1\nFRAG: inuse 5 memory 10\n");
	put_file(d, "/proc/net/snmp",
	         "Ip: Forwarding\nIp: 1\nTcp: RtoMin MaxConn CurrEstab\nTcp: 200 -1 17\n");
#define TOP                                                                                        \
	"Total: 60\n"                                                                              \
	"TCP:   35 (estab 17, closed "
	/* widths and the blank line at the end are those of ss; no sockstat6: IPv6 is off */
	assert_int_equal(run(d, "-s"), CAPTURE_OK);
	text_is(d, TOP "17, orphaned 2, timewait 4)\n\n"
	               "Transport Total     IP        IPv6\n"
	               "RAW\t  1         1         0        \n"
	               "UDP\t  3         3         0        \n"
	               "TCP\t  18        18        0        \n"
	               "INET\t  22        22        0        \n"
	               "FRAG\t  5         5         0        \n\n");
	put_file(d, "/proc/net/sockstat6",
	         "TCP6: inuse 6\nUDP6: inuse 2\nUDPLITE6: inuse 0\nRAW6: inuse 1\n"
	         "FRAG6: inuse 0 memory 0\n");
	assert_int_equal(run(d, "-s"), CAPTURE_OK);
	text_is(d, TOP "11, orphaned 2, timewait 4)\n\n"
	               "Transport Total     IP        IPv6\n"
	               "RAW\t  2         1         1        \n"
	               "UDP\t  5         3         2        \n"
	               "TCP\t  24        18        6        \n"
	               "INET\t  31        22        9        \n"
	               "FRAG\t  5         5         0        \n\n");
}

int main(void)
{
#define DUMPED(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		DUMPED(a_dump_is_listed_and_says_what_it_lacks),
		DUMPED(options_choose_states_and_columns),
		DUMPED(a_wide_listing_holds_a_narrow_one),
		DUMPED(the_narrow_listing_is_made_of_the_wide_one),
		DUMPED(an_unknown_option_is_refused),
		DUMPED(at_the_cap_the_text_ends_with_a_whole_row),
		DUMPED(nothing_to_read_is_absent),
		DUMPED(lines_not_understood_are_counted),
		DUMPED(the_summary_adds_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
