#include "analyze/window.h"

#include <stdlib.h>
#include <string.h>

#include "schema/buf.h"
#include "schema/timefmt.h"

/* A bundle on its way into the window. */
struct piece {
	const struct survey *of;
	int64_t boot_ns;      /* wall clock of the first tick that any bundle has of its boot */
	size_t shared;        /* leading ticks that an earlier piece has */
	size_t first, behind; /* its ticks that are judged: first <= i < behind */
};

static const struct survey_tick *tick_of(const struct piece *p, size_t i)
{
	return &p->of->ticks[i];
}

static bool same_boot(const struct survey *a, const struct survey *b)
{
	return a->id.boot_id[0] && strcmp(a->id.boot_id, b->id.boot_id) == 0;
}

/* Both say it, and they say different things. */
static bool differ(const char *a, const char *b)
{
	return a[0] && b[0] && strcmp(a, b) != 0;
}

/* Two names, unless the kernel was not booted in between. */
static int check_names(const struct survey *a, const struct survey *b, struct err *e)
{
	bool one = a->id.machine_hash[0] && strcmp(a->id.machine_hash, b->id.machine_hash) == 0;

	return err_set(
		e, 0, "--join is for one host: %s is of %.64s, %s of %.64s%s", a->path, a->id.host,
		b->path, b->id.host,
		one ? " (with one machine id: a host that was renamed, or copies of an image)"
		    : "");
}

/* One boot is one host; else its name, its architecture and its machine id tell. */
static int check_host(const struct survey *a, const struct survey *b, struct err *e)
{
	bool one_boot = same_boot(a, b);

	if (!one_boot && differ(a->id.host, b->id.host))
		return check_names(a, b, e);
	if (!one_boot && differ(a->id.arch, b->id.arch))
		return err_set(e, 0, "--join is for one host: %s is of an %.16s, %s of an %.16s",
		               a->path, a->id.arch, b->path, b->id.arch);
	if (!one_boot && differ(a->id.machine_hash, b->id.machine_hash))
		return err_set(e, 0,
		               "--join is for one host: %s and %s are of two of that name, "
		               "their machine ids differ",
		               a->path, b->path);
	if (one_boot && a->id.netns && b->id.netns && a->id.netns != b->id.netns)
		return err_set(e, 0,
		               "--join is for one host: %s and %s are of two of its network "
		               "namespaces",
		               a->path, b->path);
	return 0;
}

static int64_t start_of_boot(const struct survey *v, size_t n, const struct survey *s)
{
	int64_t at = s->ticks_n ? s->ticks[0].real_ns : INT64_MAX;

	for (size_t i = 0; i < n; i++)
		if (v[i].ticks_n && same_boot(&v[i], s) && v[i].ticks[0].real_ns < at)
			at = v[i].ticks[0].real_ns;
	return at;
}

static int compare(int64_t a, int64_t b)
{
	return (a > b) - (a < b);
}

/* By wall clock; of one boot by the monotonic one, since the other may have been set. */
static int by_time(const void *a, const void *b)
{
	const struct piece *x = a, *y = b;
	const struct survey_tick *s, *t;
	int c = compare(x->boot_ns, y->boot_ns);

	if (c || !x->of->ticks_n || !y->of->ticks_n)
		return c ? c : (y->of->ticks_n > 0) - (x->of->ticks_n > 0);
	s = tick_of(x, 0);
	t = tick_of(y, 0);
	if (same_boot(x->of, y->of))
		return compare(s->mono_ns, t->mono_ns);
	return compare(s->real_ns, t->real_ns);
}

/* What an earlier piece of the same boot has already is not judged twice. */
static void trim_shared(struct piece *v, size_t n)
{
	for (size_t i = 1; i < n; i++)
		for (size_t j = 0; j < i; j++) {
			const struct survey *of = v[j].of;

			if (!of->ticks_n || !same_boot(of, v[i].of))
				continue;
			while (v[i].first < v[i].behind &&
			       tick_of(&v[i], v[i].first)->mono_ns <=
			               of->ticks[of->ticks_n - 1].mono_ns)
				v[i].shared = ++v[i].first;
		}
}

