#include "analyze/loader.h"

#include <string.h>
#include <sys/stat.h>

#include "analyze/bundle_read.h"
#include "analyze/digest.h"
#include "analyze/parse.h"
#include "analyze/place.h"
#include "analyze/record.h"
#include "analyze/sos.h"
#include "schema/buf.h"
#include "schema/timefmt.h"

/* Members that the store has no room for, before what follows them is left unread. */
#define REFUSED_MAX 1000000

struct loader {
	struct store *store;
	const struct window *window;
	uint64_t sosreports;       /* of them: parts that are no bundles */
	uint64_t ticks;            /* of all bundles */
	int64_t first_ns, last_ns; /* wall clock of the first and last of them */
	int64_t last_mono;
	struct digest *digests; /* of the bundles, a line each */
	struct progress *progress;
	uint64_t bytes, bytes_read; /* of all bundles (0: not known), of those before this */
	int64_t covered_ns;         /* between them, without the gaps between bundles */

	/* of the bundle that is being read */
	const struct window_part *part;
	struct record_bundle about;
	bool has_about, ended;
	uint64_t snap; /* of the tick whose members are coming, as the store numbers it */
	bool in_tick;
	bool past; /* behind the last tick that is wanted: nothing more to read */
	uint64_t part_ticks, part_first, refused;
	int64_t part_first_ns;
	uint64_t last_snap;
	uint64_t raw;
	struct place_memo places;
};

/* Without bundle.json nobody knows how many linkerds there are: each keeps its address. */
static bool by_address(const struct loader *l)
{
	return l->about.several_linkerds || !l->has_about;
}

static void take(struct loader *l, const struct bundle_member *m, struct span key)
{
	struct input in = {.text = m->text, .path = m->name.path};
	struct store_member filed;
	struct place p;
	struct emit *out;

	place_find(&p, &l->places, key, m->name.netns, m->name.path, by_address(l));
	filed = (struct store_member){.member = p.key,
	                              .source = place_source(&p),
	                              .entity = p.entity,
	                              .scope = p.scope,
	                              .bytes = m->text.n};
	out = store_member(l->store, &filed);
	if (!out) {
		l->refused++;
		return;
	}
	if (m->cut)
		store_note(l->store, p.key, 0, SPAN("longer than 64 MiB: only its head was read"));
	if (!p.entry || place_is_repeated(&p, m->name.netns))
		return;
	in.arg = p.entity;
	in.hints = store_hints(l->store);
	p.entry->parser->parse(&in, out);
}

static void file_capture(struct loader *l, const struct record_capture *c, bool held)
{
	struct span path, netns;
	struct store_capture filed = {.member = c->member,
	                              .t0_ns = c->t0_ns,
	                              .t1_ns = c->t1_ns,
	                              .status = c->status,
	                              .bytes = c->bytes,
	                              .note = c->note,
	                              .held = held};
	char text[96];
	struct buf why = BUF_OVER(text);
	struct place p;

	if (!place_split(c->member, &netns, &path) || (held && !place_is_setting(path)))
		return;
	place_find(&p, &l->places, c->member, netns, path, by_address(l));
	filed.source = place_source(&p);
	filed.entity = p.entity;
	if (filed.note.n == 0 && c->error) {
		buf_str(&why, strerror(c->error));
		filed.note = buf_span(&why);
	}
	store_capture(l->store, &filed);
}

/* A capture of a record: its member names the place, its numbers the times. */
static void on_capture(void *user, const struct record_capture *c)
{
	file_capture(user, c, false);
}

/* The same of a record of before the window. */
static void on_held(void *user, const struct record_capture *c)
{
	file_capture(user, c, true);
}

static uint64_t shifted(const struct loader *l, uint64_t snap)
{
	return (uint64_t)((int64_t)snap + l->part->shift);
}

/* What is wrong with the bundle as such; of several it says which one. */
static void note(struct loader *l, struct span member, struct span why)
{
	char text[BUNDLE_NAME_MAX];
	struct buf b = BUF_OVER(text);

	if (l->window->n > 1) {
		buf_str(&b, l->part->name);
		buf_str(&b, ": ");
	}
	buf_put(&b, member);
	store_note(l->store, buf_span(&b), 0, why);
}

static void cut_tick(struct loader *l)
{
	if (l->in_tick)
		store_drop(l->store, "the last tick has no record: it was cut off and is not used");
	l->in_tick = false;
}

