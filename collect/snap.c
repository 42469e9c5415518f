#include "collect/snap.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "collect/tar.h"
#include "schema/timefmt.h"
#include "schema/unit.h"

/* A tick waits for threads during half of the interval; a run that takes longer ends in a later
 * tick. */
#define WAIT_SHARE 2
/* And at least for this part of it, however late the tick is. */
#define WAIT_LEAST_SHARE 50
/* What had no more text than this the last time is run with others by one thread: their texts are
 * there at once. */
#define BATCH_BYTES ((size_t)256 * KIB)
/* A source may cost this part of one CPU. */
#define BUDGET_SHARE 20

static const char *const places[] = {
	[PLACE_HOST] = "host/", [PLACE_SNAP] = "", [PLACE_LAST] = "last/"};

int snap_init(struct snap *s, struct err *e)
{
	s->job = calloc(1, sizeof(*s->job));
	return s->job ? 0 : err_set(e, ENOMEM, "sources");
}

static void free_job(struct job *j)
{
	if (j)
		job_free(j);
	free(j);
}

void snap_free(struct snap *s)
{
	free_job(s->job);
	while (s->spare) {
		struct job *j = s->spare;

		s->spare = j->next;
		free_job(j);
	}
	rows_free(&s->rows);
	free(s->record.p);
}

static void put_member(struct snap *s, const char *folder, const char *name, struct span text,
                       int64_t mono_ns)
{
	char path[BUNDLE_NAME_MAX + 64];
	struct buf b = BUF_OVER(path);

	buf_str(&b, folder);
	buf_str(&b, name);
	if (!s->e->text[0])
		(void)sink_put(s->sink, buf_cstr(&b), text,
		               s->begin.real_ns + (mono_ns - s->begin.mono_ns), s->e);
}

static void keep_reason(struct slot *slot, const struct capture *c)
{
	struct became *b = &slot->became[c->status];

	b->n++;
	b->error = c->error;
	memcpy(b->note, c->note, sizeof(b->note));
}

static bool has_many(const struct source *s)
{
	struct span what = span_of(s->what);

	return s->how == SOURCE_FILE && span_find(what, '*') < what.n;
}

static void write_one(struct snap *s, struct slot *slot, const struct job *j,
                      const struct capture *c)
{
	bool good = capture_status_good(c->status);

	if (good)
		put_member(s, s->place == PLACE_SNAP ? s->folder : places[s->place], c->member,
		           span_sub(buf_span(&j->text), c->at, c->n), c->t0_ns);
	keep_reason(slot, c);
	if (!has_many(&slot->source) || c->status != CAPTURE_OK)
		rows_capture(&s->rows, places[s->place], c, s->begin.mono_ns);
	s->group.bytes += c->n;
	if (slot->source.when != SOURCE_TICK)
		s->edge_bytes += TAR_BLOCK + c->n + tar_padding(c->n);
	*(good ? &s->group.ok : &s->group.failed) += 1;
}

static void write_captures(struct job *j)
{
	struct snap *s = j->drain_arg;

	for (size_t i = 0; i < j->n; i++)
		write_one(s, i && j->also ? s->slot->also : s->slot, j, &j->captures[i]);
	s->rows.lost += j->lost;
	j->lost = 0;
}

static void begin_group(struct snap *s, struct slot *slot, enum place place, int64_t begin_ns)
{
	s->slot = slot;
	s->place = place;
	s->group = (struct group){
		.source = slot->source.id,
		.place = places[place],
		.begin_ns = begin_ns - s->begin.mono_ns,
	};
}

static void end_group(struct snap *s, int64_t begin_ns)
{
	if (!has_many(&s->slot->source))
		return;
	s->group.cost_ns = now_ns() - begin_ns;
	rows_group(&s->rows, &s->group);
}

