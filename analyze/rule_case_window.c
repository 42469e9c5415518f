/* The lines of a case that make its window: sources, values, settings, rows. */
#include "analyze/rule_case_impl.h"

#include <string.h>

#include "analyze/rule_line.h"
#include "analyze/rule_value.h"
#include "schema/timefmt.h"

/* ---- sources ---- */

static const struct {
	const char *table, *source;
} table_sources[] = {
	{"tcp_state",  "tcp"       },
        {"tcp_peer",   "tcp"       },
        {"tcp_churn",  "tcp"       },
	{"tcp_flow",   "tcp_info"  },
        {"tcp_socket", "tcp_info"  },
        {"listener",   "listener"  },
	{"window",     "linkerd"   },
        {"irq",        "interrupts"},
};

const char *case_source_of_table(const char *table)
{
	for (size_t i = 0; i < sizeof(table_sources) / sizeof(table_sources[0]); i++)
		if (strcmp(table_sources[i].table, table) == 0)
			return table_sources[i].source;
	return NULL;
}

static struct case_source *source_of(struct case_reader *rd, const char *name)
{
	struct rule_case *c = rd->now;
	struct case_source *s;

	for (size_t i = 0; i < c->sources_n; i++)
		if (strcmp(c->sources[i].name, name) == 0)
			return &c->sources[i];
	s = PUSH(rd, c->sources, c->sources_n);
	s->name = name;
	s->ends = strcmp(name, "sysctl") == 0;
	return s;
}

static uint64_t pace_ticks(const struct rule_case *c, const struct case_source *s)
{
	uint64_t n = (uint64_t)(s->pace_ns / c->every_ns);

	return n ? n : 1;
}

bool case_captures(const struct rule_case *c, const struct case_source *s, uint64_t tick,
                   uint64_t *index)
{
	uint64_t pace = pace_ticks(c, s), last = c->snapshots - 1;

	if (s->ends) {
		*index = tick == 0 ? 0 : 1;
		return tick == 0 || tick == last;
	}
	*index = tick / pace + (tick % pace != 0);
	return tick % pace == 0 || tick == last;
}

/* ---- values ---- */

static bool split_step(struct span s, struct cell *start, struct cell *step)
{
	for (size_t i = 1; i < s.n; i++) {
		struct span by = span_sub(s, i + (s.p[i] == '+'), s.n);

		if ((s.p[i] == '+' || s.p[i] == '-') && value_number(span_sub(s, 0, i), start) &&
		    value_number(by, step))
			return true;
	}
	return false;
}

static struct cell stepped(const struct cell *start, const struct cell *step, uint64_t i)
{
	int64_t by, sum;

	if (start->type == CELL_INT && step->type == CELL_INT &&
	    !__builtin_mul_overflow(step->v.i, (int64_t)i, &by) &&
	    !__builtin_add_overflow(start->v.i, by, &sum))
		return (struct cell){.type = CELL_INT, .v.i = sum};
	return (struct cell){.type = CELL_REAL,
	                     .v.r = value_real(start) + value_real(step) * (double)i};
}

static int add_values(struct case_reader *rd, struct case_series *s, const struct cell *start,
                      const struct cell *step, uint64_t n)
{
	if (n > CASE_SNAPSHOTS_MAX || s->n + n > CASE_SNAPSHOTS_MAX)
		return FAIL(rd, "more than %d values", CASE_SNAPSHOTS_MAX);
	for (uint64_t i = 0; i < n; i++)
		*PUSH(rd, s->values, s->n) = start->type == CELL_EMPTY || start->type == CELL_TEXT
		                                     ? *start
		                                     : stepped(start, step, i);
	return 0;
}

