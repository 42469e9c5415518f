#include "analyze/diagnose.h"

#include <string.h>
#include <time.h>

#include "analyze/facts.h"
#include "analyze/loader.h"
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
	int64_t since = clock_ns();
	struct err why = {0};

	d->store = store_open(want->db, e);
	if (!d->store)
		return -1;
	if (load_bundle(path, d->store, &why)) {
		bool named = strstr(why.text, path) != NULL;

		return err_set(e, 0, "%s%s%s", named ? "" : path, named ? "" : ": ", why.text);
	}
	d->cost_ns[DIAGNOSE_LOAD] = clock_ns() - since;
	return 0;
}

static int judge(struct diagnosis *d, const struct rules *rules, const struct diagnose_want *want,
                 struct err *e)
{
	int64_t since = clock_ns();

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
	if (sqlfunc_register(db, e) || facts_read(db, &d->arena, &d->report, e) ||
	    sections_run(db, &d->arena, SECTIONS_HOST, want->section, want->all, &d->report, e))
		return -1;
	report_finish(&d->report, &d->arena);
	d->cost_ns[DIAGNOSE_SECTIONS] = clock_ns() - since;
	return 0;
}

int diagnose(struct diagnosis *d, const char *path, const struct rules *rules,
             const struct diagnose_want *want, struct err *e)
{
	return load(d, path, want, e) || judge(d, rules, want, e) || describe(d, want, e) ? -1 : 0;
}

void diagnose_free(struct diagnosis *d)
{
	store_close(d->store);
	arena_free(&d->arena);
}
