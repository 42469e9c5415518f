#include "analyze/fleet.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "analyze/box.h"
#include "analyze/digest.h"
#include "analyze/facts.h"
#include "analyze/fleet_db.h"
#include "analyze/section.h"
#include "analyze/sqlfunc.h"
#include "analyze/summary.h"
#include "analyze/unused.h"
#include "analyze/wire.h"
#include "analyze/workers.h"
#include "schema/buf.h"
#include "schema/timefmt.h"
#include "schema/unit.h"
#include "version.h"

#define HOST_BYTES 64 /* of a host's name in a file's */
#define NAME_BYTES 200

static const char shown_sql[] = {
#include "fleet_shown.sql.inc"
	0,
};
static const char facts_sql[] = {
#include "fleet_facts.sql.inc"
	0,
};

struct gathering {
	struct fleet *fleet;
	const struct fleet_want *want;
	int dir;      /* of --out-dir, or -1 */
	int64_t *ids; /* by place; 0 = not there yet */
	size_t done;
};

/* Digest of a file that was not read to its end; "" when it is none. */
static void digest_file(const char *path, char hex[DIGEST_HEX])
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	struct digest *d = digest_open();
	struct stat st;
	char block[16 * KIB];
	ssize_t n = -1;

	hex[0] = '\0';
	if (fd >= 0 && fstat(fd, &st) == 0 && S_ISREG(st.st_mode))
		while ((n = read(fd, block, sizeof(block))) > 0 || (n < 0 && errno == EINTR))
			digest_put(d, (struct span){block, n > 0 ? (size_t)n : 0});
	if (n == 0)
		digest_end(d, hex);
	if (fd >= 0)
		(void)close(fd);
	digest_close(d);
}

/* "web1-20260823T101504Z-6059a6da.txt": what a bundle says of its host is made harmless. */
static void name_report(const struct diagnosis *d, const char *ending, struct buf *b)
{
	const char *host = report_fact(&d->report, "host");
	int64_t started = 0;

	for (size_t i = 0; i < HOST_BYTES && host[i]; i++) {
		char c = host[i];
		bool fine = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
		            (c >= '0' && c <= '9') || c == '_' || c == '-' || (c == '.' && i > 0);

		buf_char(b, (char)(fine ? c : '_'));
	}
	buf_str(b, host[0] ? "-" : "unknown-");
	if (time_parse(span_of(report_fact(&d->report, "started")), &started)) {
		time_put_compact(b, started);
		buf_char(b, '-');
	}
	buf_put(b, span_sub(span_of(report_fact(&d->report, "bundle_sha256")), 0, 8));
	buf_char(b, '.');
	buf_str(b, ending);
}

static int render(const struct gathering *g, const struct diagnosis *d, FILE *out, struct err *e)
{
	const struct renderer *r = g->want->renderer;

	return r->export ? r->export(store_db(d->store), out, e)
	                 : r->render(&d->report, g->want->style, out, e);
}

/* Under a name of this process first: the same bundle may be given twice. */
static void write_report(const struct gathering *g, const struct diagnosis *d, struct err *e)
{
	char name[NAME_BYTES], part[NAME_BYTES];
	struct buf n = BUF_OVER(name), p = BUF_OVER(part);
	FILE *out;
	int fd, rc;

	name_report(d, g->want->ending, &n);
	buf_fmt(&p, ".%s.%d", buf_cstr(&n), (int)getpid());
	fd = openat(g->dir, buf_cstr(&p), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW,
	            0644);
	out = fd < 0 ? NULL : fdopen(fd, "w");
	if (!out) {
		(void)err_set(e, errno, "%s/%s", g->want->out_dir, name);
		return;
	}
	rc = render(g, d, out, e);
	if (fclose(out) != 0 && rc == 0)
		rc = err_set(e, errno, "%s/%s", g->want->out_dir, name);
	if (rc == 0 && renameat(g->dir, part, g->dir, name) < 0)
		rc = err_set(e, errno, "%s/%s", g->want->out_dir, name);
	if (rc)
		(void)unlinkat(g->dir, part, 0);
}

/* Its rows, or the row that says why there are none. */
static int summarize(struct gathering *g, const char *path, const char *box, sqlite3 *db,
                     struct err *unwritten, struct err *e)
{
	struct diagnose_want host = g->want->host;
	struct diagnosis d = {0};
	struct err why = {0};
	char hex[DIGEST_HEX];
	int rc;

	host.box = box;
	rc = diagnose(&d, path, g->want->rules, &host, &why);
	if (rc == 0)
		rc = stmt_exec(db, "SAVEPOINT summary", &why) || summary_put(&d, path, db, &why);
	if (rc == 0 && g->dir >= 0)
		write_report(g, &d, unwritten);
	diagnose_free(&d);
	if (rc == 0)
		return 0;
	digest_file(path, hex);
	return stmt_exec(db, sqlite3_get_autocommit(db) ? "" : "ROLLBACK TO summary", e) ||
	                       summary_put_failed(path, hex, why.text, db, e)
	               ? -1
	               : 0;
}

