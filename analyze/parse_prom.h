/*
 * The text that a Prometheus server would fetch, sample by sample: exposition format 0.0.4
 * (Prometheus documentation, "Exposition formats") and OpenMetrics 1.0.
 *
 *   # HELP response_latency_ms Elapsed times
 *   # TYPE response_latency_ms histogram
 *   response_latency_ms_bucket{direction="outbound",authority="web:80",le="5"} 17 1395066363000
 */
#ifndef ANALYZE_PARSE_PROM_H
#define ANALYZE_PARSE_PROM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "analyze/emit.h"
#include "schema/span.h"

#define PROM_LABELS_MAX 64

enum prom_type { PROM_UNTYPED, PROM_COUNTER, PROM_GAUGE, PROM_HISTOGRAM, PROM_SUMMARY };
/* What a sample is of its family. */
enum prom_part { PROM_VALUE, PROM_BUCKET, PROM_SUM, PROM_COUNT, PROM_CREATED };

struct prom_label {
	struct span name, value; /* escapes are resolved */
};

struct prom_sample {
	struct span name;   /* "response_latency_ms_bucket" */
	struct span family; /* "response_latency_ms"; of a counter with its _total */
	struct span text;   /* name and labels as they stand there */
	struct prom_label label[PROM_LABELS_MAX];
	size_t labels;
	enum prom_type type;
	enum prom_part part;
	double value; /* finite */
	size_t line;
};

struct prom_reader {
	struct span text;
	size_t line;
	struct span family; /* of the last # TYPE, in whose block we are */
	enum prom_type type;
	bool ended; /* "# EOF" was there */
	char room[8192];
};

void prom_open(struct prom_reader *r, struct span text);
/*
 * The next sample that has a value: NaN and infinities are passed over, what cannot be
 * read is noted.  Its spans live until the next call.  False at the end.
 */
bool prom_next(struct prom_reader *r, struct prom_sample *s, struct emit *out);

/* The label's value, empty without it. */
struct span prom_label(const struct prom_sample *s, struct span name);
/* "1.5e+3", "+Inf"; false for what is no number. */
bool prom_number(struct span s, double *v);

#endif
