#include "analyze/sos.h"

#include <string.h>

#include "analyze/sos_impl.h"
#include "schema/buf.h"
#include "schema/timefmt.h"

#define NAMES_SHOWN        12 /* of files that nobody knows how to read */
#define SOS_MANIFEST_SINCE 4000

/* ---- what it is ---- */

/* "sosreport-web-2026-11-22-abcdefg.tar.xz", alone or in the folder of a collection. */
static bool is_inner_report(const struct entry *en)
{
	static const struct span ends[] = {
		SPAN_INIT(".tar"),     SPAN_INIT(".tar.xz"),  SPAN_INIT(".tar.gz"),
		SPAN_INIT(".tar.bz2"), SPAN_INIT(".tar.zst"), SPAN_INIT(".tgz"),
	};
	struct span name = en->name, folder;

	(void)span_rcut(&name, '/', &folder);
	if (!en->file || !span_starts(name, SPAN("sosreport-")))
		return false;
	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++)
		if (span_ends(name, ends[i]))
			return true;
	return false;
}

/* Printable, no "..", no empty part: what may stand in a report and on a page. */
static bool is_clean(struct span path)
{
	struct span part;

	if (path.n == 0 || path.n >= BUNDLE_NAME_MAX)
		return false;
	for (size_t i = 0; i < path.n; i++)
		if ((unsigned char)path.p[i] < 0x20 || path.p[i] == 0x7f)
			return false;
	while (span_cut(&path, '/', &part))
		if (part.n == 0 || span_eq(part, SPAN(".")) || span_eq(part, SPAN("..")))
			return false;
	return !span_eq(path, SPAN(".."));
}

/* Takes "./" and "/" off, then the stem. */
static bool cut_stem(struct span name, struct span *stem, struct span *path)
{
	while (span_skip(&name, SPAN("./")) || span_skip(&name, SPAN("/")))
		;
	*path = name;
	return span_cut(path, '/', stem) && stem->n;
}

static bool is_of_report(struct span name)
{
	static const struct span tops[] = {
		SPAN_INIT("sos_"), SPAN_INIT("version.txt"), SPAN_INIT("proc/"), SPAN_INIT("sys/"),
		SPAN_INIT("etc/"), SPAN_INIT("var/"),        SPAN_INIT("run/"),  SPAN_INIT("boot/"),
		SPAN_INIT("usr/"), SPAN_INIT("lib/"),        SPAN_INIT("opt/"),  SPAN_INIT("root/"),
	};
	struct span stem, path;

	if (!cut_stem(name, &stem, &path) || span_starts(stem, SPAN("sos-collector-")))
		return false; /* what a collection says of itself is none of a report's */
	if (span_starts(stem, SPAN("sosreport-")))
		return true;
	for (size_t i = 0; i < sizeof(tops) / sizeof(tops[0]); i++)
		if (span_starts(path, tops[i]))
			return true;
	return false;
}

int sos_is_report(struct entries *x, struct err *e)
{
	struct member_name member;
	struct entry en;
	int rc;

	while ((rc = entries_next(x, &en, e)) == 1) {
		bool bundle = en.file && member_name_parse(en.name, &member);

		if (bundle || is_inner_report(&en) || is_of_report(en.name)) {
			entries_again(x);
			return !bundle;
		}
		if (!en.folder)
			entries_pass_over(x, en.name);
	}
	return rc;
}

/* ---- its files ---- */

static void add_name(struct sos *s, struct span *names, uint64_t so_many, struct span name)
{
	if (so_many <= NAMES_SHOWN)
		*names = span_of(arena_fmt(&s->arena, "%.*s%s%.*s", (int)names->n,
		                           names->n ? names->p : "", names->n ? ", " : "",
		                           (int)name.n, name.p));
	else if (so_many == NAMES_SHOWN + 1)
		*names = span_of(
			arena_fmt(&s->arena, "%.*s, ...", (int)names->n, names->n ? names->p : ""));
}

static bool wants_text(const struct sos_row *r)
{
	return r->use != SOS_PASS && r->use != SOS_LIST;
}

