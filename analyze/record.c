#include "analyze/record.h"

#include <jansson.h>
#include <string.h>

#include "analyze/parse_util.h"
#include "schema/buf.h"
#include "schema/timefmt.h"

static json_t *load(struct span text, const char *what, struct err *e)
{
	json_error_t why = {.text = JSON_TOO_MANY};
	json_t *root = json_is_bounded(text) ? json_loadb(text.n ? text.p : "", text.n,
	                                                  JSON_REJECT_DUPLICATES, &why)
	                                     : NULL;

	if (json_is_object(root))
		return root;
	if (root)
		(void)err_set(e, 0, "%s: not an object", what);
	else
		(void)err_set(e, 0, "%s, line %d: %s", what, why.line, why.text);
	json_decref(root);
	return NULL;
}

static struct span text_of(const json_t *v)
{
	return json_is_string(v) ? (struct span){json_string_value(v), json_string_length(v)}
	                         : (struct span){0};
}

/* What a record says under `key`, as it is, under the name `meta`. */
static void copy(struct store *s, const json_t *root, const char *key, const char *meta)
{
	const json_t *v = json_object_get(root, key);

	if (json_is_string(v))
		store_meta(s, meta, text_of(v));
	else if (json_is_integer(v))
		store_meta_i64(s, meta, json_integer_value(v));
	else if (json_is_boolean(v))
		store_meta_i64(s, meta, json_is_true(v));
}

static void copy_seconds(struct store *s, const json_t *root, const char *key, const char *meta)
{
	const json_t *v = json_object_get(root, key);

	if (json_is_integer(v))
		store_meta_real(s, meta, (double)json_integer_value(v) / NS_PER_S);
}

struct copied {
	const char *key, *meta;
};

static void copy_all(struct store *s, const json_t *root, const struct copied *c)
{
	for (; c->key; c++)
		copy(s, root, c->key, c->meta);
}

int64_t kernel_number(struct span release)
{
	int64_t n = 0;

	for (int i = 0; i < 3; i++) {
		uint64_t part = 0;

		if (span_take_u64(&release, 999, &part) && !span_skip(&release, SPAN(".")))
			release.n = 0;
		n = n * 1000 + (int64_t)part;
	}
	return n;
}

/* The command line it was started with, as one remark. */
static void copy_options(struct store *s, const json_t *root)
{
	char text[1024];
	struct buf b = BUF_OVER(text);
	const json_t *v;
	size_t i;

	json_array_foreach(json_object_get(root, "options"), i, v) {
		buf_str(&b, i ? " " : "");
		buf_put(&b, text_of(v));
	}
	store_meta(s, "options", buf_span(&b));
}

static int check_format(const json_t *root, struct err *e)
{
	int64_t format = json_integer_value(json_object_get(root, "format"));

	if (format >= 1 && format <= BUNDLE_FORMAT)
		return 0;
	return err_set(e, 0,
	               "bundle format %lld: this program reads formats 1 to %d; use a newer one",
	               (long long)format, BUNDLE_FORMAT);
}

static void keep_text(const json_t *root, const char *key, struct buf b)
{
	buf_put(&b, text_of(json_object_get(root, key)));
	(void)buf_cstr(&b);
}

int record_identity(struct span text, struct record_identity *id, struct err *e)
{
	struct err damage = {0};
	json_t *root = load(text, "bundle.json", &damage);
	int rc;

	*id = (struct record_identity){0};
	if (!root)
		return 0;
	rc = check_format(root, e);
	keep_text(root, "host", BUF_OVER(id->host));
	keep_text(root, "arch", BUF_OVER(id->arch));
	keep_text(root, "boot_id", BUF_OVER(id->boot_id));
	keep_text(root, "machine_hash", BUF_OVER(id->machine_hash));
	id->netns = json_integer_value(json_object_get(root, "netns"));
	id->interval_ns = json_integer_value(json_object_get(root, "interval_ns"));
	json_decref(root);
	return rc;
}

