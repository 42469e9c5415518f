#include "analyze/sos_text.h"

#include "analyze/parse_util.h"
#include "analyze/sos_path.h"
#include "schema/buf.h"
#include "schema/timefmt.h"

#define ERROR_LINES 12 /* a text with more of them is no error text */

static const struct {
	enum capture_status status;
	struct span line;
} errors[] = {
#define SOS_ERROR(status_, line_) {CAPTURE_##status_, SPAN_INIT(line_)},
#include "analyze/sos_errors.def"
#undef SOS_ERROR
};

static bool is_error(struct span line, enum capture_status *status)
{
	struct span stars[SOS_STARS];

	for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++)
		if (sos_match(line, errors[i].line, stars)) {
			*status = errors[i].status;
			return true;
		}
	return false;
}

/* A usage text goes on for pages. */
static bool ends_it(struct span line)
{
	return span_starts(line, SPAN("Usage: ")) || span_starts(line, SPAN("usage: ")) ||
	       span_search(line, SPAN("option")) < line.n;
}

bool sos_error_text(struct span text, enum capture_status *status, struct span *line)
{
	struct span rest = text, one, first = {0};
	enum capture_status found = CAPTURE_ABSENT, this;
	size_t n = 0;

	while (span_line(&rest, &one)) {
		one = span_trim(one);
		if (one.n == 0 || (first.n == 0 && span_ends(one, SPAN(":"))))
			continue;
		if (is_error(span_sub(one, 0, 200), &this)) {
			found = first.n ? found : this;
			first = first.n ? first : one;
			if (ends_it(one))
				break;
		} else if (!span_ends(one, SPAN(":"))) {
			return false;
		}
		if (++n > ERROR_LINES)
			return false;
	}
	if (first.n == 0 && span_trim(text).n)
		return false;
	*status = found;
	*line = first.n ? first : SPAN("empty");
	return true;
}

/* ---- names ---- */

static bool all_digits(struct span s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] < '0' || s.p[i] > '9')
			return false;
	return s.n > 0;
}

static bool is_random_word(struct span s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] < 'a' || s.p[i] > 'z')
			return false;
	return s.n == 7;
}

static bool is_day(struct span s)
{
	return s.n == 10 && s.p[4] == '-' && s.p[7] == '-' && all_digits(span_sub(s, 0, 4)) &&
	       all_digits(span_sub(s, 5, 2)) && all_digits(span_sub(s, 8, 2));
}

/* Takes "-2026-11-22-abcdefg" or "-20261122224013" from the end. */
static bool take_date(struct span *rest, struct span *date)
{
	struct span head = *rest, tail = *rest, before;

	if (!span_rcut(&tail, '-', &head))
		return false;
	if (all_digits(tail) && (tail.n == 14 || tail.n == 12)) {
		*date = tail;
		*rest = head;
		return true;
	}
	if (!is_random_word(tail) || head.n < 11)
		return false;
	before = span_sub(head, head.n - 10, 10);
	if (!is_day(before) || head.p[head.n - 11] != '-')
		return false;
	*date = before;
	*rest = span_sub(head, 0, head.n - 11);
	return true;
}

bool sos_name_parse(struct span name, struct span host, struct sos_name *n)
{
	static const struct span ends[] = {
		SPAN_INIT(".xz"),  SPAN_INIT(".gz"),  SPAN_INIT(".bz2"),
		SPAN_INIT(".zst"), SPAN_INIT(".tar"), SPAN_INIT(".tgz"),
	};
	static const struct span mark = SPAN_INIT("-obfuscated");
	struct span rest = name, behind;
	struct span short_host = span_sub(host, 0, span_find(host, '.'));

	*n = (struct sos_name){0};
	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++)
		if (span_ends(rest, ends[i]))
			rest.n -= ends[i].n;
	if (!span_skip(&rest, SPAN("sosreport-")) && !span_skip(&rest, SPAN("sos-")))
		return false;
	if (span_ends(rest, mark)) {
		n->obfuscated = true;
		rest.n -= mark.n;
	}
	if (!take_date(&rest, &n->date))
		return false;
	n->host = rest;
	behind = rest;
	if (!(host.n && span_skip(&behind, host)) &&
	    !(short_host.n && span_skip(&behind, short_host)))
		return true;
	if (behind.n == 0 || behind.p[0] == '-' || behind.p[0] == '.') {
		n->host = span_sub(rest, 0, rest.n - behind.n);
		n->ticket = span_sub(behind, 1, behind.n);
	}
	return true;
}

bool sos_name_time(struct span date, int64_t *unix_ns)
{
	char text[32];
	struct buf b = BUF_OVER(text);

	if (is_day(date)) {
		buf_put(&b, date);
		buf_str(&b, " 00:00:00");
		return time_parse(buf_span(&b), unix_ns);
	}
	if (!all_digits(date) || (date.n != 14 && date.n != 12))
		return false;
	for (size_t i = 0; i < date.n; i++) {
		if (i >= 4 && i % 2 == 0)
			buf_char(&b, (char)(i < 8 ? '-' : i == 8 ? ' ' : ':'));
		buf_char(&b, date.p[i]);
	}
	if (date.n == 12)
		buf_str(&b, ":00");
	return time_parse(buf_span(&b), unix_ns);
}

