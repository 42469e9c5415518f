#include "analyze/rule_sql.h"

#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "analyze/humanize.h"
#include "analyze/rule_scan.h"
#include "schema/timefmt.h"
#include "schema/unit.h"

#define COLUMNS_MAX  200   /* of a result */
#define PROGRESS_OPS 10000 /* of SQLite's virtual machine between two looks at the clock */

/*
 * SQLite 3.28's, less what asks the clock or chance, and less what can spend time
 * or memory where no progress handler is called: printf('%.*c'), randomblob, zeroblob.
 */
static const char *const functions[] = {
	"abs",          "avg",      "char",       "coalesce",    "count",  "cume_dist",
	"date",         "datetime", "dense_rank", "first_value", "glob",   "group_concat",
	"hex",          "ifnull",   "instr",      "julianday",   "lag",    "last_value",
	"lead",         "length",   "like",       "likelihood",  "likely", "lower",
	"ltrim",        "max",      "min",        "nth_value",   "ntile",  "nullif",
	"percent_rank", "quote",    "rank",       "replace",     "round",  "row_number",
	"rtrim",        "strftime", "substr",     "sum",         "time",   "total",
	"trim",         "typeof",   "unicode",    "unlikely",    "upper",
};

static const struct limit {
	int id, value;
} limits[] = {
	{SQLITE_LIMIT_LENGTH,              1000000    },
        {SQLITE_LIMIT_SQL_LENGTH,          100000     },
	{SQLITE_LIMIT_EXPR_DEPTH,          200        },
        {SQLITE_LIMIT_VDBE_OP,             250000     },
	{SQLITE_LIMIT_ATTACHED,            0          },
        {SQLITE_LIMIT_LIKE_PATTERN_LENGTH, 500        },
	{SQLITE_LIMIT_COMPOUND_SELECT,     50         },
        {SQLITE_LIMIT_COLUMN,              COLUMNS_MAX},
};

#define LIMITS_COUNT (sizeof(limits) / sizeof(limits[0]))

struct rule_box {
	sqlite3 *db; /* not owned */
	char **tables;
	int tables_n;
	int old_limit[LIMITS_COUNT];
	sqlite3_int64 old_heap;
	int64_t deadline_ns; /* monotonic */
	char refused[160];   /* why the authorizer said no */
};

static int64_t now_ns(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * NS_PER_S + t.tv_nsec;
}

static int past_deadline(void *box)
{
	return now_ns() > ((const struct rule_box *)box)->deadline_ns;
}

static int refuse(struct rule_box *b, const char *what, const char *name)
{
	if (!b->refused[0])
		(void)sqlite3_snprintf((int)sizeof(b->refused), b->refused, "%s%s", what, name);
	return SQLITE_DENY;
}

/*
 * Without a column SQLite asks for a table that is only counted, and then also for
 * the names of WITH: any is fine but its own and those that run a pragma.
 */
static int may_read(struct rule_box *b, const char *table, const char *column)
{
	for (int i = 0; i < b->tables_n; i++)
		if (sqlite3_stricmp(b->tables[i], table) == 0)
			return SQLITE_OK;
	if ((!column || !*column) && sqlite3_strlike("sqlite\\_%", table, '\\') != 0 &&
	    sqlite3_strlike("pragma\\_%", table, '\\') != 0)
		return SQLITE_OK;
	return refuse(b, "it may not read table ", table);
}

static int may_call(struct rule_box *b, const char *name)
{
	for (size_t i = 0; i < sizeof(functions) / sizeof(functions[0]); i++)
		if (sqlite3_stricmp(functions[i], name) == 0)
			return SQLITE_OK;
	return refuse(b, "it may not call function ", name);
}

static int authorize(void *box, int action, const char *one, const char *two, const char *db,
                     const char *inner)
{
	struct rule_box *b = box;

	(void)db;
	(void)inner;
	switch (action) {
	case SQLITE_SELECT:
	case SQLITE_RECURSIVE:
		return SQLITE_OK;
	case SQLITE_READ:
		return may_read(b, one ? one : "", two);
	case SQLITE_FUNCTION:
		return may_call(b, two ? two : "");
	default:
		return refuse(b, "it may do nothing but SELECT", "");
	}
}

static int list_tables(struct rule_box *b, struct err *e)
{
	static const char sql[] = "SELECT name FROM sqlite_master WHERE type IN ('table', 'view')";
	char **cells = NULL;
	int rows = 0, columns = 0;

	if (sqlite3_get_table(b->db, sql, &cells, &rows, &columns, NULL) != SQLITE_OK)
		return err_set(e, 0, "%s", sqlite3_errmsg(b->db));
	b->tables = cells; /* the first cell is the heading: no table is called "name" */
	b->tables_n = rows + 1;
	return 0;
}

