#include "analyze/opts.h"

#include <getopt.h>
#include <string.h>

#include "analyze/query.h"
#include "schema/buf.h"
#include "schema/nearest.h"
#include "schema/span.h"

#define WIDTH_MIN 40
#define WIDTH_MAX 1000
#define JOBS_MAX  256
/* getopt's values of options without a letter start here */
#define LONG_ONLY 256

enum type {
	TYPE_FLAG,    /* a bool becomes true */
	TYPE_TEXT,    /* a string */
	TYPE_APPEND,  /* a string, again and again */
	TYPE_SECTION, /* names, joined by commas */
	TYPE_MODE,    /* another thing to do; with an argument when `arg` says so */
};

static const struct option_row {
	const char *name; /* NULL: a heading of --help */
	const char *arg;  /* what help calls its argument, or NULL */
	const char *help;
	size_t at; /* offset in struct opts */
	enum type type;
	enum mode mode;
	char letter; /* or 0 */
} rows[] = {
#define GROUP(help_) {.help = (help_)},
#define OPT(name_, letter_, arg_, field_, type_, mode_, help_)                                     \
	{                                                                                          \
		.name = (name_),                                                                   \
		.arg = (arg_),                                                                     \
		.help = (help_),                                                                   \
		.at = offsetof(struct opts, field_),                                               \
		.type = TYPE_##type_,                                                              \
		.mode = MODE_##mode_,                                                              \
		.letter = (letter_),                                                               \
	},
#include "analyze/opts.def"
#undef OPT
#undef GROUP
};
#define ROWS (sizeof(rows) / sizeof(rows[0]))

static const struct letter_row {
	char letter;
	const char *names, *help;
} letters_of_sections[] = {
#define SECTIONS(letter_, names_, help_) {(letter_), (names_), (help_)},
#include "analyze/letters.def"
#undef SECTIONS
};
#define SECTION_LETTERS (sizeof(letters_of_sections) / sizeof(letters_of_sections[0]))
#define LETTERS_MAX     (2 * ROWS + SECTION_LETTERS + 2)

/* The table in getopt's two forms. */
static void getopt_tables(struct option longs[ROWS + 1], char letters[LETTERS_MAX])
{
	size_t n = 0;

	*letters++ = ':'; /* a missing argument is told from an unknown option */
	for (size_t i = 0; i < ROWS; i++) {
		if (!rows[i].name)
			continue;
		longs[n++] = (struct option){
			.name = rows[i].name,
			.has_arg = rows[i].arg ? required_argument : no_argument,
			.val = (int)(LONG_ONLY + i),
		};
		if (rows[i].letter) {
			*letters++ = rows[i].letter;
			if (rows[i].arg)
				*letters++ = ':';
		}
	}
	longs[n] = (struct option){0};
	for (size_t i = 0; i < SECTION_LETTERS; i++)
		*letters++ = letters_of_sections[i].letter;
	*letters = '\0';
}

static const struct option_row *row_of(int got)
{
	if (got >= LONG_ONLY)
		return &rows[got - LONG_ONLY];
	for (size_t i = 0; i < ROWS; i++)
		if (rows[i].letter && rows[i].letter == got)
			return &rows[i];
	return NULL;
}

static int take_sections(struct opts *o, const char *names, struct err *e)
{
	struct buf b = BUF_OVER(o->sections);

	b.n = strlen(o->sections);
	buf_str(&b, b.n ? "," : "");
	buf_str(&b, names);
	(void)buf_cstr(&b);
	return b.cut ? err_set(e, 0, "--section: more names than there are sections") : 0;
}

/* One of the letters for sections. */
static int take_letter(struct opts *o, int got, struct err *e)
{
	for (size_t i = 0; i < SECTION_LETTERS; i++)
		if (letters_of_sections[i].letter == got)
			return take_sections(o, letters_of_sections[i].names, e);
	return 0;
}

static int take(struct opts *o, const struct option_row *r, const char *value, const char **scratch,
                struct err *e)
{
	char *field = (char *)o + r->at;

