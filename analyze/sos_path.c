#include "analyze/sos_path.h"

#include "schema/buf.h"

#define AGAIN_MOST 4 /* links of links */

static const struct sos_row rows[] = {
#define SOS(since_, until_, path_, as_, use_, remark_)                                             \
	{.since = SPAN_INIT(since_),                                                               \
	 .until = SPAN_INIT(until_),                                                               \
	 .path = SPAN_INIT(path_),                                                                 \
	 .as = SPAN_INIT(as_),                                                                     \
	 .use = SOS_##use_,                                                                        \
	 .remark = (remark_)},
#include "analyze/sos_paths.def"
#undef SOS
};
#define ROWS (sizeof(rows) / sizeof(rows[0]))

unsigned sos_version(struct span text)
{
	uint64_t major = 0, minor = 0;

	if (!span_take_u64(&text, 99, &major))
		return 0;
	if (span_skip(&text, SPAN(".")))
		(void)span_take_u64(&text, 999, &minor);
	return (unsigned)(major * 1000 + minor);
}

static bool in_range(const struct sos_row *r, unsigned version)
{
	return version == 0 || (version >= sos_version(r->since) &&
	                        (r->until.n == 0 || version < sos_version(r->until)));
}

/* ---- matching ---- */

#define STEPS_MOST 20000 /* no path that sos writes comes near: a stranger's may */

struct match {
	struct span *stars;
	size_t n;       /* stars so far */
	unsigned steps; /* taken so far */
};

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool match_rest(struct span path, struct span pattern, struct match *m);

/* A wildcard at the front of the pattern: the shortest run with which the rest fits. */
static bool match_star(struct span path, struct span pattern, struct match *m)
{
	bool digits = pattern.p[0] == '#';
	bool deep = pattern.n > 1 && pattern.p[0] == '*' && pattern.p[1] == '*';
	struct span rest = span_sub(pattern, deep ? 2 : 1, pattern.n);
	size_t at = m->n;

	if (at == SOS_STARS)
		return false;
	for (size_t n = 0; n <= path.n && m->steps++ < STEPS_MOST; n++) {
		m->n = at + 1;
		m->stars[at] = span_sub(path, 0, n);
		if ((n || !digits) && match_rest(span_sub(path, n, path.n), rest, m))
			return true;
		if (n < path.n && (digits ? !is_digit(path.p[n]) : !deep && path.p[n] == '/'))
			break;
	}
	m->n = at;
	return false;
}

static bool match_rest(struct span path, struct span pattern, struct match *m)
{
	while (pattern.n) {
		char c = pattern.p[0];

		if (c == '*' || c == '#')
			return match_star(path, pattern, m);
		if (c == '$' && pattern.n > 1 && is_digit(pattern.p[1])) {
			size_t i = (size_t)(pattern.p[1] - '1');

			if (i >= m->n || !span_skip(&path, m->stars[i]))
				return false;
			pattern = span_sub(pattern, 2, pattern.n);
			continue;
		}
		if (path.n == 0 || path.p[0] != c)
			return false;
		path = span_sub(path, 1, path.n);
		pattern = span_sub(pattern, 1, pattern.n);
	}
	return path.n == 0;
}

bool sos_match(struct span path, struct span pattern, struct span stars[SOS_STARS])
{
	return match_rest(path, pattern, &(struct match){.stars = stars});
}

/* `as` with what the stars stood for. */
static void put_as(struct buf *b, struct span as, const struct span stars[SOS_STARS])
{
	for (; as.n; as = span_sub(as, 1, as.n)) {
		if (as.p[0] != '$' || as.n < 2 || !is_digit(as.p[1])) {
			buf_char(b, as.p[0]);
			continue;
		}
		as = span_sub(as, 1, as.n);
		buf_put(b, stars[as.p[0] - '1']);
	}
}

/* ---- the table ---- */

static const struct sos_row *row_of(struct span path, unsigned version, struct span *stars)
{
	for (size_t i = 0; i < ROWS; i++)
		if (in_range(&rows[i], version) && sos_match(path, rows[i].path, stars))
			return &rows[i];
	return NULL;
}

/*
 * The row of this version, else of any other.  What only LIST takes may well be something
 * under another version's name.
 */
