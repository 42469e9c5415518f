/*
 * --baseline: an earlier report of --format json, and which of today's findings it has,
 * too.  A finding is told by its rule and its entity; numbers do not count.
 */
#ifndef ANALYZE_BASELINE_H
#define ANALYZE_BASELINE_H

#include <stddef.h>

#include "analyze/arena.h"
#include "analyze/report.h"
#include "schema/err.h"

/* `format` of the JSON report that is written and read: schema/report.schema.json. */
#define REPORT_FORMAT 1

struct baseline_finding {
	const char *rule, *entity, *title, *message;
	enum level level;
	bool suppressed;
};

struct baseline_report {
	struct baseline about; /* path, tool, bundle; the rest by baseline_mark */
	const struct baseline_finding *v;
	size_t n;
};

/*
 * Reads FILE; its texts live in the arena.  0, or -1 and *e: it cannot be read, is no such
 * report, lacks what one has, or is of another format version.
 */
int baseline_read(struct baseline_report *b, const char *path, struct arena *a, struct err *e)
	__attribute__((warn_unused_result));

/*
 * Says of each finding of a finished report whether it is new, and which of the
 * baseline's are gone: what its rule did not judge this time is `unknown`, not gone.
 */
void baseline_mark(const struct baseline_report *b, struct report *r, struct arena *a);

#endif
