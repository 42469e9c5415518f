#include <string.h>

#include "analyze/store_impl.h"
#include "schema/buf.h"

#define NOTES_PER_MEMBER 5
#define SERIES_KEY_MAX   1024
#define IRQ_EVERY        16 /* snapshots: what an IRQ belongs to hardly ever changes */

/* ---- emit: points ---- */

static struct series *series_make(struct store *s, struct span key, struct span entity,
                                  const struct point *p)
{
	struct series *x = must_alloc(sizeof(*x));
	struct span owned = must_copy(key);

	x->key = (char *)(uintptr_t)owned.p;
	x->id = ++s->series_n;
	x->source = s->open->source;
	x->entity = span_sub(owned, strlen(x->source) + 1, entity.n);
	x->name = span_sub(owned, owned.n - p->name.n, p->name.n);
	x->kind = p->kind;
	x->unit = p->unit;
	x->sparse = p->sparse;
	x->peak_snap = x->first_active = x->last_active = -1;
	table_add(&s->series, owned, x);
	return x;
}

/* NULL: its name is too long, or they are too many. */
static struct series *series_find(struct store *s, struct span entity, const struct point *p)
{
	UNCLEARED char text[SERIES_KEY_MAX];
	struct buf key = BUF_OVER(text);
	struct series *x;

	buf_str(&key, s->open->source);
	buf_char(&key, '\0');
	buf_put(&key, entity);
	buf_char(&key, '\0');
	buf_put(&key, p->name);
	if (key.cut)
		return NULL;
	x = table_get(&s->series, buf_span(&key));
	if (x || s->series.used < SERIES_MAX)
		return x ? x : series_make(s, buf_span(&key), entity, p);
	s->beyond.values++;
	return NULL;
}

/* Parsers emit in the same order each time: look where the last capture had it. */
static struct series *series_of(struct store *s, struct span entity, const struct point *p)
{
	struct member *m = s->open;
	struct series *x = s->at < m->order_n ? m->order[s->at] : NULL;

	if (!x || !span_eq(x->name, p->name) || !span_eq(x->entity, entity))
		x = series_find(s, entity, p);
	if (!x)
		return NULL;
	if (s->at == m->order_cap) {
		m->order_cap = m->order_cap ? m->order_cap * 2 : 8;
		m->order = must_grow(m->order, m->order_cap * sizeof(struct series *));
	}
	if (s->at >= m->order_n)
		m->order_n = s->at + 1;
	m->order[s->at++] = x;
	return x;
}

static struct span scoped(const struct store *s, struct span entity, struct buf *room)
{
	if (s->scope.n == 0)
		return entity;
	buf_put(room, s->scope);
	buf_char(room, '/');
	buf_put(room, entity);
	return buf_span(room);
}

static size_t text_keep(struct store *s, struct span v)
{
	size_t at = s->text_n;

	while (s->text_n + v.n > s->text_cap) {
		s->text_cap = s->text_cap ? s->text_cap * 2 : 64 * (size_t)KIB;
		s->text = must_grow(s->text, s->text_cap);
	}
	if (v.n)
		memcpy(s->text + at, v.p, v.n);
	s->text_n += v.n;
	return at;
}

static void online_learn(struct store *s, const struct point *p)
{
	uint64_t cpu;

	if (!span_eq(p->name, SPAN("idle")) || !span_starts(p->entity, SPAN("cpu")) ||
	    !span_u64(span_sub(p->entity, 3, p->entity.n), 1 << 20, &cpu))
		return;
	if (s->online_n && s->online[s->online_n - 1] >= cpu)
		s->online_n = 0;
	if (s->online_n < ONLINE_MAX)
		s->online[s->online_n++] = (unsigned)cpu;
}

/* Two values of one series in one capture become one; false when this is the first. */
static bool combine(const struct store *s, const struct series *x, const struct point *p)
{
	struct pending *w;

	if (p->twice == TWICE_PASS_OVER || x->held <= s->open->points_from ||
	    x->held > s->pending_n || s->pending[x->held - 1].series != x)
		return false; /* what is held is of an earlier tick or member */
	w = &s->pending[x->held - 1];
	if (w->type != VALUE_INT || p->type != VALUE_INT)
		return true;
	if (p->twice == TWICE_ADD) {
		if (__builtin_add_overflow(w->v.i, p->v.i, &w->v.i))
			w->v.i = INT64_MAX;
	} else if ((p->v.i > w->v.i) == (p->twice == TWICE_MOST)) {
		w->v.i = p->v.i;
	}
	return true;
}

static bool counts(enum kind k)
{
	return k == KIND_COUNTER || k == KIND_COUNTER32;
}

