/* What rule_run.c, rule_ready.c and rule_say.c share; nobody else includes it. */
#ifndef ANALYZE_RULE_RUN_IMPL_H
#define ANALYZE_RULE_RUN_IMPL_H

#include "analyze/rule_run.h"
#include "analyze/stmt.h"

struct runner {
	struct sqlite3 *db;
	const struct site *site;
	struct arena *arena;
	struct rule_box *box;
	struct stmt source, at, member, bundle, insert;
	int64_t end_ns;       /* wall clock of the last snapshot: what suppressions are judged by */
	int64_t ticks;        /* snapshots taken */
	double ticks_s;       /* seconds they cover */
	int64_t last_snap;    /* -1 = none */
	bool has_linkerd;     /* it was asked for, or seen */
	const char *proxy;    /* whose Prometheus text source linkerd is, "" = none: linkerd 1.x */
	bool strangers_apart; /* rules that were not built in run in processes of their own */
	int64_t apart_ns;     /* what these have taken */
	bool sosreport;       /* members are files of a report, not of a bundle */
};

/* Prepares run->source; the same for run->at and run->member.  0, or -1 and *e. */
int ready_open(struct runner *run, struct err *e);
int say_open(struct runner *run, struct err *e);

/*
 * True when the host has what the rule is about and the bundle what it requires;
 * else the outcome and its reason are in *res.  A failure of the store sets *e.
 */
bool ready_to_judge(struct runner *run, const struct rule *r, struct rule_result *res,
                    struct err *e);
/* "without ethtool: not collected; ...": what the rule wants and has not, or "". */
const char *ready_wanted(struct runner *run, const struct rule *r, struct err *e);

/* What to record for a rule that found nothing to judge: what it wants, if that is missing. */
const char *ready_hint(struct runner *run, const struct rule *r, struct err *e);

/* What a reader sees of a row: texts, evidence, times, the file.  Levels, votes are the caller's.
 */
void say_finding(struct runner *run, const struct rule *r, const struct rule_rows *rows,
                 const struct rule_row *row, struct finding *f);

/* What to record for a rule that found nothing to judge: what it wants, if that is missing. */
const char *ready_hint(struct runner *run, const struct rule *r, struct err *e);

#endif
