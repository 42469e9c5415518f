/*
 * The box: what a process that reads a stranger's file takes from itself before it reads
 * the first byte.  Each part holds where the kernel has it; struct box says which did.
 *
 *	no_new_privs   nothing it starts gains a right; as root all capabilities but those to
 *	               read files of others are dropped
 *	descriptors    what its caller left open is closed
 *	limits         memory, processor time, size of a file, open files, no core
 *	system calls   (seccomp) those of a reader of files that calculates; no socket, no exec,
 *	               no ptrace, no signal to others, no memory that is written and then run;
 *	               no file is opened for writing unless a folder for that is named, no
 *	               process made (but threads) unless that is asked for
 *	files          (Landlock) its inputs, for reading, and the folder of its output
 */
#ifndef ANALYZE_BOX_H
#define ANALYZE_BOX_H

#include <stdbool.h>
#include <stddef.h>

/* What it still needs.  Paths may be NULL, "-" or of nothing that exists: then they give nothing.
 */
struct box_want {
	const char *const *reads; /* files, and folders with all below them */
	size_t reads_n;
	const char *const *makes; /* folders in which files are made, replaced, removed */
	size_t makes_n;
	bool forks; /* it makes processes: for rules of strangers, each in one of its own */
};

struct box {
	bool no_new_privs, limits, filter;
	int landlock;   /* its ABI, 0 = it does not hold */
	char text[120]; /* all of that for people: "no_new_privs, limits, seccomp, Landlock 6" */
};

/*
 * Enters it; there is no way out, for its children neither.  Standard input, output, error and
 * what this program opened (all of that close-on-exec) stay open.  In a program built with
 * sanitizers, which need what the box takes, nothing is done and the text says that.
 */
void box_enter(const struct box_want *want, struct box *held);

/* What is said where nobody entered it. */
#define BOX_NONE "none: --no-sandbox"

/*
 * The box of one calculation whose answer goes to a pipe that is open: no file is opened any
 * more, no process made.  cpu_s of processor time, `memory` bytes on top of what the process has.
 */
void box_calculate(unsigned cpu_s, size_t memory);

#endif
