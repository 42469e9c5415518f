#include "analyze/rule_set.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "analyze/escape.h"
#include "schema/buf.h"

#define RULE_FILE_MAX ((size_t)256 * 1024)
#define RULES_MAX     1000 /* in one folder */

static const struct built_in {
	const char *id;
	const char *text;
	int n; /* bytes */
} built_in[] = {
#include "rules.inc"
	{"", "", 0},
};

/* Everything of the stream, in `p` of max + 1 bytes. */
static struct span take_all(FILE *f, const char *path, char *p, size_t max, struct err *e)
{
	size_t n = fread(p, 1, max + 1, f);

	if (ferror(f))
		(void)err_set(e, errno, "%s", path);
	else if (n > max)
		(void)err_set(e, 0, "%s: larger than %zu bytes", path, max);
	return (struct span){e->text[0] ? NULL : p, n};
}

struct span rule_file(const char *path, size_t max, struct arena *a, struct err *e)
{
	FILE *f = fopen(path, "re");
	char *p = f ? malloc(max + 1) : NULL;
	struct span text = {0};

	if (p)
		text = take_all(f, path, p, max, e);
	else
		(void)err_set(e, errno, "%s", path);
	if (text.p)
		text.p = arena_text(a, text);
	if (f)
		(void)fclose(f);
	free(p);
	return text;
}

struct span rule_file_plain(const char *path, size_t max, struct arena *a, struct err *e)
{
	struct stat st;

	if (stat(path, &st) == 0 && !S_ISREG(st.st_mode)) {
		(void)err_set(e, 0, "%s: no file", path);
		return (struct span){0};
	}
	return rule_file(path, max, a, e);
}

struct rule_entry *rule_set_find(const struct rule_set *s, struct span id)
{
	for (size_t i = 0; i < s->n; i++)
		if (span_eq(span_of(s->v[i]->rule.id), id))
			return s->v[i];
	return NULL;
}

/* id: what the path says; the header's own is checked by --lint-rules.  Its place in the set. */
static struct rule_entry *add(struct rule_set *s, struct rule_entry *entry, const char *id,
                              const char *path, struct span text, struct arena *a)
{
	struct err e = {0};
	struct rule_entry *old;

	if (rule_parse(&entry->rule, path, text, a, &e) != 0)
		entry->broken = arena_text(a, span_of(e.text));
	entry->name = id;
	if (!entry->rule.id[0])
		entry->rule.id = id;
	old = rule_set_find(s, span_of(entry->rule.id));
	if (old) {
		*old = *entry;
		return old;
	}
	s->v = arena_more(a, s->v, s->n, sizeof(struct rule_entry *));
	s->v[s->n++] = entry;
	return entry;
}

void rule_set_add_built_in(struct rule_set *s, struct arena *a)
{
	for (const struct built_in *b = built_in; b->id[0]; b++) {
		struct rule_entry *entry = arena_take(a, sizeof(*entry));

		entry->built_in = true;
		(void)add(s, entry, b->id, arena_fmt(a, "rules/%s.sql", b->id),
		          (struct span){b->text, (size_t)b->n}, a);
	}
}

/* A name of a stranger's file, for messages. */
static const char *shown(struct arena *a, const char *name)
{
	size_t cap = 4 * strlen(name) + 1;
	struct buf b = {.p = arena_take(a, cap), .cap = cap};

	escape_put(&b, span_of(name), true);
	return buf_cstr(&b);
}

static void add_file(struct rule_set *s, const char *id, const char *path, struct arena *a)
{
	struct rule_entry *entry = arena_take(a, sizeof(*entry));
	struct err e = {0};
	struct span text = rule_file_plain(path, RULE_FILE_MAX, a, &e);

	entry = add(s, entry, shown(a, id), shown(a, path), text.p ? text : SPAN(""), a);
	if (!e.text[0])
		return;
	entry->broken = arena_text(a, span_of(e.text));
	entry->rule.sql = (struct span){0};
}

static int is_sql(const struct dirent *d)
{
	return d->d_name[0] != '.' && span_ends(span_of(d->d_name), SPAN(".sql"));
}

static int is_visible(const struct dirent *d)
{
	return d->d_name[0] != '.';
}

/* The rules of one area; a plain file beside the areas is none. */
static size_t add_area(struct rule_set *s, const char *dir, const char *area, size_t found,
                       struct arena *a)
{
	const char *path = arena_fmt(a, "%s/%s", dir, area);
	struct dirent **names = NULL;
	int n = scandir(path, &names, is_sql, alphasort);

