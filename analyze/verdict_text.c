#include "analyze/verdict_text.h"

#include <string.h>

#include "analyze/wording.h"
#include "schema/buf.h"

#define TEXT_BYTES    4096
#define LABEL_COLUMNS 9  /* "VERDICT  " */
#define FOOT_COLUMNS  15 /* "NOT EVALUATED  " */
#define BLOCK_INDENT  4
#define BLOCK_HANG    14
#define RULE_COLUMNS  38 /* of a rule's id that still sets the column of titles */
#define FEW           3  /* rules that all get a block */
#define BLOCKS_MOST   2  /* when there are more */
#define LINES_MOST    7  /* rules with a line each behind the blocks */

static void put_counts(const struct layout *l, const struct report *r)
{
	enum level worst = wording_level(r);
	const char *word = wording_word(worst);
	char text[TEXT_BYTES];
	struct buf b = BUF_OVER(text);
	size_t at = LABEL_COLUMNS + strlen(word);

	wording_findings(r, &b);
	if (b.n)
		buf_str(&b, ";");
	layout_paint(l, PAINT_HEAD, "VERDICT");
	(void)fputs("  ", l->out);
	layout_paint(l, (enum paint)((int)PAINT_LEVEL + (int)worst), word);
	if (b.n)
		buf_char(&b, ' ');
	wording_rules(r, &b);
	layout_more(l, at, at + 2 < l->style->width / 3 ? at + 2 : LABEL_COLUMNS, buf_span(&b));
}

/* The sentence that the report brought along. */
static void put_ready(const struct layout *l, const struct report *r)
{
	size_t at = LABEL_COLUMNS + strlen(layout_mark(r->worst));

	layout_paint(l, PAINT_HEAD, "VERDICT");
	(void)fputs("  ", l->out);
	layout_put_mark(l, r->worst);
	layout_more(l, at, at + 1, span_of(r->verdict));
}

/* `label` in the colour of headings, then text, on few lines; nothing for an empty one. */
static void put_foot(const struct layout *l, const char *label, const struct buf *b)
{
	if (b->n)
		layout_most(l, 0, label, FOOT_COLUMNS, buf_span(b), 3);
}

/* "[C] RULE  title (confidence high)" */
static void put_head(const struct layout *l, const struct finding *f, size_t n)
{
	size_t at = strlen(layout_mark(f->level)) + 1 + strlen(f->rule);
	char text[512];
	struct buf b = BUF_OVER(text);

	layout_put_mark(l, f->level);
	(void)fputc(' ', l->out);
	layout_paint(l, PAINT_HEAD, f->rule);
	buf_str(&b, f->title);
	if (f->votes > 0)
		buf_fmt(&b, " (%s)", wording_confidence(f->votes));
	wording_standing(f, n, &b);
	layout_more(l, at, at + 2 < l->style->width / 2 ? at + 2 : BLOCK_INDENT, buf_span(&b));
}

static void put_advice(const struct layout *l, const char *label, const char *advice)
{
	struct span prose, command;

	wording_advice(advice, &prose, &command);
	layout_most(l, BLOCK_INDENT, label, BLOCK_HANG, prose, 2);
	layout_most(l, BLOCK_HANG + 2, "", BLOCK_HANG + 2, command, 2);
}

/* The group of n findings at i, the worst of them in full. */
static void put_block(const struct layout *l, const struct report *r, size_t i, size_t n)
{
	const struct finding *f = &r->findings[i];
	char text[TEXT_BYTES];
	struct buf message = BUF_OVER(text), b;

	put_head(l, f, n);
	wording_message(f, &message);
	layout_most(l, BLOCK_INDENT, "", BLOCK_INDENT, buf_span(&message), 2);
	b = BUF_OVER(text);
	for (size_t k = 1; k < n; k++)
		buf_fmt(&b, "%s%s", k > 1 ? ", " : "", f[k].entity);
	layout_most(l, BLOCK_INDENT, "and on", BLOCK_HANG, buf_span(&b), 1);
	b = BUF_OVER(text);
	wording_explains(r, i, n, &b);
	layout_most(l, BLOCK_INDENT, "explains", BLOCK_HANG, buf_span(&b), 1);
	put_advice(l, "do:", f->remedy);
	put_advice(l, "verify:", f->verify);
}

/* The groups behind the first `skip` ones on a line each: so many columns for their ids. */
static size_t rule_columns(const struct report *r, size_t skip)
{
	size_t widest = 0, group = 0;

	for (size_t i = 0, n; i < r->findings_n; i += n) {
		size_t columns = strlen(r->findings[i].rule);

		n = wording_group(r, i);
		group += n > 0;
		if (n && group > skip && columns > widest && columns <= RULE_COLUMNS)
			widest = columns;
		n += n == 0;
	}
	return widest;
}

static void put_line(const struct layout *l, const struct finding *f, size_t n, size_t columns)
{
	char text[512];
	struct buf b = BUF_OVER(text);
	size_t at = strlen(layout_mark(f->level)) + 1 + columns;

	layout_put_mark(l, f->level);
	if (at + 24 > l->style->width)
		columns = 0;
	buf_fmt(&b, "%-*s  %s", (int)columns, f->rule, f->title);
	wording_standing(f, n, &b);
	/* the mark stands there already: what follows is one line of its own */
	(void)fputc(' ', l->out);
	layout_line(l, strlen(layout_mark(f->level)) + 1, buf_span(&b));
}

static size_t count_groups(const struct report *r)
{
	size_t groups = 0;

	for (size_t i = 0, n; i < r->findings_n; i += n ? n : 1) {
		n = wording_group(r, i);
		groups += n > 0;
	}
	return groups;
}

static void put_groups(const struct layout *l, const struct report *r)
{
	size_t groups = count_groups(r), at = 0;
	size_t blocks = groups <= FEW ? groups : BLOCKS_MOST;
	size_t columns = rule_columns(r, blocks);

	for (size_t i = 0, n; i < r->findings_n && at < blocks + LINES_MOST; i += n ? n : 1) {
		n = wording_group(r, i);
		if (n == 0)
			continue;
		if (at < blocks)
			put_block(l, r, i, n);
		else
			put_line(l, &r->findings[i], n, columns);
		at++;
	}
	if (groups > at) {
		char text[64];
		struct buf b = BUF_OVER(text);

		buf_fmt(&b, "and %zu more rule%s below", groups - at, groups - at == 1 ? "" : "s");
		layout_text(l, BLOCK_INDENT, "", BLOCK_INDENT, buf_span(&b));
	}
}

void verdict_text(const struct layout *l, const struct report *r)
{
	char text[TEXT_BYTES];
	struct buf b = BUF_OVER(text);

	if (r->verdict) {
		put_ready(l, r);
		return;
	}
	put_counts(l, r);
	put_groups(l, r);
	wording_clean(r, &b);
	put_foot(l, "CLEAN", &b);
	b = BUF_OVER(text);
	wording_open(r, &b);
	put_foot(l, "NOT EVALUATED", &b);
}
