/*
 * The whole collector for AFL++, on the dump of a host: the bits of the first byte of the
 * file that it is given choose options, the files of the dump follow as the members of
 * tests/fuzz/input.h.  All of it stays below the folder that it is started in.
 */
#include <fcntl.h>
#include <ftw.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "schema/buf.h"
#include "schema/unit.h"
#include "tests/fuzz/input.h"

int collect_main(int argc, char **argv);

/* Makes the folders that the path names. */
static void folders(char *path)
{
	for (char *p = path; *p; p++)
		if (*p == '/' && p != path) {
			*p = '\0';
			(void)mkdir(path, 0700);
			*p = '/';
		}
}

/* Below the folder we are in, whatever the name says. */
static void put_file(struct span part)
{
	char room[256];
	struct buf path = BUF_OVER(room);
	struct span line;
	int fd;

	if (!span_cut(&part, '\n', &line))
		return;
	line = span_sub(line, 1, line.n);
	if (!line.n || line.p[0] == '/' || span_search(line, SPAN("..")) < line.n)
		return;
	buf_put(&path, line);
	(void)buf_cstr(&path);
	folders(room);
	fd = open(room, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600);
	(void)!write(fd, part.p, part.n);
	(void)close(fd);
}

static int take_away(const char *path, const struct stat *st, int type, struct FTW *at)
{
	(void)st, (void)type, (void)at;
	return remove(path);
}

/* The dump, anew. */
static bool put_dump(struct span rest)
{
	struct span part;

	(void)nftw("root", take_away, 16, FTW_DEPTH | FTW_PHYS);
	if (mkdir("root", 0700) != 0 || chdir("root") != 0)
		return false;
	while (input_part(&rest, &part))
		put_file(part);
	return chdir("..") == 0;
}

/* Options that neither reach beyond the dump nor write elsewhere, by the bits. */
static int choose(unsigned bits, char **words, int n)
{
	static const struct span options[] = {
		SPAN_INIT("--verbose"),      SPAN_INIT("--include *"),
		SPAN_INIT("--with-config"),  SPAN_INIT("--level 3"),
		SPAN_INIT("--note \x1b[2J"), SPAN_INIT("--exclude t*"),
		SPAN_INIT("--max-size 1M"),  SPAN_INIT("--pace tcp=10ms"),
	};

	for (size_t i = 0; i < sizeof(options) / sizeof(options[0]); i++)
		if (bits >> i & 1)
			n = input_words(options[i], words, n);
	return n;
}

int main(int argc, char **argv)
{
	static char data[MIB], *words[32];
	const struct span line = SPAN("nettape-collect --root root --for 10ms --every 10ms --force "
	                              "-q --no-http -o out.tar");
	FILE *f = argc == 2 ? fopen(argv[1], "rb") : NULL;
	struct span rest, head = {0};
	int n;

	if (!f)
		return EXIT_FAILURE;
	rest = (struct span){data, fread(data, 1, sizeof(data), f)};
	(void)fclose(f);
	(void)input_part(&rest, &head);
	if (!put_dump(rest))
		return EXIT_FAILURE;
	n = input_words(line, words, 0);
	return collect_main(choose(head.n ? (unsigned char)head.p[0] : 0, words, n), words);
}
