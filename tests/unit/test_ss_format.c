/* Rows from messages made here; what they must look like is what iproute2 6.1 prints for them. */
#include <arpa/inet.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "collect/ss_format.h"

static char text[2 * SS_ROW_MAX];

static struct inet_diag_msg socket_of(int family, unsigned char state, const char *from,
                                      unsigned sport, const char *to, unsigned dport)
{
	struct inet_diag_msg m = {.idiag_family = (unsigned char)family, .idiag_state = state};

	assert_int_equal(inet_pton(family, from, m.id.idiag_src), 1);
	assert_int_equal(inet_pton(family, to, m.id.idiag_dst), 1);
	m.id.idiag_sport = htons((uint16_t)sport);
	m.id.idiag_dport = htons((uint16_t)dport);
	return m;
}

static struct inet_diag_msg established(void)
{
	return socket_of(AF_INET, SOCK_ESTABLISHED, "10.0.0.1", 4140, "10.0.0.2", 51326);
}

static void row_is(unsigned show, const struct owners *owners, const struct inet_diag_msg *m,
                   const struct attr *attrs, const char *expected)
{
	struct buf b = BUF_OVER(text);
	struct ss_style style = {.show = show, .owners = owners, .names = sock_names_open()};

	assert_non_null(style.names);
	ss_row(&b, &style, m, attrs);
	sock_names_close(style.names);
	assert_false(b.cut);
	assert_string_equal(buf_cstr(&b), expected);
}

static void plain_is(const struct inet_diag_msg *m, const char *expected)
{
	const struct attr none[SOCK_ATTR_COUNT] = {{0}};

	row_is(0, NULL, m, none, expected);
	row_is(0, NULL, m, NULL, expected);
}

static void every_state_has_its_name(void **state)
{
	static const char *const names[] = {"UNKNOWN",    "ESTAB",      "SYN-SENT",  "SYN-RECV",
	                                    "FIN-WAIT-1", "FIN-WAIT-2", "TIME-WAIT", "UNCONN",
	                                    "CLOSE-WAIT", "LAST-ACK",   "LISTEN",    "CLOSING",
	                                    "UNKNOWN",    "UNKNOWN"};

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		struct inet_diag_msg m = established();
		char expected[128];

		m.idiag_state = (unsigned char)i;
		snprintf(expected, sizeof(expected), "%s 0 0 10.0.0.1:4140 10.0.0.2:51326\n",
		         names[i]);
		plain_is(&m, expected);
	}
	struct inet_diag_msg m = established();
	m.idiag_state = 255;
	plain_is(&m, "UNKNOWN 0 0 10.0.0.1:4140 10.0.0.2:51326\n");
}

static void queues_are_signed(void **state)
{
	struct inet_diag_msg m = established();

	(void)state;
	m.idiag_rqueue = 2147483647;
	m.idiag_wqueue = UINT32_MAX;
	plain_is(&m, "ESTAB 2147483647 -1 10.0.0.1:4140 10.0.0.2:51326\n");
}

static void addresses_have_their_forms(void **state)
{
	struct inet_diag_msg m;

	(void)state;
	m = socket_of(AF_INET, SOCK_LISTEN, "0.0.0.0", 80, "0.0.0.0", 0);
	m.idiag_wqueue = 128;
	plain_is(&m, "LISTEN 0 128 0.0.0.0:80 0.0.0.0:*\n");
	m = socket_of(AF_INET6, SOCK_LISTEN, "::", 80, "::", 0);
	plain_is(&m, "LISTEN 0 0 *:80 *:*\n");
	m = socket_of(AF_INET6, SOCK_ESTABLISHED, "::ffff:127.0.0.1", 80, "::ffff:10.1.2.3", 9);
	plain_is(&m, "ESTAB 0 0 [::ffff:127.0.0.1]:80 [::ffff:10.1.2.3]:9\n");
	m = socket_of(AF_INET6, SOCK_ESTABLISHED, "fe80::1", 80, "fe80::2", 65535);
	m.id.idiag_if = 1;
	plain_is(&m, "ESTAB 0 0 [fe80::1]%lo:80 [fe80::2]:65535\n");
	m.id.idiag_if = 2000000000; /* gone since */
	plain_is(&m, "ESTAB 0 0 [fe80::1]%if2000000000:80 [fe80::2]:65535\n");
}

