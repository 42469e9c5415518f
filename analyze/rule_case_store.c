/* A case's window, through the same door as a bundle's: members, captures, ticks. */
#include <string.h>

#include "analyze/parse.h"
#include "analyze/rule_case.h"
#include "analyze/rule_value.h"
#include "analyze/stmt.h"
#include "analyze/store.h"
#include "schema/timefmt.h"

#define EPOCH_NS      (INT64_C(1767225600) * NS_PER_S) /* 2026-01-01T00:00:00Z */
#define LISTENERS_MAX 32768                            /* bytes of one tick's */
#define UPTIME_NS     (INT64_C(86400) * NS_PER_S)

/* Rows of a kind follow each other, thousands on a busy host: one statement serves them. */
struct row_kind {
	const struct case_row *like; /* NULL = none yet */
	struct case_row whole;       /* like it, and what must have a value besides */
	struct stmt stmt;
};

struct builder {
	const struct rule_case *c;
	struct store *store;
	struct arena *arena;
	struct row_kind kind;
	uint64_t tick;
	struct err *err;
};

static struct span member_name(struct builder *b, const char *source)
{
	return span_of(arena_fmt(b->arena, "test/%s", source));
}

static enum unit unit_of(const struct case_series *s)
{
	return s->kind == KIND_TEXT                ? UNIT_TEXT
	       : span_ends(s->name, SPAN("_ns"))   ? UNIT_NS
	       : span_ends(s->name, SPAN("bytes")) ? UNIT_BYTE
	                                           : UNIT_COUNT;
}

static void put_point(struct emit *out, const struct case_series *s, uint64_t capture)
{
	const struct cell *v = &s->values[capture < s->n ? capture : s->n - 1];
	struct point p = {
		.entity = s->entity, .name = s->name, .kind = s->kind, .unit = unit_of(s)};

	if (v->type == CELL_INT) {
		p.type = VALUE_INT;
		p.v.i = v->v.i;
	} else if (v->type == CELL_REAL) {
		p.type = VALUE_REAL;
		p.v.r = v->v.r;
	} else if (v->type == CELL_TEXT) {
		p.type = VALUE_TEXT;
		p.v.text = span_of(v->v.text);
	} else {
		return;
	}
	out->point(out, &p);
}

static void put_sysctls(struct builder *b, struct emit *out, uint64_t capture)
{
	for (size_t i = 0; i < b->c->sysctls_n; i++) {
		const struct case_sysctl *s = &b->c->sysctls[i];

		emit_text(out, SPAN(""), s->name, capture ? s->last : s->first);
	}
}

static const struct cell *column(const struct case_row *r, const char *name)
{
	for (size_t i = 0; i < r->n; i++)
		if (strcmp(r->columns[i].name, name) == 0)
			return &r->columns[i].value;
	return NULL;
}

static int64_t integer(const struct case_row *r, const char *name, int64_t otherwise)
{
	const struct cell *v = column(r, name);

	return v && v->type == CELL_INT ? v->v.i : otherwise;
}

static struct span word(const struct case_row *r, const char *name)
{
	const struct cell *v = column(r, name);

	return v && v->type == CELL_TEXT ? span_of(v->v.text) : SPAN("");
}

static void put_listener(struct buf *b, const struct case_row *r)
{
	struct span addr = word(r, "addr");
	bool v6 = span_find(addr, ':') < addr.n;
	int64_t drops = integer(r, "drops", -1);

	buf_fmt(b, "LISTEN %lld %lld %s%.*s%s:%lld *:*\n", (long long)integer(r, "queue", 0),
	        (long long)integer(r, "backlog", 0), v6 ? "[" : "", (int)addr.n, addr.p,
	        v6 ? "]" : "", (long long)integer(r, "port", 0));
	if (drops >= 0)
		buf_fmt(b, "\t skmem:(r0,rb131072,t0,tb16384,f0,w0,o0,bl0,d%lld)\n",
		        (long long)drops);
}

/* Listeners go in as `ss -ltnm` shows them, so that table and series are the parser's own. */
static void put_listeners(struct builder *b, struct emit *out)
{
	const struct parser_entry *p = parser_by_format(SPAN("ss_ltnm"));
	char text[LISTENERS_MAX];
	struct buf t = BUF_OVER(text);
	struct input in = {.path = SPAN("cmd/ss_-ltnm")};

	for (size_t i = 0; i < b->c->rows_n; i++)
		if (strcmp(b->c->rows[i].table, "listener") == 0 &&
		    integer(&b->c->rows[i], "snap", -1) == (int64_t)b->tick)
			put_listener(&t, &b->c->rows[i]);
	in.text = buf_span(&t);
	if (p)
		p->parser->parse(&in, out);
}

