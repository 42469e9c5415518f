/* Against libarchive: the bytes of its restricted pax format, and what it reads from ours. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <archive.h>
#include <archive_entry.h>
#include <cmocka.h>

#include "collect/tar.h"

#define TIME INT64_C(1790000000)

struct tar {
	char p[1 << 16];
	struct buf b;
};

static void fill(char *p, size_t n)
{
	for (size_t i = 0; i < n; i++)
		p[i] = (char)('a' + i % 26);
}

static void put_ours(struct tar *t, struct span name, struct span text)
{
	tar_header(&t->b, name, text.n, TIME);
	buf_put(&t->b, text);
	for (size_t i = tar_padding(text.n); i > 0; i--)
		buf_char(&t->b, '\0');
}

static void end_ours(struct tar *t)
{
	for (size_t i = 0; i < TAR_END; i++)
		buf_char(&t->b, '\0');
	assert_false(t->b.cut);
}

static la_ssize_t take(struct archive *a, void *arg, const void *p, size_t n)
{
	struct tar *t = arg;

	(void)a;
	buf_put(&t->b, (struct span){p, n});
	return (la_ssize_t)n;
}

static struct archive *begin_theirs(struct tar *t)
{
	struct archive *a = archive_write_new();

	assert_int_equal(archive_write_set_format_pax_restricted(a), ARCHIVE_OK);
	assert_int_equal(archive_write_set_bytes_per_block(a, 0), ARCHIVE_OK);
	assert_int_equal(archive_write_set_bytes_in_last_block(a, 1), ARCHIVE_OK);
	assert_int_equal(archive_write_open(a, t, NULL, take, NULL), ARCHIVE_OK);
	return a;
}

static void put_theirs(struct archive *a, const char *name, struct span text)
{
	struct archive_entry *e = archive_entry_new();

	archive_entry_set_pathname(e, name);
	archive_entry_set_filetype(e, AE_IFREG);
	archive_entry_set_perm(e, 0644);
	archive_entry_set_size(e, (la_int64_t)text.n);
	archive_entry_set_mtime(e, (time_t)TIME, 0);
	assert_int_equal(archive_write_header(a, e), ARCHIVE_OK);
	if (text.n)
		assert_int_equal(archive_write_data(a, text.p, text.n), text.n);
	assert_int_equal(archive_write_finish_entry(a), ARCHIVE_OK);
	archive_entry_free(e);
}

static int set_up(void **state)
{
	struct tar *t = calloc(2, sizeof(*t));

	if (!t)
		return -1;
	for (int i = 0; i < 2; i++)
		t[i].b = BUF_OVER(t[i].p);
	*state = t;
	return 0;
}

static int tear_down(void **state)
{
	free(*state);
	return 0;
}

static void names_that_fit_give_the_bytes_of_libarchive(void **state)
{
	static const char *const names[] = {
		"HOST-20260101T000000Z/bundle.json",
		"HOST-20260101T000000Z/snap/000000/proc/net/softnet_stat",
		"x",
		/* 100 bytes, and 101: in two parts */
		"stem/"
		"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
		"aaaaaaaaaaaaa",
		"stem/"
		"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
		"aaaaaaaaaaaaaa",
		"ip-10-0-0-1.eu-west-1.compute.internal-20260101T000000Z/snap/000000/netns/4711/"
		"proc/sys/net/"
		"ipv4/conf/all/accept_redirects",
	};
	struct tar *t = *state;
	struct archive *a = begin_theirs(&t[1]);

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		char text[1500];
		struct span s = {text, i * 256}; /* 0, 512 and 1024 among them */

		fill(text, sizeof(text));
		put_ours(&t[0], span_of(names[i]), s);
		put_theirs(a, names[i], s);
	}
	end_ours(&t[0]);
	assert_int_equal(archive_write_close(a), ARCHIVE_OK);
	archive_write_free(a);
	assert_int_equal(t[0].b.n, t[1].b.n);
	assert_memory_equal(t[0].p, t[1].p, t[0].b.n);
}

