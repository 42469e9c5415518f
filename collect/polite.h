/* What keeps this program out of the way of a sick host.  All of it best effort. */
#ifndef COLLECT_POLITE_H
#define COLLECT_POLITE_H

#include <stdbool.h>

/* Lowest CPU priority, idle I/O class, first to be killed when memory is short. */
void be_polite(void);

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
