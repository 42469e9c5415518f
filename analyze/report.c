#include "analyze/report.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "analyze/arena.h"
#include "analyze/digest.h"

static const char *const levels[LEVEL_COUNT] = {
	[LEVEL_OK] = "ok",     [LEVEL_INFO] = "info", [LEVEL_WARN] = "warn",
	[LEVEL_CRIT] = "crit", [LEVEL_SKIP] = "skip",
};

const char *level_name(enum level l)
{
	assert(l >= 0 && l < LEVEL_COUNT);
	return levels[l];
}

static const char *const outcomes[OUTCOME_COUNT] = {
	[OUTCOME_FINDINGS] = "findings",
	[OUTCOME_OK] = "ok",
	[OUTCOME_NOT_EVALUATED] = "not evaluated",
	[OUTCOME_NOT_APPLICABLE] = "not applicable",
	[OUTCOME_ERROR] = "failed",
	[OUTCOME_OFF] = "off",
};

const char *outcome_name(enum outcome o)
{
	assert(o >= 0 && o < OUTCOME_COUNT);
	return outcomes[o];
}

bool rule_results_alike(const struct rule_result *a, const struct rule_result *b)
{
	return a->outcome == b->outcome && strcmp(a->why, b->why) == 0 &&
	       strcmp(a->hint ? a->hint : "", b->hint ? b->hint : "") == 0;
}

bool rule_result_leads(const struct rule_result *results, size_t i)
{
	size_t before = 0;

	while (before < i && !rule_results_alike(&results[before], &results[i]))
		before++;
	return before == i;
}

bool level_parse(struct span name, enum level *l)
{
	for (int i = 0; i < LEVEL_COUNT; i++)
		if (span_eq(name, span_of(levels[i]))) {
			*l = (enum level)i;
			return true;
		}
	return false;
}

bool report_listed(const char *list, const char *name)
{
	size_t n = strlen(name);

	for (const char *p = list; p; p = strchr(p, ',')) {
		p += *p == ',';
		if (strncasecmp(p, name, n) == 0 && (p[n] == ',' || p[n] == '\0'))
			return true;
	}
	return list == NULL;
}

const char *report_fact(const struct report *r, const char *name)
{
	for (size_t i = 0; i < r->facts_n; i++)
		if (strcmp(r->facts[i].name, name) == 0)
			return r->facts[i].value;
	return "";
}

const char *report_rule_sha256(const struct rule_result *r, char hex[REPORT_SHA256])
{
	if (r->text.n == 0)
		return NULL;
	digest_of(r->text, hex);
	return hex;
}

/* What a finding is sorted by: its rule's place, then its own. */
struct place {
	const struct finding *f;
	enum level worst; /* of all findings of the rule that are not folded */
	bool cause;
	int sure; /* the most of those findings, see sure() */
};

static bool same_rule(const struct finding *a, const struct finding *b)
{
	return strcmp(a->rule, b->rule) == 0;
}

static bool folded(const struct finding *f)
{
	return f->explained_by != NULL && !f->suppressed;
}

/*
 * Most findings say nothing of their confidence (0).  One that says it is low is less sure than
 * those: it has one vote, or was judged on less time than its rule wants, or both.
 */
static int sure(const struct finding *f)
{
	if (f->short_of)
		return f->alone ? -2 : -1;
	return f->votes == 1 ? -1 : f->votes;
}

static struct place place_of(const struct report *r, const struct finding *f)
{
	struct place p = {.f = f, .worst = LEVEL_OK, .sure = -2};

	for (size_t i = 0; i < r->findings_n; i++) {
		const struct finding *g = &r->findings[i];

		if (same_rule(f, g) && !g->suppressed && !folded(g) && g->level > p.worst)
			p.worst = g->level;
		if (same_rule(f, g) && !g->suppressed && !folded(g) && sure(g) > p.sure)
			p.sure = sure(g);
		if (same_rule(f, g) && g->cause)
			p.cause = true;
	}
	return p;
}

