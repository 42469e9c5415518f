#include "analyze/l5d_fold.h"

#include <stdlib.h>

#include "analyze/bucket_fold.h"
#include "analyze/table.h"
#include "schema/buf.h"

/* Unless linkerd was started with a shorter histogramSnapshotInterval. */
#define MINUTE_S 60.0

enum { ROUTER, SCOPE, ID, SERVICE, METRIC, NAMES };

struct stats {
	int64_t count;
	double v[10]; /* as in struct histogram, min to p9999 */
};

struct frozen {
	struct instance *of;
	char *key;
	struct span name[NAMES]; /* within key */
	struct stats now, before;
	bool fresh, known; /* in this capture; in an earlier one */
};

struct instance {
	struct span name; /* owned */
	int64_t minutes;  /* frozen minutes written so far */
	double last;      /* when the last of them was seen, if there was one */
	bool changed, any;
};

struct l5d_fold {
	struct stmt put;
	struct hash_table series, instances;
	struct bucket_fold *buckets;
};

struct l5d_fold *l5d_fold_open(sqlite3 *db, struct err *e)
{
	struct l5d_fold *f = must_alloc(sizeof(*f));

	if (stmt_prepare(&f->put, db,
	                 "INSERT OR REPLACE INTO window(router, scope, id, service, metric, w, "
	                 "snap, t0, t1, n, "
	                 "min, max, sum, avg, p50, p90, p95, p99, p999, p9999) "
	                 "VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
	                 e) < 0 ||
	    !(f->buckets = bucket_fold_open(db, e))) {
		l5d_fold_close(f);
		return NULL;
	}
	return f;
}

static struct instance *instance_of(struct l5d_fold *f, struct span name)
{
	struct instance *i = table_get(&f->instances, name);

	if (i)
		return i;
	i = must_alloc(sizeof(*i));
	i->name = must_copy(name);
	table_add(&f->instances, i->name, i);
	return i;
}

/* The names joined by NUL bytes, after the instance's: one block, one key. */
static struct frozen *frozen_of(struct l5d_fold *f, struct instance *of, const struct histogram *h)
{
	const struct span names[NAMES] = {h->router, h->scope, h->id, h->service, h->metric};
	char text[2048];
	struct buf key = BUF_OVER(text);
	struct frozen *s;
	size_t at;

	buf_put(&key, of->name);
	for (int i = 0; i < NAMES; i++) {
		buf_char(&key, '\0');
		buf_put(&key, names[i]);
	}
	s = table_get(&f->series, buf_span(&key));
	if (s || key.cut)
		return s;
	s = must_alloc(sizeof(*s));
	s->of = of;
	s->key = (char *)(uintptr_t)must_copy(buf_span(&key)).p;
	at = of->name.n + 1;
	for (int i = 0; i < NAMES; i++) {
		s->name[i] = (struct span){s->key + at, names[i].n};
		at += names[i].n + 1;
	}
	table_add(&f->series, (struct span){s->key, key.n}, s);
	return s;
}

static bool same_stats(const struct stats *a, const struct stats *b)
{
	bool same = a->count == b->count;

	for (size_t i = 0; i < sizeof(a->v) / sizeof(a->v[0]); i++)
		same = same && a->v[i] == b->v[i];
	return same;
}

void l5d_fold_histogram(struct l5d_fold *f, struct span instance, const struct histogram *h)
{
	struct instance *of;
	struct frozen *s;

	if (h->bucket) {
		bucket_fold_histogram(f->buckets, instance, h);
		return;
	}
	of = instance_of(f, instance);
	s = frozen_of(f, of, h);
	of->any = true;
	if (!s)
		return;
	s->fresh = true;
	s->now = (struct stats){.count = h->count};
	if (h->count)
		s->now = (struct stats){
			h->count,
			{h->min, h->max, h->sum, h->avg, h->p50, h->p90, h->p95, h->p99, h->p999,
		                 h->p9999}
                };
	if (s->known ? !same_stats(&s->now, &s->before) : of->minutes > 0 && h->count > 0)
		of->changed = true;
}

/* When the minute that ends at `t` began: never before the one before it ended. */
static double began(const struct instance *i, double t)
{
	double minute = t - MINUTE_S;

	return i->minutes > 0 && i->last > minute ? i->last : minute;
}

static int put(struct l5d_fold *f, const struct frozen *s, int64_t snap, double t, struct err *e)
{
	for (int i = 0; i < NAMES; i++)
		stmt_span(&f->put, s->name[i]);
	stmt_i64(&f->put, s->of->minutes);
	stmt_i64(&f->put, snap);
	stmt_real(&f->put, began(s->of, t));
	stmt_real(&f->put, t);
	stmt_i64(&f->put, s->now.count);
	for (size_t i = 0; i < sizeof(s->now.v) / sizeof(s->now.v[0]); i++)
		stmt_real(&f->put, s->now.v[i]);
	return stmt_run(&f->put, e);
}

int l5d_fold_capture(struct l5d_fold *f, struct span instance, int64_t snap, double t,
                     struct err *e)
{
	struct instance *of = instance_of(f, instance);
	bool boundary = of->any && (of->minutes == 0 || of->changed);

	for (size_t i = 0; i < f->series.cap; i++) {
		struct frozen *s = f->series.slots[i].value;

		if (!s || s->of != of || !s->fresh)
			continue;
		if (boundary && s->now.count > 0 && put(f, s, snap, t, e) < 0)
			return -1;
		s->before = s->now;
		s->known = true;
		s->fresh = false;
	}
	of->minutes += boundary;
	if (boundary)
		of->last = t;
	of->any = of->changed = false;
	return bucket_fold_capture(f->buckets, instance, snap, t, e);
}

int l5d_fold_seal(struct l5d_fold *f, struct err *e)
{
	return bucket_fold_seal(f->buckets, e);
}

void l5d_fold_drop(struct l5d_fold *f)
{
	bucket_fold_drop(f->buckets);
	for (size_t i = 0; i < f->series.cap; i++)
		if (f->series.slots[i].value)
			((struct frozen *)f->series.slots[i].value)->fresh = false;
	for (size_t i = 0; i < f->instances.cap; i++)
		if (f->instances.slots[i].value)
			((struct instance *)f->instances.slots[i].value)->any =
				((struct instance *)f->instances.slots[i].value)->changed = false;
}

void l5d_fold_close(struct l5d_fold *f)
{
	stmt_done(&f->put);
	if (f->buckets)
		bucket_fold_close(f->buckets);
	for (size_t i = 0; i < f->series.cap; i++)
		if (f->series.slots[i].value) {
			free(((struct frozen *)f->series.slots[i].value)->key);
			free(f->series.slots[i].value);
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
