#include "analyze/rule_fold.h"

#include <stdlib.h>
#include <string.h>

/* An entity's own text is its pattern too, whatever stars it holds. */
static bool is_among(struct span entity, struct span patterns)
{
	struct span one;
	bool more;

	do {
		more = span_cut(&patterns, '\n', &one);
		if (!more)
			one = patterns;
		if (span_eq(entity, one) || span_match(entity, one, NULL))
			return true;
	} while (more);
	return false;
}

static bool covers(const struct rule_finding *cause, const struct rule_finding *x)
{
	const char *others = cause->explains_entity;

	if (!rule_words_match(&cause->rule->explains, x->f.rule))
		return false;
	return strcmp(cause->f.entity, x->f.entity) == 0 ||
	       (others && is_among(span_of(x->f.entity), span_of(others)));
}

/* True when `x` is `cause` or, over any number of causes, stands above it. */
static bool is_above(const struct rule_finding *x, const struct rule_finding *cause)
{
	while (cause && cause != x)
		cause = cause->head;
	return cause;
}

static bool is_cause(const struct rule_finding *x)
{
	return x->rule->explains.n && !x->f.suppressed;
}

/* The findings among which one is chosen, in the order in which the rules ran. */
struct folding {
	struct rule_finding **v; /* all of them */
	size_t n;
	struct rule_finding **causes;
	size_t causes_n;
};

static bool may_fold(const struct rule_finding *cause, const struct rule_finding *x)
{
	return !x->f.suppressed && covers(cause, x) && !is_above(x, cause) &&
	       !(cause->capped && x->f.level > cause->f.level);
}

/* Another one explains `x` as well and is itself explained by `cause`: that one is nearer. */
static bool is_farther(const struct folding *g, const struct rule_finding *cause,
                       const struct rule_finding *x)
{
	for (size_t i = 0; i < g->causes_n; i++) {
		const struct rule_finding *c = g->causes[i];

		if (c != cause && may_fold(c, x) && covers(cause, c) && !covers(c, cause))
			return true;
	}
	return false;
}

/* More inputs agree on it, it is worse, it is of the same entity: in this order. */
static bool is_better(const struct rule_finding *a, const struct rule_finding *b,
                      const struct rule_finding *x)
{
	if (a->f.votes != b->f.votes)
		return a->f.votes > b->f.votes;
	if (a->f.level != b->f.level)
		return a->f.level > b->f.level;
	return strcmp(a->f.entity, x->f.entity) == 0 && strcmp(b->f.entity, x->f.entity) != 0;
}

static struct rule_finding *best_cause(const struct folding *g, const struct rule_finding *x)
{
	struct rule_finding *best = NULL, *any = NULL;

	for (size_t i = 0; i < g->causes_n; i++) {
		struct rule_finding *c = g->causes[i];

		if (!may_fold(c, x))
			continue;
		if (!any || is_better(c, any, x))
			any = c;
		if (!is_farther(g, c, x) && (!best || is_better(c, best, x)))
			best = c;
	}
	return best ? best : any; /* each is farther than another: they go round in a circle */
}

static int by_strength(const void *a, const void *b)
{
	const struct rule_finding *x = *(struct rule_finding *const *)a,
				  *y = *(struct rule_finding *const *)b;

	if (x->f.votes != y->f.votes)
		return x->f.votes < y->f.votes ? -1 : 1;
	if (x->f.level != y->f.level)
		return x->f.level < y->f.level ? -1 : 1;
	return x->place > y->place ? -1 : x->place < y->place;
}

/* Causes first and the weakest of them first, so that of two that explain each other the
 * stronger one stays above. */
static void choose_heads(const struct folding *g, struct arena *a)
{
	struct rule_finding **order =
		arena_array(a, g->causes_n + 1, sizeof(struct rule_finding *));

	memcpy(order, g->causes, g->causes_n * sizeof(struct rule_finding *));
	qsort(order, g->causes_n, sizeof(struct rule_finding *), by_strength);
	for (size_t i = 0; i < g->causes_n; i++)
		order[i]->head = best_cause(g, order[i]);
	for (size_t i = 0; i < g->n; i++)
		if (!is_cause(g->v[i]))
			g->v[i]->head = best_cause(g, g->v[i]);
}

static void lift(const struct folding *g)
{
	for (size_t i = 0; i < g->n; i++)
		g->v[i]->lifted = g->v[i]->f.level;
	for (size_t i = 0; i < g->n; i++)
		for (struct rule_finding *h = g->v[i]->head; h; h = h->head)
			if (!h->capped && h->lifted < g->v[i]->f.level)
				h->lifted = g->v[i]->f.level;
}

/* A cause that its own symptoms made worse than the site lets the one above it be. */
static bool unfold_one(const struct folding *g)
{
	for (size_t i = 0; i < g->n; i++)
		if (g->v[i]->head && g->v[i]->lifted > g->v[i]->head->lifted) {
			g->v[i]->head = NULL;
			return true;
		}
	return false;
}

static void name_others(const struct folding *g, struct rule_finding *x, struct arena *a)
{
	struct cause *others = NULL;

	for (size_t i = 0; i < g->causes_n && x->head; i++) {
		const struct rule_finding *c = g->causes[i];

		if (is_above(c, x->head) || !may_fold(c, x))
			continue;
		others = arena_more(a, others, x->f.others_n, sizeof(*others));
		others[x->f.others_n++] = (struct cause){c->f.rule, c->f.entity};
	}
	x->f.others = others;
}

static void write_down(const struct folding *g, struct arena *a)
{
	for (size_t i = 0; i < g->n; i++) {
		struct rule_finding *x = g->v[i];

		name_others(g, x, a);
		for (const struct rule_finding *h = x->head; h; h = h->head)
			x->f.depth++;
		if (x->head) {
			x->f.explained_by = x->head->f.rule;
			x->f.explained_entity = x->head->f.entity;
		}
	}
	for (size_t i = 0; i < g->n; i++)
		g->v[i]->f.level = g->v[i]->lifted;
}

void rule_fold(struct rule_finding *const *v, size_t n, struct arena *a)
{
	struct folding g = {.v = arena_array(a, n + 1, sizeof(struct rule_finding *)),
	                    .n = n,
	                    .causes = arena_array(a, n + 1, sizeof(struct rule_finding *))};

	for (size_t i = 0; i < n; i++) {
		g.v[i] = v[i];
		v[i]->place = i;
		v[i]->f.cause = v[i]->rule->explains.n > 0 ||
		                span_starts(span_of(v[i]->f.rule), SPAN("root-cause/"));
		if (is_cause(v[i]))
			g.causes[g.causes_n++] = v[i];
	}
	choose_heads(&g, a);
	do
		lift(&g);
	while (unfold_one(&g));
	write_down(&g, a);
}
