/*
 * Runs a rule's SQL in a box: one SELECT over the tables and views of the store,
 * functions of SQLite 3.28, and a bound on time, memory, rows and bytes.  This is
 * enough against accidents and against rules that were read before they were run;
 * a stranger's rule belongs into a process of its own as well.
 */
#ifndef ANALYZE_RULE_SQL_H
#define ANALYZE_RULE_SQL_H

#include <stdint.h>

#include "analyze/arena.h"
#include "analyze/report.h"
#include "analyze/rule.h"
#include "schema/err.h"

struct sqlite3;

/* Defaults; a rule's own timeout: wins over the first. */
#define RULE_TIMEOUT_NS     (INT64_C(2) * 1000000000)
#define RULE_TIMEOUT_MAX_NS (INT64_C(10) * 1000000000) /* whatever a rule says */
#define RULE_HEAP_BYTES     (INT64_C(256) * 1024 * 1024)
#define RULE_ROWS_MAX       10000
#define RULE_BYTES_MAX      ((size_t)16 * 1024 * 1024)

struct rule_row {
	enum level level;
	const char *entity;
	int64_t at, first_at, last_at;   /* snapshots; -1 = not said */
	int votes;                       /* 0 = not said */
	const char *explains_entity;     /* or NULL */
	const struct evidence *evidence; /* as many as struct rule_rows says */
};

struct rule_rows {
	struct rule_row *v;
	size_t n, evidence_n;
};

/* The value bound to :name instead of its default. */
struct rule_value {
	const char *name;
	struct cell value;
};

struct rule_box;

/*
 * Tightens the connection's limits until rule_box_close; its tables are listed now.
 * Between two queries the owner may run statements of its own.  NULL and *e on failure.
 */
struct rule_box *rule_box_open(struct sqlite3 *db, struct err *e);
void rule_box_close(struct rule_box *b);

/*
 * Prepares and runs.  Results live in the arena; `values_n` of `values` are bound,
 * the other parameters stay NULL.  0, or -1 and *e: refused, failed, stopped.
 */
int rule_query(struct rule_box *b, const struct rule *r, const struct rule_value *values,
               size_t values_n, struct arena *a, struct rule_rows *out, struct err *e)
	__attribute__((warn_unused_result));

/* The result columns and the parameters, in the statement's order, without running it. */
struct rule_shape {
	struct rule_words columns, params;
};
int rule_prepare(struct rule_box *b, const struct rule *r, struct arena *a, struct rule_shape *out,
                 struct err *e) __attribute__((warn_unused_result));

/* How long it may take: what it asks for, within bounds. */
int64_t rule_timeout(const struct rule *r);
/* The line of its file where the statement begins. */
size_t rule_line(const struct rule *r);

#endif
