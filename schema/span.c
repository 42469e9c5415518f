#include "schema/span.h"

#include <endian.h>
#include <string.h>

struct span span_of(const char *s)
{
	return (struct span){s, s ? strlen(s) : 0};
}

bool span_ends(struct span s, struct span suffix)
{
	return s.n >= suffix.n && span_eq(span_sub(s, s.n - suffix.n, suffix.n), suffix);
}

int span_cmp(struct span a, struct span b)
{
	size_t n = a.n < b.n ? a.n : b.n;
	int c = n ? memcmp(a.p, b.p, n) : 0;

	if (c == 0)
		return (a.n > b.n) - (a.n < b.n);
	return c < 0 ? -1 : 1;
}

size_t span_find(struct span s, char c)
{
	const char *hit = s.n ? memchr(s.p, c, s.n) : NULL;

	return hit ? (size_t)(hit - s.p) : s.n;
}

size_t span_rfind(struct span s, char c)
{
	for (size_t i = s.n; i > 0; i--)
		if (s.p[i - 1] == c)
			return i - 1;
	return s.n;
}

size_t span_search(struct span s, struct span needle)
{
	const char *hit = s.n ? memmem(s.p, s.n, needle.p, needle.n) : NULL;

	return hit ? (size_t)(hit - s.p) : s.n;
}

static bool is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

struct span span_trim(struct span s)
{
	while (s.n && is_space(s.p[s.n - 1]))
		s.n--;
	while (s.n && is_space(*s.p)) {
		s.p++;
		s.n--;
	}
	return s;
}

static struct span rest(struct span s, size_t used)
{
	return span_sub(s, used, s.n);
}

bool span_line(struct span *s, struct span *line)
{
	size_t end;

	if (s->n == 0)
		return false;
	end = span_find(*s, '\n');
	*line = span_sub(*s, 0, end);
	if (line->n && line->p[line->n - 1] == '\r')
		line->n--;
	*s = rest(*s, end + 1);
	return true;
}

static bool cut_at(struct span *s, size_t at, struct span *head)
{
	if (at == s->n)
		return false;
	*head = span_sub(*s, 0, at);
	*s = rest(*s, at + 1);
	return true;
}

bool span_cut(struct span *s, char c, struct span *head)
{
	return cut_at(s, span_find(*s, c), head);
}

bool span_rcut(struct span *s, char c, struct span *head)
{
	return cut_at(s, span_rfind(*s, c), head);
}

#define BYTES(c)    (UINT64_C(0x0101010101010101) * (unsigned char)(c))
#define HAS_ZERO(w) (((w)-BYTES(1)) & ~(w)&BYTES(0x80)) /* its lowest bit is of the first one */

/* Bytes before the first blank or tab: eight at a time, then one by one. */
static size_t word_length(struct span s)
{
	size_t n = 0;

	for (; n + sizeof(uint64_t) <= s.n; n += sizeof(uint64_t)) {
		uint64_t w, hit;

		memcpy(&w, s.p + n, sizeof(w));
		w = le64toh(w);
		hit = HAS_ZERO(w ^ BYTES(' ')) | HAS_ZERO(w ^ BYTES('\t'));
		if (hit)
			return n + (size_t)__builtin_ctzll(hit) / 8;
	}
	while (n < s.n && s.p[n] != ' ' && s.p[n] != '\t')
		n++;
	return n;
}

bool span_word(struct span *s, struct span *word)
{
	size_t from = 0, n;

	while (from < s->n && (s->p[from] == ' ' || s->p[from] == '\t'))
		from++;
	n = word_length(rest(*s, from));
	if (n == 0)
		return false;
	*word = span_sub(*s, from, n);
	*s = rest(*s, from + n);
	return true;
}

