#include "collect/window.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "collect/stream.h"
#include "schema/timefmt.h"
#include "schema/unit.h"

/* A tick is late when it begins a tenth of the interval after its deadline, and 1 ms. */
#define LATE_SHARE 10
/* Written ticks are brought to the disk so often at most. */
#define SYNC_PACE_NS ((int64_t)NS_PER_S)
/* While it waits for a tick, it tells so. */
#define TELL_PACE_NS ((int64_t)NS_PER_S)
/* What end.json and the archive's end need, and no file system is so full without trouble. */
#define RESERVE_LEAST ((uint64_t)64 * KIB)

struct waiter {
	int timer, signals;
};

static int waiter_open(struct waiter *w, struct err *e)
{
	sigset_t set;

	(void)sigemptyset(&set);
	(void)sigaddset(&set, SIGINT);
	(void)sigaddset(&set, SIGTERM);
	(void)sigaddset(&set, SIGHUP);
	w->timer = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
	w->signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	if (w->timer < 0 || w->signals < 0)
		return err_set(e, errno, "timerfd, signalfd");
	return 0;
}

static void waiter_close(struct waiter *w)
{
	(void)close(w->timer);
	(void)close(w->signals);
}

/* Until CLOCK_MONOTONIC says at_ns.  Returns 0, or the number of the signal that came first. */
static int wait_until(const struct waiter *w, int64_t at_ns)
{
	struct itimerspec at = {
		.it_value = {.tv_sec = at_ns / NS_PER_S, .tv_nsec = at_ns % NS_PER_S}
        };
	struct pollfd fds[] = {
		{.fd = w->signals, .events = POLLIN},
		{.fd = w->timer,   .events = POLLIN},
	};
	struct signalfd_siginfo got;

	(void)timerfd_settime(w->timer, TFD_TIMER_ABSTIME, &at, NULL);
	while (poll(fds, 2, -1) < 0 && errno == EINTR)
		;
	if (read(w->signals, &got, sizeof(got)) == (ssize_t)sizeof(got))
		return (int)got.ssi_signo;
	return 0;
}

/* The same, telling each second that it waits, if somebody wants to know. */
static int wait_for(const struct window *w, const struct waiter *waiter, int64_t at_ns)
{
	int signal = 0;

	while (w->waiting && !signal && at_ns - now_ns() > TELL_PACE_NS) {
		signal = wait_until(waiter, now_ns() + TELL_PACE_NS);
		w->waiting(w, w->after_tick_arg);
	}
	return signal ? signal : wait_until(waiter, at_ns);
}

static void say_end(struct window *w, const char *reason, const char *detail)
{
	struct buf b = BUF_OVER(w->detail);

	w->end.reason = reason;
	buf_str(&b, detail);
	w->end.detail = buf_cstr(&b);
}

static const char *signal_name(int signal)
{
	switch (signal) {
	case SIGINT:
		return "SIGINT";
	case SIGTERM:
		return "SIGTERM";
	default:
		return "SIGHUP";
	}
}

/* Bytes that closing the bundle may need: another tick, and what is taken again at the end. */
static uint64_t closing_bytes(const struct window *w)
{
	return w->largest_bytes + w->first_bytes + RESERVE_LEAST;
}

static void count(struct window *w, const struct tick_record *t, uint64_t before)
{
	int64_t late_ns = w->snap->plan.every_ns / LATE_SHARE;

	w->end.taken++;
	w->end.missed += t->missed;
	w->end.late += t->late_ns > (late_ns > NS_PER_MS ? late_ns : NS_PER_MS);
	w->tick = t->tick;
	w->tick_bytes = output_bytes(w->output) - before;
	if (t->tick == 0)
		w->first_bytes = w->tick_bytes;
	if (w->tick_bytes > w->largest_bytes)
		w->largest_bytes = w->tick_bytes;
}

static void sync_output(struct job *j)
{
	output_sync(j->kept->p);
}

/* Ticks survive a power cut too; a slow disk is waited for by a thread alone. */
static void sync_begin(struct window *w)
{
	int64_t now = now_ns();

	if (w->sync && guard_wait(w->sync, 0))
		w->sync = NULL;
	if (w->sync || now - w->synced_ns < SYNC_PACE_NS)
		return;
	w->synced_ns = now;
	w->sync_kept.p = w->output;
	w->sync_job.kept = &w->sync_kept;
	w->sync_job.how = sync_output;
	w->sync = guard_start(w->guard, &w->sync_job);
}

static void sync_end(struct window *w)
{
	if (w->sync)
		(void)guard_wait(w->sync, INT64_MAX);
	w->sync = NULL;
}

/* What a kill -9 leaves behind from now on is a whole stream. */
static void mark(const struct window *w)
{
	unsigned char end[COMPRESS_END_MAX];

	output_mark(w->output);
	output_end(w->output, end, compress_end(w->compress, end));
}

