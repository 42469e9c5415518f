/* --lint-rules: what can be said of a rule and its tests without a bundle, as TAP. */
#include <string.h>
#include <time.h>

#include "analyze/escape.h"
#include "analyze/parse.h"
#include "analyze/rule_advice.h"
#include "analyze/rule_apart.h"
#include "analyze/rule_case.h"
#include "analyze/rule_run.h"
#include "analyze/rule_scan.h"
#include "analyze/rule_text.h"
#include "analyze/rules.h"
#include "analyze/store.h"
#include "schema/timefmt.h"

#define TEST_FILE_MAX ((size_t)1024 * 1024)
#define SLOW_NS       NS_PER_S /* on the busy host */

/* What remedies may tell people to type. */
static const char *const analyze_options[] = {
#define GROUP(name)
#define OPT(name, letter, arg, field, type, mode, help) name,
#include "analyze/opts.def"
#undef OPT
#undef GROUP
	NULL,
};
static const char *const collect_options[] = {
	"for",     "every",   "pace",        "output", "force",        "level",   "max-size",
	"metrics", "no-http", "with-config", "pid",    "comm",         "netns",   "run",
	"include", "exclude", "note",        "root",   "list-sources", "version", "help",
	"quiet",   "verbose", "complete",    NULL,
};

static const struct {
	struct span program;
	const char *const *options;
} programs[] = {
	{SPAN_INIT("nettape-analyze"), analyze_options},
	{SPAN_INIT("nettape-collect"), collect_options},
};

struct lint {
	const struct rule_entry *entry;
	const struct rule *rule;
	const struct rule_set *known; /* all ids that after: and explains: may name */
	struct arena *arena;
	struct rule_box *box; /* of the busy host */
	const char **complaints;
	size_t n;
};

#define COMPLAIN(l, ...) complain((l), arena_fmt((l)->arena, __VA_ARGS__))

static void complain(struct lint *l, const char *why)
{
	l->complaints = arena_more(l->arena, l->complaints, l->n, sizeof(*l->complaints));
	l->complaints[l->n++] = why;
}

/* ---- the header ---- */

static bool always_there(const char *source)
{
	return strcmp(source, "meta") == 0 || strcmp(source, "finding") == 0;
}

static bool is_source(const char *name)
{
	if (always_there(name) || strcmp(name, "tick") == 0)
		return true;
	for (size_t i = 0; i < parsers_count; i++)
		if (strcmp(parsers[i].parser->source, name) == 0)
			return true;
	return false;
}

static void lint_sources(struct lint *l)
{
	const struct rule *r = l->rule;

	for (size_t i = 0; i < r->requires.n; i++)
		if (!is_source(r->requires.v[i].source))
			COMPLAIN(l, "requires: there is no source '%s'", r->requires.v[i].source);
	for (size_t i = 0; i < r->wants.n; i++)
		if (!is_source(r->wants.v[i].source))
			COMPLAIN(l, "wants: there is no source '%s'", r->wants.v[i].source);
	for (size_t i = 0; i < r->applies.n; i++)
		if (!is_source(r->applies.v[i]))
			COMPLAIN(l, "applies: there is no source '%s'", r->applies.v[i]);
}

static void lint_globs(struct lint *l, const char *key, const struct rule_words *globs)
{
	for (size_t i = 0; i < globs->n; i++) {
		struct rule_words one = {.v = &globs->v[i], .n = 1};
		bool found = false;

		for (size_t k = 0; k < l->known->n && !found; k++)
			found = rule_words_match(&one, l->known->v[k]->rule.id);
		if (!found)
			COMPLAIN(l, "%s: no rule matches '%s'", key, globs->v[i]);
	}
}

static void lint_text(struct lint *l)
{
	struct span text = l->rule->sql;
	size_t line = 1;

	for (size_t i = 0; i < text.n; i++) {
		unsigned char c = (unsigned char)text.p[i];

		if (c == '\n')
			line++;
		else if (c < 0x20 || c >= 0x7f) {
			COMPLAIN(l, "line %zu: byte 0x%02x: rules are ASCII with LF, no tabs", line,
			         c);
			return;
		}
	}
	if (strcmp(l->rule->id, l->entry->name) != 0)
		COMPLAIN(l, "rule: is '%s', the file says '%s'", l->rule->id, l->entry->name);
	if (!*l->rule->remedy)
		COMPLAIN(l, "remedy: is missing");
}

static bool is_option(const char *const *options, struct span name)
{
	for (; *options; options++)
		if (span_eq(span_of(*options), name))
			return true;
	return false;
}

