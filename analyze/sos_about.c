/* What a sosreport says of itself: version, host, kernel, time, manifest, log. */
#include "analyze/digest.h"
#include "analyze/record.h"
#include "analyze/sos_impl.h"
#include "schema/buf.h"
#include "schema/timefmt.h"

static struct span keep(struct sos *s, struct span text)
{
	return (struct span){arena_text(&s->arena, text), text.n};
}

/* The first word of the first line. */
static struct span first_word(struct span text)
{
	struct span line, word = {0};

	(void)(span_line(&text, &line) && span_word(&line, &word));
	return word;
}

static void take_host(struct sos *s, enum sos_asked by, struct span name)
{
	/* a copy of the tree may hold where the link led in place of the name */
	if (name.n == 0 || name.n > 253 || span_find(name, '/') < name.n || by >= s->about.host_by)
		return;
	s->about.host = keep(s, name);
	s->about.host_by = by;
}

void sos_about_clock(struct sos *s, enum sos_clock by, int64_t unix_ns)
{
	if (unix_ns <= 0 || by >= s->about.clock)
		return;
	s->about.clock = by;
	s->about.time_ns = unix_ns;
}

/* "sos report: 4.12.0"; "sosreport: 3.9" and a line a plugin */
static void on_version(struct sos *s, const struct sos_file *f)
{
	struct span rest = f->text, line, head;

	if (!span_line(&rest, &line) || !span_cut(&line, ':', &head) || s->about.version.n)
		return;
	s->about.version = keep(s, first_word(line));
	s->version = sos_version(s->about.version);
}

static void on_host(struct sos *s, const struct sos_file *f)
{
	bool file = span_starts(f->path, SPAN("etc/"));

	take_host(s, file ? SOS_NAME_FILE : SOS_NAME_COMMAND, first_word(f->text));
}

static void on_uname(struct sos *s, const struct sos_file *f)
{
	struct sos_uname u;

	if (!sos_uname_parse(f->text, &u))
		return;
	take_host(s, SOS_NAME_UNAME, u.host);
	s->about.arch = keep(s, u.arch);
	if (s->about.kernel.n == 0)
		s->about.kernel = keep(s, u.release);
}

static void on_kernel(struct sos *s, const struct sos_file *f)
{
	struct span word = first_word(f->text);

	if (word.n)
		s->about.kernel = keep(s, word);
}

static void on_boot_id(struct sos *s, const struct sos_file *f)
{
	s->about.boot_id = keep(s, first_word(f->text));
}

/* As the collector tells a machine from others: the id itself is not kept. */
static void take_machine(struct sos *s, struct span id)
{
	static const struct span salt = SPAN_INIT(MACHINE_SALT);
	char hex[DIGEST_HEX];
	struct digest *d;

	for (size_t i = 0; i < id.n; i++)
		if (!(id.p[i] >= '0' && id.p[i] <= '9') && !(id.p[i] >= 'a' && id.p[i] <= 'f'))
			return;
	if (id.n != MACHINE_ID || s->about.machine_hash.n)
		return;
	d = digest_open();
	digest_put(d, salt);
	digest_put(d, id);
	digest_end(d, hex);
	digest_close(d);
	s->about.machine_hash = keep(s, span_sub(span_of(hex), 0, MACHINE_HASH));
}

static void on_machine(struct sos *s, const struct sos_file *f)
{
	take_machine(s, first_word(f->text));
}

/* "         Machine ID: 0123...", hostnamectl(1) */
static void on_hostnamectl(struct sos *s, const struct sos_file *f)
{
	struct span rest = f->text, line;

	while (span_line(&rest, &line)) {
		line = span_trim(line);
		if (span_skip(&line, SPAN("Machine ID:")))
			take_machine(s, first_word(line));
	}
}

static void on_date(struct sos *s, const struct sos_file *f)
{
	int64_t ns;

	if (sos_date_parse(f->text, &ns))
		sos_about_clock(s, SOS_BY_DATE, ns);
}

static void on_uptime(struct sos *s, const struct sos_file *f)
{
	(void)sos_uptime_parse(f->text, &s->about.uptime_s);
}

