/*
 * One rule is one file: leading "-- key: value" lines, then one SELECT.  The whole
 * file is the SQL; nothing of it is rewritten.  nettape-rules(5) is normative.
 */
#ifndef ANALYZE_RULE_H
#define ANALYZE_RULE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "analyze/arena.h"
#include "schema/err.h"
#include "schema/span.h"

/* Of the store that rules read: PRAGMA user_version of schema/db.sql. */
#define RULE_SCHEMA 1

struct rule_words {
	const char **v;
	size_t n;
};

/* requires: "softnet >= 2" */
struct rule_need {
	const char *source;
	int64_t captures;
};

struct rule_needs {
	const struct rule_need *v;
	size_t n;
};

/* param: "warn_drops  packets  growth that is worth a warning" */
struct rule_param {
	const char *name, *unit, *about;
	const char *value; /* the literal of coalesce(:name, literal), or NULL: there is none */
};

struct rule {
	const char *id;   /* "softirq/backlog-drop" */
	const char *path; /* for messages */
	struct span sql;  /* the file, NUL-terminated */
	int64_t version, schema;
	const char *title, *message;                       /* one line each */
	const char *meaning, *remedy, *verify, *but, *see; /* lines as in the file; "" = none */
	struct rule_words tags, applies, after, explains;
	struct rule_needs requires, wants;
	const struct rule_param *params;
	size_t params_n;
	int64_t min_span_ns, timeout_ns; /* 0 = not said */
};

/*
 * Reads the header of `text` (NUL behind its end; both it and `path` must outlive
 * the rule).  0, or -1 and *e with file and line.
 */
int rule_parse(struct rule *r, const char *path, struct span text, struct arena *a, struct err *e)
	__attribute__((warn_unused_result));

/* The parameter of that name, or NULL. */
const struct rule_param *rule_param(const struct rule *r, struct span name);
/* "softirq" of "softirq/backlog-drop". */
struct span rule_area(const struct rule *r);

#endif
