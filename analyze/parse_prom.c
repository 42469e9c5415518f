#include "analyze/parse_prom.h"

#include <math.h>

#include "schema/buf.h"

/* Beyond these the value is 0 or infinite anyhow. */
#define EXPONENT_MAX 400

void prom_open(struct prom_reader *r, struct span text)
{
	r->text = text;
	r->line = 0;
	r->family = (struct span){0};
	r->type = PROM_UNTYPED;
	r->ended = false;
}

struct span prom_label(const struct prom_sample *s, struct span name)
{
	for (size_t i = 0; i < s->labels; i++)
		if (span_eq(s->label[i].name, name))
			return s->label[i].value;
	return (struct span){0};
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* Digits and at most one point; *exponent is of the last digit that was kept. */
static bool take_mantissa(struct span *s, long double *v, int *exponent)
{
	bool any = false, point = false;

	*v = 0;
	*exponent = 0;
	for (; s->n; *s = span_sub(*s, 1, s->n)) {
		char c = s->p[0];

		if (c == '.' && !point) {
			point = true;
			continue;
		}
		if (!is_digit(c))
			break;
		any = true;
		if (*v < 1e18L)
			*v = *v * 10 + (c - '0');
		else if (*exponent < EXPONENT_MAX)
			++*exponent;
		if (point && *exponent > -EXPONENT_MAX)
			--*exponent;
	}
	return any;
}

static bool take_exponent(struct span *s, int *exponent)
{
	bool negative;
	uint64_t n;

	if (s->n == 0 || (s->p[0] | 0x20) != 'e')
		return true;
	*s = span_sub(*s, 1, s->n);
	negative = s->n && s->p[0] == '-';
	if (s->n && (s->p[0] == '-' || s->p[0] == '+'))
		*s = span_sub(*s, 1, s->n);
	if (!span_take_u64(s, UINT32_MAX, &n))
		return false;
	if (n > EXPONENT_MAX)
		n = EXPONENT_MAX;
	*exponent += negative ? -(int)n : (int)n;
	return true;
}

static bool is_word(struct span s, struct span word)
{
	if (s.n != word.n)
		return false;
	for (size_t i = 0; i < s.n; i++)
		if ((s.p[i] | 0x20) != word.p[i])
			return false;
	return true;
}

bool prom_number(struct span s, double *v)
{
	bool negative = s.n && s.p[0] == '-';
	long double mantissa;
	int exponent, half;

	if (s.n && (s.p[0] == '-' || s.p[0] == '+'))
		s = span_sub(s, 1, s.n);
	if (is_word(s, SPAN("nan"))) {
		*v = NAN;
		return true;
	}
	if (is_word(s, SPAN("inf")) || is_word(s, SPAN("infinity"))) {
		*v = negative ? -INFINITY : INFINITY;
		return true;
	}
	if (!take_mantissa(&s, &mantissa, &exponent) || !take_exponent(&s, &exponent) || s.n)
		return false;
	half = exponent / 2; /* two factors: what is far out of range must not meet 0 * infinity */
	mantissa *= powl(10, half);
	mantissa *= powl(10, exponent - half);
	*v = (double)(negative ? -mantissa : mantissa);
	return true;
}

static bool is_name_char(char c, bool first)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == ':' ||
	       (!first && is_digit(c));
}

static bool take_name(struct span *s, struct span *name)
{
	size_t n = 0;

	while (n < s->n && is_name_char(s->p[n], n == 0))
		n++;
	*name = span_sub(*s, 0, n);
	*s = span_sub(*s, n, s->n);
	return n > 0;
}

static void skip_blanks(struct span *s)
{
	while (s->n && (s->p[0] == ' ' || s->p[0] == '\t'))
		*s = span_sub(*s, 1, s->n);
}

/* Behind the opening quote up to the closing one; \\, \" and \n are resolved into `room`. */
static bool take_quoted(struct span *s, struct buf *room, struct span *value)
{
	size_t from = room->n;

	for (size_t i = 0; i < s->n; i++) {
		char c = s->p[i];

		if (c == '"') {
			*value = (struct span){room->p + from, room->n - from};
			*s = span_sub(*s, i + 1, s->n);
			return !room->cut;
		}
		if (c == '\\' && i + 1 < s->n) {
			c = s->p[++i];
			c = (char)(c == 'n' ? '\n' : c);
		}
		buf_char(room, c);
	}
	return false;
}

static const char *take_label(struct span *s, struct prom_sample *out, struct buf *room)
{
	struct prom_label *l = &out->label[out->labels];

	if (out->labels == PROM_LABELS_MAX)
		return "too many labels";
	if (!take_name(s, &l->name))
		return "not a label's name";
	skip_blanks(s);
	if (!span_skip(s, SPAN("=")))
		return "a label without a value";
	skip_blanks(s);
	if (!span_skip(s, SPAN("\"")) || !take_quoted(s, room, &l->value))
		return "a label's value without its quotes, or too long";
	out->labels++;
	return NULL;
}

