#include "analyze/rules.h"

#include <time.h>

#include "analyze/rule_fold.h"
#include "analyze/rule_run.h"
#include "analyze/stmt.h"
#include "analyze/unused.h"
#include "schema/timefmt.h"

#define SITE_FILE_MAX ((size_t)1024 * 1024)

int rules_load(struct rules *r, const char *dir, struct arena *a, struct err *e)
{
	*r = (struct rules){.arena = a};
	rule_set_add_built_in(&r->set, a);
	if (dir && rule_set_add_dir(&r->set, dir, a, e) != 0)
		return -1;
	return rule_set_order(&r->set, a, e);
}

int rules_site(struct rules *r, const char *path, struct err *e)
{
	struct span text = rule_file(path, SITE_FILE_MAX, r->arena, e);

	return text.p ? site_read(&r->site, path, text, &r->set, r->arena, e) : -1;
}

int rules_set(struct rules *r, const char *assignment, struct err *e)
{
	return site_set(&r->site, assignment, &r->set, r->arena, e);
}

struct collection {
	struct arena *arena;
	struct rule_finding **findings;
	size_t findings_n;
	struct rule_result *results;
	size_t results_n;
};

static int64_t now_ns(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * NS_PER_S + t.tv_nsec;
}

/* Which rule it was, and by what: the same file and the same values judge alike. */
static void identify(struct collection *c, const struct rules *r, const struct rule_entry *entry,
                     struct rule_result *res)
{
	const struct rule *x = &entry->rule;

	res->origin = entry->built_in ? "built in" : x->path;
	res->params_n = site_params(&r->site, x, c->arena, &res->params);
	res->text = x->sql;
}

static void collect(struct collection *c, struct rule_outcome *o)
{
	c->results = arena_more(c->arena, c->results, c->results_n, sizeof(*c->results));
	c->results[c->results_n++] = o->result;
	for (size_t i = 0; i < o->findings_n; i++) {
		c->findings = arena_more(c->arena, c->findings, c->findings_n,
		                         sizeof(struct rule_finding *));
		c->findings[c->findings_n++] = &o->findings[i];
	}
}

/* So that a query of the store tells the same as the report. */
static int store_folds(struct sqlite3 *db, const struct collection *c, struct err *e)
{
	struct stmt t;
	int rc = stmt_prepare(
		&t, db,
		"UPDATE finding SET level = ?, explained_by = ? WHERE rule = ? AND entity = ?", e);

	for (size_t i = 0; i < c->findings_n && rc == 0; i++) {
		const struct finding *f = &c->findings[i]->f;

		stmt_str(&t, level_name(f->level));
		stmt_str(&t, f->explained_by);
		stmt_str(&t, f->rule);
		stmt_str(&t, f->entity);
		rc = stmt_run(&t, e);
	}
	stmt_done(&t);
	return rc;
}

static void fill(struct report *report, const struct rules *r, const struct collection *c)
{
	struct finding *v = arena_array(c->arena, c->findings_n + 1, sizeof(*v));

	for (size_t i = 0; i < c->findings_n; i++)
		v[i] = c->findings[i]->f;
	report->findings = v;
	report->findings_n = c->findings_n;
	report->results = c->results;
	report->results_n = c->results_n;
	report->settings_n = site_settings(&r->site, c->arena, &report->settings);
	unused_of_one(&r->site, report, c->arena);
}

int rules_run(const struct rules *r, struct sqlite3 *db, struct arena *a, struct report *report,
              struct err *e)
{
	struct collection c = {.arena = a};
	struct runner *run = runner_open(db, &r->site, a, e);
	int rc = run ? 0 : -1;

	if (run)
		runner_trust_no_file(run);
	for (size_t i = 0; i < r->set.n && rc == 0; i++) {
		struct rule_outcome o;
		int64_t since = now_ns();

		rc = runner_run(run, r->set.v[i], &o, e);
		o.result.cost_ns = now_ns() - since;
		if (rc == 0) {
			identify(&c, r, r->set.v[i], &o.result);
			collect(&c, &o);
		}
	}
	runner_close(run);
	if (rc != 0)
		return -1;
	rule_fold(c.findings, c.findings_n, a);
	if (store_folds(db, &c, e) != 0)
		return -1;
	fill(report, r, &c);
	return 0;
}
