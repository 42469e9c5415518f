/*
 * Plots are data: analyze/plot/NAME.sql, built in by the Makefile.
 *
 *	-- plot: retransmits          its anchor in the page
 *	-- title: What TCP sent again
 *	-- order: 40
 *	-- about: what it shows and how to read it, one line
 *	-- source: netstat snmp       whose absence explains an empty one
 *	-- rules: tcp-retransmit/ *    whose findings are shaded in it, "," between; a star at
 *	                              the end stands for the rest
 *	-- panel: by kind             a caption; one SELECT follows
 *	-- kind: stacked              lines steps stacked bars heat multiples scatter histogram
 *	-- axis: log
 *	-- guide: 200 the least RTO   a line at a value, in the panel's unit; several
 *	-- top: 8                     series shown; the rest is counted
 *	-- empty: nothing was sent again
 *	SELECT ...
 *
 * (No blank before the star.)  Panels over time have a row a series: its name and its
 * curve (plotfunc.h), whose column says the unit by its end (humanize.h), and perhaps a
 * column `shade` that is not 0.  A scatter has rows of a name, x and y; a histogram of x,
 * where the bar ends, and how many.  Names of those two columns stand at the axes.
 *
 * Series of nothing but zeros make no plot: `empty` says so.
 */
#ifndef ANALYZE_PLOT_H
#define ANALYZE_PLOT_H

#include "analyze/arena.h"
#include "analyze/report.h"
#include "schema/err.h"
#include "schema/span.h"

struct sqlite3;

/*
 * Runs one plot's file on a sealed store (sqlfunc_register'ed, plotfunc_register'ed).
 * SQL that fails is said in the panel's `empty`; -1 only for a file against the grammar.
 */
int plot_run(struct sqlite3 *db, struct arena *a, struct span text, struct plot *p, struct err *e)
	__attribute__((warn_unused_result));

/* All that are built in, the findings' episodes and the marks: fills r->plots, r->axis, ... */
int plots_run(struct sqlite3 *db, struct arena *a, struct report *r, struct err *e)
	__attribute__((warn_unused_result));

/* True when the rule is among `rules:` of a plot. */
bool plot_shows(const struct plot *p, struct span rule);

#endif