static size_t option_length(struct span s)
{
	size_t n = 0;

	while (n < s.n && ((s.p[n] >= 'a' && s.p[n] <= 'z') || s.p[n] == '-'))
		n++;
	return n;
}

/* Every --word on a line behind one of our programs must be an option of it. */
static void lint_line(struct lint *l, struct span line)
{
	for (size_t i = 0; i < sizeof(programs) / sizeof(programs[0]); i++) {
		size_t at = span_search(line, programs[i].program);
		struct span rest = span_sub(line, at + programs[i].program.n, line.n);

		while ((at = span_search(rest, SPAN(" --"))) < rest.n) {
			struct span name = span_sub(rest, at + 3, rest.n);

			name.n = option_length(name);
			if (name.n && !is_option(programs[i].options, name))
				COMPLAIN(l, "%s has no option --%.*s", programs[i].program.p,
				         (int)name.n, name.p);
			rest = span_sub(rest, at + 3, rest.n);
		}
	}
}

static void lint_options(struct lint *l, const char *text)
{
	struct span rest = span_of(text), line;

	while (span_line(&rest, &line))
		lint_line(l, line);
}

/* What people are to type must be there to be copied. */
static void lint_commands(struct lint *l, const char *key, const char *text)
{
	struct span rest = span_of(text), line;

	while (span_line(&rest, &line)) {
		const char *fault = advice_fault(line);

		if (fault)
			COMPLAIN(l, "%s: %s: %.*s", key, fault, (int)line.n, line.p);
	}
}

/* Who is told to set something wants to know what it is now: "# now {somaxconn}", "is {value}". */
static void lint_present(struct lint *l)
{
	struct span remedy = span_of(l->rule->remedy);
	bool sets = span_search(remedy, SPAN("sysctl -w ")) < remedy.n;

	if (sets && span_search(remedy, SPAN("now ")) == remedy.n &&
	    span_search(remedy, SPAN("is {")) == remedy.n)
		COMPLAIN(l, "remedy: sets a sysctl and does not say what it is now");
}

/* ---- the SQL ---- */

static bool has_word(const struct rule_words *w, struct span word)
{
	for (size_t i = 0; i < w->n; i++)
		if (span_eq(span_of(w->v[i]), word))
			return true;
	return false;
}

static void lint_params(struct lint *l, const struct rule_shape *shape)
{
	const struct rule *r = l->rule;
	struct span literal;
	bool differ;

	for (size_t i = 0; i < r->params_n; i++) {
		struct span name = span_of(r->params[i].name);

		if (!has_word(&shape->params, name))
			COMPLAIN(l, "param '%s' is not used", name.p);
		else if (!scan_default(r->sql, name, &literal, &differ))
			COMPLAIN(l, "no coalesce(:%s, literal)", name.p);
		else if (differ)
			COMPLAIN(l, "coalesce(:%s, ...) has different defaults", name.p);
		if (scan_bare(r->sql, name))
			COMPLAIN(l, ":%s stands without its default", name.p);
	}
	for (size_t i = 0; i < shape->params.n; i++)
		if (!rule_param(r, span_of(shape->params.v[i])))
			COMPLAIN(l, ":%s is no param", shape->params.v[i]);
}

static void lint_placeholders(struct lint *l, const struct rule_shape *shape, const char *key,
                              const char *text)
{
	struct span rest = span_of(text), before;
	struct placeholder p;

	while (placeholder_next(&rest, &before, &p)) {
		if (p.param ? !rule_param(l->rule, p.name) : !has_word(&shape->columns, p.name))
			COMPLAIN(l, "%s: there is no {%s%.*s}", key, p.param ? ":" : "",
			         (int)p.name.n, p.name.p);
		if (placeholder_unit_twice(&p, rest))
			COMPLAIN(l, "%s: {%s%.*s} brings its unit along: write no other behind it",
			         key, p.param ? ":" : "", (int)p.name.n, p.name.p);
	}
}

/* ORDER BY outside of all parentheses: the order of the report. */
static bool is_ordered(struct span sql)
{
	struct scan_token t, before = {.type = SCAN_SIGN};
	int depth = 0;

	for (; scan_next(&sql, &t); before = t) {
		if (t.type == SCAN_SIGN)
			depth += (*t.text.p == '(') - (*t.text.p == ')');
		if (depth == 0 && scan_is(&before, "order") && scan_is(&t, "by"))
			return true;
	}
	return false;
}

