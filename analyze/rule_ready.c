/* Who may judge: what a rule's header asks of the sources that were recorded. */
#include <string.h>

#include "analyze/hint.h"
#include "analyze/parse_prom_map.h"
#include "analyze/rule_run_impl.h"
#include "schema/timefmt.h"

/* What the table `source` says of one source. */
struct state {
	bool known;
	const char *state, *note;
	int64_t good, bad;
	double span_s;
};

static const char select_source[] =
	"SELECT state, note, good, bad, span_s FROM source WHERE source = ?";

int ready_open(struct runner *run, struct err *e)
{
	return stmt_prepare(&run->source, run->db, select_source, e);
}

/* What is no capture: meta and finding are always there, tick is the snapshots. */
static bool pseudo_source(const struct runner *run, const char *name, struct state *s)
{
	bool always = strcmp(name, "meta") == 0 || strcmp(name, "finding") == 0;

	if (!always && strcmp(name, "tick") != 0)
		return false;
	*s = (struct state){.known = true,
	                    .state = "ok",
	                    .note = "",
	                    .span_s = run->ticks_s,
	                    .good = always ? INT64_MAX : run->ticks};
	return true;
}

static int read_state(struct runner *run, const char *name, struct state *s, struct err *e)
{
	int rc;

	*s = (struct state){.state = "not-collected", .note = ""};
	if (pseudo_source(run, name, s))
		return 0;
	stmt_str(&run->source, name);
	rc = stmt_row(&run->source, e);
	if (rc != 1)
		return rc;
	s->known = true;
	s->state = arena_text(run->arena, stmt_get_span(&run->source, 0));
	s->note = arena_text(run->arena, stmt_get_span(&run->source, 1));
	s->good = stmt_get_i64(&run->source, 2);
	s->bad = stmt_get_i64(&run->source, 3);
	s->span_s = stmt_get_real(&run->source, 4);
	stmt_reset(&run->source);
	return 0;
}

/* "ethtool: denied (Operation not permitted)" */
static const char *say_missing(struct runner *run, const struct rule_need *need,
                               const struct state *s)
{
	struct arena *a = run->arena;

	if (s->good == 1 && run->ticks == 1)
		return run->site && run->site->since_boot
		               ? "one snapshot: the sections show totals since boot"
		               : "one snapshot: give --since-boot to see totals as information";
	if (s->good)
		return arena_fmt(a, "%s: %lld %s, %lld needed", need->source, (long long)s->good,
		                 s->good == 1 ? "capture" : "captures", (long long)need->captures);
	if (strcmp(s->state, "not-collected") == 0)
		return arena_fmt(a, "%s: not collected", need->source);
	return s->note[0] ? arena_fmt(a, "%s: %s (%s)", need->source, s->state, s->note)
	                  : arena_fmt(a, "%s: %s", need->source, s->state);
}

/* How to record what say_missing() says is missing. */
static const char *hint_missing(struct runner *run, const struct rule_need *need,
                                const struct state *s)
{
	if (run->sosreport)
		return "nettape-collect on that host: a sosreport holds less, and one moment of it";
	if (s->good)
		return hint_captures(run->arena, need->source, need->captures);
	return hint_state(need->source, s->state);
}

/* linkerd applies where one was asked for or seen, any other source where the host has it. */
static bool applies(struct runner *run, const char *source, struct err *e)
{
	struct state s;

	if (read_state(run, source, &s, e) != 0)
		return false;
	if (strcmp(source, "linkerd") == 0)
		return run->has_linkerd || s.good; /* the default URL is tried everywhere */
	return s.good || (strcmp(s.state, "absent") != 0 && strcmp(s.state, "not-collected") != 0);
}

static bool covers(struct runner *run, const struct rule *r, const struct state *s,
                   struct rule_result *res)
{
	double asked_s = (double)r->min_span_ns / NS_PER_S;

	if (asked_s > 0 && run->ticks == 1 && s->good == 1) {
		res->why = say_missing(run, &r->requires.v[0], s);
		res->hint = hint_missing(run, &r->requires.v[0], s);
		return false;
	}
	/* half a second of slack: the last tick of a minute may end it a little early */
	if (s->span_s + 0.5 >= asked_s)
		return true;
	if (run->site && run->site->short_window) {
		res->short_of = arena_fmt(run->arena, "judged on %.0f s, the rule wants %.0f s",
		                          s->span_s, asked_s);
		return true;
	}
	res->why =
		arena_fmt(run->arena,
	                  "too short: %s covers %.0f s of %.0f s; --short-window judges it anyway",
	                  r->requires.v[0].source, s->span_s, asked_s);
	res->hint = hint_span(run->arena, r->requires.v[0].source, r->min_span_ns);
	return false;
}

static bool has_evidence(struct runner *run, const struct rule *r, struct rule_result *res,
                         struct err *e)
{
	struct state s;

	res->outcome = OUTCOME_NOT_EVALUATED;
	for (size_t i = 0; i < r->requires.n; i++) {
		if (read_state(run, r->requires.v[i].source, &s, e) != 0)
			return false;
		if (s.good < r->requires.v[i].captures) {
			res->why = say_missing(run, &r->requires.v[i], &s);
			res->hint = hint_missing(run, &r->requires.v[i], &s);
			return false;
		}
		if (i == 0 && !covers(run, r, &s, res))
			return false;
	}
	return true;
}

static bool is_applicable(struct runner *run, const struct rule *r, struct rule_result *res,
                          struct err *e)
{
	for (size_t i = 0; i < r->applies.n; i++)
		if (!applies(run, r->applies.v[i], e)) {
			res->outcome = OUTCOME_NOT_APPLICABLE;
			res->why = arena_fmt(run->arena, "no %s here", r->applies.v[i]);
			return false;
		}
	return true;
}

/* linkerd's rules take a counter that is not there for one that is 0: not of another proxy. */
static bool is_told(struct runner *run, const struct rule *r, struct rule_result *res)
{
	const char *lack = run->proxy[0] ? prom_lacks(span_of(run->proxy), span_of(r->id)) : NULL;

	if (!lack)
		return true;
	res->outcome = OUTCOME_NOT_EVALUATED;
	res->why = strcmp(run->proxy, "other") == 0
	                   ? arena_fmt(run->arena, "linkerd: no linkerd 1.x: %s", lack)
	                   : arena_fmt(run->arena, "linkerd: %s: %s", run->proxy, lack);
	return false;
}

bool ready_to_judge(struct runner *run, const struct rule *r, struct rule_result *res,
                    struct err *e)
{
	return is_applicable(run, r, res, e) && has_evidence(run, r, res, e) &&
	       is_told(run, r, res);
}

const char *ready_wanted(struct runner *run, const struct rule *r, struct err *e)
{
	const char *text = "";
	struct state s;

	for (size_t i = 0; i < r->wants.n; i++)
		if (read_state(run, r->wants.v[i].source, &s, e) == 0 &&
		    s.good < r->wants.v[i].captures)
			text = arena_fmt(run->arena, "%s%s%s", text, *text ? "; " : "without ",
			                 say_missing(run, &r->wants.v[i], &s));
	return text;
}

const char *ready_hint(struct runner *run, const struct rule *r, struct err *e)
{
	struct state s;

	for (size_t i = 0; i < r->wants.n; i++)
		if (applies(run, r->wants.v[i].source, e) &&
		    read_state(run, r->wants.v[i].source, &s, e) == 0 &&
		    s.good < r->wants.v[i].captures)
			return hint_missing(run, &r->wants.v[i], &s);
	return "record while it is there; --explain RULE tells what a rule looks at";
}