struct rule_box *rule_box_open(sqlite3 *db, struct err *e)
{
	struct rule_box *b = calloc(1, sizeof(*b));
	sqlite3_int64 used = sqlite3_memory_used();

	if (!b) {
		(void)err_set(e, 0, "out of memory");
		return NULL;
	}
	b->db = db;
	if (list_tables(b, e) != 0) {
		free(b);
		return NULL;
	}
	for (size_t i = 0; i < LIMITS_COUNT; i++)
		b->old_limit[i] = sqlite3_limit(db, limits[i].id, limits[i].value);
	b->old_heap = sqlite3_hard_heap_limit64(-1);
	(void)sqlite3_hard_heap_limit64(used + RULE_HEAP_BYTES);
	(void)sqlite3_db_config(db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
	(void)sqlite3_db_config(db, SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0, NULL);
	return b;
}

void rule_box_close(struct rule_box *b)
{
	if (!b)
		return;
	for (size_t i = 0; i < LIMITS_COUNT; i++)
		(void)sqlite3_limit(b->db, limits[i].id, b->old_limit[i]);
	/* a limit once set cannot be lifted with 0 while it is the hard one: put the old one back
	 */
	(void)sqlite3_hard_heap_limit64(b->old_heap);
	sqlite3_free_table(b->tables);
	free(b);
}

static void box_on(struct rule_box *b, int64_t timeout_ns)
{
	b->refused[0] = '\0';
	b->deadline_ns = now_ns() + timeout_ns;
	(void)sqlite3_set_authorizer(b->db, authorize, b);
	sqlite3_progress_handler(b->db, PROGRESS_OPS, past_deadline, b);
}

static void box_off(struct rule_box *b)
{
	(void)sqlite3_set_authorizer(b->db, NULL, NULL);
	sqlite3_progress_handler(b->db, 0, NULL, NULL);
}

static bool only_blank(const char *tail)
{
	struct span rest = span_of(tail);
	struct scan_token t;

	while (scan_next(&rest, &t))
		if (t.type != SCAN_SIGN || !span_eq(t.text, SPAN(";")))
			return false;
	return true;
}

/* Where in the text the error is, or -1: SQLite cannot say (before 3.38 never). */
static int error_offset(sqlite3 *db)
{
#if SQLITE_VERSION_NUMBER >= 3038000
	return sqlite3_error_offset(db);
#else
	(void)db;
	return -1;
#endif
}

/* Of an error that is of no place in it: where the statement begins, behind the header. */
size_t rule_line(const struct rule *r)
{
	struct span rest = r->sql, line;
	size_t n = 1;

	while (span_line(&rest, &line) && rest.n &&
	       (span_starts(line, SPAN("--")) || !span_trim(line).n))
		n++;
	return n;
}

/* SQLite's error, as far as it knows with the line of the file. */
static int say_error(struct rule_box *b, const struct rule *r, struct err *e)
{
	int offset = error_offset(b->db);
	const char *why = b->refused[0] ? b->refused : sqlite3_errmsg(b->db);
	size_t line = 1;

	for (int i = 0; i < offset && (size_t)i < r->sql.n; i++)
		line += r->sql.p[i] == '\n';
	return err_set(e, 0, "%s:%zu: %s", r->path, offset < 0 ? rule_line(r) : line, why);
}

/* Prepared in the box, which stays on: SQLite may prepare anew when it steps. */
static int prepare(struct rule_box *b, const struct rule *r, sqlite3_stmt **s, struct err *e)
{
	const char *tail = NULL;
	int rc = sqlite3_prepare_v2(b->db, r->sql.p, (int)r->sql.n + 1, s, &tail);

	if (rc != SQLITE_OK)
		return say_error(b, r, e);
	if (!*s)
		return err_set(e, 0, "%s:%zu: no statement", r->path, rule_line(r));
	if (!only_blank(tail))
		return err_set(e, 0, "%s:%zu: more than one statement", r->path, rule_line(r));
	if (!sqlite3_stmt_readonly(*s) || sqlite3_column_count(*s) == 0)
		return err_set(e, 0, "%s:%zu: it may do nothing but SELECT", r->path, rule_line(r));
	return 0;
}

static void bind(sqlite3_stmt *s, int i, const struct cell *v)
{
	if (v->type == CELL_INT)
		(void)sqlite3_bind_int64(s, i, v->v.i);
	else if (v->type == CELL_REAL)
		(void)sqlite3_bind_double(s, i, v->v.r);
	else if (v->type == CELL_TEXT)
		(void)sqlite3_bind_text(s, i, v->v.text, -1, SQLITE_STATIC);
}

static void bind_all(sqlite3_stmt *s, const struct rule_value *values, size_t n)
{
	for (int i = 1; i <= sqlite3_bind_parameter_count(s); i++) {
		const char *name = sqlite3_bind_parameter_name(s, i);

		for (size_t k = 0; name && k < n; k++)
			if (strcmp(name + 1, values[k].name) == 0)
				bind(s, i, &values[k].value);
	}
}

/* The columns with a meaning of their own; every other one is evidence. */
enum special {
	COLUMN_LEVEL,
	COLUMN_ENTITY,
	COLUMN_AT,
	COLUMN_FIRST_AT,
	COLUMN_LAST_AT,
	COLUMN_VOTES,
	COLUMN_EXPLAINS,
	COLUMN_COUNT
};

static const char *const specials[COLUMN_COUNT] = {
	[COLUMN_LEVEL] = "level",
	[COLUMN_ENTITY] = "entity",
	[COLUMN_AT] = "at",
	[COLUMN_FIRST_AT] = "first_at",
	[COLUMN_LAST_AT] = "last_at",
	[COLUMN_VOTES] = "votes",
	[COLUMN_EXPLAINS] = "explains_entity",
};

struct reader {
	sqlite3_stmt *s;
	const struct rule *rule;
	struct arena *arena;
	int special[COLUMN_COUNT]; /* its column, or -1 */
	const char **evidence;     /* name of each column, NULL = special */
	size_t evidence_n, bytes;
};

static void read_columns(struct reader *rd)
{
	int n = sqlite3_column_count(rd->s);

	rd->evidence = arena_array(rd->arena, (size_t)n, sizeof(*rd->evidence));
	for (int k = 0; k < COLUMN_COUNT; k++)
		rd->special[k] = -1;
	for (int i = 0; i < n; i++) {
		const char *name = sqlite3_column_name(rd->s, i);
		bool special = false;

		for (int k = 0; k < COLUMN_COUNT && name; k++)
			if (strcmp(name, specials[k]) == 0) {
				rd->special[k] = i;
				special = true;
			}
		if (special || !name)
			continue;
		rd->evidence[i] = arena_text(rd->arena, span_of(name));
		rd->evidence_n++;
	}
}

static const char *text_of(struct reader *rd, int column)
{
	const char *p = column < 0 ? NULL : (const char *)sqlite3_column_text(rd->s, column);

	if (!p)
		return NULL;
	rd->bytes += (size_t)sqlite3_column_bytes(rd->s, column);
	return arena_text(rd->arena, span_of(p));
}

static struct cell cell_of(struct reader *rd, int column)
{
	switch (sqlite3_column_type(rd->s, column)) {
	case SQLITE_INTEGER:
		return (struct cell){.type = CELL_INT, .v.i = sqlite3_column_int64(rd->s, column)};
	case SQLITE_FLOAT:
		return (struct cell){.type = CELL_REAL,
		                     .v.r = sqlite3_column_double(rd->s, column)};
	case SQLITE_TEXT:
		return (struct cell){.type = CELL_TEXT, .v.text = text_of(rd, column)};
	default:
		return (struct cell){.type = CELL_EMPTY};
	}
}

static int64_t snap_of(struct reader *rd, enum special which)
{
	int column = rd->special[which];

	if (column < 0 || sqlite3_column_type(rd->s, column) == SQLITE_NULL)
		return -1;
	return sqlite3_column_int64(rd->s, column);
}

static void read_evidence(struct reader *rd, struct rule_row *row)
{
	struct evidence *v = arena_array(rd->arena, rd->evidence_n + 1, sizeof(*v));
	int n = sqlite3_column_count(rd->s);

	row->evidence = v;
	for (int i = 0; i < n; i++) {
		if (!rd->evidence[i])
			continue;
		v->name = rd->evidence[i];
		v->value = cell_of(rd, i);
		v->measure =
			v->value.type == CELL_TEXT ? MEASURE_TEXT : measure_of(span_of(v->name));
		v++;
	}
}

static int read_row(struct reader *rd, struct rule_row *row, struct err *e)
{
	const char *level = text_of(rd, rd->special[COLUMN_LEVEL]);
	int votes = rd->special[COLUMN_VOTES];

	row->entity = text_of(rd, rd->special[COLUMN_ENTITY]);
	if (!row->entity)
		return err_set(e, 0, "%s:%zu: a row without entity", rd->rule->path,
		               rule_line(rd->rule));
	if (!level || !level_parse(span_of(level), &row->level))
		return err_set(e, 0, "%s:%zu: '%.40s' is no level", rd->rule->path,
		               rule_line(rd->rule), level ? level : "");
	row->at = snap_of(rd, COLUMN_AT);
	row->first_at = snap_of(rd, COLUMN_FIRST_AT);
	row->last_at = snap_of(rd, COLUMN_LAST_AT);
	row->votes = votes < 0 ? 0 : sqlite3_column_int(rd->s, votes);
	row->explains_entity = text_of(rd, rd->special[COLUMN_EXPLAINS]);
	read_evidence(rd, row);
	return 0;
}

static int say_stop(struct rule_box *b, const struct rule *r, int rc, int64_t timeout_ns,
                    struct err *e)
{
	if (rc == SQLITE_INTERRUPT)
		return err_set(e, 0, "%s:%zu: stopped after %lld ms", r->path, rule_line(r),
		               (long long)(timeout_ns / NS_PER_MS));
	if (rc == SQLITE_NOMEM)
		return err_set(e, 0, "%s:%zu: it took more than %lld MiB", r->path, rule_line(r),
		               (long long)(RULE_HEAP_BYTES / (int64_t)MIB));
	return say_error(b, r, e);
}

static int read_rows(struct rule_box *b, struct reader *rd, int64_t timeout_ns,
                     struct rule_rows *out, struct err *e)
{
	int rc;