static bool says_level(struct span sql)
{
	struct scan_token t;
	enum level level;

	while (scan_next(&sql, &t))
		if (t.type == SCAN_STRING && level_parse(t.text, &level) && level >= LEVEL_INFO &&
		    level <= LEVEL_CRIT)
			return true;
	return false;
}

static void lint_statement(struct lint *l)
{
	const struct rule *r = l->rule;
	struct rule_shape shape;
	struct err e = {0};

	if (rule_prepare(l->box, r, l->arena, &shape, &e) != 0) {
		complain(l, arena_text(l->arena, span_of(e.text)));
		return;
	}
	if (!has_word(&shape.columns, SPAN("level")) || !has_word(&shape.columns, SPAN("entity")))
		COMPLAIN(l, "the columns level and entity are needed");
	if (!is_ordered(r->sql))
		COMPLAIN(l, "no ORDER BY: the report would not be the same twice");
	if (!says_level(r->sql))
		COMPLAIN(l, "no 'info', 'warn' or 'crit': it can never fire");
	if (scan_too_new(r->sql))
		COMPLAIN(l, "not in SQLite 3.28: %s", scan_too_new(r->sql));
	lint_params(l, &shape);
	lint_placeholders(l, &shape, "message", r->message);
	lint_placeholders(l, &shape, "meaning", r->meaning);
	lint_placeholders(l, &shape, "remedy", r->remedy);
	lint_placeholders(l, &shape, "verify", r->verify);
	lint_placeholders(l, &shape, "but", r->but);
}

static void lint_time(struct lint *l)
{
	struct timespec from, to;
	struct rule_rows rows;
	struct err e = {0};
	int64_t ns;
	int rc;

	(void)clock_gettime(CLOCK_MONOTONIC, &from);
	rc = l->entry->built_in ? rule_query(l->box, l->rule, NULL, 0, l->arena, &rows, &e)
	                        : rule_query_apart(l->box, l->rule, NULL, 0, l->arena, &rows, &e);
	if (rc != 0)
		complain(l, arena_text(l->arena, span_of(e.text)));
	(void)clock_gettime(CLOCK_MONOTONIC, &to);
	ns = (int64_t)(to.tv_sec - from.tv_sec) * NS_PER_S + to.tv_nsec - from.tv_nsec;
	if (ns > SLOW_NS)
		COMPLAIN(l, "took %lld ms on a busy host", (long long)(ns / NS_PER_MS));
}

/* ---- the cases ---- */

struct coverage {
	bool fires, quiet, not_evaluated;
	bool counts, falls; /* a counter of a source that the rule requires; one that starts anew */
};

/* As the store sees it: a fall that is no wrap (series.c). */
static bool is_reset(enum kind kind, int64_t before, int64_t after)
{
	bool wrap = kind == KIND_COUNTER32 && before <= UINT32_MAX &&
	            before - after > UINT32_MAX - (int64_t)INT32_MAX;

	return after < before && !wrap;
}

static bool starts_anew(const struct case_series *s)
{
	const struct cell *before = NULL;

	for (size_t i = 0; i < s->n; i++) {
		const struct cell *v = &s->values[i];

		if (v->type != CELL_INT)
			continue;
		if (before && is_reset(s->kind, before->v.i, v->v.i))
			return true;
		before = v;
	}
	return false;
}

static void cover_series(struct coverage *c, const struct rule *r, const struct case_series *s)
{
	if (s->kind != KIND_COUNTER && s->kind != KIND_COUNTER32)
		return;
	for (size_t i = 0; i < r->requires.n; i++)
		if (strcmp(r->requires.v[i].source, s->source) == 0) {
			c->counts = true;
			c->falls |= starts_anew(s);
		}
}

static void cover(struct coverage *c, const struct case_expect *x)
{
	switch (x->type) {
	case EXPECT_ROW:
		c->quiet |= x->level == LEVEL_OK;
		c->fires |= x->level >= LEVEL_INFO && x->level <= LEVEL_CRIT;
		break;
	case EXPECT_NO_LEVEL:
		c->quiet = true;
		break;
	case EXPECT_NOT_EVALUATED:
		c->not_evaluated = true;
		break;
	case EXPECT_TEXT:
	case EXPECT_NOT_APPLICABLE:
		break;
	}
}

/* A rule on what every bundle has, or on what is lacking, can always judge. */
static bool can_lack_evidence(const struct rule *r)
{
	for (size_t i = 0; i < r->requires.n; i++)
		if (r->requires.v[i].captures > 0 && !always_there(r->requires.v[i].source))
			return true;
	return r->min_span_ns > 0;
}

