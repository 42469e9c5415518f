/* --test-rules: the cases beside the rules, as TAP. */
#include <string.h>

#include "analyze/escape.h"
#include "analyze/rule_case.h"
#include "analyze/rule_run.h"
#include "analyze/rule_value.h"
#include "analyze/rules.h"
#include "analyze/store.h"

#define TEST_FILE_MAX ((size_t)1024 * 1024)

struct judgement {
	const struct rule_entry *entry;
	const struct rule_case *c;
	struct rule_outcome outcome;
	struct runner *run;
	struct arena *arena;
	const char *why; /* the first that is not as expected, or NULL */
};

static const char *const outcome_names[OUTCOME_COUNT] = {
	[OUTCOME_FINDINGS] = "findings",
	[OUTCOME_OK] = "ok",
	[OUTCOME_NOT_EVALUATED] = "not evaluated",
	[OUTCOME_NOT_APPLICABLE] = "not applicable",
	[OUTCOME_ERROR] = "error",
	[OUTCOME_OFF] = "off",
};

#define COMPLAIN(j, x, ...) complain((j), (x)->line, arena_fmt((j)->arena, __VA_ARGS__))

static void complain(struct judgement *j, size_t line, const char *why)
{
	if (!j->why)
		j->why = arena_fmt(j->arena, "line %zu: %s", line, why);
}

static const struct rule_row *row_of(const struct judgement *j, const char *entity)
{
	for (size_t i = 0; i < j->outcome.rows.n; i++)
		if (strcmp(j->outcome.rows.v[i].entity, entity) == 0)
			return &j->outcome.rows.v[i];
	return NULL;
}

/* What there is instead: "ok cpu0, warn cpu1", or why there is nothing. */
static const char *what_there_is(const struct judgement *j)
{
	const struct rule_result *res = &j->outcome.result;
	char text[300];
	struct buf b = BUF_OVER(text);

	buf_str(&b, outcome_names[res->outcome]);
	if (*res->why) {
		buf_str(&b, " (");
		buf_str(&b, res->why);
		buf_str(&b, ")");
	}
	for (size_t i = 0; i < j->outcome.rows.n && !b.cut; i++)
		buf_fmt(&b, "%s%s %s", i ? ", " : ": ", level_name(j->outcome.rows.v[i].level),
		        j->outcome.rows.v[i].entity);
	return arena_text(j->arena, buf_span(&b));
}

static struct cell snap_cell(int64_t snap)
{
	return (struct cell){.type = snap < 0 ? CELL_EMPTY : CELL_INT, .v.i = snap};
}

static bool column_of(const struct judgement *j, const struct rule_row *row, const char *name,
                      struct cell *v)
{
	for (size_t i = 0; i < j->outcome.rows.evidence_n; i++)
		if (strcmp(row->evidence[i].name, name) == 0) {
			*v = row->evidence[i].value;
			return true;
		}
	if (strcmp(name, "at") == 0)
		*v = snap_cell(row->at);
	else if (strcmp(name, "first_at") == 0)
		*v = snap_cell(row->first_at);
	else if (strcmp(name, "last_at") == 0)
		*v = snap_cell(row->last_at);
	else if (strcmp(name, "votes") == 0)
		*v = (struct cell){.type = CELL_INT, .v.i = row->votes};
	else if (strcmp(name, "explains_entity") == 0)
		*v = row->explains_entity
		             ? (struct cell){.type = CELL_TEXT, .v.text = row->explains_entity}
		             : (struct cell){0};
	else
		return false;
	return true;
}

/* A column's text may look like a number in the case: compare what both would print. */
static bool same(const struct cell *want, const struct cell *got)
{
	char a[64], b[4096];
	struct buf x = BUF_OVER(a), y = BUF_OVER(b);

	if (got->type != CELL_TEXT || want->type == CELL_TEXT || want->type == CELL_EMPTY)
		return value_same(want, got);
	value_put(&x, want);
	value_put(&y, got);
	return span_eq(buf_span(&x), buf_span(&y));
}

static void check_columns(struct judgement *j, const struct case_expect *x,
                          const struct rule_row *row)
{
	for (size_t i = 0; i < x->n; i++) {
		char want[200], got[200];
		struct buf w = BUF_OVER(want), g = BUF_OVER(got);
		struct cell v = {0};

		if (!column_of(j, row, x->columns[i].name, &v)) {
			COMPLAIN(j, x, "there is no column %s", x->columns[i].name);
			return;
		}
		if (same(&x->columns[i].value, &v))
			continue;
		value_put(&w, &x->columns[i].value);
		value_put(&g, &v);
		COMPLAIN(j, x, "%s: %s is %s, expected %s", row->entity, x->columns[i].name,
		         buf_cstr(&g), buf_cstr(&w));
	}
}

static void check_row(struct judgement *j, const struct case_expect *x)
{
	const struct rule_row *row = row_of(j, x->entity);

	if (!row)
		COMPLAIN(j, x, "no row of '%s' but %s", x->entity, what_there_is(j));
	else if (row->level != x->level)
		COMPLAIN(j, x, "'%s' is %s, expected %s", x->entity, level_name(row->level),
		         level_name(x->level));
	else
		check_columns(j, x, row);
}

static void check_text(struct judgement *j, const struct case_expect *x)
{
	const struct rule *r = &j->entry->rule;
	const struct rule_row *row = row_of(j, x->entity);
	const char *text = strcmp(x->what, "message") == 0  ? r->message
	                   : strcmp(x->what, "remedy") == 0 ? r->remedy
	                   : strcmp(x->what, "verify") == 0 ? r->verify
	                                                    : r->meaning;

	if (!row) {
		COMPLAIN(j, x, "no row of '%s' but %s", x->entity, what_there_is(j));
		return;
	}
	text = runner_text(j->run, r, &j->outcome.rows, row, text);
	if (!strstr(text, x->text))
		COMPLAIN(j, x, "%s is \"%s\"", x->what, text);
	else if (strstr(text, "\\n") && !strstr(x->text, "\\n"))
		COMPLAIN(j, x, "%s: a value has a line end: \"%s\"", x->what, text);
}

