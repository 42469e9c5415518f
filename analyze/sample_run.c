#include "analyze/sample_run.h"

#include <stdlib.h>
#include <string.h>

#include "analyze/table.h"

#define ROWS_MAX 150000 /* some 11 MB */

struct row {
	int64_t snap;
	struct value value; /* a text is owned */
	struct sample with;
	uint32_t next; /* of the same series: place + 1; 0 = the last one */
};

struct chain {
	uint32_t first, last; /* place + 1; 0 = none */
};

struct sample_run {
	struct stmt put;
	struct row *row;
	uint32_t n;
	struct chain *of; /* by series */
	size_t of_cap;
};

static void forget(struct row *x)
{
	if (x->value.type == VALUE_TEXT)
		free((void *)(uintptr_t)x->value.v.text.p);
}

struct sample_run *sample_run_open(sqlite3 *db, struct err *e)
{
	struct sample_run *r = must_alloc(sizeof(*r));

	if (stmt_prepare(&r->put, db, "INSERT OR REPLACE INTO sample VALUES(?,?,?,?,?)", e) < 0) {
		sample_run_close(r);
		return NULL;
	}
	return r;
}

void sample_run_close(struct sample_run *r)
{
	if (!r)
		return;
	stmt_done(&r->put);
	for (uint32_t i = 0; i < r->n; i++)
		forget(&r->row[i]);
	free(r->row);
	free(r->of);
	free(r);
}

static int write_row(struct sample_run *r, size_t series, const struct row *x, struct err *e)
{
	struct stmt *t = &r->put;

	stmt_i64(t, (int64_t)series);
	stmt_i64(t, x->snap);
	if (x->value.type == VALUE_INT)
		stmt_i64(t, x->value.v.i);
	else if (x->value.type == VALUE_REAL)
		stmt_real(t, x->value.v.r);
	else
		stmt_span(t, x->value.v.text);
	if (!x->with.has_delta)
		stmt_null(t);
	else if (x->value.type == VALUE_INT)
		stmt_i64(t, x->with.delta_i);
	else
		stmt_real(t, x->with.delta);
	if (x->with.dt > 0)
		stmt_real(t, x->with.dt);
	else
		stmt_null(t);
	return stmt_run(t, e);
}

int sample_run_end(struct sample_run *r, struct err *e)
{
	int rc = 0;

	for (size_t series = 0; series < r->of_cap; series++) {
		for (uint32_t at = r->of[series].first; at; at = r->row[at - 1].next) {
			if (rc == 0)
				rc = write_row(r, series, &r->row[at - 1], e);
			forget(&r->row[at - 1]);
		}
		r->of[series] = (struct chain){0};
	}
	r->n = 0;
	return rc;
}

static struct chain *chain_of(struct sample_run *r, size_t series)
{
	size_t cap = r->of_cap ? r->of_cap : 1024;

	while (series >= cap)
		cap *= 2;
	if (cap > r->of_cap) {
		r->of = must_grow(r->of, cap * sizeof(*r->of));
		memset(r->of + r->of_cap, 0, (cap - r->of_cap) * sizeof(*r->of));
		r->of_cap = cap;
	}
	return &r->of[series];
}

int sample_run_put(struct sample_run *r, int64_t series, int64_t snap, const struct value *v,
                   const struct sample *w, struct err *e)
{
	struct chain *c;
	struct row *x;

	if (r->n == ROWS_MAX && sample_run_end(r, e) < 0)
		return -1;
	if (!r->row)
		r->row = must_alloc(ROWS_MAX * sizeof(*r->row));
	x = &r->row[r->n++];
	*x = (struct row){.snap = snap, .value = *v, .with = *w};
	if (v->type == VALUE_TEXT)
		x->value.v.text = must_copy(v->v.text);
	c = chain_of(r, (size_t)series);
	if (c->last)
		r->row[c->last - 1].next = r->n;
	else
		c->first = r->n;
	c->last = r->n;
	return 0;
}
