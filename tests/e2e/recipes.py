"""recipes.py MANUAL SECTION...: the commands shown in those sections of an mdoc page, NUL behind each."""
import re
import sys

ESCAPES = {r'\(aq': "'", r'\(dq': '"', r'\-': '-', r'\e': '\\', r'\&': ''}


def plain(text):
    return re.sub(r'\\(\(..|.)', lambda m: ESCAPES[m[0]], text)


def commands(lines, section):
    """The displays that begin with a command, each as it would be typed."""
    inside, shown = False, None
    for line in lines:
        if line.startswith('.Sh '):
            inside = line[4:] == section
        elif inside and line.startswith('.Bd '):
            shown = []
        elif inside and line == '.Ed':
            if shown and shown[0].startswith('nettape-'):
                yield plain('\n'.join(shown)) + '\n'
            shown = None
        elif shown is not None:
            shown.append(line)


def main(manual, *sections):
    with open(manual, encoding='ascii') as f:
        lines = f.read().splitlines()
    for section in sections:
        for command in commands(lines, section):
            sys.stdout.write(command + '\0')


if __name__ == '__main__':
    main(*sys.argv[1:])
