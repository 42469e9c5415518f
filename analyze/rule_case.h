/*
 * One case of a .test file: a window in shorthand, and what the rule is to say of
 * it.  nettape-rules(5) describes the shorthand; an example:
 *
 *	case fires on the CPU that drops
 *	  softnet cpu0 dropped 5x60
 *	  softnet cpu1 dropped 100+7x59
 *	  expect warn cpu1 drops=413
 */
#ifndef ANALYZE_RULE_CASE_H
#define ANALYZE_RULE_CASE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "analyze/arena.h"
#include "analyze/emit.h"
#include "analyze/report.h"
#include "schema/bundle.h"
#include "schema/err.h"
#include "schema/span.h"

/* The longest window that a case may ask for: bounds what a slip of the pen costs. */
#define CASE_SNAPSHOTS_MAX 100000

/* SOURCE ENTITY NAME VALUES: one value a capture; CELL_EMPTY = none in that capture. */
struct case_series {
	const char *source;
	struct span entity, name;
	enum kind kind;
	struct cell *values;
	size_t n;
};

/* When a source is captured, and what became of it. */
struct case_source {
	const char *name;
	int64_t pace_ns; /* 0 = each tick */
	bool ends;       /* only at the first and the last tick */
	bool absent;     /* every capture has that status */
	enum capture_status status;
	bool rows;        /* its rows come from `row` */
	uint64_t *missed; /* pairs: from, to */
	size_t missed_n;
};

struct case_sysctl {
	struct span name, first, last;
};

struct case_pair {
	const char *name;
	struct cell value;
};

/* row TABLE column=value ...: one row, ranges expanded */
struct case_row {
	const char *table;
	struct case_pair *columns;
	size_t n, line;
};

enum expect_type {
	EXPECT_ROW,      /* level, entity, columns */
	EXPECT_TEXT,     /* message, remedy, verify or meaning of entity holds text */
	EXPECT_NO_LEVEL, /* no row of that level */
	EXPECT_NOT_EVALUATED,
	EXPECT_NOT_APPLICABLE,
};

struct case_expect {
	enum expect_type type;
	enum level level;
	const char *entity;
	const char *what; /* EXPECT_TEXT: which one */
	const char *text; /* to be contained, "" = anything */
	struct case_pair *columns;
	size_t n, line;
};

struct rule_case {
	const char *name;
	size_t line;
	int64_t every_ns;
	uint64_t snapshots; /* ticks; worked out when the case does not say it */
	struct case_series *series;
	size_t series_n;
	struct case_source *sources;
	size_t sources_n;
	struct case_sysctl *sysctls;
	size_t sysctls_n;
	struct case_pair *metas;
	size_t metas_n;
	struct case_row *rows;
	size_t rows_n;
	struct case_pair *sets; /* values as text */
	size_t sets_n;
	struct case_expect *expects;
	size_t expects_n;
};

struct rule_cases {
	struct rule_case *v;
	size_t n;
};

/* Reads a .test file.  0, or -1 and *e with `path` and line. */
int rule_cases_read(struct rule_cases *c, const char *path, struct span text, struct arena *a,
                    struct err *e) __attribute__((warn_unused_result));

/* The source whose captures bring rows of that table, or NULL. */
const char *case_source_of_table(const char *table);
/* True when the source is captured at that tick of the case; *index: which capture it is, from 0.
 */
bool case_captures(const struct rule_case *c, const struct case_source *s, uint64_t tick,
                   uint64_t *index);

struct store;

/* A busy host's window for --lint-rules: many series and rows, to see how long a rule takes. */
struct store *rule_busy_store(struct arena *a, struct err *e);

/* A sealed store with the case's window, in memory; NULL and *e.  store_close frees it. */
struct store *rule_case_store(const struct rule_case *c, struct arena *a, struct err *e);

#endif