static void a_v6_only_wildcard_is_in_brackets(void **state)
{
	static const unsigned char yes = 1;
	const struct attr attrs[SOCK_ATTR_COUNT] = {
		[SOCK_V6ONLY] = {&yes, 1}
        };
	struct inet_diag_msg m = socket_of(AF_INET6, SOCK_LISTEN, "::", 80, "::", 0);

	(void)state;
	row_is(0, NULL, &m, attrs, "LISTEN 0 0 [::]:80 [::]:*\n");
}

static void timers_are_said_in_the_ways_of_ss(void **state)
{
	static const struct {
		unsigned char timer;
		uint32_t ms;
		unsigned char count;
		const char *text;
	} cases[] = {
		{1, 204,        0, "on,204ms,0"           },
		{1, 4,          3, "on,004ms,3"           },
		{1, 0,          7, "on,,7"                },
		{2, 8036,       0, "keepalive,8.036ms,0"  },
		{2, 41000,      0, "keepalive,41sec,0"    },
		{2, 41999,      1, "keepalive,41sec,1"    },
		{2, 72500,      0, "keepalive,1min12sec,0"},
		{2, 540000,     0, "keepalive,9min,0"     },
		{2, 7199000,    0, "keepalive,119min,0"   },
		{3, 59999,      0, "timewait,59sec,0"     },
		{4, 200,        2, "persist,200ms,2"      },
		{9, 1000,       0, "unknown,1sec,0"       },
		{1, UINT32_MAX, 9, "on,71582min,9"        },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct inet_diag_msg m = established();
		char expected[160];

		m.idiag_timer = cases[i].timer;
		m.idiag_expires = cases[i].ms;
		m.idiag_retrans = cases[i].count;
		snprintf(expected, sizeof(expected),
		         "ESTAB 0 0 10.0.0.1:4140 10.0.0.2:51326 timer:(%s)\n", cases[i].text);
		row_is(SS_TIMERS, NULL, &m, NULL, expected);
	}
}

static void extended_tells_whose_socket_it_is(void **state)
{
	static const unsigned char shut[] = {0, 1, 2, 3};
	static const char *const arrows[] = {"<->", "-->", "<--", "---"};
	const uint64_t cookie = 0x1a2b3c4d5eU;
	const uint32_t mark = 0x2a;
	struct inet_diag_msg m = socket_of(AF_INET6, SOCK_LISTEN, "::1", 80, "::", 0);

	(void)state;
	m.idiag_uid = 1000;
	m.idiag_inode = 30407;
	memcpy(m.id.idiag_cookie, &cookie, sizeof(cookie));
	for (size_t i = 0; i < 4; i++) {
		const struct attr attrs[SOCK_ATTR_COUNT] = {
			[SOCK_MARK] = {&mark,    sizeof(mark)},
			[SOCK_V6ONLY] = {&shut[0], 1           },
			[SOCK_SHUTDOWN] = {&shut[i], 1           },
		};
		char expected[200];

		snprintf(expected, sizeof(expected),
		         "LISTEN 0 0 [::1]:80 *:* uid:1000 ino:30407 sk:1a2b3c4d5e fwmark:0x2a "
		         "v6only:0 %s\n",
		         arrows[i]);
		row_is(SS_EXTENDED, NULL, &m, attrs, expected);
	}
	m.idiag_uid = 0;
	row_is(SS_EXTENDED, NULL, &m, NULL, "LISTEN 0 0 [::1]:80 *:* ino:30407 sk:1a2b3c4d5e\n");
}