/* A tick of before the window: of its captures only what still holds then is of interest. */
static void on_early_tick(struct loader *l, const struct bundle_member *m)
{
	struct store_tick t = {0};
	struct err ignored = {0};

	(void)!record_tick(m->text, &t, on_held, l, &ignored);
}

static void count_tick(struct loader *l, const struct store_tick *t)
{
	bool follows = l->part_ticks > 0 || (l->ticks > 0 && !l->part->gap);

	if (follows)
		l->covered_ns += t->monotonic_ns - l->last_mono;
	if (l->ticks++ == 0)
		l->first_ns = t->realtime_ns;
	if (l->part_ticks++ == 0) {
		l->part_first = t->snap;
		l->part_first_ns = t->realtime_ns;
	}
	l->last_ns = t->realtime_ns;
	l->last_mono = t->monotonic_ns;
	l->last_snap = t->snap;
}

static void on_tick(struct loader *l, const struct bundle_member *m)
{
	struct store_tick t = {.snap = shifted(l, m->name.snap),
	                       .boot_id = span_of(l->about.boot_id)};
	struct err e = {0};

	if (record_tick(m->text, &t, on_capture, l, &e) < 0) {
		note(l, m->full, span_of(e.text));
		cut_tick(l);
		return;
	}
	if (l->part_ticks && (t.snap <= l->last_snap || t.monotonic_ns <= l->last_mono)) {
		store_drop(l->store, "a tick is not later than the one before: it is not used");
		l->in_tick = false;
		return;
	}
	count_tick(l, &t);
	store_tick(l->store, &t);
	l->in_tick = false;
}

static int on_bundle(struct loader *l, const struct bundle_member *m, struct err *e)
{
	if (l->has_about)
		return 0;
	if (record_bundle(l->store, m->text, &l->about, e) < 0)
		return -1;
	l->has_about = l->about.read;
	return 0;
}

static void on_end(struct loader *l, const struct bundle_member *m)
{
	struct err e = {0};

	if (record_end(l->store, m->text, on_capture, l, &e) < 0)
		note(l, m->full, span_of(e.text));
	else
		l->ended = true;
}

static struct span behind_snap(struct span full)
{
	struct span head;

	(void)span_skip(&full, SPAN("snap/"));
	(void)span_cut(&full, '/', &head);
	return full;
}

/* Of before the window: parsed if it is a setting, and kept until the window begins. */
static void hold(struct loader *l, const struct bundle_member *m, struct span key)
{
	if (!place_is_setting(m->name.path))
		return;
	store_hold(l->store, true);
	take(l, m, key);
	store_hold(l->store, false);
}

static void on_snap(struct loader *l, const struct bundle_member *m)
{
	if (m->name.snap < l->part->from) {
		hold(l, m, behind_snap(m->full));
		return;
	}
	if (l->in_tick && shifted(l, m->name.snap) != l->snap)
		cut_tick(l);
	l->snap = shifted(l, m->name.snap);
	l->in_tick = true;
	store_reading(l->store, l->snap);
	take(l, m, behind_snap(m->full));
}

static int on_member(struct loader *l, const struct bundle_member *m, struct err *e)
{
	enum member_place place = m->name.place;

	l->raw += m->text.n;
	if (l->refused > REFUSED_MAX) {
		note(l, SPAN("(archive)"),
		     SPAN("a million members more than are kept: what follows them is not read"));
		l->past = true;
		return 0;
	}
	if ((place == MEMBER_SNAP || place == MEMBER_TICK) && m->name.snap > l->part->to) {
		l->past = true;
		return 0;
	}
	switch (place) {
	case MEMBER_BUNDLE:
		return on_bundle(l, m, e);
	case MEMBER_TICK:
		if (m->name.snap < l->part->from)
			on_early_tick(l, m);
		else
			on_tick(l, m);
		break;
	case MEMBER_END:
		if (!l->part->cut_back)
			on_end(l, m);
		break;
	case MEMBER_SNAP:
		on_snap(l, m);
		break;
	case MEMBER_LAST:
		cut_tick(l);
		if (!l->part->cut_back)
			take(l, m, m->full);
		break;
	case MEMBER_HOST:
		if (l->part->cut_front)
			hold(l, m, m->full);
		else
			take(l, m, m->full);
		break;
	case MEMBER_PLACE_COUNT:
		break;
	}
	return 0;
}

