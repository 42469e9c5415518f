/* A file of a sosreport into the store, and what became of it. */
#include "analyze/parse.h"
#include "analyze/sos_impl.h"
#include "schema/buf.h"

#define TIMED_OUT 124 /* exit status of a command that sos stopped */

static struct span keep(struct sos *s, struct span text)
{
	return (struct span){arena_text(&s->arena, text), text.n};
}

/* "NETNS", NUL, source: what ELSE rows ask for. */
static struct span good_key(struct buf *b, struct span netns, const char *source)
{
	buf_put(b, netns);
	buf_char(b, '\0');
	buf_str(b, source);
	return buf_span(b);
}

static bool is_in(const struct hash_table *t, struct span netns, const char *source)
{
	char text[400];
	struct buf b = BUF_OVER(text);

	return table_get(t, good_key(&b, netns, source)) != NULL;
}

static bool is_good(const struct sos *s, struct span netns, const char *source)
{
	return is_in(&s->good, netns, source);
}

static void put_in(struct sos *s, struct hash_table *t, struct span netns, const char *source)
{
	char text[400];
	struct buf b = BUF_OVER(text);

	if (!is_in(t, netns, source))
		table_add(t, keep(s, good_key(&b, netns, source)), s);
}

/* One row's way of a file, held or not. */
struct way {
	struct span path, as, netns, text;
	const char *note; /* or NULL */
	const struct sos_command *command;
	enum sos_use use;
	bool cut; /* part of it is missing, as the note says */
};

static void put_filed(struct sos *s, const struct way *w, const char *source, struct span entity,
                      enum capture_status status, const char *note)
{
	s->filed = arena_more(&s->arena, s->filed, s->filed_n, sizeof(*s->filed));
	s->filed[s->filed_n++] = (struct sos_filed){.member = w->path,
	                                            .entity = keep(s, entity),
	                                            .source = source,
	                                            .status = status,
	                                            .bytes = (int64_t)w->text.n,
	                                            .note = note,
	                                            .command = w->command};
}

/*
 * A device as sos names it may have the one below it at its end, behind an '@' or what sos
 * made of that: "eth0.7@eth0", "eth0.7_eth0", "veth12ab_if5"; versions that took the names out of
 * columns have blanks before it: "__wlp3s0".
 */
static struct span bare_device(struct span name)
{
	struct span parent, head, digits;
	uint64_t index;

	while (span_skip(&name, SPAN("_")))
		;
	name.n = span_find(name, '@');
	parent = name;
	if (!span_rcut(&parent, '_', &head))
		return name;
	digits = parent;
	if (span_skip(&digits, SPAN("if")) && span_u64(digits, UINT32_MAX, &index))
		return head;
	if (span_starts(head, parent) && head.n > parent.n && head.p[parent.n] == '.')
		return head;
	return name;
}

static enum capture_status status_of(const struct way *w)
{
	if (w->cut)
		return CAPTURE_CUT;
	return w->use == SOS_ELSE || w->use == SOS_LAST ? CAPTURE_FALLBACK : CAPTURE_OK;
}

static void read_text(struct sos *s, const struct way *w)
{
	struct span arg = {0}, line;
	const struct parser_entry *p = parser_by_member(w->as, &arg);
	struct store_member filed = {.member = w->path, .scope = w->netns, .bytes = w->text.n};
	bool command = span_starts(w->as, SPAN("cmd/"));
	enum capture_status bad;
	struct input in = {.text = w->text, .path = w->as};
	struct emit *out;

	if (!p)
		return;
	arg = span_starts(w->as, SPAN("cmd/ethtool_")) ? bare_device(arg) : arg;
	if (w->text.n == 0 ? !span_starts(w->as, SPAN("proc/sys/"))
	                   : command && sos_error_text(w->text, &bad, &line)) {
		const char *note =
			w->text.n ? arena_text(&s->arena, span_sub(line, 0, 90)) : "empty";

		put_filed(s, w, p->parser->source, arg, w->text.n ? bad : CAPTURE_ABSENT, note);
		return;
	}
	filed.source = p->parser->source;
	filed.entity = arg;
	out = store_member(s->store, &filed);
	if (!out)
		return;
	in.arg = arg;
	in.hints = store_hints(s->store);
	p->parser->parse(&in, out);
	if (store_emitted(s->store) && w->use == SOS_READ)
		put_in(s, &s->good, w->netns, filed.source);
	else if (store_emitted(s->store) && w->use == SOS_ELSE)
		put_in(s, &s->stood_in, w->netns, filed.source);
	put_filed(s, w, filed.source, arg, status_of(w), w->note);
	s->read++;
}

