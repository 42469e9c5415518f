#include "collect/opts.h"

#include <string.h>

#include "schema/nearest.h"
#include "schema/source.h"
#include "schema/timefmt.h"
#include "schema/unit.h"

#define EVERY_MIN_NS ((int64_t)10 * NS_PER_MS)
#define EVERY_MAX_NS ((int64_t)3600 * NS_PER_S)
#define LEVEL_MAX    19
#define NOTE_MAX     1024

enum kind { FLAG, DURATION, SIZE, NUMBER, TEXT, LIST };

static const struct option {
	const char *name;
	char letter; /* or 0 */
	enum kind kind;
	size_t at; /* offset in struct opts */
	const char *arg;
	const char *help;
} options[] = {
#define AT(field) offsetof(struct opts, field)
	{"for",          0,   DURATION, AT(for_ns),       "D",
                                                      "length of the window, 5m; 0 = until SIGINT or SIGTERM"                                                         },
	{"every",        0,   DURATION, AT(every_ns),     "D",            "tick, 1s; 10ms to 1h"                         },
	{"pace",         0,   LIST,     AT(paces),        "SOURCE=D",     "one source's own pace; globs"                 },
	{"output",       'o', TEXT,     AT(output),       "FILE",
                                                      "HOST-DATE.nettape.tar.zst here; .tar.gz, .tar by name; - is standard output"                                   },
	{"force",        0,   FLAG,     AT(force),        NULL,           "overwrite FILE"                               },
	{"level",        0,   NUMBER,   AT(level),        "N",            "compression level, 1"                         },
	{"max-size",     0,   SIZE,     AT(max_size),     "N",            "end early before the file is larger, 512M"    },
	{"metrics",      0,   LIST,     AT(urls),         "URL",
                                                      "linkerd's admin URL; http://127.0.0.1:9990 is tried; unix:/PATH too; Prometheus' text of "
         "a proxy: URL/metrics, URL/stats/prometheus"														 },
	{"no-http",      0,   FLAG,     AT(no_http),      NULL,           "ask no admin port"                            },
	{"with-config",  0,   FLAG,     AT(with_config),  NULL,
                                                      "linkerd's /config.json too: it may hold secrets"							       },
	{"pid",          0,   LIST,     AT(pids),         "PID",
                                                      "watch this process; default: the listener on 4140 or 9990"                                                     },
	{"comm",         0,   LIST,     AT(comms),        "NAME",         "watch the processes of this name; globs"      },
	{"netns",        0,   LIST,     AT(netns),        "PID|NAME",     "that network namespace too"                   },
	{"run",          0,   LIST,     AT(runs),         "NAME=CMD ARG",
                                                      "also run this command (no shell) at the first and the last tick"                                               },
	{"include",      0,   LIST,     AT(includes),     "ID",           "take this source, on by default or not; globs"},
	{"exclude",      0,   LIST,     AT(excludes),     "ID",           "do not take this source; globs"               },
	{"note",         0,   TEXT,     AT(note),         "TEXT",         "a case number or a remark, kept in the bundle"},
	{"root",         0,   TEXT,     AT(root),         "DIR",          "read the dump of a host instead of this host" },
	{"list-sources", 0,   FLAG,     AT(list_sources), NULL,           "print what is read, and stop"                 },
	{"quiet",        'q', FLAG,     AT(quiet),        NULL,           "say nothing but errors"                       },
	{"verbose",      'v', FLAG,     AT(verbose),      NULL,           "name each source that could not be read"      },
	{"complete",     0,   FLAG,     AT(complete),     NULL,
                                                      "print what completion in bash works with, and stop"                                                            },
	{"help",         'h', FLAG,     AT(help),         NULL,           "print this, and stop"                         },
	{"version",      0,   FLAG,     AT(version),      NULL,           "print the version, and stop"                  },
#undef AT
};
#define OPTIONS (sizeof(options) / sizeof(options[0]))

bool size_parse(struct span s, uint64_t *bytes)
{
	static const struct span suffixes = SPAN_INIT("kmgt");
	uint64_t n, shift = 0;

	if (!span_take_u64(&s, UINT64_MAX, &n))
		return false;
	if (s.n) {
		size_t i = span_find(suffixes, (char)(*s.p | 0x20));

		shift = i < suffixes.n ? 10 * (i + 1) : 0;
		s = span_sub(s, shift > 0, s.n);
	}
	if (!(s.n == 0 || span_eq(s, SPAN("B")) || span_eq(s, SPAN("iB"))) ||
	    n > UINT64_MAX >> shift)
		return false;
	*bytes = n << shift;
	return true;
}

