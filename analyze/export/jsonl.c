/*
 * --format jsonl: everything that the store holds, one JSON object a line, for other
 * tools.  `kind` says what a line is: "meta" first, then a table of schema/db.sql each,
 * its columns under their own names (but a series' kind, which is `type`), and `time`
 * where the table has a snapshot.  schema/series.schema.json describes it.  Nothing is
 * kept in memory: lines come as SQLite finds the rows.
 *
 *	{"kind":"sample","series":7,"source":"softnet","entity":"cpu0","name":"dropped",
 *	 "type":"counter32","unit":"1","snap":3,"time":"2026-05-03T10:00:05.001Z",
 *	 "value":107,"delta":7,"dt":1.0}
 */
#include "analyze/json_text.h"
#include "analyze/report.h"
#include "version.h"

#define FORMAT 1

#define TIME      "strftime('%Y-%m-%dT%H:%M:%fZ', x.t, 'unixepoch') AS time"
#define ROWS(tab) "SELECT r.*, " TIME " FROM " tab " r LEFT JOIN snapshot x ON x.snap = r.snap"

/* In the order of the lines: what the others are understood by stands first. */
static const struct kind {
	const char *name, *sql;
} kinds[] = {
	{"snapshot",        "SELECT x.*, " TIME " FROM snapshot x ORDER BY snap"                       },
	{"bundle",          "SELECT * FROM bundle"						     },
	{"source",          "SELECT * FROM source"						     },
	{"finding",         "SELECT r.*, " TIME " FROM finding r LEFT JOIN snapshot x ON x.snap = r.at"},
	{"note",            ROWS("note")							       },
	{"capture",         ROWS("capture")							    },
	{"series",
         "SELECT id, source, entity, name, kind AS type, unit, n, first, last, lo, hi, mean,"
         " p50, p95, increase, resets, peak_per_s, peak_snap, active, first_active,"
         " last_active, intervals, span FROM series ORDER BY id"                                       },
	{"sample",
         "SELECT s.id AS series, s.source, s.entity, s.name, s.kind AS type, s.unit, r.snap, " TIME
         ", r.value, r.delta, r.dt FROM series s CROSS JOIN sample r ON r.series = s.id"
         " LEFT JOIN snapshot x ON x.snap = r.snap ORDER BY s.id, r.snap"                              },
	{"tcp_state",       ROWS("tcp_state")							  },
	{"tcp_peer",        ROWS("tcp_peer")							   },
	{"netns_peer",      ROWS("netns_peer")							 },
	{"tcp_churn",       "SELECT * FROM tcp_churn"						  },
	{"tcp_flow",        ROWS("tcp_flow")							   },
	{"tcp_socket",      ROWS("tcp_socket")							 },
	{"listener",        ROWS("listener")							   },
	{"window",          ROWS("window")							     },
	{"endpoint",        "SELECT * FROM endpoint"						   },
	{"ethtool_meaning", "SELECT * FROM ethtool_meaning"                                            },
	{"irq",             "SELECT * FROM irq"							},
};

static int put_meta(struct sqlite3 *db, FILE *out, struct err *e)
{
	const char *separator = "";
	struct stmt q;
	int rc = stmt_prepare(&q, db, "SELECT k, v FROM meta ORDER BY k", e);

	(void)fprintf(out, "{\"kind\":\"meta\",\"format\":%d,\"tool\":", FORMAT);
	json_put_text(out, SPAN("nettape-analyze " NETTAPE_VERSION));
	(void)fputs(",\"facts\":{", out);
	while (rc == 0 && (rc = stmt_row(&q, e)) == 1) {
		(void)fputs(separator, out);
		json_put_text(out, stmt_get_span(&q, 0));
		(void)fputc(':', out);
		json_put_column(out, &q, 1);
		separator = ",";
		rc = 0;
	}
	(void)fputs("}}\n", out);
	stmt_done(&q);
	return rc;
}

static void put_line(struct stmt *q, const char *kind, FILE *out)
{
	int n = sqlite3_column_count(q->s);

	(void)fprintf(out, "{\"kind\":\"%s\"", kind);
	for (int i = 0; i < n; i++) {
		(void)fprintf(out, ",\"%s\":", sqlite3_column_name(q->s, i));
		json_put_column(out, q, i);
	}
	(void)fputs("}\n", out);
}

/* A reader who went away (`| head`) ends it; that is no error here, see output_close. */
static int put_kind(struct sqlite3 *db, const struct kind *k, FILE *out, struct err *e)
{
	struct stmt q;
	int rc = stmt_prepare(&q, db, k->sql, e);

	if (rc == 0)
		while ((rc = stmt_row(&q, e)) == 1 && !ferror(out))
			put_line(&q, k->name, out);
	stmt_done(&q);
	return rc < 0 ? -1 : 0;
}

static int export(struct sqlite3 *db, FILE *out, struct err *e)
{
	if (put_meta(db, out, e) < 0)
		return -1;
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (put_kind(db, &kinds[i], out, e) < 0)
			return -1;
	return 0;
}

const struct renderer renderer_jsonl = {.export = export};
