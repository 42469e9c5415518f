#include "analyze/collected.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "analyze/box.h"
#include "analyze/sos.h"
#include "analyze/workers.h"
#include "schema/span.h"

/* The reports of each argument: PATH/NAME of all, each with its NUL. */
struct collecting {
	const char *const *paths;
	struct span *names;
	struct arena *arena;
	bool boxed;
};

/* What can be read twice: a pipe is not, and whoever looks into it takes what is in there. */
static bool lasts(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && (S_ISREG(st.st_mode) || S_ISDIR(st.st_mode));
}

/* In a process of its own, since an archive is read for it. */
static int list_collected(void *user, size_t i, FILE *answer)
{
	const struct collecting *c = user;
	struct arena a = {0};
	struct box box;
	const char *const *reports;
	size_t n;

	if (c->boxed)
		box_enter(&(struct box_want){.reads = &c->paths[i], .reads_n = 1}, &box);
	n = 0;
	reports = lasts(c->paths[i]) ? sos_collected(c->paths[i], &a, &n) : NULL;
	for (size_t k = 0; k < n; k++)
		(void)fwrite(reports[k], 1, strlen(reports[k]) + 1, answer);
	arena_free(&a);
	return 0;
}

/* A process that died has found none: what reads the file for good will tell why. */
static int take_collected(void *user, size_t i, struct span answer, const char *failure,
                          struct err *e)
{
	struct collecting *c = user;

	(void)e;
	if (!failure && answer.n)
		c->names[i] = (struct span){arena_text(c->arena, answer), answer.n};
	return 0;
}

int collected_take(struct opts *o, struct arena *a, struct err *e)
{
	struct collecting c = {.paths = o->args, .arena = a, .boxed = !o->no_sandbox};
	const struct workers w = {.jobs = o->args_n,
	                          .at_once = workers_cpus(),
	                          .work = list_collected,
	                          .done = take_collected,
	                          .user = &c};
	const char **all = NULL;
	size_t n = 0;

	if (o->mode != MODE_REPORT && o->mode != MODE_FLEET && o->mode != MODE_COMPARE)
		return 0;
	c.names = arena_array(a, o->args_n + 1, sizeof(*c.names));
	if (workers_run(&w, e))
		return -1;
	for (size_t i = 0; i < o->args_n; i++) {
		struct span rest = c.names[i], name;
		bool several = rest.n && memchr(rest.p, 0, rest.n) != rest.p + rest.n - 1;

		if (!several)
			rest = (struct span){o->args[i], strlen(o->args[i]) + 1};
		while (span_cut(&rest, '\0', &name)) {
			all = arena_more(a, all, n, sizeof(*all));
			all[n++] = name.p;
		}
	}
	return n > o->args_n ? opts_collected(o, all, n, e) : 0;
}
