#!/usr/bin/env python3
"""seeds.py BUILD FOLDER: what the fuzzers begin with, FOLDER/HARNESS/*.

From the golden cases, the rules and their tests; bundles that the collector makes of a dump and
of this host for a second; reports as sos lays them out; bundles below $NETTAPE_FIXTURES.  An archive becomes
many small inputs, each a few of its members, in the form of tests/fuzz/input.h.
"""
import glob
import gzip
import hashlib
import json
import os
import struct
import subprocess
import sys
import tarfile
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.join(HERE, '..', '..')
sys.path.insert(0, os.path.join(HERE, '..', 'gen'))
TEXT_MOST = 8192  # bytes of a member
MEMBERS = 12      # of one input
STEM = b'h-20260101T000000Z'


def put(folder, text):
    os.makedirs(folder, exist_ok=True)
    name = hashlib.sha1(text).hexdigest()[:16]
    with open(os.path.join(folder, name), 'wb') as f:
        f.write(text)


def read(path):
    with open(path, 'rb') as f:
        return f.read()


def member(name, text):
    return b'\x1e0' + name[:99] + b'\n' + text[:TEXT_MOST].replace(b'\x1e', b'?')


def members(path):
    """The files of an archive: (name below its stem, text)."""
    with tarfile.open(path) as tar:
        for m in tar:
            if m.isfile() and '/' in m.name:
                yield m.name.split('/', 1)[1].encode(), tar.extractfile(m).read()


def even(text):
    """An odd number of bytes is an archive that is cut off."""
    return text if len(text) % 2 == 0 else text + b'\n'


def record(text, chosen):
    """Of a record what tells of these members; bundle.json without its plan."""
    try:
        r = json.loads(text)
    except ValueError:
        return text
    r.pop('sources', None)
    if 'captures' in r:
        r['captures'] = [c for c in r['captures'] if any(n.endswith(c[0].encode()) for n in chosen)]
    return json.dumps(r, separators=(',', ':')).encode()


def put_bundle(folder, path):
    """Each source in its snapshots, between the records."""
    records, sources = {}, {}
    for name, text in members(path):
        parts = name.split(b'/')
        if parts[-1] in (b'bundle.json', b'end.json', b'tick.json'):
            records[name] = text
        elif parts[0] == b'snap':
            sources.setdefault(b'/'.join(parts[2:]), []).append((name, text))
        else:
            sources.setdefault(b'/'.join(parts[1:4]), []).append((name, text))
    for found in sources.values():
        names = [n for n, _ in found[:MEMBERS]]
        told = {n: record(t, names) for n, t in records.items()}
        chosen = sorted(found[:MEMBERS] + [(n, t) for n, t in told.items() if n.startswith(b'snap')])
        text = b''.join(member(STEM + b'/' + n, t) for n, t in
                        [(b'bundle.json', told.get(b'bundle.json', b''))] + chosen +
                        [(b'end.json', told.get(b'end.json', b''))])
        put(folder, even(text))


def put_report(folder, root):
    """Its marks, and some of its files at a time."""
    stem = os.path.basename(root).encode()[:40]
    marks, rest = [], []
    for base, _, names in sorted(os.walk(root)):
        for name in sorted(names):
            path = os.path.join(base, name)
            if os.path.islink(path) or not os.path.isfile(path):
                continue
            inner = os.path.relpath(path, root)
            group = marks if inner.split('/')[0] in ('version.txt', 'date', 'uptime', 'hostname', 'sos_reports') else rest
            group.append(member(stem + b'/' + inner.encode(), read(path)))
    for at in range(0, len(rest), MEMBERS):
        put(folder, even(b''.join(marks + rest[at:at + MEMBERS])))


def put_dump(folder, root):
    """What the collector's --root is made of."""
    files = []
    for base, _, names in sorted(os.walk(root)):
        for name in sorted(names):
            path = os.path.join(base, name)
            files.append(member(os.path.relpath(path, root).encode(), read(path)))
    for at in range(0, len(files), 4):
        put(folder, b'\x07' + b''.join(files[at:at + 4]))


def bundles(build, folder):
    """Made here, and those of $NETTAPE_FIXTURES that Python can read."""
    common = [os.path.join(build, 'nettape-collect'), '-q', '--force', '--no-http']
    for name, options in ('dump', ['--root', 'tests/dumps/selfcap', '--for', '1s']), ('here', ['--for', '1s']):
        path = os.path.join(folder, name + '.tar')
        if subprocess.run(common + options + ['-o', path], cwd=ROOT, check=False).returncode == 0:
            yield path
    fixtures = os.environ.get('NETTAPE_FIXTURES')
    if fixtures:
        yield from glob.glob(os.path.join(fixtures, '**', '*.nettape.tar'), recursive=True)
        yield from glob.glob(os.path.join(fixtures, '**', '*.nettape.tar.gz'), recursive=True)