/* ---- dates ---- */

static const struct span months[] = {
	SPAN_INIT("Jan"), SPAN_INIT("Feb"), SPAN_INIT("Mar"), SPAN_INIT("Apr"),
	SPAN_INIT("May"), SPAN_INIT("Jun"), SPAN_INIT("Jul"), SPAN_INIT("Aug"),
	SPAN_INIT("Sep"), SPAN_INIT("Oct"), SPAN_INIT("Nov"), SPAN_INIT("Dec"),
};

struct date {
	uint64_t year, month, day;
	struct span clock; /* "22:40:13" */
	bool utc, pm, am;
};

/* A word of date's output: each is told by its form, since their order is the locale's. */
static void take_word(struct date *d, struct span word)
{
	uint64_t n;

	for (size_t i = 0; i < sizeof(months) / sizeof(months[0]); i++)
		if (span_eq(word, months[i]))
			d->month = i + 1;
	if (span_eq(word, SPAN("UTC")) || span_eq(word, SPAN("GMT")))
		d->utc = true;
	else if (span_eq(word, SPAN("PM")))
		d->pm = true;
	else if (span_eq(word, SPAN("AM")))
		d->am = true;
	else if (span_find(word, ':') < word.n)
		d->clock = word;
	else if (span_u64(word, 9999, &n) && n > 31)
		d->year = n;
	else if (span_u64(word, 31, &n))
		d->day = n;
}

static bool date_time(const struct date *d, int64_t *unix_ns)
{
	char text[64];
	struct buf b = BUF_OVER(text);
	struct span clock = d->clock;
	uint64_t hour;

	if (!d->utc || !d->year || !d->month || !d->day || !span_take_u64(&clock, 23, &hour))
		return false;
	if (d->pm || d->am)
		hour = hour % 12 + (d->pm ? 12 : 0);
	buf_fmt(&b, "%04u-%02u-%02u %02u", (unsigned)d->year, (unsigned)d->month, (unsigned)d->day,
	        (unsigned)hour);
	buf_put(&b, clock);
	return time_parse(buf_span(&b), unix_ns);
}

/* "Universal time: Sun 2026-11-22 22:40:13 UTC" */
static bool universal_time(struct span line, int64_t *unix_ns)
{
	struct span rest = span_trim(line), day, date, clock;
	char text[64];
	struct buf b = BUF_OVER(text);

	if (!span_skip(&rest, SPAN("Universal time:")) || !span_word(&rest, &day) ||
	    !span_word(&rest, &date) || !span_word(&rest, &clock))
		return false;
	buf_put(&b, date);
	buf_char(&b, ' ');
	buf_put(&b, clock);
	return time_parse(buf_span(&b), unix_ns);
}

bool sos_date_parse(struct span text, int64_t *unix_ns)
{
	struct span rest = text, line, word;
	struct date d = {0};

	while (span_line(&rest, &line))
		if (universal_time(line, unix_ns))
			return true;
	if (!span_line(&text, &line))
		return false;
	while (span_word(&line, &word))
		take_word(&d, word);
	return date_time(&d, unix_ns);
}

/* ---- uptime, uname ---- */

bool sos_uptime_parse(struct span text, int64_t *seconds)
{
	static const struct span up = SPAN_INIT(" up ");
	size_t at = span_search(text, up);
	struct span rest = span_sub(text, at + up.n, text.n), part, word;
	uint64_t n, days = 0, minutes = 0;
	bool any = false;

	if (at == text.n)
		return false;
	while (span_cut(&rest, ',', &part)) {
		struct span unit = span_trim(part);

		if (!span_take_u64(&unit, 100000, &n))
			break;
		if (span_skip(&unit, SPAN(":")) && span_u64(unit, 59, &minutes)) {
			minutes += n * 60;
			any = true;
			break;
		}
		if (!span_word(&unit, &word))
			break;
		if (span_starts(word, SPAN("day")))
			days = n;
		else if (span_starts(word, SPAN("min")))
			minutes = n;
		else if (span_starts(word, SPAN("hour")))
			minutes = n * 60;
		else
			break;
		any = true;
	}
	if (any)
		*seconds = (int64_t)(days * 86400 + minutes * 60);
	return any;
}

bool sos_uname_parse(struct span text, struct sos_uname *u)
{
	struct span words[64], line;
	size_t n;

	if (!span_line(&text, &line))
		return false;
	n = words_of(line, words, sizeof(words) / sizeof(words[0]));
	if (n < 4 || !span_eq(words[0], SPAN("Linux")))
		return false;
	if (span_eq(words[n - 1], SPAN("GNU/Linux")))
		n--;
	*u = (struct sos_uname){.host = words[1], .release = words[2], .arch = words[n - 1]};
	return true;
}
