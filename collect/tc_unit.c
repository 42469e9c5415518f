/* Quantities as tc of iproute2 6.1 rounds and names them. */
#include "collect/tc.h"

#define US_PER_S 1e6
#define KB       UINT64_C(1024)
#define MB       (UINT64_C(1024) * 1024)

/* Within a kilobyte of whole megabytes, or 16 bytes of whole kilobytes, counts as round. */
static bool round_to(uint64_t bytes, uint64_t unit, uint64_t slack, uint64_t *n)
{
	uint64_t rest = bytes % unit;
	*n = bytes / unit + (rest > unit / 2);
	return bytes >= unit && (rest < slack || unit - rest < slack);
}

void tc_size(struct buf *b, uint64_t bytes)
{
	uint64_t n;
	if (round_to(bytes, MB, KB, &n))
		buf_fmt(b, "%gMb", (double)n);
	else if (round_to(bytes, KB, 16, &n))
		buf_fmt(b, "%gKb", (double)n);
	else
		buf_fmt(b, "%llub", (unsigned long long)bytes);
}

void tc_rate(struct buf *b, uint64_t bytes_per_s)
{
	static const char *const units[] = {"", "K", "M", "G", "T"};
	uint64_t bits = bytes_per_s > UINT64_MAX / 8 ? UINT64_MAX : bytes_per_s * 8;
	unsigned unit = 0;
	/* exactly, unless four digits and more would be left */
	while (unit < 4 && bits >= 1000 && (bits % 1000 == 0 || bits >= 1000000)) {
		bits /= 1000;
		unit++;
	}
	buf_u64(b, bits);
	buf_str(b, units[unit]);
	buf_str(b, "bit");
}

void tc_time(struct buf *b, double us)
{
	if (us >= US_PER_S)
		buf_fmt(b, "%.3gs", us / US_PER_S);
	else if (us >= 1000)
		buf_fmt(b, "%.3gms", us / 1000);
	else
		buf_fmt(b, "%uus", us > 0 ? (unsigned)us : 0);
}

void tc_time_ns(struct buf *b, uint64_t ns)
{
	if (ns >= 1000000000)
		buf_fmt(b, "%.3gs", (double)ns / 1e9);
	else if (ns >= 1000000)
		buf_fmt(b, "%.3gms", (double)ns / 1e6);
	else if (ns >= 1000)
		buf_fmt(b, "%.3gus", (double)ns / 1e3);
	else
		buf_fmt(b, "%lluns", (unsigned long long)ns);
}
