#include "analyze/section.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "analyze/humanize.h"
#include "analyze/sqlfile.h"
#include "analyze/stmt.h"
#include "schema/nearest.h"

#define COLUMNS_MAX 64
#define ROWS_MAX    10000
#define TABLES_MAX  16

/* One `-- table:` of a file. */
struct query {
	struct span caption, always, data, sql;
	uint64_t top; /* 0 = all */
	bool list, timeline, groups;
};

struct file {
	struct span name, about, source, empty;
	uint64_t order;
	struct query queries[TABLES_MAX];
	size_t queries_n;
};

static const char *const folders[SECTIONS_COUNT] = {
	[SECTIONS_HOST] = "section/",
	[SECTIONS_FLEET] = "fleet/",
	[SECTIONS_COMPARE] = "compare/",
};

static const struct built_in {
	const char *name; /* "section/CPU" */
	const char *text;
	size_t n;
} built_in[] = {
#include "sections.inc"
};
#define BUILT_IN (sizeof(built_in) / sizeof(built_in[0]))

static bool file_key(void *file, struct span key, struct span value)
{
	struct file *f = file;
	const struct sqlfile_text texts[] = {
		{SPAN("section"), &f->name  },
		{SPAN("about"),   &f->about },
		{SPAN("source"),  &f->source},
		{SPAN("empty"),   &f->empty },
	};

	return sqlfile_take_text(texts, sizeof(texts) / sizeof(texts[0]), key, value) ||
	       (span_eq(key, SPAN("order")) && span_u64(value, UINT16_MAX, &f->order));
}

static bool query_layout(struct query *q, struct span value)
{
	q->list = span_eq(value, SPAN("list"));
	q->timeline = span_eq(value, SPAN("timeline"));
	q->groups = span_eq(value, SPAN("groups"));
	return q->list || q->timeline || q->groups;
}

static struct span *begin_query(void *file, struct span caption)
{
	struct file *f = file;

	f->queries[f->queries_n] = (struct query){.caption = caption};
	return &f->queries[f->queries_n++].sql;
}

static bool query_key(void *file, struct span key, struct span value)
{
	struct file *f = file;
	struct query *q = &f->queries[f->queries_n - 1];

	if (span_eq(key, SPAN("always")))
		q->always = value;
	else if (span_eq(key, SPAN("data")))
		q->data = value;
	else if (span_eq(key, SPAN("layout")))
		return query_layout(q, value);
	else if (!span_eq(key, SPAN("top")) || !span_u64(value, ROWS_MAX, &q->top))
		return false;
	return true;
}

static const struct sqlfile_grammar grammar = {
	.part = "table",
	.parts_most = TABLES_MAX,
	.file_key = file_key,
	.begin = begin_query,
	.part_key = query_key,
};

static int read_file(struct file *f, struct span text, struct err *e)
{
	*f = (struct file){0};
	if (sqlfile_read(&grammar, f, text, e))
		return -1;
	if (!f->name.n || !f->about.n || !f->queries_n)
		return err_set(e, 0, "a section needs section:, about: and one table:");
	return 0;
}

static const char *heading_of(struct arena *a, struct span column, enum measure m)
{
	struct span stem = measure_stem(column);
	char *h = arena_fmt(a, "%.*s%s", (int)stem.n, stem.p, measure_mark(m));

	for (char *p = h; *p; p++)
		if (*p == '_')
			*p = ' ';
	return h;
}

static struct cell spark_cell(struct arena *a, const void *values, size_t n)
{
	struct cell c = {.type = CELL_SPARK};
	float *v;

	c.v.spark.n = n < STRIP_CELLS ? n : STRIP_CELLS;
	v = arena_array(a, c.v.spark.n + 1, sizeof(*v));
	if (c.v.spark.n)
		memcpy(v, values, c.v.spark.n * sizeof(*v));
	c.v.spark.v = v;
	return c;
}

static struct cell cell_of(struct stmt *q, struct arena *a, int column)
{
	struct cell c = {.type = CELL_EMPTY};

	switch (sqlite3_column_type(q->s, column)) {
	case SQLITE_INTEGER:
		c = (struct cell){.type = CELL_INT, .v.i = stmt_get_i64(q, column)};
		break;
	case SQLITE_FLOAT:
		c = (struct cell){.type = CELL_REAL, .v.r = stmt_get_real(q, column)};
		break;
	case SQLITE_TEXT:
		c = (struct cell){.type = CELL_TEXT,
		                  .v.text = arena_text(a, stmt_get_span(q, column))};
		break;
	case SQLITE_BLOB:
		c = spark_cell(a, sqlite3_column_blob(q->s, column),
		               (size_t)sqlite3_column_bytes(q->s, column) / sizeof(float));
		break;
	default:
		break;
	}
	return c;
}

