#include "analyze/html_path.h"

#include <math.h>

#include "analyze/html_text.h"

/* In tenths of a px, as it is written: what looks the same is the same. */
static long tenths(const struct scale *s, float v)
{
	return lround(scale_y(s, (double)v) * 10);
}

static void put_y(FILE *out, char command, long y)
{
	(void)fputc(command, out);
	html_coord(out, (double)y / 10);
}

/* The slices from `from` on that are no gap. */
static size_t stretch(const float *v, size_t n, size_t from)
{
	size_t k = from;

	while (k < n && !isnan(v[k]))
		k++;
	return k - from;
}

/* The slices from `from` on of the same height. */
static size_t level_run(const float *v, size_t n, size_t from, const struct scale *s)
{
	size_t k = from;

	while (k < n && !isnan(v[k]) && tenths(s, v[k]) == tenths(s, v[from]))
		k++;
	return k - from;
}

/* Where a line's pen stands: in the middle of slice x. */
struct pen {
	FILE *out;
	size_t x;
	long y; /* tenths */
	bool down;
};

static void pen_to(struct pen *p, size_t x, long y)
{
	if (!p->down) {
		(void)fprintf(p->out, "M%zu.5", x);
		put_y(p->out, ' ', y);
	} else if (y == p->y) {
		(void)fprintf(p->out, "H%zu.5", x);
	} else {
		(void)fprintf(p->out, "l%lld", (long long)x - (long long)p->x);
		if (y > p->y)
			(void)fputc(' ', p->out);
		html_coord(p->out, (double)(y - p->y) / 10);
	}
	*p = (struct pen){p->out, x, y, true};
}

static void line_over(struct pen *p, const float *v, size_t from, size_t end, const struct scale *s)
{
	for (size_t i = from, run; i < end; i += run) {
		run = level_run(v, end, i, s);
		pen_to(p, i, tenths(s, v[i]));
		if (run > 1)
			pen_to(p, i + run - 1, tenths(s, v[i]));
	}
}

void html_path_line(FILE *out, const float *v, size_t n, const struct scale *s)
{
	for (size_t k = 0; k < n; k++) {
		size_t length = stretch(v, n, k);
		struct pen p = {.out = out};

		line_over(&p, v, k, k + length, s);
		if (length == 1)
			(void)fputs("h.01", out);
		k += length;
	}
}

void html_path_steps(FILE *out, const float *v, size_t n, const struct scale *s)
{
	for (size_t k = 0, run; k < n; k += run) {
		bool joined = k > 0 && !isnan(v[k - 1]);

		run = 1;
		if (isnan(v[k]))
			continue;
		run = level_run(v, n, k, s);
		if (!joined)
			(void)fprintf(out, "M%zu", k);
		put_y(out, joined ? 'V' : ' ', tenths(s, v[k]));
		(void)fprintf(out, "H%zu", k + run);
	}
}

void html_path_area(FILE *out, const float *v, size_t n, const struct scale *s)
{
	long floor_y = lround(s->px * 10);

	for (size_t k = 0; k < n; k++) {
		size_t end = k;

		while (end < n && !isnan(v[end]) && tenths(s, v[end]) != floor_y)
			end++;
		if (end == k)
			continue;
		(void)fprintf(out, "M%zu", k);
		put_y(out, ' ', floor_y);
		for (size_t i = k, run; i < end; i += run) {
			run = level_run(v, end, i, s);
			put_y(out, 'V', tenths(s, v[i]));
			(void)fprintf(out, "H%zu", i + run);
		}
		put_y(out, 'V', floor_y);
		(void)fputc('z', out);
		k = end;
	}
}

/* Whether the line has a corner at i, between from and end. */
static bool corner(const float *v, size_t from, size_t end, size_t i, const struct scale *s)
{
	return i == from || i + 1 == end || tenths(s, v[i]) != tenths(s, v[i - 1]) ||
	       tenths(s, v[i]) != tenths(s, v[i + 1]);
}

void html_path_band(FILE *out, const float *high, const float *low, size_t n, const struct scale *s)
{
	for (size_t k = 0; k < n; k++) {
		size_t end = k + stretch(high, n, k);
		struct pen p = {.out = out};

		line_over(&p, high, k, end, s);
		for (size_t i = end; i-- > k;)
			if (!isnan(low[i]) && corner(low, k, end, i, s))
				pen_to(&p, i, tenths(s, low[i]));
		if (end > k)
			(void)fputc('z', out);
		k = end;
	}
}

void html_path_blocks(FILE *out, const float *v, size_t n, double px)
{
	for (size_t k = 0, run; k < n; k += run) {
		run = 1;
		if (!(v[k] > 0))
			continue;
		while (k + run < n && v[k + run] > 0)
			run++;
		(void)fprintf(out, "M%zu 0h%zuv%.0fh-%zuz", k, run, px, run);
	}
}
