/* A stranger's text on its way into each form of the report: it must stay text. */
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "analyze/escape.h"
#include "analyze/html_text.h"
#include "analyze/json_text.h"
#include "analyze/md_text.h"
#include "analyze/pg_text.h"
#include "tests/fuzz/input.h"

#define GROWTH 10 /* bytes that one may become: \U0010ffff */

static void must(bool ok)
{
	if (!ok)
		abort();
}

/* No control character, and nothing but ASCII unless it is UTF-8 that shows. */
static void check_shown(struct span s, bool utf8)
{
	while (s.n) {
		uint32_t c = 0;
		size_t n = utf8_front(s, &c);

		must(n > 0 && c >= 0x20 && !(c >= 0x7f && c < 0xa0) && (utf8 || c < 0x7f));
		s = span_sub(s, n, s.n);
	}
}

static void escape(struct span s, bool utf8)
{
	struct buf b = {.cap = s.n * GROWTH + 1};
	struct span front;

	b.p = malloc(b.cap);
	must(b.p != NULL);
	escape_put(&b, s, utf8);
	must(!b.cut);
	check_shown(buf_span(&b), utf8);
	front = text_front(buf_span(&b), 20);
	must(text_columns(front) <= 20);
	free(b.p);
}

static struct span made(void (*put)(FILE *out, struct span s), struct span s, char **p)
{
	struct span out = {0};
	FILE *f = open_memstream(p, &out.n);

	must(f != NULL);
	put(f, s);
	(void)fclose(f);
	out.p = *p;
	return out;
}

static void json(struct span s)
{
	json_error_t ignored;
	char *p;
	struct span out = made(json_put_text, s, &p);
	json_t *j = json_loadb(out.p, out.n, JSON_DECODE_ANY | JSON_ALLOW_NUL, &ignored);

	must(json_is_string(j));
	check_shown(out, false);
	json_decref(j);
	free(p);
}

static void html(struct span s)
{
	char *p;
	struct span out = made(html_text, s, &p);

	check_shown(out, true);
	must(span_find(out, '<') == out.n && span_find(out, '>') == out.n);
	must(span_find(out, '"') == out.n && span_find(out, '\'') == out.n);
	free(p);
}

static void put_cell(FILE *f, struct span s)
{
	const struct md m = {.out = f, .utf8 = true};

	md_cell(&m, s);
	md_code(&m, s, true);
}

static void put_paragraph(FILE *f, struct span s)
{
	const struct md m = {.out = f};
	char *text = input_text(s);

	md_begin(&m, s);
	md_advice(&m, "x", text);
	html_prose(f, text);
	html_id(f, text);
	html_front(f, s, 7);
	free(text);
}

static void markdown(struct span s)
{
	char *p;

	check_shown(made(put_cell, s, &p), true);
	free(p);
	(void)made(put_paragraph, s, &p);
	free(p);
}

static void postgres(struct span s)
{
	char room[PG_CHAR_BYTES];

	while (s.n) {
		struct buf b = BUF_OVER(room);
		size_t n = pg_char_put(&b, s);

		must(n > 0 && n <= s.n && !b.cut);
		must(!memchr(room, '\t', b.n) && !memchr(room, '\n', b.n));
		s = span_sub(s, n, s.n);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	char *copy = input_copy((struct span){(const char *)data, n});
	const struct span s = {copy, n};

	escape(s, true);
	escape(s, false);
	json(s);
	html(s);
	markdown(s);
	postgres(s);
	free(copy);
	return 0;
}