static void cut_at(struct piece *p, int64_t since_ns, int64_t until_ns)
{
	while (p->first < p->behind && tick_of(p, p->first)->real_ns < since_ns)
		p->first++;
	while (p->first < p->behind && tick_of(p, p->behind - 1)->real_ns > until_ns)
		p->behind--;
}

/*
 * Ticks come a little late: what is counted from the recording's ends is no sharper than
 * that, and a clock that is a whole second means all of it, as the report prints it.
 */
static int64_t slack(struct when w, const struct survey *s)
{
	return w.kind == WHEN_FROM_START || w.kind == WHEN_FROM_END ? s->id.interval_ns / 10 : 0;
}

static int64_t first_moment(const struct window *w, const struct window_want *want,
                            const struct survey *s)
{
	return want->since.kind == WHEN_NONE ? INT64_MIN : w->since_ns - slack(want->since, s);
}

static int64_t last_moment(const struct window *w, const struct window_want *want,
                           const struct survey *s)
{
	bool clock = want->until.kind == WHEN_UTC || want->until.kind == WHEN_CLOCK;

	if (want->until.kind == WHEN_NONE)
		return INT64_MAX;
	if (clock && w->until_ns % NS_PER_S == 0)
		return w->until_ns + NS_PER_S - 1;
	return w->until_ns + slack(want->until, s);
}

static const char *clock_text(struct arena *a, int64_t ns, unsigned digits)
{
	char text[40];
	struct buf b = BUF_OVER(text);

	time_put(&b, ns, ns % NS_PER_S ? digits : 0);
	return arena_text(a, span_of(buf_cstr(&b)));
}

/* Only what was asked for is named: the other end is the recording's own, and says nothing. */
static int nothing_left(const struct window *w, struct arena *a, const struct window_want *want,
                        struct err *e)
{
	const char *since = clock_text(a, w->since_ns, 3);
	const char *until = clock_text(a, w->until_ns, 3);
	const char *start = clock_text(a, w->start_ns, 0);
	const char *end = clock_text(a, w->end_ns, 0);
	const char *what =
		w->n == 1 ? w->parts[0].path : arena_fmt(a, "these %zu recordings", w->n);
	const char *where = arena_fmt(a, "between --since %s and --until %s", since, until);

	if (want->until.kind == WHEN_NONE)
		where = arena_fmt(a, "after --since %s", since);
	else if (want->since.kind == WHEN_NONE)
		where = arena_fmt(a, "before --until %s", until);
	else if (w->since_ns > w->until_ns)
		return err_set(e, 0,
		               "%s: --since %s is after --until %s; it was recorded from %s to %s",
		               what, since, until, start, end);
	return err_set(e, 0, "%s: nothing of what was recorded (%s to %s) lies %s", what, start,
	               end, where);
}

/* The ends of what was recorded, and of what is asked for. */
static void find_ends(struct window *w, const struct piece *v, size_t n,
                      const struct window_want *want)
{
	const struct piece *first = &v[0], *last = &v[0];

	for (size_t i = 1; i < n; i++)
		if (v[i].of->ticks_n && v[i].shared < v[i].of->ticks_n)
			last = &v[i];
	w->start_ns = tick_of(first, 0)->real_ns;
	w->end_ns = tick_of(last, last->of->ticks_n - 1)->real_ns;
	w->cut = want->since.kind != WHEN_NONE || want->until.kind != WHEN_NONE;
	w->since_ns = want->since.kind != WHEN_NONE
	                      ? when_resolve(want->since, w->start_ns, w->end_ns)
	                      : w->start_ns;
	w->until_ns =
		want->until.kind == WHEN_NONE ? w->end_ns
		: want->since.kind == WHEN_NONE
			? when_resolve(want->until, w->start_ns, w->end_ns)
			/* "23:50 to 00:10": the first such time behind the other one */
			: when_resolve(want->until,
	                               want->until.kind == WHEN_CLOCK ? w->since_ns : w->start_ns,
	                               w->end_ns);
}