	switch (r->type) {
	case TYPE_FLAG:
		*(bool *)(void *)field = true;
		break;
	case TYPE_APPEND:
		scratch[o->sets_n++] = value;
		break;
	case TYPE_MODE:
		/* --help and --version win over whatever stands beside them */
		if (o->mode != MODE_HELP && o->mode != MODE_VERSION)
			o->mode = r->mode;
		if (r->arg)
			*(const char **)(void *)field = value;
		break;
	case TYPE_TEXT:
		*(const char **)(void *)field = value;
		break;
	case TYPE_SECTION:
		return take_sections(o, value, e);
	}
	return 0;
}

static int check_format(const struct opts *o, struct err *e)
{
	struct nearest near = {.word = span_of(o->format)};

	if (o->sql ? query_form_known(o->format) : renderer_find(o->format) != NULL)
		return 0;
	if (o->sql)
		return err_set(e, 0, "--format %s: --sql has text, csv, md, json and jsonl",
		               o->format);
	if (query_form_known(o->format))
		return err_set(e, 0, "--format %s is for --sql alone", o->format);
	for (size_t i = 0; i < renderers_count; i++)
		nearest_offer(&near, renderers[i].format);
	return err_set(e, 0, "--format %s: there is no such format%s, see --help", o->format,
	               nearest_hint(&near, ""));
}

static int check_width(struct opts *o, struct err *e)
{
	uint64_t n = 0;

	if (o->width && (!span_u64(span_of(o->width), WIDTH_MAX, &n) || n < WIDTH_MIN))
		return err_set(e, 0, "--width %s: not a number from %d to %d", o->width, WIDTH_MIN,
		               WIDTH_MAX);
	o->width_n = (unsigned)n;
	return 0;
}

static int check_jobs(struct opts *o, struct err *e)
{
	uint64_t n = 0;

	if (o->jobs && (!span_u64(span_of(o->jobs), JOBS_MAX, &n) || n < 1))
		return err_set(e, 0, "-j %s: not a number from 1 to %d", o->jobs, JOBS_MAX);
	o->jobs_n = (unsigned)n;
	return 0;
}

static int check_fail_on(struct opts *o, struct err *e)
{
	if (strcmp(o->fail_on, "never") == 0)
		o->fail_level = LEVEL_COUNT;
	else if (!level_parse(span_of(o->fail_on), &o->fail_level) ||
	         (o->fail_level != LEVEL_WARN && o->fail_level != LEVEL_CRIT))
		return err_set(e, 0, "--fail-on %s: not warn, crit or never", o->fail_on);
	return 0;
}

static int check_when(const char *option, const char *text, struct when *w, struct err *e)
{
	if (!text || when_parse(span_of(text), w))
		return 0;
	return err_set(e, 0,
	               "%s %s: not a time such as 10:00, 2026-11-22T10:00:00Z, +90s, -5m or "
	               "@1790000000",
	               option, text);
}

/* Where a window is looked for, bundles are read twice. */
static int check_window(struct opts *o, struct err *e)
{
	if (check_when("--since", o->since, &o->window.since, e) ||
	    check_when("--until", o->until, &o->window.until, e))
		return -1;
	for (size_t i = 0; (o->since || o->until || o->join) && i < o->args_n; i++)
		if (strcmp(o->args[i], "-") == 0)
			return err_set(e, 0,
			               "--since, --until and --join read a bundle twice: save "
			               "standard input to a file first");
	return 0;
}

/* OLD NEW, or OLD... vs NEW... */
static int split_sides(struct opts *o, struct err *e)
{
	size_t at = 0;

	while (at < o->args_n && strcmp(o->args[at], "vs") != 0)
		at++;
	o->old_n = at < o->args_n ? at : 1;
	o->new_n = at < o->args_n ? o->args_n - at - 1 : 1;
	if (at == o->args_n && o->args_n != 2)
		return err_set(e, 0, "expected %s, got %zu arguments, see --help",
		               o->join ? "OLD... vs NEW..., bundles of one host"
		                       : "two bundles: OLD NEW",
		               o->args_n);
	if (!o->old_n || !o->new_n)
		return err_set(e, 0, "--compare: no bundle %s vs", o->old_n ? "behind" : "before");
	for (size_t i = at + 1; i < o->args_n; i++)
		if (strcmp(o->args[i], "vs") == 0)
			return err_set(e, 0,
			               "--compare: vs stands once, between OLD and NEW (a "
			               "file of that name: ./vs)");
	if (!o->join && (o->old_n > 1 || o->new_n > 1))
		return err_set(e, 0,
		               "--compare: several bundles of one host on a side are one window "
		               "with --join");
	return 0;
}

