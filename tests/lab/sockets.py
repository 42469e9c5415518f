#!/usr/bin/env python3
"""Small socket misbehaviours, one a subcommand; prints "ready" and ends with standard input.

usage: sockets.py deaf ADDRESS PORT BACKLOG          listens and never accepts
       sockets.py accept ADDRESS PORT BACKLOG        listens, accepts, reads, answers, closes after the peer
       sockets.py knock ADDRESS PORT N [PER_S]       N connects in all, kept open
"""
import selectors
import socket
import sys
import time


def ready():
    print('ready', flush=True)


def listener(address, port, backlog):
    s = socket.socket()
    s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    s.bind((address, int(port)))
    s.listen(int(backlog))
    return s


def deaf(address, port, backlog):
    s = listener(address, port, backlog)
    ready()
    sys.stdin.read()
    s.close()


def accept(address, port, backlog):
    loop = selectors.DefaultSelector()
    s = listener(address, port, backlog)
    s.setblocking(False)
    loop.register(s, selectors.EVENT_READ)
    loop.register(sys.stdin, selectors.EVENT_READ)
    ready()
    while True:
        for key, _ in loop.select():
            if key.fileobj is sys.stdin:
                return
            if key.fileobj is s:
                c, _ = s.accept()
                c.setblocking(False)
                loop.register(c, selectors.EVENT_READ)
            elif not echo(key.fileobj):
                loop.unregister(key.fileobj)
                key.fileobj.close()


def echo(c):
    try:
        data = c.recv(65536)
        return bool(data) and c.send(data) > 0
    except OSError:
        return False


def knock(address, port, n, per_s='50'):
    held = []
    ready()
    for _ in range(int(n)):
        c = socket.socket()
        c.setblocking(False)
        c.connect_ex((address, int(port)))
        held.append(c)
        time.sleep(1 / float(per_s))
    sys.stdin.read()


COMMANDS = {f.__name__: f for f in (deaf, accept, knock)}

if __name__ == '__main__':
    COMMANDS[sys.argv[1]](*sys.argv[2:])
