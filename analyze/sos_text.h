/* The small texts of a sosreport: error texts, names, dates, uname, uptime. */
#ifndef ANALYZE_SOS_TEXT_H
#define ANALYZE_SOS_TEXT_H

#include <stdbool.h>
#include <stdint.h>

#include "schema/bundle.h"
#include "schema/span.h"

/*
 * True when a command's file holds nothing but an error text (analyze/sos_errors.def):
 * *status is what became of it, *line what it says.  Empty is ABSENT.
 */
bool sos_error_text(struct span text, enum capture_status *status, struct span *line);

/* What the name of a report's folder or archive says; parts that it lacks are empty. */
struct sos_name {
	struct span host;
	struct span ticket; /* label and case number */
	struct span date;   /* "2026-11-22", "20261122224013" */
	bool obfuscated;
};

/*
 * "sosreport-HOST[-LABEL][-CASE]-2026-11-22-abcdefg[-obfuscated]", and before 3.6
 * "sosreport-HOST[.CASE]-20261122224013".  A host may have any number of '-' and '.': `host`
 * says which it is, or is empty.  False when it is no such name.
 */
bool sos_name_parse(struct span name, struct span host, struct sos_name *n);
/* "2026-11-22", "20261122224013" in UTC. */
bool sos_name_time(struct span date, int64_t *unix_ns);

/*
 * Output of date ("Sun Nov 22 22:40:13 UTC 2026", "Sun 22 Nov 2026 10:40:13 PM UTC") in UTC,
 * or of timedatectl ("Universal time: Sun 2026-11-22 22:40:13 UTC").  Another zone's letters
 * do not say which zone it is: false.
 */
bool sos_date_parse(struct span text, int64_t *unix_ns);

/* " 22:40:13 up 12 days,  3:04,  1 user, ..." in seconds. */
bool sos_uptime_parse(struct span text, int64_t *seconds);

/* "Linux web 5.4.0-97-generic #110-Ubuntu SMP ... x86_64 GNU/Linux" */
struct sos_uname {
	struct span host, release, arch;
};
bool sos_uname_parse(struct span text, struct sos_uname *u);

#endif