int record_bundle(struct store *s, struct span text, struct record_bundle *b, struct err *e)
{
	static const struct copied facts[] = {
		{"host",          "host"           },
		{"kernel",        "kernel"         },
		{"arch",          "arch"           },
		{"boot_id",       "boot_id"        },
		{"machine_hash",  "machine_hash"   },
		{"cpus",          "cpus"           },
		{"page_size",     "page_size_bytes"},
		{"dump",          "dump"           },
		{"uid",           "uid"            },
		{"capabilities",  "caps"           },
		{"netns",         "netns"          },
		{"tool",          "tool"           },
		{"version",       "tool_version"   },
		{"format",        "format"         },
		{"note",          "note"           },
		{"ticks_asked",   "ticks_asked"    },
		{"metrics_asked", "l5d_asked"      },
		{NULL,            NULL             },
	};
	struct err damage = {0};
	json_t *root = load(text, "bundle.json", &damage);

	if (!root) {
		store_note(s, SPAN("bundle.json"), 0, span_of(damage.text));
		return 0;
	}
	if (check_format(root, e)) {
		json_decref(root);
		return -1;
	}
	copy_all(s, root, facts);
	copy_seconds(s, root, "window_ns", "window_asked_s");
	copy_seconds(s, root, "interval_ns", "interval_s");
	store_meta_i64(s, "kernel_num", kernel_number(text_of(json_object_get(root, "kernel"))));
	copy_options(s, root);
	keep_text(root, "boot_id", BUF_OVER(b->boot_id));
	b->several_linkerds = json_array_size(json_object_get(root, "metrics")) > 1;
	b->read = true;
	json_decref(root);
	return 0;
}

static int64_t number_at(const json_t *row, size_t i)
{
	return json_integer_value(json_array_get(row, i));
}

static int64_t ns_of_us(int64_t us)
{
	int64_t ns;

	return __builtin_mul_overflow(us, NS_PER_US, &ns) ? 0 : ns;
}

static int64_t sum(int64_t a, int64_t b)
{
	int64_t c;

	return __builtin_add_overflow(a, b, &c) ? a : c;
}

/* Rows are [member, status, begin_us, cost_us, bytes, errno, note]; the end may be missing. */
static void each_capture(const json_t *root, int64_t base_ns, record_each *each, void *user)
{
	const json_t *row;
	size_t i;

	if (!each)
		return;
	json_array_foreach(json_object_get(root, "captures"), i, row) {
		struct record_capture c = {.member = text_of(json_array_get(row, 0)),
		                           .bytes = number_at(row, 4),
		                           .error = (int)(number_at(row, 5) & 0xffff),
		                           .note = text_of(json_array_get(row, 6))};

		if (c.member.n == 0)
			continue;
		if (!capture_status_parse(text_of(json_array_get(row, 1)), &c.status)) {
			c.status = CAPTURE_ERROR;
			c.note = text_of(json_array_get(row, 1));
		}
		c.t0_ns = sum(base_ns, ns_of_us(number_at(row, 2)));
		c.t1_ns = sum(c.t0_ns, ns_of_us(number_at(row, 3)));
		each(user, &c);
	}
}

int record_tick(struct span text, struct store_tick *t, record_each *each, void *user,
                struct err *e)
{
	json_t *root = load(text, "tick.json", e);
	const json_t *mono;

	if (!root)
		return -1;
	mono = json_object_get(root, "monotonic_ns");
	if (!json_is_integer(mono)) {
		json_decref(root);
		return err_set(e, 0, "tick.json: no monotonic_ns");
	}
	t->monotonic_ns = json_integer_value(mono);
	t->realtime_ns = json_integer_value(json_object_get(root, "realtime_ns"));
	t->boottime_ns = json_integer_value(json_object_get(root, "boottime_ns"));
	t->late_ns = json_integer_value(json_object_get(root, "late_ns"));
	each_capture(root, t->monotonic_ns, each, user);
	json_decref(root);
	return 0;
}

int record_end(struct store *s, struct span text, record_each *each, void *user, struct err *e)
{
	static const struct copied facts[] = {
		{"reason",        "end_reason"    },
                {"detail",        "end_detail"    },
		{"ticks_asked",   "ticks_asked"   },
                {"ticks_late",    "ticks_late"    },
		{"ticks_missed",  "ticks_missed"  },
                {"user_ns",       "self_user_ns"  },
		{"sys_ns",        "self_sys_ns"   },
                {"max_rss_bytes", "self_rss_bytes"},
		{"written_bytes", "written_bytes" },
                {NULL,            NULL            },
	};
	json_t *root = load(text, "end.json", e);

	if (!root)
		return -1;
	copy_all(s, root, facts);
	store_meta_i64(s, "self_cpu_ns",
	               sum(json_integer_value(json_object_get(root, "user_ns")),
	                   json_integer_value(json_object_get(root, "sys_ns"))));
	each_capture(root, json_integer_value(json_object_get(root, "monotonic_ns")), each, user);
	json_decref(root);
	return 0;
}
