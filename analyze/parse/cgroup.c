/*
 * /proc/self/cgroup, cgroups(7): the group that the collector ran in, as task_cgroup.c
 * reads it of a process.
 *
 *   0::/user.slice/user-0.slice/session-1.scope
 */
#include "analyze/parse_util.h"

static void parse(const struct input *in, struct emit *out)
{
	struct span path;

	if (cgroup_path(in->text, &path))
		emit_text(out, (struct span){0}, SPAN("path"), path);
	else
		out->note(out, 0, "neither a cpu nor a v2 group", span_sub(in->text, 0, 80));
}

const struct parser parser_cgroup = {
	.source = "cgroup",
	.members = (const char *const[]){"proc/self/cgroup", NULL},
	.parse = parse,
};
