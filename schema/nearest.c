#include "schema/nearest.h"

#include <stdbool.h>

#include "schema/buf.h"

#define LETTERS_MAX 64 /* longer words have no neighbours */
#define PART_LEAST  3  /* letters of a word that is taken for a part of another */

static size_t least(size_t a, size_t b)
{
	return a < b ? a : b;
}

/*
 * Letters to change, put in, leave out or swap with their neighbour (optimal string
 * alignment).  rows[i % 3] are the distances of the first i letters of a.
 */
static size_t distance(struct span a, struct span b)
{
	size_t rows[3][LETTERS_MAX + 1];

	for (size_t j = 0; j <= b.n; j++)
		rows[0][j] = j;
	for (size_t i = 1; i <= a.n; i++) {
		size_t *row = rows[i % 3], *above = rows[(i + 2) % 3], *over = rows[(i + 1) % 3];

		row[0] = i;
		for (size_t j = 1; j <= b.n; j++) {
			row[j] = least(above[j - 1] + (a.p[i - 1] != b.p[j - 1]),
			               least(above[j], row[j - 1]) + 1);
			if (i > 1 && j > 1 && a.p[i - 1] == b.p[j - 2] && a.p[i - 2] == b.p[j - 1])
				row[j] = least(row[j], over[j - 2] + 1);
		}
	}
	return rows[a.n % 3][b.n];
}

/* A whole beginning of it, or all that stands behind a '/': more letters were to come. */
static bool is_part(struct span word, struct span known)
{
	struct span rest = known, head;

	return word.n >= PART_LEAST &&
	       (span_starts(known, word) || (span_rcut(&rest, '/', &head) && span_eq(rest, word)));
}

void nearest_offer(struct nearest *n, const char *known)
{
	struct span s = span_of(known);
	size_t d;

	if (n->word.n > LETTERS_MAX || s.n > LETTERS_MAX)
		return;
	d = distance(n->word, s);
	if (d > 1 && is_part(n->word, s))
		d = 1;
	if (n->best && d >= n->distance)
		return;
	n->best = known;
	n->distance = d;
}

const char *nearest_best(const struct nearest *n)
{
	size_t allowed = n->word.n / 4;

	if (allowed < 2)
		allowed = n->word.n < 4 ? 1 : 2;
	return n->best && n->distance <= allowed ? n->best : NULL;
}

const char *nearest_hint(struct nearest *n, const char *before)
{
	struct buf b = BUF_OVER(n->hint);
	const char *best = nearest_best(n);

	if (best)
		buf_fmt(&b, " (did you mean %s%s?)", before, best);
	return buf_cstr(&b);
}
