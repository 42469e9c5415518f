/* What a row of a rule says to its reader: texts, evidence, times, the file to look into. */
#include <string.h>

#include "analyze/rule_run_impl.h"
#include "analyze/rule_text.h"
#include "analyze/rule_value.h"
#include "schema/bundle.h"
#include "schema/source.h"

static const char select_at[] = "SELECT at FROM snapshot WHERE snap = ?";
/* the file of that moment: of the entity itself when each has one of its own */
static const char select_member[] =
	"SELECT member FROM capture WHERE snap = ?1 AND source = ?2"
	" AND (dt IS NOT NULL OR (SELECT count(*) FROM snapshot) = 1)"
	" ORDER BY CASE instr(?3, entity) WHEN 1 THEN length(entity) END DESC, member LIMIT 1";

/* the bundle that it is in: its number there, and its name where there are several */
static const char select_bundle[] = "SELECT ?1 - shift, CASE WHEN (SELECT count(*) FROM bundle) > "
				    "1 THEN name || ': ' ELSE '' END"
				    " FROM bundle WHERE ?1 BETWEEN first_snap AND last_snap";

int say_open(struct runner *run, struct err *e)
{
	return stmt_prepare(&run->at, run->db, select_at, e) ||
	                       stmt_prepare(&run->member, run->db, select_member, e) ||
	                       stmt_prepare(&run->bundle, run->db, select_bundle, e)
	               ? -1
	               : 0;
}

static const char *at_text(struct runner *run, int64_t snap)
{
	struct err e = {0};
	const char *text = "";

	if (snap < 0)
		return text;
	stmt_i64(&run->at, snap);
	if (stmt_row(&run->at, &e) == 1) {
		text = arena_text(run->arena, stmt_get_span(&run->at, 0));
		stmt_reset(&run->at);
	}
	return text;
}

/* Where the member lies in the bundle: settings at host/ and last/, the rest at snap/N/. */
static const char *member_path(struct runner *run, struct span member, int64_t snap)
{
	const struct source *s = source_by_member(member);
	char text[2 * BUNDLE_NAME_MAX + 64];
	struct buf b = BUF_OVER(text);
	struct err ignored = {0};
	int64_t tick = snap;

	if (run->sosreport)
		return arena_text(run->arena, member);
	stmt_i64(&run->bundle, snap);
	if (stmt_row(&run->bundle, &ignored) == 1) {
		tick = stmt_get_i64(&run->bundle, 0);
		buf_put(&b, stmt_get_span(&run->bundle, 1));
		stmt_reset(&run->bundle);
	}
	if (s && (s->when == SOURCE_ONCE || s->when == SOURCE_ENDS))
		buf_str(&b, s->when == SOURCE_ENDS && snap == run->last_snap ? "last/" : "host/");
	else if (!span_starts(member, SPAN("host/")) && !span_starts(member, SPAN("last/")))
		member_name_put_snap(&b, (uint64_t)tick);
	buf_put(&b, member);
	return arena_text(run->arena, buf_span(&b));
}

static const char *member_of(struct runner *run, const struct rule *r, const struct rule_row *row)
{
	struct err e = {0};
	const char *text = "";

	if (row->at < 0 || !r->requires.n)
		return text;
	stmt_i64(&run->member, row->at);
	stmt_str(&run->member, r->requires.v[0].source);
	stmt_str(&run->member, row->entity);
	if (stmt_row(&run->member, &e) == 1) {
		text = member_path(run, stmt_get_span(&run->member, 0), row->at);
		stmt_reset(&run->member);
	}
	return text;
}

struct filling {
	struct runner *run;
	const struct rule *rule;
	const struct rule_rows *rows;
	const struct rule_row *row;
};

static void put_param(struct filling *f, const struct placeholder *p, struct buf *out)
{
	const struct rule_param *param = rule_param(f->rule, p->name);
	const struct site_item *item = param ? site_item(f->run->site, f->rule, param->name) : NULL;
	const char *text = item ? item->value : param ? param->value : NULL;
	struct cell v = {.type = CELL_EMPTY};

	/* as it is written, 0.10 and 1e6, unless a unit comes with it */
	if (text && placeholder_measure(p) != MEASURE_PLAIN && value_number(span_of(text), &v))
		placeholder_put(out, p, &v);
	else
		buf_str(out, text ? text : "unknown");
}

static void put_snap(struct filling *f, int64_t snap, struct buf *out)
{
	const char *text = at_text(f->run, snap);

	buf_str(out, *text ? text : "unknown");
}

static void put_column(struct filling *f, const struct placeholder *p, struct buf *out)
{
	for (size_t i = 0; i < f->rows->evidence_n; i++)
		if (span_eq(p->name, span_of(f->row->evidence[i].name)))
			placeholder_put(out, p, &f->row->evidence[i].value);
}

