#include "collect/json.h"

/* Length of the well-formed UTF-8 sequence at the front of s, or 0. */
static size_t utf8_len(struct span s)
{
	static const struct {
		unsigned char lo, hi, second_lo, second_hi;
		size_t n;
	} heads[] = {
		{0x00, 0x7f, 0,    0,    1},
                {0xc2, 0xdf, 0x80, 0xbf, 2},
		{0xe0, 0xe0, 0xa0, 0xbf, 3},
                {0xe1, 0xec, 0x80, 0xbf, 3},
		{0xed, 0xed, 0x80, 0x9f, 3},
                {0xee, 0xef, 0x80, 0xbf, 3},
		{0xf0, 0xf0, 0x90, 0xbf, 4},
                {0xf1, 0xf3, 0x80, 0xbf, 4},
		{0xf4, 0xf4, 0x80, 0x8f, 4},
	};
	const unsigned char *u = (const unsigned char *)s.p;

	for (size_t i = 0; i < sizeof(heads) / sizeof(heads[0]); i++) {
		if (u[0] < heads[i].lo || u[0] > heads[i].hi)
			continue;
		if (heads[i].n > s.n)
			return 0;
		if (heads[i].n > 1 && (u[1] < heads[i].second_lo || u[1] > heads[i].second_hi))
			return 0;
		for (size_t k = 2; k < heads[i].n; k++)
			if ((u[k] & 0xc0) != 0x80)
				return 0;
		return heads[i].n;
	}
	return 0;
}

static void put_string(struct buf *b, struct span s)
{
	buf_char(b, '"');
	while (s.n) {
		size_t n = utf8_len(s);
		unsigned char c = (unsigned char)*s.p;

		if (n == 0) {
			buf_str(b, "\\ufffd");
		} else if (c == '"' || c == '\\') {
			buf_char(b, '\\');
			buf_char(b, (char)c);
		} else if (c < 0x20 || c == 0x7f) {
			buf_str(b, "\\u");
			buf_hex(b, c, 4);
		} else {
			buf_put(b, span_sub(s, 0, n));
		}
		s = span_sub(s, n ? n : 1, s.n);
	}
	buf_char(b, '"');
}

static void before(struct json *j, const char *key)
{
	if (j->comma)
		buf_char(j->out, ',');
	j->comma = true;
	if (key) {
		put_string(j->out, span_of(key));
		buf_char(j->out, ':');
	}
}

void json_open(struct json *j, const char *key, char bracket)
{
	before(j, key);
	buf_char(j->out, bracket);
	j->comma = false;
}

void json_close(struct json *j, char bracket)
{
	buf_char(j->out, bracket);
	j->comma = true;
}

void json_str(struct json *j, const char *key, struct span v)
{
	before(j, key);
	put_string(j->out, v);
}

void json_i64(struct json *j, const char *key, int64_t v)
{
	before(j, key);
	buf_i64(j->out, v);
}

void json_u64(struct json *j, const char *key, uint64_t v)
{
	before(j, key);
	buf_u64(j->out, v);
}

void json_bool(struct json *j, const char *key, bool v)
{
	before(j, key);
	buf_str(j->out, v ? "true" : "false");
}

void json_none(struct json *j, const char *key)
{
	before(j, key);
	buf_str(j->out, "null");
}

void json_newline(struct json *j)
{
	if (j->comma)
		buf_char(j->out, ',');
	j->comma = false;
	buf_char(j->out, '\n');
}
