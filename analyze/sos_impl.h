/* What the files sos*.c that read a report share; nobody else includes it. */
#ifndef ANALYZE_SOS_IMPL_H
#define ANALYZE_SOS_IMPL_H

#include "analyze/arena.h"
#include "analyze/sos.h"
#include "analyze/sos_manifest.h"
#include "analyze/sos_path.h"
#include "analyze/sos_text.h"

/* Who said when it was, the best first. */
enum sos_clock { SOS_BY_MANIFEST, SOS_BY_DATE, SOS_BY_FILES, SOS_BY_NAME, SOS_BY_NOBODY };

/* Who is asked for the host's name: the first one's answer counts. */
enum sos_asked { SOS_NAME_COMMAND, SOS_NAME_FILE, SOS_NAME_UNAME, SOS_NAME_ARCHIVE, SOS_NAME_NONE };

/* What the report says of itself and of the host. */
struct sos_about {
	struct span host, kernel, arch, boot_id, machine_hash, version;
	enum sos_asked host_by;
	enum sos_clock clock;
	int64_t time_ns;  /* unix time, as `clock` has it */
	int64_t uptime_s; /* 0 = not said */
	int64_t boot_s;   /* unix time of the boot; 0 = not said */
	struct sos_name name;
};

/* What became of one file for one source; kept until the report's time is known. */
struct sos_filed {
	struct span member, entity;
	const char *source;
	enum capture_status status;
	int64_t bytes;
	const char *note;
	const struct sos_command *command; /* NULL = no time of its own */
};

/* A text that waits until all is read. */
struct sos_held {
	struct span path, as, netns, text;
	enum sos_use use;
	const char *note;
	const struct sos_command *command;
	bool cut;
};

/* A command's output that came before what says which command it was. */
struct sos_parked {
	struct span path, text;
	bool cut;
};

/* A command that sos did not run, and why. */
struct sos_skipped {
	struct span path, why;
};

struct sos {
	struct store *store; /* NULL = only what it says of itself is asked for */
	struct sos_part part;
	struct entries *entries;
	struct arena arena; /* every text below */
	struct span stem;
	unsigned version; /* 0 = not known yet */
	struct sos_manifest manifest;
	struct sos_about about;

	struct sos_held *held;
	struct sos_filed *filed;
	struct sos_skipped *skipped;
	struct sos_parked *parked;
	size_t held_n, filed_n, skipped_n, parked_n;
	uint64_t held_bytes;
	struct hash_table seen;     /* paths that came */
	struct hash_table good;     /* "NETNS", NUL, source: read well */
	struct hash_table stood_in; /* the same of what ELSE rows gave */

	uint64_t read, spare, others, raw; /* files: used, not needed, not wanted; bytes */
	uint64_t listed, known;            /* of the network, not read: unknown, known */
	uint64_t reports;                  /* further ones */
	struct span listed_names, report_names;
};

/* One file of the report, as it comes. */
struct sos_file {
	struct span path, text;
	const struct sos_place *place;
	struct sos_command *command; /* that wrote it, or NULL */
	bool cut;                    /* longer than BUNDLE_MEMBER_MAX */
	bool link;                   /* it only names the file that it stands for */
};

/* ---- sos_about.c ---- */

/* What `as` of an ABOUT row says is taken. */
void sos_about_take(struct sos *s, struct span as, const struct sos_file *f);
/* A file's time, where nobody else says one. */
void sos_about_clock(struct sos *s, enum sos_clock by, int64_t unix_ns);
/* When the report is of, when all is read. */
struct sos_moment sos_about_moment(struct sos *s);
/* To meta and notes, when all is read. */
void sos_about_tell(struct sos *s);

/* ---- sos_file.c ---- */

/* What waits until all is read: ss of 500,000 sockets and all of sysctl stay below. */
#define SOS_HELD_MOST ((uint64_t)512 * MIB)

/* Reads or holds the file, for each row of its place. */
void sos_file_take(struct sos *s, const struct sos_file *f);
/* A file of the network that is not read, and why; `why` is kept. */
void sos_file_list(struct sos *s, struct span path, uint64_t bytes, const char *why);
/* What was held, what did not come; then the tick. */
void sos_file_finish(struct sos *s);

#endif
