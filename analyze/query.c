#include "analyze/query.h"

#include <string.h>

#include "analyze/escape.h"
#include "analyze/json_text.h"
#include "analyze/progress.h"
#include "analyze/stmt.h"
#include "schema/buf.h"

/* What is not listed is refused: INSERT, ATTACH, PRAGMA, CREATE, BEGIN, ... */
static int only_reads(void *ctx, int action, const char *a, const char *b, const char *c,
                      const char *d)
{
	(void)ctx;
	(void)a;
	(void)c;
	(void)d;
	switch (action) {
	case SQLITE_SELECT:
	case SQLITE_READ:
	case SQLITE_RECURSIVE:
		return SQLITE_OK;
	case SQLITE_FUNCTION:
		return b && strcmp(b, "load_extension") == 0 ? SQLITE_DENY : SQLITE_OK;
	default:
		return SQLITE_DENY;
	}
}

/* Gives the text of a field piece by piece, escaped for a terminal. */
static void put_pieces(FILE *out, struct span s, void (*put)(FILE *out, struct span piece))
{
	while (s.n) {
		char text[1024];
		struct buf b = BUF_OVER(text);
		struct span head = span_sub(s, 0, sizeof(text) / 8);

		/* never cut a character in two */
		while (head.n < s.n && head.n && ((unsigned char)s.p[head.n] & 0xc0) == 0x80)
			head.n--;
		if (head.n == 0)
			head.n = 1;
		escape_put(&b, head, true);
		put(out, buf_span(&b));
		s = span_sub(s, head.n, s.n);
	}
}

/* Each of `special` gets `before` in front of it. */
static void put_marked(FILE *out, struct span s, const char *special, char before)
{
	for (size_t i = 0; i < s.n; i++) {
		if (strchr(special, s.p[i]))
			(void)fputc(before, out);
		(void)fputc(s.p[i], out);
	}
}

static void put_plain(FILE *out, struct span s)
{
	(void)fwrite(s.p, 1, s.n, out);
}

static void put_doubled(FILE *out, struct span s)
{
	put_marked(out, s, "\"", '"');
}

/* What would begin a cell, code, emphasis, a link or a tag. */
static void put_markdown(FILE *out, struct span s)
{
	put_marked(out, s, "\\|`*[<", '\\');
}

static void tabs_field(FILE *out, struct span s)
{
	put_pieces(out, s, put_plain);
}

/* RFC 4180: quoted where it holds a comma or a quote, or blanks at an end that some would trim. */
static void csv_field(FILE *out, struct span s)
{
	bool quoted = span_find(s, ',') < s.n || span_find(s, '"') < s.n || span_trim(s).n < s.n;

	(void)fputs(quoted ? "\"" : "", out);
	put_pieces(out, s, quoted ? put_doubled : put_plain);
	(void)fputs(quoted ? "\"" : "", out);
}

static void markdown_field(FILE *out, struct span s)
{
	put_pieces(out, s, put_markdown);
}

/* A form of lines: what stands around and between the fields, and how a field is written. */
struct lines {
	const char *before, *between, *after;
	void (*field)(FILE *out, struct span s);
};

static const struct lines tabs = {"", "\t", "\n", tabs_field};
static const struct lines csv = {"", ",", "\r\n", csv_field};
static const struct lines markdown = {"| ", " | ", " |\n", markdown_field};

static void lines_names(const struct lines *l, struct stmt *q, FILE *out)
{
	int n = sqlite3_column_count(q->s);

	(void)fputs(l->before, out);
	for (int i = 0; i < n; i++) {
		(void)fputs(i ? l->between : "", out);
		l->field(out, span_of(sqlite3_column_name(q->s, i)));
	}
	(void)fputs(l->after, out);
	if (l != &markdown)
		return;
	for (int i = 0; i < n; i++)
		(void)fputs(i ? "---|" : "|---|", out);
	(void)fputc('\n', out);
}