static int set_list(struct opts_list *l, const struct option *o, const char *arg, struct err *e)
{
	if (l->n == OPTS_LIST_MAX)
		return err_set(e, 0, "--%s: more than %d", o->name, OPTS_LIST_MAX);
	l->v[l->n++] = arg;
	return 0;
}

static const char *const what_is_good[] = {
	[DURATION] = "duration (500ms, 10s, 5m, 1h30m)",
	[SIZE] = "size (64k, 512M, 1G)",
	[NUMBER] = "number",
	[LIST] = "",
};

static int set(struct opts *to, const struct option *o, const char *arg, struct err *e)
{
	void *field = (char *)to + o->at;
	bool good = true;

	switch (o->kind) {
	case FLAG:
		*(bool *)field = true;
		break;
	case DURATION:
		good = duration_parse(span_of(arg), field);
		break;
	case SIZE:
		good = size_parse(span_of(arg), field);
		break;
	case NUMBER:
		good = span_u64(span_of(arg), UINT32_MAX, field);
		break;
	case TEXT:
		*(const char **)field = arg;
		break;
	case LIST:
		return set_list(field, o, arg, e);
	}
	return good ? 0 : err_set(e, 0, "--%s: not a %s: %s", o->name, what_is_good[o->kind], arg);
}

static const struct option *by_name(struct span name)
{
	for (size_t i = 0; i < OPTIONS; i++)
		if (span_eq(name, span_of(options[i].name)))
			return &options[i];
	return NULL;
}

static const struct option *by_letter(char c)
{
	for (size_t i = 0; i < OPTIONS; i++)
		if (c && options[i].letter == c)
			return &options[i];
	return NULL;
}

static int unknown(struct span name, struct err *e)
{
	struct nearest near = {.word = name};

	for (size_t i = 0; i < OPTIONS; i++)
		nearest_offer(&near, options[i].name);
	return err_set(e, 0, "unknown option: --%.*s%s", (int)name.n, name.p,
	               nearest_hint(&near, "--"));
}

struct args {
	int argc, at; /* `at` is the next one */
	char *const *argv;
};

/* The argument of an option: `rest` if it stands in the same word, else the next word. */
static int take(struct opts *to, const struct option *o, const char *rest, struct args *a,
                struct err *e)
{
	if (o->kind == FLAG)
		return rest ? err_set(e, 0, "--%s takes no argument", o->name)
		            : set(to, o, NULL, e);
	if (!rest && a->at < a->argc)
		rest = a->argv[a->at++];
	if (!rest)
		return err_set(e, 0, "--%s needs an argument: %s", o->name, o->arg);
	return set(to, o, rest, e);
}

static int take_long(struct opts *to, const char *word, struct args *a, struct err *e)
{
	const char *equals = strchr(word, '=');
	struct span name = span_of(word);
	const struct option *o;

	if (equals)
		name.n = (size_t)(equals - word);
	o = by_name(name);
	if (!o)
		return unknown(name, e);
	return take(to, o, equals ? equals + 1 : NULL, a, e);
}

/* "-qv", "-oFILE" */
static int take_letters(struct opts *to, const char *word, struct args *a, struct err *e)
{
	if (by_name(span_of(word))) /* "-output" would be -o with the file "utput" */
		return err_set(e, 0, "unknown option: -%s (did you mean --%s?)", word, word);
	for (; *word; word++) {
		const struct option *o = by_letter(*word);

		if (!o)
			return err_set(e, 0, "unknown option: -%c", *word);
		if (o->kind != FLAG)
			return take(to, o, word[1] ? word + 1 : NULL, a, e);
		if (take(to, o, NULL, a, e) < 0)
			return -1;
	}
	return 0;
}

static int check(struct opts *o, struct err *e)
{
	if (o->every_ns < EVERY_MIN_NS || o->every_ns > EVERY_MAX_NS)
		return err_set(e, 0, "--every: 10ms to 1h");
	if (o->level < 1 || o->level > LEVEL_MAX)
		return err_set(e, 0, "--level: 1 to %d", LEVEL_MAX);
	if (o->max_size == 0)
		return err_set(e, 0, "--max-size: at least 1");
	if (o->note && strlen(o->note) > NOTE_MAX)
		return err_set(e, 0, "--note: at most %d bytes", NOTE_MAX);
	if (o->root[0] && (o->netns.n || o->runs.n || o->pids.n || o->comms.n))
		return err_set(
			e, 0, "--root reads files alone: no --netns, --run, --pid, --comm with it");
	if (o->no_http && o->urls.n)
		return err_set(e, 0, "--no-http and --metrics exclude each other");
	if (strcmp(o->root, "/") == 0)
		o->root = "";
	return 0;
}

