/*
 * The header of a rule, leading comment lines of its SQL:
 *
 *	-- rule:     softirq/backlog-drop
 *	-- remedy:   Double it and watch this counter:
 *	--             sysctl -w net.core.netdev_max_backlog=2048
 *
 * A key stands one blank behind the dashes; what stands further in goes on with
 * the key above.  The first line that is no comment ends the header.
 */
#include "analyze/rule.h"

#include "analyze/escape.h"
#include "analyze/rule_scan.h"
#include "schema/buf.h"
#include "schema/timefmt.h"

#define VALUE_MAX  8192 /* bytes of one key's value */
#define PARAMS_MAX 64
#define WORDS_MAX  256 /* of one key */

enum key_type {
	KEY_ID,
	KEY_NUMBER,
	KEY_LINE,  /* folded to one line */
	KEY_TEXT,  /* lines stay */
	KEY_WORDS, /* separated by blanks and commas */
	KEY_NEEDS,
	KEY_PARAM,
	KEY_TIME,
};

/* One "key: value" with its continuation. */
struct field {
	struct span key, value; /* value: lines with the common indent taken off */
	size_t line;
};

#define AT(member) offsetof(struct rule, member)

static const struct key {
	struct span name;
	size_t at; /* in struct rule */
	enum key_type type;
	bool repeats, required;
} keys[] = {
	{SPAN_INIT("rule"),     AT(id),          KEY_ID,     false, true },
	{SPAN_INIT("version"),  AT(version),     KEY_NUMBER, false, true },
	{SPAN_INIT("schema"),   AT(schema),      KEY_NUMBER, false, false},
	{SPAN_INIT("title"),    AT(title),       KEY_LINE,   false, true },
	{SPAN_INIT("tags"),     AT(tags),        KEY_WORDS,  true,  false},
	{SPAN_INIT("requires"), AT(requires),    KEY_NEEDS,  true,  true },
	{SPAN_INIT("wants"),    AT(wants),       KEY_NEEDS,  true,  false},
	{SPAN_INIT("applies"),  AT(applies),     KEY_WORDS,  true,  false},
	{SPAN_INIT("after"),    AT(after),       KEY_WORDS,  true,  false},
	{SPAN_INIT("param"),    AT(params),      KEY_PARAM,  true,  false},
	{SPAN_INIT("min_span"), AT(min_span_ns), KEY_TIME,   false, false},
	{SPAN_INIT("explains"), AT(explains),    KEY_WORDS,  true,  false},
	{SPAN_INIT("message"),  AT(message),     KEY_LINE,   false, true },
	{SPAN_INIT("meaning"),  AT(meaning),     KEY_LINE,   false, false},
	{SPAN_INIT("remedy"),   AT(remedy),      KEY_TEXT,   false, false},
	{SPAN_INIT("verify"),   AT(verify),      KEY_TEXT,   false, false},
	{SPAN_INIT("but"),      AT(but),         KEY_LINE,   false, false},
	{SPAN_INIT("see"),      AT(see),         KEY_TEXT,   true,  false},
	{SPAN_INIT("timeout"),  AT(timeout_ns),  KEY_TIME,   false, false},
};

#define KEYS_COUNT (sizeof(keys) / sizeof(keys[0]))

struct reader {
	struct rule *rule;
	struct arena *arena;
	struct err *err;
	bool seen[KEYS_COUNT];
	char value[VALUE_MAX]; /* of the key that is being read */
};

#define QUOTED(s)            (int)((s).n < 60 ? (s).n : 60), (s).p /* in a message */
#define FAIL(rd, field, ...) fail((rd), (field)->line, arena_fmt((rd)->arena, __VA_ARGS__))

