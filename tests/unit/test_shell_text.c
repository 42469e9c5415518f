/* What a value of a bundle becomes in a line that is copied into a shell. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "analyze/arena.h"
#include "analyze/rule_text.h"
#include "analyze/shell_text.h"

static struct arena arena;

static int free_arena(void **state)
{
	(void)state;
	arena_free(&arena);
	return 0;
}

static void put_text(void *ctx, const struct placeholder *p, struct buf *out)
{
	(void)p;
	buf_str(out, ctx);
}

static const char *fill(const char *text, const char *value)
{
	return rule_fill(&arena, text, put_text, (void *)(uintptr_t)value);
}

static void what_a_shell_takes_as_it_is_stays(void **state)
{
	(void)state;
	assert_string_equal(fill("  ethtool -S {dev}", "eth0.4094"), "  ethtool -S eth0.4094");
	assert_string_equal(fill("  ss dst {p}", "10.0.0.1:80"), "  ss dst 10.0.0.1:80");
	assert_string_equal(fill("  x {a}{b}", "A_@%+=:,./-z"), "  x A_@%+=:,./-zA_@%+=:,./-z");
	assert_string_equal(fill("  x {a}", "-5"), "  x -5");
	assert_string_equal(fill("  x {a}", "-0.25"), "  x -0.25");
	assert_string_equal(fill("  x {a}", ""), "  x ");
}

static void what_a_shell_would_act_on_is_quoted(void **state)
{
	(void)state;
	assert_string_equal(fill("  ip link show {dev}", "x;reboot"), "  ip link show 'x;reboot'");
	assert_string_equal(fill("  x {a} y", "$(id)"), "  x '$(id)' y");
	assert_string_equal(fill("  x {a}", "`id`"), "  x '`id`'");
	assert_string_equal(fill("  x {a}", "a b"), "  x 'a b'");
	assert_string_equal(fill("  x {a}", "it's"), "  x 'it'\\''s'");
	assert_string_equal(fill("  x {a}", "~"), "  x '~'");
	assert_string_equal(fill("  x {a}", "#"), "  x '#'");
	assert_string_equal(fill("  x {a}", "\\"), "  x '\\'");
	assert_string_equal(fill("  x {a}", "[::1]"), "  x '[::1]'");
	assert_string_equal(fill("  x {a}", "h\xc3\xbc"), "  x 'h\xc3\xbc'");
	assert_string_equal(fill("  echo 1 > /sys/{a}/x", "e;id"), "  echo 1 > /sys/'e;id'/x");
}

static void a_whole_command_is_the_rules_own(void **state)
{
	(void)state;
	assert_string_equal(fill("  {c}", "ethtool -G 'x' rx 5"), "  ethtool -G 'x' rx 5");
	assert_string_equal(fill("a\n    {c}   # {c}", "ip a\nb"), "a\n    ip a\\nb   # ip a\\nb");
}

static void what_would_be_an_option_is_quoted(void **state)
{
	(void)state;
	assert_string_equal(fill("  tc -s qdisc show dev {dev}", "-rf"),
	                    "  tc -s qdisc show dev '-rf'");
	assert_string_equal(fill("  x a{dev}", "-rf"), "  x a-rf");
	assert_string_equal(fill("  x {a}", "-1;id"), "  x '-1;id'");
}

static void what_would_not_be_seen_is_written_out(void **state)
{
	(void)state;
	assert_string_equal(fill("  x {a}", "a\x1b[31m"), "  x $'a\\x1b[31m'");
	assert_string_equal(fill("  x {a}", "a\nreboot"), "  x $'a\\x0areboot'");
	assert_string_equal(fill("  x {a}", "it's\\\t"), "  x $'it\\'s\\\\\\x09'");
	assert_string_equal(fill("  x {a}", "\xff"), "  x $'\\xff'");
	assert_string_equal(fill("  x {a}", "\xe2\x80\xae"), "  x $'\\xe2\\x80\\xae'");
}

static void within_quotes_they_are_left_and_entered_again(void **state)
{
	(void)state;
	assert_string_equal(fill("  ss 'sport = :{p}'", "80"), "  ss 'sport = :80'");
	assert_string_equal(fill("  ss 'sport = :{p}'", "8 0"), "  ss 'sport = :8 0'");
	assert_string_equal(fill("  ss 'a {p} b'", "';id;'"), "  ss 'a '''\\'';id;'\\'''' b'");
	assert_string_equal(fill("  sysctl -w k=\"{v}\"", "4096 87380 6291456"),
	                    "  sysctl -w k=\"4096 87380 6291456\"");
	assert_string_equal(fill("  x \"{v}\" {v}", "$(id)"), "  x \"\"'$(id)'\"\" '$(id)'");
	assert_string_equal(fill("  x \"\\\"{v}\"", "$(id)"), "  x \"\\\"\"'$(id)'\"\"");
	assert_string_equal(fill("  x 'a\n    b {v}' {v}", "c d"), "  x 'a\n    b c d' 'c d'");
	assert_string_equal(fill("  x \\'{v}", "$(id)"), "  x \\''$(id)'");
}

static void a_remark_and_prose_stay_on_their_line(void **state)
{
	(void)state;
	assert_string_equal(fill("  x y   # now {v}", "a b; c"), "  x y   # now a b; c");
	assert_string_equal(fill("  x y   # now {v}", "1\nreboot"), "  x y   # now 1\\nreboot");
	assert_string_equal(fill("  x a#{v}", "b c"), "  x a#'b c'");
	assert_string_equal(fill("Look at {v}.", "a b"), "Look at a b.");
	assert_string_equal(fill("It is {v}.", "a\n  rm -rf /"), "It is a\\n  rm -rf /.");
	assert_string_equal(fill("One\n{v} is it", "  rm -rf /"), "One\n\\x20 rm -rf / is it");
}

/* A text that is too long ends with a line that is whole. */
static void no_half_of_a_command_is_left(void **state)
{
	static char text[20000];
	size_t n;

	(void)state;
	memset(text, 'p', 16000);
	(void)snprintf(text + 16000, sizeof(text) - 16000, "\n  rm -r {v}");
	assert_int_equal(strlen(fill(text, "/short")), 16000 + strlen("\n  rm -r /short"));
	memset(text + 16000, 'p', 370);
	(void)snprintf(text + 16370, sizeof(text) - 16370, "\n  rm -r {v}");
	n = strlen(fill(text, "/long/enough"));
	assert_int_equal(n, 16371);
}

