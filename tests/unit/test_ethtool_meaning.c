/*
 * The catalogue of drivers' counters against tests/ethtool/DRIVER: names as the driver's source
 * has them, each with what it means ("-": not known).  UPDATE=1 rewrites them: review with git
 * diff.
 */
#include "analyze/ethtool_meaning.h"

#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "schema/buf.h"

#define FOLDER    "tests/ethtool"
#define FILE_MAX  65536
#define LINES_MAX 4096

static bool reached[LINES_MAX];

static const char *word_of(const struct ethtool_meaning *m)
{
	return m->meaning[0] ? m->meaning : m->problem ? "- bad" : "-";
}

static void path_put(struct buf *b, const char *driver)
{
	buf_str(b, FOLDER "/");
	buf_str(b, driver);
}

static struct span slurp(const char *driver, char *room)
{
	char name[300];
	struct buf b = BUF_OVER(name);
	FILE *f;
	size_t n;

	path_put(&b, driver);
	f = fopen(buf_cstr(&b), "r");
	assert_non_null(f);
	n = fread(room, 1, FILE_MAX, f);
	assert_in_range(n, 1, FILE_MAX - 1);
	(void)fclose(f);
	return (struct span){room, n};
}

static void rewrite(const char *driver, struct span driver_name, struct span text)
{
	char name[300];
	struct buf b = BUF_OVER(name);
	struct span line, head;
	FILE *f;

	path_put(&b, driver);
	f = fopen(buf_cstr(&b), "w");
	assert_non_null(f);
	while (span_line(&text, &line)) {
		struct ethtool_meaning m;

		if (!span_cut(&line, '\t', &head))
			continue;
		m = ethtool_meaning(driver_name, line);
		(void)fprintf(f, "%s\t%.*s\n", word_of(&m), (int)line.n, line.p);
	}
	(void)fclose(f);
}

static size_t check_line(const char *driver, struct span driver_name, struct span line)
{
	struct ethtool_meaning m;
	struct span want;

	if (!span_cut(&line, '\t', &want))
		return 1;
	m = ethtool_meaning(driver_name, line);
	if (m.meaning[0] && m.line < LINES_MAX)
		reached[m.line] = true;
	if (span_eq(want, span_of(word_of(&m))))
		return 0;
	print_error("%s: %.*s is %s, expected %.*s\n", driver, (int)line.n, line.p, word_of(&m),
	            (int)want.n, want.p);
	return 1;
}

static size_t check_driver(const char *driver)
{
	static char room[FILE_MAX];
	struct span text = slurp(driver, room), line;
	struct span name = span_of(strcmp(driver, "unrecorded") == 0 ? "" : driver);
	size_t wrong = 0;

	if (getenv("UPDATE"))
		rewrite(driver, name, text);
	else
		while (span_line(&text, &line))
			wrong += check_line(driver, name, line);
	return wrong;
}

static void each_drivers_names_mean_what_its_file_says(void **state)
{
	DIR *d = opendir(FOLDER);
	const struct dirent *e;
	size_t wrong = 0, files = 0;

	(void)state;
	assert_non_null(d);
	while ((e = readdir(d)))
		if (e->d_name[0] != '.') {
			wrong += check_driver(e->d_name);
			files++;
		}
	(void)closedir(d);
	assert_int_equal(wrong, 0);
	assert_in_range(files, 18, 100);
}

/* Behind the test before it, which notes what it reached. */
static void each_line_of_the_catalogue_is_reached(void **state)
{
	size_t n = ethtool_catalogue_lines(), missed = 0;
	const char *driver, *pattern;

	(void)state;
	assert_in_range(n, 100, LINES_MAX);
	for (size_t i = 0; i < n && !getenv("UPDATE"); i++) {
		pattern = ethtool_catalogue_line(i, &driver);
		if (!pattern || reached[i])
			continue;
		print_error("no name of " FOLDER " reaches %s of driver %s\n", pattern, driver);
		missed++;
	}
	assert_int_equal(missed, 0);
}

static struct ethtool_meaning of(const char *driver, const char *name)
{
	return ethtool_meaning(span_of(driver), span_of(name));
}

static void a_queues_number_is_told(void **state)
{
	(void)state;
	assert_int_equal(of("igb", "rx_queue_12_drops").number, 12);
	assert_true(of("igb", "rx_queue_12_drops").part);
	assert_int_equal(of("igb", "rx_missed_errors").number, -1);
	assert_false(of("igb", "rx_missed_errors").part);
	assert_int_equal(of("bnxt_en", "[7]: rx_discards").number, 7);
}

static void the_same_name_means_what_its_driver_means(void **state)
{
	(void)state;
	assert_string_equal(of("i40e", "rx_dropped").meaning, "ring_full");
	assert_string_equal(of("mlx4_en", "rx_dropped").meaning, "no_memory");
	assert_string_equal(of("gve", "rx_dropped").meaning, "rx_drop");
	assert_string_equal(of("", "rx_dropped").meaning, "rx_drop");
}

static void a_new_counter_that_sounds_like_a_loss_is_not_benign(void **state)
{
	(void)state;
	assert_string_equal(of("mlx5_core", "rx_new_thing").meaning, "benign");
	assert_string_equal(of("mlx5_core", "rx_new_drops").meaning, "");
	assert_true(of("mlx5_core", "rx_new_drops").problem);
	assert_string_equal(of("mlx5_core", "RX_NEW_DROPS").meaning, "");
	assert_true(of("mlx5_core", "RX_NEW_DROPS").problem);
	assert_false(of("mlx5_core", "brand_new").problem);
}

static void odd_names_are_only_unknown(void **state)
{
	(void)state;
	assert_string_equal(of("ixgbe", "").meaning, "");
	assert_string_equal(of("ixgbe", "rx_queue__packets").meaning, "");
	assert_string_equal(of("ixgbe", "rx_queue_99999999999999999999_packets").meaning, "");
	assert_string_equal(of("ixgbe", "*").meaning, "");
	assert_string_equal(of("*", "made_up").meaning, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_drivers_names_mean_what_its_file_says),
		cmocka_unit_test(each_line_of_the_catalogue_is_reached),
		cmocka_unit_test(a_queues_number_is_told),
		cmocka_unit_test(the_same_name_means_what_its_driver_means),
		cmocka_unit_test(a_new_counter_that_sounds_like_a_loss_is_not_benign),
		cmocka_unit_test(odd_names_are_only_unknown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
