/* The lowest layer of the store: single rows, and the first failure. */
#include "analyze/store_impl.h"
#include "schema/timefmt.h"

void store_failed(struct store *s, int rc)
{
	if (rc < 0 && s->err.text[0] == '\0')
		(void)err_set(&s->err, 0, "the store failed");
}

static void meta_run(struct store *s)
{
	store_failed(s, stmt_run(&s->put_meta, &s->err));
}

void store_meta(struct store *s, const char *k, struct span v)
{
	stmt_str(&s->put_meta, k);
	stmt_span(&s->put_meta, v);
	meta_run(s);
}

void store_meta_i64(struct store *s, const char *k, int64_t v)
{
	stmt_str(&s->put_meta, k);
	stmt_i64(&s->put_meta, v);
	meta_run(s);
}

void store_meta_real(struct store *s, const char *k, double v)
{
	stmt_str(&s->put_meta, k);
	stmt_real(&s->put_meta, v);
	meta_run(s);
}

int64_t store_meta_get(struct store *s, const char *k, int64_t otherwise)
{
	int64_t v = otherwise;

	stmt_str(&s->get_meta, k);
	if (stmt_row(&s->get_meta, &s->err) == 1) {
		if (!stmt_is_null(&s->get_meta, 0))
			v = stmt_get_i64(&s->get_meta, 0);
		stmt_reset(&s->get_meta);
	}
	return v;
}

struct source_state *store_source(struct store *s, const char *name)
{
	struct source_state *x = table_get(&s->sources, span_of(name));

	if (x)
		return x;
	x = must_alloc(sizeof(*x));
	x->name = name;
	x->good_snap = x->first_snap = x->last_snap = -1;
	table_add(&s->sources, span_of(name), x);
	return x;
}

void store_reading(struct store *s, uint64_t snap)
{
	s->reading = (int64_t)snap;
}

void store_note(struct store *s, struct span member, size_t line, struct span text)
{
	if (s->notes_n >= NOTES_MAX) {
		s->beyond.notes++;
		return;
	}
	s->notes_n++;
	stmt_span(&s->put_note, member);
	stmt_i64(&s->put_note, s->reading);
	stmt_i64(&s->put_note, (int64_t)line);
	stmt_span(&s->put_note, text);
	store_failed(s, stmt_run(&s->put_note, &s->err));
}

static void bind_time(struct stmt *t, int64_t unix_ns, struct buf *room)
{
	time_put(room, unix_ns, 0);
	stmt_span(t, buf_span(room));
}

/* Of a part of a bundle: what the bundle says of all of it would be said of that part. */
static void cut_meta(struct store *s, const struct store_bundle *b)
{
	static const char sql[] =
		"DELETE FROM meta WHERE k IN ('window_asked_s', 'self_cpu_ns', 'self_user_ns', "
		"'self_sys_ns', 'self_rss_bytes', 'written_bytes', 'ticks_late')";
	int64_t asked = b->last - b->first + 1;

	store_failed(s, stmt_exec(s->db, sql, &s->err));
	store_meta_i64(s, "ticks_asked", asked);
	store_meta_i64(s, "ticks_missed", asked - (int64_t)b->ticks);
}

void store_bundle(struct store *s, const struct store_bundle *b)
{
	struct stmt *t = &s->put_bundle;
	char from[40], to[40];
	struct buf started = BUF_OVER(from), ended = BUF_OVER(to);

	if (b->cut && b->ticks)
		cut_meta(s, b);
	stmt_i64(t, s->bundles++);
	stmt_span(t, b->name);
	stmt_i64(t, (int64_t)b->ticks);
	stmt_i64(t, (int64_t)b->shared);
	if (b->ticks) {
		stmt_i64(t, b->first);
		stmt_i64(t, b->last);
		stmt_i64(t, b->shift);
		bind_time(t, b->started_ns, &started);
		bind_time(t, b->ended_ns, &ended);
	}
	store_failed(s, stmt_run(t, &s->err));
}

static const char join_sql[] = {
#include "join.sql.inc"
	0};

void store_join(struct store *s)
{
	store_failed(s, stmt_exec(s->db, join_sql, &s->err));
}

void store_put_sample(struct store *s, const struct series *x, int64_t snap, const struct value *v,
                      const struct sample *w)
{
	store_failed(s, sample_run_put(s->samples, x->id, snap, v, w, &s->err));
}
