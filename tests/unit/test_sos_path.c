/* analyze/sos_paths.def, looked up. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "analyze/parse.h"
#include "analyze/sos_path.h"
#include "schema/buf.h"

static void assert_span(struct span got, const char *want)
{
	if (!span_eq(got, span_of(want)))
		fail_msg("\"%.*s\", not \"%s\"", (int)got.n, got.p, want);
}

static void a_version_is_a_number_to_compare(void **state)
{
	(void)state;
	assert_int_equal(sos_version(SPAN("4.12.0")), 4012);
	assert_int_equal(sos_version(SPAN("3.9")), 3009);
	assert_true(sos_version(SPAN("4.9.2")) < sos_version(SPAN("4.12.0")));
	assert_int_equal(sos_version(SPAN("rhel")), 0);
	assert_int_equal(sos_version(SPAN("")), 0);
}

static void stars_stand_for_names_and_digits(void **state)
{
	struct span stars[SOS_STARS];

	(void)state;
	assert_true(sos_match(SPAN("proc/4242/net/dev"), SPAN("proc/#/net/**"), stars));
	assert_span(stars[0], "4242");
	assert_span(stars[1], "dev");
	assert_true(sos_match(SPAN("proc/1/net/stat/arp_cache"), SPAN("proc/#/net/**"), stars));
	assert_span(stars[1], "stat/arp_cache");
	assert_false(sos_match(SPAN("proc/self/net/dev"), SPAN("proc/#/net/**"), stars));
	assert_false(sos_match(SPAN("proc//net/dev"), SPAN("proc/#/net/**"), stars));
	assert_false(sos_match(SPAN("a/b/c"), SPAN("a/*"), stars));
	assert_true(sos_match(SPAN("x/ns/n_x_ss"), SPAN("x/*/n_x_**"), stars));
}

static void what_a_star_stood_for_can_be_asked_again(void **state)
{
	static const struct span pattern = SPAN_INIT("n/*/exec_$1_*");
	struct span stars[SOS_STARS];

	(void)state;
	assert_true(sos_match(SPAN("n/a_b/exec_a_b_ss"), pattern, stars));
	assert_span(stars[1], "ss");
	assert_false(sos_match(SPAN("n/a_b/exec_a_ss"), pattern, stars));
}

static void a_name_made_to_keep_us_busy_ends_soon(void **state)
{
	static char name[500];
	struct span stars[SOS_STARS];

	(void)state;
	memset(name, 'a', sizeof(name));
	assert_false(
		sos_match((struct span){name, sizeof(name)}, SPAN("**a**a**a**a**a**b"), stars));
}

