/*
 * twitter-server, GET /admin/server_info: what runs.
 *
 *   {"name" : "linkerd", "version" : "1.7.4", "build" : "20200811-081122",
 *    "build_revision" : "8d8ef30...", "uptime" : 77129}
 */
#include <jansson.h>

#include "analyze/parse.h"
#include "analyze/parse_util.h"
#include "schema/buf.h"

static void put(const char *key, const json_t *v, struct emit *out)
{
	char digits[32];
	struct buf b = BUF_OVER(digits);
	struct span none = {0};

	if (json_is_string(v)) {
		emit_text(out, none, span_of(key), span_of(json_string_value(v)));
	} else if (json_is_integer(v)) {
		buf_i64(&b, json_integer_value(v));
		emit_text(out, none, span_of(key), buf_span(&b));
	} else if (json_is_real(v)) {
		buf_fmt(&b, "%.17g", json_real_value(v));
		emit_text(out, none, span_of(key), buf_span(&b));
	} else if (json_is_boolean(v)) {
		emit_text(out, none, span_of(key), json_is_true(v) ? SPAN("true") : SPAN("false"));
	} else if (!json_is_null(v)) {
		out->note(out, 0, "not a single value", span_of(key));
	}
}

static void parse(const struct input *in, struct emit *out)
{
	json_error_t error = {.text = JSON_TOO_MANY};
	json_t *root = json_is_bounded(in->text) ? json_loadb(in->text.n ? in->text.p : "",
	                                                      in->text.n, JSON_ALLOW_NUL, &error)
	                                         : NULL;
	const char *key;
	json_t *v;

	if (!root)
		out->note(out, error.line > 0 ? (size_t)error.line : 0, "not whole JSON",
		          span_of(error.text));
	else if (!json_is_object(root))
		out->note(out, 0, "not an object", span_sub(in->text, 0, 80));
	else
		json_object_foreach(root, key, v) {
			put(key, v, out);
		}
	json_decref(root);
}

const struct parser parser_server_info = {
	.source = "linkerd_info",
	.members = (const char *const[]){"http/*/admin/server_info", NULL},
	.parse = parse,
};
