/*
 * ps auxwww and ps auxwwwm of procps: with m a line of a process is followed by one of each
 * of its threads, whose PID is '-', and its own STAT is '-'.  A process that is a count of
 * threads in the one is none in the other: the text says which it is.
 *
 *   USER       PID %CPU %MEM    VSZ   RSS TTY      STAT START   TIME COMMAND
 *   root         1  0.4  0.1  56584 26268 ?        -    15:51   2:16 /sbin/init
 *   root         -  0.4    -      -     - -        SLl  15:51   2:16 -
 *
 * Of the command only the program's name is kept: arguments may hold secrets.
 */
#include "analyze/parse_util.h"
#include "schema/timefmt.h"

enum column { USER, PID, CPU, MEM, VSZ, RSS, TTY, STAT, START, TIME, COMMAND, COLUMNS };

static const struct span headings[COLUMNS] = {
	[USER] = SPAN_INIT("USER"), [PID] = SPAN_INIT("PID"),         [CPU] = SPAN_INIT("%CPU"),
	[MEM] = SPAN_INIT("%MEM"),  [VSZ] = SPAN_INIT("VSZ"),         [RSS] = SPAN_INIT("RSS"),
	[TTY] = SPAN_INIT("TTY"),   [STAT] = SPAN_INIT("STAT"),       [START] = SPAN_INIT("START"),
	[TIME] = SPAN_INIT("TIME"), [COMMAND] = SPAN_INIT("COMMAND"),
};

struct process {
	struct span word[COLUMNS]; /* PID empty = none yet */
	struct span stat;          /* its own, or that of its worst thread */
	uint64_t threads, blocked;
};

struct sums {
	uint64_t processes, threads, blocked, zombies;
};

/* "/usr/bin/java -cp ...", "[kworker/0:1]", "[sh] <defunct>", "sshd: root@pts/0" */
static struct span program(struct span command)
{
	struct span word = {0}, head;

	if (span_starts(command, SPAN("[")) && span_rfind(command, ']') < command.n)
		return span_sub(command, 1, span_rfind(command, ']') - 1);
	(void)span_word(&command, &word);
	if (span_ends(word, SPAN(":")))
		word.n--;
	if (span_starts(word, SPAN("/")))
		(void)span_rcut(&word, '/', &head);
	return word;
}

/* "2:16" is minutes and seconds, "1-02:03:04" days too. */
static bool cpu_time(struct span word, uint64_t *ns)
{
	uint64_t seconds = 0, days = 0, part;
	struct span head;

	if (span_cut(&word, '-', &head) && !span_u64(head, 100000, &days))
		return false;
	while (span_cut(&word, ':', &head)) {
		if (!span_u64(head, 100000000, &part) || seconds > UINT32_MAX)
			return false;
		seconds = (seconds + part) * 60;
	}
	if (!span_u64(word, 59, &part))
		return false;
	*ns = (days * 86400 + seconds + part) * NS_PER_S;
	return true;
}

static void put_numbers(const struct process *p, struct span entity, struct emit *out)
{
	int64_t tenths;
	uint64_t v;

	if (span_fixed(p->word[CPU], 3, &tenths))
		emit_real(out, entity, SPAN("cpu_share"), KIND_GAUGE, UNIT_RATIO,
		          (double)tenths / 100000);
	if (span_u64(p->word[VSZ], UINT64_MAX, &v))
		emit_scaled(out, entity, SPAN("vsz"), KIND_GAUGE, UNIT_BYTE, v, KIB);
	if (span_u64(p->word[RSS], UINT64_MAX, &v))
		emit_scaled(out, entity, SPAN("rss"), KIND_GAUGE, UNIT_BYTE, v, KIB);
	if (cpu_time(p->word[TIME], &v))
		emit_u64(out, entity, SPAN("cpu_ns"), KIND_COUNTER, UNIT_NS, v);
	if (p->threads)
		emit_u64(out, entity, SPAN("threads"), KIND_GAUGE, UNIT_COUNT, p->threads);
	if (p->blocked)
		emit_u64(out, entity, SPAN("blocked"), KIND_GAUGE, UNIT_COUNT, p->blocked);
}

static void close_process(struct process *p, struct sums *sums, struct emit *out)
{
	char text[256];
	struct buf entity = BUF_OVER(text);

	if (p->word[PID].n == 0)
		return;
	buf_put(&entity, p->word[PID]);
	buf_char(&entity, ':');
	buf_put(&entity, program(p->word[COMMAND]));
	emit_text(out, buf_span(&entity), SPAN("user"), p->word[USER]);
	emit_text(out, buf_span(&entity), SPAN("stat"), p->stat);
	put_numbers(p, buf_span(&entity), out);
	sums->processes++;
	sums->threads += p->threads;
	sums->blocked += p->blocked;
	sums->zombies += span_starts(p->stat, SPAN("Z"));
	p->word[PID].n = 0;
}

/* A thread that waits for a disk says more of a process than one that sleeps. */
static void take_stat(struct process *p, struct span stat)
{
	p->blocked += span_starts(stat, SPAN("D"));
	if (p->stat.n == 0 || span_eq(p->stat, SPAN("-")) || span_starts(stat, SPAN("D")))
		p->stat = stat;
}

/* The command is all that is left. */
static bool take_words(struct span line, struct span word[COLUMNS])
{
	for (int i = 0; i < COMMAND; i++)
		if (!span_word(&line, &word[i]))
			return false;
	word[COMMAND] = span_trim(line);
	return word[COMMAND].n > 0;
}

static bool is_header(const struct span *word)
{
	for (int i = 0; i < COLUMNS; i++)
		if (!span_eq(word[i], headings[i]))
			return false;
	return true;
}

/* False for a line that is neither a process nor a thread of the one before. */
static bool take_row(struct process *p, const struct span *word, struct sums *sums,
                     struct emit *out)
{
	if (span_eq(word[PID], SPAN("-"))) {
		if (p->word[PID].n == 0)
			return false;
		p->threads++;
		take_stat(p, word[STAT]);
		return true;
	}
	if (!span_u64(word[PID], UINT32_MAX, &(uint64_t){0}))
		return false;
	close_process(p, sums, out);
	*p = (struct process){.stat = {0}};
	for (int i = 0; i < COLUMNS; i++)
		p->word[i] = word[i];
	take_stat(p, word[STAT]);
	return true;
}

static void put_sum(struct emit *out, struct span name, uint64_t v)
{
	emit_u64(out, (struct span){0}, name, KIND_GAUGE, UNIT_COUNT, v);
}

static void parse(const struct input *in, struct emit *out)
{
	struct span text = in->text, line, word[COLUMNS];
	struct process p = {.stat = {0}};
	struct sums sums = {0};
	bool header = false;

	for (size_t at = 1; span_line(&text, &line); at++) {
		bool whole = take_words(line, word);

		if (!header && whole && is_header(word))
			header = true;
		else if (span_trim(line).n && (!whole || !take_row(&p, word, &sums, out)))
			out->note(out, at, "not a line of ps aux", line);
	}
	close_process(&p, &sums, out);
	if (!sums.processes)
		return;
	put_sum(out, SPAN("processes"), sums.processes);
	if (sums.threads)
		put_sum(out, SPAN("threads"), sums.threads);
	put_sum(out, SPAN("blocked"), sums.blocked);
	put_sum(out, SPAN("zombies"), sums.zombies);
}

const struct parser parser_ps_aux = {
	.source = "ps",
	.members = (const char *const[]){"cmd/ps_aux", NULL},
	.parse = parse,
	.foreign = true,
};
