/*
 * Metrics as a Prometheus server would fetch them (analyze/parse_prom.h), of linkerd2-proxy
 * (:4191/metrics), Envoy (:9901/stats/prometheus) or anybody:
 *
 *   # TYPE envoy_cluster_upstream_rq_total counter
 *   envoy_cluster_upstream_rq_total{envoy_cluster_name="web"} 1042
 *
 * What analyze/prometheus.def knows goes into linkerd's series and histograms; all else is a
 * series of its own, named as it stands there.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "analyze/parse.h"
#include "analyze/parse_prom.h"
#include "analyze/parse_prom_map.h"
#include "schema/buf.h"
#include "schema/timefmt.h"

#define ENTITY_MAX_BYTES 512
#define NAME_MAX_BYTES   880    /* the store keeps no longer ones */
#define WHOLE_MAX        9.2e18 /* below 2^63 */

/* A bucket, or the sum, of a histogram that is known; label sets are added up. */
struct entry {
	const struct prom_line *line;
	size_t id, id_n; /* in pile.text */
	bool is_sum;
	double le, v;
};

struct pile {
	struct entry *entry;
	size_t n, cap;
	char *text;
	size_t text_n, text_cap;
	bool short_of_memory;
};

struct reading {
	struct emit *out;
	struct pile pile;
	const char *proxy;
};

/* ---- single values ---- */

/* A long name keeps its head and is told by the hash of all of it. */
static struct span short_name(struct span name, struct buf *b)
{
	uint64_t h = 14695981039346656037U; /* FNV-1a */

	if (name.n <= NAME_MAX_BYTES)
		return name;
	for (size_t i = 0; i < name.n; i++)
		h = (h ^ (unsigned char)name.p[i]) * 1099511628211U;
	buf_put(b, span_sub(name, 0, NAME_MAX_BYTES - 20));
	buf_fmt(b, "~%016llx", (unsigned long long)h);
	return buf_span(b);
}

static bool is_whole(double v)
{
	return v == floor(v) && fabs(v) < WHOLE_MAX;
}

static bool is_seconds(const struct prom_sample *s)
{
	return span_ends(s->family, SPAN("_seconds_total")) ||
	       span_ends(s->family, SPAN("_seconds"));
}

static bool is_counter(const struct prom_sample *s)
{
	return s->type == PROM_COUNTER || s->part == PROM_BUCKET || s->part == PROM_COUNT ||
	       s->part == PROM_SUM;
}

static void put_value(struct emit *out, struct span entity, struct span name,
                      const struct prom_sample *s, enum twice twice)
{
	struct point p = {.entity = entity,
	                  .name = name,
	                  .kind = is_counter(s) && s->part != PROM_CREATED ? KIND_COUNTER
	                                                                   : KIND_GAUGE,
	                  .unit = UNIT_OTHER,
	                  .sparse = s->part == PROM_BUCKET,
	                  .twice = twice};
	double v = s->value;

	if (p.kind == KIND_COUNTER && is_seconds(s) && s->part != PROM_BUCKET &&
	    s->part != PROM_COUNT && v < WHOLE_MAX / NS_PER_S) {
		p.unit = UNIT_NS;
		v = round(v * NS_PER_S);
	}
	if (p.kind == KIND_COUNTER && (v < 0 || v >= WHOLE_MAX))
		p.kind = KIND_GAUGE;
	if (p.kind == KIND_COUNTER)
		v = floor(v); /* counters are whole in the store */
	p.type = is_whole(v) ? VALUE_INT : VALUE_REAL;
	if (p.type == VALUE_INT)
		p.v.i = (int64_t)v;
	else
		p.v.r = v;
	out->point(out, &p);
}

static void put_plain(struct reading *r, const struct prom_sample *s)
{
	char text[NAME_MAX_BYTES + 1];
	struct buf b = BUF_OVER(text);

	put_value(r->out, (struct span){0}, short_name(s->text, &b), s, TWICE_PASS_OVER);
}

