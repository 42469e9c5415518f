/* What keeps this program out of the way of a sick host.  All of it best effort. */
#ifndef COLLECT_POLITE_H
#define COLLECT_POLITE_H

#include <limits.h>
#include <stdbool.h>

/* Lowest CPU priority, idle I/O class, first to be killed when memory is short. */
void be_polite(void);

#define POLITE_UNKNOWN INT_MIN

/* What the kernel says has become of it. */
struct manners {
	int nice;             /* -20 to 19 */
	const char *io_class; /* "none", "realtime", "best-effort", "idle"; NULL = unknown */
	int oom_score_adj;    /* -1000 to 1000, or POLITE_UNKNOWN */
};
struct manners manners_now(void);
/* Whether all of it was granted. */
bool manners_held(const struct manners *m);

/*
 * SIGINT, SIGTERM, SIGHUP are blocked here and in every later thread, to be taken
 * one by one by the loop; a closed pipe and a file's size limit are plain errors.
 */
void block_signals(void);

/*
 * Opens what of descriptors 0 to 2 is closed on /dev/null: the bundle must not
 * become one of them.  False when that fails; *out is whether 1 was open.
 */
bool open_standard(bool *out);

#endif