/* "5x60": 60 times; "100+7x59": 100 and 59 further ones; "_": none; "12", "2.0" */
static int add_word(struct case_reader *rd, struct case_series *s, struct span word)
{
	struct cell start = {0}, step = {.type = CELL_INT};
	struct span left, times = word;
	uint64_t n = 1;
	bool steps;

	if (s->kind == KIND_TEXT && !span_eq(word, SPAN("_"))) {
		start = (struct cell){.type = CELL_TEXT, .v.text = arena_text(rd->arena, word)};
		return add_values(rd, s, &start, &step, 1);
	}
	if (span_rcut(&times, 'x', &left) && span_u64(times, CASE_SNAPSHOTS_MAX, &n))
		word = left;
	steps = split_step(word, &start, &step);
	if (!steps && !span_eq(word, SPAN("_")) && !value_number(word, &start))
		return FAIL(rd, "'%.*s' is no value", (int)word.n, word.p);
	return add_values(rd, s, &start, &step, n + steps);
}

static bool counts_in_32_bits(const char *source)
{
	return strcmp(source, "softnet") == 0 || strcmp(source, "softirqs") == 0 ||
	       strcmp(source, "interrupts") == 0;
}

static int read_series(struct case_reader *rd, const char *source, struct span rest, int kind)
{
	struct case_series *s;
	struct span word;

	s = PUSH(rd, rd->now->series, rd->now->series_n);
	s->source = source;
	s->kind = kind >= 0                   ? (enum kind)kind
	          : counts_in_32_bits(source) ? KIND_COUNTER32
	                                      : KIND_COUNTER;
	(void)source_of(rd, source);
	if (!line_word(&rest, rd->arena, &word))
		return FAIL(rd, "SOURCE ENTITY NAME VALUES was expected");
	s->entity = case_entity(word);
	if (!line_word(&rest, rd->arena, &s->name))
		return FAIL(rd, "SOURCE ENTITY NAME VALUES was expected");
	while (line_word(&rest, rd->arena, &word))
		if (add_word(rd, s, word) != 0)
			return -1;
	return s->n ? 0 : FAIL(rd, "no values");
}

/* ---- the other lines ---- */

static int read_every(struct case_reader *rd, struct span rest)
{
	struct span word;

	if (case_word(rd, &rest, &word, "the interval") != 0)
		return -1;
	return duration_parse(word, &rd->now->every_ns) && rd->now->every_ns > 0
	               ? 0
	               : FAIL(rd, "'%s' is no interval", word.p);
}

static int read_snapshots(struct case_reader *rd, struct span rest)
{
	struct span word;

	if (case_word(rd, &rest, &word, "the number") != 0)
		return -1;
	return span_u64(word, CASE_SNAPSHOTS_MAX, &rd->now->snapshots) && rd->now->snapshots
	               ? 0
	               : FAIL(rd, "'%s' is no number of snapshots", word.p);
}

static int read_pace(struct case_reader *rd, struct span rest)
{
	struct span source, word;
	struct case_source *s;

	if (case_word(rd, &rest, &source, "the source") != 0 ||
	    case_word(rd, &rest, &word, "the pace") != 0)
		return -1;
	s = source_of(rd, source.p);
	return duration_parse(word, &s->pace_ns) && s->pace_ns > 0
	               ? 0
	               : FAIL(rd, "'%s' is no pace", word.p);
}

/* "10..14" or "10" */
static bool read_range(struct span s, uint64_t *from, uint64_t *to)
{
	struct span high = s;
	size_t dots = span_search(s, SPAN(".."));

	if (dots < s.n)
		high = span_sub(s, dots + 2, s.n);
	return span_u64(span_sub(s, 0, dots), CASE_SNAPSHOTS_MAX, from) &&
	       span_u64(high, CASE_SNAPSHOTS_MAX, to) && *from <= *to;
}

static int read_miss(struct case_reader *rd, struct span rest)
{
	struct span source, word;
	struct case_source *s;
	uint64_t from, to;

	if (case_word(rd, &rest, &source, "the source") != 0)
		return -1;
	s = source_of(rd, source.p);
	while (line_word(&rest, rd->arena, &word)) {
		if (!read_range(word, &from, &to))
			return FAIL(rd, "'%s' is no range of snapshots", word.p);
		*PUSH(rd, s->missed, s->missed_n) = from;
		*PUSH(rd, s->missed, s->missed_n) = to;
	}
	return s->missed_n ? 0 : FAIL(rd, "snapshots are missing");
}

