/*
 * pgrep -lx NAME|NAME...: of those daemons the processes that are there, "PID NAME" a
 * line.  Their names are compared with a fixed list; no other name is kept.  A name is
 * /proc/PID/comm, 15 bytes at most.
 *
 *   612 irqbalance
 *   655 chronyd
 */
#include <errno.h>

#include "collect/how.h"
#include "collect/path.h"
#include "collect/tool_io.h"

static bool is_one(struct span name, struct span names)
{
	struct span one = {0};

	while (span_cut(&names, '|', &one))
		if (span_eq(name, one))
			return true;
	return span_eq(name, names);
}

static enum capture_status put(struct job *j, const struct names *pids, struct span wanted)
{
	for (size_t i = 0; i < pids->n; i++) {
		char path[64], comm[64];
		struct buf b = BUF_OVER(path), *out;
		uint64_t pid;

		if (!span_u64(span_of(pids->v[i]), INT32_MAX, &pid))
			continue;
		buf_fmt(&b, "/proc/%d/comm", (int)pid);
		if (host_read(j->host, buf_cstr(&b), comm, sizeof(comm)) != 0 ||
		    !is_one(span_of(comm), wanted))
			continue;
		out = job_room(j, sizeof(path) + sizeof(comm));
		if (!out)
			return CAPTURE_CUT;
		buf_fmt(out, "%d %s\n", (int)pid, comm);
	}
	return CAPTURE_OK;
}

enum capture_status tool_pgrep(struct job *j, struct span args, int *error, struct buf *note)
{
	enum capture_status status;
	struct names pids = {0};

	if (!span_skip(&args, SPAN("-lx ")))
		return tool_fail(error, EINVAL, note, "not -lx");
	if (names_read(j->host, "/proc", &pids) != 0)
		return tool_fail(error, errno, note, "");
	status = put(j, &pids, args);
	names_free(&pids);
	return status;
}
