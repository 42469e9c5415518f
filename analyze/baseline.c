#include "analyze/baseline.h"

#include <jansson.h>
#include <string.h>

#include "analyze/rule_set.h"

#define FILE_MAX ((size_t)64 * 1024 * 1024)

struct reader {
	const char *path;
	struct arena *arena;
	struct err *err;
};

/* Where something is wrong, and what. */
#define FAIL(rd, ...)                                                                              \
	err_set((rd)->err, 0, "baseline %s: %s (--format json -o FILE writes one)", (rd)->path,    \
	        arena_fmt((rd)->arena, __VA_ARGS__))

/* The member of that type; NULL and an error when it is not there. */
static const json_t *member(struct reader *rd, const json_t *of, const char *where, const char *key,
                            json_type type)
{
	static const char *const types[] = {
		[JSON_OBJECT] = "object",
		[JSON_ARRAY] = "array",
		[JSON_STRING] = "string",
		[JSON_INTEGER] = "integer",
	};
	const json_t *v = json_object_get(of, key);

	if (v && json_typeof(v) == type)
		return v;
	(void)FAIL(rd, "%s%s is %s", where, key,
	           v ? arena_fmt(rd->arena, "no %s", types[type]) : "missing");
	return NULL;
}

static int text(struct reader *rd, const json_t *of, const char *where, const char *key,
                const char **out)
{
	const json_t *v = member(rd, of, where, key, JSON_STRING);

	*out = v ? arena_text(rd->arena, span_of(json_string_value(v))) : "";
	return v ? 0 : -1;
}

/* One that may be null, too. */
static const char *text_or_none(struct reader *rd, const json_t *of, const char *key)
{
	const char *v = json_string_value(json_object_get(of, key));

	return arena_text(rd->arena, span_of(v));
}

static int read_finding(struct reader *rd, const json_t *j, const char *where,
                        struct baseline_finding *f)
{
	const char *level;

	if (!json_is_object(j))
		return FAIL(rd, "%.*s is no object", (int)strlen(where) - 1, where);
	if (text(rd, j, where, "rule", &f->rule) || text(rd, j, where, "entity", &f->entity) ||
	    text(rd, j, where, "title", &f->title) || text(rd, j, where, "message", &f->message) ||
	    text(rd, j, where, "level", &level))
		return -1;
	if (!level_parse(span_of(level), &f->level) || f->level < LEVEL_INFO ||
	    f->level > LEVEL_CRIT)
		return FAIL(rd, "%slevel is '%.20s'", where, level);
	return 0;
}

static int read_findings(struct reader *rd, const json_t *root, const char *key, bool suppressed,
                         struct baseline_report *b)
{
	const json_t *all = member(rd, root, "", key, JSON_ARRAY), *one;
	struct baseline_finding *v = (void *)(uintptr_t)b->v;
	size_t i;

	if (!all)
		return -1;
	json_array_foreach(all, i, one) {
		struct baseline_finding f = {.suppressed = suppressed};

		if (read_finding(rd, one, arena_fmt(rd->arena, "%s[%zu].", key, i), &f))
			return -1;
		v = arena_more(rd->arena, v, b->n, sizeof(*v));
		v[b->n++] = f;
	}
	b->v = v;
	return 0;
}

static int read_about(struct reader *rd, const json_t *root, struct baseline *about)
{
	const json_t *format = member(rd, root, "", "format", JSON_INTEGER), *bundle, *window;

	if (!format)
		return -1;
	if (json_integer_value(format) != REPORT_FORMAT)
		return FAIL(rd, "it is of format %lld, this program reads %d: write it anew",
		            (long long)json_integer_value(format), REPORT_FORMAT);
	bundle = member(rd, root, "", "bundle", JSON_OBJECT);
	window = bundle ? member(rd, bundle, "bundle.", "window", JSON_OBJECT) : NULL;
	if (!window || text(rd, root, "", "tool", &about->tool))
		return -1;
	about->path = rd->path;
	about->host = text_or_none(rd, bundle, "host");
	about->sha256 = text_or_none(rd, bundle, "sha256");
	about->started = text_or_none(rd, window, "started");
	return 0;
}

