/* Standard output as the bundle's file: somebody reads it, or has stopped to. */
#ifndef COLLECT_STREAM_H
#define COLLECT_STREAM_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* Whether a write can wait for a reader: a pipe, a socket, a terminal, but no file. */
bool stream_can_stall(int fd);

/*
 * Writes as many bytes as are taken at once, at least one.  It waits for a reader as long as that
 * takes, but once SIGINT, SIGTERM or SIGHUP came, blocked as they are, only while the reader takes
 * something every five seconds: -1 with errno ETIMEDOUT.  -1 with errno for what else write(2)
 * meets.
 */
ssize_t stream_write(int fd, const void *p, size_t n);
/* The same once a signal was taken from those that wait. */
void stream_signalled(void);

#endif
