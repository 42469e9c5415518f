#include "schema/bundle.h"

static const struct span status_names[CAPTURE_STATUS_COUNT] = {
	[CAPTURE_OK] = SPAN_INIT("ok"),
	[CAPTURE_ABSENT] = SPAN_INIT("absent"),
	[CAPTURE_DENIED] = SPAN_INIT("denied"),
	[CAPTURE_TIMEOUT] = SPAN_INIT("timeout"),
	[CAPTURE_BUSY] = SPAN_INIT("busy"),
	[CAPTURE_CUT] = SPAN_INIT("cut"),
	[CAPTURE_INTERRUPTED] = SPAN_INIT("interrupted"),
	[CAPTURE_FALLBACK] = SPAN_INIT("fallback"),
	[CAPTURE_THINNED] = SPAN_INIT("thinned"),
	[CAPTURE_ERROR] = SPAN_INIT("error"),
};

const char *capture_status_name(enum capture_status s)
{
	return status_names[s].p;
}

bool capture_status_parse(struct span name, enum capture_status *s)
{
	for (int i = 0; i < CAPTURE_STATUS_COUNT; i++)
		if (span_eq(name, status_names[i])) {
			*s = (enum capture_status)i;
			return true;
		}
	return false;
}

bool capture_status_good(enum capture_status s)
{
	return s == CAPTURE_OK || s == CAPTURE_CUT || s == CAPTURE_INTERRUPTED ||
	       s == CAPTURE_FALLBACK;
}

static bool clean_path(struct span path)
{
	struct span part;

	if (path.n == 0 || path.n > BUNDLE_NAME_MAX)
		return false;
	for (size_t i = 0; i < path.n; i++)
		if ((unsigned char)path.p[i] < 0x20 || path.p[i] == 0x7f)
			return false;
	while (span_cut(&path, '/', &part))
		if (part.n == 0 || span_eq(part, SPAN(".")) || span_eq(part, SPAN("..")))
			return false;
	return path.n && !span_eq(path, SPAN(".")) && !span_eq(path, SPAN(".."));
}

static bool parse_snap(struct span *name, uint64_t *snap)
{
	struct span number;

	/* one spelling a number: six digits, more only without a leading 0 */
	return span_cut(name, '/', &number) && number.n >= 6 &&
	       (number.n == 6 || *number.p != '0') && span_u64(number, BUNDLE_SNAP_MAX, snap);
}

bool member_name_parse(struct span name, struct member_name *m)
{
	struct member_name got = {.place = MEMBER_PLACE_COUNT};
	struct span stem;

	if (!clean_path(name) || !span_cut(&name, '/', &stem))
		return false;
	if (span_eq(name, SPAN("bundle.json")))
		got.place = MEMBER_BUNDLE;
	else if (span_eq(name, SPAN("end.json")))
		got.place = MEMBER_END;
	else if (span_skip(&name, SPAN("host/")))
		got.place = MEMBER_HOST;
	else if (span_skip(&name, SPAN("last/")))
		got.place = MEMBER_LAST;
	else if (span_skip(&name, SPAN("snap/")) && parse_snap(&name, &got.snap))
		got.place = span_eq(name, SPAN("tick.json")) ? MEMBER_TICK : MEMBER_SNAP;
	else
		return false;
	if (span_skip(&name, SPAN("netns/")) && !span_cut(&name, '/', &got.netns))
		return false;
	got.path = name;
	if (name.n == 0)
		return false;
	*m = got;
	return true;
}

void member_name_put_snap(struct buf *b, uint64_t snap)
{
	buf_str(b, "snap/");
	for (uint64_t limit = 100000; limit > snap && limit > 1; limit /= 10)
		buf_char(b, '0');
	buf_u64(b, snap);
	buf_char(b, '/');
}

void command_name_put(struct buf *b, struct span command)
{
	static const struct span kept = SPAN_INIT("_.:@%+=,-");

	for (size_t i = 0; i < command.n; i++) {
		char c = command.p[i];
		bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
		             (c >= '0' && c <= '9') || span_find(kept, c) < kept.n;

		buf_char(b, (char)(plain ? c : c == '/' ? '.' : '_'));
	}
}
