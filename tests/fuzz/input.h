/* What the harnesses make of an input. */
#ifndef TESTS_FUZZ_INPUT_H
#define TESTS_FUZZ_INPUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "schema/span.h"

/* Begins a part of an input that has several: a member of an archive, an answer of a server. */
#define INPUT_MARK '\x1e'

/* What every harness is. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

/* A copy in a block of its exact size, so that a sanitizer sees one byte past its end. */
char *input_copy(struct span s);
/* The same with a NUL behind its end. */
char *input_text(struct span s);
/* The words of a line as arguments behind the `n` there are, copies all; how many there are then.
 */
int input_words(struct span line, char **argv, int n);
/* What stands before the next mark; false behind the last part. */
bool input_part(struct span *rest, struct span *part);

/* A file that only this process sees, read by its path. */
struct input_file {
	int fd;
	char path[32];
};

/*
 * An archive of text, so that no fuzzer has to guess check sums.  Each part is a member
 *
 *	0x1e TYPE NAME LF TEXT
 *
 * where TYPE is the tar header's: '0' a file, '5' a folder, '2' a link, 'x' a header of
 * pax and 'L' a long name, of which TEXT has the content.  Of an odd number of bytes the
 * archive ends with the last text, as if it were cut off.  An input that does not begin
 * with a mark is the archive itself.
 */
struct input_file input_archive(struct span s);
struct input_file input_file(struct span s);
void input_close(struct input_file *f);

/* Where text goes that is only to be made. */
FILE *input_nowhere(void);

#endif