/* A run that did not take place, or whose deadline passed: a row without a member. */
static void note_status(struct snap *s, struct slot *slot, enum capture_status status,
                        const char *note)
{
	struct capture c = {.t0_ns = now_ns(), .status = status};
	struct buf member = BUF_OVER(c.member), text = BUF_OVER(c.note);

	c.t1_ns = c.t0_ns;
	buf_str(&member, slot->prefix);
	source_member_put(&slot->source, &member);
	(void)buf_cstr(&member);
	buf_str(&text, note);
	(void)buf_cstr(&text);
	keep_reason(slot, &c);
	rows_capture(&s->rows, places[slot->place], &c, s->begin.mono_ns);
}

/* Of a run in a thread: of all that it would have captured. */
static void note_run(struct snap *s, struct slot *slot, enum capture_status status,
                     const char *note)
{
	note_status(s, slot, status, note);
	if (slot->also)
		note_status(s, slot->also, status, note);
}

static void prepare(struct snap *s, struct slot *slot, struct job *j)
{
	job_reset(j, &slot->source, s->host);
	j->how = slot->how;
	j->prefix = slot->prefix;
	j->kept = &slot->kept;
	j->url = slot->url;
	j->also = slot->also ? &slot->also->source : NULL;
	j->drain = NULL;
	j->drain_arg = s;
}

static void run_in_place(struct snap *s, struct slot *slot)
{
	int64_t begin_ns = now_ns(), cpu = thread_cpu_ns();

	begin_group(s, slot, slot->place, begin_ns);
	prepare(s, slot, s->job);
	s->job->drain = write_captures;
	slot->how(s->job);
	slot->cpu_ns += thread_cpu_ns() - cpu;
	write_captures(s->job);
	end_group(s, begin_ns);
}

/* As many as have been at work at once. */
static void put_back(struct snap *s, struct job *j)
{
	struct job **at = &s->spare;

	while (*at && (*at)->text.cap < j->text.cap)
		at = &(*at)->next;
	j->next = *at;
	*at = j;
}

/* The one whose room fits best, or the largest. */
static struct job *take_spare(struct snap *s, size_t bytes)
{
	struct job **at = &s->spare, *j;

	while (*at && (*at)->next && (*at)->text.cap < bytes)
		at = &(*at)->next;
	j = *at;
	if (!j)
		return calloc(1, sizeof(*j));
	*at = j->next;
	j->next = NULL;
	return j;
}

/* A guarded run has returned: its captures are written unless its deadline had passed. */
static void end_run(struct snap *s, struct slot *slot)
{
	struct job *j = slot->job;

	if (!slot->late) {
		begin_group(s, slot, slot->place, s->begin.mono_ns);
		slot->cpu_ns += j->cpu_ns;
		slot->bytes = j->text.n;
		slot->wrote = s->tick;
		if (j->n)
			slot->took_ns = j->captures[j->n - 1].t1_ns - j->begun_ns;
		if (slot->also) {
			slot->also->wrote = slot->wrote;
			slot->also->took_ns = slot->took_ns;
		}
		j->drain_arg = s;
		write_captures(j);
		end_group(s, now_ns());
	}
	slot->run = NULL;
	slot->job = NULL;
	slot->also = NULL;
	slot->late = false;
	put_back(s, j);
}

/* Gives a run until `until_ns`.  Its own deadline, once passed, is a timeout. */
static void wait_for(struct snap *s, struct slot *slot, int64_t until_ns)
{
	if (guard_wait(slot->run, until_ns < slot->until_ns ? until_ns : slot->until_ns)) {
		end_run(s, slot);
	} else if (!slot->late && now_ns() >= slot->until_ns) {
		note_run(s, slot, CAPTURE_TIMEOUT, "deadline passed");
		slot->late = true;
	}
}

/* A member has its name once in a tick: what was begun behind an earlier run ends in a later one.
 */
static bool is_taken(const struct snap *s, const struct slot *slot)
{
	return !s->ending && slot->wrote == s->tick;
}

static void sweep(struct snap *s, int64_t until_ns)
{
	for (size_t i = 0; i < s->slots->n; i++)
		if (s->slots->v[i].run && !is_taken(s, &s->slots->v[i]))
			wait_for(s, &s->slots->v[i], until_ns);
}

