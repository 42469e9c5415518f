#!/usr/bin/env python3
"""Small socket misbehaviours, one a subcommand; prints "ready" and ends with standard input.

usage: sockets.py deaf ADDRESS PORT BACKLOG             listens and never accepts
       sockets.py accept ADDRESS PORT BACKLOG           listens, accepts, reads, answers, closes after the peer
       sockets.py hold ADDRESS PORT                     accepts, and neither reads nor closes
       sockets.py knock ADDRESS PORT N [PER_S]          N connects in all, kept open; says "held" then
       sockets.py refused ADDRESS PORT PER_S            connects that nobody listens for, again and again
       sockets.py stuffed ADDRESS PORT N                N connections with all sent that they take
       sockets.py abandon ADDRESS PORT N                the same, then closed before it could leave
       sockets.py stream ADDRESS PORT PER_S SIZE [SOURCE]   datagrams, again and again
       sockets.py spray ADDRESS N [PER_S]               a datagram to each of N ports, in turn
       sockets.py scan NET N [PER_S]                    a datagram to NET.0.1 and up, N addresses
       sockets.py inbox ADDRESS PORT RCVBUF READ        a UDP socket, read only when READ is 1
       sockets.py frames DEVICE PROTOCOL PER_S          Ethernet broadcasts of that number (0x88cc)
"""
import contextlib
import select
import selectors
import socket
import sys
import time


def ready():
    print('ready', flush=True)


def ended(seconds):
    """Waits so long; True when standard input has ended."""
    readable, _, _ = select.select([sys.stdin], [], [], seconds)
    return bool(readable) and not sys.stdin.readline()


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


def hold(address, port):
    held, s = [], listener(address, port, 512)
    ready()
    while True:
        readable, _, _ = select.select([s, sys.stdin], [], [])
        if sys.stdin in readable:
            return
        held.append(s.accept()[0])


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
    print('held', flush=True)
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


def at_rate(per_s, act):
    """Does it so often, in bursts of 20 ms, until standard input ends."""
    done, began = 0, time.monotonic()
    ready()
    while not ended(0.02):
        for _ in range(int((time.monotonic() - began) * float(per_s)) - done):
            with contextlib.suppress(OSError):  # a full queue, no route: what the scenario is about
                act()
            done += 1


def refused(address, port, per_s):
    def act():
        with socket.socket() as c:
            c.connect((address, int(port)))
    at_rate(per_s, act)


def stream(address, port, per_s, size, source='0.0.0.0'):
    s = socket.socket(type=socket.SOCK_DGRAM)
    s.bind((source, 0))
    s.setblocking(False)
    at_rate(per_s, lambda: s.sendto(bytes(int(size)), (address, int(port))))


def inbox(address, port, rcvbuf, read):
    s = socket.socket(type=socket.SOCK_DGRAM)
    s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, int(rcvbuf))
    s.bind((address, int(port)))
    ready()
    while True:
        readable, _, _ = select.select([sys.stdin] + [s] * (read == '1'), [], [])
        if sys.stdin in readable:
            return
        s.recv(65536)


def frames(device, protocol, per_s):
    s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
    s.bind((device, 0))
    frame = b'\xff' * 6 + s.getsockname()[4] + int(protocol, 16).to_bytes(2, 'big') + bytes(46)
    at_rate(per_s, lambda: s.send(frame))


COMMANDS = {f.__name__: f for f in (deaf, accept, hold, knock, refused, stuffed, abandon, stream, spray, scan, inbox,
                                    frames)}

if __name__ == '__main__':
    COMMANDS[sys.argv[1]](*sys.argv[2:])
