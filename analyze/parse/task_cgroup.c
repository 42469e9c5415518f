/*
 * /proc/PID/cgroup, cgroups(7): "ID:CONTROLLERS:PATH", one line a v1 hierarchy, and
 * "0::PATH" for v2.
 *
 *   4:cpu,cpuacct:/kubepods/pod1/abc
 *   0::/system.slice/linkerd.service
 */
#include "analyze/parse_util.h"
#include "schema/cgroup.h"

static void parse(const struct input *in, struct emit *out)
{
	struct span path;

	/* what may use how much CPU decides; the other v1 hierarchies may have other groups */
	if (cgroup_path(in->text, SPAN("cpu"), &path) ||
	    cgroup_path(in->text, (struct span){0}, &path))
		emit_text(out, in->arg, SPAN("cgroup"), path);
	else
		out->note(out, 0, "neither a cpu nor a v2 group", span_sub(in->text, 0, 80));
}

const struct parser parser_task_cgroup = {
	.source = "task",
	.members = (const char *const[]){"proc/*/cgroup", NULL},
	.parse = parse,
};