static int read_absent(struct case_reader *rd, struct span rest)
{
	struct span source, word = SPAN("absent");
	struct case_source *s;

	if (case_word(rd, &rest, &source, "the source") != 0)
		return -1;
	(void)line_word(&rest, rd->arena, &word);
	s = source_of(rd, source.p);
	s->absent = true;
	return capture_status_parse(word, &s->status) && !capture_status_good(s->status)
	               ? 0
	               : FAIL(rd, "'%s' is no status of a failed capture", word.p);
}

static int read_have(struct case_reader *rd, struct span rest)
{
	struct span source;

	if (case_word(rd, &rest, &source, "the source") != 0)
		return -1;
	(void)source_of(rd, source.p);
	return 0;
}

/* NAME A [-> B]; values of several words in quotes, or as they are */
static int read_sysctl(struct case_reader *rd, struct span rest)
{
	struct case_sysctl *s = PUSH(rd, rd->now->sysctls, rd->now->sysctls_n);
	struct span word, *value = &s->first;

	(void)source_of(rd, "sysctl");
	if (case_word(rd, &rest, &s->name, "the name") != 0)
		return -1;
	while (line_word(&rest, rd->arena, &word)) {
		if (span_eq(word, SPAN("->"))) {
			value = &s->last;
			continue;
		}
		*value = value->p ? span_of(arena_fmt(rd->arena, "%.*s\t%s", (int)value->n,
		                                      value->p, word.p))
		                  : word;
	}
	if (!s->first.p || (value == &s->last && !s->last.p))
		return FAIL(rd, "a value is missing");
	if (!s->last.p)
		s->last = s->first;
	return 0;
}

static int read_meta(struct case_reader *rd, struct span rest)
{
	struct case_pair *p = PUSH(rd, rd->now->metas, rd->now->metas_n);
	struct span name, value;

	if (case_word(rd, &rest, &name, "the key") != 0 ||
	    case_word(rd, &rest, &value, "the value") != 0)
		return -1;
	p->name = name.p;
	if (!span_eq(value, SPAN("_")))
		p->value = value_read(value, rd->arena);
	return 0;
}

static int read_set(struct case_reader *rd, struct span rest)
{
	struct case_pair *p = PUSH(rd, rd->now->sets, rd->now->sets_n);
	struct span value, name;

	if (case_word(rd, &rest, &value, "NAME=VALUE") != 0)
		return -1;
	if (!span_cut(&value, '=', &name))
		return FAIL(rd, "'%s' is no NAME=VALUE", value.p);
	p->name = arena_text(rd->arena, name);
	p->value = (struct cell){.type = CELL_TEXT, .v.text = value.p};
	return 0;
}

/* ---- rows ---- */

/* column=value words; *range and *n: the column whose value is A..B, and how many that are. */
struct template
{
	struct span name[64], value[64];
	size_t n;
	uint64_t from, count;
	size_t range; /* SIZE_MAX = none */
};

static int read_template(struct case_reader *rd, struct span rest, struct template *t)
{
	struct span word;
	uint64_t from, to;

	*t = (struct template){.count = 1, .range = SIZE_MAX};
	while (line_word(&rest, rd->arena, &word)) {
		if (t->n == sizeof(t->name) / sizeof(t->name[0]))
			return FAIL(rd, "more than %zu columns", t->n);
		t->value[t->n] = word;
		if (!span_cut(&t->value[t->n], '=', &t->name[t->n]))
			return FAIL(rd, "'%s' is no column=value", word.p);
		word = t->value[t->n];
		if (span_search(word, SPAN("..")) < word.n && read_range(word, &from, &to)) {
			if (t->range != SIZE_MAX)
				return FAIL(rd, "a row has one range");
			t->range = t->n;
			t->from = from;
			t->count = to - from + 1;
		}
		t->n++;
	}
	return t->n ? 0 : FAIL(rd, "columns are missing");
}