static bool is_missed(const struct case_source *s, uint64_t tick)
{
	for (size_t i = 0; i + 1 < s->missed_n; i += 2)
		if (tick >= s->missed[i] && tick <= s->missed[i + 1])
			return true;
	return false;
}

static int64_t time_of(const struct builder *b)
{
	return UPTIME_NS + (int64_t)b->tick * b->c->every_ns;
}

static void say_capture(struct builder *b, const struct case_source *s, enum capture_status status)
{
	struct store_capture c = {.member = member_name(b, s->name),
	                          .source = s->name,
	                          .t0_ns = time_of(b),
	                          .t1_ns = time_of(b),
	                          .status = status,
	                          .bytes = capture_status_good(status) ? 1 : 0};

	store_capture(b->store, &c);
}

static void capture(struct builder *b, const struct case_source *s)
{
	struct store_member m = {.member = member_name(b, s->name), .source = s->name, .bytes = 1};
	struct emit *out;
	uint64_t index;

	if (!case_captures(b->c, s, b->tick, &index))
		return;
	if (s->absent || is_missed(s, b->tick)) {
		say_capture(b, s, s->absent ? s->status : CAPTURE_ERROR);
		return;
	}
	out = store_member(b->store, &m);
	if (!out)
		return;
	for (size_t i = 0; i < b->c->series_n; i++)
		if (strcmp(b->c->series[i].source, s->name) == 0)
			put_point(out, &b->c->series[i], index);
	if (strcmp(s->name, "sysctl") == 0)
		put_sysctls(b, out, index);
	if (strcmp(s->name, "listener") == 0)
		put_listeners(b, out);
	say_capture(b, s, CAPTURE_OK);
}

static void put_ticks(struct builder *b)
{
	for (b->tick = 0; b->tick < b->c->snapshots; b->tick++) {
		struct store_tick t = {.snap = b->tick,
		                       .realtime_ns = EPOCH_NS + (int64_t)b->tick * b->c->every_ns,
		                       .monotonic_ns = time_of(b),
		                       .boottime_ns = time_of(b)};

		for (size_t i = 0; i < b->c->sources_n; i++)
			capture(b, &b->c->sources[i]);
		store_tick(b->store, &t);
	}
}

/* What a whole bundle of a healthy, recent host says of itself. */
static void put_usual_meta(struct builder *b)
{
	double every_s = (double)b->c->every_ns / NS_PER_S;
	int64_t n = (int64_t)b->c->snapshots;

	store_meta(b->store, "host", SPAN("test"));
	store_meta(b->store, "kernel", SPAN("6.1.0"));
	store_meta_i64(b->store, "kernel_num", 6001000);
	store_meta(b->store, "end_reason", SPAN("complete"));
	store_meta_real(b->store, "interval_s", every_s);
	store_meta_real(b->store, "window_asked_s", every_s * (double)(n - 1));
	store_meta_real(b->store, "window_s", every_s * (double)(n - 1));
	store_meta_i64(b->store, "ticks_asked", n);
	store_meta_i64(b->store, "ticks_taken", n);
	store_meta_i64(b->store, "ticks_late", 0);
	store_meta_i64(b->store, "ticks_missed", 0);
	store_meta_i64(b->store, "uid", 0);
}

/* ---- what is written after the store is sealed ---- */

static void bind(struct stmt *t, const struct cell *v)
{
	if (v->type == CELL_INT)
		stmt_i64(t, v->v.i);
	else if (v->type == CELL_REAL)
		stmt_real(t, v->v.r);
	else if (v->type == CELL_TEXT)
		stmt_str(t, v->v.text);
	else
		stmt_null(t);
}

static int put_meta(struct builder *b, const struct case_pair *p)
{
	struct stmt t;
	int rc = stmt_prepare(&t, store_db(b->store), "INSERT OR REPLACE INTO meta VALUES(?,?)",
	                      b->err);

	if (rc == 0) {
		stmt_str(&t, p->name);
		bind(&t, &p->value);
		rc = stmt_run(&t, b->err);
	}
	stmt_done(&t);
	return rc;
}

