/*
 * linkerd 1.x, GET /admin/metrics.json: cumulative counters, gauges, and histograms
 * that are frozen once a minute.  Flat, all versions; a client's id contains slashes:
 *
 *   {"rt/http/client/#/io.l5d.fs/web/connects": 3, "jvm/uptime": 1.2E7,
 *    "rt/http/server/0.0.0.0/4140/request_latency_ms.count": 41, ...}
 *
 * or, with ?tree=1 since 0.9.1, one object a scope, where a scope can be a metric too:
 *
 *   {"rt":{"http":{"client":{"#/io.l5d.fs/web":{"connects":{"counter":3},
 *    "request_latency_ms":{"stat.count":41,"stat.p99":7}}}}}}
 *
 * Before 1.0.0 client, service and server were called dst/id, dst/path and srv.  A gauge
 * that is gone leaves {}, one that has no value "NaN".
 */
#include <jansson.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "analyze/parse.h"
#include "analyze/parse_l5d.h"
#include "analyze/parse_util.h"
#include "schema/buf.h"

#define DEPTH_MAX      48   /* linkerd nests some ten deep */
#define NAME_MAX_BYTES 4096 /* class names of nested exceptions are long */

static const struct stat {
	struct span name;
	size_t offset; /* of a double in struct histogram */
} stats[] = {
	{SPAN_INIT("min"),   offsetof(struct histogram, min)  },
	{SPAN_INIT("max"),   offsetof(struct histogram, max)  },
	{SPAN_INIT("sum"),   offsetof(struct histogram, sum)  },
	{SPAN_INIT("avg"),   offsetof(struct histogram, avg)  },
	{SPAN_INIT("p50"),   offsetof(struct histogram, p50)  },
	{SPAN_INIT("p90"),   offsetof(struct histogram, p90)  },
	{SPAN_INIT("p95"),   offsetof(struct histogram, p95)  },
	{SPAN_INIT("p99"),   offsetof(struct histogram, p99)  },
	{SPAN_INIT("p9990"), offsetof(struct histogram, p999) },
	{SPAN_INIT("p9999"), offsetof(struct histogram, p9999)},
};

#define STATS_ALL ((1U << sizeof(stats) / sizeof(stats[0])) - 1)

/* A histogram while its statistics come in one by one. */
struct summary {
	struct histogram h;
	bool open; /* one of them was there */
	bool has_count;
	unsigned has; /* bit i: stats[i] */
};

static bool is_stat(struct span name)
{
	for (size_t i = 0; i < sizeof(stats) / sizeof(stats[0]); i++)
		if (span_eq(name, stats[i].name))
			return true;
	return span_eq(name, SPAN("count"));
}

static void take_stat(struct summary *s, struct span name, const json_t *v)
{
	s->open = true;
	if (!json_is_number(v))
		return;
	if (span_eq(name, SPAN("count"))) {
		s->has_count = true;
		s->h.count = (int64_t)json_number_value(v);
		return;
	}
	for (size_t i = 0; i < sizeof(stats) / sizeof(stats[0]); i++)
		if (span_eq(name, stats[i].name)) {
			double d = json_number_value(v);

			memcpy((char *)&s->h + stats[i].offset, &d, sizeof(d));
			s->has |= 1U << i;
		}
}

static void put_summary(const struct summary *s, const struct l5d_place *p, struct emit *out)
{
	struct histogram h = s->h;

	if (!s->open)
		return;
	if (!s->has_count || (h.count && s->has != STATS_ALL)) {
		out->note(out, 0, "a histogram without all its statistics", p->metric);
		return;
	}
	h.router = p->router;
	h.scope = p->scope;
	h.id = p->id;
	h.service = p->service;
	h.metric = p->metric;
	out->histogram(out, &h);
}

static void entity_put(struct buf *b, const struct l5d_place *p)
{
	if (p->scope.n == 0)
		return;
	buf_put(b, p->router);
	buf_char(b, '|');
	buf_put(b, p->scope);
	buf_char(b, '|');
	buf_put(b, p->id);
	if (p->service.n) {
		buf_str(b, "|service|");
		buf_put(b, p->service);
	}
}

/* Without a value ("NaN", "Infinity", null) a metric counts as absent. */
static bool has_no_value(const json_t *v)
{
	struct span text = span_of(json_string_value(v));

	return json_is_null(v) || span_eq(text, SPAN("NaN")) || span_ends(text, SPAN("Infinity"));
}

