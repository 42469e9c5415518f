/*
 * Files of the control groups that the watched processes are in, by `what`:
 * "/sys/fs/cgroup/cpu/%g/" and each name of `only`, %g being the group in v1's hierarchy
 * of that controller; in v2 when `what` names none.  Kernel threads stay in the root
 * group, which other sources take.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "collect/group.h"
#include "collect/how.h"
#include "collect/path.h"
#include "schema/cgroup.h"

/* More are left out, and that is said. */
#define GROUPS_MAX 256
/* Of /proc/PID/cgroup: 13 hierarchies, each with a path of its own. */
#define TEXT_MAX ((size_t)16 * KIB)

struct groups {
	struct span controller, folder; /* of v1; empty for v2 */
	size_t n;
	struct {
		size_t n;
		char text[GROUP_PATH_MAX];
	} path[GROUPS_MAX]; /* those of this run */
	char text[TEXT_MAX];
};

/* "cpu" of "/sys/fs/cgroup/cpu/%g/" */
static struct span controller_of(const struct source *s)
{
	struct span what = span_of(s->what), head = {0};

	(void)span_skip(&what, SPAN("/sys/fs/cgroup/"));
	(void)span_cut(&what, '%', &head);
	return span_sub(head, 0, span_rfind(head, '/'));
}

/* Where the controller is mounted; its own name when it is not, so that its files are absent. */
static struct span folder_of(const struct host *h, struct span controller)
{
	for (size_t i = 0; i < cgroup_mounts_count; i++) {
		const struct cgroup_mount *m = &cgroup_mounts[i];
		char path[64];
		struct buf b = BUF_OVER(path);
		int fd;

		if (!span_eq(m->controller, controller))
			continue;
		buf_str(&b, "/sys/fs/cgroup/");
		buf_put(&b, m->folder);
		fd = host_open(h, buf_cstr(&b));
		if (fd < 0)
			continue;
		(void)close(fd);
		return m->folder;
	}
	return controller;
}

static struct groups *kept_groups(struct job *j)
{
	struct groups *g = j->kept->p;

	if (!g) {
		g = calloc(1, sizeof(*g));
		if (!g)
			return NULL;
		j->kept->p = g;
		j->kept->free = free;
		g->controller = controller_of(j->source);
		g->folder = folder_of(j->host, g->controller);
	}
	g->n = 0;
	return g;
}

/* Empty when the process is gone: its own files say so. */
static struct span read_groups(struct groups *g, const struct task *t)
{
	int fd = openat(t->dir, "cgroup", O_RDONLY | O_CLOEXEC);
	ssize_t n;

	if (fd < 0)
		return (struct span){0};
	n = read_again(fd, g->text, sizeof(g->text));
	(void)close(fd);
	return (struct span){g->text, n > 0 ? (size_t)n : 0};
}

static bool seen(const struct groups *g, struct span path)
{
	for (size_t i = 0; i < g->n; i++)
		if (span_eq((struct span){g->path[i].text, g->path[i].n}, path))
			return true;
	return false;
}

static void read_files(struct job *j, const struct groups *g, struct span group)
{
	struct span names = span_of(j->source->only), name;

	while (span_word(&names, &name)) {
		char path[BUNDLE_NAME_MAX];
		struct buf b = BUF_OVER(path);

		buf_str(&b, "/sys/fs/cgroup/");
		buf_put(&b, g->folder);
		buf_str(&b, g->folder.n ? "/" : "");
		buf_put(&b, group);
		buf_char(&b, '/');
		buf_put(&b, name);
		file_capture(j, buf_cstr(&b));
	}
}

/* The group's own name stays out of the record. */
static void refuse(struct job *j, int error, const char *why)
{
	char member[BUNDLE_NAME_MAX];
	struct buf b = BUF_OVER(member);

	source_member_put(j->source, &b);
	(void)job_begin(j, buf_span(&b));
	job_end(j, CAPTURE_ERROR, error, why);
}

static void take_group(struct job *j, struct groups *g, struct span group)
{
	const char *why;
	int error = group_refused(group, &why);
	struct buf b;

	if (error || group.n > GROUP_PATH_MAX) {
		refuse(j, error ? error : ENAMETOOLONG, error ? why : NULL);
		return;
	}
	if (seen(g, group))
		return;
	b = BUF_OVER(g->path[g->n].text);
	buf_put(&b, group);
	g->path[g->n++].n = b.n;
	read_files(j, g, group);
}

void how_group(struct job *j)
{
	struct groups *g = kept_groups(j);
	struct span group;

	if (!g) {
		refuse(j, ENOMEM, NULL);
		return;
	}
	for (size_t i = 0; i < j->host->tasks_n; i++) {
		const struct task *t = &j->host->tasks[i];

		if (t->kernel || t->dir < 0 || !group_of(read_groups(g, t), g->controller, &group))
			continue;
		if (g->n == GROUPS_MAX) {
			refuse(j, 0, "more than 256 control groups: the others are left out");
			return;
		}
		take_group(j, g, group);
	}
}
