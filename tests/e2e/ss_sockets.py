#!/usr/bin/env python3
"""ss_sockets.py NSA NSB: hold TCP sockets of every state and shape in two network
namespaces joined by a veth pair (va 10.77.0.1, vb 10.77.0.2), print "ready", and
stay until standard input ends."""
import ctypes
import os
import socket
import struct
import subprocess
import sys
import time

libc = ctypes.CDLL(None, use_errno=True)
A4, B4, NOBODY4 = "10.77.0.1", "10.77.0.2", "10.77.0.99"
A6, B6, NOBODY6 = "fd77::1", "fd77::2", "fd77::99"
LL_A, LL_B = "fe80::77:1", "fe80::77:2"
held = []
skipped = []


def enter(name):
    fd = os.open("/run/netns/" + name, os.O_RDONLY)
    if libc.setns(fd, 0x40000000) != 0:
        raise OSError(ctypes.get_errno(), "setns")
    os.close(fd)


def hold(s):
    held.append(s)
    return s


def tcp(ns, family=socket.AF_INET):
    enter(ns)
    return hold(socket.socket(family, socket.SOCK_STREAM))


def listen(ns, address, backlog=16, family=socket.AF_INET, **options):
    s = tcp(ns, family)
    s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    for (level, name), value in options.get("options", {}).items():
        s.setsockopt(level, name, value)
    s.bind(address)
    s.listen(backlog)
    return s


def connect(ns, address, family=socket.AF_INET, source=None):
    s = tcp(ns, family)
    if source:
        s.bind(source)
    s.settimeout(5)
    s.connect(address)
    s.settimeout(None)
    return s


def pair(client_ns, server, address, family=socket.AF_INET):
    c = connect(client_ns, address, family)
    s = hold(server.accept()[0])
    return c, s


def attempt(ns, address, family=socket.AF_INET):
    """A connect that nobody answers."""
    s = tcp(ns, family)
    s.setblocking(False)
    s.connect_ex(address)
    return s


def optional(what, f):
    """What a kernel may be built without."""
    try:
        f()
    except OSError as e:
        skipped.append(f"{what}: {e}")


def checksum(data):
    if len(data) % 2:
        data += b"\0"
    n = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while n >> 16:
        n = (n & 0xFFFF) + (n >> 16)
    return ~n & 0xFFFF


def syn(source, target, sport, dport):
    """A segment whose answer finds nobody: the request stays in SYN-RECV."""
    six = ":" in source
    family = socket.AF_INET6 if six else socket.AF_INET
    src, dst = (socket.inet_pton(family, a) for a in (source, target))
    options = struct.pack("!BBH", 2, 4, 1460)
    tcp_header = struct.pack("!HHIIBBHHH", sport, dport, 1000, 0, 6 << 4, 2, 64240, 0, 0) + options
    n = len(tcp_header)
    pseudo = src + dst + (struct.pack("!II", n, 6) if six else struct.pack("!BBH", 0, 6, n))
    tcp_header = tcp_header[:16] + struct.pack("!H", checksum(pseudo + tcp_header)) + tcp_header[18:]
    if six:
        packet = struct.pack("!IHBB", 6 << 28, n, 6, 64) + src + dst + tcp_header
        raw = socket.socket(socket.AF_INET6, socket.SOCK_RAW, socket.IPPROTO_RAW)
        raw.sendto(packet, (target, 0))
    else:
        head = struct.pack("!BBHHHBBH", 0x45, 0, 20 + n, 1, 0, 64, 6, 0) + src + dst
        raw = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW)
        raw.sendto(head + tcp_header, (target, 0))
    raw.close()


def shapes(a, b):
    """Listeners and connections of every address form, all answered."""
    six, v6only = socket.AF_INET6, (socket.IPPROTO_IPV6, socket.IPV6_V6ONLY)
    listen(a, ("0.0.0.0", 4140))
    listen(a, ("::", 4141), family=six, options={v6only: 1})
    dual = listen(a, ("::", 4142), family=six, options={v6only: 0})
    listen(a, (A4, 4143), options={(socket.SOL_SOCKET, 25): b"va\0"})
    listen(a, ("0.0.0.0", 4144), options={(socket.SOL_SOCKET, 25): b"fifteen-charss0\0"})
    listen(a, ("::", 4145), family=six, options={(socket.SOL_SOCKET, 25): b"va\0", v6only: 0})
    scoped = listen(a, (LL_A, 4146, 0, socket.if_nametoindex("va")), family=six)
    listen(a, ("192.0.2.9", 4147), options={(socket.SOL_IP, 15): 1})
    for _ in range(2):
        listen(a, ("127.0.0.1", 4148), options={(socket.SOL_SOCKET, 15): 1})
    listen(a, ("::1", 4149), family=six)
    listen(a, ("2001:db8:0:1::", 4151), family=six, options={(socket.IPPROTO_IPV6, 78): 1})

    full = listen(a, (A4, 4150), backlog=1)
    for _ in range(4):
        attempt(b, full.getsockname())

    pair(a, dual, ("127.0.0.1", 4142))
    pair(a, dual, ("::1", 4142), six)
    pair(b, dual, (A4, 4142))
    enter(b)
    scope = socket.if_nametoindex("vb")
    c, s = pair(b, scoped, (LL_A, 4146, 0, scope), six)
    c.send(b"x" * 700)
    return dual