static bool spark_says_something(const struct cell *c)
{
	for (size_t i = 0; i < c->v.spark.n; i++)
		if (c->v.spark.v[i] > 0)
			return true;
	return false;
}

/* Worth a column; a list drops only what is not known. */
static bool says_something(const struct cell *c, bool list)
{
	switch (c->type) {
	case CELL_INT:
		return list || c->v.i != 0;
	case CELL_REAL:
		return list || c->v.r < 0 || c->v.r > 0;
	case CELL_TEXT:
		return c->v.text[0] != '\0';
	case CELL_SPARK:
		return spark_says_something(c);
	default:
		return false;
	}
}

static bool listed(struct span names, const char *name)
{
	struct span one;

	while (span_cut(&names, ',', &one))
		if (span_eq(span_trim(one), span_of(name)))
			return true;
	return span_eq(span_trim(names), span_of(name));
}

/* Leaves out the columns in which no row says anything. */
static void drop_columns(struct table *t, struct column *columns, struct cell *cells,
                         struct span always)
{
	size_t had = t->columns_n, keep[COLUMNS_MAX], n = 0;

	for (size_t c = 0; c < had; c++) {
		bool worth = (c == 0 && !t->list) || columns[c].measure == MEASURE_DATA ||
		             listed(always, columns[c].name);

		for (size_t r = 0; r < t->rows_n && !worth; r++)
			worth = says_something(&cells[r * had + c], t->list);
		if (worth)
			keep[n++] = c;
	}
	for (size_t c = 0; c < n; c++)
		columns[c] = columns[keep[c]];
	for (size_t r = 0; r < t->rows_n; r++)
		for (size_t c = 0; c < n; c++)
			cells[r * n + c] = cells[r * had + keep[c]];
	t->columns_n = n;
}

/* Steps through the rows: as many as wanted are kept, all are counted. */
static int take_rows(struct stmt *st, struct arena *a, size_t most, struct table *t,
                     struct cell **kept, struct err *e)
{
	size_t width = t->columns_n;
	struct cell *cells = NULL;
	int rc;

	while ((rc = stmt_row(st, e)) == 1) {
		if (t->rows_n == most) {
			t->more++;
			continue;
		}
		for (size_t c = 0; c < width; c++) {
			cells = arena_more(a, cells, t->rows_n * width + c, sizeof(*cells));
			cells[t->rows_n * width + c] = cell_of(st, a, (int)c);
		}
		t->rows_n++;
	}
	*kept = cells;
	t->cells = cells;
	return rc;
}

static int run_query(sqlite3 *db, struct arena *a, const struct query *q, bool all, struct table *t,
                     struct err *e)
{
	struct stmt st;
	struct column *columns;
	struct cell *cells = NULL;
	int rc, n;

	*t = (struct table){.caption = arena_text(a, q->caption),
	                    .list = q->list,
	                    .timeline = q->timeline,
	                    .groups = q->groups};
	if ((q->timeline && sqlfile_axis(db, &t->from_ns, &t->to_ns, e)) ||
	    stmt_prepare(&st, db, arena_text(a, q->sql), e))
		return -1;
	n = sqlite3_column_count(st.s);
	if (n < 1 || n > COLUMNS_MAX || !sqlite3_stmt_readonly(st.s)) {
		stmt_done(&st);
		return err_set(e, 0, "not one SELECT of at most %d columns", COLUMNS_MAX);
	}
	t->columns_n = (size_t)n;
	columns = arena_array(a, t->columns_n, sizeof(*columns));
	t->columns = columns;
	for (int i = 0; i < n; i++) {
		const char *name = arena_text(a, span_of(sqlite3_column_name(st.s, i)));
		enum measure m = listed(q->data, name) ? MEASURE_DATA : measure_of(span_of(name));

		columns[i] = (struct column){name, heading_of(a, span_of(name), m), m};
	}
	rc = take_rows(&st, a, q->top && !all ? q->top : ROWS_MAX, t, &cells, e);
	stmt_done(&st);
	if (cells)
		drop_columns(t, columns, cells, q->always);
	if (n > 1 && t->columns_n == 1 && !t->list)
		t->rows_n = t->more = 0; /* names of which there is nothing to say */
	return rc;
}

