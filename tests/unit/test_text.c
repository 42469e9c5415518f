#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "analyze/arena.h"
#include "analyze/escape.h"
#include "analyze/report.h"

static const struct renderer *text_renderer(void)
{
	for (size_t i = 0; i < renderers_count; i++)
		if (strcmp(renderers[i].format, "text") == 0)
			return renderers[i].renderer;
	fail_msg("no renderer for text");
	return NULL;
}

/* The caller frees it. */
static char *rendered(const struct report *r, struct style style)
{
	struct err e = {0};
	char *text = NULL;
	size_t n = 0;
	FILE *out = open_memstream(&text, &n);

	assert_non_null(out);
	assert_int_equal(text_renderer()->render(r, &style, out, &e), 0);
	(void)fclose(out);
	return text;
}

static void renders(const struct report *r, struct style style, const char *want)
{
	char *text = rendered(r, style);

	assert_string_equal(text, want);
	free(text);
}

static const struct fact facts[] = {
	{.name = "host",     .value = "web-17"                             },
	{.name = "when",     .value = "2026-05-03 10:00:02 .. 10:10:02 UTC"},
	{.name = "window",   .value = "10m of 10m asked"                   },
	{.name = "ticks",    .value = "601 ticks every 1 s"                },
	{.name = "machine",  .value = "4 CPUs, 16 GiB"                     },
	{.name = "evidence", .value = "32 sources recorded"                },
};
#define FACTS .facts = facts, .facts_n = sizeof(facts) / sizeof(facts[0])

static const struct evidence drops[] = {
	{"drops",       MEASURE_PLAIN, {.type = CELL_INT, .v.i = 1413}      },
	{"drops_per_s", MEASURE_PER_S, {.type = CELL_REAL, .v.r = 2.356}    },
	{"max_backlog", MEASURE_PLAIN, {.type = CELL_TEXT, .v.text = "1000"}},
	{"owner",       MEASURE_PLAIN, {.type = CELL_TEXT, .v.text = ""}    },
};

static struct finding plain(const char *rule, const char *title, enum level level,
                            const char *entity, const char *message)
{
	return (struct finding){
		.rule = rule,
		.version = 1,
		.title = title,
		.level = level,
		.entity = entity,
		.message = message,
		.at = -1,
		.first_at = -1,
		.last_at = -1,
		.at_text = "",
		.first_text = "",
		.last_text = "",
		.member = "",
		.meaning = "",
		.remedy = "",
		.verify = "",
		.but = "",
		.see = "",
	};
}

static void what_was_judged_on_too_little_time_stands_below_its_equals(void **state)
{
	struct finding f[] = {
		plain("a/short", "Short", LEVEL_CRIT, "", "judged on seconds"),
		plain("b/full", "Full", LEVEL_CRIT, "", "judged on all it wants"),
		plain("c/warn", "Warn", LEVEL_WARN, "", "not as bad"),
		plain("d/cause", "Cause", LEVEL_CRIT, "", "a cause"),
	};
	struct report r = {.findings = f, .findings_n = 4};
	struct arena a = {0};

	(void)state;
	f[0].votes = f[3].votes = 1;
	f[0].short_of = f[3].short_of = "judged on 12 s";
	f[3].cause = true;
	report_finish(&r, &a);
	assert_string_equal(r.findings[0].rule, "d/cause");
	assert_string_equal(r.findings[1].rule, "b/full");
	assert_string_equal(r.findings[2].rule, "a/short");
	assert_string_equal(r.findings[3].rule, "c/warn");
	arena_free(&a);
}

static void of_those_judged_too_shortly_the_one_that_stands_alone_is_last(void **state)
{
	struct finding f[] = {
		plain("a/alone", "Alone", LEVEL_WARN, "", "one input, for seconds"),
		plain("b/short", "Short", LEVEL_WARN, "", "for seconds"),
	};
	struct report r = {.findings = f, .findings_n = 2};
	struct arena a = {0};

	(void)state;
	f[0].votes = f[1].votes = 1;
	f[0].short_of = f[1].short_of = "judged on 12 s";
	f[0].alone = true;
	report_finish(&r, &a);
	assert_string_equal(r.findings[0].rule, "b/short");
	arena_free(&a);
}