int opts_parse(struct opts *o, int argc, char *const argv[], struct err *e)
{
	struct args a = {.argc = argc, .at = 1, .argv = argv};

	*o = (struct opts){
		.for_ns = (int64_t)300 * NS_PER_S,
		.every_ns = NS_PER_S,
		.max_size = (uint64_t)512 * MIB,
		.level = 1,
		.root = "",
	};
	while (a.at < a.argc) {
		const char *word = a.argv[a.at++];
		int bad;

		if (word[0] != '-' || word[1] == '\0' || strcmp(word, "--") == 0)
			return err_set(e, 0, "no arguments are taken: %s", word);
		bad = word[1] == '-' ? take_long(o, word + 2, &a, e)
		                     : take_letters(o, word + 1, &a, e);
		if (bad)
			return -1;
	}
	return check(o, e);
}

void opts_help(struct buf *b)
{
	buf_str(b, "usage: nettape-collect [options]\n"
	           "Records this host's network counters over a window into one file.\n\n");
	for (size_t i = 0; i < OPTIONS; i++) {
		char left[64];
		struct buf l = BUF_OVER(left);

		if (options[i].letter)
			buf_fmt(&l, "-%c, ", options[i].letter);
		buf_fmt(&l, "--%s", options[i].name);
		if (options[i].arg)
			buf_fmt(&l, " %s", options[i].arg);
		buf_fmt(b, "  %-24s %s\n", buf_cstr(&l), options[i].help);
	}
	buf_str(b,
	        "\nD is 500ms, 10s, 5m, 1h30m; a bare number is seconds.  See nettape-collect(1).\n"
	        "exit: 0 bundle complete, 1 closed early but good, 2 usage, 3 no bundle\n");
}

void opts_first(struct buf *b, const char *program)
{
	buf_str(b,
	        "nettape-collect records what this host's network does, into one file to send to "
	        "your support.\n\n");
	buf_fmt(b, "  %s --for 5m                    five minutes, while the trouble is there\n",
	        program);
	buf_fmt(b, "  %s --for 0                     until Ctrl-C\n", program);
	buf_fmt(b, "  %s --for 5m --metrics URL      a linkerd not at http://127.0.0.1:9990\n",
	        program);
	buf_fmt(b, "  %s --list-sources              what it reads; it changes and sends nothing\n",
	        program);
	buf_str(b, "\nThe file, HOST-DATE.nettape.tar.zst, is written into this folder; how to "
	           "look into "
	           "it is said at the end.\n"
	           "As root it also sees which program owns a socket.\n");
	buf_fmt(b, "All options: %s --help.  The manual: man nettape-collect\n", program);
}

/* What a shell completes after it. */
static const char *kind_of(const struct option *o)
{
	static const struct {
		const char *name, *kind;
	} kinds[] = {
		{"output",  "file" },
                {"root",    "dir"  },
                {"include", "one"  },
		{"exclude", "one"  },
                {"pace",    "start"},
	};

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (strcmp(o->name, kinds[i].name) == 0)
			return kinds[i].kind;
	return o->arg ? "text" : "flag";
}

/* The words that may follow: sources' names, "NAME=" where a pace comes behind it. */
static void put_words(struct buf *b, const char *kind)
{
	const bool starts = strcmp(kind, "start") == 0;

	buf_fmt(b, "\t%s\t", kind);
	for (size_t i = 0; (starts || strcmp(kind, "one") == 0) && i < sources_count; i++)
		buf_fmt(b, " %s%s", sources[i].id, starts ? "=" : "");
	buf_char(b, '\n');
}

void opts_complete(struct buf *b)
{
	for (size_t i = 0; i < OPTIONS; i++) {
		const struct option *o = &options[i];

		buf_fmt(b, "--%s", o->name);
		put_words(b, kind_of(o));
		if (!o->letter)
			continue;
		buf_fmt(b, "-%c", o->letter);
		put_words(b, kind_of(o));
	}
}