static const struct sample {
	const char *version, *path, *netns, *as;
	enum sos_use use;
} samples[] = {
	{"4.12.0", "proc/4242/net/netstat",						   "",      "proc/net/netstat",          SOS_READ },
	{"3.0",    "proc/net/dev",							    "",      "proc/net/dev",              SOS_READ },
	{"4.5",    "proc/17/net/bonding/bond0",					       "",      "proc/net/bonding/bond0",    SOS_READ },
	{"4.5",    "proc/17/net/frobs",						       "",      "",                          SOS_LIST },
	{"4.5",    "proc/17/net/xfrm_stat",						   "",      "proc/net/xfrm_stat",        SOS_READ },
	{"4.5",    "proc/17/net/unix",							"",      "proc/net/unix",             SOS_READ },
	{"4.5",    "proc/17/net/netlink",						     "",      "",                          SOS_PASS },
	{"4.12",   "sos_commands/networking/tc_-s_filter_show_dev_eth0_ingress",              "",
         "cmd/tc_-s_filter_show_dev_eth0_ingress",										  SOS_READ },
	{"4.12",   "sos_commands/networking/bridge_-s_-s_-d_-t_fdb_show",                     "",      "cmd/bridge_fdb",
         SOS_READ															    },
	{"4.12",   "sos_commands/networking/devlink_-s_-v_trap_show",                         "",      "cmd/devlink_trap_show",
         SOS_READ															    },
	{"4.12",   "sos_commands/networking/devlink_sb_pool_show",                            "",      "",                          SOS_PASS },
	{"4.12",   "sos_commands/networking/netstat_-s_-6",                                   "",      "cmd/netstat_-s_-6",         SOS_ELSE },
	{"4.12",   "etc/machine-id",							  "",      "machine",                   SOS_ABOUT},
	{"4.5",    "proc/17/net/tcp6",							"",      "proc/net/tcp6",             SOS_ELSE },
	{"3.6",    "sos_commands/networking/ip_-s_-d_link",                                   "",      "cmd/ip_-s_link/netdev",     SOS_ELSE },
	{"3.4",    "sos_commands/networking/ip_-s_link",                                      "",      "cmd/ip_-s_link/netdev",     SOS_ELSE },
	{"3.0",    "sos_commands/networking/ip_link",                                         "",      "cmd/ip_-s_link",            SOS_ALSO },
	{"4.12",   "sos_commands/networking/ethtool_-S_eth0",                                 "",      "cmd/ethtool_-S_eth0",       SOS_READ },
	{"4.12",   "sos_commands/networking/ethtool_br_lan",                                  "",      "cmd/ethtool_br_lan",        SOS_READ },
	{"4.12",   "sos_commands/networking/ethtool_--show-fec_eth0",                         "",      "",                          SOS_PASS },
	{"4.12",   "sos_commands/networking/namespaces/my_ns/ip_netns_exec_my_ns_netstat_-s", "my_ns",
         "cmd/netstat_-s/snmp",												     SOS_ELSE },
	{"3.9",    "sos_commands/networking/ip_netns_exec_blue_ethtool_-i_eth0",              "blue",
         "cmd/ethtool_-i_eth0",												     SOS_READ },
	{"4.0",    "netns/a_b/sos_commands/networking/ss_-peaonmi",                           "a_b",   "cmd/ss_-tanmieo",
         SOS_READ															    },
	{"4.9",    "sos_strings/networking/ss_-peaonmi.tailed",                               "",      "cmd/ss_-tanmieo",           SOS_READ },
	{"4.12",   "sys/devices/pci0000:00/0000:00:03.0/net/eth0/mtu",                        "",      "sys/class/net/eth0/mtu",
         SOS_READ															    },
	{"4.12",   "sys/devices/virtual/net/veth1/statistics/rx_bytes",                       "",      "",                          SOS_PASS },
	{"4.0",    "sos_commands/process/ps_auxwww",                                          "",      "cmd/ps_aux",                SOS_ELSE },
	{"4.1",    "sos_commands/process/ps_auxwwwm",                                         "",      "cmd/ps_aux",                SOS_READ },
	{"4.12",   "sos_commands/date/date_--utc",                                            "",      "date",                      SOS_ABOUT},
	{"4.12",   "proc/sys/net/ipv4/tcp_fastopen_key",                                      "",      "",                          SOS_PASS },
	{"4.12",   "sos_commands/firewall_tables/iptables_-vnxL",                             "",      "cmd/iptables_-vnxL",        SOS_READ },
	{"4.0",    "sos_commands/networking/iptables_-vnxL",                                  "",      "cmd/iptables_-vnxL",        SOS_READ },
	{"4.0",    "sos_commands/networking/ip6tables_-t_raw_-nvL",                           "",      "cmd/ip6tables_-t_raw_-nvL",
         SOS_READ															    },
	{"4.12",   "sos_commands/networking/netstat_-W_-neopa",                               "",      "cmd/netstat_-tan",          SOS_LAST },
	{"4.12",   "sos_commands/networking/frob_-a",                                         "",      "",                          SOS_LIST },
};

static void each_layout_leads_to_the_same_members(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(samples) / sizeof(samples[0]); i++) {
		const struct sample *s = &samples[i];
		char room[BUNDLE_NAME_MAX];
		struct sos_place p;

		if (!sos_path_find(span_of(s->path), sos_version(span_of(s->version)), &p))
			fail_msg("%s: not found", s->path);
		assert_int_equal(p.row->use, s->use);
		assert_span(p.netns, s->netns);
		assert_span(sos_path_as(&p, 0, room), s->as);
		assert_false(p.foreign);
	}
}

static void what_is_no_concern_of_ours_has_no_row(void **state)
{
	static const char *const others[] = {"etc/passwd",
	                                     "var/log/messages",
	                                     "proc/4242/environ",
	                                     "proc/self/net/dev",
	                                     "sos_commands/rpm/package-data",
	                                     "",
	                                     "netns/",
	                                     "netns/x"};
	struct sos_place p;

	(void)state;
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		assert_false(sos_path_find(span_of(others[i]), 4012, &p));
}

static void a_path_of_another_version_is_used_and_told(void **state)
{
	struct sos_place p;

	(void)state;
	assert_true(sos_path_find(SPAN("sos_commands/networking/ip_address"), 4012, &p));
	assert_true(p.foreign);
	assert_int_equal(p.row->use, SOS_ALSO);
	assert_true(sos_path_find(SPAN("sos_commands/networking/ip_address"), 3001, &p));
	assert_false(p.foreign);
}

