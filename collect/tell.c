#include "collect/tell.h"

#include <linux/capability.h>
#include <string.h>
#include <sys/resource.h>

#include "schema/timefmt.h"
#include "schema/unit.h"

void tell_sources(struct buf *b)
{
	buf_fmt(b, "%-15s %-5s %-4s %-4s %-3s %s\n", "ID", "HOW", "WHEN", "PACE", "ON", "WHAT");
	for (size_t i = 0; i < sources_count; i++) {
		const struct source *s = &sources[i];
		char pace[16];
		struct buf p = BUF_OVER(pace);

		if (s->when == SOURCE_TICK && s->pace_s)
			duration_put(&p, (int64_t)s->pace_s * NS_PER_S);
		else if (s->when == SOURCE_TICK)
			buf_str(&p, "tick");
		buf_fmt(b, "%-15s %-5s %-4s %-4s %-3s %s\n", s->id, source_how_name(s->how),
		        source_when_name(s->when), buf_cstr(&p), s->on ? "yes" : "no", s->what);
		if (s->only)
			buf_fmt(b, "%37s%s\n", "", s->only);
	}
	buf_str(b,
	        "\nWHEN  once: first tick; ends: first and last; tick: at its pace, and first and "
	        "last;\n"
	        "      edge: first and last tick.  %t is each watched process, %i each interface,\n"
	        "      %g each control group of the watched processes.\n"
	        "ON    no: may hold secrets, taken with --include ID.  A line below: the names "
	        "that\n"
	        "      are taken of that folder; !NAME is left out.\n"
	        "Beside these: host name, kernel, boot id, and /etc/machine-id, of which only a "
	        "salted\n"
	        "      hash is kept, so that recordings of one host are known and hosts told "
	        "apart.\n");
}

/* "9.9 MiB" */
static void put_size(struct buf *b, uint64_t bytes)
{
	static const char *const names[] = {"B", "KiB", "MiB", "GiB", "TiB"};
	uint64_t tenths = bytes * 10;
	size_t i = 0;

	if (bytes < KIB) {
		buf_fmt(b, "%llu B", (unsigned long long)bytes);
		return;
	}
	for (; tenths >= KIB * 10 && i + 1 < sizeof(names) / sizeof(names[0]); i++)
		tenths /= KIB;
	buf_fixed(b, tenths, 1);
	buf_fmt(b, " %s", names[i]);
}

static int64_t own_cpu_ns(void)
{
	struct rusage u = {0};

	(void)getrusage(RUSAGE_SELF, &u);
	return (int64_t)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) * NS_PER_S +
	       (int64_t)(u.ru_utime.tv_usec + u.ru_stime.tv_usec) * NS_PER_US;
}

void tell_progress(struct buf *b, const struct window *w)
{
	const struct snap *s = w->snap;
	int64_t passed_ns = now_ns() - s->first.mono_ns;

	buf_fmt(b, "%llu", (unsigned long long)w->end.taken);
	if (s->plan.last != PLAN_ENDLESS)
		buf_fmt(b, "/%llu", (unsigned long long)s->plan.last + 1);
	buf_str(b, " ticks  ");
	put_size(b, sink_bytes(s->sink));
	buf_str(b, " -> ");
	put_size(b, output_bytes(w->output));
	if (s->plan.last != PLAN_ENDLESS) {
		int64_t left_s = (plan_at(&s->plan, s->plan.last) - passed_ns) / NS_PER_S;

		buf_str(b, "  ");
		duration_put(b, (left_s > 0 ? left_s : 0) * NS_PER_S);
		buf_str(b, " left");
	}
	if (passed_ns > 0) {
		buf_str(b, "  CPU ");
		buf_fixed(b, (uint64_t)(own_cpu_ns() / (passed_ns / 10000 + 1)), 2);
		buf_str(b, " %");
	}
}

void tell_forecast(struct buf *b, const struct window *w, int64_t room_bytes)
{
	uint64_t ticks = w->snap->plan.last, most = w->max_bytes, total;

	if (ticks == PLAN_ENDLESS)
		return;
	if (__builtin_mul_overflow(ticks, w->tick_bytes, &total) ||
	    __builtin_add_overflow(total, 2 * w->first_bytes, &total))
		total = UINT64_MAX;
	if (room_bytes >= 0 && (uint64_t)room_bytes + output_bytes(w->output) < most)
		most = (uint64_t)room_bytes + output_bytes(w->output);
	if (total <= most)
		return;
	buf_str(b, "at this rate the file comes to ");
	put_size(b, total);
	buf_str(b, ", there is room for ");
	put_size(b, most);
	buf_str(b, most == w->max_bytes ? " (--max-size)" : " on the disk");
	buf_str(b, ": the window will end early");
}

