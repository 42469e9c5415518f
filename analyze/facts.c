#include "analyze/facts.h"

#include "analyze/stmt.h"

/* A value of meta inside SQL, NULL when it is not there. */
#define META(k)        "(SELECT v FROM meta WHERE k = '" k "')"
#define PLURAL(n, one) "(" n " || ' " one "' || CASE WHEN " n " = 1 THEN '' ELSE 's' END)"

/* One row, each column a sentence or NULL. */
static const char
	sentences_sql
		[] =
			"SELECT " META("started") " || coalesce(' .. ' || " META(
				"ended") ", '') AS \"when\","
					 " human(" META("window_s") ", 's') || CASE WHEN 0 + " META(
						 "window_asked_s") " > 0"
								   "   THEN ' of ' || human(0 "
								   "+ " META("window_asked_s") ", "
											       "'s'"
											       ") "
											       "|| "
											       "' "
											       "ask"
											       "ed'"
											       "   "
											       "ELS"
											       "E "
											       "'' "
											       "END"
											       " AS"
											       " wi"
											       "ndo"
											       "w,"
											       " " META(
												       "ticks_taken") " || ' ticks' ||"
														      "   coalesce(' every ' || human(0 + " META("interval_s") ", 's'), '') ||"
																					       "   coalesce(', ' || nullif(0 + " META("ticks_missed") ", 0) || ' missed', '') AS ticks,"
																												      " " PLURAL(META("cpus"), "CPU") " || coalesce(', ' || human(0 + " META("mem_total_bytes") ", 'bytes'), '') AS machine,"
																																								" (SELECT count(CASE WHEN state IN ('ok', 'partial') THEN 1 END) || ' sources recorded' ||"
																																								"    coalesce(', ' || nullif(count(CASE WHEN state = 'partial' THEN 1 END), 0) ||"
																																								"             ' of them with gaps', '') FROM source) ||"
																																								"   coalesce('; not ' || (SELECT group_concat(source || ' (' || state || ')', ', ')"
																																								"      FROM (SELECT source, state FROM source"
																																								"             WHERE state IN ('denied', 'timeout', 'unparsable') ORDER BY source)), '')"
																																								"   AS evidence,"
																																								" CASE WHEN 0 + " META("uid") " > 0 THEN 'recorded without root' END AS privileges,"
																																											      " CASE " META(
																																												      "end_reason") " WHEN 'complete' THEN NULL"
																																														    "   WHEN 'cut' THEN 'the bundle was cut: its end is missing'"
																																														    "   ELSE 'ended early: ' || " META("end_reason") " END AS \"end\","
																																																				     " (SELECT CASE WHEN n > 0 THEN 'linkerd with ' || " PLURAL("n",
                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                "client") "           || coalesce(', ' || human(rate, 'per_s') || ' requests', '') END"
																																																													  "    FROM (SELECT (SELECT count(*) FROM linkerd_client) AS n,"
																																																													  "      (SELECT sum(requests * 1.0 / nullif(span, 0)) FROM linkerd_server) AS rate)) AS linkerd";

static void add(struct arena *a, struct fact **facts, size_t *n, const char *name, struct span v)
{
	*facts = arena_more(a, *facts, *n, sizeof(**facts));
	(*facts)[(*n)++] = (struct fact){arena_text(a, span_of(name)), arena_text(a, v)};
}

int facts_read(sqlite3 *db, struct arena *a, struct report *r, struct err *e)
{
	struct fact *facts = NULL;
	struct stmt q;
	size_t n = 0;
	int rc;

	if (stmt_prepare(&q, db, "SELECT k, v FROM meta ORDER BY k", e))
		return -1;
	while ((rc = stmt_row(&q, e)) == 1)
		add(a, &facts, &n, stmt_get_str(&q, 0), stmt_get_span(&q, 1));
	stmt_done(&q);
	if (rc < 0 || stmt_prepare(&q, db, sentences_sql, e))
		return -1;
	rc = stmt_row(&q, e);
	for (int i = 0; rc == 1 && i < sqlite3_column_count(q.s); i++)
		if (stmt_get_span(&q, i).n)
			add(a, &facts, &n, sqlite3_column_name(q.s, i), stmt_get_span(&q, i));
	stmt_done(&q);
	r->facts = facts;
	r->facts_n = n;
	return rc < 0 ? -1 : 0;
}
