/* What stands around a page's content: its policy, its style, its script. */
#ifndef ANALYZE_HTML_PAGE_H
#define ANALYZE_HTML_PAGE_H

#include <stdio.h>

#include "schema/span.h"

/*
 * From the doctype to <body>.  The policy forbids everything but the style and the
 * script that stand in the page, named by their SHA-256.
 */
void html_page_begin(FILE *out, const char *title);
void html_page_end(FILE *out);

/* "sha256-" and 44 characters of base64, NUL-terminated: a source of that policy. */
#define PAGE_HASH_BYTES 52
void html_page_hash(struct span text, char hash[PAGE_HASH_BYTES]);

#endif
