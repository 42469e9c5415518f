#include "analyze/loader.h"

#include <string.h>

#include "analyze/bundle_read.h"
#include "analyze/parse.h"
#include "analyze/record.h"
#include "schema/buf.h"
#include "schema/timefmt.h"

struct loader {
	struct store *store;
	struct record_bundle about;
	bool has_about, ended;
	uint64_t snap; /* of the tick whose members are coming */
	bool in_tick;
	uint64_t ticks;
	int64_t first_ns, last_ns; /* wall clock of the first and last tick */
	int64_t first_mono, last_mono;
	uint64_t last_snap;
	uint64_t raw;
};

/* What a member is filed under: its key in the store, its parser, its entity and scope. */
struct place {
	struct span key;
	const struct parser_entry *entry;
	struct span entity, scope;
	char address[96], both[192];
};

/* A linkerd is told by its address: "127.0.0.1_9990" is "127.0.0.1:9990". */
static struct span address_of(struct place *p, struct span arg)
{
	struct buf b = BUF_OVER(p->address);
	struct span rest = arg, host;

	if (span_rcut(&rest, '_', &host)) {
		buf_put(&b, host);
		buf_char(&b, ':');
		buf_put(&b, rest);
	} else {
		buf_put(&b, arg);
	}
	return buf_span(&b);
}

/* One of several linkerds within a namespace: "blue/127.0.0.1:9990". */
static struct span joined(struct place *p, struct span netns, struct span address)
{
	struct buf b = BUF_OVER(p->both);

	buf_put(&b, netns);
	buf_char(&b, '/');
	buf_put(&b, address);
	return buf_span(&b);
}

static void place_of(const struct loader *l, struct span key, struct span netns, struct span path,
                     struct place *p)
{
	struct span arg = {0};

	p->key = key;
	p->entry = parser_by_member(path, &arg);
	p->entity = arg;
	p->scope = netns;
	if (!span_starts(path, SPAN("http/")))
		return;
	p->entity = address_of(p, arg);
	/* without bundle.json nobody knows how many there are: each keeps its address */
	if (l->about.several_linkerds || !l->has_about)
		p->scope = netns.n ? joined(p, netns, p->entity) : p->entity;
}

/* Counters of the CPUs: what a namespace shows of them is the host's once more. */
static bool host_wide(const struct place *p, struct span netns)
{
	return netns.n && p->entry && span_eq(span_of(p->entry->parser->source), SPAN("softnet"));
}

static const char *source_of(const struct place *p)
{
	return p->entry ? p->entry->parser->source : NULL;
}

static void take(struct loader *l, const struct bundle_member *m, struct span key)
{
	struct input in = {.text = m->text, .path = m->name.path};
	struct store_member filed;
	struct place p;
	struct emit *out;

	place_of(l, key, m->name.netns, m->name.path, &p);
	filed = (struct store_member){.member = p.key,
	                              .source = source_of(&p),
	                              .entity = p.entity,
	                              .scope = p.scope,
	                              .bytes = m->text.n};
	out = store_member(l->store, &filed);
	if (m->cut)
		store_note(l->store, p.key, 0, SPAN("longer than 64 MiB: only its head was read"));
	if (!p.entry || host_wide(&p, m->name.netns))
		return;
	in.arg = p.entity;
	in.hints = store_hints(l->store);
	p.entry->parser->parse(&in, out);
}

/* A capture of a record: its member names the place, its numbers the times. */
static void on_capture(void *user, const struct record_capture *c)
{
	struct loader *l = user;
	struct span path = c->member, netns = {0};
	struct store_capture filed = {.member = c->member,
	                              .t0_ns = c->t0_ns,
	                              .t1_ns = c->t1_ns,
	                              .status = c->status,
	                              .bytes = c->bytes,
	                              .note = c->note};
	char text[96];
	struct buf why = BUF_OVER(text);
	struct place p;

	if (!span_skip(&path, SPAN("host/")))
		(void)span_skip(&path, SPAN("last/"));
	if (span_skip(&path, SPAN("netns/")) && !span_cut(&path, '/', &netns))
		return;
	place_of(l, c->member, netns, path, &p);
	filed.source = source_of(&p);
	filed.entity = p.entity;
	if (filed.note.n == 0 && c->error) {
		buf_str(&why, strerror(c->error));
		filed.note = buf_span(&why);
	}
	store_capture(l->store, &filed);
}