/* "outbound|client|web:80"; linkerd's servers are "0.0.0.0/4140". */
static bool entity_put(struct buf *b, const struct prom_line *l, const struct prom_sample *s)
{
	size_t id;

	buf_put(b, l->router);
	buf_char(b, '|');
	buf_put(b, l->scope);
	buf_char(b, '|');
	id = b->n;
	if (!prom_fill(l->id, s, b))
		return false;
	if (span_eq(l->scope, SPAN("server"))) {
		struct span addr = span_sub(buf_span(b), id, b->n);
		size_t colon = span_rfind(addr, ':');

		if (colon < addr.n)
			b->p[id + colon] = '/';
	}
	return true;
}

static bool put_mapped(struct reading *r, const struct prom_line *l, const struct prom_sample *s)
{
	char text[ENTITY_MAX_BYTES], name_text[ENTITY_MAX_BYTES];
	struct buf entity = BUF_OVER(text), name = BUF_OVER(name_text);

	if (!entity_put(&entity, l, s) || !prom_fill(l->name, s, &name))
		return false;
	put_value(r->out, buf_span(&entity), buf_span(&name), s, TWICE_ADD);
	return true;
}

/* ---- histograms ---- */

static bool grow(void **p, size_t *cap, size_t need, size_t size)
{
	size_t n = *cap ? *cap : 64;
	void *grown;

	if (need <= *cap)
		return true;
	while (n < need)
		n *= 2;
	grown = realloc(*p, n * size);
	if (!grown)
		return false;
	*p = grown;
	*cap = n;
	return true;
}

static bool pile_id(struct pile *p, struct span id, struct entry *e)
{
	const struct entry *last = p->n ? &p->entry[p->n - 1] : NULL;

	if (last && span_eq(id, (struct span){p->text + last->id, last->id_n})) {
		e->id = last->id; /* as a rule the lines of one histogram stand together */
		e->id_n = last->id_n;
		return true;
	}
	if (!grow((void **)&p->text, &p->text_cap, p->text_n + id.n + 1, 1))
		return false;
	memcpy(p->text + p->text_n, id.p, id.n);
	e->id = p->text_n;
	e->id_n = id.n;
	p->text_n += id.n;
	return true;
}

static bool pile_add(struct pile *p, const struct prom_line *l, const struct prom_sample *s,
                     double le)
{
	char text[ENTITY_MAX_BYTES];
	struct buf id = BUF_OVER(text);
	struct entry e = {.line = l, .is_sum = s->part == PROM_SUM, .v = s->value};

	if (!entity_put(&id, l, s))
		return false;
	e.le = e.is_sum ? 0 : le * l->scale;
	if (e.is_sum)
		e.v *= l->scale;
	if (!pile_id(p, buf_span(&id), &e) ||
	    !grow((void **)&p->entry, &p->cap, p->n + 1, sizeof(*p->entry))) {
		p->short_of_memory = true;
		return true;
	}
	p->entry[p->n++] = e;
	return true;
}

/* A line of a histogram that is known; false when it is to be kept as it is. */
static bool take_bucket(struct reading *r, const struct prom_line *l, const struct prom_sample *s)
{
	double le = 0;

	if (s->part == PROM_COUNT || s->part == PROM_CREATED)
		return true; /* the last bucket says as much */
	if (s->part == PROM_SUM)
		return pile_add(&r->pile, l, s, 0);
	if (s->part != PROM_BUCKET || s->value < 0 || !is_whole(s->value) ||
	    !prom_number(prom_label(s, SPAN("le")), &le) || isnan(le)) {
		r->out->note(r->out, s->line, "not a bucket of a histogram", s->text);
		return false;
	}
	return pile_add(&r->pile, l, s, le);
}

/* Ids are compared as text: qsort has no place for the pile. */
struct named {
	struct entry e;
	struct span id;
};

static int by_name(const void *a, const void *b)
{
	const struct named *x = a, *y = b;
	size_t n = x->id.n < y->id.n ? x->id.n : y->id.n;
	int c = n ? memcmp(x->id.p, y->id.p, n) : 0;

	if (x->e.line != y->e.line)
		return x->e.line < y->e.line ? -1 : 1;
	if (c || x->id.n != y->id.n)
		return c ? c : x->id.n < y->id.n ? -1 : 1;
	if (x->e.is_sum != y->e.is_sum)
		return x->e.is_sum ? 1 : -1;
	return (x->e.le > y->e.le) - (x->e.le < y->e.le);
}