static void one_vote_stands_below_its_equals_and_two_above(void **state)
{
	struct finding f[] = {
		plain("a/low", "Low", LEVEL_WARN, "", "one input says so"),
		plain("b/plain", "Plain", LEVEL_WARN, "", "measured"),
		plain("c/sure", "Sure", LEVEL_WARN, "", "two agree"),
		plain("d/info", "Info", LEVEL_INFO, "", "not as bad"),
	};
	struct report r = {.findings = f, .findings_n = 4};
	struct arena a = {0};

	(void)state;
	f[0].votes = 1;
	f[2].votes = 2;
	report_finish(&r, &a);
	assert_string_equal(r.findings[0].rule, "c/sure");
	assert_string_equal(r.findings[1].rule, "b/plain");
	assert_string_equal(r.findings[2].rule, "a/low");
	assert_string_equal(r.findings[3].rule, "d/info");
	arena_free(&a);
}

static void a_verdict_stands_above_everything(void **state)
{
	const struct rule_result ok[] = {
		{.rule = "b/b",            .title = "t", .outcome = OUTCOME_OK, .why = "", .ok = 1},
		{.rule = "a/c",
	         .title = "t",
	         .outcome = OUTCOME_NOT_EVALUATED,
	         .why = "softnet: absent",
	         .hint = "another kernel"},
		{.rule = "a/d",
	         .title = "t",
	         .outcome = OUTCOME_NOT_EVALUATED,
	         .why = "softnet: absent",
	         .hint = "another kernel"},
		{.rule = "b/e",
	         .title = "t",
	         .outcome = OUTCOME_NOT_EVALUATED,
	         .why = "too short: tcp covers 1 s of 60 s; --short-window judges it anyway"                                },
	};
	struct report r = {FACTS, .results = ok, .results_n = 4};
	struct arena a = {0};

	(void)state;
	report_finish(&r, &a);
	renders(&r, (struct style){.width = 80},
	        "NETTAPE  web-17, 2026-05-03 10:00:02 .. 10:10:02 UTC, 10m of 10m asked, 601\n"
	        "         ticks every 1 s\n"
	        "         4 CPUs, 16 GiB\n"
	        "         32 sources recorded\n"
	        "VERDICT  NOTHING FOUND  of 4 rules 1 is ok, 3 not evaluated\n"
	        "CLEAN          rules ok: b 1/2\n"
	        "NOT EVALUATED  3 of 4 rules: 1 window too short (--short-window), 2 for other\n"
	        "               reasons\n"
	        "\n"
	        "NOT EVALUATED  by cause, and what to record for them; this is not \"ok\"\n"
	        "  softnet: absent\n"
	        "    a/c, a/d\n"
	        "    to judge: another kernel\n"
	        "  too short: tcp covers 1 s of 60 s; --short-window judges it anyway\n"
	        "    b/e\n");
	arena_free(&a);
}

