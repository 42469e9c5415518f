/* Commands of --run NAME=CMD ARG...: split on blanks, no shell. */
#ifndef COLLECT_COMMAND_H
#define COLLECT_COMMAND_H

#include "collect/job.h"
#include "schema/err.h"

#define COMMAND_DEADLINE_MS 10000

/*
 * The source that such an argument makes; its id is NAME, which `memory` keeps.
 * -1 with *e: no NAME=, a NAME that is no plain word, no command.
 */
int command_source(struct source *s, const char *arg, char memory[64], struct err *e);

/* Is a how: both of its outputs are the text, its process group dies at the deadline. */
void how_command(struct job *j);

#endif
