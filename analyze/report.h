/*
 * What there is to say, apart from how it is shown.  main builds a report from the
 * store, the rules and the sections; a renderer turns it into text, HTML, JSON.
 * A renderer knows units and levels, no source and no format.
 *
 * One renderer is one file analyze/report/NAME.c that defines
 *
 *	const struct renderer renderer_NAME = {...};
 *
 * and so is one of analyze/export, which writes the store instead of the report.
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
	bool groups;            /* the first column says to what group of rows one belongs */
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
	const char *empty;   /* why there is nothing to show, or NULL */
	const char *sources; /* of the store that it shows, with blanks between */
};

/* How a panel of a plot is drawn; all but the last two over time. */
enum plot_kind {
	PLOT_LINES,     /* a line a series, faint down to the least of each slice */
	PLOT_STEPS,     /* values that hold until the next one */
	PLOT_STACKED,   /* parts of a whole, the first at the bottom */
	PLOT_BARS,      /* events; a series in front of the one before it */
	PLOT_HEAT,      /* a row a series, the darker the more */
	PLOT_MULTIPLES, /* a small plot a series, all of one scale */
	PLOT_SCATTER,   /* points: x, y */
	PLOT_HISTOGRAM, /* points: from x to x2, how many are y */
	PLOT_KIND_COUNT
};

/* A value a slice of the window; NAN = nobody looked. */
struct plot_series {
	const char *name;  /* text of the bundle, like a cell's */
	const float *high; /* the most in the slice */
	const float *low;  /* the least, or NULL: not known */
	bool shade;        /* drawn as a shading behind the others, on a scale of its own */
};

struct plot_point {
	const char *name;
	double x, x2, y;
};

/* A line at a value that one knows, "200 ms". */
struct plot_guide {
	double at;
	const char *label;
};

struct panel {
	const char *caption, *empty; /* empty: why there is nothing, or NULL */
	enum plot_kind kind;
	enum measure measure, x_measure; /* x: of points */
	const char *x_label, *y_label;   /* of points */
	bool log;
	const struct plot_series *series;
	size_t series_n;
	size_t more; /* series left out by top N */
	const struct plot_point *points;
	size_t points_n;
	const struct plot_guide *guides;
	size_t guides_n;
};

/* Panels of one subject, one below the other over one axis. */
struct plot {
	const char *name; /* "latency" */
	const char *title, *about;
	const char *sources; /* of the store, with blanks between */
	const char *rules;   /* whose findings it shows: rule ids and patterns, "," between */
	const struct panel *panels;
	size_t panels_n;
};

/* A finding on the axis of the plots, in parts of the window: 0 to 1. */
struct episode {
	const char *rule, *entity;
	double from, to, worst_from, worst_to;
};

/* What one must know to read a plot: a counter that began anew, ticks that are missing. */
struct mark {
	const char *what, *source; /* source: "" = concerns all */
	double from, to;
};

/* The axis of time that all plots share. */
struct plot_axis {
	int64_t from_ns, to_ns; /* unix time */
	size_t slices;          /* 0 = no plot: a window of one moment */
};

/* A named value of a finding: its evidence, in the order of the rule's columns. */
struct evidence {
	const char *name;
	enum measure measure;
	struct cell value;
};

/* Against the report of --baseline. */
enum standing { STANDING_NONE, STANDING_NEW, STANDING_SAME };

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
	const char *suppressed;       /* reason, or NULL */
	const char *suppressed_until; /* the last day of that, or "" = for good */
	const char *suppression_over; /* the day on which one ended that was for it, or NULL */
	int version;
	enum level level;
	enum standing standing;
	enum level was; /* its level in the baseline, where it stands there */
	int votes;      /* independent inputs that agree; 0 = not said */
	unsigned depth; /* causes above it: 0 = not folded */
	bool cause;     /* its rule says what others are due to */
	bool alone;     /* its rule gave it one vote, however long it looked */
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

/* A parameter of a rule as it was in force. */
struct param {
	const char *name, *unit;
	const char *value;  /* as written, or NULL: the rule has no default */
	const char *origin; /* "default", "--set", "site.conf:3" */
};

/* "findings", "ok", "not evaluated", "not applicable", "failed", "off". */
const char *outcome_name(enum outcome o);

/* What became of each rule. */
struct rule_result {
	const char *rule, *title;
	int64_t version;
	struct span text;   /* its file; empty = not known */
	const char *origin; /* "built in", or the file's path */
	const struct param *params;
	size_t params_n;
	enum outcome outcome;
	const char *why;      /* not evaluated, not applicable, error: the cause, as one phrase */
	const char *hint;     /* not evaluated: what to record so that it can be judged, or NULL */
	const char *short_of; /* judged on less than its min_span: how much; or NULL */
	const char *sources;  /* of the store that it requires, with blanks between; NULL = none */
	size_t ok, skipped;   /* entities checked */
	const char *const *skipped_names; /* as many as skipped */
	int64_t cost_ns;                  /* what it took */
};

