/* The second kind of error: the environment failed.  Fixed size, the first one wins. */
#ifndef SCHEMA_ERR_H
#define SCHEMA_ERR_H

struct err {
	int code;       /* errno, or 0 */
	char text[400]; /* "" while nothing went wrong; NUL-terminated, one line */
};

/*
 * Sets e->text to the formatted text, followed by ": strerror(code)" when code
 * is not 0.  An error that is already set stays.  Returns -1, so that a caller
 * can write `return err_set(...)`.
 */
__attribute__((format(printf, 3, 4))) int err_set(struct err *e, int code, const char *format, ...);

#endif
