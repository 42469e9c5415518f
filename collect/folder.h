/* A folder's entries, read without opendir(3), which allocates. */
#ifndef COLLECT_FOLDER_H
#define COLLECT_FOLDER_H

#include <dirent.h>
#include <stdbool.h>
#include <stddef.h>

struct folder {
	int fd;
	int error;    /* errno of what ended it early, or 0 */
	size_t at, n; /* the entry that is next, and the bytes there are, of text */
	_Alignas(struct dirent) char text[8192];
};

/* Takes the descriptor of a folder: folder_close closes it. */
void folder_open(struct folder *f, int fd);
void folder_close(struct folder *f);

/*
 * The next entry but "." and "..", NULL at the end, also at one that cannot be read.
 * Its d_name and d_type (DT_UNKNOWN where the file system says nothing) live until the
 * next call.
 */
const struct dirent *folder_next(struct folder *f);

#endif
