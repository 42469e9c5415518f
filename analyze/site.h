/*
 * What one site wants otherwise: the file of --site, and --set.  One setting a line:
 *
 *	softirq/backlog-drop.warn_drops = 50
 *	nic-drops/rx-errors.enabled     = no
 *	nic-drops/rx-errors.level       = info
 *	suppress nic-drops/rx-errors entity=eth3 until=2026-12-01 reason="known bad optic"
 *	pin softirq/backlog-drop version=1
 */
#ifndef ANALYZE_SITE_H
#define ANALYZE_SITE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "analyze/arena.h"
#include "analyze/report.h"
#include "analyze/rule_set.h"
#include "analyze/rule_sql.h"
#include "schema/err.h"

struct site_item {
	const struct rule *rule;
	const char *name;  /* of a parameter, or "enabled", "level", "version" (of pin) */
	const char *value; /* as written */
	const char *origin;
	const char *over;    /* what it took the place of: "50 (site.conf:3)", or NULL */
	const char *warning; /* of a pin whose rule has moved on, or NULL */
	bool by_option;      /* --set: wins over the file */
};

#define SITE_EVERY "**" /* entity of a suppression that names none */

struct site_suppression {
	const char *rules, *entities; /* globs */
	const char *reason, *until;   /* until: as written, or "" */
	const char *origin;           /* "site.conf:4" */
	int64_t end_ns;               /* unix; INT64_MAX = for good */
};

struct site {
	struct site_item *items;
	size_t items_n;
	struct site_suppression *suppressions;
	size_t suppressions_n;
	bool short_window; /* --short-window: no rule waits for its min_span */
	bool since_boot;   /* --since-boot: the sections have totals */
};

/* Reads a site file's text.  0, or -1 and *e with `path` and line: what is unknown is an error. */
int site_read(struct site *s, const char *path, struct span text, const struct rule_set *rules,
              struct arena *a, struct err *e) __attribute__((warn_unused_result));
/* "AREA/NAME.param=value" of --set. */
int site_set(struct site *s, const char *assignment, const struct rule_set *rules, struct arena *a,
             struct err *e) __attribute__((warn_unused_result));

/* The item of that rule and name, or NULL; s may be NULL. */
const struct site_item *site_item(const struct site *s, const struct rule *r, const char *name);
bool site_off(const struct site *s, const struct rule *r);
/* The highest level that the rule may report. */
enum level site_cap(const struct site *s, const struct rule *r);
/* What is bound to the rule's parameters, in the arena. */
size_t site_values(const struct site *s, const struct rule *r, struct arena *a,
                   const struct rule_value **v);
/* The suppression is for such a finding, whenever it was. */
bool site_covers(const struct site_suppression *x, const char *rule, const char *entity);
/* The suppression of such a finding, or NULL; *expired: there is one, but only until before
 * `at_ns`. */
const struct site_suppression *site_suppression(const struct site *s, const char *rule,
                                                const char *entity, int64_t at_ns,
                                                const struct site_suppression **expired);
/* The rule's parameters as they are in force: --set, else the file's, else its own. */
size_t site_params(const struct site *s, const struct rule *r, struct arena *a,
                   const struct param **v);
/* Every item for the report. */
size_t site_settings(const struct site *s, struct arena *a, const struct setting **v);

#endif