/* What is lost without a source; the first that matches. */
static const char *why_it_matters(const char *id)
{
	static const struct {
		struct span ids;
		const char *why;
	} matters[] = {
		{SPAN_INIT("owners"),       "which process holds which socket"                },
		{SPAN_INIT("listener"),     "full accept queues, by port"                     },
		{SPAN_INIT("tcp-info"),     "retransmits and round trips of each connection"  },
		{SPAN_INIT("tcp"),          "connections by state and peer"                   },
		{SPAN_INIT("ethtool-S"),    "drops inside the NIC"                            },
		{SPAN_INIT("ethtool*"),     "the NIC's rings, queues and offloads"            },
		{SPAN_INIT("qdisc"),        "drops on the way out"                            },
		{SPAN_INIT("softnet"),      "drops before a packet is looked at"              },
		{SPAN_INIT("netstat"),      "the kernel's TCP counters"                       },
		{SPAN_INIT("snmp"),         "the kernel's TCP counters"                       },
		{SPAN_INIT("metrics"),      "everything linkerd says of itself"               },
		{SPAN_INIT("client-state"), "which addresses a linkerd client balances over"  },
		{SPAN_INIT("task-*"),       "the CPU time and limits of the watched processes"},
		{SPAN_INIT("sysctl-*"),     "the limits that counters are held against"       },
		{SPAN_INIT("irq-affinity"), "which CPUs take the NIC's interrupts"            },
		{SPAN_INIT("interrupts"),   "which CPUs take the NIC's interrupts"            },
	};

	for (size_t i = 0; i < sizeof(matters) / sizeof(matters[0]); i++)
		if (span_match(span_of(id), matters[i].ids, NULL))
			return matters[i].why;
	return NULL;
}

/* Whether such a status is worth a line: what a host does not have is not. */
static bool worth_it(const struct told *t, const struct slot *s, enum capture_status status)
{
	if (status == CAPTURE_OK || s->became[status].n == 0)
		return false;
	if (status == CAPTURE_ABSENT)
		return t->opts->verbose || (s->source.how == SOURCE_HTTP && t->opts->urls.n);
	return true;
}

static void put_failure(struct buf *b, const struct slot *s, enum capture_status status)
{
	const struct became *k = &s->became[status];
	const char *why = why_it_matters(s->source.id);
	uint64_t all = 0;

	for (int i = 0; i < CAPTURE_STATUS_COUNT; i++)
		all += s->became[i].n;
	buf_fmt(b, "    %s%s", s->prefix, s->source.id);
	if (s->url)
		buf_fmt(b, " of %s", s->url);
	buf_fmt(b, ": %llu of %llu", (unsigned long long)k->n, (unsigned long long)all);
	if (k->note[0])
		buf_fmt(b, ", %s", k->note);
	else if (k->error)
		buf_fmt(b, ", %s", strerror(k->error));
	if (why)
		buf_fmt(b, " (%s)", why);
	buf_char(b, '\n');
}

static bool is_watched(const struct watch *w, const char *comm)
{
	for (size_t i = 0; i < w->n; i++)
		if (span_match(span_of(w->tasks[i].comm), span_of(comm), NULL))
			return true;
	return false;
}

static void put_unheld(struct buf *b, const struct task *task)
{
	bool none = status_of_errno(task->error) == CAPTURE_ABSENT;

	buf_fmt(b, "  process %d: %s\n", task->pid,
	        none ? "there was none" : strerror(task->error));
}

/* What was asked for by name, or guessed, and is not there: most often the name is wrong. */
static void put_not_found(struct buf *b, const struct told *t)
{
	for (size_t i = 0; i < t->opts->comms.n; i++)
		if (!is_watched(t->watch, t->opts->comms.v[i]))
			buf_fmt(b, "  --comm %s: no process of that name was seen\n",
			        t->opts->comms.v[i]);
	for (size_t i = 0; i < t->watch->n; i++)
		if (t->watch->tasks[i].dir < 0)
			put_unheld(b, &t->watch->tasks[i]);
	for (size_t i = 0; i < t->slots->n && t->opts->urls.n == 0; i++) {
		const struct slot *s = &t->slots->v[i];

		if (strcmp(s->source.id, "metrics") == 0 && s->prefix[0] == '\0' &&
		    s->became[CAPTURE_OK].n == 0 && s->became[CAPTURE_ABSENT].n)
			buf_str(b,
			        "  no linkerd answered at 127.0.0.1:9990; where one is elsewhere, "
			        "name it with --metrics URL\n");
	}
}

