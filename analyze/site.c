#include "analyze/site.h"

#include <string.h>

#include "analyze/rule_line.h"
#include "analyze/rule_value.h"
#include "schema/nearest.h"
#include "schema/timefmt.h"

struct reader {
	struct site *site;
	const struct rule_set *rules;
	struct arena *arena;
	const char *origin;
	bool by_option;
	struct err *err;
};

#define FAIL(rd, ...) fail((rd), arena_fmt((rd)->arena, __VA_ARGS__))

static int fail(struct reader *rd, const char *why)
{
	return err_set(rd->err, 0, "%s: %s", rd->origin, why);
}

const struct site_item *site_item(const struct site *s, const struct rule *r, const char *name)
{
	for (size_t i = 0; s && i < s->items_n; i++)
		if (strcmp(s->items[i].rule->id, r->id) == 0 && strcmp(s->items[i].name, name) == 0)
			return &s->items[i];
	return NULL;
}

static struct site_item *put(struct reader *rd, const struct rule *r, struct span name,
                             struct span value)
{
	struct site *s = rd->site;
	struct site_item *place, item = {.rule = r,
	                                 .name = arena_text(rd->arena, name),
	                                 .value = arena_text(rd->arena, value),
	                                 .origin = rd->origin,
	                                 .by_option = rd->by_option};
	const struct site_item *old = site_item(s, r, item.name);

	if (old && old->by_option && !rd->by_option)
		return NULL;
	if (old && !old->by_option && rd->by_option)
		item.over = arena_fmt(rd->arena, "%s (%s)", old->value, old->origin);
	else if (old)
		item.over = old->over;
	if (old) {
		place = &s->items[old - s->items];
	} else {
		s->items = arena_more(rd->arena, s->items, s->items_n, sizeof(*s->items));
		place = &s->items[s->items_n++];
	}
	*place = item;
	return place;
}

/* " (did you mean 'x'?)", or "". */
static const char *meant(struct reader *rd, const struct nearest *n)
{
	const char *best = nearest_best(n);

	return best ? arena_fmt(rd->arena, " (did you mean '%s'?)", best) : "";
}

static int unknown_rule(struct reader *rd, struct span id)
{
	struct nearest near = {.word = id};

	for (size_t i = 0; i < rd->rules->n; i++)
		nearest_offer(&near, rd->rules->v[i]->rule.id);
	return FAIL(rd, "unknown rule '%.*s'%s", (int)id.n, id.p, meant(rd, &near));
}

/* NULL and an error when there is none. */
static const struct rule *find_rule(struct reader *rd, struct span id)
{
	const struct rule_entry *entry = rule_set_find(rd->rules, id);

	if (!entry)
		(void)unknown_rule(rd, id);
	return entry ? &entry->rule : NULL;
}

static int unknown_param(struct reader *rd, const struct rule *r, struct span name)
{
	struct nearest near = {.word = name};

	for (size_t i = 0; i < r->params_n; i++)
		nearest_offer(&near, r->params[i].name);
	nearest_offer(&near, "enabled");
	nearest_offer(&near, "level");
	return FAIL(rd, "%s has no param '%.*s'%s", r->id, (int)name.n, name.p, meant(rd, &near));
}

static int check(struct reader *rd, const struct rule *r, struct span name, struct span value)
{
	const struct rule_param *p;
	enum level level;
	struct cell number;

	if (span_eq(name, SPAN("enabled")))
		return span_eq(value, SPAN("yes")) || span_eq(value, SPAN("no"))
		               ? 0
		               : FAIL(rd, "enabled is yes or no");
	if (span_eq(name, SPAN("level")))
		return level_parse(value, &level) && level >= LEVEL_INFO && level <= LEVEL_CRIT
		               ? 0
		               : FAIL(rd, "level is info, warn or crit");
	p = rule_param(r, name);
	if (!p)
		return unknown_param(rd, r, name);
	/* SQL takes any text for more than any number: the rule would never fire again */
	if (p->value && value_number(span_of(p->value), &number) && !value_number(value, &number))
		return FAIL(rd, "%s of %s is a number, not '%.*s'", p->name, r->id, (int)value.n,
		            value.p);
	return 0;
}