int section_run(sqlite3 *db, struct arena *a, struct span text, bool all, struct section *s,
                struct err *e)
{
	struct file f;
	struct table *tables;

	if (read_file(&f, text, e))
		return -1;
	tables = arena_array(a, f.queries_n, sizeof(*tables));
	*s = (struct section){
		.name = arena_text(a, f.name),
		.about = arena_text(a, f.about),
		.sources = arena_text(a, f.source),
		.tables = tables,
	};
	for (size_t i = 0; i < f.queries_n; i++) {
		struct err failed = {0};

		if (run_query(db, a, &f.queries[i], all, &tables[s->tables_n], &failed))
			s->empty = arena_fmt(a, "failed: %s", failed.text);
		else if (tables[s->tables_n].rows_n)
			s->tables_n++;
	}
	if (!s->tables_n && !s->empty)
		s->empty = sqlfile_why_empty(db, a, f.source,
		                             f.empty.n ? f.empty : SPAN("nothing to show"));
	return 0;
}

struct place {
	uint64_t order;
	const struct built_in *file;
};

static int by_order(const void *a, const void *b)
{
	const struct place *x = a, *y = b;

	if (x->order != y->order)
		return x->order < y->order ? -1 : 1;
	return strcmp(x->file->name, y->file->name);
}

/* The section's name when it is of that set, else NULL. */
static const char *name_in(const struct built_in *b, enum section_set set)
{
	size_t n = strlen(folders[set]);

	return strncmp(b->name, folders[set], n) == 0 ? b->name + n : NULL;
}

bool section_known(enum section_set set, const char *name)
{
	for (size_t i = 0; i < BUILT_IN; i++) {
		const char *its = name_in(&built_in[i], set);

		if (its && strcasecmp(its, name) == 0)
			return true;
	}
	return strcasecmp(name, SECTION_FINDINGS) == 0;
}

void section_names(enum section_set set, struct buf *b)
{
	buf_str(b, SECTION_FINDINGS);
	for (size_t i = 0; i < BUILT_IN; i++) {
		const char *its = name_in(&built_in[i], set);

		if (its)
			buf_fmt(b, ", %s", its);
	}
}

static int unknown(enum section_set set, struct span name, struct err *e)
{
	char upper[64], names[400];
	struct buf u = BUF_OVER(upper), n = BUF_OVER(names);
	struct nearest near;

	for (size_t i = 0; i < name.n; i++)
		buf_char(&u, (char)toupper((unsigned char)name.p[i]));
	near = (struct nearest){.word = buf_span(&u)};
	nearest_offer(&near, SECTION_FINDINGS);
	for (size_t i = 0; i < BUILT_IN; i++)
		if (name_in(&built_in[i], set))
			nearest_offer(&near, name_in(&built_in[i], set));
	section_names(set, &n);
	return err_set(e, 0, "--section %.*s: there is no such section%s; there are %s",
	               (int)span_sub(name, 0, 40).n, name.p, nearest_hint(&near, ""), buf_cstr(&n));
}

int sections_check(enum section_set set, const char *list, struct err *e)
{
	struct span rest = span_of(list), one;
	char name[64];

	while (rest.n) {
		struct buf b = BUF_OVER(name);

		if (!span_cut(&rest, ',', &one)) {
			one = rest;
			rest.n = 0;
		}
		buf_put(&b, one);
		if (b.cut || !section_known(set, buf_cstr(&b)))
			return unknown(set, one, e);
	}
	return 0;
}

int sections_run(sqlite3 *db, struct arena *a, enum section_set set, const char *only, bool all,
                 struct report *r, struct err *e)
{
	struct place places[BUILT_IN + 1] = {0};
	struct section *sections = arena_array(a, BUILT_IN + 1, sizeof(*sections));
	size_t n = 0;

	for (const struct built_in *b = built_in; b < built_in + BUILT_IN; b++) {
		const char *name = name_in(b, set);
		struct file f;

		if (!name || !report_listed(only, name))
			continue;
		if (read_file(&f, (struct span){b->text, b->n}, e))
			return err_set(e, 0, "section %s", b->name);
		places[n++] = (struct place){f.order, b};
	}
	qsort(places, n, sizeof(places[0]), by_order);
	for (size_t i = 0; i < n; i++) {
		struct span text = {places[i].file->text, places[i].file->n};

		if (section_run(db, a, text, all, &sections[i], e))
			return -1;
	}
	r->sections = sections;
	r->sections_n = n;
	return 0;
}