static void lint_cases(struct lint *l, const char *dir)
{
	const char *path = arena_fmt(l->arena, "%s/%s.test", dir, l->entry->name);
	struct err e = {0};
	struct span text = rule_file_plain(path, TEST_FILE_MAX, l->arena, &e);
	struct coverage c = {0};
	struct rule_cases cases;

	if (!text.p || rule_cases_read(&cases, path, text, l->arena, &e) != 0) {
		complain(l, arena_text(l->arena, span_of(e.text)));
		return;
	}
	for (size_t i = 0; i < cases.n; i++) {
		for (size_t k = 0; k < cases.v[i].expects_n; k++)
			cover(&c, &cases.v[i].expects[k]);
		for (size_t k = 0; k < cases.v[i].series_n; k++)
			cover_series(&c, l->rule, &cases.v[i].series[k]);
	}
	if (!c.fires)
		COMPLAIN(l, "%s: no case in which it fires", path);
	if (!c.quiet)
		COMPLAIN(l, "%s: no case in which it stays quiet", path);
	if (!c.not_evaluated && can_lack_evidence(l->rule))
		COMPLAIN(l, "%s: no case in which it is not evaluated", path);
	if (c.counts && !c.falls)
		COMPLAIN(l, "%s: no case in which a counter starts anew inside the window", path);
}

/* ---- all of it ---- */

static bool lint_rule(struct lint *l, const char *dir, FILE *out)
{
	if (l->entry->broken) {
		complain(l, l->entry->broken);
	} else {
		lint_text(l);
		lint_sources(l);
		lint_globs(l, "after", &l->rule->after);
		lint_globs(l, "explains", &l->rule->explains);
		lint_options(l, l->rule->meaning);
		lint_options(l, l->rule->remedy);
		lint_options(l, l->rule->verify);
		lint_options(l, l->rule->but);
		lint_present(l);
		lint_commands(l, "remedy", l->rule->remedy);
		lint_commands(l, "verify", l->rule->verify);
		lint_statement(l);
		if (!l->n)
			lint_time(l);
	}
	lint_cases(l, dir);
	(void)fprintf(out, "%s - lint-rules %s\n", l->n ? "not ok" : "ok", l->entry->name);
	for (size_t i = 0; i < l->n; i++) {
		(void)fputs("#   ", out);
		escape_print(out, l->complaints[i]);
		(void)fputc('\n', out);
	}
	return !l->n;
}

static int lint_all(const struct rule_set *set, const struct rule_set *known, struct store *busy,
                    const char *dir, FILE *out, struct err *e)
{
	struct rule_box *box = rule_box_open(store_db(busy), e);
	int bad = 0;

	for (size_t i = 0; i < set->n && box; i++) {
		struct arena a = {0};
		struct lint l = {.entry = set->v[i],
		                 .rule = &set->v[i]->rule,
		                 .known = known,
		                 .arena = &a,
		                 .box = box};

		bad += !lint_rule(&l, dir, out);
		arena_free(&a);
	}
	rule_box_close(box);
	(void)fprintf(out, "1..%zu\n", set->n);
	return box ? bad : -1;
}

static int load(struct rule_set *set, struct rule_set *known, const char *dir, struct arena *a,
                struct err *e)
{
	rule_set_add_built_in(known, a);
	if (!dir) {
		*set = *known;
		return set->n ? 0 : err_set(e, 0, "no rule is built in");
	}
	if (rule_set_add_dir(set, dir, a, e) != 0)
		return -1;
	for (size_t i = 0; i < set->n; i++) {
		known->v = arena_more(a, known->v, known->n, sizeof(struct rule_entry *));
		known->v[known->n++] = set->v[i];
	}
	return 0;
}

int rules_lint(const char *dir, FILE *out, struct err *e)
{
	struct arena a = {0};
	struct rule_set set = {0}, known = {0}, order;
	struct store *busy = NULL;
	int rc = load(&set, &known, dir, &a, e);

	if (rc == 0) {
		order = (struct rule_set){arena_array(&a, set.n, sizeof(struct rule_entry *)),
		                          set.n};
		memcpy(order.v, set.v, set.n * sizeof(struct rule_entry *));
		rc = rule_set_order(&order, &a, e);
	}
	if (rc == 0)
		busy = rule_busy_store(&a, e);
	rc = busy ? lint_all(&set, &known, busy, dir ? dir : "rules", out, e) : -1;
	store_close(busy);
	arena_free(&a);
	return rc;
}
