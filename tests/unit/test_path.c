/* A folder's names, and the sort below them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "collect/path.h"
#include "collect/sort.h"

#define MANY 1000 /* more than one reading of a folder gives */

struct item {
	uint32_t key, also;
	char rest[120];
};

static int by_key(const void *a, const void *b)
{
	const struct item *x = a, *y = b;

	return (x->key > y->key) - (x->key < y->key);
}

static void sorts_what_is_in_any_order(void **state)
{
	static struct item v[500];
	uint32_t random = 1;

	(void)state;
	for (size_t n = 0; n < 500; n += n < 20 ? 1 : 60) {
		uint64_t sum = 0;

		for (size_t i = 0; i < n; i++) {
			random = random * 1664525 + 1013904223;
			v[i].key = random >> 24; /* many of them twice */
			v[i].also = ~v[i].key;
			sum += v[i].key;
		}
		sort(v, n, sizeof(*v), by_key);
		for (size_t i = 0; i < n; i++) {
			assert_int_equal(v[i].also, ~v[i].key);
			assert_true(i == 0 || v[i - 1].key <= v[i].key);
			sum -= v[i].key;
		}
		assert_int_equal(sum, 0);
		sort(v, n, sizeof(*v), by_key); /* what is in order stays so */
		for (size_t i = 1; i < n; i++)
			assert_true(v[i - 1].key <= v[i].key);
	}
}

static int make(void **state)
{
	static char folder[] = "/tmp/test_path.XXXXXX";

	*state = folder;
	return mkdtemp(folder) ? 0 : -1;
}

static void name_of(const char *folder, int i, char path[128])
{
	snprintf(path, 128, "%s/file-%d-%.*s", folder, i, i % 60,
	         "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx");
}

static int empty(void **state)
{
	char path[128];

	for (int i = 0; i < MANY; i++) {
		name_of(*state, i, path);
		(void)unlink(path);
	}
	snprintf(path, sizeof(path), "%s/link", (const char *)*state);
	(void)unlink(path);
	return rmdir(*state);
}

static void names_are_sorted_and_read_again_into_the_same_memory(void **state)
{
	const struct host h = {.root = ""};
	struct names ns = {0};
	char path[128];
	const void *v, *text;

	assert_int_equal(names_read(&h, *state, &ns), 0);
	assert_int_equal(ns.n, 0);
	for (int i = 0; i < MANY; i++) {
		FILE *f;

		name_of(*state, i, path);
		f = fopen(path, "w");
		assert_non_null(f);
		fclose(f);
	}
	snprintf(path, sizeof(path), "%s/link", (const char *)*state);
	assert_int_equal(symlink("nowhere", path), 0);
	assert_int_equal(names_read(&h, *state, &ns), 0);
	assert_int_equal(ns.n, MANY + 1);
	for (size_t i = 1; i < ns.n; i++)
		assert_true(strcmp(ns.v[i - 1], ns.v[i]) < 0);
	assert_string_equal(ns.v[MANY], "link");
	assert_int_equal(names_type(&ns, MANY), DT_LNK);
	assert_int_equal(names_type(&ns, 0), DT_REG);
	v = ns.v;
	text = ns.text.p;
	assert_int_equal(names_read(&h, "/proc/self/fd", &ns), 0);
	assert_in_range(ns.n, 1, MANY);
	assert_int_equal(names_read(&h, *state, &ns), 0);
	assert_int_equal(ns.n, MANY + 1);
	assert_ptr_equal(ns.v, v);
	assert_ptr_equal(ns.text.p, text);
	assert_int_equal(names_read(&h, "/nonexistent", &ns), -1);
	assert_int_equal(ns.n, 0);
	names_free(&ns);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sorts_what_is_in_any_order),
		cmocka_unit_test_setup_teardown(
			names_are_sorted_and_read_again_into_the_same_memory, make, empty),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