/* "btime 1795347213" of /proc/stat */
static void on_btime(struct sos *s, const struct sos_file *f)
{
	struct span rest = f->text, line;
	uint64_t v;

	while (span_line(&rest, &line))
		if (span_skip(&line, SPAN("btime ")) && span_u64(line, UINT32_MAX, &v))
			s->about.boot_s = (int64_t)v;
}

static void on_manifest(struct sos *s, const struct sos_file *f)
{
	struct sos_manifest *m = &s->manifest;
	struct err e = {0};
	int64_t first = 0;

	if (m->read)
		return;
	if (sos_manifest_read(m, f->text, &s->arena, &e) < 0) {
		if (s->store)
			store_note(s->store, f->path, 0, span_of(e.text));
		return;
	}
	if (m->version.n) {
		s->about.version = m->version;
		s->version = sos_version(m->version);
	}
	for (size_t i = 0; i < m->n; i++)
		if (m->commands[i].has_time && (first == 0 || m->commands[i].t0_ns < first))
			first = m->commands[i].t0_ns;
	sos_about_clock(s, SOS_BY_MANIFEST, first);
}

/* "skipped command 'ss -peaonmi': required kmods missing: udp_diag.  Use ..." */
static void take_skipped(struct sos *s, struct span line)
{
	static const struct span mark = SPAN_INIT("skipped command '");
	size_t at = span_search(line, mark);
	struct span rest = span_sub(line, at + mark.n, line.n), command, path;
	char room[BUNDLE_NAME_MAX];

	if (at == line.n || !span_cut(&rest, '\'', &command))
		return;
	(void)span_skip(&rest, SPAN(":"));
	rest = span_trim(rest);
	while (span_ends(rest, SPAN(",")) || span_ends(rest, SPAN(".")))
		rest.n--;
	path = sos_path_of_command(SPAN("networking"), command, room);
	s->skipped = arena_more(&s->arena, s->skipped, s->skipped_n, sizeof(*s->skipped));
	s->skipped[s->skipped_n++] =
		(struct sos_skipped){.path = keep(s, path), .why = keep(s, span_sub(rest, 0, 200))};
}

static void on_log(struct sos *s, const struct sos_file *f)
{
	struct span rest = f->text, line;

	while (s->store && span_line(&rest, &line)) {
		take_skipped(s, line);
		if (span_search(line, SPAN(" timed out")) < line.n)
			store_note(s->store, f->path, 0, span_sub(line, 0, 200));
	}
}

void sos_about_take(struct sos *s, struct span as, const struct sos_file *f)
{
	static const struct {
		struct span as;
		void (*take)(struct sos *, const struct sos_file *);
	} takers[] = {
		{SPAN_INIT("version"),     on_version    },
                {SPAN_INIT("manifest"),    on_manifest   },
		{SPAN_INIT("log"),         on_log        },
                {SPAN_INIT("host"),        on_host       },
		{SPAN_INIT("uname"),       on_uname      },
                {SPAN_INIT("kernel"),      on_kernel     },
		{SPAN_INIT("boot_id"),     on_boot_id    },
                {SPAN_INIT("date"),        on_date       },
		{SPAN_INIT("machine"),     on_machine    },
                {SPAN_INIT("hostnamectl"), on_hostnamectl},
		{SPAN_INIT("uptime"),      on_uptime     },
                {SPAN_INIT("btime"),       on_btime      },
	};

	for (size_t i = 0; i < sizeof(takers) / sizeof(takers[0]); i++)
		if (span_eq(as, takers[i].as))
			takers[i].take(s, f);
}

static void meta(struct sos *s, const char *k, struct span v)
{
	if (v.n)
		store_meta(s->store, k, v);
}

static void tell_time(struct sos *s)
{
	static const char *const names[] = {
		[SOS_BY_MANIFEST] = "manifest.json",
		[SOS_BY_DATE] = "date",
		[SOS_BY_FILES] = "the files' times",
		[SOS_BY_NAME] = "the report's name",
		[SOS_BY_NOBODY] = "",
	};
	char text[40];
	struct buf b = BUF_OVER(text);

	if (s->about.clock == SOS_BY_NOBODY)
		return;
	time_put(&b, s->about.time_ns, 0);
	meta(s, "started", buf_span(&b));
	meta(s, "time_from", span_of(names[s->about.clock]));
}