static int fail(struct reader *rd, size_t line, const char *why)
{
	return err_set(rd->err, 0, "%s:%zu: %s", rd->rule->path, line, why);
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

static size_t indent_of(struct span s)
{
	size_t n = 0;

	while (n < s.n && is_blank(s.p[n]))
		n++;
	return n;
}

static bool is_id(struct span s)
{
	struct span area, name = s;

	if (!span_cut(&name, '/', &area) || !area.n || !name.n)
		return false;
	for (size_t i = 0; i < s.n; i++)
		if (!(s.p[i] >= 'a' && s.p[i] <= 'z') && !(s.p[i] >= '0' && s.p[i] <= '9') &&
		    s.p[i] != '-' && s.p + i != area.p + area.n)
			return false;
	return true;
}

/* Lines and runs of blanks become single blanks. */
static const char *fold(struct arena *a, struct span s)
{
	char *out = arena_text(a, s);
	size_t n = 0;

	for (size_t i = 0; i < s.n; i++) {
		bool blank = s.p[i] == '\n' || is_blank(s.p[i]);

		if (!blank)
			out[n++] = s.p[i];
		else if (n && out[n - 1] != ' ')
			out[n++] = ' ';
	}
	out[n] = '\0';
	return out;
}

/* The next run of bytes between blanks, commas and line ends. */
static bool next_word(struct span *s, struct span *word)
{
	size_t n = 0;

	while (s->n && (is_blank(*s->p) || *s->p == ',' || *s->p == '\n'))
		*s = span_sub(*s, 1, s->n);
	while (n < s->n && !is_blank(s->p[n]) && s->p[n] != ',' && s->p[n] != '\n')
		n++;
	*word = span_sub(*s, 0, n);
	*s = span_sub(*s, n, s->n);
	return n > 0;
}

static int add_words(struct reader *rd, const struct field *f, struct rule_words *w)
{
	struct span rest = f->value, word;

	while (next_word(&rest, &word)) {
		if (w->n == WORDS_MAX)
			return FAIL(rd, f, "more than %d words", WORDS_MAX);
		w->v = arena_more(rd->arena, w->v, w->n, sizeof(*w->v));
		w->v[w->n++] = arena_text(rd->arena, word);
	}
	return 0;
}

/* "softnet >= 2, linkerd": without a number one capture is enough. */
static int add_needs(struct reader *rd, const struct field *f, struct rule_needs *needs)
{
	struct span rest = f->value, word;

	while (next_word(&rest, &word)) {
		struct rule_need need = {.source = arena_text(rd->arena, word), .captures = 1};
		struct rule_need *v =
			arena_more(rd->arena, (void *)(uintptr_t)needs->v, needs->n, sizeof(*v));
		struct span behind = rest;
		uint64_t n = 1;

		if (needs->n == WORDS_MAX)
			return FAIL(rd, f, "more than %d sources", WORDS_MAX);
		if (next_word(&behind, &word) && span_eq(word, SPAN(">="))) {
			if (!next_word(&behind, &word) || !span_u64(word, 1000000000, &n))
				return FAIL(rd, f, "'%s >=' without a number", need.source);
			rest = behind;
		}
		need.captures = (int64_t)n;
		v[needs->n++] = need;
		needs->v = v;
	}
	return needs->n ? 0 : FAIL(rd, f, "no source is named");
}

static int add_param(struct reader *rd, const struct field *f)
{
	struct rule *r = rd->rule;
	struct span rest = f->value, name, unit;
	struct rule_param *v;

	if (!next_word(&rest, &name) || !next_word(&rest, &unit) || !span_trim(rest).n)
		return FAIL(rd, f, "param needs a name, a unit and what it is");
	if (r->params_n == PARAMS_MAX)
		return FAIL(rd, f, "more than %d params", PARAMS_MAX);
	if (rule_param(r, name))
		return FAIL(rd, f, "param '%.*s' is there twice", (int)name.n, name.p);
	v = arena_more(rd->arena, (void *)(uintptr_t)r->params, r->params_n, sizeof(*v));
	v[r->params_n++] = (struct rule_param){.name = arena_text(rd->arena, name),
	                                       .unit = arena_text(rd->arena, unit),
	                                       .about = fold(rd->arena, span_trim(rest))};
	r->params = v;
	return 0;
}

static int set_number(struct reader *rd, const struct field *f, int64_t *v)
{
	uint64_t n;

	if (!span_u64(f->value, INT32_MAX, &n) || !n)
		return FAIL(rd, f, "'%.*s' is no number from 1", QUOTED(f->value));
	*v = (int64_t)n;
	return 0;
}

static int set_id(struct reader *rd, const struct field *f, const char **id)
{
	if (!is_id(f->value))
		return FAIL(rd, f, "'%.*s' is no AREA/NAME of a-z, 0-9 and '-'", QUOTED(f->value));
	*id = arena_text(rd->arena, f->value);
	return 0;
}

static int set_time(struct reader *rd, const struct field *f, int64_t *ns)
{
	if (!duration_parse(f->value, ns) || *ns <= 0)
		return FAIL(rd, f, "'%.*s' is no duration", QUOTED(f->value));
	return 0;
}

static void add_text(struct reader *rd, const struct field *f, const char **text)
{
	*text = **text ? arena_fmt(rd->arena, "%s\n%.*s", *text, (int)f->value.n, f->value.p)
	               : arena_text(rd->arena, f->value);
}

static int set(struct reader *rd, const struct key *k, const struct field *f)
{
	void *at = (char *)rd->rule + k->at;

	if (!f->value.n)
		return FAIL(rd, f, "'%s' has no value", k->name.p);
	switch (k->type) {
	case KEY_ID:
		return set_id(rd, f, at);
	case KEY_NUMBER:
		return set_number(rd, f, at);
	case KEY_TIME:
		return set_time(rd, f, at);
	case KEY_NEEDS:
		return add_needs(rd, f, at);
	case KEY_PARAM:
		return add_param(rd, f);
	case KEY_WORDS:
		return add_words(rd, f, at);
	case KEY_LINE:
		*(const char **)at = fold(rd->arena, f->value);
		return 0;
	case KEY_TEXT:
		add_text(rd, f, at);
		return 0;
	}
	return 0;
}

static int set_field(struct reader *rd, const struct field *f)
{
	for (size_t i = 0; i < KEYS_COUNT; i++) {
		if (!span_eq(f->key, keys[i].name))
			continue;
		if (rd->seen[i] && !keys[i].repeats)
			return FAIL(rd, f, "'%s' is there twice", keys[i].name.p);
		rd->seen[i] = true;
		return set(rd, &keys[i], f);
	}
	return FAIL(rd, f, "unknown key '%.*s'", QUOTED(f->key));
}

/* True when the line goes on with the key above: it is empty or stands further in. */
static bool continues(struct span line, struct span *body)
{
	*body = line;
	return span_skip(body, SPAN("--")) && (indent_of(*body) > 1 || !span_trim(*body).n);
}

/* No header needs what moves a cursor or hides what follows, nor what is no UTF-8. */
static bool is_text(struct span s)
{
	struct span line;

	while (span_line(&s, &line))
		while (line.n) {
			struct span part = span_sub(line, 0, span_find(line, '\t'));

			if (!escape_none(part))
				return false;
			line = span_sub(line, part.n + 1, line.n);
		}
	return true;
}

/* The key's line and what continues it, each line less the column of the first. */
static int next_field(struct reader *rd, struct span *text, size_t *at, struct field *f)
{
	struct span line, body, rest;
	struct buf value;
	size_t column;

	(void)span_line(text, &line);
	f->line = ++*at;
	body = span_sub(line, 2, line.n);
	if (!span_cut(&body, ':', &f->key))
		return FAIL(rd, f, "'-- key: value' was expected");
	f->key = span_trim(f->key);
	column = span_trim(body).n ? (size_t)(span_trim(body).p - line.p) : SIZE_MAX;
	value = BUF_OVER(rd->value);
	buf_put(&value, span_trim(body));
	for (rest = *text; span_line(&rest, &line) && continues(line, &body); *text = rest) {
		size_t in = indent_of(body) + 2;

		++*at;
		if (column == SIZE_MAX && span_trim(body).n)
			column = in;
		if (value.n)
			buf_char(&value, '\n');
		for (size_t i = column; i < in && column != SIZE_MAX; i++)
			buf_char(&value, ' ');
		buf_put(&value, span_trim(body));
	}
	f->value = span_trim(buf_span(&value));
	if (value.cut)
		return FAIL(rd, f, "longer than %d bytes", VALUE_MAX);
	return is_text(f->key) && is_text(f->value) ? 0 : FAIL(rd, f, "a byte that is no text");
}

static int check(struct reader *rd, size_t line)
{
	struct rule *r = rd->rule;

	for (size_t i = 0; i < KEYS_COUNT; i++)
		if (keys[i].required && !rd->seen[i])
			return fail(rd, line,
			            arena_fmt(rd->arena, "'%s' is missing%s", keys[i].name.p,
			                      keys[i].type == KEY_NEEDS
			                              ? " ('meta' is always there)"
			                              : ""));
	if (r->schema > RULE_SCHEMA)
		return fail(rd, line,
		            arena_fmt(rd->arena, "needs schema %lld, this program has %d",
		                      (long long)r->schema, RULE_SCHEMA));
	return 0;
}

static void find_defaults(struct reader *rd)
{
	struct rule_param *v = (void *)(uintptr_t)rd->rule->params;
	struct span sql = rd->rule->sql, name, literal;

	while (rd->rule->params_n && scan_next_default(&sql, &name, &literal))
		for (size_t i = 0; i < rd->rule->params_n; i++)
			if (!v[i].value && span_eq(name, span_of(v[i].name)))
				v[i].value = arena_text(rd->arena, literal);
}

static size_t line_at(struct span text, size_t at)
{
	size_t line = 1;

	for (size_t i = 0; i < at; i++)
		line += text.p[i] == '\n';
	return line;
}

int rule_parse(struct rule *r, const char *path, struct span text, struct arena *a, struct err *e)
{
	struct reader rd = {.rule = r, .arena = a, .err = e};
	size_t at = 0;

	*r = (struct rule){.path = path,
	                   .sql = text,
	                   .schema = RULE_SCHEMA,
	                   .id = "",
	                   .title = "",
	                   .message = "",
	                   .meaning = "",
	                   .remedy = "",
	                   .verify = "",
	                   .but = "",
	                   .see = ""};
	if (span_find(text, '\0') != text.n)
		return fail(&rd, line_at(text, span_find(text, '\0')), "a NUL byte");
	while (span_starts(text, SPAN("--"))) {
		struct field f;

		if (next_field(&rd, &text, &at, &f) != 0 || set_field(&rd, &f) != 0)
			return -1;
	}
	if (check(&rd, at + 1) != 0)
		return -1;
	find_defaults(&rd);
	return 0;
}

const struct rule_param *rule_param(const struct rule *r, struct span name)
{
	for (size_t i = 0; i < r->params_n; i++)
		if (span_eq(span_of(r->params[i].name), name))
			return &r->params[i];
	return NULL;
}

struct span rule_area(const struct rule *r)
{
	struct span id = span_of(r->id);

	return span_sub(id, 0, span_find(id, '/'));
}
