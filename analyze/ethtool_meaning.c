#include "analyze/ethtool_meaning.h"

#include <stdlib.h>

#include "analyze/stmt.h"
#include "analyze/table.h"

enum meaning {
#define MEANING(id, name, problem, what) ID_##id,
#define DRIVER(glob, source)
#define COUNTER(id, pattern, note)
#include "analyze/ethtool_counters.def"
#undef MEANING
	MEANINGS
};

static const struct {
	const char *name;
	bool problem;
} meanings[MEANINGS] = {
#define MEANING(id, name, problem, what) [ID_##id] = {name, problem},
#include "analyze/ethtool_counters.def"
#undef MEANING
#undef DRIVER
#undef COUNTER
};

/* A line of a driver, then those of its counters. */
static const struct line {
	struct span driver, pattern; /* one of them is empty */
	const char *note, *text;
	enum meaning meaning;
} lines[] = {
#define MEANING(id, name, problem, what)
#define DRIVER(glob, source) {.driver = SPAN_INIT(glob), .text = (glob)},
#define COUNTER(id, pattern_, note_)                                                               \
	{.pattern = SPAN_INIT(pattern_), .note = (note_), .text = (pattern_), .meaning = ID_##id},
#include "analyze/ethtool_counters.def"
#undef MEANING
#undef DRIVER
#undef COUNTER
};

#define LINES (sizeof(lines) / sizeof(lines[0]))

/* What names of losses and troubles have in them. */
static const struct span bad_words[] = {
	SPAN_INIT("drop"),     SPAN_INIT("disc"),     SPAN_INIT("_err"),     SPAN_INIT("errors"),
	SPAN_INIT("fifo"),     SPAN_INIT("no_buf"),   SPAN_INIT("fail"),     SPAN_INIT("miss"),
	SPAN_INIT("oob"),      SPAN_INIT("fcs"),      SPAN_INIT("crc"),      SPAN_INIT("full"),
	SPAN_INIT("pause"),    SPAN_INIT("xoff"),     SPAN_INIT("lost"),     SPAN_INIT("timeout"),
	SPAN_INIT("exceeded"), SPAN_INIT("overflow"), SPAN_INIT("overrun"),  SPAN_INIT("nodesc"),
	SPAN_INIT("stopped"),  SPAN_INIT("busy"),     SPAN_INIT("collision")};

static bool has_word(struct span name, struct span word)
{
	for (size_t i = 0; i + word.n <= name.n; i++) {
		size_t n = 0;

		while (n < word.n &&
		       ((unsigned char)name.p[i + n] | 0x20U) == ((unsigned char)word.p[n] | 0x20U))
			n++;
		if (n == word.n)
			return true;
	}
	return false;
}

static bool sounds_bad(struct span name)
{
	for (size_t i = 0; i < sizeof(bad_words) / sizeof(bad_words[0]); i++)
		if (has_word(name, bad_words[i]))
			return true;
	return false;
}

static const struct span number_mark = SPAN_INIT("{n}");

/* *number is the first one, and left alone where the pattern has none. */
static bool fits(struct span pattern, struct span name, int64_t *number)
{
	while (pattern.n) {
		uint64_t n;

		if (pattern.p[0] == '*') {
			pattern = span_sub(pattern, 1, pattern.n);
			for (size_t i = 0; i <= name.n; i++)
				if (fits(pattern, span_sub(name, i, name.n), number))
					return true;
			return false;
		}
		if (span_skip(&pattern, number_mark)) {
			if (!span_take_u64(&name, INT64_MAX, &n))
				return false;
			if (*number < 0)
				*number = (int64_t)n;
		} else if (name.n && (pattern.p[0] == '?' || pattern.p[0] == name.p[0])) {
			pattern = span_sub(pattern, 1, pattern.n);
			name = span_sub(name, 1, name.n);
		} else {
			return false;
		}
	}
	return name.n == 0;
}

static bool has_number(struct span pattern)
{
	return span_search(pattern, number_mark) < pattern.n;
}

/* What one driver's names that are left over are says nothing of another's. */
static bool is_catch_all(const struct line *l)
{
	return l->meaning == ID_BENIGN && span_find(l->pattern, '*') < l->pattern.n;
}

static bool line_fits(const struct line *l, struct span name, int64_t *number)
{
	int64_t n = -1;

	if (is_catch_all(l) && sounds_bad(name) && !sounds_bad(l->pattern))
		return false;
	if (!fits(l->pattern, name, &n))
		return false;
	*number = n;
	return true;
}

/* The first line of the driver at `at` that fits; LINES = none. */
static size_t search(size_t at, struct span name, int64_t *number)
{
	for (size_t i = at + 1; i < LINES && lines[i].driver.n == 0; i++)
		if (line_fits(&lines[i], name, number))
			return i;
	return LINES;
}

static bool is_common(const struct line *l)
{
	return span_eq(l->driver, SPAN("*"));
}

static size_t of_driver(struct span driver, struct span name, bool *known, int64_t *number)
{
	int64_t none = -1;

	*known = false;
	for (size_t i = 0; i < LINES; i++)
		if (lines[i].driver.n && !is_common(&lines[i]) &&
		    fits(lines[i].driver, driver, &none)) {
			*known = true;
			return search(i, name, number);
		}
	return LINES;
}

static size_t common(struct span name, int64_t *number)
{
	for (size_t i = 0; i < LINES; i++)
		if (is_common(&lines[i]))
			return search(i, name, number);
	return LINES;
}

/* What most of the drivers that have such a name mean by it; LINES = none, or as many the other. */
static size_t most_mean(struct span name, int64_t *number)
{
	size_t votes[MEANINGS] = {0}, first[MEANINGS], best = 0;
	int64_t numbers[MEANINGS];
	bool tie = true;

	for (size_t i = 0; i < LINES; i++) {
		int64_t n = -1;
		size_t at = lines[i].driver.n ? search(i, name, &n) : LINES;

		if (at < LINES && !is_catch_all(&lines[at]) && votes[lines[at].meaning]++ == 0) {
			first[lines[at].meaning] = at;
			numbers[lines[at].meaning] = n;
		}
	}
	for (size_t i = 0; i < MEANINGS; i++)
		if (votes[i] > votes[best] || i == 0) {
			best = i;
			tie = votes[i] == 0;
		} else if (votes[i] == votes[best]) {
			tie = true;
		}
	if (tie)
		return LINES;
	*number = numbers[best];
	return first[best];
}

struct ethtool_meaning ethtool_meaning(struct span driver, struct span name)
{
	struct ethtool_meaning m = {.meaning = "", .note = "", .number = -1};
	bool known;
	size_t at = of_driver(driver, name, &known, &m.number);

	if (at == LINES)
		at = common(name, &m.number);
	if (at == LINES && !known)
		at = most_mean(name, &m.number);
	if (at == LINES) {
		m.problem = sounds_bad(name);
		return m;
	}
	m.meaning = meanings[lines[at].meaning].name;
	m.problem = meanings[lines[at].meaning].problem;
	m.note = lines[at].note;
	m.part = has_number(lines[at].pattern);
	m.line = at;
	return m;
}

size_t ethtool_catalogue_lines(void)
{
	return LINES;
}

const char *ethtool_catalogue_line(size_t line, const char **driver)
{
	if (line >= LINES || lines[line].driver.n)
		return NULL;
	for (size_t i = line; i-- > 0;)
		if (lines[i].driver.n) {
			*driver = lines[i].text;
			break;
		}
	return lines[line].text;
}

/* "eth0:rx-1" is queue 1 of eth0. */
static struct span nic_of(struct span entity, int64_t *queue)
{
	struct span nic = span_sub(entity, 0, span_find(entity, ':'));
	struct span topic = span_sub(entity, nic.n + 1, entity.n), head;
	uint64_t n;

	if (span_rcut(&topic, '-', &head) && span_u64(topic, INT64_MAX, &n))
		*queue = (int64_t)n;
	return nic;
}

/* Rows come by driver and name: of 500 interfaces alike what a counter means is sought once. */
struct sought {
	struct span driver, name; /* owned */
	struct ethtool_meaning meaning;
};

static void forget(struct sought *s)
{
	free((void *)(uintptr_t)s->driver.p);
	free((void *)(uintptr_t)s->name.p);
}

static void seek(struct sought *s, struct span driver, struct span name)
{
	if (s->name.p && span_eq(s->driver, driver) && span_eq(s->name, name))
		return;
	forget(s);
	*s = (struct sought){must_copy(driver), must_copy(name), ethtool_meaning(driver, name)};
}

static int put(struct stmt *t, struct span entity, const struct sought *s, struct err *e)
{
	const struct ethtool_meaning *m = &s->meaning;
	int64_t queue = -1;
	struct span nic = nic_of(entity, &queue);

	if (queue < 0)
		queue = m->number;
	stmt_span(t, entity);
	stmt_span(t, s->name);
	stmt_span(t, nic);
	stmt_span(t, s->driver);
	stmt_str(t, m->meaning);
	stmt_i64(t, m->problem);
	stmt_i64(t, m->part || nic.n < entity.n);
	if (queue < 0)
		stmt_null(t);
	else
		stmt_i64(t, queue);
	stmt_str(t, m->note);
	return stmt_run(t, e);
}

int ethtool_meaning_fill(struct sqlite3 *db, struct err *e)
{
	static const char query[] =
		"SELECT s.entity, s.name, coalesce(d.last, '') FROM series s LEFT JOIN series d "
		"ON d.source = 'nic' AND d.name = 'driver' AND d.entity = CASE WHEN "
		"instr(s.entity, ':') > 0 THEN substr(s.entity, 1, instr(s.entity, ':') - 1) "
		"ELSE s.entity END WHERE s.source = 'ethtool' AND s.kind <> 'text' "
		"ORDER BY d.last, s.name";
	struct stmt all = {0}, t = {0};
	struct sought sought = {0};
	int rc = -1;

	if (stmt_exec(db, "BEGIN", e) == 0 && stmt_prepare(&all, db, query, e) == 0 &&
	    stmt_prepare(&t, db, "INSERT OR IGNORE INTO ethtool_meaning VALUES(?,?,?,?,?,?,?,?,?)",
	                 e) == 0)
		while ((rc = stmt_row(&all, e)) == 1) {
			seek(&sought, stmt_get_span(&all, 2), stmt_get_span(&all, 1));
			if (put(&t, stmt_get_span(&all, 0), &sought, e) < 0)
				break;
		}
	forget(&sought);
	stmt_done(&all);
	stmt_done(&t);
	return rc == 0 ? stmt_exec(db, "COMMIT", e) : -1;
}
