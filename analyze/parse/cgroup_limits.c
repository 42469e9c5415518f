/*
 * /sys/fs/cgroup/GROUP/FILE (v2, Documentation/admin-guide/cgroup-v2.rst) and
 * /sys/fs/cgroup/{cpu,memory}/GROUP/FILE (v1): limits and what became of them.  The
 * group at the mount's root, in a container the container's own, is the entity ''; of a
 * watched process it is the group's path.  Both versions' files give the same names; no
 * limit is NULL.
 *
 *   cpu.max:       200000 100000     (quota and period in us, quota may be "max")
 *   memory.max:    max
 *   cpu.stat:      nr_throttled 12
 *   memory.events: oom_kill 1          (v1: the same line of memory.oom_control)
 */
#include "analyze/parse_util.h"
#include "schema/cgroup.h"
#include "schema/timefmt.h"

/* No limit, as v1 says it: 2^63-1 rounded down to a page, of 4 to 64 KiB. */
#define V1_UNLIMITED (INT64_MAX - 65535)

#define AS(file_, name_, kind_, unit_, scale_)                                                     \
	{                                                                                          \
		.file = SPAN_INIT(file_), .name = SPAN_INIT(name_), .kind = (kind_),               \
		.unit = (unit_), .scale = (scale_)                                                 \
	}

static const struct as {
	struct span file, name;
	enum kind kind;
	enum unit unit;
	uint64_t scale;
} files[] = {
	AS("cpu.cfs_quota_us", "cpu_quota", KIND_GAUGE, UNIT_NS, NS_PER_US),
	AS("cpu.cfs_period_us", "cpu_period", KIND_GAUGE, UNIT_NS, NS_PER_US),
	AS("cpu.weight", "cpu_weight", KIND_GAUGE, UNIT_COUNT, 1),
	AS("cpu.shares", "cpu_shares", KIND_GAUGE, UNIT_COUNT, 1),
	AS("memory.max", "memory_max", KIND_GAUGE, UNIT_BYTE, 1),
	AS("memory.limit_in_bytes", "memory_max", KIND_GAUGE, UNIT_BYTE, 1),
	AS("memory.high", "memory_high", KIND_GAUGE, UNIT_BYTE, 1),
	AS("memory.current", "memory_current", KIND_GAUGE, UNIT_BYTE, 1),
	AS("memory.usage_in_bytes", "memory_current", KIND_GAUGE, UNIT_BYTE, 1),
	AS("memory.failcnt", "memory_failcnt", KIND_COUNTER, UNIT_COUNT, 1),
	AS("pids.max", "pids_max", KIND_GAUGE, UNIT_COUNT, 1),
	AS("pids.current", "pids_current", KIND_GAUGE, UNIT_COUNT, 1),
};

/* cpu.stat: those whose name has the unit; the others are counts. */
static const struct as stats[] = {
	AS("usage_usec", "usage_ns", KIND_COUNTER, UNIT_NS, NS_PER_US),
	AS("user_usec", "user_ns", KIND_COUNTER, UNIT_NS, NS_PER_US),
	AS("system_usec", "system_ns", KIND_COUNTER, UNIT_NS, NS_PER_US),
	AS("throttled_usec", "throttled_ns", KIND_COUNTER, UNIT_NS, NS_PER_US),
	AS("throttled_time", "throttled_ns", KIND_COUNTER, UNIT_NS, 1),
	AS("burst_usec", "burst_ns", KIND_COUNTER, UNIT_NS, NS_PER_US),
	AS("burst_time", "burst_ns", KIND_COUNTER, UNIT_NS, 1),
};

/* memory.events and memory.oom_control; of the latter the other lines are no counts. */
static const struct as events[] = {
	AS("high", "memory_high_events", KIND_COUNTER, UNIT_COUNT, 1),
	AS("max", "memory_max_events", KIND_COUNTER, UNIT_COUNT, 1),
	AS("oom", "memory_oom_events", KIND_COUNTER, UNIT_COUNT, 1),
	AS("oom_kill", "memory_oom_kills", KIND_COUNTER, UNIT_COUNT, 1),
};

