#include "analyze/dump.h"

#include <inttypes.h>
#include <math.h>

#include "analyze/json_text.h"

#define NOTE_BYTES 80 /* of a line that a note quotes */

static const char *const kinds[KIND_COUNT] = {
	[KIND_COUNTER] = "counter",
	[KIND_COUNTER32] = "counter32",
	[KIND_GAUGE] = "gauge",
	[KIND_TEXT] = "text",
};

static const char *const twice[] = {
	[TWICE_PASS_OVER] = NULL,
	[TWICE_ADD] = "add",
	[TWICE_MOST] = "most",
	[TWICE_LEAST] = "least",
};

static FILE *file_of(struct emit *e)
{
	return ((struct dump *)e)->out;
}

/* The first member of a line, then those behind it; keys are our own. */
static void first(FILE *f, const char *key, const char *v)
{
	(void)fprintf(f, "{\"%s\":", key);
	json_put_text(f, span_of(v));
}

static void text(FILE *f, const char *key, struct span v)
{
	(void)fprintf(f, ",\"%s\":", key);
	json_put_text(f, v);
}

static void whole(FILE *f, const char *key, int64_t v)
{
	(void)fprintf(f, ",\"%s\":%" PRId64, key, v);
}

static void real(FILE *f, const char *key, double v)
{
	(void)fprintf(f, ",\"%s\":", key);
	json_put_real(f, v);
}

static void end(FILE *f)
{
	(void)fputs("}\n", f);
}

static void put_value(FILE *f, const struct point *p)
{
	if (p->type == VALUE_INT)
		whole(f, "value", p->v.i);
	else if (p->type == VALUE_REAL)
		real(f, "value", p->v.r);
	else if (p->type == VALUE_TEXT)
		text(f, "value", p->v.text);
	else
		(void)fputs(",\"value\":null", f);
}

static void point(struct emit *e, const struct point *p)
{
	FILE *f = file_of(e);

	(void)fputs("{\"series\":", f);
	json_put_text(f, p->name);
	text(f, "entity", p->entity);
	put_value(f, p);
	text(f, "unit", span_of(unit_name(p->unit)));
	text(f, "kind", span_of(kinds[p->kind]));
	if (twice[p->twice])
		text(f, "twice", span_of(twice[p->twice]));
	if (p->sparse)
		(void)fputs(",\"sparse\":true", f);
	end(f);
}

static void sock(struct emit *e, const struct sock *s)
{
	FILE *f = file_of(e);

	first(f, "table", "tcp_socket");
	text(f, "state", span_of(tcp_state_name(s->state)));
	text(f, "local", s->local);
	whole(f, "lport", s->lport);
	text(f, "peer", s->peer);
	whole(f, "pport", s->pport);
	if (s->comm.n)
		text(f, "comm", s->comm);
	if (s->timer.n)
		text(f, "timer", s->timer);
	if (s->cong.n)
		text(f, "cong", s->cong);
	for (int i = 0; i < SOCK_FIELD_COUNT; i++)
		if (s->has & UINT64_C(1) << i)
			whole(f, sock_columns[i].name, s->v[i]);
	end(f);
}

/* [le, events so far] each; the last le has no end: null. */
static void put_buckets(FILE *f, const struct histogram *h)
{
	real(f, "sum", h->sum);
	(void)fputs(",\"buckets\":[", f);
	for (size_t i = 0; i < h->buckets; i++) {
		(void)fputs(i ? ",[" : "[", f);
		if (isfinite(h->bucket[i].le))
			json_put_real(f, h->bucket[i].le);
		else
			(void)fputs("null", f);
		(void)fprintf(f, ",%" PRId64 "]", h->bucket[i].n);
	}
	(void)fputc(']', f);
}

static void histogram(struct emit *e, const struct histogram *h)
{
	const struct {
		const char *key;
		double v;
	} stats[] = {
		{"min",   h->min  },
                {"max",   h->max  },
                {"sum",   h->sum  },
                {"avg",   h->avg  },
		{"p50",   h->p50  },
                {"p90",   h->p90  },
                {"p95",   h->p95  },
                {"p99",   h->p99  },
		{"p999",  h->p999 },
                {"p9999", h->p9999},
	};
	FILE *f = file_of(e);

	first(f, "table", "window");
	text(f, "router", h->router);
	text(f, "scope", h->scope);
	text(f, "id", h->id);
	text(f, "service", h->service);
	text(f, "metric", h->metric);
	whole(f, "n", h->count);
	if (h->bucket)
		put_buckets(f, h);
	for (size_t i = 0; h->count && !h->bucket && i < sizeof(stats) / sizeof(stats[0]); i++)
		real(f, stats[i].key, stats[i].v);
	end(f);
}

static void endpoint(struct emit *e, const struct endpoint *p)
{
	FILE *f = file_of(e);

	first(f, "table", "endpoint");
	text(f, "router", p->router);
	text(f, "client", p->client);
	text(f, "peer", p->peer);
	whole(f, "port", p->port);
	end(f);
}

static void irq(struct emit *e, const struct irq_line *l)
{
	FILE *f = file_of(e);

	first(f, "table", "irq");
	text(f, "irq", l->irq);
	text(f, "name", l->name);
	end(f);
}

static void note(struct emit *e, size_t line, const char *why, struct span quoted)
{
	FILE *f = file_of(e);

	first(f, "note", why);
	whole(f, "line", (int64_t)line);
	text(f, "text", span_sub(quoted, 0, NOTE_BYTES));
	end(f);
}

void dump_init(struct dump *d, FILE *out)
{
	*d = (struct dump){
		.emit = {.point = point,
	                 .sock = sock,
	                 .histogram = histogram,
	                 .endpoint = endpoint,
	                 .irq = irq,
	                 .note = note},
		.out = out,
	};
}