static void one_file_may_feed_several_sources(void **state)
{
	static const char *const members[] = {"cmd/ss_-tanmieo", "cmd/ss_-tan",  "cmd/ss_-ltnm",
	                                      "cmd/ss_-tanp",    "cmd/ss_-uanp", "cmd/ss_-xa"};
	char room[BUNDLE_NAME_MAX];
	struct sos_place p;

	(void)state;
	assert_true(sos_path_find(SPAN("sos_commands/networking/ss_-peaonmi"), 4000, &p));
	assert_int_equal(p.rows, sizeof(members) / sizeof(members[0]));
	for (size_t i = 0; i < p.rows; i++)
		assert_span(sos_path_as(&p, i, room), members[i]);
}

static void a_command_says_its_path(void **state)
{
	static const char *const known[][2] = {
		{"ethtool -S eth0",                       "sos_commands/networking/ethtool_-S_eth0"          },
		{"/usr/sbin/ethtool -S eth0.7@eth0",      "sos_commands/networking/ethtool_-S_eth0.7"        },
		{"ip netns exec my_ns /sbin/ss -peaonmi",
	         "netns/my_ns/sos_commands/networking/ss_-peaonmi"                                           },
		{"ip -s -s neigh show",                   "sos_commands/networking/ip_-s_-s_neigh_show"      },
		{"tc -s filter show dev a|b ",            "sos_commands/networking/tc_-s_filter_show_dev_a_b"},
	};
	char room[BUNDLE_NAME_MAX];

	(void)state;
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		assert_span(sos_path_of_command(SPAN("networking"), span_of(known[i][0]), room),
		            known[i][1]);
}

/* A path that the pattern of a row fits, with "x" for names and 7 for digits. */
static struct span example_of(struct span pattern, struct buf *b)
{
	for (size_t i = 0; i < pattern.n; i++) {
		char c = pattern.p[i];

		if (c == '*' && i + 1 < pattern.n && pattern.p[i + 1] == '*')
			i++;
		if (c == '$')
			i++;
		buf_char(b, c == '*' || c == '$' ? 'x' : c == '#' ? '7' : c);
	}
	return buf_span(b);
}

static void no_row_hides_another_and_each_has_its_parser(void **state)
{
	static const struct sos_row rows[] = {
#define SOS(since_, until_, path_, as_, use_, remark_)                                             \
	{.since = SPAN_INIT(since_),                                                               \
	 .path = SPAN_INIT(path_),                                                                 \
	 .as = SPAN_INIT(as_),                                                                     \
	 .use = SOS_##use_,                                                                        \
	 .remark = (remark_)},
#include "analyze/sos_paths.def"
#undef SOS
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char text[BUNDLE_NAME_MAX], room[BUNDLE_NAME_MAX];
		struct buf b = BUF_OVER(text);
		struct span path = example_of(rows[i].path, &b), arg;
		unsigned version = sos_version(rows[i].since);
		struct sos_place p;

		if (rows[i].use == SOS_AGAIN)
			continue;
		if (!sos_path_find(path, version ? version : 3000, &p) ||
		    !span_eq(p.row->path, rows[i].path))
			fail_msg("%s is hidden", rows[i].path.p);
		for (size_t k = 0; k < p.rows; k++)
			if (p.row[k].use == SOS_READ || p.row[k].use == SOS_ELSE ||
			    p.row[k].use == SOS_LAST || p.row[k].use == SOS_ALSO)
				if (!parser_by_member(sos_path_as(&p, k, room), &arg))
					fail_msg("%s: no parser", p.row[k].as.p);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_version_is_a_number_to_compare),
		cmocka_unit_test(stars_stand_for_names_and_digits),
		cmocka_unit_test(what_a_star_stood_for_can_be_asked_again),
		cmocka_unit_test(a_name_made_to_keep_us_busy_ends_soon),
		cmocka_unit_test(each_layout_leads_to_the_same_members),
		cmocka_unit_test(what_is_no_concern_of_ours_has_no_row),
		cmocka_unit_test(a_path_of_another_version_is_used_and_told),
		cmocka_unit_test(one_file_may_feed_several_sources),
		cmocka_unit_test(a_command_says_its_path),
		cmocka_unit_test(no_row_hides_another_and_each_has_its_parser),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
