#include "analyze/unused.h"

#include <string.h>

#include "analyze/stmt.h"
#include "schema/buf.h"

/* What is known of each suppression so far, in the order of the file. */
struct use {
	bool used;   /* something was found that it is for */
	bool judged; /* a rule that it names was evaluated */
};

static void see_finding(const struct site *s, struct use *v, const char *rule, const char *entity)
{
	for (size_t i = 0; i < s->suppressions_n; i++)
		v[i].used |= site_covers(&s->suppressions[i], rule, entity);
}

static void see_rule(const struct site *s, struct use *v, const char *rule)
{
	for (size_t i = 0; i < s->suppressions_n; i++)
		v[i].judged |= span_match(span_of(rule), span_of(s->suppressions[i].rules), NULL);
}

static void list(const struct site *s, const struct use *use, struct report *r, struct arena *a)
{
	struct unused *v = arena_array(a, s->suppressions_n + 1, sizeof(*v));

	for (size_t i = 0; i < s->suppressions_n; i++) {
		const struct site_suppression *x = &s->suppressions[i];

		if (use[i].used)
			continue;
		v[r->unused_n++] = (struct unused){
			.rule = x->rules,
			.entity = strcmp(x->entities, SITE_EVERY) == 0 ? "" : x->entities,
			.reason = x->reason,
			.until = x->until,
			.origin = x->origin,
			.judged = use[i].judged};
	}
	r->unused = v;
}

void unused_of_one(const struct site *s, struct report *r, struct arena *a)
{
	struct use *v = arena_array(a, s->suppressions_n + 1, sizeof(*v));

	memset(v, 0, (s->suppressions_n + 1) * sizeof(*v));
	for (size_t i = 0; i < r->findings_n; i++)
		see_finding(s, v, r->findings[i].rule, r->findings[i].entity);
	for (const struct rule_result *x = r->results; x < r->results + r->results_n; x++)
		if (x->outcome == OUTCOME_OK || x->outcome == OUTCOME_FINDINGS)
			see_rule(s, v, x->rule);
	list(s, v, r, a);
}

int unused_of_many(const struct site *s, sqlite3 *db, const char *ids, struct report *r,
                   struct arena *a, struct err *e)
{
	struct use *v = arena_array(a, s->suppressions_n + 1, sizeof(*v));
	char sql[400];
	struct buf b = BUF_OVER(sql);
	struct stmt q;
	int rc;

	memset(v, 0, (s->suppressions_n + 1) * sizeof(*v));
	if (s->suppressions_n == 0)
		return 0;
	buf_fmt(&b,
	        "SELECT rule, entity FROM finding WHERE bundle IN (%s) GROUP BY rule, entity"
	        " UNION ALL SELECT rule, NULL FROM rule_result WHERE bundle IN (%s)"
	        " AND outcome IN ('ok', 'findings') GROUP BY rule",
	        ids, ids);
	if (stmt_prepare(&q, db, buf_cstr(&b), e))
		return -1;
	while ((rc = stmt_row(&q, e)) == 1)
		if (stmt_is_null(&q, 1))
			see_rule(s, v, stmt_get_str(&q, 0));
		else
			see_finding(s, v, stmt_get_str(&q, 0), stmt_get_str(&q, 1));
	stmt_done(&q);
	if (rc == 0)
		list(s, v, r, a);
	return rc;
}