static void a_cause_comes_first_and_folds_what_it_explains(void **state)
{
	struct finding f[] = {
		plain("tcp/tail", "Tail", LEVEL_WARN, "", "tail"),
		plain("aaa/warn", "Second", LEVEL_WARN, "cpu1", "cpu1: second rule"),
		plain("root-cause/loss", "Loss", LEVEL_WARN, "", "the cause"),
		plain("zzz/crit", "Worst", LEVEL_CRIT, "cpu0", "lost"),
		plain("quiet/one", "Optic", LEVEL_CRIT, "eth3", "optic"),
	};
	const struct setting settings[] = {
		{.name = "a/b.warn", .value = "50", .origin = "--set", .fallback = "1"}
        };
	struct report r = {.findings = f, .findings_n = 5, .settings = settings, .settings_n = 1};
	struct arena a = {0};

	(void)state;
	f[0].explained_by = "root-cause/loss";
	f[0].explained_entity = "";
	f[0].depth = 1;
	f[2].cause = true;
	f[2].votes = 3;
	f[3].evidence = drops;
	f[3].evidence_n = sizeof(drops) / sizeof(drops[0]);
	f[3].at = 12;
	f[3].first_at = 3;
	f[3].last_at = 40;
	f[3].at_text = "2026-05-03 10:00:14Z";
	f[3].first_text = "2026-05-03 10:00:05Z";
	f[3].last_text = "2026-05-04 00:00:05Z";
	f[3].hits = 9;
	f[3].hits_of = 60;
	f[3].hits_what = "intervals";
	f[3].member = "snap/000012/proc/net/softnet_stat";
	f[3].remedy = "Double it:\n  sysctl -w net.core.netdev_max_backlog=2000\nand watch\n"
		      "the counter.";
	f[3].verify = "It stands still.";
	f[4].suppressed = "CASE-1";
	report_finish(&r, &a);
	assert_int_equal(r.count[LEVEL_CRIT], 1);
	assert_int_equal(r.count[LEVEL_WARN], 2);
	assert_int_equal(r.folded, 1);
	assert_int_equal(r.suppressed, 1);
	assert_true(report_reaches(&r, LEVEL_CRIT));
	renders(&r, (struct style){.width = 80},
	        "NETTAPE\n"
	        "VERDICT  CRITICAL  1 root cause, 1 critical, 1 warning; 1 folded under its\n"
	        "                   cause; 1 suppressed; no rule was run\n"
	        "[C] zzz/crit  Worst\n"
	        "    cpu0: lost\n"
	        "    do:       Double it:\n"
	        "                sysctl -w net.core.netdev_max_backlog=2000\n"
	        "    verify:   It stands still.\n"
	        "[W] root-cause/loss  Loss (confidence high)\n"
	        "    the cause\n"
	        "    explains  tcp/tail\n"
	        "[W] aaa/warn  Second\n"
	        "    cpu1: second rule\n"
	        "\n"
	        "FINDINGS  causes before symptoms; [C] critical, [W] warning, [i] remark\n"
	        "\n"
	        "[C] zzz/crit  Worst\n"
	        "    cpu0: lost\n"
	        "      numbers   drops 1,413, drops 2.36/s, max backlog 1000\n"
	        "      when      2026-05-03 10:00:05Z to 2026-05-04 00:00:05Z (snapshots 3 to\n"
	        "                40), worst 2026-05-03 10:00:14Z (12), in 9 of 60 intervals\n"
	        "      file      snap/000012/proc/net/softnet_stat\n"
	        "    do:       Double it:\n"
	        "                sysctl -w net.core.netdev_max_backlog=2000\n"
	        "              and watch the counter.\n"
	        "    verify:   It stands still.\n"
	        "\n"
	        "[W] root-cause/loss  Loss (confidence high)\n"
	        "    the cause\n"
	        "      when      all of the window\n"
	        "    explains\n"
	        "    [W] tcp/tail\n"
	        "        tail\n"
	        "\n"
	        "[W] aaa/warn  Second\n"
	        "    cpu1: second rule\n"
	        "      when      all of the window\n"
	        "\n"
	        "SUPPRESSED  found, but the site file says not to count it\n"
	        "  [C] quiet/one eth3: CASE-1\n"
	        "\n"
	        "PARAMETERS  that are not the rules' own\n"
	        "  a/b.warn = 50 (--set; the rule's own: 1)\n");
	arena_free(&a);
}