static const struct as *as_what(const struct as *table, size_t n, struct span file)
{
	for (size_t i = 0; i < n; i++)
		if (span_eq(file, table[i].file))
			return &table[i];
	return NULL;
}

/* "system.slice/x.service" of "sys/fs/cgroup/cpu/system.slice/x.service/cpu.stat" */
static struct span group_of(struct span path)
{
	struct span group = {0};

	(void)span_skip(&path, SPAN("sys/fs/cgroup/"));
	(void)span_rcut(&path, '/', &group);
	for (size_t i = 0; i < cgroup_mounts_count; i++) {
		struct span rest = group;

		if (!span_skip(&rest, cgroup_mounts[i].folder))
			continue;
		if (rest.n == 0 || span_skip(&rest, SPAN("/")))
			return rest;
	}
	return group;
}

static bool limit(struct span group, const struct as *as, struct span value, struct emit *out)
{
	uint64_t v;
	bool number = span_u64(value, UINT64_MAX, &v);

	if (number && v < V1_UNLIMITED)
		emit_scaled(out, group, as->name, as->kind, as->unit, v, as->scale);
	else if (number || span_eq(value, SPAN("max")) || span_eq(value, SPAN("-1")))
		emit_none(out, group, as->name, as->kind, as->unit);
	else
		return false;
	return true;
}

/* "max 100000" */
static bool cpu_max(struct span group, struct span text, struct emit *out)
{
	struct span quota, period;

	return span_word(&text, &quota) && limit(group, &files[0], quota, out) &&
	       span_word(&text, &period) && limit(group, &files[1], period, out);
}

static void cpu_stat(struct span group, struct span text, struct emit *out)
{
	struct span line;

	for (size_t at = 1; span_line(&text, &line); at++) {
		struct as count = {.kind = KIND_COUNTER, .unit = UNIT_COUNT, .scale = 1};
		const struct as *as;
		struct span value;

		if (!span_word(&line, &count.name))
			continue;
		as = as_what(stats, sizeof(stats) / sizeof(stats[0]), count.name);
		if (!span_word(&line, &value) || !limit(group, as ? as : &count, value, out))
			out->note(out, at, "not 'name number'", count.name);
	}
}

static void memory_events(struct span group, struct span text, struct emit *out)
{
	struct span line, name, value;

	for (size_t at = 1; span_line(&text, &line); at++) {
		const struct as *as;

		if (!span_word(&line, &name))
			continue;
		as = as_what(events, sizeof(events) / sizeof(events[0]), name);
		if (as && (!span_word(&line, &value) || !limit(group, as, value, out)))
			out->note(out, at, "not 'name number'", name);
	}
}

static void parse(const struct input *in, struct emit *out)
{
	struct span group = group_of(in->path), file = path_base(in->path);
	struct span value = span_trim(in->text);
	const struct as *as = as_what(files, sizeof(files) / sizeof(files[0]), file);
	bool good = true;

	if (span_eq(file, SPAN("cpu.stat")))
		cpu_stat(group, in->text, out);
	else if (span_eq(file, SPAN("memory.events")) || span_eq(file, SPAN("memory.oom_control")))
		memory_events(group, in->text, out);
	else if (span_eq(file, SPAN("cpu.max")))
		good = cpu_max(group, value, out);
	else if (as)
		good = limit(group, as, value, out);
	else
		emit_text(out, group, file, value);
	if (!good)
		out->note(out, 1, "not a limit", value);
}

const struct parser parser_cgroup_limits = {
	.source = "cgroup",
 /* "**" and '*', so that the group is what the first star stands for */
	.members = (const char *const[]){"sys/fs/cgroup/*", "sys/fs/cgroup/cpu/*",
                                         "sys/fs/cgroup/memory/*", "sys/fs/cgroup/cpu/**/*",
                                         "sys/fs/cgroup/cpu,cpuacct/**/*", "sys/fs/cgroup/cpuacct,cpu/**/*",
                                         "sys/fs/cgroup/memory/**/*", "sys/fs/cgroup/**/*", NULL},
	.parse = parse,
};
