/* Which control group of a process is recorded, told from the text of its /proc/PID/cgroup. */
#ifndef COLLECT_GROUP_H
#define COLLECT_GROUP_H

#include <stdbool.h>

#include "schema/bundle.h"
#include "schema/span.h"

/*
 * A longer group is not recorded.  A container in a container's Kubernetes has 330 bytes; what
 * stands around them in a member's name ("STEM/snap/000000/sys/fs/cgroup/...") 147.
 */
#define GROUP_PATH_MAX ((size_t)352)

/*
 * The process's group without its leading '/': in v1's hierarchy of `controller`, or in
 * v2 when that is empty.  False for the root group (sources of its own take it), for no
 * group, and for v2 beside a v1 that has the controllers: its groups limit nothing.
 */
bool group_of(struct span text, struct span controller, struct span *path);

/* Why such a path must not be opened or become a member's name, as an errno and words; or 0. */
int group_refused(struct span path, const char **why);

#endif