/* In a process of its own.  The answer: the length of a complaint, the complaint, the rows. */
static int work(void *user, size_t i, FILE *answer)
{
	struct gathering *g = user;
	const struct box_want want = {.reads = &g->want->paths[i],
	                              .reads_n = 1,
	                              .makes = &g->want->out_dir,
	                              .makes_n = g->dir >= 0 ? 1 : 0,
	                              .forks = g->want->strangers};
	struct box box = {.text = BOX_NONE};
	struct err unwritten = {0}, e = {0};
	uint32_t length;
	sqlite3 *db;
	int rc;

	if (!g->want->no_box)
		box_enter(&want, &box);
	if (fleet_db_open(&db, FLEET_DB_MEMORY, &e))
		return -1;
	rc = summarize(g, g->want->paths[i], box.text, db, &unwritten, &e);
	length = (uint32_t)strlen(unwritten.text);
	(void)fwrite(&length, sizeof(length), 1, answer);
	(void)fwrite(unwritten.text, 1, length, answer);
	if (rc == 0)
		rc = wire_send(db, answer, &e);
	fleet_db_close(db);
	return rc;
}

/* The complaint at the front of an answer: the first one is kept. */
static bool take_complaint(struct gathering *g, struct span *answer)
{
	uint32_t length;

	if (answer->n < sizeof(length))
		return false;
	memcpy(&length, answer->p, sizeof(length));
	*answer = span_sub(*answer, sizeof(length), answer->n);
	if (length > answer->n)
		return false;
	if (length)
		(void)err_set(&g->fleet->unwritten, 0, "%.*s", (int)length, answer->p);
	*answer = span_sub(*answer, length, answer->n);
	return true;
}

static int put_failed(struct gathering *g, size_t i, const char *why, int64_t *id, struct err *e)
{
	const char *path = g->want->paths[i];
	char hex[DIGEST_HEX], said[300];
	struct buf b = BUF_OVER(said);

	digest_file(path, hex);
	buf_fmt(&b, "analysis failed: %s", why);
	if (summary_put_failed(path, hex, buf_cstr(&b), g->fleet->db, e))
		return -1;
	if (!hex[0])
		digest_of(span_of(path), hex);
	*id = fleet_id(hex);
	return 0;
}

/* A statement of a path and an id. */
static int run_on(struct gathering *g, const char *sql, const char *path, int64_t id, struct err *e)
{
	struct stmt q;
	int rc;

	if (stmt_prepare(&q, g->fleet->db, sql, e))
		return -1;
	stmt_str(&q, path);
	stmt_i64(&q, id);
	rc = stmt_run(&q, e);
	stmt_done(&q);
	return rc;
}

static int put_kept(struct gathering *g, const char *path, int64_t id, const char *why,
                    struct err *e)
{
	struct stmt q;
	int rc;

	/* of a bundle given twice the other one may have done */
	if (stmt_prepare(&q, g->fleet->db,
	                 "INSERT INTO kept SELECT ?1, ?2, ?3"
	                 " WHERE NOT EXISTS (SELECT 1 FROM given WHERE id = ?1)",
	                 e))
		return -1;
	stmt_i64(&q, id);
	stmt_str(&q, path);
	stmt_str(&q, why);
	rc = stmt_run(&q, e);
	stmt_done(&q);
	return rc;
}

/* Given twice, a bundle goes by the first of its names, whichever came in first. */
static int put_given(struct gathering *g, size_t i, int64_t id, struct err *e)
{
	size_t first = 0;
	char sql[100];
	struct buf b = BUF_OVER(sql);

	g->ids[i] = id;
	while (g->ids[first] != id)
		first++;
	buf_fmt(&b, "INSERT INTO given VALUES (%zu, ?, ?)", i + 1);
	if (run_on(g, buf_cstr(&b), g->want->paths[i], id, e))
		return -1;
	return first == i ? 0
	                  : run_on(g, "UPDATE bundle SET path = ? WHERE id = ?",
	                           g->want->paths[first], id, e);
}

/*
 * What came in is the row of a bundle without a diagnosis: then *failed, with its digest
 * and the reason.
 */
static int look_at(sqlite3 *db, int64_t id, bool *failed, char hex[DIGEST_HEX], struct err *why,
                   struct err *e)
{
	struct buf digest = {.p = hex, .cap = DIGEST_HEX};
	struct stmt q;
	int rc;

	if (stmt_prepare(&q, db, "SELECT sha256, error FROM bundle WHERE id = ?", e))
		return -1;
	stmt_i64(&q, id);
	rc = stmt_row(&q, e);
	*failed = rc == 1 && !stmt_is_null(&q, 1);
	buf_str(&digest, rc == 1 ? stmt_get_str(&q, 0) : "");
	(void)buf_cstr(&digest);
	if (*failed)
		(void)err_set(why, 0, "%s", stmt_get_str(&q, 1));
	stmt_done(&q);
	return rc < 0 ? -1 : 0;
}

/*
 * A summary that an earlier run stored is not lost to a run that cannot read the bundle
 * (no memory, another --since, a program that crashes): it stays, and that is said.
 */
