/*
 * reader FILE: reads every member of a bundle by libarchive and throws the bytes away: what
 * any program pays that reads it so.  Prints how many members and bytes there were.
 */
#include <archive.h>
#include <archive_entry.h>
#include <stdint.h>
#include <stdio.h>

static char bytes[1 << 16];

int main(int argc, char **argv)
{
	struct archive *a = archive_read_new();
	struct archive_entry *e;
	uint64_t members = 0, all = 0;
	la_ssize_t n = 0;

	if (argc != 2 || !a) {
		fprintf(stderr, "usage: reader FILE\n");
		return 2;
	}
	(void)archive_read_support_filter_all(a);
	(void)archive_read_support_format_tar(a);
	if (archive_read_open_filename(a, argv[1], sizeof(bytes)) != ARCHIVE_OK) {
		fprintf(stderr, "reader: %s\n", archive_error_string(a));
		return 1;
	}
	while (n >= 0 && archive_read_next_header(a, &e) == ARCHIVE_OK) {
		members++;
		while ((n = archive_read_data(a, bytes, sizeof(bytes))) > 0)
			all += (uint64_t)n;
	}
	printf("%llu %llu\n", (unsigned long long)members, (unsigned long long)all);
	if (n < 0)
		fprintf(stderr, "reader: %s\n", archive_error_string(a));
	(void)archive_read_free(a);
	return n < 0;
}
