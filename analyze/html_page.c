#include "analyze/html_page.h"

#include <stdint.h>

#include "analyze/digest.h"
#include "analyze/html_text.h"
#include "schema/buf.h"

static const char style[] = {
#include "html.css.inc"
	0x00};

static const char script[] = {
#include "html.js.inc"
	0x00};

/* Three bytes are four digits; what is missing at the end is '='. */
static void put_base64(struct buf *b, const uint8_t *v, size_t n)
{
	static const char digits[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=";

	for (size_t i = 0; i < n; i += 3) {
		uint32_t three = (uint32_t)v[i] << 16 | (i + 1 < n ? (uint32_t)v[i + 1] << 8 : 0) |
		                 (i + 2 < n ? (uint32_t)v[i + 2] : 0);

		buf_char(b, digits[three >> 18 & 63]);
		buf_char(b, digits[three >> 12 & 63]);
		buf_char(b, digits[i + 1 < n ? three >> 6 & 63 : 64]);
		buf_char(b, digits[i + 2 < n ? three & 63 : 64]);
	}
}

void html_page_hash(struct span text, char hash[PAGE_HASH_BYTES])
{
	struct buf b = {.p = hash, .cap = PAGE_HASH_BYTES};
	uint8_t bytes[(DIGEST_HEX - 1) / 2];
	char hex[DIGEST_HEX];

	digest_of(text, hex);
	for (size_t i = 0; i < sizeof(bytes); i++) {
		uint64_t v = 0;

		(void)span_hex((struct span){hex + 2 * i, 2}, UINT8_MAX, &v);
		bytes[i] = (uint8_t)v;
	}
	buf_str(&b, "sha256-");
	put_base64(&b, bytes, sizeof(bytes));
	(void)buf_cstr(&b);
}

void html_page_begin(FILE *out, const char *title)
{
	char style_hash[PAGE_HASH_BYTES], script_hash[PAGE_HASH_BYTES];

	html_page_hash((struct span){style, sizeof(style) - 1}, style_hash);
	html_page_hash((struct span){script, sizeof(script) - 1}, script_hash);
	(void)fputs("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n", out);
	(void)fprintf(out,
	              "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none';"
	              " style-src '%s'; script-src '%s'; base-uri 'none'; form-action 'none'\">\n",
	              style_hash, script_hash);
	(void)fputs(
		"<meta name=\"referrer\" content=\"no-referrer\">\n"
		"<meta name=\"color-scheme\" content=\"light dark\">\n"
		"<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>",
		out);
	html_str(out, title);
	(void)fprintf(out, "</title>\n<style>%s</style>\n</head>\n<body>\n", style);
}

void html_page_end(FILE *out)
{
	(void)fprintf(out, "<script>%s</script>\n</body>\n</html>\n", script);
}