/* The file's text, kept once however many rows want it later; false when too much waits. */
static bool keep_text(struct sos *s, const struct way *w, struct span *kept)
{
	const struct sos_held *last = s->held_n ? &s->held[s->held_n - 1] : NULL;

	if (last && last->path.p == w->path.p) {
		*kept = last->text;
		return true;
	}
	if (s->held_bytes + w->text.n > SOS_HELD_MOST)
		return false;
	s->held_bytes += w->text.n;
	*kept = keep(s, w->text);
	return true;
}

static void hold(struct sos *s, const struct way *w)
{
	struct span text;

	if (!keep_text(s, w, &text)) {
		store_note(s->store, w->path, 0, SPAN("not read: too much waits already"));
		return;
	}
	s->held = arena_more(&s->arena, s->held, s->held_n, sizeof(*s->held));
	s->held[s->held_n++] = (struct sos_held){.path = w->path,
	                                         .as = keep(s, w->as),
	                                         .netns = keep(s, w->netns),
	                                         .text = text,
	                                         .use = w->use,
	                                         .note = w->note,
	                                         .command = w->command,
	                                         .cut = w->cut};
}

/* What sos and the path say against the text; *cut when part of it is missing. */
static const char *remark_on(struct sos *s, const struct sos_file *f, bool *cut)
{
	const struct sos_command *c = f->command;

	*cut = f->cut || f->place->tailed || (c && (c->truncated || c->status == TIMED_OUT));
	if (f->place->tailed || (c && c->truncated))
		return "sos kept only the end of it";
	if (f->cut)
		return "longer than 64 MiB: only its head was read";
	if (c && c->status == TIMED_OUT)
		return "sos ran out of time: only what came until then";
	if (c && c->status)
		return arena_fmt(&s->arena, "exit status %lld", (long long)c->status);
	return f->place->foreign ? "a path of another version of sos" : NULL;
}

void sos_file_take(struct sos *s, const struct sos_file *f)
{
	char room[BUNDLE_NAME_MAX];
	/* of several reports one and the same file, whatever the PID of sos was */
	bool same = s->part.joined && span_starts(f->path, SPAN("proc/"));
	struct way w = {.path = keep(s, same ? f->place->path : f->path),
	                .netns = f->place->netns,
	                .text = f->text,
	                .command = f->command};

	w.note = remark_on(s, f, &w.cut);
	s->raw += f->text.n;
	if (!table_get(&s->seen, w.path))
		table_add(&s->seen, w.path, s);
	for (size_t i = 0; i < f->place->rows; i++) {
		w.as = sos_path_as(f->place, i, room);
		w.use = f->place->row[i].use;
		if (w.use == SOS_ABOUT)
			sos_about_take(s, w.as, f);
		else if (w.use == SOS_READ)
			read_text(s, &w);
		else if (w.use == SOS_ELSE || w.use == SOS_LAST || w.use == SOS_ALSO)
			hold(s, &w);
	}
}

void sos_file_list(struct sos *s, struct span path, uint64_t bytes, const char *why)
{
	s->filed = arena_more(&s->arena, s->filed, s->filed_n, sizeof(*s->filed));
	s->filed[s->filed_n++] = (struct sos_filed){.member = keep(s, path),
	                                            .status = CAPTURE_OK,
	                                            .note = why,
	                                            .bytes = (int64_t)(bytes & INT64_MAX)};
}

static bool is_filed(const struct sos *s, struct span path)
{
	for (size_t i = 0; i < s->filed_n; i++)
		if (span_eq(s->filed[i].member, path))
			return true;
	return false;
}