static void cut_tick(struct loader *l)
{
	if (l->in_tick)
		store_drop(l->store, "the last tick has no record: it was cut off and is not used");
	l->in_tick = false;
}

static void on_tick(struct loader *l, const struct bundle_member *m)
{
	struct store_tick t = {.snap = m->name.snap, .boot_id = span_of(l->about.boot_id)};
	struct err e = {0};

	if (record_tick(m->text, &t, on_capture, l, &e) < 0) {
		store_note(l->store, m->full, 0, span_of(e.text));
		cut_tick(l);
		return;
	}
	if (l->ticks && (t.snap <= l->last_snap || t.monotonic_ns <= l->last_mono)) {
		store_drop(l->store, "a tick is not later than the one before: it is not used");
		l->in_tick = false;
		return;
	}
	if (l->ticks++ == 0) {
		l->first_ns = t.realtime_ns;
		l->first_mono = t.monotonic_ns;
	}
	l->last_ns = t.realtime_ns;
	l->last_mono = t.monotonic_ns;
	l->last_snap = t.snap;
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
		store_note(l->store, m->full, 0, span_of(e.text));
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

static int on_member(struct loader *l, const struct bundle_member *m, struct err *e)
{
	l->raw += m->text.n;
	switch (m->name.place) {
	case MEMBER_BUNDLE:
		return on_bundle(l, m, e);
	case MEMBER_TICK:
		on_tick(l, m);
		break;
	case MEMBER_END:
		on_end(l, m);
		break;
	case MEMBER_SNAP:
		if (l->in_tick && m->name.snap != l->snap)
			cut_tick(l);
		l->snap = m->name.snap;
		l->in_tick = true;
		store_reading(l->store, l->snap);
		take(l, m, behind_snap(m->full));
		break;
	case MEMBER_LAST:
		cut_tick(l);
		take(l, m, m->full);
		break;
	case MEMBER_HOST:
	case MEMBER_PLACE_COUNT:
		take(l, m, m->full);
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

static void summarize(struct loader *l, struct bundle *b)
{
	struct store *s = l->store;
	struct span first;
	char text[200];
	struct buf why = BUF_OVER(text);

	if (l->ticks) {
		meta_time(s, "started", l->first_ns);
		meta_time(s, "ended", l->last_ns);
	}
	store_meta_real(s, "window_s", (double)(l->last_mono - l->first_mono) / NS_PER_S);
	store_meta_i64(s, "ticks_taken", (int64_t)l->ticks);
	store_meta(s, "bundle_sha256", span_of(bundle_sha256(b)));
	store_meta(s, "bundle_sha256_of", bundle_is_folder(b) ? SPAN("members") : SPAN("file"));
	store_meta_i64(s, "bundle_bytes", (int64_t)bundle_bytes(b));
	store_meta_i64(s, "raw_bytes", (int64_t)l->raw);
	if (!l->has_about)
		store_note(s, SPAN("bundle.json"), 0, SPAN("the bundle has none that can be read"));
	if (!l->ended) {
		store_meta(s, "end_reason", SPAN("cut"));
		store_note(s, SPAN("end.json"), 0,
		           bundle_cut(b)[0] ? span_of(bundle_cut(b))
		                            : SPAN("the bundle has no end record"));
	}
	if (bundle_passed_over(b, &first)) {
		buf_u64(&why, bundle_passed_over(b, &first));
		buf_str(&why, " entries are no members and were passed over, the first: ");
		buf_put(&why, first);
		store_note(s, SPAN("(archive)"), 0, buf_span(&why));
	}
}

int load_bundle(const char *path, struct store *s, struct err *e)
{
	struct loader l = {.store = s};
	struct bundle *b = bundle_open(path, e);
	struct bundle_member m;
	int rc = 0;

	if (!b)
		return -1;
	while ((rc = bundle_next(b, &m, e)) == 1)
		if ((rc = on_member(&l, &m, e)) < 0)
			break;
	if (rc == 0) {
		cut_tick(&l);
		store_last(s);
		summarize(&l, b);
		rc = store_seal(s, e);
	}
	bundle_close(b);
	return rc;
}