static const struct sos_row *any_row(struct span path, unsigned version, struct span *stars,
                                     bool *foreign)
{
	const struct sos_row *own = row_of(path, version, stars), *other;
	struct span others[SOS_STARS];

	*foreign = false;
	if (own && own->use != SOS_LIST)
		return own;
	other = row_of(path, 0, others);
	if (!other || other == own || other->use == SOS_LIST)
		return own;
	for (size_t i = 0; i < SOS_STARS; i++)
		stars[i] = others[i];
	*foreign = true;
	return other;
}

static void count_rows(struct sos_place *p)
{
	const struct sos_row *end = rows + ROWS;

	for (p->rows = 1; p->row + p->rows < end; p->rows++)
		if (!span_eq(p->row[p->rows].path, p->row->path))
			break;
}

/* "netns/blue/sos_commands/...": the namespace is kept, for *path goes on behind it. */
static bool take_netns(struct sos_place *p, struct span *path)
{
	struct buf b = BUF_OVER(p->netns_text);
	struct span name;

	if (!span_skip(path, SPAN("netns/")))
		return true;
	if (!span_cut(path, '/', &name))
		return false;
	buf_put(&b, name);
	p->netns = buf_span(&b);
	return !b.cut;
}

bool sos_path_find(struct span path, unsigned version, struct sos_place *p)
{
	struct span stars[SOS_STARS] = {{0}};
	bool foreign;

	p->netns = (struct span){0};
	p->foreign = p->tailed = false;
	for (unsigned i = 0; i < AGAIN_MOST && take_netns(p, &path); i++) {
		struct buf b = {.p = p->text[i % 2], .cap = sizeof(p->text[0])};

		p->path = path;
		p->row = any_row(path, version, stars, &foreign);
		if (!p->row)
			return false;
		p->foreign |= foreign;
		if (p->row->use != SOS_AGAIN) {
			count_rows(p);
			return true;
		}
		p->tailed |= span_starts(path, SPAN("sos_strings/"));
		put_as(&b, p->row->as, stars);
		path = buf_span(&b);
		if (b.cut)
			return false;
	}
	return false;
}

struct span sos_path_as(const struct sos_place *p, size_t i, char room[BUNDLE_NAME_MAX])
{
	struct buf b = {.p = room, .cap = BUNDLE_NAME_MAX};
	struct span stars[SOS_STARS] = {{0}};

	if (!sos_match(p->path, p->row[i].path, stars))
		return (struct span){0};
	put_as(&b, p->row[i].as, stars);
	if (b.cut)
		return (struct span){0};
	return buf_span(&b);
}

/* ---- commands ---- */

static bool is_kept(char c)
{
	return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
	       c == '-' || c == '.';
}

/* As sos makes a name of a command: runs of other bytes are one '_', slashes dots. */
static void put_mangled(struct buf *b, struct span command)
{
	bool gap = false;

	for (size_t i = 0; i < command.n; i++) {
		char c = (char)(command.p[i] == '/' ? '.' : command.p[i]);

		if (c == '@') /* eth0.7@eth0: a device and the one below it */
			while (i + 1 < command.n && command.p[i + 1] != ' ')
				i++;
		else if (is_kept(c))
			buf_char(b, c);
		else if (!gap)
			buf_char(b, '_');
		gap = !is_kept(c) && c != '@';
	}
}

/* "/usr/sbin/ss -s" without its folder. */
static struct span bare(struct span command)
{
	struct span first = span_sub(command, 0, span_find(command, ' '));
	size_t slash = span_rfind(first, '/');

	return slash < first.n ? span_sub(command, slash + 1, command.n) : command;
}

struct span sos_path_of_command(struct span plugin, struct span command, char room[BUNDLE_NAME_MAX])
{
	struct buf b = {.p = room, .cap = BUNDLE_NAME_MAX};
	struct span rest = bare(span_trim(command)), netns;

	if (span_skip(&rest, SPAN("ip netns exec ")) && span_word(&rest, &netns)) {
		buf_str(&b, "netns/");
		buf_put(&b, netns);
		buf_char(&b, '/');
		rest = bare(span_trim(rest));
	}
	buf_str(&b, "sos_commands/");
	buf_put(&b, plugin);
	buf_char(&b, '/');
	put_mangled(&b, rest);
	while (b.n && (b.p[b.n - 1] == '_' || b.p[b.n - 1] == '.' || b.p[b.n - 1] == '-'))
		b.n--;
	if (b.cut)
		return (struct span){0};
	return buf_span(&b);
}