static void on_point(struct emit *e, const struct point *p)
{
	struct store *s = (struct store *)e;
	UNCLEARED char room[SERIES_KEY_MAX]; /* what is cut here is too long for a key as well */
	struct buf b = BUF_OVER(room);
	struct series *x;
	struct pending *w;

	s->open->emitted++;
	if (p->type == VALUE_NONE || (s->holding && counts(p->kind)))
		return;
	if (s->pending_n >= PENDING_MAX) {
		s->beyond.values++;
		return;
	}
	x = series_of(s, scoped(s, p->entity, &b), p);
	if (!x && s->series.used < SERIES_MAX)
		e->note(e, 0, "a name too long to keep", p->name);
	if (!x)
		return;
	if (s->learns_online)
		online_learn(s, p);
	if (combine(s, x, p))
		return;
	if (s->pending_n == s->pending_cap) {
		s->pending_cap = s->pending_cap ? s->pending_cap * 2 : 4096;
		s->pending = must_grow(s->pending, s->pending_cap * sizeof(*s->pending));
	}
	w = &s->pending[s->pending_n++];
	*w = (struct pending){.series = x, .type = p->type};
	x->held = s->pending_n;
	if (p->type == VALUE_INT) {
		w->v.i = p->v.i;
	} else if (p->type == VALUE_REAL) {
		w->v.r = p->v.r;
	} else {
		w->v.text.at = text_keep(s, p->v.text);
		w->v.text.n = p->v.text.n;
	}
	s->open->points_to = s->pending_n;
}

/* ---- emit: rows ---- */

/*
 * Of another namespace: the tables of sockets are the host's, so its sockets are counted by state,
 * and by peer in a table of their own.  What listens there has series, whose names say where.
 */
static void put_scoped(struct store *s, const struct sock *k)
{
	if (tcp_view_of(s->open->source) != TCP_VIEW_ALL)
		return;
	tcp_fold_sock_of(s->tcp, s->scope, k);
	on_point(&s->emit, &(struct point){.name = span_of(tcp_state_name(k->state)),
	                                   .kind = KIND_GAUGE,
	                                   .unit = UNIT_COUNT,
	                                   .twice = TWICE_ADD,
	                                   .type = VALUE_INT,
	                                   .v.i = 1});
}

static void on_sock(struct emit *e, const struct sock *k)
{
	struct store *s = (struct store *)e;

	s->open->emitted++;
	if (!s->open->source)
		return;
	if (s->scope.n)
		put_scoped(s, k);
	else
		tcp_fold_sock(s->tcp, tcp_view_of(s->open->source), k);
}

static void on_histogram(struct emit *e, const struct histogram *h)
{
	struct store *s = (struct store *)e;
	char room[512];
	struct buf b = BUF_OVER(room);
	struct histogram with = *h;

	s->open->emitted++;
	s->open->histograms = true;
	with.router = scoped(s, h->router, &b);
	l5d_fold_histogram(s->l5d, s->open->name, &with);
}

static void on_endpoint(struct emit *e, const struct endpoint *p)
{
	struct store *s = (struct store *)e;
	char room[512];
	struct buf b = BUF_OVER(room);

	s->open->emitted++;
	if (!s->endpoints_dropped) {
		struct span all = s->scope.n ? scoped(s, SPAN(""), &b) : s->scope;

		stmt_i64(&s->drop_endpoint, (int64_t)all.n);
		stmt_span(&s->drop_endpoint, all);
		store_failed(s, stmt_run(&s->drop_endpoint, &s->err));
		s->endpoints_dropped = true;
		b.n = 0;
	}
	stmt_span(&s->put_endpoint, scoped(s, p->router, &b));
	stmt_span(&s->put_endpoint, p->client);
	stmt_span(&s->put_endpoint, p->peer);
	stmt_i64(&s->put_endpoint, p->port);
	store_failed(s, stmt_run(&s->put_endpoint, &s->err));
}

static void on_irq(struct emit *e, const struct irq_line *l)
{
	struct store *s = (struct store *)e;

	s->open->emitted++;
	if (s->any_tick && s->snap % IRQ_EVERY)
		return;
	stmt_span(&s->put_irq, l->irq);
	stmt_span(&s->put_irq, l->name);
	store_failed(s, stmt_run(&s->put_irq, &s->err));
}

static void on_note(struct emit *e, size_t line, const char *why, struct span text)
{
	struct store *s = (struct store *)e;
	char room[256];
	struct buf b = BUF_OVER(room);

	s->open->noted++;
	if (++s->open->notes > NOTES_PER_MEMBER)
		return;
	buf_str(&b, why);
	if (text.n) {
		buf_str(&b, ": ");
		buf_put(&b, span_sub(text, 0, 100));
	}
	if (s->open->notes == NOTES_PER_MEMBER)
		buf_str(&b, " (further notes on this member are not kept)");
	store_note(s, s->open->name, line, buf_span(&b));
}

void store_emit_init(struct emit *e)
{
	*e = (struct emit){
		.point = on_point,
		.sock = on_sock,
		.histogram = on_histogram,
		.endpoint = on_endpoint,
		.irq = on_irq,
		.note = on_note,
	};
}
