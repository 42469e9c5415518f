/* What a path of a sosreport is: analyze/sos_paths.def, looked up. */
#ifndef ANALYZE_SOS_PATH_H
#define ANALYZE_SOS_PATH_H

#include <stdbool.h>
#include <stddef.h>

#include "schema/bundle.h"
#include "schema/span.h"

enum sos_use { SOS_AGAIN, SOS_READ, SOS_ELSE, SOS_LAST, SOS_ALSO, SOS_ABOUT, SOS_PASS, SOS_LIST };

struct sos_row {
	struct span since, until, path, as;
	enum sos_use use;
	const char *remark;
};

/* Where a path leads. */
struct sos_place {
	const struct sos_row *row; /* NULL = nobody wants it */
	size_t rows;               /* so many from there on have a say */
	bool foreign;              /* no row of this version: of another one's */
	bool tailed;               /* only its end is there */
	struct span netns;         /* namespace, or empty */
	struct span path;          /* what the rows were matched with */
	char text[2][BUNDLE_NAME_MAX];
	char netns_text[256];
};

/*
 * "4.12.0" is 4012: to be compared.  0 for what is no version, and that is in the range of
 * every row.
 */
unsigned sos_version(struct span text);

/*
 * False when nobody wants it; the spans of *p live in it and in `path`, which may begin with
 * "netns/NAME/".
 */
bool sos_path_find(struct span path, unsigned version, struct sos_place *p);
/* What row `i` of the place says it is alike, into `room`; empty when that is too long. */
struct span sos_path_as(const struct sos_place *p, size_t i, char room[BUNDLE_NAME_MAX]);

/*
 * The path that a command's output has by its plugin and the command itself:
 * "ethtool -S eth0.7@eth0" is "sos_commands/networking/ethtool_-S_eth0.7", and
 * "ip netns exec blue ss -s" is "netns/blue/sos_commands/networking/ss_-s".
 */
struct span sos_path_of_command(struct span plugin, struct span command,
                                char room[BUNDLE_NAME_MAX]);

/*
 * The same matching, for tests: '*', "**", '#' and $1..$9 in `pattern`; what they stood
 * for goes to `stars`, in their order.
 */
#define SOS_STARS 9
bool sos_match(struct span path, struct span pattern, struct span stars[SOS_STARS]);

#endif