int baseline_read(struct baseline_report *b, const char *path, struct arena *a, struct err *e)
{
	struct reader rd = {.path = path, .arena = a, .err = e};
	struct span file = rule_file(path, FILE_MAX, a, e);
	json_error_t why;
	json_t *root;
	int rc;

	*b = (struct baseline_report){0};
	if (!file.p)
		return -1;
	root = json_loadb(file.p, file.n, JSON_REJECT_DUPLICATES, &why);
	if (!root)
		return FAIL(&rd, "line %d: %s", why.line, why.text);
	if (!json_is_object(root))
		rc = FAIL(&rd, "no report of --format json");
	else
		rc = read_about(&rd, root, &b->about) ||
		                     read_findings(&rd, root, "findings", false, b) ||
		                     read_findings(&rd, root, "suppressed", true, b)
		             ? -1
		             : 0;
	json_decref(root);
	return rc;
}

static const struct baseline_finding *find(const struct baseline_report *b, const struct finding *f)
{
	for (size_t i = 0; i < b->n; i++)
		if (strcmp(b->v[i].rule, f->rule) == 0 && strcmp(b->v[i].entity, f->entity) == 0)
			return &b->v[i];
	return NULL;
}

static bool is_found(const struct report *r, const struct baseline_finding *old)
{
	for (size_t i = 0; i < r->findings_n; i++)
		if (strcmp(r->findings[i].rule, old->rule) == 0 &&
		    strcmp(r->findings[i].entity, old->entity) == 0)
			return true;
	return false;
}

static const struct rule_result *result_of(const struct report *r, const char *rule)
{
	for (size_t i = 0; i < r->results_n; i++)
		if (strcmp(r->results[i].rule, rule) == 0)
			return &r->results[i];
	return NULL;
}

/* Why its rule could not find it again, or NULL when it could have. */
static const char *unknown(const struct report *r, const struct baseline_finding *old,
                           struct arena *a)
{
	static const char *const kept[OUTCOME_COUNT] = {
		[OUTCOME_NOT_EVALUATED] = "not evaluated",
		[OUTCOME_NOT_APPLICABLE] = "not applicable",
		[OUTCOME_ERROR] = "the rule failed",
		[OUTCOME_OFF] = "the rule is switched off",
	};
	const struct rule_result *now = result_of(r, old->rule);

	if (!now)
		return "there is no such rule any more";
	if (kept[now->outcome])
		return now->why && *now->why ? arena_fmt(a, "%s: %s", kept[now->outcome], now->why)
		                             : kept[now->outcome];
	for (size_t i = 0; i < now->skipped; i++)
		if (strcmp(now->skipped_names[i], old->entity) == 0)
			return "it could not be judged";
	return NULL;
}

static const struct gone *list_gone(const struct baseline_report *b, const struct report *r,
                                    struct baseline *out, struct arena *a)
{
	struct gone *v = arena_array(a, b->n + 1, sizeof(*v));

	for (size_t i = 0; i < b->n; i++) {
		const struct baseline_finding *old = &b->v[i];

		if (old->suppressed || is_found(r, old))
			continue;
		v[out->gone_n] = (struct gone){.rule = old->rule,
		                               .entity = old->entity,
		                               .title = old->title,
		                               .message = old->message,
		                               .level = old->level,
		                               .unknown = unknown(r, old, a)};
		out->unknown += v[out->gone_n++].unknown != NULL;
	}
	return v;
}

void baseline_mark(const struct baseline_report *b, struct report *r, struct arena *a)
{
	struct finding *v = arena_array(a, r->findings_n + 1, sizeof(*v));
	struct baseline *out = arena_take(a, sizeof(*out));

	*out = b->about;
	for (size_t i = 0; i < r->findings_n; i++) {
		const struct baseline_finding *old;

		v[i] = r->findings[i];
		old = find(b, &v[i]);
		v[i].standing = old ? STANDING_SAME : STANDING_NEW;
		v[i].was = old ? old->level : LEVEL_OK;
		out->same += !v[i].suppressed && old;
		out->fresh += !v[i].suppressed && !old;
	}
	r->findings = v;
	out->gone = list_gone(b, r, out, a);
	r->baseline = out;
}
