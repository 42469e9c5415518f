/*
 * One run of one source: the text it yields and what is to be said of it.  A how_*
 * or a tool appends captures to a job; the tick (snap.c) writes them to the sink
 * afterwards, good or bad.  Nothing here touches the bundle.
 */
#ifndef COLLECT_JOB_H
#define COLLECT_JOB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "schema/buf.h"
#include "schema/bundle.h"
#include "schema/err.h"
#include "schema/source.h"

/* A file, interface or URL that one run of a source came upon. */
struct capture {
	char member[BUNDLE_NAME_MAX]; /* below host/, snap/N/ or last/: "proc/net/dev" */
	size_t at, n;                 /* its text in job.text, bytes */
	int64_t t0_ns, t1_ns;         /* CLOCK_MONOTONIC before and after the read */
	enum capture_status status;
	int error;      /* errno, or 0 */
	char note[128]; /* how a fallback was made, why an error is one; or "" */
};

/* A process whose own counters are taken: ksoftirqd, --pid, --comm, linkerd. */
struct task {
	int pid;
	int dir;     /* its /proc/PID, held open; -1 = `error` says why not */
	int error;   /* errno */
	bool kernel; /* a kernel thread */
	char comm[16];
};

/* What a source may know of its host; lives as long as the program. */
struct host {
	const char *root; /* "" = live, else a dump's folder: ask the kernel nothing */
	const struct task *tasks;
	size_t tasks_n;
	const char *const *urls; /* --metrics, as given; NULL at the end */
	bool unasked_url;        /* urls is the default that is only tried */
};

/* What a source keeps from one run to the next: open files, what a server speaks. */
struct kept {
	void *p;
	void (*free)(void *p); /* called with p when not NULL */
};

struct job {
	const struct source *source;
	const struct host *host;
	const char *prefix;        /* of its members: "" or "netns/NAME/" */
	struct kept *kept;         /* of this source alone; never NULL in a how_* */
	const char *url;           /* of HTTP: the server to ask, else NULL */
	const struct source *also; /* what this run captures too, behind its own; or NULL */
	struct buf text;           /* grows up to the caps of the captures; owned */
	struct capture *captures;
	size_t n, cap;
	size_t lost;          /* captures for which there was no room */
	struct capture first; /* captures, when there is no memory at all */
	/*
	 * Takes what has been captured so far away, so that a source of very many
	 * files needs little memory; NULL when that has to wait for the end.
	 */
	void (*drain)(struct job *j);
	void *drain_arg;
	int64_t cpu_ns;             /* CPU time of the thread for this run; set by whoever ran it */
	int64_t begun_ns;           /* when a thread (guard.c) began with it, CLOCK_MONOTONIC */
	void (*how)(struct job *j); /* what the thread does */
	struct job *next;           /* of the spare ones; behind this one in its thread */
};

/* Both may be called again; job_free takes a zeroed job. */
void job_reset(struct job *j, const struct source *s, const struct host *h);
void job_free(struct job *j);

/* Starts a capture (its clock too).  The member is what stands below the place. */
struct capture *job_begin(struct job *j, struct span member);
/*
 * Room for `n` more bytes of the capture begun: the job's text, never moved until
 * the next call.  NULL when the source's cap is reached (the capture is then cut:
 * finish it with CAPTURE_CUT) or memory is short (CAPTURE_ERROR, ENOMEM).
 */
struct buf *job_room(struct job *j, size_t n);
/* Ends it: stops its clock.  `error` is an errno or 0; note NULL or a short remark. */
void job_end(struct job *j, enum capture_status status, int error, const char *note);

/*
 * What the source keeps from run to run: `size` bytes, zeroed the first time, which `done` gives
 * back in the end.  NULL when memory is short.
 */
void *job_keep(struct job *j, size_t size, void (*done)(void *p));

/* One capture that failed before there was anything to read. */
void job_fail(struct job *j, struct span member, int error, const char *note);
/* Hands the finished captures on when there are many and somebody takes them. */
void job_drain(struct job *j);

/* The status that an errno means: ENOENT is absent, EPERM denied, ETIMEDOUT timeout ... */
enum capture_status status_of_errno(int error);

/* CLOCK_MONOTONIC in ns, and the CPU time of the calling thread. */
int64_t now_ns(void);
int64_t thread_cpu_ns(void);

#endif
