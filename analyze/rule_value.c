#include "analyze/rule_value.h"

#include <math.h>
#include <string.h>

#define DIGITS 9 /* decimals that a written number keeps */

/* "12.5": digits with at most one dot. */
static bool take_mantissa(struct span s, double *v)
{
	int64_t scaled;

	for (unsigned digits = DIGITS; digits > 0; digits -= 3)
		if (span_fixed(s, digits, &scaled)) {
			*v = (double)scaled / pow(10, digits);
			return true;
		}
	return false;
}

static bool take_real(struct span s, double *v)
{
	struct span mantissa = s, exponent = {0};
	size_t e = span_find(s, 'e') < s.n ? span_find(s, 'e') : span_find(s, 'E');
	int64_t power = 0;

	if (e < s.n) {
		mantissa = span_sub(s, 0, e);
		exponent = span_sub(s, e + 1, s.n);
		(void)span_skip(&exponent, SPAN("+"));
		if (!span_i64(exponent, &power) || power < -300 || power > 300)
			return false;
	}
	if (!take_mantissa(mantissa, v))
		return false;
	*v *= pow(10, (double)power);
	return true;
}

bool value_number(struct span s, struct cell *v)
{
	struct cell c = {.type = CELL_INT};

	if (!span_i64(s, &c.v.i)) {
		c.type = CELL_REAL;
		if (!take_real(s, &c.v.r))
			return false;
	}
	*v = c;
	return true;
}

struct cell value_read(struct span s, struct arena *a)
{
	struct cell v;

	if (!value_number(s, &v))
		v = (struct cell){.type = CELL_TEXT, .v.text = arena_text(a, s)};
	return v;
}

static void put_real(struct buf *b, double v)
{
	char text[400];
	struct buf t = BUF_OVER(text);
	double size = fabs(v);
	struct span s;

	if (!isfinite(v)) {
		buf_str(b, "unknown");
		return;
	}
	if (size != 0 && (size < 0.001 || size >= 1e15)) {
		buf_fmt(b, "%.3g", v);
		return;
	}
	buf_fmt(&t, "%.*f", size >= 1000 ? 1 : 3, v);
	for (s = buf_span(&t); s.n && s.p[s.n - 1] == '0';)
		s.n--;
	if (s.n && s.p[s.n - 1] == '.')
		s.n--;
	buf_put(b, s);
}

void value_put(struct buf *b, const struct cell *v)
{
	switch (v->type) {
	case CELL_INT:
		buf_i64(b, v->v.i);
		break;
	case CELL_REAL:
		put_real(b, v->v.r);
		break;
	case CELL_TEXT:
		buf_str(b, v->v.text);
		break;
	case CELL_EMPTY:
	case CELL_SPARK:
		buf_str(b, "unknown");
		break;
	}
}

double value_real(const struct cell *v)
{
	return v->type == CELL_INT ? (double)v->v.i : v->type == CELL_REAL ? v->v.r : 0;
}

bool value_same(const struct cell *a, const struct cell *b)
{
	double x = value_real(a), y = value_real(b);

	if (a->type == CELL_EMPTY || b->type == CELL_EMPTY)
		return a->type == b->type;
	if ((a->type == CELL_TEXT) != (b->type == CELL_TEXT))
		return false;
	if (a->type == CELL_TEXT)
		return strcmp(a->v.text, b->v.text) == 0;
	return fabs(x - y) <= 1e-6 * fmax(1, fmax(fabs(x), fabs(y)));
}
