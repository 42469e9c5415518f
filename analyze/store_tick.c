/* A tick from its members to its rows: what waited is judged and taken in when it closes. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "analyze/store_impl.h"
#include "schema/buf.h"
#include "schema/timefmt.h"

/*
 * One member may be read for several sources: each has captures of its own.  NULL: they are too
 * many.
 */
static struct member *member_of(struct store *s, struct span name, const char *source,
                                struct span entity)
{
	UNCLEARED char text[2 * BUNDLE_NAME_MAX];
	struct buf b = BUF_OVER(text);
	struct member *m;

	buf_put(&b, name);
	buf_char(&b, '\0');
	buf_str(&b, source ? source : "");
	m = table_get(&s->members, buf_span(&b));
	if (m)
		return m;
	if (s->members.used >= MEMBERS_MAX || (!source && s->unknown_n >= UNKNOWN_MAX)) {
		s->beyond.members++;
		return NULL;
	}
	s->unknown_n += !source;
	m = must_alloc(sizeof(*m));
	m->key = must_copy(buf_span(&b));
	m->name = span_sub(m->key, 0, name.n);
	m->entity = must_copy(entity);
	m->source = source;
	table_add(&s->members, m->key, m);
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

	if (!m)
		return NULL;
	buf_put(&scope, in->scope);
	s->scope = buf_span(&scope);
	s->open = m;
	s->at = 0;
	s->endpoints_dropped = false;
	s->learns_online = in->source && span_eq(span_of(in->source), SPAN("stat"));
	touch(s, m);
	m->bytes += in->bytes;
	if (m->points_to != s->pending_n) /* a duplicate member: the later one counts */
		m->points_from = m->points_to = s->pending_n;
	return &s->emit;
}

static struct value value_of(const struct store *s, const struct pending *p)
{
	struct value v = {.type = p->type};

	if (p->type == VALUE_INT)
		v.v.i = p->v.i;
	else if (p->type == VALUE_REAL)
		v.v.r = p->v.r;
	else
		v.v.text = span_sub((struct span){s->text, s->text_n}, p->v.text.at, p->v.text.n);
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

static void write_capture(struct store *s, const struct member *m, const struct store_capture *c,
                          struct moment at)
{
	struct stmt *t = &s->put_capture;

	stmt_span(t, m->name);
	stmt_i64(t, at.snap);
	stmt_str(t, m->source);
	stmt_span(t, m->entity);
	stmt_real(t, at.t);
	if (capture_status_good(c->status) && m->had_good && at.t > m->last_t)
		stmt_real(t, at.t - m->last_t);
	else
		stmt_null(t);
	stmt_real(t, (double)ns_between(c->t1_ns, c->t0_ns) / NS_PER_S);
	stmt_str(t, capture_status_name(c->status));
	stmt_i64(t, c->bytes);
	stmt_span(t, c->note);
	store_failed(s, stmt_run(t, &s->err));
}

static void put_capture(struct store *s, struct member *m, const struct store_capture *c,
                        struct moment at)
{
	bool good = capture_status_good(c->status);

	if (s->captures_n < CAPTURES_MAX) {
		s->captures_n++;
		write_capture(s, m, c, at);
	} else {
		s->beyond.captures++;
	}
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
	if (s->instant)
		at.t = s->t;
	count_source(s, m, c, at);
	if (capture_status_good(c->status)) {
		take_in(s, m, at);
		if (m->histograms)
			store_failed(s, l5d_fold_capture(s->l5d, m->name, at.snap, at.t, &s->err));
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
	struct buf note;

	if (!m)
		return;
	note = BUF_OVER(m->note_text);
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
		judge(s, m, c, m->has_verdict && !c->held ? middle(s, c) : at);
	}
	store_failed(s, tcp_fold_snap(s->tcp, at.snap, at.t, &s->err));
	forget_tick(s);
}

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

/* apart: nothing is known of the time since the tick before */
static void put_snapshot(struct store *s, const struct store_tick *t, bool apart)
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
	if (s->any_tick && !apart)
		stmt_real(p, s->t - s->prev_t);
	else
		stmt_null(p);
	stmt_real(p, (double)t->late_ns / NS_PER_S);
	if (s->any_tick && !apart)
		stmt_real(p, (double)ns_between(offset, s->offset_ns) / NS_PER_S);
	else
		stmt_null(p);
	stmt_i64(p, s->boot);
	stmt_span(p, buf_span(&at));
	store_failed(s, stmt_run(p, &s->err));
	s->offset_ns = offset;
}

/* All, or the levels alone: what they were while nobody looked is not known. */
static void unchain(struct store *s, bool all)
{
	for (size_t i = 0; i < s->series.cap; i++) {
		struct series *x = s->series.slots[i].value;

		if (x && (all || x->kind == KIND_GAUGE))
			series_unchain(x);
	}
	for (size_t i = 0; i < s->members.cap && all; i++)
		if (s->members.slots[i].value)
			((struct member *)s->members.slots[i].value)->had_good = false;
}

/* Seconds between two ticks of which only the wall clock knows; at least one. */
static double seconds_down(const struct store *s, const struct store_tick *t)
{
	double d = (double)ns_between(t->realtime_ns, s->prev_real) / NS_PER_S;

	return d > 1 ? d : 1;
}

/* What the bundle before said of itself is in table bundle, and nothing the next one says. */
static void forget_bundle(struct store *s)
{
	static const char sql[] =
		"DELETE FROM meta WHERE k IN ('window_asked_s', 'ticks_asked', 'ticks_late', "
		"'ticks_missed', 'end_reason', 'end_detail', 'self_cpu_ns', 'self_user_ns', "
		"'self_sys_ns', 'self_rss_bytes', 'written_bytes', 'raw_bytes', 'bundle_bytes', "
		"'bundle_sha256', 'options', 'note')";

	store_failed(s, stmt_exec(s->db, sql, &s->err));
}

void store_break(struct store *s, enum store_break what)
{
	s->broken = what;
	forget_bundle(s);
	if (what == STORE_BOOT)
		tcp_fold_boot(s->tcp);
}

void store_hold(struct store *s, bool hold)
{
	s->holding = hold;
}

void store_tick(struct store *s, const struct store_tick *t)
{
	bool reboot = rebooted(s, t) || s->broken == STORE_BOOT;
	bool apart = reboot || s->broken == STORE_GAP;

	s->snap = (int64_t)t->snap;
	if (!s->any_tick)
		s->mono0 = t->monotonic_ns;
	if (reboot) {
		s->boot++;
		s->mono0 =
			ns_between(t->monotonic_ns,
		                   (int64_t)(fmin(s->prev_t + seconds_down(s, t), 9e9) * NS_PER_S));
	}
	if (apart)
		unchain(s, reboot);
	s->t = seconds(s, t->monotonic_ns);
	s->instant = t->instant;
	put_snapshot(s, t, apart);
	close_members(s, (struct moment){.snap = s->snap, .t = s->t});
	s->any_tick = true;
	s->broken = STORE_GOES_ON;
	s->prev_t = s->t;
	s->prev_real = t->realtime_ns;
}

void store_last(struct store *s)
{
	close_members(s, (struct moment){.snap = s->snap, .t = s->t + 1e-6});
}

size_t store_emitted(const struct store *s)
{
	return s->open ? s->open->emitted : 0;
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