/* Of what only stands in, that which was not needed for anything. */
static void list_spare(struct sos *s)
{
	for (size_t i = 0; i < s->held_n; i++)
		if (!is_filed(s, s->held[i].path))
			sos_file_list(s, s->held[i].path, s->held[i].text.n,
			              "another file says it, or more");
}

/* Another file has said, or says better, what this one would. */
static bool is_spare(const struct sos *s, const struct sos_held *h, const char *source)
{
	if (h->use == SOS_ALSO)
		return false;
	return is_good(s, h->netns, source) ||
	       (h->use == SOS_LAST && is_in(&s->stood_in, h->netns, source));
}

static void read_held(struct sos *s, bool last)
{
	struct span arg;

	for (size_t i = 0; i < s->held_n; i++) {
		const struct sos_held *h = &s->held[i];
		const struct parser_entry *p = parser_by_member(h->as, &arg);
		struct way w = {.path = h->path,
		                .as = h->as,
		                .netns = h->netns,
		                .text = h->text,
		                .note = h->note,
		                .command = h->command,
		                .use = h->use,
		                .cut = h->cut};

		if ((h->use == SOS_LAST) != last)
			continue;
		if (p && is_spare(s, h, p->parser->source))
			s->spare++;
		else
			read_text(s, &w);
	}
}

/* A path from which something would have been read did not come: `why`. */
static void put_missing(struct sos *s, struct span path, const struct sos_command *c,
                        const char *why)
{
	struct sos_place place;
	struct span as, arg;
	char room[BUNDLE_NAME_MAX];
	struct way w = {.path = path, .command = c};

	if (!sos_path_find(path, s->version, &place))
		return;
	for (size_t i = 0; i < place.rows; i++) {
		const struct parser_entry *p;

		as = sos_path_as(&place, i, room);
		p = parser_by_member(as, &arg);
		if (place.row[i].use != SOS_READ || !p ||
		    (arg.n == 0 && is_good(s, place.netns, p->parser->source)))
			continue;
		put_filed(s, &w, p->parser->source, arg, CAPTURE_ABSENT, why);
	}
}

static void tell_missing(struct sos *s)
{
	for (size_t i = 0; i < s->skipped_n; i++)
		if (!table_get(&s->seen, s->skipped[i].path))
			put_missing(s, s->skipped[i].path, NULL,
			            arena_fmt(&s->arena, "sos skipped it: %.*s",
			                      (int)s->skipped[i].why.n, s->skipped[i].why.p));
	for (size_t i = 0; i < s->manifest.n; i++) {
		const struct sos_command *c = &s->manifest.commands[i];

		if (!c->seen && !table_get(&s->seen, c->path))
			put_missing(s, c->path, NULL, "in the manifest, but not in the archive");
	}
}

static void put_captures(struct sos *s, const struct sos_moment *m)
{
	const int64_t shift = m->mono_ns - m->real_ns; /* of the clock since the boot */

	for (size_t i = 0; i < s->filed_n; i++) {
		const struct sos_filed *f = &s->filed[i];
		struct store_capture c = {.member = f->member,
		                          .source = f->source,
		                          .entity = f->entity,
		                          .status = f->status,
		                          .bytes = f->bytes,
		                          .note = span_of(f->note),
		                          .t0_ns = m->mono_ns,
		                          .t1_ns = m->mono_ns};

		if (f->command && f->command->has_time) {
			c.t0_ns = f->command->t0_ns + shift;
			c.t1_ns = f->command->t1_ns + shift;
		}
		store_capture(s->store, &c);
	}
}

void sos_file_finish(struct sos *s)
{
	const struct sos_moment m = sos_about_moment(s);
	struct store_tick t = {.snap = s->part.snap,
	                       .boot_id = s->about.boot_id,
	                       .realtime_ns = m.real_ns,
	                       .monotonic_ns = m.mono_ns,
	                       .instant = true};

	read_held(s, false);
	read_held(s, true);
	list_spare(s);
	tell_missing(s);
	put_captures(s, &m);
	store_tick(s->store, &t);
}