static int64_t wait_limit(const struct snap *s)
{
	int64_t share = s->begin.mono_ns + s->plan.every_ns / WAIT_SHARE;
	int64_t least = now_ns() + s->plan.every_ns / WAIT_LEAST_SHARE;

	if (s->ending)
		return INT64_MAX;
	return share > least ? share : least;
}

static struct slot *take_first(struct snap *s)
{
	struct slot *slot = s->batch;

	s->batch = slot->behind;
	slot->behind = NULL;
	return slot;
}

/* True when a thread runs the batch. */
static bool start_batch(struct snap *s)
{
	struct worker *w = s->batch ? guard_start(s->batch->guard, s->batch->job) : NULL;

	for (struct slot *slot = s->batch; w && slot; slot = slot->behind)
		slot->run = w;
	while (!w && s->batch) {
		struct slot *slot = take_first(s);

		put_back(s, slot->job);
		slot->job = NULL;
		note_run(s, slot, CAPTURE_ERROR, "no thread to be had");
		slot->also = NULL;
	}
	return w;
}

/* Until when all of it should have returned: no deadline has passed before. */
static int64_t batch_limit(const struct snap *s, int64_t limit_ns)
{
	int64_t now = now_ns();

	for (const struct slot *slot = s->batch; slot; slot = slot->behind)
		if (slot->deadline_ns < limit_ns - now)
			limit_ns = now + slot->deadline_ns;
	return limit_ns;
}

/*
 * One of the batch takes its time: it is waited for alone, and what is behind it stays in the
 * batch, for another thread.
 */
static void split_batch(struct snap *s, int64_t limit_ns)
{
	struct worker *w = s->batch->run;
	const struct job *rest = guard_rest(w);
	struct slot *slow;

	while (s->batch->behind && s->batch->behind->job != rest)
		end_run(s, take_first(s));
	slow = take_first(s);
	slow->until_ns = slow->job->begun_ns + slow->deadline_ns;
	for (struct slot *slot = s->batch; slot; slot = slot->behind)
		slot->run = NULL;
	wait_for(s, slow, limit_ns);
}

static void run_batch(struct snap *s)
{
	while (s->batch && start_batch(s)) {
		int64_t limit_ns = wait_limit(s);

		if (!guard_wait(s->batch->run, batch_limit(s, limit_ns))) {
			split_batch(s, limit_ns);
			continue;
		}
		while (s->batch)
			end_run(s, take_first(s));
	}
}

static void add_to_batch(struct snap *s, struct slot *slot)
{
	slot->job = take_spare(s, slot->bytes);
	if (!slot->job) {
		note_run(s, slot, CAPTURE_ERROR, "no memory");
		slot->also = NULL;
		return;
	}
	prepare(s, slot, slot->job);
	if (s->batch) {
		s->batch_end->job->next = slot->job;
		s->batch_end->behind = slot;
	} else {
		s->batch = slot;
	}
	s->batch_end = slot;
}

/* What asks a server, or runs a command, waits for others: it has a thread of its own. */
static bool runs_alone(const struct slot *slot)
{
	enum source_how how = slot->source.how;

	return how == SOURCE_HTTP || how == SOURCE_COMMAND || slot->bytes > BATCH_BYTES;
}

/* Nobody waits for it in this tick. */
static void start_only(struct snap *s)
{
	struct slot *slot;

	if (!start_batch(s))
		return;
	slot = take_first(s);
	slot->until_ns = slot->job->begun_ns + slot->deadline_ns;
}

static void run_guarded(struct snap *s, struct slot *slot)
{
	bool taken = is_taken(s, slot), alone = taken || runs_alone(slot);

	if (s->batch && (alone || s->batch->guard != slot->guard))
		run_batch(s);
	add_to_batch(s, slot);
	if (taken)
		start_only(s);
	else if (alone)
		run_batch(s);
}

/* In a run of its own, or in that of the wider one. */
static bool runs(const struct slot *slot)
{
	return slot->run || (slot->wider && slot->wider->also == slot);
}

