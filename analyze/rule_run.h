/* Rules against a sealed store: who may judge, what they say, what is written down. */
#ifndef ANALYZE_RULE_RUN_H
#define ANALYZE_RULE_RUN_H

#include "analyze/arena.h"
#include "analyze/report.h"
#include "analyze/rule_set.h"
#include "analyze/rule_sql.h"
#include "analyze/site.h"
#include "schema/err.h"

struct sqlite3;

/* One finding with what folding needs of its rule. */
struct rule_finding {
	struct finding f;
	const struct rule *rule;
	const char *explains_entity; /* or NULL */
	bool capped;                 /* the site wants its level no higher */

	/* set by rule_fold: */
	struct rule_finding *head; /* what explains it, or NULL */
	enum level lifted;         /* the worst of itself and of what it explains */
	size_t place;              /* in the order of the rules */
};

struct rule_outcome {
	struct rule_result result;
	struct rule_rows rows; /* every row, also ok and skip */
	struct rule_finding *findings;
	size_t findings_n;
};

struct runner;

/* Results live in the arena; site may be NULL.  NULL and *e on failure. */
struct runner *runner_open(struct sqlite3 *db, const struct site *site, struct arena *a,
                           struct err *e);
void runner_close(struct runner *run);
/* From here on each rule that was not built in runs in a process of its own. */
void runner_trust_no_file(struct runner *run);

/* Runs one rule; its findings go to the table `finding`.  -1 and *e: the store failed. */
int runner_run(struct runner *run, const struct rule_entry *entry, struct rule_outcome *out,
               struct err *e) __attribute__((warn_unused_result));

/* One of the rule's texts with its placeholders filled in for that row. */
const char *runner_text(struct runner *run, const struct rule *r, const struct rule_rows *rows,
                        const struct rule_row *row, const char *text);

#endif
