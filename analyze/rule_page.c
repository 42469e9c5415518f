#include "analyze/rule_page.h"

#include <stdlib.h>
#include <string.h>

#include "analyze/escape.h"
#include "analyze/recorded.h"
#include "analyze/rule_scan.h"
#include "analyze/table.h"
#include "schema/timefmt.h"

#define TEXT_BYTES    4096
#define INDENT        2
#define LABEL_COLUMNS 14
#define FILES_MOST    3 /* of a source, named */

void rule_levels_put(const struct rule *r, struct buf *b)
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

static void put_head(const struct layout *l, const char *head)
{
	(void)fputc('\n', l->out);
	layout_paint(l, PAINT_HEAD, head);
	(void)fputc('\n', l->out);
}

/* A heading and a text below it; nothing for an empty one. */
static void put_text(const struct layout *l, const char *head, const char *text)
{
	if (!*text)
		return;
	put_head(l, head);
	layout_text(l, INDENT, "", INDENT, span_of(text));
}

static bool is_name(struct span s)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz0123456789_:";

	for (size_t i = 0; i < s.n; i++)
		if (!memchr(letters, s.p[i], sizeof(letters) - 1))
			return false;
	return s.n > 0;
}

/* What a report fills in: "{frag_fails}" and "{_role}" are "<frag fails>" and "<role>" here,
 * "{:limit}" its value. */
static void put_place(struct buf *b, const struct rule *r, struct span name)
{
	const struct rule_param *p;
	struct span raw = {0};

	if (span_skip(&name, SPAN(":"))) {
		(void)span_cut(&name, ':', &raw); /* "{:bytes:raw}" */
		p = rule_param(r, raw.n ? raw : name);
		buf_str(b, p && p->value ? p->value : "?");
		return;
	}
	(void)span_skip(&name, SPAN("_"));
	buf_char(b, '<');
	for (struct span word; span_cut(&name, '_', &word); buf_char(b, ' '))
		buf_put(b, word);
	buf_put(b, name);
	buf_char(b, '>');
}

/* A text with such places; one that is too long stays as it is written. */
static void put_filled(const struct layout *l, const struct rule *r, const char *head,
                       const char *text)
{
	char filled[TEXT_BYTES];
	struct buf b = BUF_OVER(filled);
	struct span rest = span_of(text), before, place, behind;

	while (rest.n) {
		behind = rest;
		if (!span_cut(&behind, '{', &before)) {
			buf_put(&b, rest);
			break;
		}
		buf_put(&b, before);
		rest = behind;
		if (span_cut(&behind, '}', &place) && is_name(place)) {
			put_place(&b, r, place);
			rest = behind;
		} else {
			buf_char(&b, '{');
		}
	}
	put_text(l, head, b.cut ? text : buf_cstr(&b));
}

/* The same, of which each line is an entry of its own. */
static void put_lines(const struct layout *l, const char *head, const char *text)
{
	struct span rest = span_of(text), line;

	if (*text)
		put_head(l, head);
	while (span_line(&rest, &line))
		layout_text(l, INDENT, "", INDENT + 2, line);
}

static void put_row(const struct layout *l, const char *label, const struct buf *b)
{
	size_t hang = INDENT + LABEL_COLUMNS;

	if (strlen(label) + 2 > LABEL_COLUMNS)
		hang = INDENT + strlen(label) + 2;
	if (b->n)
		layout_text(l, INDENT, label, hang, buf_span(b));
}

static void put_words(const struct layout *l, const char *label, const struct rule_words *words)
{
	char text[TEXT_BYTES];
	struct buf b = BUF_OVER(text);

	for (size_t i = 0; i < words->n; i++)
		buf_fmt(&b, "%s%s", i ? ", " : "", words->v[i]);
	put_row(l, label, &b);
}

/* ---- what it looks at ---- */

/* "every 10 s", "at the first and the last tick", "once", "not by default". */
static void put_pace(const struct source *s, struct buf *b)
{
	static const char *const when[SOURCE_WHEN_COUNT] = {
		[SOURCE_ONCE] = "once",
		[SOURCE_ENDS] = "at the beginning and the end",
		[SOURCE_TICK] = "each tick",
		[SOURCE_EDGE] = "at the first and the last tick",
	};

	if (s->when == SOURCE_TICK && s->pace_s)
		buf_fmt(b, "every %u s", s->pace_s);
	else
		buf_str(b, when[s->when]);
	if (!s->on)
		buf_fmt(b, ", only with --include %s", s->id);
	else if (s->how == SOURCE_HTTP)
		buf_str(b, ", where linkerd's admin port answers (--metrics URL)");
	else if (s->how == SOURCE_TASK || s->how == SOURCE_GROUP)
		buf_str(b,
		        ", of watched processes (--pid, --comm, whoever listens on 4140 or 9990)");
}