/* "AREA/NAME.param=value" */
static int assign(struct reader *rd, struct span text)
{
	struct span value = text, left, id;
	const struct rule *r;

	if (!span_cut(&value, '=', &left) || !span_rcut(&left, '.', &id) || !value.n)
		return FAIL(rd, "'%.*s' is no AREA/NAME.param=value", (int)text.n, text.p);
	r = find_rule(rd, id);
	if (!r || check(rd, r, left, value) != 0)
		return -1;
	(void)put(rd, r, left, value);
	return 0;
}

/* The whole day counts. */
static int take_until(struct reader *rd, struct span v, struct site_suppression *s)
{
	struct span day = span_of(arena_fmt(rd->arena, "%.*sT00:00:00Z", (int)v.n, v.p));

	if (time_parse(day, &s->end_ns))
		s->end_ns += (int64_t)24 * 3600 * NS_PER_S;
	else if (!time_parse(v, &s->end_ns))
		return FAIL(rd, "'%.*s' is no date", (int)v.n, v.p);
	s->until = v.p;
	return 0;
}

static bool any_matches(const struct rule_set *rules, struct span glob)
{
	for (size_t i = 0; i < rules->n; i++)
		if (span_match(span_of(rules->v[i]->rule.id), glob, NULL))
			return true;
	return false;
}

/* RULE [entity=E] [until=DATE] reason=TEXT */
static int suppress(struct reader *rd, struct span line)
{
	struct site_suppression s = {
		.entities = SITE_EVERY, .until = "", .end_ns = INT64_MAX, .origin = rd->origin};
	struct span word;

	if (!line_word(&line, rd->arena, &word))
		return FAIL(rd, "suppress needs a rule");
	if (!any_matches(rd->rules, word))
		return unknown_rule(rd, word);
	s.rules = word.p;
	while (line_word(&line, rd->arena, &word)) {
		if (span_skip(&word, SPAN("entity=")))
			s.entities = word.p;
		else if (span_skip(&word, SPAN("reason=")))
			s.reason = word.p;
		else if (!span_skip(&word, SPAN("until=")))
			return FAIL(rd,
			            "unknown word '%s': suppress takes entity=, until=, "
			            "reason=",
			            word.p);
		else if (take_until(rd, word, &s) != 0)
			return -1;
	}
	if (!s.reason || !*s.reason)
		return FAIL(rd, "suppress needs a reason=");
	rd->site->suppressions =
		arena_more(rd->arena, rd->site->suppressions, rd->site->suppressions_n, sizeof(s));
	rd->site->suppressions[rd->site->suppressions_n++] = s;
	return 0;
}

static int pin(struct reader *rd, struct span line)
{
	struct span id, version, more;
	const struct rule *r;
	struct site_item *item;
	uint64_t n;

	if (!line_word(&line, rd->arena, &id))
		return FAIL(rd, "pin needs a rule");
	r = find_rule(rd, id);
	if (!r)
		return -1;
	if (!line_word(&line, rd->arena, &version) || !span_skip(&version, SPAN("version=")) ||
	    !span_u64(version, INT32_MAX, &n))
		return FAIL(rd, "pin needs version=N");
	if (line_word(&line, rd->arena, &more))
		return FAIL(rd, "unknown word '%s' behind the version", more.p);
	item = put(rd, r, SPAN("version"), version);
	if (item && (int64_t)n != r->version)
		item->warning = arena_fmt(rd->arena,
		                          "these settings were made for version %s of %s, it is "
		                          "version %lld now",
		                          version.p, r->id, (long long)r->version);
	return 0;
}

/* "a.b = c" is the words "a.b", "=", "c": put together again without the blanks. */
static int read_assignment(struct reader *rd, struct span line)
{
	const char *text = "";
	struct span word;

	while (line_word(&line, rd->arena, &word))
		text = arena_fmt(rd->arena, "%s%s", text, word.p);
	return assign(rd, span_of(text));
}

static int read_line(struct reader *rd, struct span line)
{
	struct span rest = line, word;

	if (!line_word(&rest, rd->arena, &word))
		return 0;
	if (span_eq(word, SPAN("suppress")))
		return suppress(rd, rest);
	if (span_eq(word, SPAN("pin")))
		return pin(rd, rest);
	return read_assignment(rd, line);
}

