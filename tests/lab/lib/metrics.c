#include "tests/lab/lib/metrics.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/lab/lib/loop.h"

static char *copy(struct span s)
{
	char *p = must_alloc(s.n + 1);

	memcpy(p, s.p, s.n);
	return p;
}

static struct metric *child(struct metric *at, struct span name)
{
	struct metric **p = &at->child;

	for (; *p; p = &(*p)->next)
		if (span_eq(span_of((*p)->name), name))
			return *p;
	*p = MUST_NEW(struct metric);
	(*p)->name = copy(name);
	return *p;
}

struct metric *metric_scope(struct metric *at, const char *name)
{
	return child(at, span_of(name));
}

struct metric *metric_at(struct metric *at, const char *path, enum metric_kind kind)
{
	struct span rest = span_of(path), part;

	while (span_cut(&rest, '/', &part))
		at = child(at, part);
	at = child(at, rest);
	at->kind = kind;
	at->gone = false;
	return at;
}

void metric_count(struct metric *m, int64_t by)
{
	if (m)
		m->count += by;
}

void metric_set(struct metric *m, double value)
{
	if (m)
		m->value = (float)value;
}

void metric_add(struct metric *m, int64_t value)
{
	if (m)
		histogram_add(&m->now, value > 0 ? (uint64_t)value : 0);
}

void metric_freeze(struct metric *m)
{
	if (m->kind == METRIC_STAT) {
		m->frozen = histogram_summary(m->now);
		m->is_frozen = true;
		histogram_reset(m->now);
	}
	for (struct metric *c = m->child; c; c = c->next)
		metric_freeze(c);
}

void metric_free(struct metric *m)
{
	metric_prune(m);
	free(m->now);
	free(m->name);
	free(m);
}

void metric_prune(struct metric *m)
{
	while (m->child) {
		struct metric *c = m->child;

		m->child = c->next;
		metric_free(c);
	}
}

void metric_close_gauges(struct metric *m)
{
	m->gone = m->kind == METRIC_GAUGE;
	for (struct metric *c = m->child; c; c = c->next)
		metric_close_gauges(c);
}

static void string_put(struct bytes *out, struct span s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] == '"' || s.p[i] == '\\')
			bytes_fmt(out, "\\%c", s.p[i]);
		else if ((unsigned char)s.p[i] < 0x20)
			bytes_fmt(out, "\\u%04x", (unsigned)s.p[i]);
		else
			bytes_put(out, (struct span){s.p + i, 1});
}

/* As Java writes a float: 4.0, 0.25, 1.48832833E12; the fewest digits that are exact. */
static void float_put(struct bytes *out, float v)
{
	char text[40];
	int digits = 0;

	if (v == 0 || !isfinite(v))
		return bytes_put(out, isfinite(v) ? SPAN("0.0") : SPAN("\"NaN\""));
	do
		(void)snprintf(text, sizeof(text), "%.*e", digits, (double)v);
	while (strtof(text, NULL) != v && digits++ < 9);
	char *e = strchr(text, 'e');
	int exponent = (int)strtof(e + 1, NULL);
	if (exponent >= -3 && exponent < 7) {
		int decimals = digits > exponent ? digits - exponent : 1;

		return bytes_fmt(out, "%.*f", decimals, (double)v);
	}
	*e = '\0';
	bytes_fmt(out, "%s%sE%d", text, digits ? "" : ".0", exponent);
}

static void stat_put(struct bytes *out, const struct summary *s, const char *name, bool zeros)
{
	const struct {
		const char *name;
		uint64_t value;
	} values[] = {
		{"max",   s->max  },
                {"min",   s->min  },
                {"p50",   s->p50  },
		{"p90",   s->p90  },
                {"p95",   s->p95  },
                {"p99",   s->p99  },
		{"p9990", s->p9990},
                {"p9999", s->p9999},
                {"sum",   s->sum  },
	};

	bytes_fmt(out, "\"%s.count\":%llu", name, (unsigned long long)s->count);
	if (s->count == 0 && !zeros)
		return;
	for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++)
		bytes_fmt(out, ",\"%s.%s\":%llu", name, values[i].name,
		          (unsigned long long)values[i].value);
	bytes_fmt(out, ",\"%s.avg\":", name);
	float_put(out, s->count ? (float)((double)s->sum / (double)s->count) : 0);
}

static bool has_value(const struct metric *m)
{
	return m->kind != METRIC_SCOPE && !m->gone && (m->kind != METRIC_STAT || m->is_frozen);
}

/* {"stat.p50":3,"child":{...}} */
static void tree_put(struct bytes *out, const struct metric *m)
{
	const char *comma = "";

	bytes_put(out, SPAN("{"));
	if (has_value(m)) {
		comma = ",";
		if (m->kind == METRIC_COUNTER)
			bytes_fmt(out, "\"counter\":%lld", (long long)m->count);
		else if (m->kind == METRIC_STAT)
			stat_put(out, &m->frozen, "stat", false);
		else {
			bytes_put(out, SPAN("\"gauge\":"));
			float_put(out, m->value);
		}
	}
	for (const struct metric *c = m->child; c; c = c->next) {
		if (c->kind == METRIC_SCOPE && !c->child)
			continue; /* pruned */
		bytes_fmt(out, "%s\"", comma);
		string_put(out, span_of(c->name));
		bytes_put(out, SPAN("\":"));
		tree_put(out, c);
		comma = ",";
	}
	bytes_put(out, SPAN("}"));
}

/* "rt/http/client/#/io.l5d.fs/web/requests":41,; `path` is that of `m` */
static void flat_put(struct bytes *out, const struct metric *m, struct bytes *path,
                     const struct metrics_form *form)
{
	size_t length = path->n;

	if (has_value(m)) {
		bytes_put(out, out->n > 1 ? SPAN(",") : SPAN(""));
		if (m->kind == METRIC_STAT) {
			stat_put(out, &m->frozen, path->p, form->empty_as_zeros);
		} else {
			bytes_fmt(out, "\"%s\":", path->p);
			if (m->kind == METRIC_COUNTER)
				bytes_fmt(out, "%lld", (long long)m->count);
			else
				float_put(out, m->value);
		}
	}
	for (const struct metric *c = m->child; c; c = c->next) {
		bytes_put(path, length ? SPAN("/") : SPAN(""));
		string_put(path, span_of(c->name));
		bytes_put(path, (struct span){"", 1}); /* its NUL */
		path->n--;
		flat_put(out, c, path, form);
		path->n = length;
	}
}

void metrics_put(struct bytes *out, const struct metric *root, const struct metrics_form *form)
{
	struct bytes path = {0};

	if (form->tree)
		return tree_put(out, root);
	bytes_put(out, SPAN("{"));
	flat_put(out, root, &path, form);
	bytes_put(out, SPAN("}"));
	bytes_free(&path);
}