static bool same_histogram(const struct named *a, const struct named *b)
{
	return a->e.line == b->e.line && span_eq(a->id, b->id);
}

/* "outbound|client|ID" -> ID */
static struct span id_of(const struct named *v)
{
	return span_sub(v->id, v->e.line->router.n + v->e.line->scope.n + 2, v->id.n);
}

static void add(int64_t *n, int64_t more)
{
	if (__builtin_add_overflow(*n, more, n))
		*n = INT64_MAX;
}

/* v[0..n) is one histogram; label sets that lack a bucket of another make it uneven. */
static void put_histogram(const struct named *v, size_t n, struct bucket *room, struct emit *out)
{
	struct histogram h = {.router = v->e.line->router,
	                      .scope = v->e.line->scope,
	                      .id = id_of(v),
	                      .metric = v->e.line->name,
	                      .bucket = room};

	for (size_t i = 0; i < n; i++) {
		const struct entry *e = &v[i].e;

		if (e->is_sum) {
			h.sum += e->v;
		} else if (h.buckets && room[h.buckets - 1].le == e->le) {
			add(&room[h.buckets - 1].n, (int64_t)e->v);
		} else {
			room[h.buckets++] = (struct bucket){.le = e->le, .n = (int64_t)e->v};
		}
	}
	for (size_t i = 1; i < h.buckets; i++)
		if (room[i].n < room[i - 1].n) {
			out->note(out, 0, "a histogram whose buckets do not grow", v->id);
			return;
		}
	if (h.buckets == 0 || !isinf(room[h.buckets - 1].le)) {
		out->note(out, 0, "a histogram without its last bucket", v->id);
		return;
	}
	h.count = room[h.buckets - 1].n;
	out->histogram(out, &h);
}

static void put_histograms(struct pile *p, struct emit *out)
{
	struct named *v = p->n ? malloc(p->n * sizeof(*v)) : NULL;
	struct bucket *room = p->n ? malloc(p->n * sizeof(*room)) : NULL;
	size_t from = 0;

	p->short_of_memory |= p->n && (!v || !room);
	if (p->short_of_memory)
		out->note(out, 0, "out of memory: the histograms are left out", (struct span){0});
	for (size_t i = 0; i < p->n && !p->short_of_memory; i++)
		v[i] = (struct named){
			p->entry[i], {p->text + p->entry[i].id, p->entry[i].id_n}
                };
	if (p->n && !p->short_of_memory) {
		qsort(v, p->n, sizeof(*v), by_name);
		for (size_t i = 1; i <= p->n; i++)
			if (i == p->n || !same_histogram(&v[i], &v[from])) {
				put_histogram(&v[from], i - from, room, out);
				from = i;
			}
	}
	free(v);
	free(room);
}

/* ---- the file ---- */

static void take(struct reading *r, const struct prom_sample *s)
{
	const char *proxy = prom_proxy(s->family);
	const struct prom_line *l;
	bool known = false;
	size_t at = 0;

	if (proxy && !r->proxy)
		r->proxy = proxy;
	while ((l = prom_map(s, &at)))
		known |= l->buckets ? take_bucket(r, l, s) : put_mapped(r, l, s);
	if (!known)
		put_plain(r, s);
}

static void parse(const struct input *in, struct emit *out)
{
	struct reading r = {.out = out};
	struct prom_reader reader;
	struct prom_sample s;
	size_t n = 0;

	prom_open(&reader, in->text);
	for (; prom_next(&reader, &s, out); n++)
		take(&r, &s);
	put_histograms(&r.pile, out);
	if (n)
		emit_text(out, (struct span){0}, SPAN("proxy"),
		          span_of(r.proxy ? r.proxy : "other"));
	free(r.pile.entry);
	free(r.pile.text);
}

const struct parser parser_prometheus = {
	.source = "linkerd",
	.members = (const char *const[]){"http/*/**/metrics", "http/*/**/prometheus",
                                         "http/*/metrics", "http/*/prometheus", NULL},
	.parse = parse,
};
