#include "analyze/rule_fold.h"

#include <stdlib.h>
#include <string.h>

static bool covers(const struct rule_finding *cause, const struct rule_finding *x)
{
	const char *other = cause->explains_entity;

	if (!rule_words_match(&cause->rule->explains, x->f.rule))
		return false;
	return strcmp(cause->f.entity, x->f.entity) == 0 ||
	       (other && (strcmp(other, x->f.entity) == 0 ||
	                  span_match(span_of(x->f.entity), span_of(other), NULL)));
}

/* True when `x` is `cause` or, over any number of causes, stands above it. */
static bool is_above(const struct rule_finding *x, const struct rule_finding *cause)
{
	while (cause && cause != x)
		cause = cause->head;
	return cause;
}

static void fold_under(struct rule_finding *cause, struct rule_finding *const *v, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct rule_finding *x = v[i];

		if (x->head || x->f.suppressed || !covers(cause, x) || is_above(x, cause) ||
		    (cause->capped && x->f.level > cause->f.level))
			continue;
		x->head = cause;
		x->f.explained_by = cause->f.rule;
		cause->folds = true;
	}
}

static void lift(struct rule_finding *const *v, size_t n)
{
	for (size_t i = 0; i < n; i++)
		for (struct rule_finding *h = v[i]->head; h; h = h->head)
			if (!h->capped && h->f.level < v[i]->f.level)
				h->f.level = v[i]->f.level;
}

static const struct rule_finding *top(const struct rule_finding *x)
{
	while (x->head)
		x = x->head;
	return x;
}

static int by_weight(const struct rule_finding *a, const struct rule_finding *b)
{
	int rc;

	if (!a->f.suppressed != !b->f.suppressed)
		return a->f.suppressed ? 1 : -1;
	if (a->f.level != b->f.level)
		return a->f.level > b->f.level ? -1 : 1;
	if (a->folds != b->folds)
		return a->folds ? -1 : 1;
	if (a->f.votes != b->f.votes)
		return a->f.votes > b->f.votes ? -1 : 1;
	rc = strcmp(a->f.rule, b->f.rule);
	return rc ? rc : strcmp(a->f.entity, b->f.entity);
}

static int compare(const void *x, const void *y)
{
	const struct rule_finding *a = *(struct rule_finding *const *)x;
	const struct rule_finding *b = *(struct rule_finding *const *)y;
	const struct rule_finding *s = top(a), *t = top(b);

	if (s != t)
		return by_weight(s, t);
	if (!a->head || !b->head)
		return a->head ? 1 : b->head ? -1 : 0;
	return by_weight(a, b);
}

void rule_fold(struct rule_finding **v, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (v[i]->rule->explains.n && !v[i]->f.suppressed)
			fold_under(v[i], v, n);
	lift(v, n);
	if (n)
		qsort(v, n, sizeof(struct rule_finding *), compare);
}
