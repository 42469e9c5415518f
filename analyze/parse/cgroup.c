/*
 * /proc/self/cgroup, cgroups(7): the group that the collector ran in, as task_cgroup.c
 * reads it of a process.
 *
 *   0::/user.slice/user-0.slice/session-1.scope
 */
#include "schema/cgroup.h"
#include "analyze/parse_util.h"

static void parse(const struct input *in, struct emit *out)
{
	struct span path;

	/* what may use how much CPU decides; the other v1 hierarchies may have other groups */
	if (cgroup_path(in->text, SPAN("cpu"), &path) ||
	    cgroup_path(in->text, (struct span){0}, &path))
		emit_text(out, (struct span){0}, SPAN("path"), path);
	else
		out->note(out, 0, "neither a cpu nor a v2 group", span_sub(in->text, 0, 80));
}

const struct parser parser_cgroup = {
	.source = "cgroup",
	.members = (const char *const[]){"proc/self/cgroup", NULL},
	.parse = parse,
};