/* By what was run, where the manifest says it, else by the file's name. */
static bool find_place(struct sos *s, struct sos_file *f, struct sos_place *place)
{
	char room[BUNDLE_NAME_MAX];
	struct span path;

	f->place = place;
	f->command = sos_manifest_find(&s->manifest, f->path);
	if (f->command) {
		f->command->seen = true;
		path = sos_path_of_command(f->command->plugin, f->command->exec, room);
		if (path.n && sos_path_find(path, s->version, place) && wants_text(place->row)) {
			place->path = span_of(arena_text(&s->arena, place->path));
			return true;
		}
	}
	return sos_path_find(f->path, s->version, place);
}

/* sos writes its records first, but whoever packs a report again need not. */
static bool comes_too_early(const struct sos *s, struct span path)
{
	return !s->manifest.read && (s->version == 0 || s->version >= SOS_MANIFEST_SINCE) &&
	       (span_starts(path, SPAN("sos_commands/")) ||
	        span_starts(path, SPAN("sos_strings/")));
}

/* Kept until the manifest was read, or all. */
static void park(struct sos *s, const struct sos_file *f)
{
	if (s->held_bytes + f->text.n > SOS_HELD_MOST) {
		store_note(s->store, f->path, 0, SPAN("not read: too much waits already"));
		return;
	}
	s->held_bytes += f->text.n;
	s->parked = arena_more(&s->arena, s->parked, s->parked_n, sizeof(*s->parked));
	s->parked[s->parked_n++] = (struct sos_parked){
		.path = {arena_text(&s->arena, f->path), f->path.n},
		.text = {arena_text(&s->arena, f->text), f->text.n},
		.cut = f->cut
        };
}

static void read_parked(struct sos *s)
{
	for (size_t i = 0; i < s->parked_n; i++) {
		struct sos_file f = {.path = s->parked[i].path,
		                     .text = s->parked[i].text,
		                     .cut = s->parked[i].cut};
		struct sos_place place;

		if (find_place(s, &f, &place) && wants_text(place.row))
			sos_file_take(s, &f);
	}
}

/* Where each file is answered for: read, or listed with a reason. */
static bool is_of_network(struct span path)
{
	size_t net = span_search(path, SPAN("/net/"));

	return span_starts(path, SPAN("sos_commands/")) ||
	       (span_starts(path, SPAN("proc/")) && net < path.n &&
	        !span_starts(path, SPAN("proc/sys/")));
}

/* What the report says of itself alone. */
static void on_file_surveyed(struct sos *s, const struct entry *en, struct span path)
{
	struct sos_file f = {.path = path};
	struct sos_place place;
	bool read = false;

	if (span_starts(path, SPAN("sos_commands/")))
		sos_about_clock(s, SOS_BY_FILES, en->mtime_s * NS_PER_S);
	if (!sos_path_find(path, s->version, &place))
		return;
	f.place = &place;
	for (size_t i = 0; i < place.rows; i++) {
		char room[BUNDLE_NAME_MAX];

		if (place.row[i].use != SOS_ABOUT)
			continue;
		read = read || entries_read(s->entries, &f.text, &f.cut);
		if (read)
			sos_about_take(s, sos_path_as(&place, i, room), &f);
	}
}

static void on_file(struct sos *s, const struct entry *en, struct span path)
{
	struct sos_file f = {.path = path};
	struct sos_place place;

	if (span_starts(path, SPAN("sos_commands/")))
		sos_about_clock(s, SOS_BY_FILES, en->mtime_s * NS_PER_S);
	bool known = find_place(s, &f, &place);

	if (known && place.row->use == SOS_LIST) {
		add_name(s, &s->listed_names, ++s->listed, path);
		sos_file_list(s, path, en->size, "no form that is known");
	} else if (known && place.row->use == SOS_PASS && is_of_network(path)) {
		s->known++;
		sos_file_list(s, path, en->size, place.row->remark);
	} else if (!known || !wants_text(place.row)) {
		s->others++;
	} else {
		/* what the archive lacks of the last file is not used; the report says so */
		if (!entries_read(s->entries, &f.text, &f.cut))
			return;
		if (comes_too_early(s, path))
			park(s, &f);
		else
			sos_file_take(s, &f);
	}
}

