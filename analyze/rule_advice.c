#include "analyze/rule_advice.h"

#include <stdbool.h>
#include <stddef.h>

/* Programs that remedies call; with arguments they are no words of a sentence. */
static const struct span commands[] = {
	SPAN_INIT("cat"),       SPAN_INIT("chronyc"),
	SPAN_INIT("conntrack"), SPAN_INIT("curl"),
	SPAN_INIT("dig"),       SPAN_INIT("dmesg"),
	SPAN_INIT("echo"),      SPAN_INIT("ethtool"),
	SPAN_INIT("grep"),      SPAN_INIT("ip"),
	SPAN_INIT("mtr"),       SPAN_INIT("nc"),
	SPAN_INIT("nft"),       SPAN_INIT("nettape-collect"),
	SPAN_INIT("nstat"),     SPAN_INIT("perf"),
	SPAN_INIT("pidstat"),   SPAN_INIT("ping"),
	SPAN_INIT("prlimit"),   SPAN_INIT("ps"),
	SPAN_INIT("ss"),        SPAN_INIT("sudo"),
	SPAN_INIT("sysctl"),    SPAN_INIT("systemctl"),
	SPAN_INIT("taskset"),   SPAN_INIT("tc"),
	SPAN_INIT("tcpdump"),   SPAN_INIT("tracepath"),
};

/* "sysctl -w ..." begins there: a command with a blank behind it. */
static bool calls(struct span text)
{
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
		if (span_starts(text, commands[i]) && text.n > commands[i].n &&
		    text.p[commands[i].n] == ' ')
			return true;
	return false;
}

/* At the beginning of a sentence, or behind ":" or ";". */
static bool calls_in_prose(struct span line)
{
	if (calls(line))
		return true;
	for (size_t i = 0; i + 2 < line.n; i++)
		if ((line.p[i] == ':' || line.p[i] == ';') && line.p[i + 1] == ' ' &&
		    calls(span_trim(span_sub(line, i + 1, line.n))))
			return true;
	return false;
}

static bool remark_without_mark(struct span command)
{
	static const struct span gap = SPAN_INIT("   ");
	size_t at = span_search(command, gap);
	struct span behind = span_trim(span_sub(command, at, command.n));

	return behind.n && behind.p[0] != '#';
}

const char *advice_fault(struct span line)
{
	bool command = line.n && line.p[0] == ' ';

	if (!command && calls_in_prose(line))
		return "a command stands on a line of its own, indented";
	if (command && remark_without_mark(span_trim(line)))
		return "a remark behind a command begins with '#'";
	return NULL;
}