/* How `p` follows the piece before it that is judged. */
static void join(struct window_part *part, const struct piece *before, const struct piece *p)
{
	const struct survey_tick *a = tick_of(before, before->behind - 1);
	const struct survey_tick *b = tick_of(p, p->first);
	int64_t tick = p->of->id.interval_ns > before->of->id.interval_ns
	                       ? p->of->id.interval_ns
	                       : before->of->id.interval_ns;

	part->reboot =
		differ(before->of->id.boot_id, p->of->id.boot_id) || b->mono_ns <= a->mono_ns;
	/* a tick may be late: one that comes half an interval behind its time is no gap yet */
	part->gap = part->reboot || tick <= 0 || b->mono_ns - a->mono_ns > tick / 2 * 3;
}

static const char *base_of(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash && slash[1] ? slash + 1 : path;
}

static const char *name_of(const struct piece *v, size_t n, const char *path)
{
	size_t alike = 0;

	for (size_t i = 0; i < n; i++)
		alike += strcmp(base_of(v[i].of->path), base_of(path)) == 0 &&
		         strcmp(v[i].of->path, path) != 0;
	return alike ? path : base_of(path);
}

static void put_part(struct window_part *part, const struct piece *p, uint64_t next, bool renumber)
{
	part->path = p->of->path;
	part->shared = p->shared;
	part->recorded = p->of->ticks_n;
	part->ticks = p->behind - p->first;
	if (part->ticks == 0)
		return;
	part->from = tick_of(p, p->first)->snap;
	part->to = tick_of(p, p->behind - 1)->snap;
	part->cut_front = p->first > 0;
	part->cut_back = p->behind < p->of->ticks_n;
	part->shift = renumber ? (int64_t)next - (int64_t)part->from : 0;
}

static size_t put_parts(struct window *w, struct arena *a, const struct piece *v, size_t n)
{
	struct window_part *parts = arena_array(a, n, sizeof(*parts));
	const struct piece *before = NULL;
	uint64_t next = 0;

	for (size_t i = 0; i < n; i++) {
		put_part(&parts[i], &v[i], next, n > 1);
		parts[i].name = name_of(v, n, v[i].of->path);
		if (parts[i].ticks == 0)
			continue;
		if (before)
			join(&parts[i], before, &v[i]);
		before = &v[i];
		next = (uint64_t)((int64_t)parts[i].to + parts[i].shift) + 1;
	}
	w->parts = parts;
	w->n = n;
	return before != NULL;
}

int window_plan(struct window *w, struct arena *a, const struct survey *bundles, size_t n,
                const struct window_want *want, struct err *e)
{
	struct piece *v = arena_array(a, n, sizeof(*v));

	*w = (struct window){0};
	for (size_t i = 0; i < n; i++) {
		for (size_t j = 0; j < i; j++)
			if (check_host(&bundles[j], &bundles[i], e))
				return -1;
		v[i] = (struct piece){.of = &bundles[i],
		                      .boot_ns = start_of_boot(bundles, n, &bundles[i]),
		                      .behind = bundles[i].ticks_n};
	}
	qsort(v, n, sizeof(*v), by_time);
	if (v[0].of->ticks_n == 0)
		return err_set(e, 0, "%s: no tick of it is whole", v[0].of->path);
	trim_shared(v, n);
	find_ends(w, v, n, want);
	for (size_t i = 0; i < n; i++)
		cut_at(&v[i], first_moment(w, want, v[i].of), last_moment(w, want, v[i].of));
	return put_parts(w, a, v, n) ? 0 : nothing_left(w, a, want, e);
}

/* One bundle as it is. */
static void whole(struct window *w, struct arena *a, const char *path)
{
	struct window_part *part = arena_take(a, sizeof(*part));

	*part = (struct window_part){
		.path = path, .name = base_of(path), .to = UINT64_MAX, .ticks = UINT64_MAX};
	*w = (struct window){.parts = part, .n = 1};
}

int window_open(struct window *w, struct arena *a, const char *const *paths, size_t n,
                const struct window_want *want, struct err *e)
{
	struct survey *bundles;

	if (n == 1 && want->since.kind == WHEN_NONE && want->until.kind == WHEN_NONE) {
		whole(w, a, paths[0]);
		return 0;
	}
	bundles = arena_array(a, n, sizeof(*bundles));
	for (size_t i = 0; i < n; i++)
		if (survey_read(paths[i], a, &bundles[i], e))
			return -1;
	return window_plan(w, a, bundles, n, want, e);
}
