/*
 * adjtimex --print: how the kernel's clock is kept.  adjtimex(2) is called with no mode, so
 * that it only tells; no privilege is needed for that.
 *
 *         mode: 0
 *       offset: -31246
 *       status: 8193
 *   return value = 0
 */
#include <errno.h>
#include <sys/timex.h>

#include "collect/how.h"
#include "collect/tool_io.h"

#define TEXT_BYTES 512

enum capture_status tool_adjtimex(struct job *j, struct span args, int *error, struct buf *note)
{
	struct timex t = {.modes = 0};
	struct buf *out;
	int state;

	if (!span_eq(args, SPAN("--print")))
		return tool_fail(error, EINVAL, note, "not --print");
	if (j->host->root[0])
		return tool_fail(error, ENOENT, note, "a dump has no clock");
	state = adjtimex(&t);
	if (state < 0)
		return tool_fail(error, errno, note, "");
	out = job_room(j, TEXT_BYTES);
	if (!out)
		return CAPTURE_CUT;
	buf_fmt(out, "         mode: %u\n       offset: %lld\n    frequency: %lld\n", t.modes,
	        (long long)t.offset, (long long)t.freq);
	buf_fmt(out, "     maxerror: %lld\n     esterror: %lld\n       status: %d\n",
	        (long long)t.maxerror, (long long)t.esterror, t.status);
	buf_fmt(out, "time_constant: %lld\n    precision: %lld\n    tolerance: %lld\n",
	        (long long)t.constant, (long long)t.precision, (long long)t.tolerance);
	buf_fmt(out, "         tick: %lld\n return value = %d\n", (long long)t.tick, state);
	return CAPTURE_OK;
}
