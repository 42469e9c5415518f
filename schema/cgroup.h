/* cgroups(7): which control group a process is in, and where its files are. */
#ifndef SCHEMA_CGROUP_H
#define SCHEMA_CGROUP_H

#include <stdbool.h>
#include <stddef.h>

#include "schema/span.h"

/*
 * A v1 controller, and a folder of /sys/fs/cgroup that its hierarchy may be mounted at:
 * systemd joins cpu and cpuacct, in either order, mostly with a link named "cpu".
 */
struct cgroup_mount {
	struct span controller, folder;
};

extern const struct cgroup_mount cgroup_mounts[];
extern const size_t cgroup_mounts_count;

/*
 * The group of a /proc/PID/cgroup, from its '/' on: of the v1 hierarchy that has the
 * controller, or of v2 when `controller` is empty.  False, *path left alone, when there is none.
 */
bool cgroup_path(struct span text, struct span controller, struct span *path);

#endif
