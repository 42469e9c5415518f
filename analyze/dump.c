#include "analyze/dump.h"

#include <inttypes.h>

static const char *const kinds[KIND_COUNT] = {
	[KIND_COUNTER] = "counter",
	[KIND_COUNTER32] = "counter32",
	[KIND_GAUGE] = "gauge",
	[KIND_TEXT] = "text",
};

static void put(FILE *f, struct span s)
{
	(void)fputc('"', f);
	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];

		if (c < 0x20 || c == 0x7f)
			(void)fprintf(f, "\\x%02x", c);
		else if (c == '"' || c == '\\')
			(void)fprintf(f, "\\%c", c);
		else
			(void)fputc(c, f);
	}
	(void)fputc('"', f);
}

static FILE *file_of(struct emit *e)
{
	return ((struct dump *)e)->out;
}

static void point(struct emit *e, const struct point *p)
{
	FILE *f = file_of(e);

	(void)fputs(kinds[p->kind], f);
	(void)fputc(' ', f);
	put(f, p->entity);
	(void)fputc(' ', f);
	put(f, p->name);
	(void)fprintf(f, " %s ", unit_name(p->unit));
	if (p->type == VALUE_INT)
		(void)fprintf(f, "%" PRId64, p->v.i);
	else if (p->type == VALUE_REAL)
		(void)fprintf(f, "%.17g", p->v.r);
	else if (p->type == VALUE_TEXT)
		put(f, p->v.text);
	else
		(void)fputs("NULL", f);
	(void)fputs(p->sparse ? " sparse\n" : "\n", f);
}

static void sock(struct emit *e, const struct sock *s)
{
	FILE *f = file_of(e);

	(void)fprintf(f, "sock %s ", tcp_state_name(s->state));
	put(f, s->local);
	(void)fprintf(f, " %u ", s->lport);
	put(f, s->peer);
	(void)fprintf(f, " %u", s->pport);
	if (s->comm.n) {
		(void)fputs(" comm=", f);
		put(f, s->comm);
	}
	if (s->timer.n)
		(void)fprintf(f, " timer=%.*s", (int)s->timer.n, s->timer.p);
	if (s->cong.n)
		(void)fprintf(f, " cong=%.*s", (int)s->cong.n, s->cong.p);
	for (int i = 0; i < SOCK_FIELD_COUNT; i++)
		if (s->has & UINT64_C(1) << i)
			(void)fprintf(f, " %s=%" PRId64, sock_columns[i].name, s->v[i]);
	(void)fputc('\n', f);
}

static void histogram(struct emit *e, const struct histogram *h)
{
	FILE *f = file_of(e);

	(void)fputs("histogram ", f);
	put(f, h->router);
	(void)fprintf(f, " %.*s ", (int)h->scope.n, h->scope.p);
	put(f, h->id);
	(void)fputc(' ', f);
	put(f, h->service);
	(void)fputc(' ', f);
	put(f, h->metric);
	(void)fprintf(f, " n=%" PRId64, h->count);
	if (h->count)
		(void)fprintf(
			f,
			" min=%.17g max=%.17g sum=%.17g avg=%.17g p50=%.17g p90=%.17g p95=%.17g "
			"p99=%.17g p999=%.17g p9999=%.17g",
			h->min, h->max, h->sum, h->avg, h->p50, h->p90, h->p95, h->p99, h->p999,
			h->p9999);
	(void)fputc('\n', f);
}

static void endpoint(struct emit *e, const struct endpoint *p)
{
	FILE *f = file_of(e);

	(void)fputs("endpoint ", f);
	put(f, p->router);
	(void)fputc(' ', f);
	put(f, p->client);
	(void)fputc(' ', f);
	put(f, p->peer);
	(void)fprintf(f, " %u\n", p->port);
}

static void irq(struct emit *e, const struct irq_line *l)
{
	FILE *f = file_of(e);

	(void)fputs("irq ", f);
	put(f, l->irq);
	(void)fputc(' ', f);
	put(f, l->name);
	(void)fputc('\n', f);
}

static void note(struct emit *e, size_t line, const char *why, struct span text)
{
	FILE *f = file_of(e);

	(void)fprintf(f, "note line %zu: %s: ", line, why);
	put(f, span_sub(text, 0, 80));
	(void)fputc('\n', f);
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
