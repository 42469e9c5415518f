#include "analyze/sqlfunc.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "analyze/humanize.h"
#include "analyze/resample.h"
#include "analyze/stmt.h"

static void give_cells(sqlite3_context *c, const struct spark_window *w, const float *cells)
{
	if (w->to > w->from)
		sqlite3_result_blob(c, cells, (int)(w->cells * sizeof(*cells)), SQLITE_TRANSIENT);
	else
		sqlite3_result_null(c);
}

static void spark(sqlite3_context *c, int n, sqlite3_value **v)
{
	struct resample *st = sqlite3_user_data(c);
	float cells[STRIP_CELLS];
	struct err e = {0};

	if (sqlite3_value_type(v[0]) == SQLITE_NULL) {
		sqlite3_result_null(c);
		return;
	}
	if (resample_series(sqlite3_context_db_handle(c), st, sqlite3_value_int64(v[0]),
	                    &(struct trace){.high = cells}, &e)) {
		sqlite3_result_error(c, e.text, -1);
		return;
	}
	for (size_t i = 0; n > 1 && i < st->window.cells; i++)
		cells[i] *= (float)sqlite3_value_double(v[1]);
	give_cells(c, &st->window, cells);
}

struct over {
	float cells[STRIP_CELLS];
	bool begun;
};

/* The last three of the arguments are t0, t1, v. */
static struct over *over_take(sqlite3_context *c, sqlite3_value **v)
{
	struct resample *st = sqlite3_user_data(c);
	struct over *o = sqlite3_aggregate_context(c, sizeof(*o));
	struct err e = {0};

	if (!o || resample_window(sqlite3_context_db_handle(c), st, &e)) {
		sqlite3_result_error(c, o ? e.text : "out of memory", -1);
		return NULL;
	}
	if (!o->begun)
		trace_clear(o->cells, STRIP_CELLS);
	o->begun = true;
	if (sqlite3_value_type(v[2]) != SQLITE_NULL)
		spark_hold(&st->window, o->cells, sqlite3_value_double(v[0]),
		           sqlite3_value_double(v[1]), sqlite3_value_double(v[2]));
	return o;
}

static void over_step(sqlite3_context *c, int n, sqlite3_value **v)
{
	(void)n;
	(void)over_take(c, v);
}

static void over_final(sqlite3_context *c)
{
	struct resample *st = sqlite3_user_data(c);
	struct over *o = sqlite3_aggregate_context(c, 0);

	if (o && o->begun)
		give_cells(c, &st->window, o->cells);
	else
		sqlite3_result_null(c);
}

struct strip {
	struct over over;
	char source[64]; /* "" = none: somebody always looked */
};

static void strip_step(sqlite3_context *c, int n, sqlite3_value **v)
{
	/* its first member is what over_take takes for all of it */
	struct strip *s = sqlite3_aggregate_context(c, sizeof(*s));

	(void)n;
	if (s && !s->over.begun && sqlite3_value_type(v[0]) == SQLITE_TEXT) {
		struct buf b = BUF_OVER(s->source);

		buf_str(&b, (const char *)sqlite3_value_text(v[0]));
		(void)buf_cstr(&b);
	}
	(void)over_take(c, v + 1);
}

static void strip_final(sqlite3_context *c)
{
	struct resample *st = sqlite3_user_data(c);
	struct strip *s = sqlite3_aggregate_context(c, 0);
	float base[STRIP_CELLS];
	struct err e = {0};

	if (!s || !s->over.begun) {
		sqlite3_result_null(c);
		return;
	}
	trace_clear(base, STRIP_CELLS);
	if (resample_base(sqlite3_context_db_handle(c), st, s->source, base, &e)) {
		sqlite3_result_error(c, e.text, -1);
		return;
	}
	for (size_t i = 0; i < st->window.cells; i++)
		base[i] = fmaxf(base[i], s->over.cells[i]);
	give_cells(c, &st->window, base);
}

struct cells {
	float v[STRIP_CELLS];
	size_t n; /* 0 = none yet */
};

static void cells_step(sqlite3_context *c, int n, sqlite3_value **v)
{
	struct cells *s = sqlite3_aggregate_context(c, sizeof(*s));
	int64_t i = sqlite3_value_int64(v[0]), of = sqlite3_value_int64(v[1]);
	float value = (float)sqlite3_value_double(v[2]);

	(void)n;
	if (!s || of < 1 || of > STRIP_CELLS || i < 0 || i >= of ||
	    sqlite3_value_type(v[2]) == SQLITE_NULL)
		return;
	if (s->n == 0)
		trace_clear(s->v, STRIP_CELLS);
	if (s->n < (size_t)of)
		s->n = (size_t)of;
	if (!(s->v[i] >= value))
		s->v[i] = value;
}