/* What makes no sense of two reports at once. */
static int check_compare(struct opts *o, struct err *e)
{
	const struct renderer *form = renderer_find(o->format);

	if (o->mode != MODE_COMPARE)
		return 0;
	if (split_sides(o, e))
		return -1;
	if (o->db)
		return err_set(e, 0, "--db keeps the store of one bundle: not with --compare");
	if (o->baseline)
		return err_set(e, 0, "--baseline is about one bundle: not with --compare");
	if (!o->sql && form && form->export)
		return err_set(e, 0,
		               "--format %s writes the series of one bundle: not with "
		               "--compare",
		               o->format);
	return 0;
}

/* What is given decides whether it is about one bundle or about many. */
static int settle_mode(struct opts *o, struct err *e)
{
	const struct renderer *form = renderer_find(o->format);
	const bool gathers = o->out_dir || o->fleet_db || o->copy_to;

	if (o->mode != MODE_REPORT || (!gathers && (o->join || o->args_n < 2)))
		return 0;
	if (o->join)
		return err_set(
			e, 0, "--join makes one report: not with --out-dir, --fleet-db, --copy-to");
	o->mode = MODE_FLEET;
	if (o->db)
		return err_set(e, 0, "--db keeps the store of one bundle; of several: --fleet-db");
	if (o->baseline)
		return err_set(e, 0, "--baseline is about one bundle");
	if (!o->sql && form && form->export)
		return err_set(e, 0, "--format %s writes the series of one bundle", o->format);
	if ((*o->sections || o->sql) && o->out_dir)
		return err_set(e, 0, "--section and --sql are of one report: not with --out-dir");
	return 0;
}

static int check_args(const struct opts *o, struct err *e)
{
	static const struct {
		size_t least, most;
		const char *what;
	} wants[MODE_COUNT] = {
		[MODE_REPORT] = {1, 1,        "one bundle: a file, a folder, or - for standard input"},
		[MODE_FLEET] = {1, SIZE_MAX, "a bundle or more"                                     },
		[MODE_HELP] = {0, SIZE_MAX, ""						     },
		[MODE_VERSION] = {0, SIZE_MAX, ""						     },
		[MODE_DUMP] = {0, 0,        "no file besides that of --dump"                       },
		[MODE_LIST_RULES] = {0, 0,        "no file with --list-rules"                            },
		[MODE_EXPLAIN] = {0, 0,        "no file besides the rule of --explain"                },
		[MODE_TEST_RULES] = {0, 1,        "one folder of rules at most"                          },
		[MODE_LINT_RULES] = {0, 1,        "one folder of rules at most"                          },
		[MODE_COMPLETE] = {0, 0,        "nothing besides --complete"                           },
	};

	if (o->join && o->mode == MODE_REPORT && o->args_n > 0)
		return 0;
	if (o->mode == MODE_COMPARE)
		return 0; /* check_compare has looked */
	if (o->mode == MODE_FLEET && o->fleet_db)
		return 0; /* of what is in there */
	if (o->args_n < wants[o->mode].least || o->args_n > wants[o->mode].most)
		return err_set(e, 0, "expected %s, got %zu arguments, see --help",
		               wants[o->mode].what, o->args_n);
	return 0;
}

/* A word that getopt knows nothing of, and the option that is nearest to it. */
static int unknown(const char *word, struct err *e)
{
	struct span name = span_of(word);
	struct nearest near = {0};

	while (span_skip(&name, SPAN("-")))
		;
	name = span_sub(name, 0, span_find(name, '='));
	near.word = name;
	for (const struct option_row *r = rows; r < rows + ROWS; r++)
		if (r->name)
			nearest_offer(&near, r->name);
	return err_set(e, 0, "%.80s: there is no such option%s, see --help", word,
	               name.n > 1 ? nearest_hint(&near, "--") : "");
}

/* getopt stopped at '?': the word before the next, but for a letter among others. */
static int refuse(char **argv, struct err *e)
{
	const char letter[] = {'-', (char)optopt, '\0'};
	const struct option_row *r = row_of(optopt);

	if (optopt >= LONG_ONLY)
		return err_set(e, 0, "--%s takes no argument", r->name);
	return unknown(optopt ? letter : argv[optind - 1], e);
}

