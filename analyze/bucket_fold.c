#include "analyze/bucket_fold.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "analyze/table.h"
#include "schema/buf.h"

/* A row is closed by the first capture this long after it began: a minute, less what ticks are
 * late. */
#define ROW_S 55.0

enum { ROUTER, SCOPE, ID, SERVICE, METRIC, NAMES };

struct grown {
	struct instance *of;
	char *key;
	struct span name[NAMES]; /* within key */
	struct bucket *base, *last,
		*fresh; /* when the row began, of the last capture, of this one */
	size_t n, fresh_n, fresh_cap;
	double base_sum, last_sum, fresh_sum;
	bool known, here; /* base and last hold; fresh holds */
};

struct instance {
	struct span name; /* owned */
	double began, last_t;
	int64_t rows, last_snap;
	bool any; /* began holds */
};

struct bucket_fold {
	struct stmt put;
	struct hash_table series, instances;
};

struct bucket_fold *bucket_fold_open(sqlite3 *db, struct err *e)
{
	struct bucket_fold *f = must_alloc(sizeof(*f));

	*f = (struct bucket_fold){0};
	if (stmt_prepare(&f->put, db,
	                 "INSERT OR REPLACE INTO window(router, scope, id, service, metric, w, "
	                 "snap, t0, t1, n, min, max, sum, avg, p50, p90, p95, p99, p999, p9999, "
	                 "bucketed) VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,1)",
	                 e) < 0) {
		bucket_fold_close(f);
		return NULL;
	}
	return f;
}

static struct instance *instance_of(struct bucket_fold *f, struct span name)
{
	struct instance *i = table_get(&f->instances, name);

	if (i)
		return i;
	i = must_alloc(sizeof(*i));
	*i = (struct instance){.name = must_copy(name)};
	table_add(&f->instances, i->name, i);
	return i;
}

/* The names joined by NUL bytes, after the instance's: one block, one key. */
static struct grown *grown_of(struct bucket_fold *f, struct instance *of, const struct histogram *h)
{
	const struct span names[NAMES] = {h->router, h->scope, h->id, h->service, h->metric};
	char text[2048];
	struct buf key = BUF_OVER(text);
	struct grown *s;
	size_t at = of->name.n + 1;

	buf_put(&key, of->name);
	for (int i = 0; i < NAMES; i++) {
		buf_char(&key, '\0');
		buf_put(&key, names[i]);
	}
	s = table_get(&f->series, buf_span(&key));
	if (s || key.cut)
		return s;
	s = must_alloc(sizeof(*s));
	*s = (struct grown){.of = of, .key = (char *)(uintptr_t)must_copy(buf_span(&key)).p};
	for (int i = 0; i < NAMES; i++) {
		s->name[i] = (struct span){s->key + at, names[i].n};
		at += names[i].n + 1;
	}
	table_add(&f->series, (struct span){s->key, key.n}, s);
	return s;
}

void bucket_fold_histogram(struct bucket_fold *f, struct span instance, const struct histogram *h)
{
	struct grown *s = grown_of(f, instance_of(f, instance), h);

	if (!s || h->buckets == 0)
		return;
	if (h->buckets > s->fresh_cap) {
		s->fresh_cap = h->buckets;
		s->fresh = must_grow(s->fresh, s->fresh_cap * sizeof(*s->fresh));
	}
	memcpy(s->fresh, h->bucket, h->buckets * sizeof(*h->bucket));
	s->fresh_n = h->buckets;
	s->fresh_sum = h->sum;
	s->here = true;
}

/* Its process began anew, or its buckets are others. */
static bool restarted(const struct grown *s)
{
	if (s->fresh_n != s->n)
		return true;
	for (size_t i = 0; i < s->n; i++)
		if (s->fresh[i].le != s->last[i].le || s->fresh[i].n < s->last[i].n)
			return true;
	return false;
}

static void keep(struct bucket **to, const struct bucket *from, size_t n)
{
	*to = must_grow(*to, n * sizeof(**to));
	memcpy(*to, from, n * sizeof(**to));
}

/* A row begins with what is there; of one that came into being since, with nothing. */
static void begin(struct grown *s, const struct bucket *from, size_t n, double sum)
{
	keep(&s->base, from, n);
	s->base_sum = sum;
}

static void take(struct grown *s, bool born_here)
{
	if (!s->known || restarted(s)) {
		begin(s, s->fresh, s->fresh_n, s->fresh_sum);
		if (born_here && !s->known) {
			for (size_t i = 0; i < s->fresh_n; i++)
				s->base[i].n = 0;
			s->base_sum = 0;
		}
	}
	keep(&s->last, s->fresh, s->fresh_n);
	s->n = s->fresh_n;
	s->last_sum = s->fresh_sum;
	s->known = true;
}

static int64_t events(const struct grown *s, size_t i)
{
	return s->last[i].n - s->base[i].n;
}