/* Other processes' descriptors take CAP_SYS_PTRACE, capabilities(7); root in a container lacks it.
 */
static void put_rights(struct buf *b, const struct told *t)
{
	uint64_t caps;

	if (t->opts->root[0])
		return;
	if (t->facts->uid != 0)
		buf_str(b, "  not run as root: which process holds a socket is known for your own "
		           "alone\n");
	else if (span_hex(span_of(t->facts->caps), UINT64_MAX, &caps) &&
	         !(caps >> CAP_SYS_PTRACE & 1))
		buf_str(b, "  root without CAP_SYS_PTRACE: which process holds a socket is not "
		           "known for all\n");
}

/* What this host did not grant: its own work may have been held up. */
static void put_manners(struct buf *b, const struct manners *m)
{
	if (manners_held(m))
		return;
	buf_fmt(b,
	        "  not all restraint was granted: niceness %d of 19, I/O class %s, oom_score_adj ",
	        m->nice, m->io_class ? m->io_class : "not known");
	if (m->oom_score_adj == POLITE_UNKNOWN)
		buf_str(b, "not known\n");
	else
		buf_fmt(b, "%d of 800\n", m->oom_score_adj);
}

static void put_failures(struct buf *b, const struct told *t)
{
	static const char *const headings[CAPTURE_STATUS_COUNT] = {
		[CAPTURE_ABSENT] = "not there",
		[CAPTURE_DENIED] = "not allowed to read",
		[CAPTURE_TIMEOUT] = "no answer in time",
		[CAPTURE_BUSY] = "skipped, an earlier run hung",
		[CAPTURE_CUT] = "larger than is kept, the head is there",
		[CAPTURE_INTERRUPTED] = "changed while it was read",
		[CAPTURE_FALLBACK] = "made in the second-best way",
		[CAPTURE_THINNED] = "skipped, too costly for its pace",
		[CAPTURE_ERROR] = "failed",
	};

	for (int k = 0; k < CAPTURE_STATUS_COUNT; k++) {
		bool any = false;

		for (size_t i = 0; i < t->slots->n; i++) {
			if (!worth_it(t, &t->slots->v[i], (enum capture_status)k))
				continue;
			if (!any)
				buf_fmt(b, "  %s:\n", headings[k]);
			any = true;
			put_failure(b, &t->slots->v[i], (enum capture_status)k);
		}
	}
	put_not_found(b, t);
	put_rights(b, t);
	put_manners(b, &t->facts->manners);
}

static void put_ticks(struct buf *b, const struct end_record *e)
{
	buf_fmt(b, "%llu", (unsigned long long)e->taken);
	if (e->asked != PLAN_ENDLESS)
		buf_fmt(b, " of %llu", (unsigned long long)e->asked);
	buf_str(b, " ticks");
	if (e->missed)
		buf_fmt(b, ", %llu missed", (unsigned long long)e->missed);
	if (strcmp(e->reason, "complete") != 0)
		buf_fmt(b, "; ended early: %s%s%s", e->reason, e->detail[0] ? ", " : "", e->detail);
}

void tell_done(struct buf *b, const struct told *t)
{
	bool stream = strcmp(t->name, "-") == 0;
	bool zstd = !span_ends(span_of(t->name), SPAN("gz")) &&
	            !span_ends(span_of(t->name), SPAN(".tar"));

	buf_fmt(b, "%s: ", stream ? "standard output" : t->name);
	put_size(b, t->bytes);
	buf_str(b, ", ");
	put_ticks(b, t->end);
	buf_fmt(b, "\nSHA-256 %s\n", t->hex);
	put_failures(b, t);
	if (stream)
		return;
	buf_fmt(b, "look into it:  tar tf %s", t->name);
	if (zstd)
		buf_fmt(b, "   (an old tar: zstd -dc %s | tar tf -)", t->name);
	buf_fmt(b, "\nsend:          %s and %s%s, which shows that it arrived whole\n", t->name,
	        t->no_sum ? "the SHA-256 above" : t->name, t->no_sum ? "" : ".sha256");
}
