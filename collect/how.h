/* How a source is read: one function a kind (how_file.c, how_task.c, how_group.c, how_tool.c,
 * how_http.c). */
#ifndef COLLECT_HOW_H
#define COLLECT_HOW_H

#include "collect/job.h"

/*
 * Runs j->source once and appends its captures, also the failed ones; never
 * fails itself.  May block up to the source's deadline and longer only when it
 * has one (it then runs in a guard's thread).
 */
void how_file(struct job *j);
void how_task(struct job *j);
void how_group(struct job *j);
void how_tool(struct job *j);
void how_http(struct job *j);

/* One capture of an absolute path, named by it: the whole file, or why there is none. */
void file_capture(struct job *j, const char *path);

/* Whether a URL is one for that source: Prometheus' text, or linkerd's several pages. */
bool http_asks(const struct source *s, const char *url);

/* Once, before the first thread: false when libcurl cannot be used. */
bool http_open(void);

/*
 * A tool that this program stands in for.  Appends the tool's text to the capture
 * that how_tool has begun and returns its status; *error and note (of size
 * sizeof(((struct capture *)0)->note)) say more.  `args` is the command behind its
 * first word: "-S eth0".  With j->host->root set it reads the dump's files only.
 */
typedef enum capture_status tool(struct job *j, struct span args, int *error, struct buf *note);

tool tool_ss;       /* -tan -ltnm -tanmieo -tanp -s */
tool tool_ethtool;  /* IFACE, and -S -i -g -k -c -l -a IFACE */
tool tool_ifconfig; /* -a */
tool tool_tc;       /* -s qdisc */
tool tool_ls;       /* a folder's names, one a line, sorted */
tool tool_pgrep;    /* -lx NAME|NAME...: which of these daemons run */
tool tool_adjtimex; /* --print */

/* Whether the command `wide` lists what `narrow` lists, and more of each: "ss -tanmieo", "ss -tan".
 */
bool tool_ss_holds(struct span wide, struct span narrow);
/*
 * Appends to the capture begun what the narrow one of two such commands would have listed, of the
 * `n` bytes at `at` of the job's text, which the wide one has.
 */
enum capture_status tool_ss_narrow(struct job *j, size_t at, size_t n);

#endif
