#!/usr/bin/env python3
"""Real sockets beside a fake linkerd: what the kernel has to show for its scenarios.

usage: linkerd_traffic.py serve ADDRESS:PORT...     echo, until standard input ends
       linkerd_traffic.py call LOSSY:PORT           the scenarios below, until it ends

  4140    callers connect anew for each request and the server closes first: TIME-WAIT
  8088    one caller holds connections to it with 750 of the 800 local ports
  8090    127.0.1.1 to .4 with most bytes to the first; 127.0.2.1 to .4 evenly; 127.0.3.1
  LOSSY   requests of one segment, on a path that loses some
"""
import resource
import selectors
import socket
import sys
import time

TICK_S = 0.05
HELD = 750
CALLS = 6  # a tick
UNEVEN = {'127.0.1.1': 4000, '127.0.1.2': 300, '127.0.1.3': 300, '127.0.1.4': 300}
EVEN = {'127.0.2.1': 500, '127.0.2.2': 500, '127.0.2.3': 500, '127.0.2.4': 500}
LONE = {'127.0.3.1': 200}
LOSSY_CONNECTIONS = 10


def listen(address, port):
    s = socket.socket()
    s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    s.bind((address, port))
    s.listen(1024)
    s.setblocking(False)
    return s


class Loop:
    """Sockets with something to do when there is something to read, and a tick."""

    def __init__(self):
        self.selector = selectors.DefaultSelector()
        self.selector.register(sys.stdin, selectors.EVENT_READ, self.stop)
        self.running = True

    def stop(self, _):
        self.running = False

    def watch(self, s, what):
        s.setblocking(False)
        self.selector.register(s, selectors.EVENT_READ, what)

    def drop(self, s):
        self.selector.unregister(s)
        s.close()

    def run(self, tick):
        due = time.monotonic()
        while self.running:
            for key, _ in self.selector.select(max(due - time.monotonic(), 0)):
                key.data(key.fileobj)
            if time.monotonic() >= due:
                tick()
                due = max(due + TICK_S, time.monotonic())


class Server:
    """Echoes; or answers once and closes."""

    def __init__(self, loop, address, port, once=False):
        self.loop, self.once = loop, once
        loop.watch(listen(address, port), self.accept)

    def accept(self, s):
        try:
            while True:
                self.loop.watch(s.accept()[0], self.read)
        except BlockingIOError:
            pass

    def read(self, s):
        try:
            data = s.recv(65536)
            if data:
                s.send(data[:100])
        except OSError:
            data = b''
        if self.once or not data:
            self.loop.drop(s)


class Caller:
    """Connections that stay, with `size` bytes on each at every tick that it is idle."""

    def __init__(self, loop, address, port, size, n=1):
        self.idle, self.size = [], size
        for _ in range(n):
            s = socket.create_connection((address, port), 10)
            self.idle.append(s)
            loop.watch(s, self.read)

    def read(self, s):
        s.recv(65536)
        if s not in self.idle:
            self.idle.append(s)

    def tick(self):
        for s in self.idle:
            s.send(b'x' * self.size)
        self.idle = []


def call_once(loop, port):
    s = socket.create_connection(('127.0.0.1', port), 1)
    s.send(b'GET / HTTP/1.0\r\n\r\n')

    def read(s):
        if not s.recv(4096):
            loop.drop(s)
    loop.watch(s, read)


def serve(addresses):
    loop = Loop()
    for a in addresses:
        address, port = a.rsplit(':', 1)
        Server(loop, address, int(port))
    print('ready', flush=True)
    loop.run(lambda: None)


def call(lossy):
    loop = Loop()
    Server(loop, '0.0.0.0', 4140, once=True)
    hold = listen('127.0.0.1', 8088)
    held = [socket.create_connection(hold.getsockname(), 1) for _ in range(HELD)]
    held += [hold.accept()[0] for _ in range(HELD)]
    address, port = lossy.rsplit(':', 1)
    callers = [Caller(loop, address, int(port), 100, LOSSY_CONNECTIONS)]
    for group in (UNEVEN, EVEN, LONE):
        for address, size in group.items():
            Server(loop, address, 8090)
            # the server of this process accepts when the loop runs
            callers.append(Caller(loop, address, 8090, size))

    def tick():
        for _ in range(CALLS):
            call_once(loop, 4140)
        for c in callers:
            c.tick()
    print('ready', flush=True)
    loop.run(tick)


def main():
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 4096), hard))
    if sys.argv[1] == 'serve':
        serve(sys.argv[2:])
    else:
        call(sys.argv[2])


main()