int site_read(struct site *s, const char *path, struct span text, const struct rule_set *rules,
              struct arena *a, struct err *e)
{
	struct reader rd = {.site = s, .rules = rules, .arena = a, .err = e};
	struct span line;

	for (size_t at = 1; span_line(&text, &line); at++) {
		rd.origin = arena_fmt(a, "%s:%zu", path, at);
		if (read_line(&rd, line) != 0)
			return -1;
	}
	return 0;
}

int site_set(struct site *s, const char *assignment, const struct rule_set *rules, struct arena *a,
             struct err *e)
{
	struct reader rd = {.site = s,
	                    .rules = rules,
	                    .arena = a,
	                    .origin = "--set",
	                    .by_option = true,
	                    .err = e};

	return assign(&rd, span_of(assignment));
}

bool site_off(const struct site *s, const struct rule *r)
{
	const struct site_item *item = site_item(s, r, "enabled");

	return item && strcmp(item->value, "no") == 0;
}

enum level site_cap(const struct site *s, const struct rule *r)
{
	const struct site_item *item = site_item(s, r, "level");
	enum level cap = LEVEL_CRIT;

	if (item)
		(void)level_parse(span_of(item->value), &cap);
	return cap;
}

size_t site_values(const struct site *s, const struct rule *r, struct arena *a,
                   const struct rule_value **v)
{
	struct rule_value *values = arena_array(a, r->params_n + 1, sizeof(*values));
	size_t n = 0;

	for (size_t i = 0; i < r->params_n; i++) {
		const struct site_item *item = site_item(s, r, r->params[i].name);

		if (item)
			values[n++] = (struct rule_value){
				.name = item->name, .value = value_read(span_of(item->value), a)};
	}
	*v = values;
	return n;
}

bool site_covers(const struct site_suppression *x, const char *rule, const char *entity)
{
	return span_match(span_of(rule), span_of(x->rules), NULL) &&
	       (strcmp(entity, x->entities) == 0 ||
	        span_match(span_of(entity), span_of(x->entities), NULL));
}

const struct site_suppression *site_suppression(const struct site *s, const char *rule,
                                                const char *entity, int64_t at_ns,
                                                const struct site_suppression **expired)
{
	*expired = NULL;
	for (size_t i = 0; s && i < s->suppressions_n; i++) {
		const struct site_suppression *x = &s->suppressions[i];

		if (!site_covers(x, rule, entity))
			continue;
		if (at_ns < x->end_ns)
			return x;
		*expired = x;
	}
	return NULL;
}

size_t site_params(const struct site *s, const struct rule *r, struct arena *a,
                   const struct param **v)
{
	struct param *out = arena_array(a, r->params_n + 1, sizeof(*out));

	for (size_t i = 0; i < r->params_n; i++) {
		const struct rule_param *p = &r->params[i];
		const struct site_item *item = site_item(s, r, p->name);

		out[i] = (struct param){.name = p->name,
		                        .unit = p->unit,
		                        .value = item ? item->value : p->value,
		                        .origin = item ? item->origin : "default"};
	}
	*v = out;
	return r->params_n;
}

/* What it would be without the site, or NULL. */
static const char *own_value(const struct site_item *item, struct arena *a)
{
	const struct rule_param *p = rule_param(item->rule, span_of(item->name));

	if (strcmp(item->name, "version") == 0)
		return arena_fmt(a, "%lld", (long long)item->rule->version);
	return strcmp(item->name, "enabled") == 0 ? "yes"
	       : strcmp(item->name, "level") == 0 ? "crit"
	       : p                                ? p->value
	                                          : NULL;
}

size_t site_settings(const struct site *s, struct arena *a, const struct setting **v)
{
	struct setting *out = arena_array(a, s ? s->items_n + 1 : 1, sizeof(*out));

	for (size_t i = 0; s && i < s->items_n; i++)
		out[i] = (struct setting){
			.name = arena_fmt(a, "%s.%s", s->items[i].rule->id, s->items[i].name),
			.value = s->items[i].value,
			.origin = s->items[i].origin,
			.fallback = own_value(&s->items[i], a),
			.over = s->items[i].over,
			.warning = s->items[i].warning};
	*v = out;
	return s ? s->items_n : 0;
}