static void meta_time(struct store *s, const char *k, int64_t unix_ns)
{
	char text[40];
	struct buf b = BUF_OVER(text);

	time_put(&b, unix_ns, 0);
	store_meta(s, k, buf_span(&b));
}

static void note_passed_over(struct loader *l, struct bundle *b)
{
	struct span first;
	char text[200];
	struct buf why = BUF_OVER(text);

	if (!bundle_passed_over(b, &first))
		return;
	buf_u64(&why, bundle_passed_over(b, &first));
	buf_str(&why, " entries are no members and were passed over, the first: ");
	buf_put(&why, first);
	note(l, SPAN("(archive)"), buf_span(&why));
}

/* What is known of a bundle once all of it, or of the window, is read. */
static void finish_part(struct loader *l, struct bundle *b)
{
	const struct window_part *p = l->part;
	struct store *s = l->store;

	store_meta(s, "bundle_sha256", span_of(bundle_sha256(b)));
	digest_put(l->digests, span_of(bundle_sha256(b)));
	digest_put(l->digests, SPAN("\n"));
	store_meta(s, "bundle_sha256_of", bundle_is_folder(b) ? SPAN("members") : SPAN("file"));
	store_meta_i64(s, "bundle_bytes", (int64_t)bundle_bytes(b));
	store_meta_i64(s, "raw_bytes", (int64_t)l->raw);
	if (!l->has_about)
		note(l, SPAN("bundle.json"), SPAN("the bundle has none that can be read"));
	if (!l->ended && !p->cut_back) {
		store_meta(s, "end_reason", SPAN("cut"));
		note(l, SPAN("end.json"),
		     bundle_cut(b)[0] ? span_of(bundle_cut(b))
		                      : SPAN("the bundle has no end record"));
	}
	note_passed_over(l, b);
	store_bundle(s, &(struct store_bundle){.name = span_of(p->name),
	                                       .ticks = l->part_ticks,
	                                       .shared = p->shared,
	                                       .first = (int64_t)l->part_first,
	                                       .last = (int64_t)l->last_snap,
	                                       .shift = p->shift,
	                                       .started_ns = l->part_first_ns,
	                                       .ended_ns = l->last_ns,
	                                       .cut = p->cut_front || p->cut_back});
}

static void begin_part(struct loader *l, const struct window_part *p)
{
	struct loader fresh = {
		.store = l->store,
		.window = l->window,
		.ticks = l->ticks,
		.first_ns = l->first_ns,
		.last_ns = l->last_ns,
		.last_mono = l->last_mono,
		.covered_ns = l->covered_ns,
		.digests = l->digests,
		.progress = l->progress,
		.bytes = l->bytes,
		.bytes_read = l->bytes_read,
		.sosreports = l->sosreports,
		.part = p,
	};

	*l = fresh;
	if (l->ticks)
		store_break(l->store, p->reboot ? STORE_BOOT : p->gap ? STORE_GAP : STORE_GOES_ON);
	if (p->cut_front)
		store_reading(l->store, shifted(l, p->from));
}

static int read_members(struct loader *l, const struct window_part *p, struct entries *x,
                        struct err *e)
{
	struct bundle *b = bundle_over(x);
	struct bundle_member m;
	int rc = 0;

	begin_part(l, p);
	while (!l->past && (rc = bundle_next(b, &m, e)) == 1) {
		progress_at(l->progress, l->bytes_read + bundle_bytes(b), l->bytes);
		if ((rc = on_member(l, &m, e)) < 0)
			break;
	}
	/* behind the window a file's digest needs no more than its bytes, a folder's all members */
	if (l->past && bundle_is_folder(b))
		while ((rc = bundle_next(b, &m, e)) == 1)
			;
	if (rc >= 0) {
		cut_tick(l);
		store_last(l->store);
		finish_part(l, b);
	}
	l->bytes_read += bundle_bytes(b);
	bundle_close(b);
	return rc < 0 ? -1 : 0;
}

/* A sosreport: a window of its own, or of several parts one of one tick. */
static int read_report(struct loader *l, const struct window_part *p, struct entries *x,
                       struct err *e)
{
	const bool joined = l->window->n > 1;
	const struct sos_part part = {.joined = joined, .snap = joined ? (uint64_t)p->shift : 0};
	struct store_tick t = {.snap = part.snap};
	struct sos_moment m;