/* Where a '/' may stand so that a name of `n` bytes fits is tried at each place. */
static void every_cut_is_that_of_libarchive(void **state)
{
	struct tar *t = *state;

	for (size_t n = 99; n < 262; n++) {
		for (size_t at = 1; at < n; at += 9) {
			char name[264];
			struct archive *a;

			fill(name, n);
			name[at] = '/';
			name[n] = '\0';
			t[0].b.n = t[1].b.n = 0;
			put_ours(&t[0], (struct span){name, n}, SPAN("z"));
			end_ours(&t[0]);
			a = begin_theirs(&t[1]);
			put_theirs(a, name, SPAN("z"));
			assert_int_equal(archive_write_close(a), ARCHIVE_OK);
			archive_write_free(a);
			/* a pax header's own name is the writer's choice */
			assert_int_equal(t[0].b.n, t[1].b.n);
			if (t[0].b.n == TAR_BLOCK * 2 + TAR_END)
				assert_memory_equal(t[0].p, t[1].p, t[0].b.n);
		}
	}
}

/* Reads the first member of ours: its name, size and time. */
static void reads_back(struct tar *t, struct span name, struct span text)
{
	struct archive *a = archive_read_new();
	struct archive_entry *e;
	char got[256];

	t->b.n = 0;
	put_ours(t, name, text);
	put_ours(t, SPAN("stem/next"), SPAN("next"));
	end_ours(t);
	assert_int_equal(archive_read_support_format_tar(a), ARCHIVE_OK);
	assert_int_equal(archive_read_open_memory(a, t->p, t->b.n), ARCHIVE_OK);
	assert_int_equal(archive_read_next_header(a, &e), ARCHIVE_OK);
	assert_memory_equal(archive_entry_pathname(e), name.p, name.n);
	assert_int_equal(strlen(archive_entry_pathname(e)), name.n);
	assert_int_equal(archive_entry_filetype(e), AE_IFREG);
	assert_int_equal(archive_entry_perm(e), 0644);
	assert_int_equal(archive_entry_size(e), text.n);
	assert_int_equal(archive_entry_mtime(e), TIME);
	assert_int_equal(archive_read_data(a, got, sizeof(got)), text.n);
	assert_memory_equal(got, text.p, text.n);
	assert_int_equal(archive_read_next_header(a, &e), ARCHIVE_OK);
	assert_string_equal(archive_entry_pathname(e), "stem/next");
	assert_int_equal(archive_read_next_header(a, &e), ARCHIVE_EOF);
	archive_read_free(a);
}

static void a_name_of_any_length_is_read_back(void **state)
{
	char name[TAR_NAME_MAX];

	fill(name, sizeof(name));
	name[4] = '/';
	for (size_t n = 1; n <= sizeof(name); n++)
		if (n != 5)
			reads_back(*state, (struct span){name, n}, SPAN("some text"));
}

static void a_name_that_is_no_text_is_read_back(void **state)
{
	char name[400];

	fill(name, sizeof(name));
	name[4] = '/';
	name[20] = (char)0xff;
	reads_back(*state, (struct span){name, 60}, SPAN("short"));
	reads_back(*state, (struct span){name, 300}, SPAN("long"));
	name[20] = (char)0xc3;
	name[21] = (char)0xbc;
	reads_back(*state, (struct span){name, 300}, SPAN("long, and UTF-8"));
}

static void a_header_never_needs_more_than_it_says(void **state)
{
	struct tar *t = *state;
	char name[TAR_NAME_MAX];

	fill(name, sizeof(name));
	name[20] = (char)0xff;
	t->b.cap = TAR_HEADER_MAX;
	tar_header(&t->b, (struct span){name, sizeof(name)}, UINT64_C(1) << 32, TIME);
	assert_false(t->b.cut);
	assert_int_equal(t->b.n, TAR_HEADER_MAX);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(names_that_fit_give_the_bytes_of_libarchive, set_up,
	                                        tear_down),
		cmocka_unit_test_setup_teardown(every_cut_is_that_of_libarchive, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_name_of_any_length_is_read_back, set_up,
	                                        tear_down),
		cmocka_unit_test_setup_teardown(a_name_that_is_no_text_is_read_back, set_up,
	                                        tear_down),
		cmocka_unit_test_setup_teardown(a_header_never_needs_more_than_it_says, set_up,
	                                        tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
