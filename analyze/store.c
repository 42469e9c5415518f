#include "analyze/store.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "analyze/store_impl.h"
#include "schema/buf.h"
#include "schema/timefmt.h"

void store_failed(struct store *s, int rc)
{
	if (rc < 0 && s->err.text[0] == '\0')
		(void)err_set(&s->err, 0, "the store failed");
}

/* ---- meta ---- */

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

/* ---- members and sources ---- */

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

static struct member *member_of(struct store *s, struct span name, const char *source,
                                struct span entity)
{
	struct member *m = table_get(&s->members, name);

	if (m)
		return m;
	m = must_alloc(sizeof(*m));
	m->name = must_copy(name);
	m->entity = must_copy(entity);
	m->source = source;
	table_add(&s->members, m->name, m);
	return m;
}

static void touch(struct store *s, struct member *m)
{
	if (m->here)
		return;
	m->here = true;
	m->has_verdict = false;
	m->emitted = m->noted = m->bytes = 0;
	m->points_from = m->points_to = s->pending_n;
	m->histograms = false;
	if (s->touched_n == s->touched_cap) {
		s->touched_cap = s->touched_cap ? s->touched_cap * 2 : 256;
		s->touched = must_grow(s->touched, s->touched_cap * sizeof(struct member *));
	}
	s->touched[s->touched_n++] = m;
}

struct emit *store_member(struct store *s, const struct store_member *in)
{
	struct buf scope = BUF_OVER(s->scope_text);
	struct member *m = member_of(s, in->member, in->source, in->entity);

	buf_put(&scope, in->scope);
	s->scope = buf_span(&scope);
	s->open = m;
	s->at = 0;
	s->endpoints_dropped = false;
	touch(s, m);
	m->bytes += in->bytes;
	if (m->points_from != m->points_to && m->points_to != s->pending_n)
		m->points_from = s->pending_n; /* a duplicate member: the later one counts */
	return &s->emit;
}

void store_note(struct store *s, struct span member, size_t line, struct span text)
{
	stmt_span(&s->put_note, member);
	stmt_i64(&s->put_note, s->any_tick ? s->snap : 0);
	stmt_i64(&s->put_note, (int64_t)line);
	stmt_span(&s->put_note, text);
	store_failed(s, stmt_run(&s->put_note, &s->err));
}

/* ---- a capture's end ---- */

void store_put_sample(struct store *s, const struct series *x, int64_t snap, const struct value *v,
                      const struct sample *w)
{
	struct stmt *t = &s->put_sample;

	stmt_i64(t, x->id);
	stmt_i64(t, snap);
	if (v->type == VALUE_INT)
		stmt_i64(t, v->v.i);
	else if (v->type == VALUE_REAL)
		stmt_real(t, v->v.r);
	else
		stmt_span(t, v->v.text);
	if (!w->has_delta)
		stmt_null(t);
	else if (v->type == VALUE_INT)
		stmt_i64(t, w->delta_i);
	else
		stmt_real(t, w->delta);
	if (w->dt > 0)
		stmt_real(t, w->dt);
	else
		stmt_null(t);
	store_failed(s, stmt_run(t, &s->err));
}

static struct value value_of(const struct store *s, const struct pending *p)
{
	struct value v = {.type = p->type};

	if (p->type == VALUE_INT)
		v.v.i = p->v.i;
	else if (p->type == VALUE_REAL)
		v.v.r = p->v.r;
	else
		v.v.text = (struct span){s->text + p->v.text.at, p->v.text.n};
	return v;
}

static void take_in(struct store *s, const struct member *m, struct moment at)
{
	for (size_t i = m->points_from; i < m->points_to; i++) {
		struct series *x = s->pending[i].series;
		struct value v = value_of(s, &s->pending[i]);
		struct sample w;

		if (x->n && x->last_snap == at.snap && x->last_t == at.t)
			continue; /* named twice in one capture: the first one counts */
		w = series_add(x, at, &v);
		if (w.write && !(x->sparse && x->n == 1 && v.type == VALUE_INT && v.v.i == 0))
			store_put_sample(s, x, at.snap, &v, &w);
	}
}