static void put_number(const struct l5d_place *p, enum kind kind, const json_t *v, struct emit *out)
{
	UNCLEARED char text[NAME_MAX_BYTES];
	struct buf entity = BUF_OVER(text);

	if (!json_is_number(v)) {
		if (!has_no_value(v))
			out->note(out, 0, "neither number nor NaN", p->metric);
		return;
	}
	entity_put(&entity, p);
	if (entity.cut)
		out->note(out, 0, "name too long", buf_span(&entity));
	else if (kind == KIND_COUNTER && json_is_integer(v))
		emit_i64(out, buf_span(&entity), p->metric, kind, UNIT_OTHER,
		         json_integer_value(v));
	else
		emit_real(out, buf_span(&entity), p->metric, KIND_GAUGE, UNIT_OTHER,
		          json_number_value(v));
}

/* The tree form: the path so far, as text and in parts. */
struct path {
	char text[NAME_MAX_BYTES];
	struct buf joined;
	struct span part[DEPTH_MAX];
	size_t depth;
};

static struct span join(const struct path *p, size_t from, size_t to)
{
	const char *start;

	if (from >= to)
		return (struct span){0};
	start = p->part[from].p;
	return (struct span){start, (size_t)(p->part[to - 1].p + p->part[to - 1].n - start)};
}

static bool part_is(const struct path *p, size_t i, const char *text)
{
	return i < p->depth && span_eq(p->part[i], span_of(text));
}

/* The member's name is the whole id, so the parts say where it ends. */
static struct l5d_place place_in_tree(const struct path *p)
{
	struct l5d_place at = {.metric = join(p, 0, p->depth)};
	bool dst = part_is(p, 2, "dst");
	size_t id = dst ? 4 : 3, end = id + 1;

	if (!part_is(p, 0, "rt"))
		return at;
	if (part_is(p, 2, "client") || (dst && part_is(p, 3, "id")))
		at.scope = SPAN("client");
	else if (part_is(p, 2, "service") || (dst && part_is(p, 3, "path")))
		at.scope = SPAN("service");
	else if (part_is(p, 2, "server") || part_is(p, 2, "srv"))
		at.scope = SPAN("server");
	if (span_eq(at.scope, SPAN("server")) && id < p->depth &&
	    span_find(p->part[id], '/') == p->part[id].n)
		end++; /* IP and port in two parts */
	if (at.scope.n == 0 || end >= p->depth)
		return (struct l5d_place){.metric = at.metric};
	at.router = p->part[1];
	at.id = join(p, id, end);
	if (span_eq(at.scope, SPAN("client")) && end + 2 < p->depth &&
	    part_is(p, end, dst ? "path" : "service")) {
		at.service = p->part[end + 1];
		end += 2;
	}
	at.metric = join(p, end, p->depth);
	return at;
}

static bool path_push(struct path *p, struct span part)
{
	if (p->depth == DEPTH_MAX || part.n + 1 > p->joined.cap - p->joined.n)
		return false;
	if (p->depth)
		buf_char(&p->joined, '/');
	p->part[p->depth++] = (struct span){p->joined.p + p->joined.n, part.n};
	buf_put(&p->joined, part);
	return true;
}

static void path_pop(struct path *p, size_t n)
{
	p->depth--;
	p->joined.n = n;
}

/* A scalar member: the scope's own value, or (nowhere seen) a metric as in the flat form. */
static void tree_scalar(struct path *p, const char *key, const json_t *v, struct summary *s,
                        struct emit *out)
{
	struct span name = span_of(key), stat = name;
	size_t before = p->joined.n;
	struct l5d_place at;

	if (span_skip(&stat, SPAN("stat.")) && is_stat(stat)) {
		take_stat(s, stat, v);
		return;
	}
	if (span_eq(name, SPAN("counter")) || span_eq(name, SPAN("gauge"))) {
		at = place_in_tree(p);
		put_number(&at, name.p[0] == 'c' ? KIND_COUNTER : KIND_GAUGE, v, out);
	} else if (path_push(p, name)) {
		at = place_in_tree(p);
		put_number(&at, json_is_integer(v) ? KIND_COUNTER : KIND_GAUGE, v, out);
		path_pop(p, before);
	}
}

static void walk_tree(json_t *node, struct path *p, struct emit *out)
{
	struct summary s = {.open = false};
	struct l5d_place at;
	const char *key;
	json_t *v;

	json_object_foreach(node, key, v) {
		size_t before = p->joined.n;

		if (!json_is_object(v)) {
			tree_scalar(p, key, v, &s, out);
		} else if (path_push(p, span_of(key))) {
			walk_tree(v, p, out);
			path_pop(p, before);
		} else {
			out->note(out, 0, "nested too deeply, or a name too long", span_of(key));
		}
	}
	at = place_in_tree(p);
	put_summary(&s, &at, out);
}

