#include "analyze/complete.h"

#include <string.h>

#include "analyze/opts.h"
#include "analyze/parse.h"
#include "analyze/section.h"
#include "schema/buf.h"

/* Each prints its words with a blank before each. */
static void put_formats(const struct rules *r, FILE *out)
{
	(void)r;
	for (size_t i = 0; i < renderers_count; i++)
		(void)fprintf(out, " %s", renderers[i].format);
	(void)fputs(" csv", out);
}

static void put_parsers(const struct rules *r, FILE *out)
{
	(void)r;
	for (size_t i = 0; i < parsers_count; i++)
		(void)fprintf(out, " %s", parsers[i].format);
}

static void put_levels(const struct rules *r, FILE *out)
{
	(void)r;
	(void)fputs(" warn crit never", out);
}

/* Of one bundle's report, in lower case as the manual has them. */
static void put_sections(const struct rules *r, FILE *out)
{
	char names[400] = "";
	struct buf b = BUF_OVER(names);

	(void)r;
	section_names(SECTIONS_HOST, &b);
	(void)fputc(' ', out);
	for (size_t i = 0; i < b.n; i++)
		if (names[i] >= 'A' && names[i] <= 'Z')
			(void)fputc(names[i] - 'A' + 'a', out);
		else if (names[i] != ',')
			(void)fputc(names[i], out);
}

static void put_rules(const struct rules *r, FILE *out)
{
	for (size_t i = 0; i < r->set.n; i++)
		(void)fprintf(out, " %s", r->set.v[i]->rule.id);
}

static void put_params(const struct rules *r, FILE *out)
{
	for (size_t i = 0; i < r->set.n; i++) {
		const struct rule *rule = &r->set.v[i]->rule;

		for (size_t k = 0; k < rule->params_n; k++)
			(void)fprintf(out, " %s.%s=", rule->id, rule->params[k].name);
	}
}

/* What may follow, by the option's name, else by what --help calls its argument. */
static const struct words {
	const char *name, *kind;
	void (*put)(const struct rules *r, FILE *out); /* or NULL: the kind says it all */
} by_name[] =
	{
		{"format",  "one",   put_formats },
                {"as",      "one",   put_parsers },
		{"section", "list",  put_sections},
                {"explain", "one",   put_rules   },
		{"fail-on", "one",   put_levels  },
                {"set",     "start", put_params  },
},
  by_arg[] = {
	  {"FILE", "file", NULL},
	  {"DIR", "dir", NULL},
};

static const struct words *find(const struct words *v, size_t n, const char *name)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(v[i].name, name) == 0)
			return &v[i];
	return NULL;
}

static void put_option(const char *dashes, const char *name, const char *arg, const struct words *w,
                       const struct rules *r, FILE *out)
{
	(void)fprintf(out, "%s%s\t%s\t", dashes, name, w ? w->kind : arg ? "text" : "flag");
	if (w && w->put)
		w->put(r, out);
	(void)fputc('\n', out);
}

void complete_print(const struct rules *r, FILE *out)
{
	static const struct {
		const char *name, *arg;
		char letter;
	} options[] = {
#define GROUP(help_)
#define OPT(name_, letter_, arg_, field_, type_, mode_, help_) {(name_), (arg_), (letter_)},
#include "analyze/opts.def"
#undef OPT
#undef GROUP
	};

	for (size_t i = 0; i < sizeof(options) / sizeof(options[0]); i++) {
		const char letter[] = {options[i].letter, '\0'};
		const char *arg = options[i].arg;
		const struct words *w =
			find(by_name, sizeof(by_name) / sizeof(by_name[0]), options[i].name);

		if (!w && arg)
			w = find(by_arg, sizeof(by_arg) / sizeof(by_arg[0]), arg);
		put_option("--", options[i].name, arg, w, r, out);
		if (options[i].letter)
			put_option("-", letter, arg, w, r, out);
	}
#define SECTIONS(letter_, names_, help_) (void)fprintf(out, "-%c\tflag\t\n", letter_);
#include "analyze/letters.def"
#undef SECTIONS
	(void)fputs("*\tfile\t\n", out);
}
