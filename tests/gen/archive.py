"""The bundle as a file: a tar stream, through a compressor if its name says so.

nettape-bundle(5) is the format; members are written as the collector writes them.
"""
import gzip
import json
import subprocess
import sys

BLOCK = 512


def header(name, size, mtime):
    """A ustar header of a regular file."""
    raw = name.encode()
    prefix = b''
    if len(raw) > 100:
        cut = raw.index(b'/', len(raw) - 101)
        prefix, raw = raw[:cut], raw[cut + 1:]
    fields = (raw.ljust(100, b'\0') + b'0000644\0' + b'0000000\0' * 2 + b'%011o\0' % size + b'%011o\0' % mtime +
              b' ' * 8 + b'0' + bytes(100) + b'ustar\0' + b'00' + bytes(64) + b'0000000\0' * 2 + prefix.ljust(155, b'\0'))
    return fields[:148] + b'%06o\0 ' % sum(fields) + fields[156:] + bytes(12)


class Archive:
    """Members below one folder, in the order in which they are put."""

    def __init__(self, path, stem):
        self.stem = stem
        self.bytes = 0
        self.child = None
        if path == '-':
            self.out = sys.stdout.buffer
        elif path.endswith('.gz'):
            self.out = gzip.GzipFile(path, 'wb', 1, mtime=0)
        elif path.endswith('.zst'):
            with open(path, 'wb') as f:
                self.child = subprocess.Popen(['zstd', '-q', '-1', '-c'], stdin=subprocess.PIPE, stdout=f)
            self.out = self.child.stdin
        else:
            self.out = open(path, 'wb')

    def put(self, name, text, mtime):
        body = text.encode()
        size = len(body)
        self.out.write(header(f'{self.stem}/{name}', size, mtime) + body + bytes(-size % BLOCK))
        self.bytes += BLOCK + size + -size % BLOCK

    def put_part(self, name, text, mtime):
        """A member that breaks off, and the file with it."""
        body = text.encode()
        self.out.write(header(f'{self.stem}/{name}', len(body), mtime) + body[:len(body) // 2])
        self._done()

    def close(self):
        self.out.write(bytes(2 * BLOCK))
        self._done()

    def _done(self):
        self.out.close()
        if self.child and self.child.wait():
            raise OSError('zstd failed')


class Captures:
    """What a record says of the attempts to take something."""

    HEAD = '"columns":["member","status","begin_us","cost_us","bytes","errno","note"],\n"captures":[\n'

    def __init__(self):
        self.rows = []
        self.at = 5

    def add(self, member, status, size=0, errno=0):
        tail = f',{errno}' if errno else ''
        self.rows.append(f'["{member}","{status}",{self.at},9,{size}{tail}]')
        self.at += 12

    def text(self):
        return self.HEAD + ',\n'.join(self.rows) + '],\n"groups":[]}\n'


def record(fields):
    """The head of a record: its keys, but not the closing bracket."""
    return json.dumps(fields, separators=(',', ':'))[:-1]