static bool is_column(const char *name)
{
	return name[0] && !name[strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_")];
}

/* Zero or nothing for the columns that must have a value and were not given one. */
static int add_needed(struct builder *b, struct case_row *r)
{
	struct stmt t;
	int rc = stmt_prepare(&t, store_db(b->store),
	                      "SELECT name, type FROM pragma_table_info(?) WHERE \"notnull\"",
	                      b->err);

	if (rc != 0)
		return rc;
	stmt_str(&t, r->table);
	while ((rc = stmt_row(&t, b->err)) == 1) {
		const char *name = arena_text(b->arena, stmt_get_span(&t, 0));
		struct case_pair p = {.name = name, .value = {.type = CELL_INT}};
		struct case_pair *v;

		if (column(r, name))
			continue;
		if (span_eq(stmt_get_span(&t, 1), SPAN("TEXT")))
			p.value = (struct cell){.type = CELL_TEXT, .v.text = ""};
		v = arena_array(b->arena, r->n + 1, sizeof(*v));
		memcpy(v, r->columns, r->n * sizeof(*v));
		v[r->n++] = p;
		r->columns = v;
	}
	stmt_done(&t);
	return rc;
}

/* Names come from the case's author and are words of a-z, 0-9 and _; values are bound. */
static const char *row_sql(struct builder *b, const struct case_row *r, bool update)
{
	const char *names = "", *marks = "";

	for (size_t i = 0; i < r->n; i++) {
		const char *comma = i ? ", " : "";

		names = arena_fmt(b->arena, update ? "%s%s\"%s\" = ?" : "%s%s\"%s\"", names, comma,
		                  r->columns[i].name);
		marks = arena_fmt(b->arena, "%s%s?", marks, comma);
	}
	return update ? arena_fmt(b->arena, "UPDATE \"%s\" SET %s WHERE \"%s\" = ?1", r->table,
	                          names, r->columns[0].name)
	              : arena_fmt(b->arena, "INSERT OR REPLACE INTO \"%s\"(%s) VALUES(%s)",
	                          r->table, names, marks);
}

/* Rows that the window itself has made are changed: `row snapshot snap=3 step_s=2`. */
static bool is_made(const char *table)
{
	return strcmp(table, "snapshot") == 0 || strcmp(table, "source") == 0;
}

static bool is_alike(const struct case_row *a, const struct case_row *b)
{
	if (a->n != b->n || strcmp(a->table, b->table) != 0)
		return false;
	for (size_t i = 0; i < a->n; i++)
		if (strcmp(a->columns[i].name, b->columns[i].name) != 0)
			return false;
	return true;
}

static int new_kind(struct builder *b, const struct case_row *r)
{
	struct row_kind *k = &b->kind;
	bool update = is_made(r->table);
	int rc = 0;

	stmt_done(&k->stmt);
	*k = (struct row_kind){.whole = *r};
	for (size_t i = 0; i < r->n; i++)
		if (!is_column(r->columns[i].name) || !is_column(r->table))
			return err_set(b->err, 0, "line %zu: a name of a-z, 0-9 and _", r->line);
	if (!update)
		rc = add_needed(b, &k->whole);
	if (rc == 0)
		rc = stmt_prepare(&k->stmt, store_db(b->store), row_sql(b, &k->whole, update),
		                  b->err);
	if (rc == 0)
		k->like = r;
	return rc;
}

static int put_row(struct builder *b, const struct case_row *r)
{
	struct row_kind *k = &b->kind;

	if (!(k->like && is_alike(k->like, r)) && new_kind(b, r) != 0)
		return -1;
	for (size_t i = 0; i < r->n; i++)
		bind(&k->stmt, &r->columns[i].value);
	for (size_t i = r->n; i < k->whole.n; i++)
		bind(&k->stmt, &k->whole.columns[i].value);
	return stmt_run(&k->stmt, b->err);
}

/* The owner of a listener is found by other means than the listener itself. */
static int put_owner(struct builder *b, const struct case_row *r)
{
	struct stmt t;
	int rc;

	if (!column(r, "pid") && !column(r, "comm"))
		return 0;
	rc = stmt_prepare(&t, store_db(b->store),
	                  "UPDATE listener SET pid = ?, comm = ? WHERE addr = ? AND port = ?",
	                  b->err);
	if (rc == 0) {
		bind(&t, column(r, "pid") ? column(r, "pid") : &(struct cell){0});
		bind(&t, column(r, "comm") ? column(r, "comm") : &(struct cell){0});
		stmt_span(&t, word(r, "addr"));
		stmt_i64(&t, integer(r, "port", 0));
		rc = stmt_run(&t, b->err);
	}
	stmt_done(&t);
	return rc;
}

static int finish(struct builder *b)
{
	for (size_t i = 0; i < b->c->metas_n; i++)
		if (put_meta(b, &b->c->metas[i]) != 0)
			return -1;
	for (size_t i = 0; i < b->c->rows_n; i++) {
		const struct case_row *r = &b->c->rows[i];
		bool listener = strcmp(r->table, "listener") == 0;

		if ((listener ? put_owner(b, r) : put_row(b, r)) != 0)
			return -1;
	}
	return 0;
}

struct store *rule_case_store(const struct rule_case *c, struct arena *a, struct err *e)
{
	struct builder b = {.c = c, .arena = a, .err = e, .store = store_open(NULL, e)};
	bool made;

	if (!b.store)
		return NULL;
	put_usual_meta(&b);
	put_ticks(&b);
	made = store_seal(b.store, e) == 0 && finish(&b) == 0;
	stmt_done(&b.kind.stmt);
	if (made)
		return b.store;
	store_close(b.store);
	return NULL;
}