bool span_take_u64(struct span *s, uint64_t max, uint64_t *v)
{
	uint64_t x = 0;
	size_t i;

	for (i = 0; i < s->n && s->p[i] >= '0' && s->p[i] <= '9'; i++) {
		uint64_t d = (uint64_t)(s->p[i] - '0');

		if (x > max / 10 || d > max - x * 10)
			return false;
		x = x * 10 + d;
	}
	if (i == 0)
		return false;
	*v = x;
	*s = rest(*s, i);
	return true;
}

bool span_u64(struct span s, uint64_t max, uint64_t *v)
{
	uint64_t x;

	if (!span_take_u64(&s, max, &x) || s.n)
		return false;
	*v = x;
	return true;
}

bool span_i64(struct span s, int64_t *v)
{
	bool minus = span_skip(&s, SPAN("-"));
	uint64_t x;

	if (!span_u64(s, minus ? (uint64_t)INT64_MAX + 1 : INT64_MAX, &x))
		return false;
	*v = minus ? (int64_t)(0 - x) : (int64_t)x;
	return true;
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

bool span_hex(struct span s, uint64_t max, uint64_t *v)
{
	uint64_t x = 0;

	for (size_t i = 0; i < s.n; i++) {
		int d = hex_digit(s.p[i]);

		if (d < 0 || x > max / 16 || (uint64_t)d > max - x * 16)
			return false;
		x = x * 16 + (uint64_t)d;
	}
	if (s.n == 0)
		return false;
	*v = x;
	return true;
}

static bool all_digits(struct span s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] < '0' || s.p[i] > '9')
			return false;
	return true;
}

bool span_fixed(struct span s, unsigned digits, int64_t *v)
{
	bool minus = span_skip(&s, SPAN("-"));
	struct span whole = s, decimals = {s.p, 0};
	uint64_t x;

	if (span_cut(&s, '.', &whole))
		decimals = s;
	if (!all_digits(decimals) || !span_u64(whole, INT64_MAX, &x))
		return false;
	for (unsigned i = 0; i < digits; i++) {
		uint64_t d = i < decimals.n ? (uint64_t)(decimals.p[i] - '0') : 0;

		if (x > (INT64_MAX - d) / 10)
			return false;
		x = x * 10 + d;
	}
	*v = minus ? -(int64_t)x : (int64_t)x;
	return true;
}

/* A star that was passed, and what of the text stands for it. */
struct star {
	size_t at;       /* in the pattern; SIZE_MAX = none */
	size_t from, to; /* in the text */
	bool deep;
};

/* Makes the star stand for one byte more and goes on behind it; false when it cannot. */
static bool extend(struct star *star, struct span s, size_t *i, size_t *j)
{
	if (star->at == SIZE_MAX || star->to == s.n || (!star->deep && s.p[star->to] == '/'))
		return false;
	*i = ++star->to;
	*j = star->at + 1 + star->deep;
	return true;
}

/* Linear in practice: only the last star is extended, and the last "**" when that one is stuck. */
bool span_match(struct span s, struct span pattern, struct span *arg)
{
	struct star last = {.at = SIZE_MAX}, deep = {.at = SIZE_MAX}, first = {.at = SIZE_MAX};
	size_t i = 0, j = 0;

	for (;;) {
		if (j < pattern.n && pattern.p[j] == '*') {
			last = (struct star){.at = j, .from = i, .to = i};
			last.deep = j + 1 < pattern.n && pattern.p[j + 1] == '*';
			j += 1 + last.deep;
			if (last.deep)
				deep = last;
		} else if (i < s.n && j < pattern.n && pattern.p[j] == s.p[i]) {
			i++, j++;
		} else if (i == s.n && j == pattern.n) {
			break;
		} else if (extend(&last, s, &i, &j)) {
			if (last.at == deep.at)
				deep = last;
		} else if (extend(&deep, s, &i, &j)) {
			last = deep;
		} else {
			return false;
		}
		if (last.at != SIZE_MAX && (first.at == SIZE_MAX || last.at == first.at))
			first = last;
	}
	if (arg && first.at != SIZE_MAX)
		*arg = span_sub(s, first.from, first.to - first.from);
	return true;
}
