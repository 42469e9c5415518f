#include "analyze/rule_text.h"

#define TEXT_MAX 16384

static bool is_name(struct span s)
{
	(void)span_skip(&s, SPAN(":"));
	if (!s.n)
		return false;
	for (size_t i = 0; i < s.n; i++)
		if (!(s.p[i] >= 'a' && s.p[i] <= 'z') && !(s.p[i] >= '0' && s.p[i] <= '9') &&
		    s.p[i] != '_')
			return false;
	return true;
}

bool placeholder_next(struct span *text, struct span *before, struct span *name)
{
	for (size_t i = 0; i < text->n; i++) {
		struct span inside = span_sub(*text, i + 1, text->n);
		size_t end = span_find(inside, '}');

		if (text->p[i] != '{' || end == inside.n || !is_name(span_sub(inside, 0, end)))
			continue;
		*before = span_sub(*text, 0, i);
		*name = span_sub(inside, 0, end);
		*text = span_sub(inside, end + 1, inside.n);
		return true;
	}
	return false;
}

const char *rule_fill(struct arena *a, const char *text, placeholder_fn *value, void *ctx)
{
	struct span rest = span_of(text), before, name;
	char out[TEXT_MAX];
	struct buf b = BUF_OVER(out);

	while (placeholder_next(&rest, &before, &name)) {
		buf_put(&b, before);
		value(ctx, name, &b);
	}
	buf_put(&b, rest);
	return arena_text(a, buf_span(&b));
}
