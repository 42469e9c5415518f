/* --list-rules and --explain: what the rules say of themselves. */
#include <string.h>

#include "analyze/rule_scan.h"
#include "analyze/rules.h"
#include "schema/timefmt.h"

#define TEXT_WIDTH 92

/* The levels that stand as strings in the SQL: what the rule can report. */
static void put_levels(struct buf *b, const struct rule *r)
{
	static const char *const names[] = {"info", "warn", "crit"};
	struct scan_token t;
	const char *sep = "";

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		struct span sql = r->sql;

		while (scan_next(&sql, &t))
			if (t.type == SCAN_STRING && span_eq(t.text, span_of(names[i]))) {
				buf_str(b, sep);
				buf_str(b, names[i]);
				sep = ",";
				break;
			}
	}
}

static const char *levels_of(const struct rule *r, char text[32])
{
	struct buf b = {.p = text, .cap = 32};

	put_levels(&b, r);
	return buf_cstr(&b);
}

void rules_list(const struct rules *r, FILE *out)
{
	char levels[32];

	for (size_t i = 0; i < r->set.n; i++) {
		const struct rule *x = &r->set.v[i]->rule;

		if (r->set.v[i]->broken) {
			(void)fprintf(out, "%-38s broken          %s\n", x->id,
			              r->set.v[i]->broken);
			continue;
		}
		(void)fprintf(out, "%-38s %-15s %s\n", x->id, levels_of(x, levels), x->title);
		for (size_t k = 0; k < x->params_n; k++)
			(void)fprintf(out, "    %s = %s  (%s) %s\n", x->params[k].name,
			              x->params[k].value ? x->params[k].value : "?",
			              x->params[k].unit, x->params[k].about);
	}
}

static void put_needs(FILE *out, const char *heading, const struct rule_needs *needs)
{
	if (needs->n)
		(void)fprintf(out, "%-12s", heading);
	for (size_t i = 0; i < needs->n; i++)
		(void)fprintf(out, "%s%s (%lld or more captures)", i ? ", " : "",
		              needs->v[i].source, (long long)needs->v[i].captures);
	if (needs->n)
		(void)fputc('\n', out);
}

static void put_words(FILE *out, const char *heading, const struct rule_words *words)
{
	if (words->n)
		(void)fprintf(out, "%-12s", heading);
	for (size_t i = 0; i < words->n; i++)
		(void)fprintf(out, "%s%s", i ? ", " : "", words->v[i]);
	if (words->n)
		(void)fputc('\n', out);
}

static void put_duration(FILE *out, const char *heading, int64_t ns)
{
	char text[64];
	struct buf b = BUF_OVER(text);

	if (!ns)
		return;
	duration_put(&b, ns);
	(void)fprintf(out, "%-12s%s\n", heading, buf_cstr(&b));
}

/* The length of the part of the line that fits: up to a blank, or all of one long word. */
static size_t fitting(struct span line)
{
	size_t n = span_rfind(span_sub(line, 0, TEXT_WIDTH + 1), ' ');

	if (line.n <= TEXT_WIDTH)
		return line.n;
	return n && n <= TEXT_WIDTH ? n : span_find(line, ' ');
}

/* A line that stands further in is a command: it stays whole. */
static void put_line(FILE *out, struct span line)
{
	while (line.n) {
		size_t n = *line.p == ' ' ? line.n : fitting(line);

		(void)fprintf(out, "    %.*s\n", (int)n, line.p);
		line = span_trim(span_sub(line, n, line.n));
	}
}

static void put_text(FILE *out, const char *heading, const char *text)
{
	struct span rest = span_of(text), line;

	if (!*text)
		return;
	(void)fprintf(out, "\n%s\n", heading);
	while (span_line(&rest, &line))
		put_line(out, line);
}

static void put_params(FILE *out, const struct rules *r, const struct rule *x)
{
	if (x->params_n)
		(void)fprintf(out, "\nTHRESHOLDS (--set %s.NAME=VALUE)\n", x->id);
	for (size_t i = 0; i < x->params_n; i++) {
		const struct rule_param *p = &x->params[i];
		const struct site_item *item = site_item(&r->site, x, p->name);

		(void)fprintf(out, "    %s = %s %s", p->name, p->value ? p->value : "?", p->unit);
		if (item)
			(void)fprintf(out, " (here %s, %s)", item->value, item->origin);
		(void)fprintf(out, "\n        %s\n", p->about);
	}
}

/* The statement without the header. */
static struct span query_of(const struct rule *r)
{
	struct span sql = r->sql, rest = sql, line;

	while (span_starts(rest, SPAN("--")) && span_line(&rest, &line))
		sql = rest;
	return span_trim(sql);
}

int rules_explain(const struct rules *r, const char *id, FILE *out, struct err *e)
{
	const struct rule_entry *entry = rule_set_find(&r->set, span_of(id));
	const struct rule *x;
	char levels[32];
	struct span sql;

	if (!entry)
		return err_set(e, 0, "no rule '%s': --list-rules shows them", id);
	if (entry->broken)
		return err_set(e, 0, "%s", entry->broken);
	x = &entry->rule;
	(void)fprintf(out, "%s (version %lld)\n%s\n\n", x->id, (long long)x->version, x->title);
	(void)fprintf(out, "%-12s%s\n", "levels", levels_of(x, levels));
	put_needs(out, "requires", &x->requires);
	put_needs(out, "wants", &x->wants);
	put_duration(out, "min_span", x->min_span_ns);
	put_words(out, "applies", &x->applies);
	put_words(out, "explains", &x->explains);
	put_words(out, "after", &x->after);
	put_words(out, "tags", &x->tags);
	put_text(out, "SAYS", x->message);
	put_text(out, "MEANING", x->meaning);
	put_text(out, "REMEDY", x->remedy);
	put_text(out, "VERIFY", x->verify);
	put_text(out, "BUT", x->but);
	put_params(out, r, x);
	put_text(out, "SEE", x->see);
	sql = query_of(x);
	(void)fprintf(out, "\nQUERY (%s)\n%.*s\n", x->path, (int)sql.n, sql.p);
	return 0;
}