/* "/proc/net/softnet_stat, each tick" */
static void put_files(const char *name, struct buf *b)
{
	const struct source *first = recorded_next(name, NULL);
	size_t n = 0;

	for (const struct source *x = first; x; x = recorded_next(name, x))
		if (n++ < FILES_MOST)
			buf_fmt(b, "%s%s", n > 1 ? ", " : "", x->what);
	if (n > FILES_MOST)
		buf_fmt(b, " and %zu more", n - FILES_MOST);
	if (!first)
		return;
	buf_str(b, "; ");
	put_pace(first, b);
}

static void put_needs(const struct layout *l, const struct rule_needs *needs, bool wanted)
{
	for (size_t i = 0; i < needs->n; i++) {
		const struct rule_need *need = &needs->v[i];
		char text[TEXT_BYTES];
		struct buf b = BUF_OVER(text);

		put_files(need->source, &b);
		buf_str(&b, b.n ? "; " : "");
		if (wanted)
			buf_str(&b, "judges without it, less surely");
		else
			buf_fmt(&b, "needs %lld capture%s of it", (long long)need->captures,
			        need->captures == 1 ? "" : "s");
		put_row(l, need->source, &b);
	}
}

static void put_evidence(const struct layout *l, const struct rule *r)
{
	char text[TEXT_BYTES];
	struct buf b = BUF_OVER(text);

	put_head(l, "WHAT IT LOOKS AT");
	put_needs(l, &r->requires, false);
	put_needs(l, &r->wants, true);
	if (r->min_span_ns) {
		duration_put(&b, r->min_span_ns);
		buf_str(&b, " of captures at least, else it is not evaluated (--short-window: all "
		            "the same)");
		put_row(l, "window", &b);
	}
	put_words(l, "applies to", &r->applies);
}

/* ---- how it judges ---- */

static void put_param(const struct layout *l, const struct rules *all, const struct rule *r,
                      const struct rule_param *p)
{
	const struct site_item *item = site_item(&all->site, r, p->name);
	char text[TEXT_BYTES], head[256];
	struct buf b = BUF_OVER(text), h = BUF_OVER(head);

	buf_fmt(&h, "%s = %s %s", p->name, p->value ? p->value : "?", p->unit);
	if (item)
		buf_fmt(&h, " (here %s, %s)", item->value, item->origin);
	buf_str(&b, p->about);
	layout_text(l, INDENT, "", INDENT + 4, buf_span(&h));
	layout_text(l, INDENT + 4, "", INDENT + 4, buf_span(&b));
}

static void put_judgement(const struct layout *l, const struct rules *all, const struct rule *r)
{
	char text[TEXT_BYTES];
	struct buf b = BUF_OVER(text);

	put_head(l, "HOW IT JUDGES");
	rule_levels_put(r, &b);
	put_row(l, "levels", &b);
	if (r->params_n == 0)
		return;
	b = BUF_OVER(text);
	buf_fmt(&b, "--set %s.%s=VALUE, or the line in a file for --site", r->id,
	        r->params[0].name);
	put_row(l, "to change", &b);
	for (size_t i = 0; i < r->params_n; i++)
		put_param(l, all, r, &r->params[i]);
}

/* ---- what it hangs together with ---- */

static void put_causes(const struct layout *l, const struct rules *all, const struct rule *r)
{
	char text[TEXT_BYTES];
	struct buf b = BUF_OVER(text);

	for (size_t i = 0; i < all->set.n; i++) {
		const struct rule *x = &all->set.v[i]->rule;

		if (!all->set.v[i]->broken && rule_words_match(&x->explains, r->id))
			buf_fmt(&b, "%s%s", b.n ? ", " : "", x->id);
	}
	if (!b.n && !r->explains.n)
		return;
	put_head(l, "CAUSES AND SYMPTOMS");
	put_words(l, "it explains", &r->explains);
	put_row(l, "explained by", &b);
}

/* ---- the statement ---- */

/* The length of the code of a line: up to "--" outside of a string. */
static size_t code_length(struct span line)
{
	bool quoted = false;

	for (size_t i = 0; i < line.n; i++) {
		quoted ^= line.p[i] == '\'';
		if (!quoted && span_starts(span_sub(line, i, 2), SPAN("--")))
			return i;
	}
	return line.n;
}

