/* For tests of what a store is given: one in memory, from a case's setup to its teardown. */
#ifndef TESTS_UNIT_ONE_STORE_H
#define TESTS_UNIT_ONE_STORE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "analyze/stmt.h"
#include "analyze/store.h"

static struct store *s;

static int setup(void **state)
{
	struct err e = {0};

	(void)state;
	s = store_open(NULL, &e);
	return s ? 0 : -1;
}

static int teardown(void **state)
{
	(void)state;
	store_close(s);
	return 0;
}

static inline void seal(void)
{
	struct err e = {0};

	assert_int_equal(store_seal(s, &e), 0);
}

/* The first column of the first row; -1 where there is no row, -2 where it is NULL. */
static inline double query_real(const char *sql)
{
	struct err e = {0};
	struct stmt q;
	double v = -1;

	assert_int_equal(stmt_prepare(&q, store_db(s), sql, &e), 0);
	if (stmt_row(&q, &e) == 1)
		v = stmt_is_null(&q, 0) ? -2 : stmt_get_real(&q, 0);
	stmt_done(&q);
	return v;
}

static inline int64_t query(const char *sql)
{
	return (int64_t)query_real(sql);
}

#endif