static void memory_has_as_many_words_as_the_kernel_gave(void **state)
{
	static const uint32_t words[] = {1832, 131072, 0, 2626560, 2264, 5, 0, 7, 80};
	struct attr attrs[SOCK_ATTR_COUNT] = {{0}};
	struct inet_diag_msg m = established();

	(void)state;
#define ROW "ESTAB 0 0 10.0.0.1:4140 10.0.0.2:51326\n"
	attrs[SOCK_SKMEMINFO] = (struct attr){words, sizeof(words)};
	row_is(SS_MEMORY, NULL, &m, attrs,
	       ROW "\t skmem:(r1832,rb131072,t0,tb2626560,f2264,w5,o0,bl7,d80)\n");
	attrs[SOCK_SKMEMINFO].n = 8 * sizeof(*words); /* before 4.7 */
	row_is(SS_MEMORY, NULL, &m, attrs,
	       ROW "\t skmem:(r1832,rb131072,t0,tb2626560,f2264,w5,o0,bl7)\n");
	attrs[SOCK_SKMEMINFO].n = 7 * sizeof(*words);
	row_is(SS_MEMORY, NULL, &m, attrs,
	       ROW "\t skmem:(r1832,rb131072,t0,tb2626560,f2264,w5,o0)\n");
	attrs[SOCK_SKMEMINFO] = (struct attr){0};
	attrs[SOCK_MEMINFO] = (struct attr){words, 4 * sizeof(*words)}; /* before 3.4 */
	row_is(SS_MEMORY, NULL, &m, attrs, ROW "\t mem:(r1832,w131072,f0,t2626560)\n");
	attrs[SOCK_MEMINFO] = (struct attr){0};
	row_is(SS_MEMORY, NULL, &m, attrs, ROW); /* TIME-WAIT */
}

/* The kernel's struct tcp_info, offset by offset. */
struct word {
	unsigned at;
	uint32_t v;
};

static void fill(unsigned char info[240], const struct word *words, size_t n)
{
	memset(info, 0, 240);
	for (size_t i = 0; i < n; i++)
		memcpy(info + words[i].at, &words[i].v, sizeof(words[i].v));
}

static void info_is(unsigned show, unsigned char *info, size_t n, struct attr *attrs,
                    const char *expected)
{
	struct inet_diag_msg m = established();
	char *exact = malloc(n ? n : 1); /* so that a byte too far is seen */
	char row[2048];

	assert_non_null(exact);
	memcpy(exact, info, n);
	attrs[SOCK_INFO] = (struct attr){exact, n};
	snprintf(row, sizeof(row), ROW "%s%s", *expected ? "\t" : "", expected);
	row_is(show, NULL, &m, attrs, row);
	free(exact);
}

static const struct word busy[] = {
	{0,   0x07020101},
        {8,   204000    },
        {12,  40000     },
        {16,  1448      },
        {20,  536       },
        {24,  3         },
	{28,  2         },
        {32,  1         },
        {36,  1         },
        {40,  4         },
        {44,  12        },
        {52,  13        },
	{56,  14        },
        {60,  1500      },
        {64,  64088     },
        {68,  48        },
        {72,  25        },
        {76,  7         },
	{80,  10        },
        {84,  1460      },
        {88,  5         },
        {92,  2125      },
        {96,  14480     },
        {100, 7         },
	{104, 1250000   },
        {112, 2500000   },
        {120, 4001      },
        {128, 700       },
        {136, 43        },
        {140, 8         },
	{144, 4000      },
        {148, 4         },
        {152, 6         },
        {156, 41        },
        {160, 100000    },
        {168, 7968000   },
	{176, 1000000   },
        {184, 7968000   },
        {192, 38        },
        {196, 9         },
        {200, 56616     },
        {208, 1448      },
	{216, 2         },
        {220, 3         },
        {224, 11        },
        {228, 65536     },
        {232, 64512     },
        {236, 1         },
};

