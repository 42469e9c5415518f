#!/usr/bin/env python3
"""Small socket misbehaviours, one a subcommand; prints "ready" and ends with standard input.

usage: sockets.py deaf ADDRESS PORT BACKLOG          listens and never accepts
       sockets.py accept ADDRESS PORT BACKLOG        listens, accepts, reads, answers, closes after the peer
       sockets.py knock ADDRESS PORT N [PER_S]       N connects in all, kept open
       sockets.py spray ADDRESS N [PER_S]            a datagram to each of N ports, in turn
       sockets.py scan NET N [PER_S]                 a datagram to NET.0.1 and up, N addresses
       sockets.py stuffed ADDRESS PORT N             N connections with all sent that they take
       sockets.py abandon ADDRESS PORT N             the same, then closed before it could leave
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


def datagrams(targets, per_s):
    s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    s.setblocking(False)
    ready()
    for target in targets:
        try:
            s.sendto(b'x', target)
        except OSError:  # refused, or no room for it: the next one
            pass
        time.sleep(1 / float(per_s))
    sys.stdin.read()


def spray(address, n, per_s='200'):
    datagrams(((address, 10000 + i) for i in range(int(n))), per_s)


def scan(net, n, per_s='200'):
    datagrams(((f'{net}.{i // 250}.{1 + i % 250}', 9) for i in range(int(n))), per_s)


def stuff(address, port, n):
    held = []
    for _ in range(int(n)):
        c = socket.create_connection((address, int(port)))
        c.setblocking(False)
        try:
            while c.send(bytes(65536)):
                pass
        except BlockingIOError:
            held.append(c)
    return held


def stuffed(address, port, n):
    held = stuff(address, port, n)
    ready()
    sys.stdin.read()
    del held


def abandon(address, port, n):
    for c in stuff(address, port, n):
        c.close()
    ready()
    sys.stdin.read()


COMMANDS = {f.__name__: f for f in (deaf, accept, knock, spray, scan, stuffed, abandon)}

if __name__ == '__main__':
    COMMANDS[sys.argv[1]](*sys.argv[2:])
