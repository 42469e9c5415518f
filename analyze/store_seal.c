#include <errno.h>
#include <inttypes.h>
#include <stdio.h>

#include "analyze/store_impl.h"
#include "schema/buf.h"

/* "absent": what every failed capture was, or "partial" beside good ones. */
static const char *state_of(const struct source_state *x)
{
	int64_t worst = 0;
	int status = CAPTURE_ABSENT;

	if (x->good) /* a NIC without statistics beside one that has them is no gap */
		for (int i = 0; i < CAPTURE_STATUS_COUNT; i++)
			if (x->bad[i] && i != CAPTURE_ABSENT)
				return "partial";
	if (x->good)
		return x->unparsable ? "partial" : "ok";
	if (x->unparsable)
		return "unparsable";
	for (int i = 0; i < CAPTURE_STATUS_COUNT; i++)
		if (x->bad[i] > worst) {
			worst = x->bad[i];
			status = i;
		}
	return capture_status_name((enum capture_status)status);
}

static int put_source(struct store *s, struct stmt *t, const struct source_state *x)
{
	int64_t bad = x->unparsable;

	for (int i = 0; i < CAPTURE_STATUS_COUNT; i++)
		bad += x->bad[i];
	stmt_str(t, x->name);
	stmt_str(t, x->good || bad ? state_of(x) : "not-collected");
	stmt_i64(t, x->good);
	stmt_i64(t, bad);
	if (x->good) {
		stmt_i64(t, x->first_snap);
		stmt_i64(t, x->last_snap);
	} else {
		stmt_null(t), stmt_null(t);
	}
	stmt_real(t, x->good ? x->last_t - x->first_t : 0);
	stmt_str(t, x->why[0]       ? x->why
	            : x->unparsable ? "captured, but not in a form that could be read"
	            : x->good       ? ""
	                            : "the bundle has no capture of it");
	return stmt_run(t, &s->err);
}

static int put_sources(struct store *s)
{
	struct stmt t;
	int rc;

	for (size_t i = 0; i < parsers_count; i++)
		(void)store_source(s, parsers[i].parser->source);
	rc = stmt_prepare(&t, s->db, "INSERT INTO source VALUES(?,?,?,?,?,?,?,?)", &s->err);
	for (size_t i = 0; i < s->sources.cap && rc == 0; i++)
		if (s->sources.slots[i].value)
			rc = put_source(s, &t, s->sources.slots[i].value);
	stmt_done(&t);
	return rc;
}

static void bind_value(struct stmt *t, const struct value *v)
{
	int64_t i;

	if (v->type == VALUE_REAL)
		stmt_real(t, v->v.r);
	else if (v->type == VALUE_INT)
		stmt_i64(t, v->v.i);
	else if (v->type == VALUE_NONE)
		stmt_null(t);
	else if (span_i64(v->v.text, &i)) /* a sysctl that is one number compares as one */
		stmt_i64(t, i);
	else
		stmt_span(t, v->v.text);
}

static void bind_snap(struct stmt *t, int64_t snap)
{
	if (snap < 0)
		stmt_null(t);
	else
		stmt_i64(t, snap);
}

static double mean_of(const struct series *x)
{
	if (series_is_counter(x))
		return (double)x->increase / x->span;
	return x->span > 0                   ? x->weighted / x->span
	       : x->first.type == VALUE_REAL ? x->first.v.r
	                                     : (double)x->first.v.i;
}

static void bind_summary(struct stmt *t, const struct series *x)
{
	bool counter = series_is_counter(x),
	     none = x->kind == KIND_TEXT || (counter && x->intervals == 0);

	for (int i = 0; i < 5; i++)
		if (none)
			stmt_null(t);
		else
			stmt_real(t, i == 0   ? x->lo
			             : i == 1 ? x->hi
			             : i == 2 ? mean_of(x)
			             : i == 3 ? series_quantile(x, 0.5)
			                      : series_quantile(x, 0.95));
	if (counter && x->intervals)
		stmt_i64(t, x->increase);
	else
		stmt_null(t);
	stmt_i64(t, x->resets);
	if (counter && x->intervals)
		stmt_real(t, x->peak_per_s);
	else
		stmt_null(t);
	bind_snap(t, x->peak_snap);
	stmt_i64(t, x->active);
	bind_snap(t, x->first_active);
	bind_snap(t, x->last_active);
	stmt_i64(t, x->intervals);
	stmt_real(t, x->span);
}

static int put_series(struct store *s, struct stmt *t, const struct series *x)
{
	static const char *const kinds[KIND_COUNT] = {
		[KIND_COUNTER] = "counter",
		[KIND_COUNTER32] = "counter32",
		[KIND_GAUGE] = "gauge",
		[KIND_TEXT] = "text",
	};

	stmt_i64(t, x->id);
	stmt_str(t, x->source);
	stmt_span(t, x->entity);
	stmt_span(t, x->name);
	stmt_str(t, kinds[x->kind]);
	stmt_str(t, unit_name(x->unit));
	stmt_i64(t, x->n);
	bind_value(t, &x->first);
	bind_value(t, &x->last);
	bind_summary(t, x);
	return stmt_run(t, &s->err);
}

/* The last capture's row, where the last change was earlier. */
static void put_held(struct store *s, const struct series *x)
{
	if (x->written_snap != x->last_snap)
		store_put_sample(s, x, x->last_snap, &x->last, &(struct sample){0});
}

static bool never_moved(const struct series *x)
{
	return x->sparse && x->active == 0 && x->first.type == VALUE_INT && x->first.v.i == 0 &&
	       x->last.type == VALUE_INT && x->last.v.i == 0;
}