static void cells_final(sqlite3_context *c)
{
	struct cells *s = sqlite3_aggregate_context(c, 0);

	if (s && s->n)
		sqlite3_result_blob(c, s->v, (int)(s->n * sizeof(*s->v)), SQLITE_TRANSIENT);
	else
		sqlite3_result_null(c);
}

struct values {
	double *v;
	size_t n, room;
};

static void median_step(sqlite3_context *c, int n, sqlite3_value **v)
{
	struct values *m = sqlite3_aggregate_context(c, sizeof(*m));

	(void)n;
	if (!m || sqlite3_value_type(v[0]) == SQLITE_NULL)
		return;
	if (m->n == m->room) {
		double *more = realloc(m->v, (2 * m->room + 64) * sizeof(*more));

		if (!more) {
			sqlite3_result_error_nomem(c);
			return;
		}
		m->v = more;
		m->room = 2 * m->room + 64;
	}
	m->v[m->n++] = sqlite3_value_double(v[0]);
}

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return x < y ? -1 : x > y;
}

static void median_final(sqlite3_context *c)
{
	struct values *m = sqlite3_aggregate_context(c, 0);

	if (!m || m->n == 0) {
		sqlite3_result_null(c);
		return;
	}
	qsort(m->v, m->n, sizeof(*m->v), by_value);
	sqlite3_result_double(c, m->v[(m->n - 1) / 2]);
	free(m->v);
}

/* A unit of the store as a column's ending. */
static enum measure measure_of_unit(struct span unit)
{
	static const struct {
		struct span unit;
		enum measure measure;
	} units[] = {
		{.unit = SPAN_INIT("B"),     .measure = MEASURE_BYTES    },
		{.unit = SPAN_INIT("bit/s"), .measure = MEASURE_BIT_PER_S},
	};
	char text[32];
	struct buf b = BUF_OVER(text);

	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++)
		if (span_eq(unit, units[i].unit))
			return units[i].measure;
	buf_char(&b, '_');
	buf_put(&b, unit);
	return measure_of(buf_span(&b));
}

static void human(sqlite3_context *c, int n, sqlite3_value **v)
{
	char text[64];
	struct buf b = BUF_OVER(text);
	enum measure m = measure_of_unit(span_of((const char *)sqlite3_value_text(v[1])));

	(void)n;
	if (sqlite3_value_type(v[0]) == SQLITE_INTEGER ||
	    sqlite3_value_type(v[0]) == SQLITE_FLOAT) {
		humanize_real(&b, sqlite3_value_double(v[0]), m, false);
		sqlite3_result_text(c, text, (int)b.n, SQLITE_TRANSIENT);
	} else {
		sqlite3_result_value(c, v[0]);
	}
}

int sqlfunc_register(sqlite3 *db, struct err *e)
{
	static const struct {
		const char *name;
		int args;
		size_t most; /* cells; 0 = it draws none */
		void (*call)(sqlite3_context *, int, sqlite3_value **);
		void (*step)(sqlite3_context *, int, sqlite3_value **);
		void (*final)(sqlite3_context *);
	} functions[] = {
		{"spark",      1, SPARK_CELLS, spark, NULL,        NULL        },
		{"slices",     2, STRIP_CELLS, spark, NULL,        NULL        },
		{"spark_over", 3, SPARK_CELLS, NULL,  over_step,   over_final  },
		{"strip",      4, STRIP_CELLS, NULL,  strip_step,  strip_final },
		{"cells",      3, 0,           NULL,  cells_step,  cells_final },
		{"median",     1, 0,           NULL,  median_step, median_final},
		{"human",      2, 0,           human, NULL,        NULL        },
	};

	for (size_t i = 0; i < sizeof(functions) / sizeof(functions[0]); i++) {
		struct resample *st = functions[i].most ? calloc(1, sizeof(*st)) : NULL;

		if (st)
			st->most = functions[i].most;
		else if (functions[i].most)
			return err_set(e, 0, "out of memory");
		/* frees the state also when it fails */
		if (sqlite3_create_function_v2(db, functions[i].name, functions[i].args,
		                               SQLITE_UTF8 | SQLITE_DIRECTONLY, st,
		                               functions[i].call, functions[i].step,
		                               functions[i].final,
		                               st ? resample_free : NULL) != SQLITE_OK)
			return err_set(e, 0, "SQL functions: %s", sqlite3_errmsg(db));
	}
	return 0;
}
