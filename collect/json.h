/*
 * Writes the bundle's records (bundle.json, tick.json, end.json) into a buf.
 * Commas and escaping are its business; the caller opens and closes in order.
 * Strings that are not UTF-8 get U+FFFD for each bad byte.
 */
#ifndef COLLECT_JSON_H
#define COLLECT_JSON_H

#include <stdbool.h>
#include <stdint.h>

#include "schema/buf.h"

struct json {
	struct buf *out;
	bool comma; /* the next value needs one before it */
};

/* key is NULL inside an array and at the top. */
void json_open(struct json *j, const char *key, char bracket /* '{' or '[' */);
void json_close(struct json *j, char bracket /* '}' or ']' */);
void json_str(struct json *j, const char *key, struct span v);
void json_i64(struct json *j, const char *key, int64_t v);
void json_u64(struct json *j, const char *key, uint64_t v);
void json_bool(struct json *j, const char *key, bool v);
/* null; not called so: jansson has a json_null */
void json_none(struct json *j, const char *key);
/* A line break before the next value, for people who read records with less. */
void json_newline(struct json *j);

#endif
