/*
 * Many bundles: each is diagnosed in a process of its own, its summary gathered in one
 * database (fleet_db.h), and a report made of that by SQL.
 *
 *	fleet_gather     bundles -> rows
 *	fleet_describe   rows -> struct report, by the files of analyze/fleet
 */
#ifndef ANALYZE_FLEET_H
#define ANALYZE_FLEET_H

#include <stdbool.h>
#include <stddef.h>

#include "analyze/arena.h"
#include "analyze/diagnose.h"
#include "analyze/report.h"
#include "analyze/rules.h"
#include "schema/err.h"

struct sqlite3;

struct fleet_want {
	const char *const *paths; /* none: what the database has */
	size_t paths_n;
	size_t at_once; /* processes */
	const char *db; /* file that the summaries are added to, or NULL; a good one stays where
	                   its bundle cannot be read any more */
	const char *out_dir;             /* folder for each bundle's own report, or NULL */
	const struct renderer *renderer; /* of those */
	const char *ending;              /* of their names: "txt" */
	const struct style *style;
	const struct rules *rules;
	bool strangers;            /* not all of them are built in */
	struct diagnose_want host; /* how each bundle is diagnosed */
	const char *sections;      /* of the fleet's report these alone, see report_listed */
	bool all;
	bool no_box; /* the processes that read bundles do not box themselves in */
	/* Is told after each bundle; NULL = nobody. */
	void (*progress)(size_t done, size_t of);
};

/* All of it; zero it first. */
struct fleet {
	struct sqlite3 *db;
	struct report report; /* its texts live in the arena */
	struct arena arena;
	size_t bundles,
		failed; /* different ones in the report, and those of them without a diagnosis */
	size_t kept;    /* could not be read this time: their earlier summaries in want->db stay */
	size_t unsure;  /* rules not evaluated or failed, of all of them */
	struct err unwritten; /* the first own report that could not be written */
};

/* 0, or -1 and *e; call fleet_free in either case. */
int fleet_gather(struct fleet *f, const struct fleet_want *want, struct err *e)
	__attribute__((warn_unused_result));
int fleet_describe(struct fleet *f, const struct fleet_want *want, struct err *e)
	__attribute__((warn_unused_result));
void fleet_free(struct fleet *f);

#endif
