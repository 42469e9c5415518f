/*
 * /proc/PID/cgroup, cgroups(7): "ID:CONTROLLERS:PATH", one line a v1 hierarchy, and
 * "0::PATH" for v2; a path may hold colons.
 *
 *   4:cpu,cpuacct:/kubepods/pod1/abc
 *   0::/system.slice/linkerd.service
 */
#include "schema/cgroup.h"

const struct cgroup_mount cgroup_mounts[] = {
	{SPAN_INIT("cpu"),    SPAN_INIT("cpu")        },
	{SPAN_INIT("cpu"),    SPAN_INIT("cpu,cpuacct")},
	{SPAN_INIT("cpu"),    SPAN_INIT("cpuacct,cpu")},
	{SPAN_INIT("memory"), SPAN_INIT("memory")     },
};
const size_t cgroup_mounts_count = sizeof(cgroup_mounts) / sizeof(cgroup_mounts[0]);

static bool is_among(struct span names, struct span wanted)
{
	struct span name;

	while (span_cut(&names, ',', &name))
		if (span_eq(name, wanted))
			return true;
	return span_eq(names, wanted);
}

bool cgroup_path(struct span text, struct span controller, struct span *path)
{
	struct span line, id, controllers;

	while (span_line(&text, &line)) {
		if (!span_cut(&line, ':', &id) || !span_cut(&line, ':', &controllers))
			continue;
		if (controller.n ? !is_among(controllers, controller)
		                 : controllers.n || !span_eq(id, SPAN("0")))
			continue;
		*path = line;
		return true;
	}
	return false;
}
