#include "analyze/parse_util.h"

void emit_scaled(struct emit *out, struct span entity, struct span name, enum kind kind,
                 enum unit unit, uint64_t v, uint64_t scale)
{
	uint64_t scaled;

	if (__builtin_mul_overflow(v, scale, &scaled))
		scaled = UINT64_MAX;
	emit_u64(out, entity, name, kind, unit, scaled);
}

void emit_setting(struct emit *out, struct span entity, struct span name, struct span v)
{
	struct point p = {.entity = entity, .name = name, .kind = KIND_TEXT, .unit = UNIT_TEXT};

	if (span_i64(v, &p.v.i)) {
		p.type = VALUE_INT;
	} else {
		p.type = VALUE_TEXT;
		p.v.text = v;
	}
	out->point(out, &p);
}

void emit_none(struct emit *out, struct span entity, struct span name, enum kind kind,
               enum unit unit)
{
	out->point(out,
	           &(struct point){.entity = entity, .name = name, .kind = kind, .unit = unit});
}

struct span path_base(struct span path)
{
	struct span folder;

	(void)span_rcut(&path, '/', &folder);
	return path;
}

bool amount_parse(struct span s, uint64_t *v, enum unit *unit)
{
	struct span number;
	uint64_t x;

	if (!span_word(&s, &number) || !span_u64(number, UINT64_MAX, &x))
		return false;
	s = span_trim(s);
	if (s.n == 0) {
		*unit = UNIT_COUNT;
	} else if (span_eq(s, SPAN("kB"))) {
		*unit = UNIT_BYTE;
		if (__builtin_mul_overflow(x, (uint64_t)KIB, &x))
			x = UINT64_MAX;
	} else {
		return false;
	}
	*v = x;
	return true;
}

bool key_value(struct span line, struct span *key, struct span *value)
{
	if (!span_cut(&line, ':', key))
		return false;
	*key = span_trim(*key);
	*value = span_trim(line);
	return true;
}

size_t words_of(struct span line, struct span *words, size_t max)
{
	size_t n = 0;

	while (n < max && span_word(&line, &words[n]))
		n++;
	return n;
}

size_t column_of(struct span name, const struct span *header, size_t n)
{
	size_t i = 0;

	while (i < n && !span_eq(name, header[i]))
		i++;
	return i;
}

struct tally_row *tally_at(struct tally *t, struct span key)
{
	for (size_t i = 0; i < t->n; i++)
		if (span_eq(key, t->row[i].key))
			return &t->row[i];
	if (t->n == TALLY_KEYS_MAX) {
		t->left_out++;
		return NULL;
	}
	t->row[t->n] = (struct tally_row){.key = key};
	return &t->row[t->n++];
}

bool cpu_columns_read(struct span header, struct cpu_columns *c)
{
	struct span word;
	uint64_t id;

	c->n = 0;
	while (c->n < CPUS_MAX && span_word(&header, &word))
		do { /* wide numbers may touch: "CPU100CPU101" */
			struct buf text;

			if (c->n == CPUS_MAX || !span_skip(&word, SPAN("CPU")) ||
			    !span_take_u64(&word, UINT32_MAX, &id))
				return false;
			text = BUF_OVER(c->entity[c->n].text);
			buf_str(&text, "cpu");
			buf_u64(&text, id);
			c->entity[c->n++].n = (unsigned char)text.n;
		} while (word.n);
	return c->n > 0;
}

/*
 * A count of at most 18 digits up to a blank or the end.  Of 1,152 CPUs there are a
 * million in one capture of /proc/interrupts, hence not span_word and span_u64.
 */
static bool take_count(struct span *s, int64_t *v)
{
	const char *p = s->p, *end = s->p + s->n, *digits;
	int64_t x = 0;

	while (p < end && (*p == ' ' || *p == '\t'))
		p++;
	for (digits = p; p < end && *p >= '0' && *p <= '9' && p - digits < 18; p++)
		x = x * 10 + (*p - '0');
	if (p == digits || (p < end && *p != ' ' && *p != '\t'))
		return false;
	*v = x;
	*s = (struct span){p, (size_t)(end - p)};
	return true;
}

size_t cpu_row_emit(const struct cpu_columns *c, struct span name, struct span *rest,
                    struct emit *out)
{
	struct point p = {.name = name,
	                  .kind = KIND_COUNTER32,
	                  .unit = UNIT_COUNT,
	                  .sparse = true,
	                  .type = VALUE_INT};
	size_t i;

	for (i = 0; i < c->n && take_count(rest, &p.v.i); i++) {
		if (rest->n == 0 && i + 1 < c->n)
			break;
		p.entity = (struct span){c->entity[i].text, c->entity[i].n};
		out->point(out, &p);
	}
	return i;
}

bool hex_table_open(struct hex_table *t, struct span text, struct emit *out)
{
	struct span line = {0};

	*t = (struct hex_table){.text = text, .at = 1};
	if (span_line(&t->text, &line))
		t->columns = words_of(line, t->name, HEX_COLUMNS_MAX);
	if (t->columns && span_eq(t->name[0], SPAN("entries")))
		return true;
	out->note(out, 1, "no header of column names", line);
	return false;
}

bool hex_table_row(struct hex_table *t, uint64_t v[HEX_COLUMNS_MAX], size_t *n, struct emit *out)
{
	struct span line, rest, word;

	do {
		if (!span_line(&t->text, &line))
			return false;
		t->at++;
		rest = span_trim(line);
	} while (rest.n == 0);
	for (*n = 0; *n < t->columns && span_word(&rest, &word); ++*n) {
		/* a number that ends its row early may have lost digits */
		if (rest.n == 0 && *n + 1 < t->columns)
			break;
		if (!span_hex(word, UINT64_MAX, &v[*n]))
			break;
	}
	if (*n < t->columns)
		out->note(out, t->at, "not a number a column", line);
	return true;
}

bool json_is_bounded(struct span text)
{
	size_t n = 0;

	for (size_t i = 0; i < text.n; i++)
		n += text.p[i] == ',';
	return n < JSON_VALUES_MAX;
}