/* "-format": to getopt that is -f, and -o with the file "rmat". */
static int check_dashes(int argc, char **argv, struct err *e)
{
	for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++)
		for (const struct option_row *r = rows; r < rows + ROWS; r++)
			if (argv[i][0] == '-' && r->name && strcmp(argv[i] + 1, r->name) == 0)
				return unknown(argv[i], e);
	return 0;
}

int opts_parse(struct opts *o, int argc, char **argv, const char **scratch, struct err *e)
{
	const struct option_row *row;
	struct option longs[ROWS + 1];
	char letters[LETTERS_MAX];
	int got;

	*o = (struct opts){.format = "text", .fail_on = "warn", .sets = scratch};
	getopt_tables(longs, letters);
	opterr = 0;
	optind = 0; /* from the start, also for a second call */
	if (check_dashes(argc, argv, e))
		return -1;
	while ((got = getopt_long(argc, argv, letters, longs, NULL)) != -1) {
		if (got == ':')
			return err_set(e, 0, "%s needs an argument: %s", argv[optind - 1],
			               row_of(optopt)->arg);
		if (got == '?')
			return refuse(argv, e);
		row = row_of(got);
		if (row ? take(o, row, optarg, scratch, e) : take_letter(o, got, e))
			return -1;
	}
	o->args = (const char *const *)(argv + optind);
	o->args_n = (size_t)(argc - optind);
	if (o->mode == MODE_HELP || o->mode == MODE_VERSION)
		return 0;
	if (check_format(o, e) || check_width(o, e) || check_jobs(o, e) || check_fail_on(o, e) ||
	    check_window(o, e) || check_compare(o, e) || settle_mode(o, e))
		return -1;
	return check_args(o, e);
}

int opts_collected(struct opts *o, const char *const *args, size_t n, struct err *e)
{
	o->args = args;
	o->args_n = n;
	return settle_mode(o, e) || check_args(o, e) ? -1 : 0;
}

void opts_help(FILE *out)
{
	(void)fputs(
		"usage: nettape-analyze [OPTION]... BUNDLE...\n"
		"Reads what nettape-collect recorded ('-': from standard input), runs the rules,\n"
		"prints a diagnosis.  Exit status: 0 nothing found, 1 findings, 2 usage, 3 "
		"failed.\n",
		out);
	for (const struct option_row *r = rows; r < rows + ROWS; r++) {
		char left[64];
		struct buf b = BUF_OVER(left);

		if (!r->name) {
			(void)fprintf(out, "\n%s:\n", r->help);
			continue;
		}
		if (r->letter)
			buf_fmt(&b, "-%c, ", r->letter);
		buf_fmt(&b, "--%s%s%s", r->name, r->arg ? " " : "", r->arg ? r->arg : "");
		(void)fprintf(out, "  %-27s %s", buf_cstr(&b), r->help);
		for (size_t i = 0; r->at == offsetof(struct opts, format) && i < renderers_count;
		     i++)
			(void)fprintf(out, "%s%s", i ? ", " : "", renderers[i].format);
		(void)fputc('\n', out);
	}
	(void)fputs("\nSections by letter, as in xsos; -cm is --section CPU,MEMORY:\n", out);
	for (const struct letter_row *r = letters_of_sections;
	     r < letters_of_sections + SECTION_LETTERS; r++)
		(void)fprintf(out, "  -%c  %-19s %s\n", r->letter, r->names, r->help);
	(void)fputs("\nmanual: nettape-analyze(1), nettape-rules(5)\n", out);
}

void opts_first(FILE *out)
{
	(void)fputs("nettape-analyze tells what is wrong in a recording of nettape-collect, and "
	            "what to do.\n"
	            "\n"
	            "  nettape-analyze FILE                           the report, findings first\n"
	            "  nettape-analyze --format html -o a.html FILE   one page with plots, for a "
	            "browser\n"
	            "  nettape-analyze --compare OLD NEW              whether the remedy helped\n"
	            "  nettape-analyze FILE FILE ...                  many hosts in one report\n"
	            "  nettape-analyze --explain RULE                 one rule in full; "
	            "--list-rules names them\n"
	            "\n"
	            "There is no recording yet?  On the sick host, while it is sick: "
	            "nettape-collect --for 5m\n"
	            "All options: nettape-analyze --help.  The manual: man nettape-analyze\n",
	            out);
}