/* One tick, safe on its way to the disk when this returns 0. */
static int take(struct window *w, struct tick_record *t, struct err *e)
{
	uint64_t before = output_bytes(w->output), raw = sink_bytes(w->snap->sink);

	if (snap_take(w->snap, t, e) < 0)
		return -1;
	raw = sink_bytes(w->snap->sink) - raw;
	if (t->tick == 0 && compress_fit(w->compress, raw - w->snap->edge_bytes, e) < 0)
		return -1;
	mark(w);
	sync_begin(w);
	count(w, t, before);
	return 0;
}

/* Whether there is a reason to end before the next tick. */
static bool must_end(struct window *w)
{
	uint64_t need = closing_bytes(w);
	int lost = output_sync_error(w->output);

	if (lost)
		say_end(w, "disk", strerror(lost));
	else if (output_bytes(w->output) + need > w->max_bytes)
		say_end(w, "size", "--max-size");
	else if (output_reserve(w->output, need) < 0)
		say_end(w, "disk", strerror(ENOSPC));
	return w->end.reason != NULL;
}

/* The next tick's number; with a reason to end it is taken now, as the last. */
static void schedule(struct window *w, const struct waiter *waiter, int64_t start_ns,
                     struct tick_record *t)
{
	struct plan *p = &w->snap->plan;
	uint64_t done = t->tick;
	int signal;

	*t = (struct tick_record){.tick = plan_next(p, done, now_ns() - start_ns)};
	if (!must_end(w)) {
		signal = wait_for(w, waiter, start_ns + plan_at(p, t->tick));
		if (signal) {
			stream_signalled();
			say_end(w, "signal", signal_name(signal));
		}
	}
	if (w->end.reason)
		p->last = t->tick;
	t->last = t->tick == p->last;
	t->late_ns = now_ns() - (start_ns + plan_at(p, t->tick));
	t->missed = t->tick - done - 1;
	t->missed_from = done + 1;
}

static int take_all(struct window *w, const struct waiter *waiter, struct err *e)
{
	struct tick_record t = {.last = w->snap->plan.last == 0};
	int64_t start_ns = now_ns();

	for (;;) {
		if (take(w, &t, e) < 0)
			return -1;
		if (w->after_tick)
			w->after_tick(w, w->after_tick_arg);
		if (t.last)
			return 0;
		schedule(w, waiter, start_ns, &t);
	}
}

static int put_end(struct window *w, struct err *e)
{
	struct snap *s = w->snap;
	struct span text;

	if (!w->end.reason)
		say_end(w, "complete", "");
	w->end.at = clocks_now();
	w->end.raw_bytes += sink_bytes(s->sink);
	w->end.written_bytes = output_bytes(w->output);
	text = record_end(&s->record, &w->end, &s->rows);
	if (!text.n)
		return err_set(e, ENOMEM, "end.json");
	if (sink_put(s->sink, "end.json", text, w->end.at.real_ns, e) < 0)
		return -1;
	return sink_finish(s->sink, e);
}

/* Errors of the disk or of memory, not of a pipe or of this program: what end.json calls them. */
static const char *short_of(const struct err *e)
{
	switch (e->code) {
	case ENOMEM:
		return "memory";
	case ENOSPC:
	case EDQUOT:
	case EFBIG:
	case EIO:
		return "disk";
	default:
		return NULL;
	}
}

/*
 * The disk is full in the middle of a tick: the file is cut back to the tick
 * before, and the record of the end goes behind it as a stream of its own.
 */
static int salvage(struct window *w, struct err *e)
{
	struct err why = *e;

	if (!short_of(e) || w->end.taken == 0 || output_back(w->output) < 0)
		return -1;
	*e = (struct err){0};
	say_end(w, short_of(&why), strerror(why.code));
	w->end.raw_bytes = sink_bytes(w->snap->sink);
	sink_free(w->snap->sink);
	w->snap->sink = sink_open(w->compress, w->stem, e);
	rows_reset(&w->snap->rows);
	if (!w->snap->sink || compress_restart(w->compress, e) < 0 || put_end(w, e) < 0) {
		*e = why;
		return -1;
	}
	return 0;
}

int window_run(struct window *w, struct err *e)
{
	struct waiter waiter;
	int r;

	w->end.asked = w->snap->plan.last == PLAN_ENDLESS ? PLAN_ENDLESS : w->snap->plan.last + 1;
	if (waiter_open(&waiter, e) < 0)
		return -1;
	r = take_all(w, &waiter, e);
	if (r == 0)
		r = snap_last(w->snap, e);
	if (r == 0)
		r = put_end(w, e);
	if (r < 0)
		r = salvage(w, e);
	sync_end(w);
	waiter_close(&waiter);
	return r;
}