/* The last blank outside of a string up to column `most`, or the first behind it; else the end. */
static size_t break_at(struct span code, size_t lead, size_t most)
{
	bool quoted = false;
	size_t best = 0;

	for (size_t i = 0; i < code.n; i++) {
		quoted ^= code.p[i] == '\'';
		if (quoted || code.p[i] != ' ' || i < lead)
			continue;
		if (i > most)
			return best ? best : i;
		best = i;
	}
	return code.n <= most || !best ? code.n : best;
}

static size_t leading(struct span line)
{
	size_t n = 0;

	while (n < line.n && line.p[n] == ' ')
		n++;
	return n;
}

/* A comment keeps its mark on each of its lines. */
static void put_comment(const struct layout *l, size_t lead, struct span comment)
{
	char text[TEXT_BYTES];
	struct buf b = BUF_OVER(text);
	struct span word, rest = span_sub(comment, 2, comment.n);
	size_t at = lead + 2;

	while (span_word(&rest, &word)) {
		if (b.n && at + 1 + word.n > l->style->width) {
			(void)fprintf(l->out, "%*s--%s\n", (int)lead, "", buf_cstr(&b));
			b = BUF_OVER(text);
			at = lead + 2;
		}
		buf_char(&b, ' ');
		buf_put(&b, word);
		at += 1 + word.n;
	}
	(void)fprintf(l->out, "%*s--%s\n", (int)lead, "", buf_cstr(&b));
}

/* Folded where SQL may be: it can still be copied. */
static void put_sql_line(const struct layout *l, struct span line)
{
	size_t lead = leading(line), most = l->style->width, n = code_length(line);
	struct span code = span_sub(line, 0, n);

	while (n && line.p[n - 1] == ' ')
		n--; /* between code and comment */
	if (line.n <= most) {
		(void)fprintf(l->out, "%.*s\n", (int)line.n, line.p);
		return;
	}
	if (code.n < line.n)
		put_comment(l, lead, span_sub(line, code.n, line.n));
	code = span_sub(line, 0, n);
	while (span_trim(code).n) {
		n = break_at(code, leading(code), most);
		(void)fprintf(l->out, "%.*s\n", (int)n, code.p);
		code = span_trim(span_sub(code, n, code.n));
		if (code.n) {
			(void)fprintf(l->out, "%*s", (int)(lead + 4), "");
			most = l->style->width > lead + 4 ? l->style->width - lead - 4 : 1;
		}
	}
}

/* A stranger's may hold anything; to be freed. */
static struct span as_text(struct span line)
{
	struct buf b = {.p = must_alloc(4 * line.n + 1), .cap = 4 * line.n + 1};
	struct span part;

	for (bool more = true; more;) {
		more = span_cut(&line, '\t', &part);
		escape_put(&b, more ? part : line, true);
		if (more)
			buf_char(&b, '\t');
	}
	return buf_span(&b);
}

/* The statement without the header. */
static void put_sql(const struct layout *l, const struct rule *r)
{
	struct span sql = r->sql, rest = sql, line;
	char head[256];
	struct buf b = BUF_OVER(head);

	while (span_starts(rest, SPAN("--")) && span_line(&rest, &line))
		sql = rest;
	buf_fmt(&b, "SQL, %s", r->path);
	put_head(l, buf_cstr(&b));
	sql = span_trim(sql);
	while (span_line(&sql, &line)) {
		struct span shown = as_text(line);

		put_sql_line(l, shown);
		free((void *)(uintptr_t)shown.p);
	}
}

void rule_page_put(const struct layout *l, const struct rules *all, const struct rule *r)
{
	char text[256];
	struct buf b = BUF_OVER(text);

	layout_paint(l, PAINT_HEAD, r->id);
	layout_more(l, strlen(r->id), strlen(r->id) + 2, span_of(r->title));
	buf_fmt(&b, "version %lld", (long long)r->version);
	for (size_t i = 0; i < r->tags.n; i++)
		buf_fmt(&b, "%s%s", i ? " " : "; tags ", r->tags.v[i]);
	layout_text(l, INDENT, "", INDENT, buf_span(&b));
	put_filled(l, r, "WHAT IT SAYS", r->message);
	put_filled(l, r, "WHAT IT MEANS", r->meaning);
	put_filled(l, r, "WHAT TO DO", r->remedy);
	put_filled(l, r, "HOW TO VERIFY", r->verify);
	put_filled(l, r, "WHEN IT IS WRONG", r->but);
	put_causes(l, all, r);
	put_evidence(l, r);
	put_judgement(l, all, r);
	put_lines(l, "REFERENCES", r->see);
	put_sql(l, r);
}