/* Sorted, the statistics of a histogram follow each other. */
static void put_flat(const struct l5d_flat *f, struct emit *out)
{
	struct summary s = {.open = false};
	struct span open = {0};
	struct l5d_place at;

	for (size_t i = 0; i < f->n; i++) {
		struct span key = f->entry[i].key, stat = key, base;
		const json_t *v = f->entry[i].value;

		if (!span_rcut(&stat, '.', &base) || !is_stat(stat)) {
			at = l5d_place(f, key);
			put_number(&at, json_is_integer(v) ? KIND_COUNTER : KIND_GAUGE, v, out);
			continue;
		}
		if (!span_eq(base, open)) {
			at = l5d_place(f, open);
			put_summary(&s, &at, out);
			s = (struct summary){.open = false};
			open = base;
		}
		take_stat(&s, stat, v);
	}
	at = l5d_place(f, open);
	put_summary(&s, &at, out);
}

static void parse_flat(json_t *root, struct emit *out)
{
	struct l5d_flat f;
	const char *key;
	json_t *v;

	if (l5d_flat_open(&f, json_object_size(root))) {
		json_object_foreach(root, key, v) {
			l5d_flat_add(&f, span_of(key), v);
		}
		l5d_flat_sort(&f);
		put_flat(&f, out);
	} else {
		out->note(out, 0, "out of memory", (struct span){0});
	}
	l5d_flat_close(&f);
}

/* The flat form has no objects inside. */
static bool is_tree(json_t *root)
{
	const char *key;
	json_t *v;

	json_object_foreach(root, key, v) {
		if (json_is_object(v))
			return true;
	}
	return false;
}

/*
 * Some exporters write bare NaN and Infinity, which is not JSON: a second reading
 * turns bare words other than true, false and null into null.
 */
struct lax {
	struct span text;
	size_t at;
	bool in_string, escaped;
};

static bool is_word(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* At 'N' or 'I' outside a string: the whole word, a sign before it included. */
static size_t bare_word(const struct lax *l)
{
	struct span s = span_sub(l->text, l->at, sizeof("-Infinity") - 1);

	if (span_starts(s, SPAN("NaN")))
		return 3;
	if (span_starts(s, SPAN("Infinity")))
		return 8;
	return span_starts(s, SPAN("-Infinity")) ? 9 : 0;
}

static void lax_step(struct lax *l, char c)
{
	if (l->escaped)
		l->escaped = false;
	else if (l->in_string && c == '\\')
		l->escaped = true;
	else if (c == '"')
		l->in_string = !l->in_string;
}

static size_t lax_read(void *buffer, size_t size, void *data)
{
	struct buf b = {.p = buffer, .cap = size};
	struct lax *l = data;

	while (l->at < l->text.n && b.n + sizeof("null") <= size) {
		char c = l->text.p[l->at];
		size_t word = l->in_string ? 0 : bare_word(l);

		if (word && (l->at + word == l->text.n || !is_word(l->text.p[l->at + word]))) {
			buf_str(&b, "null");
			l->at += word;
			continue;
		}
		lax_step(l, c);
		buf_char(&b, c);
		l->at++;
	}
	return b.n;
}

static json_t *load(struct span text, json_error_t *error)
{
	struct lax l = {.text = text};
	json_error_t ignored;
	json_t *root;

	if (!json_is_bounded(text))
		return NULL;
	root = json_loadb(text.n ? text.p : "", text.n, JSON_ALLOW_NUL, error);
	if (!root && (span_search(text, SPAN("NaN")) < text.n ||
	              span_search(text, SPAN("Infinity")) < text.n))
		root = json_load_callback(lax_read, &l, JSON_ALLOW_NUL, &ignored);
	return root;
}

static void parse(const struct input *in, struct emit *out)
{
	json_error_t error = {.text = JSON_TOO_MANY};
	json_t *root = load(in->text, &error);

	if (!root) {
		out->note(out, error.line > 0 ? (size_t)error.line : 0, "not whole JSON",
		          span_of(error.text));
	} else if (!json_is_object(root)) {
		out->note(out, 0, "not an object of metrics", span_sub(in->text, 0, 80));
	} else if (is_tree(root)) {
		struct path p = {.depth = 0};

		p.joined = BUF_OVER(p.text);
		walk_tree(root, &p, out);
	} else {
		parse_flat(root, out);
	}
	json_decref(root);
}

const struct parser parser_metrics = {
	.source = "linkerd",
	.members = (const char *const[]){"http/*/admin/metrics.json", NULL},
	.parse = parse,
};