static void serve(struct snap *s, struct slot *slot, enum place place)
{
	if (runs(slot)) {
		note_status(s, slot, CAPTURE_BUSY, "an earlier run has not returned");
		return;
	}
	slot->place = place;
	if (slot->guard)
		run_guarded(s, slot);
	else
		run_in_place(s, slot);
}

/* Its share of a CPU is used up until time has gone by. */
static bool over_budget(const struct snap *s, const struct slot *slot)
{
	return slot->cpu_ns > (s->begin.mono_ns - s->first.mono_ns) / BUDGET_SHARE;
}

/*
 * Whether the run before, which ended in this tick, stands for it.  That of a slow source does
 * not: the next one goes on at once, or every second tick would have none.
 */
static bool stands(const struct snap *s, const struct slot *slot, bool last)
{
	return slot->wrote == s->tick && (last || slot->took_ns < s->plan.every_ns / WAIT_SHARE);
}

static bool is_due(const struct snap *s, const struct tick_record *t, const struct slot *slot)
{
	return plan_due(&s->plan, slot->source.when, slot->pace_ns, t->tick, slot->taken) &&
	       !stands(s, slot, t->last);
}

static bool is_thinned(const struct snap *s, const struct tick_record *t, const struct slot *slot)
{
	return t->tick != 0 && !t->last && over_budget(s, slot);
}

/* Whether a run of the wider one, which comes later in this tick, can stand for it. */
static bool goes_along(const struct snap *s, const struct tick_record *t, const struct slot *slot)
{
	const struct slot *w = slot->wider;

	return w && !runs(slot) && !w->run && !is_taken(s, slot) && !is_taken(s, w) &&
	       is_due(s, t, w) && !is_thinned(s, t, w);
}

static void serve_due(struct snap *s, const struct tick_record *t, struct slot *slot)
{
	enum source_when when = slot->source.when;

	if (!is_due(s, t, slot))
		return;
	slot->taken = t->tick;
	if (goes_along(s, t, slot)) {
		slot->place = PLACE_SNAP;
		slot->wider->also = slot;
		return;
	}
	if (is_thinned(s, t, slot)) {
		slot->place = PLACE_SNAP;
		note_status(s, slot, CAPTURE_THINNED, "costs more than its budget");
		return;
	}
	serve(s, slot, when == SOURCE_ONCE || when == SOURCE_ENDS ? PLACE_HOST : PLACE_SNAP);
	if (t->tick == 0 || t->last)
		slot->cpu_ns = 0;
}

static void begin(struct snap *s, struct err *e)
{
	s->begin = clocks_now();
	s->e = e;
	rows_reset(&s->rows);
	s->edge_bytes = 0;
}

int snap_take(struct snap *s, struct tick_record *t, struct err *e)
{
	struct buf folder = BUF_OVER(s->folder);
	struct span text;

	begin(s, e);
	t->begin = s->begin;
	s->tick = t->tick;
	if (t->tick == 0)
		s->first = s->begin;
	s->ending = t->last;
	member_name_put_snap(&folder, t->tick);
	(void)buf_cstr(&folder);
	sweep(s, 0);
	for (size_t i = 0; i < s->slots->n && !e->text[0]; i++)
		serve_due(s, t, &s->slots->v[i]);
	run_batch(s);
	sweep(s, t->last ? INT64_MAX : 0);
	text = record_tick(&s->record, t, &s->rows);
	if (!text.n)
		return err_set(e, ENOMEM, "tick.json");
	put_member(s, s->folder, "tick.json", text, s->begin.mono_ns);
	return e->text[0] ? -1 : sink_flush(s->sink, e);
}

int snap_last(struct snap *s, struct err *e)
{
	begin(s, e);
	s->ending = true;
	for (size_t i = 0; i < s->slots->n && !e->text[0]; i++)
		if (s->slots->v[i].source.when == SOURCE_ENDS)
			serve(s, &s->slots->v[i], PLACE_LAST);
	run_batch(s);
	sweep(s, INT64_MAX);
	return e->text[0] ? -1 : 0;
}

bool snap_hangs(const struct snap *s)
{
	for (size_t i = 0; i < s->slots->n; i++)
		if (s->slots->v[i].run)
			return true;
	return false;
}
