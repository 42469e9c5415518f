/* A .test file: its cases, and what each expects. */
#include "analyze/rule_case_impl.h"

#include "analyze/rule_line.h"
#include "analyze/rule_value.h"
#include "schema/timefmt.h"

int case_fail(struct case_reader *rd, const char *why)
{
	return err_set(rd->err, 0, "%s:%zu: %s", rd->path, rd->line, why);
}

int case_word(struct case_reader *rd, struct span *rest, struct span *word, const char *what)
{
	return line_word(rest, rd->arena, word) ? 0 : FAIL(rd, "%s is missing", what);
}

struct span case_entity(struct span word)
{
	return span_eq(word, SPAN("-")) ? SPAN("") : word;
}

/* ---- what is expected ---- */

static int read_columns(struct case_reader *rd, struct span rest, struct case_expect *x)
{
	struct span value, name;

	while (line_word(&rest, rd->arena, &value)) {
		struct case_pair *p = PUSH(rd, x->columns, x->n);

		if (!span_cut(&value, '=', &name))
			return FAIL(rd, "'%s' is no column=value", value.p);
		p->name = arena_text(rd->arena, name);
		if (!span_eq(value, SPAN("_")))
			p->value = value_read(value, rd->arena);
	}
	return 0;
}

/* message ENTITY ~ TEXT */
static int read_text(struct case_reader *rd, struct span rest, struct case_expect *x)
{
	struct span entity, tilde, text;

	x->type = EXPECT_TEXT;
	if (!line_word(&rest, rd->arena, &entity) || !line_word(&rest, rd->arena, &tilde) ||
	    !span_eq(tilde, SPAN("~")) || !line_word(&rest, rd->arena, &text))
		return FAIL(rd, "expect %s ENTITY ~ \"text\"", x->what);
	x->entity = case_entity(entity).p;
	x->text = text.p;
	return 0;
}

static int read_level(struct case_reader *rd, struct span *rest, struct case_expect *x)
{
	struct span word;

	if (!line_word(rest, rd->arena, &word) || !level_parse(word, &x->level))
		return FAIL(rd, "expect no LEVEL");
	x->type = EXPECT_NO_LEVEL;
	return 0;
}

static int read_expect(struct case_reader *rd, struct span rest)
{
	struct case_expect *x = PUSH(rd, rd->now->expects, rd->now->expects_n);
	struct span word, entity;

	x->line = rd->line;
	x->text = "";
	if (case_word(rd, &rest, &word, "what") != 0)
		return -1;
	x->what = word.p;
	if (span_eq(word, SPAN("message")) || span_eq(word, SPAN("remedy")) ||
	    span_eq(word, SPAN("verify")) || span_eq(word, SPAN("meaning")))
		return read_text(rd, rest, x);
	if (span_eq(word, SPAN("no")))
		return read_level(rd, &rest, x);
	if (span_eq(word, SPAN("not-applicable")) || span_eq(word, SPAN("not-evaluated"))) {
		x->type = span_eq(word, SPAN("not-applicable")) ? EXPECT_NOT_APPLICABLE
		                                                : EXPECT_NOT_EVALUATED;
		if (line_word(&rest, rd->arena, &word))
			x->text = word.p;
		return 0;
	}
	if (!level_parse(word, &x->level))
		return FAIL(rd, "cannot expect '%s'", word.p);
	if (case_word(rd, &rest, &entity, "the entity") != 0)
		return -1;
	x->entity = case_entity(entity).p;
	return read_columns(rd, rest, x);
}

/* ---- lines and cases ---- */

static int end_case(struct case_reader *rd)
{
	struct rule_case *c = rd->now;

	if (!c)
		return 0;
	if (!c->expects_n)
		return FAIL(rd, "the case before expects nothing");
	if (!c->snapshots)
		case_count_snapshots(rd);
	rd->now = NULL;
	return 0;
}

static int begin_case(struct case_reader *rd, struct span name)
{
	size_t comment = span_search(name, SPAN("  #"));
	struct rule_case *c;

	if (end_case(rd) != 0)
		return -1;
	c = PUSH(rd, rd->cases->v, rd->cases->n);
	c->name = arena_text(rd->arena, span_trim(span_sub(name, 0, comment)));
	c->line = rd->line;
	c->every_ns = NS_PER_S;
	rd->now = c;
	return *c->name ? 0 : FAIL(rd, "a case needs a name");
}

static int read_line(struct case_reader *rd, struct span line)
{
	bool indented = line.n && (*line.p == ' ' || *line.p == '\t');
	struct span rest = line, word;

	if (!line_word(&rest, rd->arena, &word))
		return 0;
	if (span_eq(word, SPAN("case")) && !indented)
		return begin_case(rd, rest);
	if (!rd->now || !indented)
		return FAIL(rd, "'case NAME' was expected; what belongs to it stands indented");
	return span_eq(word, SPAN("expect")) ? read_expect(rd, rest)
	                                     : case_window_line(rd, word, rest);
}

int rule_cases_read(struct rule_cases *c, const char *path, struct span text, struct arena *a,
                    struct err *e)
{
	struct case_reader rd = {.path = path, .cases = c, .arena = a, .err = e};
	struct span line;

	*c = (struct rule_cases){0};
	while (span_line(&text, &line)) {
		rd.line++;
		if (read_line(&rd, line) != 0)
			return -1;
	}
	if (end_case(&rd) != 0)
		return -1;
	return c->n ? 0 : err_set(e, 0, "%s: no case in it", path);
}