/* Behind '{', up to '}'; a comma behind the last one is allowed. */
static const char *take_labels(struct span *s, struct prom_sample *out, struct buf *room)
{
	const char *why;

	for (;;) {
		skip_blanks(s);
		if (span_skip(s, SPAN("}")))
			return NULL;
		if (out->labels && !span_skip(s, SPAN(",")))
			return "no comma between labels";
		skip_blanks(s);
		if (span_skip(s, SPAN("}")))
			return NULL;
		why = take_label(s, out, room);
		if (why)
			return why;
	}
}

/* "# TYPE name histogram" begins a family's block. */
static void take_comment(struct prom_reader *r, struct span line)
{
	static const struct {
		struct span name;
		enum prom_type type;
	} types[] = {
		{SPAN_INIT("counter"),        PROM_COUNTER  },
                {SPAN_INIT("gauge"),          PROM_GAUGE    },
		{SPAN_INIT("histogram"),      PROM_HISTOGRAM},
                {SPAN_INIT("gaugehistogram"), PROM_GAUGE    },
		{SPAN_INIT("summary"),        PROM_SUMMARY  },
	};
	struct span hash, what, name, type;

	if (!span_word(&line, &hash) || hash.n != 1 || !span_word(&line, &what))
		return;
	if (span_eq(what, SPAN("EOF")))
		r->ended = true;
	if (!span_eq(what, SPAN("TYPE")) || !span_word(&line, &name) || !span_word(&line, &type))
		return;
	r->family = name;
	r->type = PROM_UNTYPED;
	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		if (span_eq(type, types[i].name))
			r->type = types[i].type;
}

static bool has_suffix(const struct prom_sample *s, struct span family, struct span suffix)
{
	return s->name.n == family.n + suffix.n && span_starts(s->name, family) &&
	       span_ends(s->name, suffix);
}

/* What the sample is of the family in whose block it stands; without one its name tells. */
static void classify(const struct prom_reader *r, struct prom_sample *s)
{
	static const struct {
		struct span suffix;
		enum prom_part part;
	} parts[] = {
		{SPAN_INIT("_bucket"),  PROM_BUCKET },
		{SPAN_INIT("_sum"),     PROM_SUM    },
		{SPAN_INIT("_count"),   PROM_COUNT  },
		{SPAN_INIT("_created"), PROM_CREATED},
	};

	s->part = PROM_VALUE;
	s->family = s->name;
	s->type = span_ends(s->name, SPAN("_total")) ? PROM_COUNTER : PROM_UNTYPED;
	if (span_eq(s->name, r->family))
		s->type = r->type;
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		if (has_suffix(s, r->family, parts[i].suffix)) {
			s->part = parts[i].part;
			s->family = r->family;
			s->type = r->type;
		}
	/* OpenMetrics names the family without _total */
	if (has_suffix(s, r->family, SPAN("_total")) && r->type != PROM_UNTYPED)
		s->type = r->type;
}

/* What may follow the value: a time, an exemplar. */
static bool is_tail(struct span s)
{
	double time;
	struct span word;

	skip_blanks(&s);
	if (s.n == 0 || s.p[0] == '#')
		return true;
	if (!span_word(&s, &word) || !prom_number(word, &time))
		return false;
	skip_blanks(&s);
	return s.n == 0 || s.p[0] == '#';
}

/* NULL, or why the line is none. */
static const char *take_sample(struct prom_reader *r, struct span line, struct prom_sample *s)
{
	struct buf room = BUF_OVER(r->room);
	struct span rest = line, value;
	const char *why;

	s->labels = 0;
	if (!take_name(&rest, &s->name))
		return "not a metric's name";
	skip_blanks(&rest);
	if (span_skip(&rest, SPAN("{"))) {
		why = take_labels(&rest, s, &room);
		if (why)
			return why;
	}
	s->text = span_trim(span_sub(line, 0, line.n - rest.n));
	if (!span_word(&rest, &value) || !prom_number(value, &s->value))
		return "not a number";
	if (!is_tail(rest))
		return "neither time nor exemplar behind the value";
	s->line = r->line;
	classify(r, s);
	return NULL;
}

bool prom_next(struct prom_reader *r, struct prom_sample *s, struct emit *out)
{
	struct span line;
	const char *why;

	while (span_line(&r->text, &line)) {
		r->line++;
		line = span_trim(line);
		if (line.n == 0)
			continue;
		if (r->ended) {
			out->note(out, r->line, "text behind the end (# EOF)", line);
			return false;
		}
		if (line.p[0] == '#') {
			take_comment(r, line);
			continue;
		}
		why = take_sample(r, line, s);
		if (why)
			out->note(out, r->line, why, line);
		else if (isfinite(s->value))
			return true;
	}
	return false;
}