def attribute(kind, text):
    return struct.pack('<HH', 4 + len(text), kind) + text + bytes(-len(text) % 4)


def qdisc(kind):
    """What rtnetlink says of one: each option that a kind may have, as a number, and statistics."""
    options = b''.join(attribute(i, struct.pack('<I', 1000 * i)) for i in range(1, 21)) + attribute(2, bytes(range(64)))
    stats = b''.join(attribute(i, bytes(range(n))) for i, n in ((1, 12), (3, 20), (4, 200), (7, 16), (8, 12)))
    body = (struct.pack('<BxxxiIII', 0, 1, 0x10000, 0xffffffff, 2) + attribute(1, kind + b'\0') +
            attribute(2, options) + attribute(7, stats))
    message = struct.pack('<IHHII', 16 + len(body), 36, 2, 0, 0) + body
    return b'\1' + struct.pack('<H', len(message)) + message


QDISCS = (b'fq_codel', b'codel', b'fq', b'cake', b'pfifo_fast', b'prio', b'pfifo', b'bfifo', b'htb', b'tbf', b'sfq', b'mqprio', b'netem', b'x')
ANSWERS = (
    b'a\x1eHTTP/1.1 200 OK\r\nContent-Length: 17\r\n\r\n{"a":{"gauge":1}}',
    b'a\x1eHTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n\x1eHTTP/1.0 200 OK\r\n\r\n{"rt/x":1}',
    b'a\x1eHTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{"a":\r\n2\r\n1}\r\n0\r\n\r\n',
    b'a\x1eHTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n' + gzip.compress(b'{"a":1}' + b' ' * 9000),
    b'b\x1eHTTP/1.1 403 Forbidden\r\n\r\n', b'b\x1e\x15\x03\x01\x00\x02\x02\x28', b'b\x1eHTTP/1.1 302 Found\r\nLocation: /\r\n\r\n',
    b'c\x1eHTTP/1.1 200 OK\r\n\r\n# HELP up x\nup{a="b"} 1\n', b'c\x1eHTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n\r\nup 1\n')
SITES = (b'softirq/backlog-drop.warn_drops = 50\nnic-drops/rx-errors.enabled = no\nnic-drops/rx-errors.level = info\n'
         b'suppress nic-drops/rx-errors entity=eth3 until=2026-12-01 reason="known bad optic"\npin softirq/backlog-drop version=1\n',
         b'softirq/backlog-drop.warn_drops=50')
TIMES = (b'1h30m', b'0.5s', b'2026-08-23T10:15:04Z', b'2026-08-23 10:15:04.123456789', b'@1790000000', b'10:00:30', b'+90s', b'-5m')
OPTIONS = (b'--for\n5m\n--every\n1s\n--metrics\nhttp://[::1]:9990/admin/metrics.json?tree=1\n--max-size=512M\n-o\nx.tar.gz\n',
           b'unix:/run/l5d.sock', b'--run\nx=ip -s link\n--pace\nx=10s\n--pid\n1\n--comm\njava\n--netns\nn\n--include\nss*\n')
TEXTS = (b'a*b|c`d`<script>&amp;"\'@user \x1b[31m\x00\xff', 'ä\u202e\u200b日本\ue000\U0010ffff'.encode(), b'  code\n```\n# head\n- item')


def main(build, folder):
    def at(name):
        return os.path.join(folder, name)

    for path in glob.glob(os.path.join(HERE, '..', 'parse', '*', '*.in')):
        text = read(path)
        if len(text) < 8 * TEXT_MOST:
            put(at('dump'), os.path.basename(os.path.dirname(path)).encode() + b'\n' + text)
    for path in glob.glob(os.path.join(ROOT, 'rules', '*', '*')):
        put(at('rule' if path.endswith('.sql') else 'ruletest'), read(path))
    for name, texts in (('http', ANSWERS), ('site', SITES), ('when', TIMES), ('options', OPTIONS), ('text', TEXTS),
                        ('netlink', map(qdisc, QDISCS))):
        for text in texts:
            put(at(name), text)
    put_dump(at('collect'), os.path.join(HERE, '..', 'dumps', 'selfcap'))
    with tempfile.TemporaryDirectory() as scratch:
        for path in bundles(build, scratch):
            put_bundle(at('bundle'), path)
        for version in '3.6', '4.12':
            place = os.path.join(scratch, version)
            os.mkdir(place)
            made = subprocess.run([sys.executable, os.path.join(HERE, '..', 'gen', 'sosreport.py'), version, place],
                                  capture_output=True, text=True, check=True)
            put_report(at('sosreport'), os.path.join(place, made.stdout.strip()))


if __name__ == '__main__':
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    main(os.path.abspath(sys.argv[1]), sys.argv[2])
