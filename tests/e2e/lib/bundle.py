"""What can be read of a bundle, whole or cut: its ticks, and what is wrong with them."""
import hashlib
import json
import os
import subprocess
import zlib

GOOD = ('ok', 'cut', 'interrupted', 'fallback')


def gunzip(data):
    """What there is of one gzip member after another; whether the last one is whole."""
    out = []
    while data:
        d = zlib.decompressobj(31)
        try:
            out.append(d.decompress(data))
        except zlib.error:
            return b''.join(out), False
        if not d.eof:
            return b''.join(out), False
        data = d.unused_data
    return b''.join(out), True


def plain(path):
    """The archive's bytes; whether the stream they are in is whole."""
    with open(path, 'rb') as f:
        data = f.read()
    if data.startswith(b'\x28\xb5\x2f\xfd'):
        p = subprocess.run(['zstd', '-dcq', path], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        return p.stdout, p.returncode == 0
    if data.startswith(b'\x1f\x8b'):
        return gunzip(data)
    return data, True


def pax_path(data):
    while data:
        n, rest = data.split(b' ', 1)
        key, value = data[:int(n)].split(b' ', 1)[1].rstrip(b'\n').split(b'=', 1)
        if key == b'path':
            return value
        data = data[int(n):]
    return None


def members(data):
    """(name below the stem, bytes) of each whole member."""
    at, name = 0, None
    while at + 512 <= len(data) and data[at]:
        h = data[at:at + 512]
        size = int(h[124:136].strip(b' \0'), 8)
        body = data[at + 512:at + 512 + size]
        at += 512 + (size + 511) // 512 * 512
        if at > len(data):
            return
        if h[156:157] == b'x':
            name = pax_path(body)
            continue
        prefix = h[345:500].rstrip(b'\0')
        short = h[:100].rstrip(b'\0')
        full = name or (prefix + b'/' + short if prefix else short)
        name = None
        yield full.decode('utf-8', 'replace').split('/', 1)[1], body


class Bundle:
    """bundle, ticks {number: record}, end (None: there is none), files {name: bytes}, whole."""

    def __init__(self, path):
        data, self.whole = plain(path)
        self.files, self.faults = {}, []
        for name, body in members(data):
            if name in self.files:
                self.faults.append(name + ' is there twice')
            self.files[name] = body
        self.bundle = self.load('bundle.json')
        self.end = self.load('end.json')
        self.ticks = {}
        for name in self.files:
            if name.startswith('snap/') and name.endswith('/tick.json') and name.count('/') == 2:
                self.check(int(name.split('/')[1]), name)

    def load(self, name):
        if name not in self.files:
            return None
        try:
            return json.loads(self.files[name])
        except ValueError as e:
            self.faults.append('%s: %s' % (name, e))
            return None

    def check(self, n, name):
        """Each good row of the record has its member, of so many bytes."""
        record = self.load(name)
        if not record:
            return
        self.ticks[n] = record
        for row in record['captures']:
            if row[1] not in GOOD:
                continue
            member = row[0] if row[0].startswith('host/') else name[:-len('tick.json')] + row[0]
            if len(self.files.get(member, b'')) != row[4] or member not in self.files:
                self.faults.append('%s is not %d bytes' % (member, row[4]))

    def rows(self, part=''):
        every = [self.ticks[n] for n in sorted(self.ticks)] + ([self.end] if self.end else [])
        return [row for record in every for row in record['captures'] if part in row[0]]

    def statuses(self, part=''):
        return [row[1] for row in self.rows(part)]


def digest(path):
    with open(path, 'rb') as f:
        return hashlib.sha256(f.read()).hexdigest()


def sum_faults(path):
    """[] when FILE.sha256 is right."""
    if not os.path.exists(path + '.sha256'):
        return ['no .sha256']
    with open(path + '.sha256') as f:
        return [] if f.read() == '%s  %s\n' % (digest(path), os.path.basename(path)) else ['the sum is wrong']
