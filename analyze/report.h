/*
 * What there is to say, apart from how it is shown.  main builds a report from the
 * store, the rules and the sections; a renderer turns it into text, HTML, JSON.
 * A renderer knows units and levels, no source and no format.
 *
 * One renderer is one file analyze/report/NAME.c that defines
 *
 *	const struct renderer renderer_NAME = {...};
 */
#ifndef ANALYZE_REPORT_H
#define ANALYZE_REPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "schema/err.h"
#include "schema/span.h"

enum level { LEVEL_OK, LEVEL_INFO, LEVEL_WARN, LEVEL_CRIT, LEVEL_SKIP, LEVEL_COUNT };

/* "ok", "info", "warn", "crit", "skip". */
const char *level_name(enum level l);
bool level_parse(struct span name, enum level *l);

enum cell_type { CELL_EMPTY, CELL_INT, CELL_REAL, CELL_TEXT, CELL_SPARK };

#define SPARK_CELLS 30 /* of a sparkline in a table */
#define STRIP_CELLS 60 /* of a row of the timeline */

/* One value with no unit of its own: the column or the field has it. */
struct cell {
	enum cell_type type;
	union {
		int64_t i;
		double r;
		const char *text; /* NUL-terminated, as it stood in the bundle: escape it */
		struct {
			const float *v; /* the worst of each slice of the window; NAN = gap */
			size_t n;
		} spark;
	} v;
};

/* How a number is said: the suffix of a column's name decides (see section.h). */
enum measure {
	MEASURE_PLAIN,       /* 12,345 */
	MEASURE_BYTES,       /* _bytes: 12.3 GiB */
	MEASURE_BYTES_PER_S, /* _bytes_per_s */
	MEASURE_PER_S,       /* _per_s */
	MEASURE_NS,          /* _ns: 12.3 ms */
	MEASURE_SECONDS,     /* _s */
	MEASURE_MS,          /* _ms */
	MEASURE_PCT,         /* _pct */
	MEASURE_BIT_PER_S,   /* _bit_per_s: 10 Gbit/s */
	MEASURE_TEXT,
	MEASURE_SPARK, /* _spark */
	MEASURE_DATA,  /* for JSON alone: the text says it another way */
	MEASURE_COUNT
};

struct column {
	const char *name;    /* the SQL column: "rx_bytes_per_s" */
	const char *heading; /* "rx/s" */
	enum measure measure;
};

struct table {
	const char *caption;    /* or "" */
	bool list;              /* one row, shown as lines of heading and value */
	bool timeline;          /* rows over one axis of time, see layout_timeline */
	int64_t from_ns, to_ns; /* the ends of that axis, unix time */
	const struct column *columns;
	size_t columns_n;
	const struct cell *cells; /* rows_n * columns_n */
	size_t rows_n;
	size_t more; /* rows left out by top N */
};

struct section {
	const char *name;  /* "SOFTNET" */
	const char *about; /* one line: what it shows and over what */
	const struct table *tables;
	size_t tables_n;
	const char *empty; /* why there is nothing to show, or NULL */
};

/* A named value of a finding: its evidence, in the order of the rule's columns. */
struct evidence {
	const char *name;
	enum measure measure;
	struct cell value;
};

/* The finding of a root cause. */
struct cause {
	const char *rule, *entity;
};

struct finding {
	const char *rule; /* "softirq/backlog-drop" */
	const char *title;
	const char *entity;
	const char *message;
	int64_t at, first_at, last_at; /* snapshots; -1 = not said */
	/* wall clock of `at`, ..., or ""; a snapshot is the end of its interval */
	const char *at_text, *first_text, *last_text;
	int64_t hits, hits_of; /* so many of how many (-1 = not said) intervals; see hits_what */
	const char *hits_what; /* "intervals", "captures", "minutes"; NULL = not said */
	const char *member;    /* the file that shows the worst moment, or "" */
	const struct evidence *evidence;
	size_t evidence_n;
	const char *meaning, *remedy, *verify, *but, *see; /* "" when the rule has none */
	const char *short_of;         /* "judged on 12 s, the rule wants 30 s", or NULL */
	const char *explained_by;     /* rule id of the root cause that folds it, or NULL */
	const char *explained_entity; /* and that finding's entity; NULL when not folded */
	const struct cause *others;   /* further causes that explain it as well */
	size_t others_n;
	const char *suppressed; /* reason, or NULL */
	int version;
	enum level level;
	int votes;      /* independent inputs that agree; 0 = not said */
	unsigned depth; /* causes above it: 0 = not folded */
	bool cause;     /* its rule says what others are due to */
};

enum outcome {
	OUTCOME_FINDINGS,
	OUTCOME_OK,
	OUTCOME_NOT_EVALUATED,
	OUTCOME_NOT_APPLICABLE,
	OUTCOME_ERROR,
	OUTCOME_OFF,
	OUTCOME_COUNT
};

/* What became of each rule. */
struct rule_result {
	const char *rule, *title;
	enum outcome outcome;
	const char *why;      /* not evaluated, not applicable, error: the cause, as one phrase */
	const char *short_of; /* judged on less than its min_span: how much; or NULL */
	size_t ok, skipped;   /* entities checked */
	int64_t cost_ns;      /* what it took */
};

/* A threshold that is not the rule's default. */
struct setting {
	const char *name, *value,
		*origin; /* "softirq/backlog-drop.warn_drops", "50", "--set" or the site file */
};

struct fact {
	const char *name, *value;
};

struct report {
	const char *tool_version;
	const struct fact
		*facts; /* of meta: host, kernel, window_s, ... by their keys; see facts.h */
	size_t facts_n;
	const struct finding *findings; /* causes before symptoms, worst first */
	size_t findings_n;
	const struct rule_result *results;
	size_t results_n;
	const struct section *sections;
	size_t sections_n;
	const struct setting *settings;
	size_t settings_n;
	size_t count[LEVEL_COUNT];  /* findings a reader sees by level; LEVEL_OK = rules that are ok
	                             */
	size_t causes[LEVEL_COUNT]; /* root causes among those */
	size_t not_evaluated, not_applicable, errors, folded, suppressed;
	bool short_window;   /* rules were to judge windows shorter than they want */
	size_t judged_short; /* so many rules did */
};

/* Value of meta's key, or "". */
const char *report_fact(const struct report *r, const char *name);

struct arena;

/*
 * Puts r->findings in the order of reading (worst rule first, causes before what
 * they explain, each explained one behind its cause) and counts.
 */
void report_finish(struct report *r, struct arena *a);
/* A finding neither suppressed nor folded is at least that bad (LEVEL_COUNT: never). */
bool report_reaches(const struct report *r, enum level level);

struct style {
	unsigned width; /* columns of a line */
	bool colour, utf8, all;
	const char *section; /* only this one, in capitals, or NULL */
};

struct renderer {
	int (*render)(const struct report *r, const struct style *s, FILE *out, struct err *e);
};

struct renderer_entry {
	const char *format;
	const struct renderer *renderer;
};

extern const struct renderer_entry renderers[];
extern const size_t renderers_count;

#endif