static void what_a_short_window_costs_is_said(void **state)
{
	struct finding f[] = {
		plain("a/cause", "Cause", LEVEL_WARN, "", "the cause"),
		plain("b/symptom", "Symptom", LEVEL_WARN, "", "the symptom"),
	};
	const struct rule_result results[] = {
		{.rule = "a/cause",            .title = "Cause",   .why = "", .short_of = "judged on 12 s"},
		{.rule = "b/symptom",          .title = "Symptom", .why = "", .short_of = "judged on 12 s"},
		{.rule = "c/fine",
	         .title = "Fine",
	         .why = "",
	         .outcome = OUTCOME_OK,
	         .ok = 2,
	         .short_of = "judged on 12 s"},
		{.rule = "d/open",
	         .title = "Open",
	         .why = "none",
	         .outcome = OUTCOME_NOT_EVALUATED									  },
	};
	struct report r = {.findings = f,
	                   .findings_n = 2,
	                   .results = results,
	                   .results_n = 4,
	                   .short_window = true};
	struct arena a = {0};

	(void)state;
	f[0].votes = f[1].votes = 1;
	f[0].short_of = f[1].short_of = "judged on 12 s, the rule wants 30 s";
	f[1].explained_by = "a/cause";
	f[1].explained_entity = "";
	f[1].depth = 1;
	report_finish(&r, &a);
	renders(&r, (struct style){.width = 80, .all = true},
	        "NETTAPE\n"
	        "         --short-window: 3 rules judged less time than they want, with low\n"
	        "         confidence\n"
	        "VERDICT  WARNING  1 warning; 1 folded under its cause; of 4 rules 2 found\n"
	        "                  something, 1 is ok, 1 not evaluated\n"
	        "[W] a/cause  Cause (confidence low)\n"
	        "    the cause\n"
	        "    explains  b/symptom\n"
	        "CLEAN          rules ok: c 1/1\n"
	        "NOT EVALUATED  1 of 4 rules: 1 for other reasons\n"
	        "\n"
	        "FINDINGS  causes before symptoms; [C] critical, [W] warning, [i] remark\n"
	        "\n"
	        "[W] a/cause  Cause (confidence low: judged on 12 s, the rule wants 30 s)\n"
	        "    the cause\n"
	        "      when      all of the window\n"
	        "    explains\n"
	        "    [W] b/symptom  judged on 12 s, the rule wants 30 s\n"
	        "        the symptom\n"
	        "        when      all of the window\n"
	        "\n"
	        "NOT EVALUATED  by cause, and what to record for them; this is not \"ok\"\n"
	        "  none\n"
	        "    d/open: Open\n"
	        "\n"
	        "OK  checked, and nothing found\n"
	        "  c/fine Fine (2 checked); judged on 12 s\n");
	arena_free(&a);
}

static void what_a_rule_would_have_liked_to_see_is_said_once(void **state)
{
	const struct finding f[] = {
		plain("a/b", "Two", LEVEL_WARN, "eth0", "eth0 drops"),
		plain("a/b", "Two", LEVEL_WARN, "eth1", "eth1 drops"),
		plain("c/d", "One", LEVEL_WARN, "", "slow"),
	};
	const struct rule_result results[] = {
		{.rule = "a/b", .title = "Two", .why = "without ethtool: not collected"},
		{.rule = "c/d", .title = "One", .why = ""                              },
	};
	struct report r = {.findings = f, .findings_n = 3, .results = results, .results_n = 2};
	char *text = rendered(&r, (struct style){.width = 80});
	const char *said = strstr(text, "    judged    without ethtool: not collected\n");

	(void)state;
	assert_non_null(said);
	assert_true(said > strstr(text, "eth1 drops"));
	assert_null(strstr(said + 8, "judged"));
	free(text);
}

static void limits_stand_below_the_numbers(void **state)
{
	const struct finding f[] = {plain("a/b", "Two", LEVEL_WARN, "eth0", "eth0 drops")};
	const struct param params[] = {
		{.name = "warn_drops", .unit = "packets", .value = "1",   .origin = "default"},
		{.name = "crit_drops", .unit = "packets", .value = "100", .origin = "default"},
		{.name = "min_share",  .unit = "percent", .value = "5",   .origin = "default"},
		{.name = "warn_pct",   .unit = "percent", .value = NULL,  .origin = "default"},
	};
	const struct rule_result results[] = {
		{.rule = "a/b", .title = "Two", .why = "", .params = params, .params_n = 4},
	};
	const struct report r = {
		.findings = f, .findings_n = 1, .results = results, .results_n = 1};
	char *text = rendered(&r, (struct style){.width = 80});

	(void)state;
	assert_non_null(
		strstr(text, "    limits    warn_drops = 1 packets, crit_drops = 100 packets\n"));
	free(text);
	text = rendered(&r, (struct style){.width = 100, .all = true});
	assert_non_null(strstr(text, "min_share = 5 percent\n"));
	free(text);
}