	for (int i = 0; i < n; i++) {
		struct span name = span_of(names[i]->d_name);

		if (found + (size_t)i < RULES_MAX)
			add_file(s, arena_fmt(a, "%s/%.*s", area, (int)name.n - 4, name.p),
			         arena_fmt(a, "%s/%s", path, name.p), a);
		free(names[i]);
	}
	free(names);
	return n > 0 ? (size_t)n : 0;
}

int rule_set_add_dir(struct rule_set *s, const char *dir, struct arena *a, struct err *e)
{
	struct dirent **areas = NULL;
	int n = scandir(dir, &areas, is_visible, alphasort);
	size_t found = 0;

	if (n < 0)
		return err_set(e, errno, "folder of rules %s", dir);
	for (int i = 0; i < n; i++) {
		found += add_area(s, dir, areas[i]->d_name, found, a);
		free(areas[i]);
	}
	free(areas);
	if (found > RULES_MAX)
		return err_set(e, 0, "folder of rules %s: more than %d rules", dir, RULES_MAX);
	return found ? 0 : err_set(e, 0, "folder of rules %s: no AREA/NAME.sql in it", dir);
}

bool rule_words_match(const struct rule_words *globs, const char *id)
{
	for (size_t i = 0; i < globs->n; i++)
		if (span_match(span_of(id), span_of(globs->v[i]), NULL))
			return true;
	return false;
}

static bool waits_for(const struct rule *r, const struct rule *other)
{
	return r != other && (rule_words_match(&r->after, other->id) ||
	                      rule_words_match(&r->explains, other->id));
}

static bool is_cause(const struct rule *r)
{
	return span_eq(rule_area(r), SPAN("root-cause"));
}

static int by_id(const void *x, const void *y)
{
	const struct rule *a = &(*(struct rule_entry *const *)x)->rule;
	const struct rule *b = &(*(struct rule_entry *const *)y)->rule;

	if (is_cause(a) != is_cause(b))
		return is_cause(a) ? 1 : -1;
	return strcmp(a->id, b->id);
}

static bool is_ready(const struct rule_set *s, const struct rule *r)
{
	for (size_t i = 0; i < s->n; i++)
		if (s->v[i] && waits_for(r, &s->v[i]->rule))
			return false;
	return true;
}

/* Takes the first that waits for none of those left; NULL: a cycle. */
static struct rule_entry *take_ready(struct rule_set *s)
{
	for (size_t i = 0; i < s->n; i++) {
		struct rule_entry *entry = s->v[i];

		if (!entry || !is_ready(s, &entry->rule))
			continue;
		s->v[i] = NULL;
		return entry;
	}
	return NULL;
}

static int say_cycle(const struct rule_set *left, struct err *e)
{
	char text[300];
	struct buf b = BUF_OVER(text);

	for (size_t i = 0; i < left->n; i++)
		if (left->v[i]) {
			buf_char(&b, ' ');
			buf_str(&b, left->v[i]->rule.id);
		}
	return err_set(e, 0, "after: and explains: go round in a circle among%s", buf_cstr(&b));
}

/* The first that it waits for, or NULL. */
static struct rule_entry *waited_for(const struct rule_set *s, const struct rule_entry *entry)
{
	for (size_t i = 0; i < s->n; i++)
		if (s->v[i] && waits_for(&entry->rule, &s->v[i]->rule))
			return s->v[i];
	return NULL;
}

/* A rule of strangers that waits in a circle is left out, so that the others are judged. */
static bool break_cycle(struct rule_set *left, struct arena *a)
{
	struct rule_entry *entry = NULL;
	struct err why = {0};

	(void)say_cycle(left, &why);
	for (size_t i = 0; i < left->n && !entry; i++)
		entry = left->v[i];
	for (size_t i = 0; i < left->n && entry; i++) /* each waits for one: it ends in a circle */
		entry = waited_for(left, entry);
	for (size_t i = 0; i < left->n && entry && entry->built_in; i++)
		entry = waited_for(left, entry);
	if (!entry || entry->built_in)
		return false;
	entry->broken = arena_fmt(a, "%s:1: %s", entry->rule.path, why.text);
	entry->rule.after.n = entry->rule.explains.n = 0;
	return true;
}

int rule_set_order(struct rule_set *s, struct arena *a, struct err *e)
{
	struct rule_entry **ordered = arena_array(a, s->n + 1, sizeof(struct rule_entry *));

	if (s->n)
		qsort(s->v, s->n, sizeof(struct rule_entry *), by_id);
	for (size_t i = 0; i < s->n; i++) {
		while (!(ordered[i] = take_ready(s)))
			if (!break_cycle(s, a))
				return say_cycle(s, e);
	}
	for (size_t i = 0; i < s->n; i++)
		s->v[i] = ordered[i];
	return 0;
}