	begin_part(l, p);
	if (sos_load(x, &part, l->store, &m, e))
		return -1;
	l->sosreports++;
	t.realtime_ns = m.real_ns;
	t.monotonic_ns = m.mono_ns;
	count_tick(l, &t);
	digest_put(l->digests, span_of(entries_sha256(x)));
	digest_put(l->digests, SPAN("\n"));
	if (part.joined)
		store_bundle(l->store, &(struct store_bundle){.name = span_of(p->name),
		                                              .ticks = 1,
		                                              .shared = p->shared,
		                                              .first = (int64_t)t.snap,
		                                              .last = (int64_t)t.snap,
		                                              .shift = p->shift,
		                                              .started_ns = m.real_ns,
		                                              .ended_ns = m.real_ns});
	return 0;
}

/* A bundle, or a sosreport. */
static int read_part(struct loader *l, const struct window_part *p, struct err *e)
{
	struct entries *x = entries_open(p->path, e);
	int rc = x ? sos_is_report(x, e) : -1;

	if (rc == 0)
		return read_members(l, p, x, e);
	if (rc > 0)
		rc = read_report(l, p, x, e);
	entries_close(x);
	return rc < 0 ? -1 : 0;
}

/* One bundle of the window; an error names it. */
static int load_part(struct loader *l, const struct window_part *p, struct err *e)
{
	struct err why = {0};
	bool named;

	if (p->ticks == 0) {
		l->part = p;
		if (p->recorded == 0)
			note(l, SPAN("snap"),
			     SPAN("no tick of it is whole: nothing of it is judged"));
		store_bundle(l->store,
		             &(struct store_bundle){.name = span_of(p->name), .shared = p->shared});
		return 0;
	}
	if (read_part(l, p, &why) == 0)
		return 0;
	named = strstr(why.text, p->path) != NULL;
	return err_set(e, 0, "%s%s%s", named ? "" : p->path, named ? "" : ": ", why.text);
}

static void finish(struct loader *l)
{
	const struct window *w = l->window;
	struct store *s = l->store;
	char all[DIGEST_HEX];

	if (l->sosreports && w->n == 1)
		return; /* it has said all of this */
	if (l->sosreports)
		store_meta(s, "input",
		           l->sosreports == w->n ? SPAN("sosreports")
		                                 : SPAN("sosreports and bundles"));
	if (l->sosreports == w->n) /* what grew did so between them */
		l->covered_ns = l->last_ns > l->first_ns ? l->last_ns - l->first_ns : 0;
	if (l->ticks) {
		meta_time(s, "started", l->first_ns);
		meta_time(s, "ended", l->last_ns);
	}
	store_meta_real(s, "window_s", (double)l->covered_ns / NS_PER_S);
	store_meta_i64(s, "ticks_taken", (int64_t)l->ticks);
	if (w->cut) {
		meta_time(s, "since", w->since_ns);
		meta_time(s, "until", w->until_ns);
		meta_time(s, "recorded_from", w->start_ns);
		meta_time(s, "recorded_to", w->end_ns);
	}
	if (w->n > 1) {
		digest_end(l->digests, all);
		store_meta(s, "bundle_sha256", span_of(all));
		store_meta(s, "bundle_sha256_of", SPAN("joined"));
		store_join(s);
	}
}

/* Of all that is to be read; 0 when it is not all files. */
static uint64_t bytes_of(const struct window *w)
{
	uint64_t sum = 0;
	struct stat st;

	for (size_t i = 0; i < w->n; i++) {
		if (stat(w->parts[i].path, &st) < 0 || !S_ISREG(st.st_mode))
			return 0;
		sum += (uint64_t)st.st_size;
	}
	return sum;
}

int load_window(const struct window *w, struct store *s, struct progress *p, struct err *e)
{
	struct loader l = {.store = s,
	                   .window = w,
	                   .digests = digest_open(),
	                   .progress = p,
	                   .bytes = bytes_of(w)};
	int rc = 0;

	for (size_t i = 0; i < w->n && rc == 0; i++)
		rc = load_part(&l, &w->parts[i], e);
	if (rc == 0) {
		finish(&l);
		rc = store_seal(s, e);
	}
	digest_close(l.digests);
	return rc;
}