/* a - b of clocks that a stranger wrote down. */
static int64_t ns_between(int64_t a, int64_t b)
{
	int64_t d;

	if (__builtin_sub_overflow(a, b, &d))
		return a > b ? INT64_MAX : INT64_MIN;
	return d;
}

static void put_capture(struct store *s, struct member *m, const struct store_capture *c,
                        struct moment at)
{
	bool good = capture_status_good(c->status);
	struct stmt *t = &s->put_capture;

	stmt_span(t, m->name);
	stmt_i64(t, at.snap);
	stmt_str(t, m->source);
	stmt_span(t, m->entity);
	stmt_real(t, at.t);
	if (good && m->had_good && at.t > m->last_t)
		stmt_real(t, at.t - m->last_t);
	else
		stmt_null(t);
	stmt_real(t, (double)ns_between(c->t1_ns, c->t0_ns) / NS_PER_S);
	stmt_str(t, capture_status_name(c->status));
	stmt_i64(t, c->bytes);
	stmt_span(t, c->note);
	store_failed(s, stmt_run(t, &s->err));
	if (good) {
		m->had_good = true;
		m->last_t = at.t;
	}
}

/* "cmd/ethtool_-S_eth0: absent (Operation not supported)" */
static void explain(struct source_state *x, struct span member, const struct store_capture *c)
{
	struct buf b = BUF_OVER(x->why);

	buf_put(&b, span_sub(member, 0, 80));
	buf_str(&b, ": ");
	buf_str(&b, capture_status_name(c->status));
	if (c->note.n) {
		buf_str(&b, " (");
		buf_put(&b, span_sub(c->note, 0, 50));
		buf_char(&b, ')');
	}
	(void)buf_cstr(&b);
}

static void count_source(struct store *s, struct member *m, const struct store_capture *c,
                         struct moment at)
{
	struct source_state *x;

	if (!m->source)
		return;
	x = store_source(s, m->source);
	if (capture_status_good(c->status) && m->emitted == 0 && m->noted > 0) {
		x->unparsable++;
		return;
	}
	if (!capture_status_good(c->status)) {
		x->bad[c->status]++;
		if (x->why[0] == '\0')
			explain(x, m->name, c);
		return;
	}
	if (x->good_snap != at.snap) {
		x->good++;
		x->good_snap = at.snap;
	}
	if (x->first_snap < 0) {
		x->first_snap = at.snap;
		x->first_t = at.t;
	}
	x->last_snap = at.snap;
	x->last_t = at.t;
}

static void judge(struct store *s, struct member *m, const struct store_capture *c,
                  struct moment at)
{
	put_capture(s, m, c, at);
	count_source(s, m, c, at);
	if (capture_status_good(c->status)) {
		take_in(s, m, at);
		if (m->histograms)
			store_failed(s,
			             l5d_fold_capture(s->l5d, m->entity, at.snap, at.t, &s->err));
	}
}

static double seconds(const struct store *s, int64_t mono_ns)
{
	return (double)ns_between(mono_ns, s->mono0) / NS_PER_S;
}

static struct moment middle(const struct store *s, const struct store_capture *c)
{
	return (struct moment){.snap = s->snap, .t = seconds(s, c->t0_ns / 2 + c->t1_ns / 2)};
}

/* Judged when the tick closes: its own times come first. */
void store_capture(struct store *s, const struct store_capture *c)
{
	struct member *m = member_of(s, c->member, c->source, c->entity);
	struct buf note = BUF_OVER(m->note_text);

	touch(s, m);
	buf_put(&note, c->note);
	m->verdict = *c;
	m->verdict.note = buf_span(&note);
	m->has_verdict = true;
}

static void forget_tick(struct store *s)
{
	for (size_t i = 0; i < s->touched_n; i++)
		s->touched[i]->here = false;
	s->touched_n = s->pending_n = s->text_n = 0;
	s->open = NULL;
}

static void close_members(struct store *s, struct moment at)
{
	for (size_t i = 0; i < s->touched_n; i++) {
		struct member *m = s->touched[i];
		struct store_capture good = {.status = CAPTURE_OK};
		struct store_capture *c = m->has_verdict ? &m->verdict : &good;

		if (c->bytes == 0)
			c->bytes = (int64_t)m->bytes;
		judge(s, m, c, m->has_verdict ? middle(s, c) : at);
	}
	store_failed(s, tcp_fold_snap(s->tcp, at.snap, at.t, &s->err));
	forget_tick(s);
}

