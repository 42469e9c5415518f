#!/usr/bin/env python3
"""A name server that answers each question as it came, but for some: prints "ready", ends with standard input.

usage: dns.py ADDRESS PORT [SILENT]     the share of the questions that get no answer
"""
import random
import selectors
import socket
import sys


def main():
    address, port, silent = sys.argv[1], int(sys.argv[2]), float(sys.argv[3] if len(sys.argv) > 3 else 0)
    s = socket.socket(type=socket.SOCK_DGRAM)
    s.bind((address, port))
    loop = selectors.DefaultSelector()
    for f in (s, sys.stdin):
        loop.register(f, selectors.EVENT_READ)
    chance = random.Random(1)
    print('ready', flush=True)
    while True:
        for key, _ in loop.select():
            if key.fileobj is sys.stdin:
                return
            question, peer = s.recvfrom(512)
            if len(question) >= 12 and chance.random() >= silent:
                s.sendto(question[:2] + b'\x81\x80' + question[4:], peer)


main()
