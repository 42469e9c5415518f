#include "collect/group.h"

#include <errno.h>

#include "schema/cgroup.h"

static bool on_v1(struct span text)
{
	struct span path;

	for (size_t i = 0; i < cgroup_mounts_count; i++)
		if (cgroup_path(text, cgroup_mounts[i].controller, &path))
			return true;
	return false;
}

bool group_of(struct span text, struct span controller, struct span *path)
{
	struct span found;

	if (controller.n == 0 && on_v1(text))
		return false;
	if (!cgroup_path(text, controller, &found) || !span_skip(&found, SPAN("/")) || found.n == 0)
		return false;
	*path = found;
	return true;
}

int group_refused(struct span path, const char **why)
{
	struct span part;

	*why = "no path of a control group";
	for (size_t i = 0; i < path.n; i++)
		if ((unsigned char)path.p[i] < 0x20 || path.p[i] == 0x7f)
			return EINVAL;
	for (bool more = true; more;) {
		more = span_cut(&path, '/', &part);
		part = more ? part : path;
		if (part.n == 0 || span_eq(part, SPAN(".")))
			return EINVAL;
		if (span_eq(part, SPAN(".."))) {
			*why = "outside this cgroup namespace";
			return EXDEV;
		}
	}
	return 0;
}