static int keep_good(struct gathering *g, size_t i, int64_t id, struct err *e)
{
	const char *path = g->want->paths[i];
	sqlite3 *db = g->fleet->db;
	char hex[DIGEST_HEX], now_hex[DIGEST_HEX];
	struct err why = {0}, was = {0};
	bool failed, failed_before;

	if (look_at(db, id, &failed, hex, &why, e))
		return -1;
	if (!failed)
		return run_on(g, "DELETE FROM kept WHERE id = ?2 AND ?1 <> ''", path, id, e);
	if (stmt_exec(db, "ROLLBACK TO answer", e) ||
	    look_at(db, id, &failed_before, now_hex, &was, e))
		return -1;
	if (!now_hex[0] || failed_before)
		return summary_put_failed(path, hex, why.text, db, e);
	return put_kept(g, path, id, why.text, e);
}

static int gather_one(struct gathering *g, size_t i, struct span answer, const char *failure,
                      struct err *e)
{
	sqlite3 *db = g->fleet->db;
	struct err why = {0};
	int64_t id = 0;

	if (stmt_exec(db, "BEGIN IMMEDIATE; SAVEPOINT answer", e))
		return -1;
	if (failure || !take_complaint(g, &answer) || wire_take(answer, db, &id, &why))
		if (stmt_exec(db, "ROLLBACK TO answer", e) ||
		    put_failed(g, i, failure ? failure : why.text, &id, e))
			return -1;
	return keep_good(g, i, id, e) || put_given(g, i, id, e) || stmt_exec(db, "COMMIT", e) ? -1
	                                                                                      : 0;
}

static int done(void *user, size_t i, struct span answer, const char *failure, struct err *e)
{
	struct gathering *g = user;

	if (gather_one(g, i, answer, failure, e))
		return -1;
	if (g->want->progress)
		g->want->progress(++g->done, g->want->paths_n);
	return 0;
}

static int open_out_dir(struct gathering *g, struct err *e)
{
	const char *path = g->want->out_dir;

	g->dir = -1;
	if (!path)
		return 0;
	if (mkdir(path, 0755) < 0 && errno != EEXIST)
		return err_set(e, errno, "--out-dir %s", path);
	g->dir = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return g->dir < 0 ? err_set(e, errno, "--out-dir %s", path) : 0;
}

int fleet_gather(struct fleet *f, const struct fleet_want *want, struct err *e)
{
	struct gathering g = {.fleet = f, .want = want};
	const struct workers w = {.jobs = want->paths_n,
	                          .at_once = want->at_once,
	                          .work = work,
	                          .done = done,
	                          .user = &g};
	int rc = -1;

	if (fleet_db_open(&f->db, want->db, e) ||
	    stmt_exec(f->db,
	              "CREATE TEMP TABLE given(place INTEGER PRIMARY KEY, path TEXT, id INT);"
	              "CREATE TEMP TABLE kept(id INTEGER PRIMARY KEY, path TEXT, why TEXT)",
	              e))
		return -1;
	if (want->paths_n == 0) /* all that there are, by when they were recorded */
		return stmt_exec(
			f->db,
			"INSERT INTO given SELECT row_number() OVER (ORDER BY started_ns, id),"
			" path, id FROM bundle",
			e);
	g.ids = arena_array(&f->arena, want->paths_n, sizeof(*g.ids));
	if (open_out_dir(&g, e) == 0)
		rc = workers_run(&w, e);
	if (g.dir >= 0)
		(void)close(g.dir);
	return rc;
}

/* A number among the report's facts; 0 when it is none. */
static size_t count(const struct fleet *f, const char *name)
{
	uint64_t n = 0;

	(void)span_u64(span_of(report_fact(&f->report, name)), SIZE_MAX, &n);
	return (size_t)n;
}

static int read_facts(struct fleet *f, struct err *e)
{
	if (facts_of_many(f->db, facts_sql, &f->arena, &f->report, e))
		return -1;
	f->bundles = count(f, "bundles");
	f->failed = count(f, "failed");
	f->kept = count(f, "kept");
	f->unsure = count(f, "unsure");
	return 0;
}

int fleet_describe(struct fleet *f, const struct fleet_want *want, struct err *e)
{
	f->report.tool_version = NETTAPE_VERSION;
	f->report.store_schema = FLEET_VERSION;
	if (stmt_exec(f->db,
	              want->all ? "CREATE TEMP TABLE wanted AS SELECT 1 AS all_rows"
	                        : "CREATE TEMP TABLE wanted AS SELECT 0 AS all_rows",
	              e))
		return -1;
	if (sqlfunc_register(f->db, e) || stmt_exec(f->db, shown_sql, e) || read_facts(f, e) ||
	    unused_of_many(&want->rules->site, f->db, "SELECT id FROM shown", &f->report, &f->arena,
	                   e))
		return -1;
	f->report.settings_n = site_settings(&want->rules->site, &f->arena, &f->report.settings);
	return sections_run(f->db, &f->arena, SECTIONS_FLEET, want->sections, want->all, &f->report,
	                    e);
}

void fleet_free(struct fleet *f)
{
	fleet_db_close(f->db);
	arena_free(&f->arena);
}
