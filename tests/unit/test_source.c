#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "schema/bundle.h"
#include "schema/source.h"

static void is_of(const char *member, const char *id)
{
	const struct source *s = source_by_member(span_of(member));

	assert_non_null(s);
	assert_string_equal(s->id, id);
}

static void members_find_their_source(void **state)
{
	(void)state;
	is_of("proc/net/softnet_stat", "softnet");
	is_of("cmd/ethtool_-S_eth0", "ethtool-S");
	is_of("cmd/ethtool_eth0", "ethtool");
	is_of("cmd/ss_-tan", "tcp");
	is_of("cmd/ss_-tanp", "owners");
	is_of("cmd/ls_.sys.class.net.eth0.device.msi_irqs", "nic-irqs");
	is_of("http/127.0.0.1_9990/admin/metrics.json", "metrics");
	is_of("proc/4711/stat", "task-stat");
	is_of("proc/4711/cgroup", "task-cgroup");
	is_of("proc/4711/task", "task-threads");
	is_of("proc/self/cgroup", "cgroup");
	is_of("cmd/adjtimex_--print", "clock");
	is_of("sys/devices/system/cpu/cpu3/cpufreq/scaling_governor", "cpufreq");
	is_of("sys/fs/cgroup/system.slice/linkerd.service/memory.events", "group2-limits");
	is_of("proc/stat", "stat");
	is_of("sys/fs/cgroup/cpu.stat", "cgroup2-limits");
	is_of("sys/fs/cgroup/cpu/cpu.stat", "cgroup1-cpu");
	is_of("sys/fs/cgroup/cpu/kubepods/pod1/abc/cpu.stat", "group1-cpu");
	is_of("sys/fs/cgroup/memory/docker/memory.failcnt", "group1-memory");
	is_of("sys/fs/cgroup/system.slice/linkerd.service/cpu.stat", "group2-limits");
	is_of("proc/sys/net/ipv4/conf/eth0.100/rp_filter", "sysctl-net");
	is_of("proc/sys/net/netfilter/nf_conntrack_count", "conntrack-count");
	is_of("proc/sys/kernel/sched_rt_runtime_us", "sysctl-kernel");
	is_of("sys/class/net/eth0/queues/rx-0/rps_cpus", "nic-queues");
	is_of("sys/class/net/eth0/mtu", "nic-link");
	is_of("sys/devices/system/node/node0/cpulist", "numa-cpus");
}

static void what_no_source_takes_has_none(void **state)
{
	(void)state;
	assert_null(source_by_member(SPAN("proc/sys/kernel/core_pattern"))); /* not among `only` */
	/* keys, of mode 0600 in the kernel */
	assert_null(source_by_member(SPAN("proc/sys/net/ipv4/tcp_fastopen_key")));
	assert_null(source_by_member(SPAN("proc/sys/net/ipv6/conf/eth0/stable_secret")));
	assert_null(source_by_member(SPAN("cmd/lspci")));
	assert_null(source_by_member(SPAN("proc/net")));
	assert_null(source_by_member(SPAN("")));
}

static void every_source_finds_itself_by_its_glob(void **state)
{
	(void)state;
	for (size_t i = 0; i < sources_count; i++) {
		char text[256];
		struct buf b = BUF_OVER(text);

		source_member_put(&sources[i], &b);
		assert_false(b.cut);
		if (!sources[i].only)
			assert_ptr_equal(source_by_member(buf_span(&b)), &sources[i]);
	}
}

static void ids_are_unique_and_sources_bounded(void **state)
{
	(void)state;
	for (size_t i = 0; i < sources_count; i++) {
		assert_in_range(sources[i].cap, 1, BUNDLE_MEMBER_MAX);
		/* what may block has a deadline */
		if (sources[i].how == SOURCE_TOOL || sources[i].how == SOURCE_HTTP)
			assert_in_range(sources[i].deadline_ms, 1, 60000);
		for (size_t k = 0; k < i; k++)
			assert_string_not_equal(sources[i].id, sources[k].id);
	}
}

static void what_can_hold_secrets_is_off(void **state)
{
	(void)state;
	for (size_t i = 0; i < sources_count; i++)
		if (strstr(sources[i].what, "cmdline") || strstr(sources[i].what, "environ") ||
		    strcmp(sources[i].what, "/config.json") == 0)
			assert_false(sources[i].on);
}

static void only_takes_globs(void **state)
{
	struct source s = {.only = "mtu sched_*"};

	(void)state;
	assert_true(source_wants(&s, SPAN("mtu")));
	assert_true(source_wants(&s, SPAN("sched_x")));
	assert_false(source_wants(&s, SPAN("mtus")));
	s.only = NULL;
	assert_true(source_wants(&s, SPAN("anything")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(members_find_their_source),
		cmocka_unit_test(what_no_source_takes_has_none),
		cmocka_unit_test(every_source_finds_itself_by_its_glob),
		cmocka_unit_test(ids_are_unique_and_sources_bounded),
		cmocka_unit_test(what_can_hold_secrets_is_off),
		cmocka_unit_test(only_takes_globs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