/* ---- ticks ---- */

static bool rebooted(struct store *s, const struct store_tick *t)
{
	struct buf b = BUF_OVER(s->boot_id);
	bool other;

	if (t->boot_id.n == 0)
		return false;
	other = s->boot_id[0] && !span_eq(span_of(s->boot_id), t->boot_id);
	buf_put(&b, t->boot_id);
	(void)buf_cstr(&b);
	return other;
}

static void put_snapshot(struct store *s, const struct store_tick *t, bool reboot)
{
	int64_t offset = ns_between(t->realtime_ns, t->monotonic_ns);
	struct stmt *p = &s->put_snapshot;
	char text[40];
	struct buf at = BUF_OVER(text);

	time_put(&at, t->realtime_ns, 0);
	if (at.n > 10)
		text[10] = ' ';
	stmt_i64(p, (int64_t)t->snap);
	stmt_real(p, (double)t->realtime_ns / NS_PER_S);
	stmt_real(p, s->t);
	if (s->any_tick && !reboot)
		stmt_real(p, s->t - s->prev_t);
	else
		stmt_null(p);
	stmt_real(p, (double)t->late_ns / NS_PER_S);
	if (s->any_tick && !reboot)
		stmt_real(p, (double)ns_between(offset, s->offset_ns) / NS_PER_S);
	else
		stmt_null(p);
	stmt_i64(p, s->boot);
	stmt_span(p, buf_span(&at));
	store_failed(s, stmt_run(p, &s->err));
	s->offset_ns = offset;
}

static void unchain_all(struct store *s)
{
	for (size_t i = 0; i < s->series.cap; i++)
		if (s->series.slots[i].value)
			series_unchain(s->series.slots[i].value);
}

void store_tick(struct store *s, const struct store_tick *t)
{
	bool reboot = rebooted(s, t);

	s->snap = (int64_t)t->snap;
	if (!s->any_tick)
		s->mono0 = t->monotonic_ns;
	if (reboot) {
		s->boot++;
		unchain_all(s);
		s->mono0 =
			ns_between(t->monotonic_ns, (int64_t)(fmin(s->prev_t + 1, 9e9) * NS_PER_S));
	}
	s->t = seconds(s, t->monotonic_ns);
	put_snapshot(s, t, reboot);
	close_members(s, (struct moment){.snap = s->snap, .t = s->t});
	s->any_tick = true;
	s->prev_t = s->t;
}

void store_last(struct store *s)
{
	close_members(s, (struct moment){.snap = s->snap, .t = s->t + 1e-6});
}

void store_drop(struct store *s, const char *why)
{
	if (s->touched_n == 0)
		return;
	store_note(s, SPAN("snap"), 0, span_of(why));
	tcp_fold_drop(s->tcp);
	l5d_fold_drop(s->l5d);
	forget_tick(s);
}

struct hints store_hints(const struct store *s)
{
	return (struct hints){.online = s->online, .n_online = s->online_n};
}

/* ---- open and close ---- */

static const char schema_sql[] = {
#include "db.sql.inc"
	0};

/* schema/db.sql with the columns of sock.def in place of their mark. */
static int create(struct store *s, struct err *e)
{
	static const struct span mark = SPAN_INIT("@SOCK_COLUMNS@");
	struct span sql = {schema_sql, sizeof(schema_sql) - 1};
	size_t cap = sql.n + SOCK_FIELD_COUNT * (size_t)40, at = span_search(sql, mark);
	struct buf b = {.p = must_alloc(cap), .cap = cap};
	int rc;

	buf_put(&b, span_sub(sql, 0, at));
	for (int i = 0; i < SOCK_FIELD_COUNT; i++) {
		buf_str(&b, i ? ", " : "");
		buf_str(&b, sock_columns[i].name);
		buf_str(&b, " INT");
	}
	buf_put(&b, span_sub(sql, at + mark.n, sql.n));
	rc = stmt_exec(s->db, buf_cstr(&b), e);
	free(b.p);
	return rc;
}

