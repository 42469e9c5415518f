#include "analyze/query.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "analyze/stmt.h"

static int open_db(void **state)
{
	sqlite3 *db;
	struct err e = {0};

	if (sqlite3_open(":memory:", &db) != SQLITE_OK)
		return -1;
	*state = db;
	return stmt_exec(db, "CREATE TABLE t(a, b); INSERT INTO t VALUES(1, 'x')", &e);
}

static int close_db(void **state)
{
	return sqlite3_close(*state);
}

/* The caller frees it; NULL: refused, and *e says why. */
static char *answer(sqlite3 *db, const char *sql, const char *form, struct err *e)
{
	char *text = NULL;
	size_t n = 0;
	FILE *out = open_memstream(&text, &n);
	int rc;

	assert_non_null(out);
	*e = (struct err){0};
	rc = query_print(db, sql, form, NULL, out, e);
	(void)fclose(out);
	if (rc == 0)
		return text;
	free(text);
	return NULL;
}

static void says(sqlite3 *db, const char *sql, const char *form, const char *want)
{
	struct err e;
	char *text = answer(db, sql, form, &e);

	assert_non_null(text);
	assert_string_equal(text, want);
	free(text);
}

static void refuses(sqlite3 *db, const char *sql, const char *why)
{
	struct err e;

	assert_null(answer(db, sql, "text", &e));
	if (!strstr(e.text, why))
		fail_msg("%s: '%s' does not say '%s'", sql, e.text, why);
}

#define ROWS                                                                                       \
	"SELECT 1 AS n, 'a,\"b\"' AS \"x|y\", NULL AS none UNION ALL "                             \
	"SELECT 9007199254740993, char(27) || '[31m' || char(10) || '<b>', 0.5"

static void each_form_has_the_same_rows(void **state)
{
	says(*state, ROWS, "text",
	     "n\tx|y\tnone\n1\ta,\"b\"\t\n9007199254740993\t\\x1b[31m\\n<b>\t0.5\n");
	says(*state, ROWS, "csv",
	     "n,x|y,none\r\n1,\"a,\"\"b\"\"\",\r\n9007199254740993,\\x1b[31m\\n<b>,0.5\r\n");
	says(*state, ROWS, "md",
	     "| n | x\\|y | none |\n|---|---|---|\n| 1 | a,\"b\" |  |\n"
	     "| 9007199254740993 | \\\\x1b\\[31m\\\\n\\<b> | 0.5 |\n");
	says(*state, ROWS, "json",
	     "[\n{\"n\":1,\"x|y\":\"a,\\\"b\\\"\",\"none\":null},\n"
	     "{\"n\":9007199254740993,\"x|y\":\"\\u001b[31m\\n<b>\",\"none\":0.5}\n]\n");
	says(*state, ROWS, "jsonl",
	     "{\"n\":1,\"x|y\":\"a,\\\"b\\\"\",\"none\":null}\n"
	     "{\"n\":9007199254740993,\"x|y\":\"\\u001b[31m\\n<b>\",\"none\":0.5}\n");
}

static void no_row_is_no_error(void **state)
{
	says(*state, "SELECT a FROM t WHERE 0", "text", "a\n");
	says(*state, "SELECT a FROM t WHERE 0", "csv", "a\r\n");
	says(*state, "SELECT a FROM t WHERE 0", "md", "| a |\n|---|\n");
	says(*state, "SELECT a FROM t WHERE 0", "json", "[]\n");
	says(*state, "SELECT a FROM t WHERE 0", "jsonl", "");
}

static void numbers_and_text_survive_json(void **state)
{
	says(*state, "SELECT 9223372036854775807 AS v", "jsonl", "{\"v\":9223372036854775807}\n");
	says(*state, "SELECT 9e999 AS v", "jsonl", "{\"v\":null}\n");
	says(*state, "SELECT -9e999 AS v", "jsonl", "{\"v\":null}\n");
	says(*state, "SELECT 2.0 AS v", "jsonl", "{\"v\":2.0}\n");
	says(*state, "SELECT 1e300 AS v", "jsonl", "{\"v\":1e+300}\n");
	says(*state, "SELECT 0.1 AS v", "jsonl", "{\"v\":0.1}\n");
	says(*state, "SELECT CAST(x'c3a9ff22f09f9880e280ae' AS TEXT) AS v", "jsonl",
	     "{\"v\":\"\\u00e9\\ufffd\\\"\\ud83d\\ude00\\u202e\"}\n");
	says(*state, "SELECT CAST(x'410042' AS TEXT) AS v", "jsonl", "{\"v\":\"A\\u0000B\"}\n");
}

static void whatever_does_more_than_read_is_refused(void **state)
{
	static const char *const sql[] = {
		"DELETE FROM t",
		"INSERT INTO t VALUES(1, 2)",
		"UPDATE t SET a = 2",
		"CREATE TABLE u(a)",
		"CREATE TEMP TABLE u(a)",
		"DROP TABLE t",
		"ALTER TABLE t RENAME TO u",
		"ATTACH 'x.db' AS x",
		"DETACH main",
		"VACUUM INTO 'x.db'",
		"PRAGMA user_version",
		"PRAGMA user_version = 3",
		"SELECT * FROM pragma_table_info('t')",
		"BEGIN",
		"COMMIT",
		"REINDEX",
		"ANALYZE",
		"SELECT load_extension('x')",
		"WITH x AS (SELECT 1) INSERT INTO t SELECT 1, 2 FROM x",
	};
	struct err e;

	for (size_t i = 0; i < sizeof(sql) / sizeof(sql[0]); i++)
		refuses(*state, sql[i], "");
	refuses(*state, "", "not a SELECT");
	refuses(*state, "SELECT 1; DELETE FROM t", "more than one statement");
	refuses(*state, "SELECT 1; nonsense", "more than one statement");
	refuses(*state, "SELECT nowhere FROM t", "no such column: nowhere");
	says(*state, "SELECT count(*) AS n FROM t WHERE a = 1", "text", "n\n1\n");
	says(*state, "SELECT 1 AS n ; -- that was it\n ;", "text", "n\n1\n");
	/* the connection is as it was before */
	assert_int_equal(stmt_exec(*state, "INSERT INTO t VALUES(3, 4)", &e), 0);
}

static void a_failure_on_the_way_is_one(void **state)
{
	struct err e;

	assert_null(answer(*state, "SELECT abs(-9223372036854775807 - 1)", "json", &e));
	assert_non_null(strstr(e.text, "overflow"));
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, open_db, close_db)
	const struct CMUnitTest tests[] = {
		TEST(each_form_has_the_same_rows),   TEST(no_row_is_no_error),
		TEST(numbers_and_text_survive_json), TEST(whatever_does_more_than_read_is_refused),
		TEST(a_failure_on_the_way_is_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