static void put_value(void *ctx, const struct placeholder *p, struct buf *out)
{
	struct filling *f = ctx;
	const struct rule_row *row = f->row;

	if (p->param)
		put_param(f, p, out);
	else if (span_eq(p->name, SPAN("entity")))
		buf_str(out, *row->entity ? row->entity : "this host");
	else if (span_eq(p->name, SPAN("level")))
		buf_str(out, level_name(row->level));
	else if (span_eq(p->name, SPAN("at")))
		put_snap(f, row->at, out);
	else if (span_eq(p->name, SPAN("first_at")))
		put_snap(f, row->first_at, out);
	else if (span_eq(p->name, SPAN("last_at")))
		put_snap(f, row->last_at, out);
	else if (span_eq(p->name, SPAN("votes")))
		buf_i64(out, row->votes);
	else
		put_column(f, p, out);
}

const char *runner_text(struct runner *run, const struct rule *r, const struct rule_rows *rows,
                        const struct rule_row *row, const char *text)
{
	return rule_fill(run->arena, text, put_value,
	                 &(struct filling){.run = run, .rule = r, .rows = rows, .row = row});
}

/* Columns whose name begins with '_' are pieces of texts, and `why` is for rows that are skipped.
 */
static bool is_evidence(const char *name)
{
	return name[0] != '_' && strcmp(name, "why") != 0;
}

static const struct evidence *evidence_of(struct runner *run, const struct rule_rows *rows,
                                          const struct rule_row *row, size_t *n)
{
	struct evidence *shown = arena_array(run->arena, rows->evidence_n + 1, sizeof(*shown));

	for (size_t i = 0; i < rows->evidence_n; i++)
		if (is_evidence(row->evidence[i].name))
			shown[(*n)++] = row->evidence[i];
	return shown;
}

/* What is counted of how much of it, by the names of columns: intervals_hit of intervals. */
static const char *const counted[] = {"intervals", "captures", "minutes"};

static const struct cell *column(const struct rule_rows *rows, const struct rule_row *row,
                                 struct span name)
{
	for (size_t i = 0; i < rows->evidence_n; i++)
		if (span_eq(span_of(row->evidence[i].name), name) &&
		    row->evidence[i].value.type == CELL_INT)
			return &row->evidence[i].value;
	return NULL;
}

/* "intervals_hit" or "hit_intervals". */
static const struct cell *plain_hits(struct runner *run, const struct rule_rows *rows,
                                     const struct rule_row *row, const char *what)
{
	const struct cell *c = column(rows, row, span_of(arena_fmt(run->arena, "%s_hit", what)));

	return c ? c : column(rows, row, span_of(arena_fmt(run->arena, "hit_%s", what)));
}

/* The first column that ends in "_intervals". */
static const struct cell *other_hits(struct runner *run, const struct rule_rows *rows,
                                     const struct rule_row *row, const char *what)
{
	struct span ending = span_of(arena_fmt(run->arena, "_%s", what));

	for (size_t i = 0; i < rows->evidence_n; i++)
		if (span_ends(span_of(row->evidence[i].name), ending))
			return column(rows, row, span_of(row->evidence[i].name));
	return NULL;
}

/* How many there were in all is not always known; that it was in so many is. */
static void say_hits(struct runner *run, const struct rule_rows *rows, const struct rule_row *row,
                     struct finding *f)
{
	for (size_t i = 0; i < sizeof(counted) / sizeof(counted[0]) && !f->hits_what; i++) {
		const struct cell *of = column(rows, row, span_of(counted[i])),
				  *hits = plain_hits(run, rows, row, counted[i]);

		if (!hits && of)
			hits = other_hits(run, rows, row, counted[i]);
		if (!hits || hits->v.i < 1 || (of && hits->v.i > of->v.i))
			continue;
		f->hits = hits->v.i;
		f->hits_of = of ? of->v.i : -1;
		f->hits_what = counted[i];
	}
}

void say_finding(struct runner *run, const struct rule *r, const struct rule_rows *rows,
                 const struct rule_row *row, struct finding *f)
{
	*f = (struct finding){
		.rule = r->id,
		.version = (int)r->version,
		.title = r->title,
		.entity = row->entity,
		.message = runner_text(run, r, rows, row, r->message),
		.at = row->at,
		.first_at = row->first_at,
		.last_at = row->last_at,
		.at_text = at_text(run, row->at),
		.first_text = at_text(run, row->first_at),
		.last_text = at_text(run, row->last_at),
		.member = member_of(run, r, row),
		.meaning = runner_text(run, r, rows, row, r->meaning),
		.remedy = runner_text(run, r, rows, row, r->remedy),
		.verify = runner_text(run, r, rows, row, r->verify),
		.but = runner_text(run, r, rows, row, r->but),
		.see = r->see,
	};
	f->evidence = evidence_of(run, rows, row, &f->evidence_n);
	say_hits(run, rows, row, f);
}
