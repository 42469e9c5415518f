/* --list-rules and --explain: what the rules say of themselves. */
#include <string.h>

#include "analyze/escape.h"
#include "analyze/rule_page.h"
#include "analyze/rules.h"
#include "schema/nearest.h"

#define ID_COLUMNS     38
#define LEVELS_COLUMNS 15
#define OFFERS_MOST    4 /* ids that a wrong one may have meant */

static const char *levels_of(const struct rule *r, char text[32])
{
	struct buf b = {.p = text, .cap = 32};

	rule_levels_put(r, &b);
	return buf_cstr(&b);
}

void rules_list(const struct rules *r, FILE *out)
{
	char levels[32];

	for (size_t i = 0; i < r->set.n; i++) {
		const struct rule *x = &r->set.v[i]->rule;

		if (r->set.v[i]->broken) {
			(void)fprintf(out, "%-*s broken          ", ID_COLUMNS, x->id);
			escape_print(out, r->set.v[i]->broken);
			(void)fputc('\n', out);
			continue;
		}
		(void)fprintf(out, "%-*s %-*s %s\n", ID_COLUMNS, x->id, LEVELS_COLUMNS,
		              levels_of(x, levels), x->title);
		for (size_t k = 0; k < x->params_n; k++)
			(void)fprintf(out, "    %s = %s  (%s) %s\n", x->params[k].name,
			              x->params[k].value ? x->params[k].value : "?",
			              x->params[k].unit, x->params[k].about);
	}
}

/* "AREA", "AREA/" and "AREA/glob" are many; an id is one. */
static const char *glob_of(const char *asked, struct buf *b)
{
	buf_str(b, asked);
	if (!strchr(asked, '/'))
		buf_char(b, '/');
	if (span_ends(buf_span(b), SPAN("/")))
		buf_char(b, '*');
	return buf_cstr(b);
}

/* A line each, ids and titles.  How many there are. */
static size_t put_many(const struct layout *l, const struct rules *r, const char *asked)
{
	char glob[128];
	struct buf b = BUF_OVER(glob);
	const char *globs[1] = {glob_of(asked, &b)};
	const struct rule_words words = {globs, 1};
	size_t n = 0, widest = 0;

	for (size_t i = 0; i < r->set.n; i++) {
		const char *id = r->set.v[i]->rule.id;

		if (rule_words_match(&words, id) && strlen(id) > widest)
			widest = strlen(id);
	}
	for (size_t i = 0; i < r->set.n; i++) {
		const struct rule *x = &r->set.v[i]->rule;

		if (r->set.v[i]->broken || !rule_words_match(&words, x->id))
			continue;
		(void)fprintf(l->out, "%-*s", (int)widest, x->id);
		layout_more(l, widest, widest + 2, span_of(x->title));
		n++;
	}
	return n;
}

/* The one rule whose NAME is that, whatever its AREA; NULL for none or several. */
static const struct rule_entry *by_name(const struct rules *r, const char *name)
{
	const struct rule_entry *found = NULL;

	for (size_t i = 0; i < r->set.n; i++) {
		const char *slash = strchr(r->set.v[i]->rule.id, '/');

		if (!slash || strcmp(slash + 1, name) != 0)
			continue;
		if (found)
			return NULL;
		found = r->set.v[i];
	}
	return found;
}

/* Ids that have the word in them, then the one that is nearest in spelling. */
static int unknown(const struct rules *r, const char *id, struct err *e)
{
	struct nearest whole = {.word = span_of(id)}, part = {.word = span_of(id)};
	char text[300];
	struct buf b = BUF_OVER(text);
	const char *near;
	size_t n = 0;

	for (size_t i = 0; i < r->set.n; i++) {
		const char *known = r->set.v[i]->rule.id, *slash = strchr(known, '/');

		nearest_offer(&whole, known);
		nearest_offer(&part, slash ? slash + 1 : known);
		if (strstr(known, id) && n++ < OFFERS_MOST)
			buf_fmt(&b, "%s%s", n > 1 ? ", " : "", known);
	}
	near = nearest_best(&whole);
	if (!near && nearest_best(&part))
		near = by_name(r, nearest_best(&part)) ? by_name(r, nearest_best(&part))->rule.id
		                                       : NULL;
	if (n == 0 && near)
		buf_str(&b, near);
	if (b.n)
		return err_set(e, 0, "no rule '%s': did you mean %s?", id, buf_cstr(&b));
	return err_set(e, 0, "no rule '%s': --list-rules shows them", id);
}

int rules_explain(const struct rules *r, const char *id, const struct style *s, FILE *out,
                  struct err *e)
{
	const struct layout l = {.out = out, .style = s};
	const struct rule_entry *entry = rule_set_find(&r->set, span_of(id));

	if (!entry && put_many(&l, r, id) > 0)
		return 0;
	if (!entry)
		entry = by_name(r, id);
	if (!entry)
		return unknown(r, id, e);
	if (entry->broken)
		return err_set(e, 0, "%s", entry->broken);
	rule_page_put(&l, r, &entry->rule);
	return 0;
}