static int put_all_series(struct store *s)
{
	struct stmt t;
	int rc = stmt_prepare(
		&t, s->db,
		"INSERT INTO series VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
		&s->err);

	for (size_t i = 0; i < s->series.cap && rc == 0; i++) {
		const struct series *x = s->series.slots[i].value;

		if (!x || x->n == 0 || never_moved(x))
			continue;
		put_held(s, x);
		rc = put_series(s, &t, x);
	}
	stmt_done(&t);
	return rc;
}

/*
 * Which NIC an IRQ belongs to: device/msi_irqs says it outright; else its name begins
 * with the NIC's ("eth0-TxRx-3"), has it in a list ("uhci_hcd:usb3, eth0") or holds its bus address
 * ("virtio0-input.0", "mlx5_comp3@pci:0000:3b:00.0").
 */
static const char irq_sql[] =
	"UPDATE irq SET nic = coalesce("
	"  (SELECT entity FROM series WHERE source = 'nic_irqs' AND name = irq.irq),"
	"  (SELECT entity FROM series WHERE source = 'netdev' AND name = 'rx_packets'"
	"      AND (irq.name = entity OR substr(irq.name, 1, length(entity) + 1) IN (entity || "
	"'-', entity || ':', entity || '_', entity || '@')"
	"        OR instr(', ' || irq.name || ',', ', ' || entity || ',') > 0)"
	"    ORDER BY length(entity) DESC LIMIT 1),"
	"  (SELECT entity FROM series WHERE source = 'nic' AND name = 'bus' AND first <> ''"
	"      AND instr(irq.name, first) > 0 LIMIT 1));"
	"UPDATE irq SET queue = ltrim(CASE"
	"  WHEN substr(name, 1, length(nic)) = nic THEN substr(name, length(nic) + 1)"
	"  WHEN instr(name, '-') > 0 THEN substr(name, instr(name, '-') + 1)"
	"  ELSE name END, '-:_@') WHERE nic IS NOT NULL;"
	"UPDATE irq SET affinity = (SELECT first FROM series WHERE source = 'irq_affinity' AND "
	"entity = irq.irq"
	"  AND name IN ('effective_affinity_list', 'smp_affinity_list') AND first <> '' ORDER BY "
	"name LIMIT 1);";

/* client_state.json names no router: an address is filed under each that has the client. */
static const char linkerd_sql[] =
	"INSERT OR IGNORE INTO endpoint SELECT c.router, e.client, e.peer, e.port"
	"  FROM endpoint e JOIN linkerd_client c ON c.client = e.client AND substr(c.router, 1, "
        "length(e.router)) = e.router"
	" WHERE e.router = '' OR substr(e.router, -1) = '/';"
	"DELETE FROM endpoint WHERE (router = '' OR substr(router, -1) = '/')"
	"  AND EXISTS(SELECT 1 FROM endpoint o WHERE o.client = endpoint.client AND o.router <> "
        "endpoint.router"
	"    AND substr(o.router, 1, length(endpoint.router)) = endpoint.router);"
	"INSERT OR REPLACE INTO meta SELECT 'l5d_seen', "
	"EXISTS(SELECT 1 FROM source WHERE source = 'linkerd' AND good > 0) "
	"OR EXISTS(SELECT 1 FROM listener WHERE port IN (4140, 9990));";

/*
 * client_state.json need not say whose its clients are: each router with a client of that
 * id.  Of several linkerds such a router is "127.0.0.1:9990/".
 */
static const char endpoint_sql[] =
	"CREATE TEMP TABLE l5d_client AS SELECT DISTINCT router, client FROM linkerd_client;"
	"CREATE TEMP TABLE l5d_address AS"
	"  SELECT e.router AS said, c.router, e.client, e.peer, e.port FROM endpoint e"
	"    JOIN l5d_client c ON c.client = e.client AND substr(c.router, 1, length(e.router)) = "
        "e.router"
	"   WHERE e.router = '' OR substr(e.router, -1) = '/';"
	"DELETE FROM endpoint WHERE (router, client) IN (SELECT said, client FROM l5d_address);"
	"INSERT OR IGNORE INTO endpoint SELECT router, client, peer, port FROM l5d_address;"
	"DROP TABLE l5d_client; DROP TABLE l5d_address;";

static const char index_sql[] = "CREATE UNIQUE INDEX series_name ON series(source, name, entity);"
				"CREATE INDEX capture_source ON capture(source, snap);"
				"COMMIT; ANALYZE;";

/* Only PID/stat says the name; the other files of the task are filed under the pid alone. */
static const char task_sql[] =
	"CREATE TEMP TABLE task_name AS SELECT entity, entity || ':' || first AS name FROM series"
	"  WHERE source = 'task' AND name = 'comm' AND instr(entity, ':') = 0;"
	"UPDATE series SET entity = (SELECT name FROM task_name t WHERE t.entity = series.entity)"
	"  WHERE source = 'task' AND entity IN (SELECT entity FROM task_name);"
	"DROP TABLE task_name;";

int store_seal(struct store *s, struct err *e)
{
	if (s->err.text[0] || put_sources(s) < 0 || put_all_series(s) < 0 ||
	    tcp_fold_seal(s->tcp, &s->err) < 0 || stmt_exec(s->db, index_sql, &s->err) < 0 ||
	    stmt_exec(s->db, irq_sql, &s->err) < 0 || stmt_exec(s->db, task_sql, &s->err) < 0 ||
	    stmt_exec(s->db, linkerd_sql, &s->err) < 0 ||
	    stmt_exec(s->db, endpoint_sql, &s->err) < 0)
		return err_set(e, s->err.code, "%s", s->err.text);
	if (s->path && rename(s->temp, s->path) < 0)
		return err_set(e, errno, "rename %s", s->temp);
	s->sealed = true;
	return 0;
}
