#include "analyze/rule_fold.h"

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

void rule_fold(struct rule_finding *const *v, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (v[i]->rule->explains.n && !v[i]->f.suppressed)
			fold_under(v[i], v, n);
	lift(v, n);
}
