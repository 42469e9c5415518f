#include "analyze/diagnose.h"

#include <time.h>

#include "analyze/facts.h"
#include "analyze/loader.h"
#include "analyze/plot.h"
#include "analyze/section.h"
#include "analyze/sqlfunc.h"
#include "schema/timefmt.h"
#include "version.h"

static int64_t clock_ns(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * NS_PER_S + now.tv_nsec;
}

static int load(struct diagnosis *d, const char *path, const struct diagnose_want *want,
                struct err *e)
{
	const char *const *paths = want->join_n ? want->join : &path;
	size_t n = want->join_n ? want->join_n : 1;
	int64_t since = clock_ns();
	struct window w;

	progress_step(want->progress, "reading");
	d->store = store_open(want->db, e);
	if (!d->store || window_open(&w, &d->arena, paths, n, &want->window, e) ||
	    load_window(&w, d->store, want->progress, e))
		return -1;
	if (want->box)
		store_meta(d->store, "box", span_of(want->box));
	if (want->since_boot)
		store_meta_i64(d->store, "since_boot", 1);
	d->cost_ns[DIAGNOSE_LOAD] = clock_ns() - since;
	return 0;
}

static int judge(struct diagnosis *d, const struct rules *rules, const struct diagnose_want *want,
                 struct err *e)
{
	int64_t since = clock_ns();

	progress_step(want->progress, "running the rules");
	d->report.tool_version = NETTAPE_VERSION;
	d->report.store_schema = RULE_SCHEMA;
	d->report.short_window = want->short_window;
	if (rules_run(rules, store_db(d->store), &d->arena, &d->report, e))
		return -1;
	d->cost_ns[DIAGNOSE_RULES] = clock_ns() - since;
	return 0;
}

static int describe(struct diagnosis *d, const struct diagnose_want *want, struct err *e)
{
	struct sqlite3 *db = store_db(d->store);
	int64_t since = clock_ns();

	if (want->no_report) {
		report_finish(&d->report, &d->arena);
		return 0;
	}
	progress_step(want->progress, "gathering the sections");
	if (sqlfunc_register(db, e) || facts_read(db, &d->arena, &d->report, e) ||
	    sections_run(db, &d->arena, SECTIONS_HOST, want->sections, want->all, &d->report, e))
		return -1;
	report_finish(&d->report, &d->arena);
	d->cost_ns[DIAGNOSE_SECTIONS] = clock_ns() - since;
	return 0;
}

static int draw(struct diagnosis *d, const struct diagnose_want *want, struct err *e)
{
	int64_t since = clock_ns();

	if (want->no_report || !want->plots)
		return 0;
	progress_step(want->progress, "drawing");
	if (plots_run(store_db(d->store), &d->arena, &d->report, e))
		return -1;
	d->cost_ns[DIAGNOSE_PLOTS] = clock_ns() - since;
	return 0;
}

int diagnose(struct diagnosis *d, const char *path, const struct rules *rules,
             const struct diagnose_want *want, struct err *e)
{
	return load(d, path, want, e) || judge(d, rules, want, e) || describe(d, want, e) ||
	                       draw(d, want, e)
	               ? -1
	               : 0;
}

void diagnose_free(struct diagnosis *d)
{
	store_close(d->store);
	arena_free(&d->arena);
}