static void tell_name(struct sos *s)
{
	struct sos_name *n = &s->about.name;

	if (!sos_name_parse(s->stem, s->about.host, n))
		return;
	take_host(s, SOS_NAME_ARCHIVE, n->host);
	meta(s, "case", n->ticket);
	if (n->obfuscated)
		store_meta_i64(s->store, "obfuscated", 1);
}

static void tell_listed(struct sos *s)
{
	char text[1024];
	struct buf b = BUF_OVER(text);

	if (s->reports) {
		buf_u64(&b, s->reports);
		buf_str(&b, " further reports were not read; unpack them to read one: ");
		buf_put(&b, s->report_names);
		store_note(s->store, SPAN("(archive)"), 0, buf_span(&b));
		b.n = 0;
	}
	if (!s->listed)
		return;
	buf_u64(&b, s->listed);
	buf_str(&b, " files with evidence of the network are in no form that is read: ");
	buf_put(&b, s->listed_names);
	store_note(s->store, SPAN("(report)"), 0, buf_span(&b));
}

static void tell_archive(struct sos *s)
{
	const char *cut = entries_cut(s->entries);
	struct span first;
	char text[300];
	struct buf b = BUF_OVER(text);

	meta(s, "end_reason", cut[0] ? SPAN("cut") : SPAN("complete"));
	if (cut[0])
		store_note(s->store, SPAN("(archive)"), 0, span_of(cut));
	if (!entries_passed_over(s->entries, &first))
		return;
	buf_u64(&b, entries_passed_over(s->entries, &first));
	buf_str(&b, " entries are no files of the report and were passed over, the first: ");
	buf_put(&b, first);
	store_note(s->store, SPAN("(archive)"), 0, buf_span(&b));
}

struct sos_moment sos_about_moment(struct sos *s)
{
	const struct sos_about *a = &s->about;
	struct sos_moment m = {.real_ns = a->time_ns, .mono_ns = a->time_ns};

	if (a->boot_s && a->time_ns > a->boot_s * NS_PER_S)
		m.mono_ns = a->time_ns - a->boot_s * NS_PER_S;
	else if (a->uptime_s)
		m.mono_ns = a->uptime_s * NS_PER_S;
	return m;
}

void sos_about_tell(struct sos *s)
{
	const struct sos_about *a = &s->about;
	struct store *to = s->store;

	tell_name(s);
	tell_time(s);
	tell_archive(s);
	tell_listed(s);
	if (s->manifest.late.n)
		store_note(to, SPAN("sos_reports/manifest.json"), 0,
		           span_of(arena_fmt(&s->arena, "out of time, and not all there: %.*s",
		                             (int)s->manifest.late.n, s->manifest.late.p)));
	meta(s, "input", SPAN("sosreport"));
	meta(s, "tool", SPAN("sos"));
	meta(s, "tool_version", a->version);
	meta(s, "options", s->manifest.options);
	meta(s, "host", a->host);
	meta(s, "kernel", a->kernel);
	meta(s, "arch", a->arch);
	meta(s, "boot_id", a->boot_id);
	meta(s, "machine_hash", a->machine_hash);
	store_meta_i64(to, "kernel_num", kernel_number(a->kernel));
	if (store_hints(to).n_online)
		store_meta_i64(to, "cpus", (int64_t)store_hints(to).n_online);
	if (a->uptime_s)
		store_meta_i64(to, "uptime_s", a->uptime_s);
	store_meta_real(to, "window_s", 0);
	store_meta_i64(to, "ticks_taken", 1);
	meta(s, "bundle_sha256", span_of(entries_sha256(s->entries)));
	meta(s, "bundle_sha256_of", entries_is_folder(s->entries) ? SPAN("members") : SPAN("file"));
	store_meta_i64(to, "bundle_bytes", (int64_t)entries_bytes(s->entries));
	store_meta_i64(to, "raw_bytes", (int64_t)s->raw);
	store_meta_i64(to, "files_read", (int64_t)s->read);
	store_meta_i64(to, "files_spare", (int64_t)s->spare);
	store_meta_i64(to, "files_listed", (int64_t)s->listed);
	store_meta_i64(to, "files_known", (int64_t)s->known);
	store_meta_i64(to, "files_others", (int64_t)s->others);
}
