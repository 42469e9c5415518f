#include "analyze/survey.h"

#include <string.h>

#include "analyze/bundle_read.h"
#include "analyze/sos.h"

static void take_tick(struct survey *s, struct survey_tick **ticks, const struct bundle_member *m,
                      struct arena *a)
{
	const struct survey_tick *last = s->ticks_n ? &s->ticks[s->ticks_n - 1] : NULL;
	struct store_tick t = {.snap = m->name.snap};
	struct err damage = {0};

	if (record_tick(m->text, &t, NULL, NULL, &damage) < 0)
		return;
	if (last && (t.snap <= last->snap || t.monotonic_ns <= last->mono_ns))
		return;
	*ticks = arena_more(a, *ticks, s->ticks_n, sizeof(**ticks));
	(*ticks)[s->ticks_n++] = (struct survey_tick){t.snap, t.realtime_ns, t.monotonic_ns};
	s->ticks = *ticks;
}

static int take_all(struct bundle *b, struct arena *a, struct survey *s, struct err *e)
{
	struct survey_tick *ticks = NULL;
	struct bundle_member m;
	bool known = false;
	int rc;

	bundle_skim(b);
	while ((rc = bundle_next(b, &m, e)) == 1) {
		if (m.name.place == MEMBER_TICK)
			take_tick(s, &ticks, &m, a);
		if (m.name.place != MEMBER_BUNDLE || known)
			continue;
		known = true;
		if (record_identity(m.text, &s->id, e))
			return -1;
	}
	return rc;
}

/* One instant: a recording of one tick. */
static int take_report(struct entries *x, struct arena *a, struct survey *s, struct err *e)
{
	struct survey_tick *tick = arena_take(a, sizeof(*tick));
	struct sos_moment m;

	if (sos_survey(x, &s->id, &m, e))
		return -1;
	*tick = (struct survey_tick){.real_ns = m.real_ns, .mono_ns = m.mono_ns};
	s->ticks = tick;
	s->ticks_n = 1;
	return 0;
}

int survey_read(const char *path, struct arena *a, struct survey *s, struct err *e)
{
	struct err why = {0};
	struct entries *x = entries_open(path, &why);
	bool named;
	int rc;

	*s = (struct survey){.path = path};
	rc = x ? sos_is_report(x, &why) : -1;
	if (rc == 0) {
		struct bundle *b = bundle_over(x);

		rc = take_all(b, a, s, &why);
		bundle_close(b);
	} else if (rc > 0) {
		rc = take_report(x, a, s, &why);
		entries_close(x);
	} else {
		entries_close(x);
	}
	named = strstr(why.text, path) != NULL;
	return rc ? err_set(e, 0, "%s%s%s", named ? "" : path, named ? "" : ": ", why.text) : 0;
}