static struct cell value_at(struct case_reader *rd, const struct template *t, size_t column,
                            uint64_t i)
{
	struct span v = t->value[column];
	struct cell start, step;

	if (column == t->range)
		return (struct cell){.type = CELL_INT, .v.i = (int64_t)(t->from + i)};
	if (span_eq(v, SPAN("_")))
		return (struct cell){.type = CELL_EMPTY};
	if (split_step(v, &start, &step))
		return stepped(&start, &step, i);
	return value_read(v, rd->arena);
}

static int read_row(struct case_reader *rd, struct span rest)
{
	const char *source;
	struct template t;
	struct span table;

	if (case_word(rd, &rest, &table, "the table") != 0 || read_template(rd, rest, &t) != 0)
		return -1;
	source = case_source_of_table(table.p);
	if (source)
		source_of(rd, source)->rows = true;
	for (uint64_t i = 0; i < t.count; i++) {
		struct case_row *r = PUSH(rd, rd->now->rows, rd->now->rows_n);

		r->table = table.p;
		r->line = rd->line;
		r->n = t.n;
		r->columns = arena_array(rd->arena, t.n, sizeof(*r->columns));
		for (size_t k = 0; k < t.n; k++)
			r->columns[k] = (struct case_pair){arena_text(rd->arena, t.name[k]),
			                                   value_at(rd, &t, k, i)};
	}
	return 0;
}

/* ---- verbs ---- */

static const struct {
	struct span word;
	int (*read)(struct case_reader *rd, struct span rest);
} verbs[] = {
	{.word = SPAN_INIT("absent"),    .read = read_absent   },
	{.word = SPAN_INIT("every"),     .read = read_every    },
	{.word = SPAN_INIT("have"),      .read = read_have     },
	{.word = SPAN_INIT("meta"),      .read = read_meta     },
	{.word = SPAN_INIT("miss"),      .read = read_miss     },
	{.word = SPAN_INIT("pace"),      .read = read_pace     },
	{.word = SPAN_INIT("row"),       .read = read_row      },
	{.word = SPAN_INIT("set"),       .read = read_set      },
	{.word = SPAN_INIT("snapshots"), .read = read_snapshots},
	{.word = SPAN_INIT("sysctl"),    .read = read_sysctl   },
};

static const struct {
	struct span word;
	enum kind kind;
} prefixes[] = {
	{SPAN_INIT("counter"),   KIND_COUNTER  },
	{SPAN_INIT("counter32"), KIND_COUNTER32},
	{SPAN_INIT("gauge"),     KIND_GAUGE    },
	{SPAN_INIT("text"),      KIND_TEXT     },
};

int case_window_line(struct case_reader *rd, struct span word, struct span rest)
{
	for (size_t i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++)
		if (span_eq(word, verbs[i].word))
			return verbs[i].read(rd, rest);
	for (size_t i = 0; i < sizeof(prefixes) / sizeof(prefixes[0]); i++)
		if (span_eq(word, prefixes[i].word))
			return case_word(rd, &rest, &word, "the source") != 0
			               ? -1
			               : read_series(rd, word.p, rest, (int)prefixes[i].kind);
	return read_series(rd, word.p, rest, -1);
}

/* Ticks until the last of `captures` captures. */
static uint64_t ticks_for(const struct rule_case *c, const struct case_source *s, size_t captures)
{
	return s->ends || captures < 2 ? captures : (captures - 1) * pace_ticks(c, s) + 1;
}

void case_count_snapshots(struct case_reader *rd)
{
	struct rule_case *c = rd->now;
	uint64_t most = 1;

	for (size_t i = 0; i < c->series_n; i++) {
		uint64_t n = ticks_for(c, source_of(rd, c->series[i].source), c->series[i].n);

		most = n > most ? n : most;
	}
	for (size_t i = 0; i < c->rows_n; i++)
		for (size_t k = 0; k < c->rows[i].n; k++) {
			const struct case_pair *p = &c->rows[i].columns[k];

			if (strcmp(p->name, "snap") == 0 && p->value.type == CELL_INT &&
			    p->value.v.i >= 0 && (uint64_t)p->value.v.i >= most)
				most = (uint64_t)p->value.v.i + 1;
		}
	c->snapshots = most < CASE_SNAPSHOTS_MAX ? most : CASE_SNAPSHOTS_MAX;
}
