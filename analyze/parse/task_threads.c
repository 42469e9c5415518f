/*
 * /proc/PID/task/TID/stat and schedstat of each thread of a watched process in one text, as
 * `grep -H "" TID/stat TID/schedstat` shows them below /proc/PID/task (proc_pid_stat(5),
 * Documentation/scheduler/sched-stats.rst).  /proc/PID/schedstat is of the first thread alone.
 *
 *   815/stat:815 (finagle/netty4-) S 1 814 814 0 -1 4194368 5 0 0 0 120 33 0 0 20 0 63 ...
 *   815/schedstat:155500 2480 2
 */
#include "analyze/parse_util.h"
#include "schema/buf.h"

#define FIELD_STATE  3 /* as in the manual page, which counts from 1 */
#define FIELD_USER   14
#define FIELD_SYSTEM 15
#define FIELDS       15

struct thread {
	char text[96]; /* "814/815:finagle/netty4-", the entity */
	struct buf entity;
	struct span tid; /* of the stat line before */
};

static void counter(struct emit *out, const struct thread *t, struct span name, struct span text,
                    uint64_t scale, size_t at)
{
	uint64_t v;

	if (span_u64(text, UINT64_MAX, &v))
		emit_scaled(out, buf_span(&t->entity), name, KIND_COUNTER, UNIT_NS, v, scale);
	else
		out->note(out, at, "not a number", text);
}

/* "815 (finagle/netty4-) S 1 ...": the name may hold anything and ends at the last ')'. */
static void stat_line(struct thread *t, struct span pid, struct span tid, struct span line,
                      struct emit *out, size_t at)
{
	struct span head, comm, words[FIELDS];
	size_t n;

	t->tid = (struct span){0};
	if (!span_rcut(&line, ')', &head) || !span_cut(&head, '(', &comm)) {
		out->note(out, at, "no (comm)", line);
		return;
	}
	n = words_of(span_trim(line), words, FIELDS);
	if (n <= FIELD_SYSTEM - FIELD_STATE) {
		out->note(out, at, "no such field", SPAN("system"));
		return;
	}
	t->tid = tid;
	t->entity = BUF_OVER(t->text);
	buf_put(&t->entity, pid);
	buf_char(&t->entity, '/');
	buf_put(&t->entity, tid);
	buf_char(&t->entity, ':');
	buf_put(&t->entity, head);
	counter(out, t, SPAN("user"), words[FIELD_USER - FIELD_STATE], NS_PER_USER_TICK, at);
	counter(out, t, SPAN("system"), words[FIELD_SYSTEM - FIELD_STATE], NS_PER_USER_TICK, at);
}

/* "155500 2480 2"; of a thread whose stat could not be read the name is not known. */
static void schedstat_line(const struct thread *t, struct span tid, struct span line,
                           struct emit *out, size_t at)
{
	struct span words[3];

	if (t->tid.n == 0 || !span_eq(t->tid, tid))
		return;
	if (words_of(line, words, 3) < 3) {
		out->note(out, at, "not three numbers", line);
		return;
	}
	counter(out, t, SPAN("run_ns"), words[0], 1, at);
	counter(out, t, SPAN("wait_ns"), words[1], 1, at);
}

static void parse(const struct input *in, struct emit *out)
{
	struct span text = in->text, line, tid, file;
	struct thread t = {.tid = {0}};
	uint64_t number;

	for (size_t at = 1; span_line(&text, &line); at++) {
		struct span rest = line;

		if (!span_cut(&rest, '/', &tid) || !span_u64(tid, INT32_MAX, &number) ||
		    !span_cut(&rest, ':', &file))
			out->note(out, at, "not 'TID/FILE:'", line);
		else if (span_eq(file, SPAN("stat")))
			stat_line(&t, in->arg, tid, rest, out, at);
		else if (span_eq(file, SPAN("schedstat")))
			schedstat_line(&t, tid, span_trim(rest), out, at);
		else
			out->note(out, at, "not a file of a thread", file);
	}
}

const struct parser parser_task_threads = {
	.source = "thread",
	.members = (const char *const[]){"proc/*/task", NULL},
	.parse = parse,
};
