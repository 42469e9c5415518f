/*
 * Text in the form of a tool of the host's, made natively: `what` is the command,
 * %i in it stands for each network interface.
 */
#include <errno.h>
#include <stdlib.h>

#include "collect/how.h"
#include "collect/iface.h"
#include "collect/path.h"

static const struct {
	struct span name;
	tool *make;
} tools[] = {
	{SPAN_INIT("ss"),       tool_ss      },
	{SPAN_INIT("ethtool"),  tool_ethtool },
	{SPAN_INIT("ifconfig"), tool_ifconfig},
	{SPAN_INIT("tc"),       tool_tc      },
	{SPAN_INIT("ls"),       tool_ls      },
	{SPAN_INIT("pgrep"),    tool_pgrep   },
	{SPAN_INIT("adjtimex"), tool_adjtimex},
};

static const char *const no_list = "cannot list the network interfaces";

static tool *find(struct span name)
{
	for (size_t i = 0; i < sizeof(tools) / sizeof(tools[0]); i++)
		if (span_eq(name, tools[i].name))
			return tools[i].make;
	return NULL;
}

/* Used again by each run. */
struct memory {
	struct ifaces all;
	struct names names; /* of a dump's interfaces */
	struct kept tool;   /* what the tool itself keeps */
};

static void memory_free(void *p)
{
	struct memory *m = p;

	if (m->tool.p)
		m->tool.free(m->tool.p);
	ifaces_free(&m->all);
	names_free(&m->names);
	free(m);
}

static void run(struct job *j, struct span command)
{
	char name[BUNDLE_NAME_MAX], why[sizeof(j->captures->note)];
	struct buf member = BUF_OVER(name), note = BUF_OVER(why);
	enum capture_status status = CAPTURE_ERROR;
	struct span args = command, word = {0};
	tool *make;
	int error = 0;

	buf_str(&member, "cmd/");
	command_name_put(&member, command);
	(void)job_begin(j, buf_span(&member));
	(void)span_word(&args, &word);
	make = find(word);
	if (make)
		status = make(j, span_trim(args), &error, &note);
	else
		buf_str(&note, "no such tool");
	job_end(j, status, error, buf_cstr(&note));
}

/*
 * The source that lists less of the same sockets: out of what has just been captured, at the same
 * moment, unless that is not all of it.
 */
static void run_also(struct job *j, struct span command)
{
	struct capture wide = j->captures[j->n - 1];
	char name[BUNDLE_NAME_MAX];
	struct buf member = BUF_OVER(name);
	enum capture_status status;
	struct capture *c;

	if (!capture_status_good(wide.status) || wide.status == CAPTURE_CUT) {
		run(j, command);
		return;
	}
	buf_str(&member, "cmd/");
	command_name_put(&member, command);
	(void)job_begin(j, buf_span(&member));
	status = tool_ss_narrow(j, wide.at, wide.n);
	job_end(j, status == CAPTURE_OK ? wide.status : status, wide.error, wide.note);
	c = &j->captures[j->n - 1];
	c->t0_ns = wide.t0_ns;
	c->t1_ns = wide.t1_ns;
}

/* The command with the interface's name in place of %i. */
static void run_for(struct job *j, const char *interface)
{
	char text[BUNDLE_NAME_MAX];
	struct buf b = BUF_OVER(text);
	struct span command = span_of(j->source->what), head;

	while (span_cut(&command, '%', &head)) {
		buf_put(&b, head);
		buf_str(&b, interface);
		(void)span_skip(&command, SPAN("i"));
	}
	buf_put(&b, command);
	if (!b.cut)
		run(j, buf_span(&b));
}

static void fail(struct job *j, int error, const char *note)
{
	char name[BUNDLE_NAME_MAX];
	struct buf member = BUF_OVER(name);

	source_member_put(j->source, &member);
	job_fail(j, buf_span(&member), error, note);
}

static void run_for_dump(struct job *j, struct names *ns)
{
	if (names_read(j->host, "/sys/class/net", ns) != 0)
		fail(j, errno, no_list);
	for (size_t i = 0; i < ns->n; i++)
		if (names_type(ns, i) != DT_REG) /* bonding_masters */
			run_for(j, ns->v[i]);
}

static void run_for_each(struct job *j, struct ifaces *all)
{
	int error = ifaces_read(j->host, -1, all);

	if (error) {
		fail(j, error, no_list);
		return;
	}
	for (size_t i = 0; i < all->n; i++)
		run_for(j, all->v[i].name);
}

static void run_both(struct job *j, struct span command)
{
	run(j, command);
	if (j->also)
		run_also(j, span_of(j->also->what));
}

void how_tool(struct job *j)
{
	struct span what = span_of(j->source->what);
	struct memory *m = job_keep(j, sizeof(*m), memory_free);

	if (!m) {
		fail(j, ENOMEM, NULL);
		return;
	}
	j->kept = &m->tool;
	if (span_search(what, SPAN("%i")) == what.n)
		run_both(j, what);
	else if (j->host->root[0])
		run_for_dump(j, &m->names);
	else
		run_for_each(j, &m->all);
}
