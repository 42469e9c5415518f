#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "collect/pool.h"

static void what_is_given_back_is_given_again(void **state)
{
	void *p = pool_malloc(1000), *q, *other;

	(void)state;
	assert_int_equal((uintptr_t)p % _Alignof(max_align_t), 0);
	memset(p, 1, 1000);
	pool_free(p);
	q = pool_malloc(900);
	assert_ptr_equal(q, p);
	other = pool_malloc(900);
	assert_ptr_not_equal(other, q);
	pool_free(other);
	pool_free(q);
	pool_free(NULL);
}

static void a_cleared_block_is_cleared_though_used_before(void **state)
{
	unsigned char *p = pool_malloc(4000);

	(void)state;
	memset(p, 0xff, 4000);
	pool_free(p);
	p = pool_calloc(40, 100);
	for (size_t i = 0; i < 4000; i++)
		assert_int_equal(p[i], 0);
	pool_free(p);
	assert_null(pool_calloc(SIZE_MAX, 2));
	assert_null(pool_malloc(SIZE_MAX));
}

/* Across every step, and the one beyond which blocks are not kept, up and down. */
static void a_block_keeps_its_bytes_as_it_grows_and_shrinks(void **state)
{
	static const size_t sizes[] = {1,       15,      16,      17,  100,     5000,    1 << 20,
	                               2000000, 5000000, 3000000, 100, 2000000, 1 << 20, 1};
	unsigned char *p = pool_realloc(NULL, 1);
	size_t had = 1;

	(void)state;
	p[0] = 0;
	for (size_t i = 0; i < sizeof(sizes) / sizeof(*sizes); i++) {
		size_t n = sizes[i];

		p = pool_realloc(p, n);
		assert_non_null(p);
		for (size_t k = 0; k < (n < had ? n : had); k++)
			assert_int_equal(p[k], k % 251);
		for (size_t k = 0; k < n; k++)
			p[k] = (unsigned char)(k % 251);
		had = n;
	}
	pool_free(p);
}

static void a_copied_string_is_its_own(void **state)
{
	char text[] = "admin/metrics.json";
	char *p = pool_strdup(text);

	(void)state;
	text[0] = 'x';
	assert_string_equal(p, "admin/metrics.json");
	pool_free(p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_given_back_is_given_again),
		cmocka_unit_test(a_cleared_block_is_cleared_though_used_before),
		cmocka_unit_test(a_block_keeps_its_bytes_as_it_grows_and_shrinks),
		cmocka_unit_test(a_copied_string_is_its_own),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
