#include "analyze/hint.h"

#include <stddef.h>
#include <string.h>

#include "analyze/recorded.h"
#include "schema/buf.h"
#include "schema/timefmt.h"

#define MINUTE_NS ((int64_t)60 * NS_PER_S)

struct hint {
	const char *source, *absent, *denied, *missing;
};

static const struct hint hints[] = {
#define HINT(source_, absent_, denied_, missing_)                                                  \
	{.source = (source_), .absent = (absent_), .denied = (denied_), .missing = (missing_)},
#include "analyze/hint.def"
#undef HINT
};

/* Where the table has nothing of its own. */
static const struct {
	const char *state;
	size_t own; /* the column of the table */
	const char *text;
} states[] = {
	{"absent",				offsetof(struct hint,                   absent),                     "nothing: this host does not have it"},
	{"denied",				       offsetof(struct hint,								      denied),                                       "record as root: sudo nettape-collect"},
	{"not-collected", offsetof(struct hint,                                       missing),
         "nettape-collect without an --exclude that names it"},
	{"timeout",			       0,			    "record again; the host was too slow to tell"                                                      },
	{"unparsable",        0,"look into the files themselves: tar xf BUNDLE"},
};

static const char *own_text(const char *source, size_t column)
{
	for (size_t i = 0; i < sizeof(hints) / sizeof(hints[0]); i++)
		if (column && strcmp(hints[i].source, source) == 0)
			return *(const char *const *)((const char *)&hints[i] + column);
	return NULL;
}

const char *hint_state(const char *source, const char *state)
{
	for (size_t i = 0; i < sizeof(states) / sizeof(states[0]); i++) {
		const char *own;

		if (strcmp(states[i].state, state) != 0)
			continue;
		own = own_text(source, states[i].own);
		return own ? own : states[i].text;
	}
	return "a recording that has it";
}

/* Its own pace; 0: each tick. */
static int64_t pace_ns(const struct source *s)
{
	return s ? (int64_t)s->pace_s * NS_PER_S : 0;
}

static void put_window(struct buf *b, int64_t ns)
{
	buf_str(b, "nettape-collect --for ");
	duration_put(b, (ns + MINUTE_NS - 1) / MINUTE_NS * MINUTE_NS);
}

const char *hint_captures(struct arena *a, const char *source, int64_t captures)
{
	const struct source *s = recorded_next(source, NULL);
	char text[256];
	struct buf b = BUF_OVER(text);

	if (pace_ns(s) == 0)
		return arena_fmt(a, "a recording of %lld ticks and more", (long long)captures);
	put_window(&b, captures * pace_ns(s));
	return arena_text(a, buf_span(&b));
}

const char *hint_span(struct arena *a, const char *source, int64_t span_ns)
{
	char text[256];
	struct buf b = BUF_OVER(text);

	put_window(&b, span_ns + pace_ns(recorded_next(source, NULL)));
	return arena_text(a, buf_span(&b));
}
