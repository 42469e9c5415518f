#include "analyze/plotfunc.h"

#include <math.h>
#include <stdlib.h>

#include "analyze/resample.h"
#include "analyze/stmt.h"
#include "schema/buf.h"

/* A curve that is being made: the most of each slice, then the least. */
struct curve {
	float high[PLOT_SLICES], low[PLOT_SLICES];
	char source[64]; /* "" = none */
	bool begun;
};

static void give(sqlite3_context *c, const struct spark_window *w, const struct curve *v,
                 bool with_low)
{
	size_t n = w->cells;
	float both[2 * PLOT_SLICES];

	if (!(w->to > w->from)) {
		sqlite3_result_null(c);
		return;
	}
	for (size_t i = 0; i < n; i++) {
		both[i] = v->high[i];
		both[n + i] = v->low[i];
	}
	sqlite3_result_blob(c, both, (int)((with_low ? 2 * n : n) * sizeof(*both)),
	                    SQLITE_TRANSIENT);
}

static void curve(sqlite3_context *c, int n, sqlite3_value **v)
{
	struct resample *st = sqlite3_user_data(c);
	double factor = n > 1 ? sqlite3_value_double(v[1]) : 1;
	struct curve o = {.begun = true};
	struct err e = {0};

	if (sqlite3_value_type(v[0]) == SQLITE_NULL ||
	    (n > 1 && sqlite3_value_type(v[1]) == SQLITE_NULL)) {
		sqlite3_result_null(c);
		return;
	}
	if (resample_series(sqlite3_context_db_handle(c), st, sqlite3_value_int64(v[0]),
	                    &(struct trace){.high = o.high, .low = o.low}, &e)) {
		sqlite3_result_error(c, e.text, -1);
		return;
	}
	for (size_t i = 0; i < st->window.cells; i++) {
		o.high[i] *= (float)factor;
		o.low[i] *= (float)factor;
	}
	give(c, &st->window, &o, true);
}

static void over_step(sqlite3_context *c, int n, sqlite3_value **v)
{
	struct resample *st = sqlite3_user_data(c);
	struct curve *o = sqlite3_aggregate_context(c, sizeof(*o));
	struct err e = {0};

	(void)n;
	if (!o || resample_window(sqlite3_context_db_handle(c), st, &e)) {
		sqlite3_result_error(c, o ? e.text : "out of memory", -1);
		return;
	}
	if (!o->begun) {
		struct buf b = BUF_OVER(o->source);

		if (sqlite3_value_type(v[0]) == SQLITE_TEXT)
			buf_str(&b, (const char *)sqlite3_value_text(v[0]));
		(void)buf_cstr(&b);
		trace_clear(o->high, PLOT_SLICES);
		trace_clear(o->low, PLOT_SLICES);
		o->begun = true;
	}
	if (sqlite3_value_type(v[3]) != SQLITE_NULL)
		trace_hold(&st->window, &(struct trace){.high = o->high, .low = o->low},
		           sqlite3_value_double(v[1]), sqlite3_value_double(v[2]),
		           sqlite3_value_double(v[3]));
}

/* A base of zero where the source was captured, unless it is a level; then the gaps. */
static void finish(sqlite3_context *c, bool level)
{
	struct resample *st = sqlite3_user_data(c);
	struct curve *o = sqlite3_aggregate_context(c, 0);
	sqlite3 *db = sqlite3_context_db_handle(c);
	struct err e = {0};
	float base[PLOT_SLICES];
	int rc = 0;

	if (!o || !o->begun) {
		sqlite3_result_null(c);
		return;
	}
	trace_clear(base, PLOT_SLICES);
	if (!level)
		rc = resample_base(db, st, o->source, base, &e);
	for (size_t i = 0; i < st->window.cells; i++)
		o->high[i] = fmaxf(o->high[i], base[i]);
	if (rc == 0 && o->source[0])
		rc = resample_gaps(db, st, o->source,
		                   &(struct trace){.high = o->high, .low = o->low}, &e);
	if (rc)
		sqlite3_result_error(c, e.text, -1);
	else
		give(c, &st->window, o, level);
}

static void over_final(sqlite3_context *c)
{
	finish(c, false);
}

static void held_final(sqlite3_context *c)
{
	finish(c, true);
}

int plotfunc_register(sqlite3 *db, struct err *e)
{
	static const struct {
		const char *name;
		int args;
		void (*call)(sqlite3_context *, int, sqlite3_value **);
		void (*step)(sqlite3_context *, int, sqlite3_value **);
		void (*final)(sqlite3_context *);
	} functions[] = {
		{"curve",      1, curve, NULL,      NULL      },
		{"curve",      2, curve, NULL,      NULL      },
		{"curve_over", 4, NULL,  over_step, over_final},
		{"curve_held", 4, NULL,  over_step, held_final},
	};

	for (size_t i = 0; i < sizeof(functions) / sizeof(functions[0]); i++) {
		struct resample *st = calloc(1, sizeof(*st));

		if (!st)
			return err_set(e, 0, "out of memory");
		st->most = PLOT_SLICES;
		/* frees the state also when it fails */
		if (sqlite3_create_function_v2(db, functions[i].name, functions[i].args,
		                               SQLITE_UTF8 | SQLITE_DIRECTONLY, st,
		                               functions[i].call, functions[i].step,
		                               functions[i].final, resample_free) != SQLITE_OK)
			return err_set(e, 0, "SQL functions: %s", sqlite3_errmsg(db));
	}
	return 0;
}