static void hostile_text_never_reaches_the_terminal(void **state)
{
	const struct finding f[] = {
		plain("a/b", "T", LEVEL_WARN, "ev\x1b]0;il\x07",
	              "caf\xc3\xa9 \xff\x9b"
	              "31m \xe2\x80\xae"),
	};
	const struct fact hostile[] = {
		{.name = "host", .value = "h\x1b[2Jost\n"}
        };
	struct report r = {.findings = f, .findings_n = 1, .facts = hostile, .facts_n = 1};
	char *text;

	(void)state;
	text = rendered(&r, (struct style){.width = 80, .utf8 = true});
	assert_non_null(strstr(text, "h\\x1b[2Jost"));
	assert_non_null(strstr(text, "ev\\x1b]0;il\\x07: caf\xc3\xa9 \\xff\\x9b31m \\u202e"));
	assert_null(strchr(text, '\x1b'));
	assert_null(strchr(text, '\x07'));
	free(text);
	text = rendered(&r, (struct style){.width = 80});
	assert_non_null(strstr(text, "caf\\u00e9"));
	for (const char *p = text; *p; p++)
		assert_true(*p == '\n' || (*p >= ' ' && *p < 0x7f));
	free(text);
}

#define NONE NAN
static const struct column columns[] = {
	{"cpu",      "cpu",  MEASURE_PLAIN},
        {"rx_per_s", "rx/s", MEASURE_PER_S},
	{"dropped",  "drop", MEASURE_PLAIN},
        {"rx_spark", "rx",   MEASURE_SPARK},
	{"note",     "note", MEASURE_PLAIN},
};
static const struct cell cells[] = {
	{.type = CELL_TEXT,  .v.text = "cpu0"						   },
	{.type = CELL_REAL,  .v.r = 12345.6						     },
	{.type = CELL_INT,   .v.i = 0							   },
	{.type = CELL_SPARK,
         .v.spark = {.v = (const float[]){0, 1, 2, 3, 4, 5, 6, 8, NONE, 8, 0, 4}, .n = 12}      },
	{.type = CELL_TEXT,  .v.text = "a remark that is rather long, as remarks of drivers are"},
	{.type = CELL_TEXT,  .v.text = "cpu1"						   },
	{.type = CELL_EMPTY},
	{.type = CELL_INT,    .v.i = 1234567								   },
	{.type = CELL_EMPTY                 },
	{.type = CELL_TEXT,                  .v.text = ""},
};
#define CAPTION "packets by CPU over the window, from softnet_stat"
static const struct table tables[] = {
	{.caption = CAPTION,
         .columns = columns,
         .columns_n = 5,
         .cells = cells,
         .rows_n = 2,
         .more = 3},
};
static const struct section sections[] = {
	{.name = "SOFTNET", .about = "packets by CPU", .tables = tables, .tables_n = 1},
	{.name = "QDISC",                 .about = "queues",                            .empty = "qdisc: denied (Operation not permitted)"          },
};
static const struct report tabled = {.sections = sections, .sections_n = 2};

static void a_table_fits_its_width(void **state)
{
	(void)state;
	renders(&tabled, (struct style){.width = 100, .utf8 = true, .sections = "SOFTNET"},
	        "\nSOFTNET  packets by CPU\n"
	        "  " CAPTION "\n"
	        "    cpu     rx/s       drop  rx            note\n"
	        "    cpu0  12.3 k          0  ▁▂▃▄▅▆▆█ █▁▅  a remark that is rather long, as "
	        "remarks of"
	        " drivers are\n"
	        "    cpu1       -  1,234,567                -\n"
	        "    +3 more\n"
	        "\nQDISC  queues\n"
	        "  qdisc: denied (Operation not permitted)\n");
	renders(&tabled, (struct style){.width = 80, .sections = "SOFTNET"},
	        "\nSOFTNET  packets by CPU\n"
	        "  " CAPTION "\n"
	        "    cpu     rx/s       drop  rx          note\n"
	        "    cpu0  12.3 k          0   .:-++# #=  a remark that is rather long, as remar~\n"
	        "    cpu1       -  1,234,567              -\n"
	        "    +3 more\n"
	        "\nQDISC  queues\n"
	        "  qdisc: denied (Operation not permitted)\n");
}

static void no_line_is_longer_than_the_width(void **state)
{
	(void)state;
	for (unsigned width = 40; width <= 120; width++) {
		char *text = rendered(&tabled, (struct style){.width = width, .utf8 = true});
		struct span rest = span_of(text), line;

		while (span_line(&rest, &line))
			assert_true(text_columns(line) <= width);
		free(text);
	}
}

