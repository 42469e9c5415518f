/* For tests of what is read out of a store: one with softnet in it, a second between two ticks. */
#ifndef TESTS_UNIT_SOFTNET_STORE_H
#define TESTS_UNIT_SOFTNET_STORE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "analyze/arena.h"
#include "analyze/sqlfunc.h"
#include "analyze/store.h"
#include "schema/timefmt.h"

struct fixture {
	struct store *store;
	struct arena arena;
};

static inline struct store *empty_store(void)
{
	struct err e = {0};
	struct store *s = store_open(NULL, &e);

	assert_non_null(s);
	return s;
}

/* A capture of softnet at tick i: between the two its values are emitted. */
static inline struct emit *softnet_begin(struct store *s)
{
	return store_member(s, &(struct store_member){.member = SPAN("proc/net/softnet_stat"),
	                                              .source = "softnet"});
}

static inline void softnet_end(struct store *s, uint64_t i)
{
	const int64_t t = (int64_t)(100 + i) * NS_PER_S;

	store_capture(s, &(struct store_capture){.member = SPAN("proc/net/softnet_stat"),
	                                         .source = "softnet",
	                                         .t0_ns = t,
	                                         .t1_ns = t,
	                                         .status = CAPTURE_OK});
}

/* Ends tick i. */
static inline void tick(struct store *s, uint64_t i)
{
	const int64_t t = (int64_t)(100 + i) * NS_PER_S;

	store_tick(s, &(struct store_tick){
			      .snap = i, .realtime_ns = t, .monotonic_ns = t, .boottime_ns = t});
}

static inline struct store *sealed(struct store *s)
{
	struct err e = {0};

	assert_int_equal(store_seal(s, &e), 0);
	assert_int_equal(sqlfunc_register(store_db(s), &e), 0);
	return s;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	store_close(f->store);
	arena_free(&f->arena);
	return 0;
}

#endif
