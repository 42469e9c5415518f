/*
 * sos_reports/manifest.json of sos 4.0 and later: which command wrote which file, when,
 * and how it ended.  The file's own name says less: it is cut, and made unique by numbers.
 *
 *   {"version": "4.12.0", "cmdline": "report --batch --case-id 0123",
 *    "components": {"report": {"plugins": {"networking": {"timeout_hit": false, "timeout": 300,
 *      "commands": [{"exec": "ss -s", "filepath": "sos_commands/networking/ss_-s",
 *        "return_code": 0, "truncated": false, "start_time": 1787000000.1,
 *        "end_time": 1787000000.2, "run_time": 0.1, "tags": []}]}}}}}
 */
#ifndef ANALYZE_SOS_MANIFEST_H
#define ANALYZE_SOS_MANIFEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "analyze/arena.h"
#include "analyze/table.h"
#include "schema/err.h"
#include "schema/span.h"

/* One command; texts live in the arena. */
struct sos_command {
	struct span plugin, exec;
	struct span path; /* "sos_commands/networking/ss_-s" */
	int64_t status;   /* exit status; 0 where it is not said */
	bool truncated;   /* only the end of its output was kept */
	bool seen;        /* the caller's: its file came */
	bool has_time;
	int64_t t0_ns, t1_ns; /* unix time */
};

struct sos_manifest {
	bool read;
	struct span version, options; /* "4.12.0"; the command line */
	struct sos_command *commands;
	size_t n;
	struct hash_table by_path;
	struct span late; /* plugins that ran out of time, ", " between them */
};

/* Zero *m first.  -1 and *e when it is no such file. */
int sos_manifest_read(struct sos_manifest *m, struct span text, struct arena *a, struct err *e)
	__attribute__((warn_unused_result));
void sos_manifest_free(struct sos_manifest *m);

/* The command that wrote a file, by its path below the root; NULL = nobody says. */
struct sos_command *sos_manifest_find(const struct sos_manifest *m, struct span path);

#endif