static void colour_only_when_asked(void **state)
{
	char *text;

	(void)state;
	text = rendered(&tabled, (struct style){.width = 80, .sections = "SOFTNET"});
	assert_null(strchr(text, '\x1b'));
	free(text);
	text = rendered(&tabled,
	                (struct style){.width = 80, .colour = true, .sections = "SOFTNET"});
	assert_non_null(strstr(text, "\x1b[1mSOFTNET\x1b[0m"));
	free(text);
}

static void groups_stand_above_their_rows(void **state)
{
	const struct column heads[] = {
		{"what",    "what",    MEASURE_TEXT },
		{"counter", "counter", MEASURE_TEXT },
		{"growth",  "growth",  MEASURE_PLAIN},
	};
	const struct cell moved[] = {
		{.type = CELL_TEXT, .v.text = "sent again, segments"},
		{.type = CELL_TEXT, .v.text = "TcpRetransSegs"      },
		{.type = CELL_INT,  .v.i = 7                        },
		{.type = CELL_TEXT, .v.text = "sent again, segments"},
		{.type = CELL_TEXT, .v.text = "TcpExtTCPFastRetrans"},
		{.type = CELL_INT,  .v.i = 5                        },
		{.type = CELL_TEXT, .v.text = "traffic, segments"   },
		{.type = CELL_TEXT, .v.text = "TcpOutSegs"          },
		{.type = CELL_INT,  .v.i = 1000                     },
	};
	const struct table t = {.caption = "moved",
	                        .groups = true,
	                        .columns = heads,
	                        .columns_n = 3,
	                        .cells = moved,
	                        .rows_n = 3};
	const struct section tcp[] = {
		{.name = "TCP", .about = "counters", .tables = &t, .tables_n = 1}
        };
	struct report r = {.sections = tcp, .sections_n = 1};
	char *text = rendered(&r, (struct style){.width = 60, .sections = "TCP"});

	(void)state;
	assert_non_null(strstr(text, "  moved\n"
	                             "    counter               growth\n"
	                             "   sent again, segments\n"
	                             "    TcpRetransSegs             7\n"
	                             "    TcpExtTCPFastRetrans       5\n"
	                             "   traffic, segments\n"
	                             "    TcpOutSegs             1,000\n"));
	free(text);
}

static void a_list_stands_line_by_line(void **state)
{
	static const struct column list_columns[] = {
		{"memory_bytes", "memory", MEASURE_BYTES},
		{"busy_pct",     "busy %", MEASURE_PCT  },
		{"os",           "os",     MEASURE_PLAIN},
	};
	static const struct cell list_cells[] = {
		{.type = CELL_INT,  .v.i = 1 << 30    },
		{.type = CELL_REAL, .v.r = 12.34      },
		{.type = CELL_TEXT, .v.text = "Debian"},
	};
	const struct table t = {.caption = "",
	                        .list = true,
	                        .columns = list_columns,
	                        .columns_n = 3,
	                        .cells = list_cells,
	                        .rows_n = 1};
	const struct section s = {
		.name = "HOST", .about = "what it is", .tables = &t, .tables_n = 1};
	const struct report r = {.sections = &s, .sections_n = 1};

	(void)state;
	renders(&r, (struct style){.width = 80, .sections = "HOST"},
	        "\nHOST  what it is\n"
	        "    memory  1 GiB\n"
	        "    busy    12.3 %\n"
	        "    os      Debian\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_verdict_stands_above_everything),
		cmocka_unit_test(a_cause_comes_first_and_folds_what_it_explains),
		cmocka_unit_test(what_a_short_window_costs_is_said),
		cmocka_unit_test(what_a_rule_would_have_liked_to_see_is_said_once),
		cmocka_unit_test(limits_stand_below_the_numbers),
		cmocka_unit_test(hostile_text_never_reaches_the_terminal),
		cmocka_unit_test(a_table_fits_its_width),
		cmocka_unit_test(no_line_is_longer_than_the_width),
		cmocka_unit_test(colour_only_when_asked),
		cmocka_unit_test(groups_stand_above_their_rows),
		cmocka_unit_test(what_was_judged_on_too_little_time_stands_below_its_equals),
		cmocka_unit_test(one_vote_stands_below_its_equals_and_two_above),
		cmocka_unit_test(of_those_judged_too_shortly_the_one_that_stands_alone_is_last),
		cmocka_unit_test(a_list_stands_line_by_line),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