/* Of one outcome for one cause, to be said together. */
bool rule_results_alike(const struct rule_result *a, const struct rule_result *b);
/* True for the first of several that are alike. */
bool rule_result_leads(const struct rule_result *results, size_t i);

/* A threshold that is not the rule's default. */
struct setting {
	const char *name, *value,
		*origin; /* "softirq/backlog-drop.warn_drops", "50", "--set" or the site file */
	const char *fallback; /* the rule's own value, or NULL = it has none */
	const char *over;     /* "50 (site.conf:3)": what --set has overridden, or NULL */
	const char *warning;  /* of a pin: the rule has moved on; or NULL */
};

/* A suppression of the site file that is for nothing that was found. */
struct unused {
	const char *rule, *entity;  /* globs; entity "" = every one */
	const char *reason, *until; /* until: as written, or "" */
	const char *origin;         /* "site.conf:4" */
	bool judged;                /* a rule that it names was evaluated */
};

/* A finding of the baseline that is not among today's. */
struct gone {
	const char *rule, *entity, *title, *message;
	enum level level;
	const char *unknown; /* why nobody can say that it is gone; NULL: it was looked for */
};

/* What --baseline was, and what came of comparing: findings are told by rule and entity. */
struct baseline {
	const char *path, *tool;
	const char *host, *started, *sha256; /* of its bundle; "" = not said */
	size_t fresh, same;                  /* today's findings that are new; that it has, too */
	const struct gone *gone;
	size_t gone_n, unknown; /* `unknown` of gone_n: not evaluated today */
};

struct fact {
	const char *name, *value;
	bool number; /* it is one, and no text that looks like one */
};

struct report {
	const char *tool_version;
	int store_schema; /* user_version of the store that the rules read */
	/*
	 * Of a report that is not one bundle's: what it is about in place of the host
	 * ("40 hosts"), and what is to be said in place of the rules' counts with the
	 * level of the worst.  NULL in a bundle's own.
	 */
	const char *subject, *verdict;
	enum level worst;
	const struct fact
		*facts; /* of meta: host, kernel, window_s, ... by their keys; see facts.h */
	size_t facts_n;
	const struct finding *findings; /* causes before symptoms, worst first */
	size_t findings_n;
	const struct rule_result *results;
	size_t results_n;
	const struct section *sections;
	size_t sections_n;
	struct plot_axis axis;
	const struct plot *plots; /* only for a form that draws them */
	size_t plots_n;
	const struct episode *episodes;
	size_t episodes_n;
	const struct mark *marks;
	size_t marks_n;
	const struct setting *settings;
	size_t settings_n;
	const struct unused *unused;
	size_t unused_n;
	const struct baseline *baseline; /* or NULL */
	size_t count[LEVEL_COUNT];  /* findings a reader sees by level; LEVEL_OK = rules that are ok
	                             */
	size_t causes[LEVEL_COUNT]; /* root causes among those */
	size_t not_evaluated, not_applicable, errors, folded, suppressed;
	bool short_window;   /* rules were to judge windows shorter than they want */
	size_t judged_short; /* so many rules did */
};

/* Value of meta's key, or "". */
const char *report_fact(const struct report *r, const char *name);

#define REPORT_SHA256 65 /* 64 hex digits and the NUL */

/* That of the rule's file, written to hex, or NULL: not known. */
const char *report_rule_sha256(const struct rule_result *r, char hex[REPORT_SHA256]);

struct arena;

/*
 * Puts r->findings in the order of reading (worst rule first, causes before what
 * they explain, each explained one behind its cause) and counts.
 */
void report_finish(struct report *r, struct arena *a);
/*
 * A finding neither suppressed nor folded is at least that bad (LEVEL_COUNT: never),
 * and with a baseline it is new or was not that bad there.
 */
bool report_reaches(const struct report *r, enum level level);

struct style {
	unsigned width; /* columns of a line */
	bool colour, utf8, all;
	const char *sections; /* only these, "FINDINGS,TCP" in any case; NULL = all */
};

/* `name` is one of the names of a comma-separated list, in any case; of NULL each is. */
bool report_listed(const char *list, const char *name);

struct sqlite3;

/* One of the two: a form of the report, or one of the whole store (analyze/export). */
struct renderer {
	bool plots; /* wants those */
	int (*render)(const struct report *r, const struct style *s, FILE *out, struct err *e);
	int (*export)(struct sqlite3 *db, FILE *out, struct err *e);
};

struct renderer_entry {
	const char *format;
	const struct renderer *renderer;
};

extern const struct renderer_entry renderers[];
extern const size_t renderers_count;
/* NULL when there is none of that name. */
const struct renderer *renderer_find(const char *format);

#endif