static void on_entry(struct sos *s, const struct entry *en)
{
	struct span stem, path;

	if (!en->file) /* links lead to what is there under its own name */
		return;
	if (!cut_stem(en->name, &stem, &path) || !is_clean(path) ||
	    (s->stem.n ? !span_eq(stem, s->stem) : !is_of_report(en->name))) {
		entries_pass_over(s->entries, en->name);
		return;
	}
	if (s->stem.n == 0)
		s->stem = span_of(arena_text(&s->arena, stem));
	if (s->store)
		on_file(s, en, path);
	else
		on_file_surveyed(s, en, path);
}

/* A report within a collection: the first one is read. */
static int on_report(struct sos *s, const struct entry *en, struct err *e)
{
	if (s->stem.n == 0)
		return entries_enter(s->entries, e);
	add_name(s, &s->report_names, ++s->reports, en->name);
	return 0;
}

static int read_all(struct sos *s, struct err *e)
{
	struct entry en;
	int rc;

	while ((rc = entries_next(s->entries, &en, e)) == 1) {
		if (is_inner_report(&en) && en.depth == 0) {
			if (on_report(s, &en, e) < 0)
				return -1;
		} else if (en.depth || !s->reports) {
			on_entry(s, &en);
		}
	}
	return rc;
}

static void settle_time(struct sos *s)
{
	struct sos_about *a = &s->about;

	if (a->clock == SOS_BY_NOBODY && sos_name_parse(s->stem, a->host, &a->name) &&
	    sos_name_time(a->name.date, &a->time_ns))
		a->clock = SOS_BY_NAME;
}

static void sos_free(struct sos *s)
{
	sos_manifest_free(&s->manifest);
	table_free(&s->seen);
	table_free(&s->good);
	table_free(&s->stood_in);
	arena_free(&s->arena);
}

static const struct sos_about nothing_said = {.host_by = SOS_NAME_NONE, .clock = SOS_BY_NOBODY};

int sos_load(struct entries *x, const struct sos_part *p, struct store *store, struct sos_moment *m,
             struct err *e)
{
	struct sos s = {.store = store, .part = *p, .entries = x, .about = nothing_said};
	int rc = read_all(&s, e);

	read_parked(&s);
	if (rc == 0 && s.read + s.held_n == 0)
		rc = err_set(e, 0, "not a sosreport: nothing in it that is known");
	if (rc == 0) {
		settle_time(&s);
		sos_file_finish(&s);
		sos_about_tell(&s);
		*m = sos_about_moment(&s);
	}
	sos_free(&s);
	return rc;
}

static void copy_text(char *to, size_t cap, struct span text)
{
	struct buf b = {.p = to, .cap = cap};

	buf_put(&b, text);
	(void)buf_cstr(&b);
}

int sos_survey(struct entries *x, struct record_identity *id, struct sos_moment *m, struct err *e)
{
	struct sos s = {.entries = x, .about = nothing_said};
	int rc = read_all(&s, e);

	*id = (struct record_identity){.netns = 0};
	settle_time(&s);
	copy_text(id->host, sizeof(id->host), s.about.host);
	copy_text(id->arch, sizeof(id->arch), s.about.arch);
	copy_text(id->boot_id, sizeof(id->boot_id), s.about.boot_id);
	copy_text(id->machine_hash, sizeof(id->machine_hash), s.about.machine_hash);
	*m = sos_about_moment(&s);
	if (rc == 0 && m->real_ns == 0)
		rc = err_set(e, 0, "a sosreport that does not say when it was taken");
	sos_free(&s);
	return rc;
}

/* True when the entry tells that this is no collection. */
static bool is_something_else(const struct entry *en)
{
	struct member_name member;

	return en->depth || is_of_report(en->name) ||
	       (en->file && member_name_parse(en->name, &member));
}

const char *const *sos_collected(const char *path, struct arena *a, size_t *n)
{
	struct err ignored = {0};
	struct entries *x = strcmp(path, "-") == 0 ? NULL : entries_open(path, &ignored);
	const char **all = NULL;
	struct entry en;

	*n = 0;
	while (x && entries_next(x, &en, &ignored) == 1) {
		if (is_inner_report(&en) && is_clean(en.name)) {
			all = arena_more(a, all, *n, sizeof(*all));
			all[(*n)++] = arena_fmt(a, "%s/%.*s", path, (int)en.name.n, en.name.p);
		} else if (is_something_else(&en)) {
			*n = 0;
			break;
		}
	}
	entries_close(x);
	return all;
}
