#include "collect/facts.h"

#include <sys/stat.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

#include "collect/digest.h"
#include "collect/path.h"
#include "schema/timefmt.h"

/* Host names are at most 64 bytes, NAME_MAX is 255. */
#define STEM_HOST_MAX 64

static void copy(char to[FACT_BYTES], struct span from)
{
	struct buf b = {.p = to, .cap = FACT_BYTES};

	buf_put(&b, from);
	(void)buf_cstr(&b);
}

/* The first of the files that is there, its first line. */
static void read_first(char to[FACT_BYTES], const struct host *h, const char *const *paths)
{
	for (; *paths && !to[0]; paths++) {
		char text[4096];
		struct span s, line;

		if (host_read(h, *paths, text, sizeof(text)) != 0)
			continue;
		s = span_of(text);
		if (span_line(&s, &line))
			copy(to, line);
	}
}

/* /proc/version: "Linux version 6.1.0-1-amd64 (builder@host) (gcc ...) #1 SMP ..." */
static void kernel_of_version(struct facts *f, const struct host *h)
{
	char text[4096];
	struct span s, word;

	if (host_read(h, "/proc/version", text, sizeof(text)) != 0)
		return;
	s = span_of(text);
	if (span_skip(&s, SPAN("Linux version ")) && span_word(&s, &word))
		copy(f->kernel, word);
}

/* /sys/devices/system/cpu/online: "0-3,5" */
static unsigned count_cpus(struct span list)
{
	uint64_t n = 0, from, to;

	while (span_take_u64(&list, UINT16_MAX, &from)) {
		to = from;
		if (span_skip(&list, SPAN("-")) &&
		    (!span_take_u64(&list, UINT16_MAX, &to) || to < from))
			return 0;
		n += to - from + 1;
		if (!span_skip(&list, SPAN(",")))
			break;
	}
	return (unsigned)n;
}

static bool is_machine_id(struct span id)
{
	for (size_t i = 0; i < id.n; i++)
		if (!(id.p[i] >= '0' && id.p[i] <= '9') && !(id.p[i] >= 'a' && id.p[i] <= 'f'))
			return false;
	return id.n == MACHINE_ID;
}

/*
 * machine-id(5) is to be kept secret: of its digest, salted by what we are, too little
 * is told to be taken for it, and the same everywhere.  What is no such id
 * ("uninitialized") tells nothing.
 */
static void read_machine(struct facts *f, const struct host *h)
{
	static const char *const files[] = {"/etc/machine-id", "/var/lib/dbus/machine-id", NULL};
	static const struct span salt = SPAN_INIT(MACHINE_SALT);
	char id[FACT_BYTES] = "", hex[DIGEST_HEX];
	struct digest *d;

	read_first(id, h, files);
	if (!is_machine_id(span_of(id)) || !(d = digest_open()))
		return;
	digest_put(d, salt.p, salt.n);
	digest_put(d, id, MACHINE_ID);
	digest_hex(d, hex);
	digest_free(d);
	copy(f->machine_hash, span_sub(span_of(hex), 0, MACHINE_HASH));
}

/* "CapEff:\t000001ffffffffff" */
static void read_caps(struct facts *f, const struct host *h)
{
	char text[4096];
	struct span s, line;

	if (host_read(h, "/proc/self/status", text, sizeof(text)) != 0)
		return;
	s = span_of(text);
	while (span_line(&s, &line))
		if (span_skip(&line, SPAN("CapEff:")))
			copy(f->caps, span_trim(line));
}

static void ask_kernel(struct facts *f, const struct host *h)
{
	struct utsname u;
	struct stat st;

	if (uname(&u) == 0) {
		copy(f->host, span_of(u.nodename));
		copy(f->kernel, span_of(u.release));
		copy(f->arch, span_of(u.machine));
	}
	if (stat("/proc/self/ns/net", &st) == 0)
		f->netns = st.st_ino;
	read_caps(f, h);
}

void facts_read(struct facts *f, const struct host *h)
{
	static const char *const host_files[] = {"/proc/sys/kernel/hostname", "/etc/hostname",
	                                         NULL};
	static const char *const kernel_files[] = {"/proc/sys/kernel/osrelease", NULL};
	static const char *const arch_files[] = {"/proc/sys/kernel/arch", NULL};
	static const char *const boot_files[] = {"/proc/sys/kernel/random/boot_id", NULL};
	static const char *const cpu_files[] = {"/sys/devices/system/cpu/online", NULL};
	char online[FACT_BYTES] = "";

	*f = (struct facts){
		.uid = getuid(), .page_bytes = sysconf(_SC_PAGESIZE), .manners = manners_now()};
	if (!h->root[0])
		ask_kernel(f, h);
	read_first(f->host, h, host_files);
	read_first(f->kernel, h, kernel_files);
	read_first(f->arch, h, arch_files);
	read_first(f->boot_id, h, boot_files);
	read_first(online, h, cpu_files);
	read_machine(f, h);
	f->cpus = count_cpus(span_of(online));
	if (!f->kernel[0])
		kernel_of_version(f, h);
}

static int64_t read_clock(clockid_t id)
{
	struct timespec t = {0};

	(void)clock_gettime(id, &t);
	return (int64_t)t.tv_sec * NS_PER_S + t.tv_nsec;
}

struct clocks clocks_now(void)
{
	return (struct clocks){
		.real_ns = read_clock(CLOCK_REALTIME),
		.mono_ns = read_clock(CLOCK_MONOTONIC),
		.boot_ns = read_clock(CLOCK_BOOTTIME),
	};
}

void stem_put(struct buf *b, const char *host, int64_t real_ns)
{
	struct span name = span_sub(span_of(host), 0, STEM_HOST_MAX);

	for (size_t i = 0; i < name.n; i++) {
		char c = name.p[i];
		bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
		             (c >= '0' && c <= '9') || c == '-' || (c == '.' && i > 0);

		buf_char(b, (char)(plain ? c : '_'));
	}
	buf_str(b, name.n ? "-" : "host-");
	time_put_compact(b, real_ns);
}