static void all_of_tcp_info_is_told_in_the_order_of_ss(void **state)
{
	struct attr attrs[SOCK_ATTR_COUNT] = {
		[SOCK_CONG] = {"cubic", 6}
        };
	unsigned char info[240];

	(void)state;
	fill(info, busy, sizeof(busy) / sizeof(*busy));
	info[4] = 2;    /* backoff */
	info[5] = 0x3f; /* every option */
	info[6] = 0x87; /* scales 7 and 8 */
	info[7] = 1;    /* app_limited */
	info_is(SS_INFO | SS_TIMERS, info, sizeof(info), attrs,
	        " ts sack ecn ecnseen fastopen cubic wscale:7,8 rto:204 backoff:2 rtt:0.048/0.025 "
	        "ato:40 mss:1448 pmtu:1500 rcvmss:536 advmss:1460 cwnd:10 ssthresh:7 "
	        "bytes_sent:56616 bytes_retrans:1448 bytes_acked:4001 bytes_received:700 "
	        "segs_out:43 segs_in:8 data_segs_out:41 data_segs_in:6 send 2413333333bps "
	        "lastsnd:12 lastrcv:13 lastack:14 pacing_rate 10000000bps/20000000bps "
	        "delivery_rate 800000bps delivered:38 delivered_ce:9 app_limited busy:7968ms "
	        "rwnd_limited:1000ms(12.6%) sndbuf_limited:7968ms(100.0%) unacked:3 retrans:1/7 "
	        "lost:1 sacked:2 dsack_dups:2 fackets:4 reordering:5 reord_seen:3 rcv_rtt:2.125 "
	        "rcv_space:14480 rcv_ssthresh:64088 notsent:4000 minrtt:0.004 rcv_ooopack:11 "
	        "snd_wnd:65536 rcv_wnd:64512 rehash:1\n");
	info_is(SS_INFO, info, 104, attrs, /* as long as kernel 2.6.32 made it; no -o */
	        " cubic wscale:7,8 rto:204 backoff:2 rtt:0.048/0.025 ato:40 mss:1448 pmtu:1500 "
	        "rcvmss:536 advmss:1460 cwnd:10 ssthresh:7 send 2413333333bps lastsnd:12 "
	        "lastrcv:13 "
	        "lastack:14 app_limited unacked:3 retrans:1/7 lost:1 sacked:2 fackets:4 "
	        "reordering:5 rcv_rtt:2.125 rcv_space:14480 rcv_ssthresh:64088\n");
}

static void values_that_stand_for_nothing_are_left_out(void **state)
{
	static const struct word words[] = {
		{8,   3000000   }, /* rto not set */
		{76,  0x7fffffff}, /* ssthresh infinite */
		{88,  3         }, /* reordering as it begins */
		{104, UINT32_MAX},
                {108, UINT32_MAX}, /* pacing rate without limit */
		{148, UINT32_MAX}, /* no minimal rtt yet */
	};
	struct attr attrs[SOCK_ATTR_COUNT] = {{0}};
	unsigned char info[300] = {0};

	(void)state;
	fill(info, words, sizeof(words) / sizeof(*words));
	info_is(SS_INFO, info, 240, attrs, "");
	memset(info + 240, 0xff, 60); /* what later kernels append */
	info_is(SS_INFO, info, 300, attrs, "");
	info_is(SS_INFO, info, 0, attrs, " reordering:0\n");
}