	read_columns(rd);
	if (rd->special[COLUMN_LEVEL] < 0 || rd->special[COLUMN_ENTITY] < 0)
		return err_set(e, 0, "%s:%zu: the columns level and entity are needed",
		               rd->rule->path, rule_line(rd->rule));
	out->evidence_n = rd->evidence_n;
	while ((rc = sqlite3_step(rd->s)) == SQLITE_ROW) {
		if (out->n == RULE_ROWS_MAX || rd->bytes > RULE_BYTES_MAX)
			return err_set(e, 0, "%s:%zu: more than %d rows or %zu bytes",
			               rd->rule->path, rule_line(rd->rule), RULE_ROWS_MAX,
			               RULE_BYTES_MAX);
		out->v = arena_more(rd->arena, out->v, out->n, sizeof(*out->v));
		if (read_row(rd, &out->v[out->n], e) != 0)
			return -1;
		out->n++;
	}
	return rc == SQLITE_DONE ? 0 : say_stop(b, rd->rule, rc, timeout_ns, e);
}

int64_t rule_timeout(const struct rule *r)
{
	int64_t asked = r->timeout_ns ? r->timeout_ns : RULE_TIMEOUT_NS;

	return asked < RULE_TIMEOUT_MAX_NS ? asked : RULE_TIMEOUT_MAX_NS;
}

int rule_query(struct rule_box *b, const struct rule *r, const struct rule_value *values,
               size_t values_n, struct arena *a, struct rule_rows *out, struct err *e)
{
	int64_t timeout_ns = rule_timeout(r);
	struct reader rd = {.rule = r, .arena = a};
	int rc = -1;

	*out = (struct rule_rows){0};
	box_on(b, timeout_ns);
	if (prepare(b, r, &rd.s, e) == 0) {
		bind_all(rd.s, values, values_n);
		rc = read_rows(b, &rd, timeout_ns, out, e);
	}
	(void)sqlite3_finalize(rd.s);
	box_off(b);
	return rc;
}

static void add_word(struct arena *a, struct rule_words *w, const char *text)
{
	w->v = arena_more(a, w->v, w->n, sizeof(*w->v));
	w->v[w->n++] = arena_text(a, span_of(text));
}

int rule_prepare(struct rule_box *b, const struct rule *r, struct arena *a, struct rule_shape *out,
                 struct err *e)
{
	sqlite3_stmt *s = NULL;
	int rc;

	*out = (struct rule_shape){0};
	box_on(b, RULE_TIMEOUT_NS);
	rc = prepare(b, r, &s, e);
	for (int i = 0; rc == 0 && i < sqlite3_column_count(s); i++)
		add_word(a, &out->columns, sqlite3_column_name(s, i));
	for (int i = 1; rc == 0 && i <= sqlite3_bind_parameter_count(s); i++) {
		const char *name = sqlite3_bind_parameter_name(s, i);

		add_word(a, &out->params, name ? name + 1 : "?");
	}
	(void)sqlite3_finalize(s);
	box_off(b);
	return rc;
}