/* What bash prints that is given this script. */
static void ask_bash(const char *script, char *got, size_t cap)
{
	size_t n = 0;
	ssize_t more;
	int fd[2], status;
	pid_t pid;

	assert_int_equal(pipe(fd), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		(void)dup2(fd[1], STDOUT_FILENO);
		(void)execlp("bash", "bash", "-c", script, (char *)NULL);
		_exit(127);
	}
	(void)close(fd[1]);
	while (n < cap - 1 && (more = read(fd[0], got + n, cap - 1 - n)) > 0)
		n += (size_t)more;
	got[n] = '\0';
	(void)close(fd[0]);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

/* bash itself reads back what was meant. */
static void a_shell_reads_the_value_back(void **state)
{
	static const char *const values[] = {"x;reboot", "$(id)",     "-rf",      "it's",
	                                     "a\nb",     "\x1b[31m",  "\\",       "\"`!*?",
	                                     "\xff\xfe", "h\xc3\xbc", "\t' \" $x"};
	static const char *const frames[] = {"  printf %s {v}", "  printf %s '{v}'",
	                                     "  printf %s \"{v}\"", "  printf %s {v}   # {v}"};

	(void)state;
	for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++)
		for (size_t k = 0; k < sizeof(frames) / sizeof(frames[0]); k++) {
			char got[64];

			ask_bash(fill(frames[k], values[i]), got, sizeof(got));
			assert_string_equal(got, values[i]);
		}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_a_shell_takes_as_it_is_stays),
		cmocka_unit_test(what_a_shell_would_act_on_is_quoted),
		cmocka_unit_test(a_whole_command_is_the_rules_own),
		cmocka_unit_test(what_would_be_an_option_is_quoted),
		cmocka_unit_test(what_would_not_be_seen_is_written_out),
		cmocka_unit_test(within_quotes_they_are_left_and_entered_again),
		cmocka_unit_test(a_remark_and_prose_stay_on_their_line),
		cmocka_unit_test(no_half_of_a_command_is_left),
		cmocka_unit_test(a_shell_reads_the_value_back),
	};

	return cmocka_run_group_tests(tests, NULL, free_arena);
}