static void congestion_controls_tell_of_themselves(void **state)
{
	static const uint32_t bbr[] = {0x80000000, 1, 2125, 739, 256};
	static const uint16_t dctcp[] = {1, 0, 1024, 0, 7, 0, 9, 0};
	static const uint32_t vegas[] = {1, 5, 100, 90};
	static const struct word words[] = {
		{16, 1000},
                {68, 50  },
                {80, 10  },
                {88, 3   }
        };
	unsigned char info[240];
	struct attr attrs[SOCK_ATTR_COUNT] = {
		[SOCK_CONG] = {"bbr", 4          },
                  [SOCK_BBRINFO] = {bbr,   sizeof(bbr)}
        };

	(void)state;
	fill(info, words, sizeof(words) / sizeof(*words));
	info_is(SS_INFO, info, sizeof(info), attrs,
	        " bbr rtt:0.05/0 mss:1000 cwnd:10 "
	        "bbr:(bw:51539607552bps,mrtt:2.125,pacing_gain:2.88672,cwnd_gain:1) "
	        "send 1600000000bps\n");
	attrs[SOCK_BBRINFO] = (struct attr){0};
	attrs[SOCK_CONG] = (struct attr){"dctcp", 6};
	attrs[SOCK_DCTCPINFO] = (struct attr){dctcp, sizeof(dctcp)};
	info_is(SS_INFO, info, sizeof(info), attrs,
	        " dctcp rtt:0.05/0 mss:1000 cwnd:10 "
	        "dctcp:(ce_state:0,alpha:1024,ab_ecn:7,ab_tot:9) send 1600000000bps\n");
	attrs[SOCK_DCTCPINFO] = (struct attr){&dctcp[1], 2}; /* cut */
	attrs[SOCK_CONG] = (struct attr){"vegasvegasvegasvegas", 20};
	attrs[SOCK_VEGASINFO] = (struct attr){vegas, sizeof(vegas)};
	info_is(SS_INFO, info, sizeof(info), attrs,
	        " vegasvegasvegas rtt:0.05/0 mss:1000 cwnd:10 send 800000000bps\n");
}

static void the_layer_above_is_named(void **state)
{
	static const unsigned char tls[] = {8, 0, 1, 0, 't', 'l', 's', 0, 5, 0, 2, 0, 7};
	static const struct word words[] = {
		{88, 3}
        };
	unsigned char info[240];
	struct attr attrs[SOCK_ATTR_COUNT] = {
		[SOCK_ULP_INFO] = {tls, sizeof(tls)}
        };

	(void)state;
	fill(info, words, 1);
	info_is(SS_INFO, info, sizeof(info), attrs, " tcp-ulp-tls\n");
	attrs[SOCK_ULP_INFO].n = 3;
	info_is(SS_INFO, info, sizeof(info), attrs, "");
}

static void owners_are_listed_as_ss_lists_them(void **state)
{
	struct owner of[] = {
		{.inode = 7,  .nth = 0, .pid = 1,    .fd = 3,  .comm = "init",      .comm_n = 4},
		{.inode = 9,  .nth = 5, .pid = 4321, .fd = 12, .comm = "we\"ird,(", .comm_n = 8},
		{.inode = 9,  .nth = 1, .pid = 99,   .fd = 4,  .comm = "",          .comm_n = 0},
		{.inode = 12, .nth = 2, .pid = 5,    .fd = 6,  .comm = "x",         .comm_n = 1},
	};
	const struct owners owners = {.of = of, .n = 4, .cap = 4};
	struct inet_diag_msg m = established();

	(void)state;
	m.idiag_inode = 9;
	row_is(SS_PROCESSES, &owners, &m, NULL,
	       "ESTAB 0 0 10.0.0.1:4140 10.0.0.2:51326 "
	       "users:((\"we\"ird,(\",pid=4321,fd=12),(\"\",pid=99,fd=4))\n");
	m.idiag_inode = 8;
	row_is(SS_PROCESSES, &owners, &m, NULL, ROW);
	m.idiag_inode = 0;
	row_is(SS_PROCESSES, &owners, &m, NULL, ROW);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_state_has_its_name),
		cmocka_unit_test(queues_are_signed),
		cmocka_unit_test(addresses_have_their_forms),
		cmocka_unit_test(a_v6_only_wildcard_is_in_brackets),
		cmocka_unit_test(timers_are_said_in_the_ways_of_ss),
		cmocka_unit_test(extended_tells_whose_socket_it_is),
		cmocka_unit_test(memory_has_as_many_words_as_the_kernel_gave),
		cmocka_unit_test(all_of_tcp_info_is_told_in_the_order_of_ss),
		cmocka_unit_test(values_that_stand_for_nothing_are_left_out),
		cmocka_unit_test(congestion_controls_tell_of_themselves),
		cmocka_unit_test(the_layer_above_is_named),
		cmocka_unit_test(owners_are_listed_as_ss_lists_them),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