static double floor_of(const struct grown *s, size_t i)
{
	if (i == 0)
		return s->last[0].le > 0 && !isinf(s->last[0].le) ? 0 : fmin(s->last[0].le, 0);
	return s->last[i - 1].le;
}

/* The upper bound; of the last bucket, that has none, the lower one. */
static double ceiling_of(const struct grown *s, size_t i)
{
	return isinf(s->last[i].le) ? floor_of(s, i) : s->last[i].le;
}

/* As histogram_quantile() of PromQL: evenly spread within the bucket. */
static double quantile(const struct grown *s, double q)
{
	double rank = q * (double)events(s, s->n - 1);
	size_t i = 0;
	double below, in;

	while (i + 1 < s->n && (double)events(s, i) < rank)
		i++;
	below = i ? (double)events(s, i - 1) : 0;
	in = (double)events(s, i) - below;
	if (in <= 0)
		return ceiling_of(s, i);
	return floor_of(s, i) + (ceiling_of(s, i) - floor_of(s, i)) * (rank - below) / in;
}

/* Bounds of the first and the last bucket that something fell into. */
static void bounds(const struct grown *s, double *lo, double *hi)
{
	size_t first = 0, last = s->n - 1;

	while (first < last && events(s, first) == 0)
		first++;
	while (last > 0 && events(s, last - 1) == events(s, s->n - 1))
		last--;
	*lo = floor_of(s, first);
	*hi = ceiling_of(s, last);
}

static int put(struct bucket_fold *f, const struct grown *s, struct err *e)
{
	static const double quantiles[] = {0.5, 0.9, 0.95, 0.99, 0.999, 0.9999};
	int64_t n = events(s, s->n - 1);
	double sum = s->last_sum - s->base_sum, lo, hi;

	if (n <= 0)
		return 0;
	bounds(s, &lo, &hi);
	for (int i = 0; i < NAMES; i++)
		stmt_span(&f->put, s->name[i]);
	stmt_i64(&f->put, s->of->rows + 1); /* 0 is a minute of before the recording */
	stmt_i64(&f->put, s->of->last_snap);
	stmt_real(&f->put, s->of->began);
	stmt_real(&f->put, s->of->last_t);
	stmt_i64(&f->put, n);
	stmt_real(&f->put, lo);
	stmt_real(&f->put, hi);
	stmt_real(&f->put, sum);
	stmt_real(&f->put, sum / (double)n);
	for (size_t i = 0; i < sizeof(quantiles) / sizeof(quantiles[0]); i++)
		stmt_real(&f->put, quantile(s, quantiles[i]));
	return stmt_run(&f->put, e);
}

/* Writes the rows of an instance, or of all (NULL), and begins new ones. */
static int close_rows(struct bucket_fold *f, const struct instance *of, struct err *e)
{
	for (size_t i = 0; i < f->series.cap; i++) {
		struct grown *s = f->series.slots[i].value;

		if (!s || !s->known || (of && s->of != of))
			continue;
		if (put(f, s, e) < 0)
			return -1;
		begin(s, s->last, s->n, s->last_sum);
	}
	return 0;
}

int bucket_fold_capture(struct bucket_fold *f, struct span instance, int64_t snap, double t,
                        struct err *e)
{
	struct instance *of = table_get(&f->instances, instance);
	bool first;

	if (!of)
		return 0;
	first = !of->any;
	if (first)
		of->began = t;
	of->any = true;
	of->last_t = t;
	of->last_snap = snap;
	for (size_t i = 0; i < f->series.cap; i++) {
		struct grown *s = f->series.slots[i].value;

		if (!s || s->of != of || !s->here)
			continue;
		take(s, !first);
		s->here = false;
	}
	if (t - of->began < ROW_S)
		return 0;
	if (close_rows(f, of, e) < 0)
		return -1;
	of->rows++;
	of->began = t;
	return 0;
}

void bucket_fold_drop(struct bucket_fold *f)
{
	for (size_t i = 0; i < f->series.cap; i++)
		if (f->series.slots[i].value)
			((struct grown *)f->series.slots[i].value)->here = false;
}

int bucket_fold_seal(struct bucket_fold *f, struct err *e)
{
	return close_rows(f, NULL, e);
}

void bucket_fold_close(struct bucket_fold *f)
{
	stmt_done(&f->put);
	for (size_t i = 0; i < f->series.cap; i++) {
		struct grown *s = f->series.slots[i].value;

		if (!s)
			continue;
		free(s->key);
		free(s->base);
		free(s->last);
		free(s->fresh);
		free(s);
	}
	for (size_t i = 0; i < f->instances.cap; i++)
		if (f->instances.slots[i].value) {
			free((void *)(uintptr_t)f->instances.slots[i].key.p);
			free(f->instances.slots[i].value);
		}
	table_free(&f->series);
	table_free(&f->instances);
	free(f);
}