/* Here and below rc is what the first stmt_row gave. */
static int print_lines(const struct lines *l, struct stmt *q, int rc, FILE *out, struct err *e)
{
	int n = sqlite3_column_count(q->s);

	lines_names(l, q, out);
	for (; rc == 1 && !ferror(out); rc = stmt_row(q, e)) {
		(void)fputs(l->before, out);
		for (int i = 0; i < n; i++) {
			(void)fputs(i ? l->between : "", out);
			l->field(out, stmt_get_span(q, i));
		}
		(void)fputs(l->after, out);
	}
	return rc < 0 ? -1 : 0;
}

static void json_row(struct stmt *q, FILE *out)
{
	int n = sqlite3_column_count(q->s);

	for (int i = 0; i < n; i++) {
		(void)fputs(i ? "," : "{", out);
		json_put_text(out, span_of(sqlite3_column_name(q->s, i)));
		(void)fputc(':', out);
		json_put_column(out, q, i);
	}
	(void)fputc('}', out);
}

static int print_json(struct stmt *q, int rc, FILE *out, struct err *e)
{
	const char *before = "[\n";

	for (; rc == 1 && !ferror(out); rc = stmt_row(q, e)) {
		(void)fputs(before, out);
		json_row(q, out);
		before = ",\n";
	}
	(void)fputs(*before == '[' ? "[]\n" : "\n]\n", out);
	return rc < 0 ? -1 : 0;
}

static int print_jsonl(struct stmt *q, int rc, FILE *out, struct err *e)
{
	for (; rc == 1 && !ferror(out); rc = stmt_row(q, e)) {
		json_row(q, out);
		(void)fputc('\n', out);
	}
	return rc < 0 ? -1 : 0;
}

static const struct form {
	const char *name;
	const struct lines *lines; /* or: */
	int (*print)(struct stmt *q, int rc, FILE *out, struct err *e);
} forms[] = {
	{.name = "text",  .lines = &tabs      },
        {.name = "csv",   .lines = &csv       },
	{.name = "md",    .lines = &markdown  },
        {.name = "json",  .print = print_json },
	{.name = "jsonl", .print = print_jsonl},
};

static const struct form *find_form(const char *name)
{
	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++)
		if (strcmp(forms[i].name, name) == 0)
			return &forms[i];
	return NULL;
}

bool query_form_known(const char *form)
{
	return find_form(form) != NULL;
}

/* Blanks, comments and semicolons are no second statement. */
static bool is_more(sqlite3 *db, const char *tail)
{
	sqlite3_stmt *next = NULL;
	int rc = SQLITE_OK;

	while (rc == SQLITE_OK && !next && *tail)
		rc = sqlite3_prepare_v2(db, tail, -1, &next, &tail);
	(void)sqlite3_finalize(next);
	return rc != SQLITE_OK || next;
}

static int prepare(struct stmt *q, sqlite3 *db, const char *sql, struct err *e)
{
	const char *tail = "";

	*q = (struct stmt){.db = db};
	if (sqlite3_prepare_v2(db, sql, -1, &q->s, &tail) != SQLITE_OK)
		return err_set(e, 0,
		               "--sql: %s: %.120s (nettape-analyze(1) has recipes and how to list "
		               "the tables)",
		               sqlite3_errmsg(db), sql);
	if (is_more(db, tail))
		return err_set(e, 0, "--sql: more than one statement");
	if (sqlite3_column_count(q->s) == 0 || !sqlite3_stmt_readonly(q->s))
		return err_set(e, 0, "--sql: not a SELECT");
	return 0;
}

int query_print(sqlite3 *db, const char *sql, const char *name, struct progress *p, FILE *out,
                struct err *e)
{
	const struct form *form = find_form(name);
	struct stmt q;
	int rc;

	(void)sqlite3_set_authorizer(db, only_reads, NULL);
	rc = prepare(&q, db, sql, e);
	if (rc == 0) {
		rc = stmt_row(&q, e);
		progress_end(p);
		rc = form->lines ? print_lines(form->lines, &q, rc, out, e)
		                 : form->print(&q, rc, out, e);
	}
	stmt_done(&q);
	(void)sqlite3_set_authorizer(db, NULL, NULL);
	return rc;
}
