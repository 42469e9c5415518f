/*
 * The commands of a remedy: what is filled into a line that an engineer copies stays one word
 * of that line, whatever a stranger called an interface or a process.
 *
 * A line that begins with a blank is a command, the others are prose.  The state goes along
 * with the text around the values.
 */
#ifndef ANALYZE_SHELL_TEXT_H
#define ANALYZE_SHELL_TEXT_H

#include <stdbool.h>

#include "schema/buf.h"
#include "schema/span.h"

enum shell_place {
	SHELL_LINE, /* at the beginning of a line */
	SHELL_PROSE,
	SHELL_FIRST, /* of a command: before its first word */
	SHELL_GAP,   /* between words */
	SHELL_WORD,
	SHELL_SINGLE, /* 'in single quotes */
	SHELL_DOUBLE, /* "in double quotes */
	SHELL_REMARK, /* # behind it */
};

struct shell_text {
	enum shell_place place;
	bool escaped; /* behind a backslash */
};

#define SHELL_TEXT_BEGIN ((struct shell_text){.place = SHELL_LINE})

/* Goes on over text that stands there as it is. */
void shell_pass(struct shell_text *s, struct span text);

/*
 * Appends a value.  In a command, what is more than letters, digits and _@%+=:,./- or begins
 * with '-' without being a number is quoted: 'x;reboot', $'a\x1bb' where something would not
 * be seen.  What stands for the whole command was composed by the rule, which quotes what it
 * puts into it.  Elsewhere control characters are shown as \n, \x1b, and no value begins a line
 * with a blank, which would make it a command.
 */
void shell_put(struct shell_text *s, struct buf *b, struct span value);

#endif