static void check_no_level(struct judgement *j, const struct case_expect *x)
{
	for (size_t i = 0; i < j->outcome.rows.n; i++)
		if (j->outcome.rows.v[i].level == x->level)
			COMPLAIN(j, x, "'%s' is %s", j->outcome.rows.v[i].entity,
			         level_name(x->level));
}

static void check_outcome(struct judgement *j, const struct case_expect *x, enum outcome wanted)
{
	const struct rule_result *res = &j->outcome.result;

	if (res->outcome != wanted)
		COMPLAIN(j, x, "expected %s, there is %s", outcome_names[wanted], what_there_is(j));
	else if (!strstr(res->why, x->text))
		COMPLAIN(j, x, "the reason is \"%s\"", res->why);
}

static void check(struct judgement *j, const struct case_expect *x)
{
	switch (x->type) {
	case EXPECT_ROW:
		check_row(j, x);
		break;
	case EXPECT_TEXT:
		check_text(j, x);
		break;
	case EXPECT_NO_LEVEL:
		check_no_level(j, x);
		break;
	case EXPECT_NOT_EVALUATED:
		check_outcome(j, x, OUTCOME_NOT_EVALUATED);
		break;
	case EXPECT_NOT_APPLICABLE:
		check_outcome(j, x, OUTCOME_NOT_APPLICABLE);
		break;
	}
}

static int case_site(const struct judgement *j, struct site *site, struct err *e)
{
	struct rule_entry *entry = arena_take(j->arena, sizeof(*entry));
	struct rule_set one = {.v = &entry, .n = 1};

	*entry = *j->entry;
	for (size_t i = 0; i < j->c->sets_n; i++) {
		const char *text = arena_fmt(j->arena, "%s.%s=%s", entry->rule.id,
		                             j->c->sets[i].name, j->c->sets[i].value.v.text);

		if (site_set(site, text, &one, j->arena, e) != 0)
			return -1;
	}
	return 0;
}

static void judge(struct judgement *j, struct store *s, struct err *e)
{
	struct site site = {0};

	if (case_site(j, &site, e) != 0)
		return;
	j->run = runner_open(store_db(s), &site, j->arena, e);
	if (!j->run)
		return;
	runner_trust_no_file(j->run);
	if (runner_run(j->run, j->entry, &j->outcome, e) == 0) {
		if (j->outcome.result.outcome == OUTCOME_ERROR)
			j->why = j->outcome.result.why;
		for (size_t i = 0; i < j->c->expects_n; i++)
			check(j, &j->c->expects[i]);
	}
	runner_close(j->run);
}

/* why: of one that is not ok. */
static void put_result(FILE *out, bool ok, const struct rule_entry *entry, const char *name,
                       const char *why)
{
	(void)fprintf(out, "%s - rules %s: ", ok ? "ok" : "not ok", entry->rule.id);
	escape_print(out, name);
	(void)fputc('\n', out);
	if (ok)
		return;
	(void)fputs("#   ", out);
	escape_print(out, why);
	(void)fputc('\n', out);
}

static bool passes(const struct rule_entry *entry, const struct rule_case *c, FILE *out)
{
	struct arena a = {0};
	struct judgement j = {.entry = entry, .c = c, .arena = &a};
	struct err e = {0};
	struct store *s = rule_case_store(c, &a, &e);
	bool ok;

	if (s)
		judge(&j, s, &e);
	store_close(s);
	if (e.text[0])
		j.why = e.text;
	ok = !j.why;
	put_result(out, ok, entry, c->name, j.why);
	arena_free(&a);
	return ok;
}

/* The file beside the rule: DIR/AREA/NAME.test. */
static int test_rule(const struct rule_entry *entry, const char *dir, FILE *out, size_t *tests)
{
	struct arena a = {0};
	struct err e = {0};
	const char *path = arena_fmt(&a, "%s/%s.test", dir, entry->rule.id);
	struct span text = rule_file_plain(path, TEST_FILE_MAX, &a, &e);
	struct rule_cases cases = {0};
	bool read = text.p && rule_cases_read(&cases, path, text, &a, &e) == 0;
	int failed = 0;

	if (!read) {
		put_result(out, false, entry, "its cases can be read", e.text);
		failed++;
	}
	for (size_t i = 0; i < cases.n && read; i++)
		failed += !passes(entry, &cases.v[i], out);
	*tests += read ? cases.n : 1;
	arena_free(&a);
	return failed;
}

static int load(struct rule_set *set, const char *dir, struct arena *a, struct err *e)
{
	if (dir)
		return rule_set_add_dir(set, dir, a, e);
	rule_set_add_built_in(set, a);
	return 0;
}

int rules_test(const char *dir, FILE *out, struct err *e)
{
	struct arena a = {0};
	struct rule_set set = {0};
	size_t tests = 0;
	int failed = 0;

	if (load(&set, dir, &a, e) == 0)
		for (size_t i = 0; i < set.n; i++)
			failed += test_rule(set.v[i], dir ? dir : "rules", out, &tests);
	(void)fprintf(out, "1..%zu\n", tests);
	arena_free(&a);
	if (!e->text[0] && !tests)
		return err_set(e, 0, "no rule to test");
	return e->text[0] ? -1 : failed;
}
