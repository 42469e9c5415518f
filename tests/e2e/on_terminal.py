#!/usr/bin/env python3
"""on_terminal.py COMMAND...: runs it with a terminal of its own for standard error; prints what came there.

What it writes to standard output goes to /dev/null.  $UNTIL: it is ended when that text has come.
"""
import os
import pty
import signal
import sys

main, side = pty.openpty()
child = os.fork()
if child == 0:
    os.setsid()
    null = os.open(os.devnull, os.O_RDWR)
    for fd, to in ((null, 0), (null, 1), (side, 2)):
        os.dup2(fd, to)
    os.environ['TERM'] = os.environ.get('TERM_THERE', 'xterm')
    os.execvp(sys.argv[1], sys.argv[1:])
os.close(side)
until, seen = os.environ.get('UNTIL', '').encode(), b''
try:
    while text := os.read(main, 65536):
        seen += text
        if until and until in seen:
            os.kill(child, signal.SIGTERM)
            until = b''
        sys.stdout.buffer.write(text.replace(b'\r', b'\n'))
except OSError:
    pass
sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