static int by_place(const void *a, const void *b)
{
	const struct place *x = a, *y = b;
	int rule = strcmp(x->f->rule, y->f->rule);

	if (x->worst != y->worst)
		return x->worst > y->worst ? -1 : 1;
	if (x->cause != y->cause)
		return x->cause ? -1 : 1;
	if (x->sure != y->sure)
		return x->sure > y->sure ? -1 : 1;
	if (rule)
		return rule;
	if (x->f->level != y->f->level)
		return x->f->level > y->f->level ? -1 : 1;
	return x->f < y->f ? -1 : x->f > y->f; /* as the rule's ORDER BY has them */
}

struct order {
	const struct place *places;
	size_t n;
	struct finding *out;
	bool *done; /* by index of places */
	size_t out_n;
};

static void take(struct order *o, size_t i)
{
	o->done[i] = true;
	o->out[o->out_n++] = *o->places[i].f;
}

/* What `cause` explains, and what that explains in turn. */
static void take_folded(struct order *o, const char *cause)
{
	for (size_t i = 0; i < o->n; i++)
		if (!o->done[i] && folded(o->places[i].f) &&
		    strcmp(o->places[i].f->explained_by, cause) == 0) {
			take(o, i);
			take_folded(o, o->places[i].f->rule);
		}
}

static void put_in_order(struct order *o)
{
	for (size_t i = 0; i < o->n; i++) {
		const struct finding *f = o->places[i].f;

		if (o->done[i] || folded(f) || f->suppressed)
			continue;
		take(o, i);
		for (size_t j = i + 1; j < o->n && same_rule(o->places[j].f, f); j++)
			if (!o->done[j] && !folded(o->places[j].f) && !o->places[j].f->suppressed)
				take(o, j);
		take_folded(o, f->rule);
	}
	/* explained by what was itself suppressed or is not there: not lost */
	for (size_t i = 0; i < o->n; i++)
		if (!o->done[i])
			take(o, i);
}

static void count(struct report *r)
{
	for (size_t i = 0; i < r->findings_n; i++) {
		if (r->findings[i].suppressed)
			r->suppressed++;
		else if (folded(&r->findings[i]))
			r->folded++;
		else {
			r->count[r->findings[i].level]++;
			r->causes[r->findings[i].level] += r->findings[i].cause;
		}
	}
	for (size_t i = 0; i < r->results_n; i++) {
		enum outcome o = r->results[i].outcome;

		r->count[LEVEL_OK] += o == OUTCOME_OK;
		r->not_evaluated += o == OUTCOME_NOT_EVALUATED;
		r->not_applicable += o == OUTCOME_NOT_APPLICABLE;
		r->errors += o == OUTCOME_ERROR;
		r->judged_short += r->results[i].short_of && o <= OUTCOME_OK;
	}
}

void report_finish(struct report *r, struct arena *a)
{
	struct place *places = arena_array(a, r->findings_n, sizeof(*places));
	struct order o = {
		.places = places,
		.n = r->findings_n,
		.out = arena_array(a, r->findings_n, sizeof(*o.out)),
		.done = arena_array(a, r->findings_n, sizeof(*o.done)),
	};

	for (size_t i = 0; i < r->findings_n; i++)
		places[i] = place_of(r, &r->findings[i]);
	qsort(places, r->findings_n, sizeof(*places), by_place);
	put_in_order(&o);
	r->findings = o.out;
	count(r);
}

static bool counts(const struct finding *f, enum level level)
{
	bool known = f->standing == STANDING_SAME && f->was >= level;

	return !f->suppressed && !folded(f) && !known && f->level != LEVEL_SKIP &&
	       f->level >= level;
}

bool report_reaches(const struct report *r, enum level level)
{
	for (size_t i = 0; i < r->findings_n; i++)
		if (counts(&r->findings[i], level))
			return true;
	return false;
}

#define RENDERER(name) extern const struct renderer renderer_##name;
#include "renderers.def"
#undef RENDERER

const struct renderer_entry renderers[] = {
#define RENDERER(name) {.format = #name, .renderer = &renderer_##name},
#include "renderers.def"
#undef RENDERER
};
const size_t renderers_count = sizeof(renderers) / sizeof(renderers[0]);

const struct renderer *renderer_find(const char *format)
{
	for (size_t i = 0; i < renderers_count; i++)
		if (strcmp(renderers[i].format, format) == 0)
			return renderers[i].renderer;
	return NULL;
}
