/*
 * linkerd's MetricsTree: scopes that hold counters, gauges and stats (histograms that are
 * frozen, and begin anew, once a "minute"), and the two JSON forms of metrics.json.
 */
#ifndef LAB_LIB_METRICS_H
#define LAB_LIB_METRICS_H

#include <stdbool.h>

#include "tests/lab/lib/conn.h"
#include "tests/lab/lib/histogram.h"

enum metric_kind { METRIC_SCOPE, METRIC_COUNTER, METRIC_GAUGE, METRIC_STAT };

/* A scope can be a metric too: "failures" is a counter and holds those of each exception. */
struct metric {
	char *name;
	struct metric *child, *next;
	enum metric_kind kind;
	int64_t count;
	float value; /* gauges are 32-bit floats */
	bool gone;   /* its owner closed: {} in the tree, nothing in the flat form */
	struct histogram *now;
	struct summary frozen;
	bool is_frozen; /* there was a first minute */
};

/* The child of that name, made when it is not there; the name may hold slashes. */
struct metric *metric_scope(struct metric *at, const char *name);
/* The metric below `at`, its path split at slashes; made when it is not there. */
struct metric *metric_at(struct metric *at, const char *path, enum metric_kind kind);
/* These do nothing to NULL, which is a metric that this version does not have. */
void metric_count(struct metric *m, int64_t by);
void metric_set(struct metric *m, double value);
void metric_add(struct metric *m, int64_t value);
/* All stats below take what they gathered and begin anew. */
void metric_freeze(struct metric *m);
/* Everything below `m` is forgotten; or, before 1.1.0, its gauges alone. */
void metric_prune(struct metric *m);
void metric_close_gauges(struct metric *m);
/* What metric_prune() leaves, too. */
void metric_free(struct metric *m);

struct metrics_form {
	bool tree;
	bool empty_as_zeros; /* before 0.9.0, of stats without a value */
};
void metrics_put(struct bytes *out, const struct metric *root, const struct metrics_form *form);

#endif
