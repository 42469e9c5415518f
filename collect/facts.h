/* What bundle.json says of the host and of this program's rights on it. */
#ifndef COLLECT_FACTS_H
#define COLLECT_FACTS_H

#include <stdint.h>
#include <sys/types.h>

#include "collect/job.h"
#include "collect/polite.h"

#define FACT_BYTES 256

struct facts {
	char host[FACT_BYTES], kernel[FACT_BYTES], arch[FACT_BYTES]; /* "" = unknown */
	char boot_id[FACT_BYTES];
	char machine_hash[FACT_BYTES]; /* 16 hexadecimal digits that tell hosts apart */
	char caps[FACT_BYTES];         /* CapEff as /proc/self/status has it: "000001ffffffffff" */
	unsigned cpus;                 /* online; 0 = unknown */
	uint64_t netns;                /* inode of /proc/self/ns/net; 0 for a dump */
	uid_t uid;
	long page_bytes;
	struct manners manners;
};

/* Of a dump only what its files say; nothing then comes from the live kernel but uid and page size.
 */
void facts_read(struct facts *f, const struct host *h);

/* The same moment on three clocks, ns. */
struct clocks {
	int64_t real_ns, mono_ns, boot_ns;
};
struct clocks clocks_now(void);

/* "host-20260823T101504Z": what of a name is no plain word becomes '_'. */
void stem_put(struct buf *b, const char *host, int64_t real_ns);

#endif
