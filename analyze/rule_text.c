#include "analyze/rule_text.h"

#include "analyze/humanize.h"
#include "analyze/rule_value.h"
#include "analyze/shell_text.h"

#define TEXT_MAX 16384

static bool is_name(struct span s)
{
	for (size_t i = 0; i < s.n; i++)
		if (!(s.p[i] >= 'a' && s.p[i] <= 'z') && !(s.p[i] >= '0' && s.p[i] <= '9') &&
		    s.p[i] != '_')
			return false;
	return s.n > 0;
}

static bool take_inside(struct span s, struct placeholder *p)
{
	*p = (struct placeholder){.name = s};
	p->param = span_skip(&p->name, SPAN(":"));
	p->raw = span_ends(p->name, SPAN(":raw"));
	if (p->raw)
		p->name.n -= SPAN(":raw").n;
	return is_name(p->name);
}

bool placeholder_next(struct span *text, struct span *before, struct placeholder *p)
{
	for (size_t i = 0; i < text->n; i++) {
		struct span inside = span_sub(*text, i + 1, text->n);
		size_t end = span_find(inside, '}');

		if (text->p[i] != '{' || end == inside.n ||
		    !take_inside(span_sub(inside, 0, end), p))
			continue;
		*before = span_sub(*text, 0, i);
		*text = span_sub(inside, end + 1, inside.n);
		return true;
	}
	return false;
}

enum measure placeholder_measure(const struct placeholder *p)
{
	enum measure m = p->raw ? MEASURE_PLAIN : measure_of(p->name);

	switch (m) {
	case MEASURE_NS:
	case MEASURE_BYTES:
	case MEASURE_BYTES_PER_S:
	case MEASURE_BIT_PER_S:
		return m;
	default:
		return MEASURE_PLAIN;
	}
}

bool placeholder_unit_twice(const struct placeholder *p, struct span behind)
{
	static const struct span units[] = {
		SPAN_INIT("B"),      SPAN_INIT("byte"), SPAN_INIT("bytes"), SPAN_INIT("bit"),
		SPAN_INIT("bits"),   SPAN_INIT("KiB"),  SPAN_INIT("MiB"),   SPAN_INIT("GiB"),
		SPAN_INIT("Mbit"),   SPAN_INIT("Gbit"), SPAN_INIT("kbit"),  SPAN_INIT("ns"),
		SPAN_INIT("us"),     SPAN_INIT("ms"),   SPAN_INIT("s"),     SPAN_INIT("seconds"),
		SPAN_INIT("second"), SPAN_INIT("/s"),
	};

	if (placeholder_measure(p) == MEASURE_PLAIN)
		return false;
	(void)span_skip(&behind, SPAN(" "));
	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++)
		if (span_starts(behind, units[i]) &&
		    (behind.n == units[i].n ||
		     !is_name(span_sub(behind, units[i].n, units[i].n + 1))))
			return true;
	return false;
}

void placeholder_put(struct buf *b, const struct placeholder *p, const struct cell *v)
{
	enum measure m = placeholder_measure(p);

	if (m != MEASURE_PLAIN && (v->type == CELL_INT || v->type == CELL_REAL))
		humanize_real(b, value_real(v), m, false);
	else
		value_put(b, v);
}

/* Of a text that was cut: its last line, if that is a command. */
static void drop_half_command(struct buf *b)
{
	size_t n = b->n;

	while (n && b->p[n - 1] != '\n')
		n--;
	if (n < b->n && b->p[n] == ' ')
		b->n = n;
}

const char *rule_fill(struct arena *a, const char *text, placeholder_fn *value, void *ctx)
{
	struct span rest = span_of(text), before;
	struct placeholder p;
	struct shell_text place = SHELL_TEXT_BEGIN;
	char out[TEXT_MAX], one[TEXT_MAX];
	struct buf b = BUF_OVER(out);

	while (placeholder_next(&rest, &before, &p)) {
		struct buf v = BUF_OVER(one);

		buf_put(&b, before);
		shell_pass(&place, before);
		value(ctx, &p, &v);
		shell_put(&place, &b, buf_span(&v));
	}
	buf_put(&b, rest);
	if (b.cut)
		drop_half_command(&b);
	return arena_text(a, buf_span(&b));
}
