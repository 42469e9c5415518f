#!/usr/bin/env python3
"""html_hostile.py FOLDER: gives names in an unpacked bundle to whoever would like to run a script in the report.

Interface eth0, linkerd's client svc000, the host's name, a process, and some of what the kernel says.
"""
import json
import os
import sys

SCRIPT = '<script>alert(1)</script>'
IMAGE = '"><img src=http://127.0.0.1:9/x onerror=alert(1)>'
HIDDEN = "a\x1b[31m\u202eb'&"


def members(folder):
    for at, _, names in os.walk(folder):
        for name in names:
            yield os.path.join(at, name)


def rewrite(path, change):
    with open(path, 'rb') as f:
        old = f.read()
    new = change(old)
    if new != old:
        with open(path, 'wb') as f:
            f.write(new)


def bundle(old):
    head = json.loads(old)
    for key in ('host', 'hostname', 'nodename'):
        if key in head:
            head[key] = SCRIPT
    head['note'] = HIDDEN + IMAGE
    return json.dumps(head).encode()


def text(old):
    return (old.replace(b'eth0:', SCRIPT.encode()[:15] + b':').replace(b'eth0 ', b'<b>"\'&ETH0</b> ')
            .replace(b'svc000', json.dumps(IMAGE)[1:-1].encode()).replace(b'svc001', json.dumps(SCRIPT + HIDDEN)[1:-1].encode())
            .replace(b'(java)', b'(' + SCRIPT.encode()[:13] + b')').replace(b'Synthetic Linux', SCRIPT.encode()))


def main(folder):
    for path in members(folder):
        rewrite(path, bundle if os.path.basename(path) == 'bundle.json' else text)
    return 0


if __name__ == '__main__':
    sys.exit(main(*sys.argv[1:]))