def options(a, dual):
    """Established connections that tell more than the plain ones."""
    c, s = pair(a, dual, ("127.0.0.1", 4142))
    s.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    c.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    c.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, 72)
    for k in range(20):
        c.send(b"q" * (k * 37 + 1))
        s.send(b"r" * (k * 211 + 1))
        time.sleep(0.002)
        s.recv(65536)
    for name in (b"cubic", b"reno", b"dctcp", b"bbr", b"vegas"):
        c, s = pair(a, dual, ("127.0.0.1", 4142))
        optional(name.decode(), lambda n=name, k=c: k.setsockopt(socket.IPPROTO_TCP, 13, n))
        c.send(b"x" * 100000)
    c, s = pair(a, dual, ("127.0.0.1", 4142))
    c.setsockopt(socket.SOL_SOCKET, 36, 0x2A)  # SO_MARK
    c.setsockopt(socket.SOL_SOCKET, 47, 1250000)  # SO_MAX_PACING_RATE
    c.send(b"x" * 50000)
    c, s = pair(a, dual, ("127.0.0.1", 4142))  # window closed: the persist timer
    c.setblocking(False)
    try:
        while True:
            c.send(b"z" * 65536)
    except BlockingIOError:
        pass


def other_user(a):
    enter(a)
    os.seteuid(65534)
    s = hold(socket.socket())
    s.bind(("127.0.0.1", 8080))
    s.listen(3)
    os.seteuid(0)


def closing(a, b):
    """Every state of a connection's end; from here on va sends nothing."""
    server = listen(b, (B4, 5000), backlog=32)
    p = {k: pair(a, server, (B4, 5000)) for k in
         ("tw", "fw2", "orphan", "fw1", "closing", "last-ack", "retrans", "unsent")}
    p["tw"][0].shutdown(socket.SHUT_WR)
    time.sleep(0.05)
    p["tw"][1].close()
    p["fw2"][0].shutdown(socket.SHUT_WR)
    p["orphan"][0].close()
    p["last-ack"][1].shutdown(socket.SHUT_WR)
    time.sleep(0.2)
    p["tw"][0].close()
    subprocess.run(["nsenter", "--net=/run/netns/" + a, "tc", "qdisc", "add", "dev", "va", "root",
                    "tbf", "rate", "8bit", "burst", "10", "limit", "10"], check=True)
    p["fw1"][0].shutdown(socket.SHUT_WR)
    p["closing"][0].shutdown(socket.SHUT_WR)
    p["closing"][1].shutdown(socket.SHUT_WR)
    p["last-ack"][0].close()
    p["retrans"][0].send(b"lost" * 1000)
    p["retrans"][1].send(b"heard" * 100)
    p["unsent"][0].setblocking(False)
    p["unsent"][0].send(b"y" * 200000)


def requests(a, b):
    """SYN-RECV (the listener's answers go to a neighbour who is not there) and SYN-SENT."""
    listen(b, ("0.0.0.0", 4240))
    listen(b, ("::", 4242), family=socket.AF_INET6)
    enter(a)
    syn(NOBODY4, B4, 6001, 4240)
    syn(NOBODY4, B4, 6002, 4242)
    syn(NOBODY6, B6, 6003, 4242)
    attempt(a, (NOBODY4, 9))
    attempt(a, (NOBODY6, 9), socket.AF_INET6)


def main():
    a, b = sys.argv[1:3]
    enter(a)
    dual = shapes(a, b)
    options(a, dual)
    other_user(a)
    requests(a, b)
    closing(a, b)
    with open("/proc/self/comm", "w", encoding="ascii") as f:
        f.write('we"ird) n\\a')
    if os.fork() == 0:  # the same sockets in two processes
        with open("/proc/self/comm", "w", encoding="ascii") as f:
            f.write("a,b(c\x1b'=:x")
        sys.stdin.read()
        os._exit(0)
    time.sleep(1.0)
    print("ready", "; ".join(skipped), flush=True)
    sys.stdin.read()


main()