static int prepare(struct store *s, struct err *e)
{
	const struct {
		struct stmt *stmt;
		const char *sql;
	} all[] = {
		{&s->put_meta,      "INSERT OR REPLACE INTO meta VALUES(?,?)"                },
		{&s->get_meta,      "SELECT v FROM meta WHERE k = ?"                         },
		{&s->put_snapshot,  "INSERT OR REPLACE INTO snapshot VALUES(?,?,?,?,?,?,?,?)"},
		{&s->put_capture,   "INSERT INTO capture VALUES(?,?,?,?,?,?,?,?,?,?)"        },
		{&s->put_note,      "INSERT INTO note VALUES(?,?,?,?)"                       },
		{&s->put_sample,    "INSERT OR REPLACE INTO sample VALUES(?,?,?,?,?)"        },
		{&s->put_endpoint,  "INSERT OR IGNORE INTO endpoint VALUES(?,?,?,?)"         },
		{&s->drop_endpoint, "DELETE FROM endpoint WHERE substr(router, 1, ?1) = ?2"  },
		{&s->put_irq,       "INSERT OR REPLACE INTO irq VALUES(?,NULL,NULL,?,NULL)"  },
	};

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		if (stmt_prepare(all[i].stmt, s->db, all[i].sql, e) < 0)
			return -1;
	return 0;
}

static const char fast_sql[] = "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; "
			       "PRAGMA locking_mode = EXCLUSIVE; PRAGMA temp_store = MEMORY; BEGIN";

static int open_db(struct store *s, const char *path, struct err *e)
{
	size_t n = path ? strlen(path) : 0;
	struct buf temp;

	if (path) {
		temp = (struct buf){.p = must_alloc(n + 5), .cap = n + 5};
		buf_str(&temp, path);
		buf_str(&temp, ".tmp");
		s->temp = temp.p;
		s->path = (char *)(uintptr_t)must_copy(span_of(path)).p;
		(void)unlink(s->temp);
	}
	if (sqlite3_open(path ? s->temp : ":memory:", &s->db) != SQLITE_OK)
		return err_set(e, 0, "open %s: %s", path ? s->temp : "the store",
		               sqlite3_errmsg(s->db));
	return 0;
}

struct store *store_open(const char *path, struct err *e)
{
	struct store *s = must_alloc(sizeof(*s));

	store_emit_init(&s->emit);
	if (open_db(s, path, e) < 0 || create(s, e) < 0 || stmt_exec(s->db, fast_sql, e) < 0 ||
	    prepare(s, e) < 0 || !(s->tcp = tcp_fold_open(s->db, e)) ||
	    !(s->l5d = l5d_fold_open(s->db, e))) {
		store_close(s);
		return NULL;
	}
	return s;
}

struct sqlite3 *store_db(struct store *s)
{
	return s->db;
}

static void free_member(struct member *m)
{
	free((void *)(uintptr_t)m->name.p);
	free((void *)(uintptr_t)m->entity.p);
	free(m->order);
	free(m);
}

static void free_tables(struct store *s)
{
	for (size_t i = 0; i < s->members.cap; i++)
		if (s->members.slots[i].value)
			free_member(s->members.slots[i].value);
	for (size_t i = 0; i < s->series.cap; i++)
		if (s->series.slots[i].value)
			series_free(s->series.slots[i].value);
	for (size_t i = 0; i < s->sources.cap; i++)
		free(s->sources.slots[i].value);
	table_free(&s->members);
	table_free(&s->series);
	table_free(&s->sources);
}

void store_close(struct store *s)
{
	if (!s)
		return;
	stmt_done(&s->put_meta);
	stmt_done(&s->get_meta);
	stmt_done(&s->put_snapshot);
	stmt_done(&s->put_capture);
	stmt_done(&s->put_note);
	stmt_done(&s->put_sample);
	stmt_done(&s->put_endpoint);
	stmt_done(&s->drop_endpoint);
	stmt_done(&s->put_irq);
	if (s->tcp)
		tcp_fold_close(s->tcp);
	if (s->l5d)
		l5d_fold_close(s->l5d);
	(void)sqlite3_close(s->db);
	if (s->temp && !s->sealed)
		(void)unlink(s->temp);
	free_tables(s);
	free(s->path);
	free(s->temp);
	free(s->pending);
	free(s->text);
	free(s->touched);
	free(s);
}
