"""hostile.py BUILD WORK [--long] [CASE...]: what a stranger may send, each case made, read, judged.

None may crash, hang (30 s, as a limit to kill by), take more than 512 MiB, write anything but its
report, or print a control byte.  Prints TAP.  --long: at full size.  Standard library only.
"""
import bz2
import gzip
import io
import json
import lzma
import os
import re
import signal
import subprocess
import sys
import tarfile
import tempfile
import time
import zlib

SECONDS, RSS_MIB = 30, 512
LONG = '--long' in sys.argv
EVIL = 'e\x1b[31m\x1b]0;t\x07\u202e\x9b%s%n%p\'; DROP TABLE series;--</script><script>alert(1)</script><img src=x onerror=y>|`# [a](javascript:b)|=1+1'
SHORT = '\x1b[2J<b>%n`|'
HEAD = ('Inter-|   Receive                                                |  Transmit\n'
        ' face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier compressed\n')


class Bundle:
    """A tar as it is written: to a file, or into something that compresses."""

    def __init__(self, out, stem='S'):
        self.tar, self.stem = tarfile.open(fileobj=out, mode='w|', bufsize=1 << 24, format=tarfile.PAX_FORMAT), stem

    def put(self, name, text=b'', **fields):
        m = tarfile.TarInfo(f'{self.stem}/{name}' if self.stem else name)
        text = text.encode('utf-8', 'surrogateescape') if isinstance(text, str) else text
        m.size = len(text)
        for k, v in fields.items():
            setattr(m, k, v)
        self.tar.addfile(m, io.BytesIO(text) if m.size and m.isreg() else None)

    def about(self, **more):
        self.put('bundle.json', json.dumps(dict({'format': 1, 'tool': 'nettape-collect', 'host': 'h', 'kernel': '6.1', 'arch': 'x86_64', 'window_ns': 3 * 10**9,
                                                'interval_ns': 10**9, 'ticks_asked': 4}, **more)))

    def tick(self, n, real=None, mono=None, **more):
        t = {'tick': n, 'realtime_ns': 10**18 + n * 10**9 if real is None else real, 'monotonic_ns': (n + 1) * 10**9 if mono is None else mono, 'late_ns': 0}
        self.put(f'snap/{n:06d}/tick.json', json.dumps(dict(t, **more)))

    def stat(self, n, value=None):
        self.put(f'snap/{n:06d}/proc/net/softnet_stat', f'{value or n * 7:08x} 00000000 00000001' + ' 00000000' * 10 + '\n')

    def end(self, **more):
        self.put('end.json', json.dumps(dict({'reason': 'complete', 'ticks_asked': 4, 'ticks_taken': 4}, **more)))
        self.tar.close()


def plain(out, ticks=4, inside=None, **about):
    b = Bundle(out)
    b.about(**about)
    for n in range(ticks):
        b.stat(n)
        if inside:
            inside(b, n)
        b.tick(n)
    b.end()


def names_that_leave(out):
    def inside(b, n):
        for name in ('../../../../tmp/nettape-hostile', 'a/../../../etc/x', '..', './././.', '/etc/nettape-hostile', 'x' * 4000, 'a\x1b[31mb', '\n\n', ''):
            b.put(name, 'x')
        b.stem = ''
        for name in ('/tmp/nettape-hostile', '../nettape-hostile', '/'):
            b.put(name, 'x')
        b.stem = 'S'
    plain(out, inside=inside)


def links_and_devices(out):
    def inside(b, n):
        for i, kind in enumerate((tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.BLKTYPE, tarfile.FIFOTYPE, b'Z')):
            b.put(f'snap/{n:06d}/proc/net/dev{i}', type=kind, linkname='/etc/passwd')
        b.put(f'snap/{n:06d}/proc/stat', type=tarfile.SYMTYPE, linkname='/proc/self/environ')
    plain(out, inside=inside)


COUNTED = '000000999999'


MANY = 10**7 if LONG else 2 * 10**4


def many_members(b, name, text=b'', n=MANY):
    """Members of that name, COUNTED in it a number and what lacks to 999999: all have one checksum."""
    block = bytearray()
    for k in range(1000):
        m = tarfile.TarInfo(name % k)
        m.size = len(text)
        block += m.tobuf(tarfile.USTAR_FORMAT) + text.ljust(-len(text) % 512 + len(text), b'\0')
    for i in range(n // 1000):
        b.tar.fileobj.write(block.replace(COUNTED.encode(), b'%06d%06d' % (i, 999999 - i)))


def compressed(make):
    """As it would be sent: millions of members are few bytes.  (Plain, the SHA-256 of ten million takes 20 s.)"""
    def through(out):
        z = Zstd(out)
        make(z)
        z.close()
    return through


def empty_members(out, n=MANY):
    b = Bundle(out)
    b.about()
    b.stat(0)
    b.tick(0)
    many_members(b, f'S/snap/000001/proc/x{COUNTED}%03d', n=n)
    b.tick(1)
    b.end()


def tiny_members(out):
    """As many, each a good one: other names all of them."""
    b = Bundle(out)
    b.about()
    b.stat(0)
    b.tick(0)
    many_members(b, f'S/snap/000001/cmd/ethtool_-S_{COUNTED}%03d', b'NIC statistics:\n     a: 1\n     b: 2\n')
    b.tick(1)
    b.end()


def sparse_member(out):
    b = Bundle(out)
    b.about()
    b.stat(0)
    b.tick(0)
    size = 100 << 30
    for name in ('snap/000001/proc/net/netstat', 'snap/000001/proc/net/unknown'):
        m = tarfile.TarInfo('S/' + name)
        m.size = 512
        m.pax_headers = {'GNU.sparse.major': '0', 'GNU.sparse.minor': '1', 'GNU.sparse.name': 'S/' + name, 'GNU.sparse.size': str(size),
                         'GNU.sparse.numblocks': '1', 'GNU.sparse.map': f'{size - 512},512'}
        b.tar.addfile(m, io.BytesIO(b'x' * 512))
    b.end()


ZEROS = 1 << 30


def bomb(opened, member):
    """A member of 60 GiB of zeros: streams one after another, that of the zeros made once."""
    def stream(text, times=1):
        into = io.BytesIO()
        with tempfile.TemporaryFile() as f:
            z = opened(f)
            for _ in range(times):
                z.write(text)
            z.close()
            f.seek(0)
            into.write(f.read())
        return into.getvalue()

    def make(out):
        size = 60 * ZEROS if LONG else 2 * ZEROS
        raw = io.BytesIO()
        b = Bundle(raw)
        b.about()
        b.stat(0)
        b.tick(0)
        m = tarfile.TarInfo('S/snap/000001/' + member)
        m.size = size
        before = b.tar.offset
        b.end()
        text = raw.getvalue()
        out.write(stream(text[:before] + m.tobuf(tarfile.GNU_FORMAT)))
        zeros = stream(bytes(1 << 24), ZEROS >> 24)
        for _ in range(size // ZEROS):
            out.write(zeros)
        out.write(stream(text[before:]))
    return make


class Zstd:
    def __init__(self, out):
        self.p = subprocess.Popen(['zstd', '-q', '-1', '-c'], stdin=subprocess.PIPE, stdout=out)
        self.write = self.p.stdin.write

    def close(self):
        self.p.stdin.close()
        self.p.wait()


def xz_dictionary(out):
    """An .xz whose header asks for a dictionary of 4 GiB."""
    text = io.BytesIO()
    plain(text)
    x = bytearray(lzma.compress(text.getvalue(), preset=0))
    at = 12
    n = (x[at] + 1) * 4
    where = x.index(b'\x21\x01', at) + 2
    x[where] = 40
    x[at + n - 4:at + n] = zlib.crc32(bytes(x[at:at + n - 4])).to_bytes(4, 'little')
    out.write(x)


def nested(out):
    text = io.BytesIO()
    plain(text)
    for i in range(20):
        outer = io.BytesIO()
        b = Bundle(outer)
        b.put(('sosreport-x.tar', 'x.tar.gz', 'sosreport-a.tar.xz')[i % 3], gzip.compress(text.getvalue()))
        b.tar.close()
        text = outer
    out.write(text.getvalue())


def duplicates(out):
    def inside(b, n):
        for k in range(3):
            b.stat(n, k * 1000)
            b.about(host=f'other{k}')
            b.tick(n, real=1)
            b.put('end.json', '{}')
    plain(out, inside=inside)


def ticks_in_disorder(out):
    b = Bundle(out)
    b.about()
    for n in (7, 3, 3, 900000, 1, 0, 12):
        b.stat(n)
        b.tick(n)
    b.stat(50)  # has no record
    b.end()


def clocks(out):
    b = Bundle(out)
    b.about()
    for n, (real, mono) in enumerate(((10**18, 5), (10**18, 5), (0, 4), (-1, -7), (2**63 - 1, 2**63 - 1), (-2**63, -2**63), (2**64, 2**70), (10**18, 0))):
        b.stat(n)
        b.tick(n, real, mono)
    b.end()


def large_snapshots(out):
    b = Bundle(out)
    b.about()
    for n in (0, 1, 999999999, 10**9, 2**31, 2**32 + 1, 2**63 - 1, 2**63, 2**64, 10**30):
        b.stat(n % 5 + 1)
        b.put(f'snap/{n:06d}/proc/net/softnet_stat', '0000000f 00000000 00000001' + ' 00000000' * 10)
        b.tick(n)
    b.end(ticks_asked=2**63, ticks_taken=-1)


def long_lines(out):
    size = (100 if LONG else 20) << 20
    b = Bundle(out)
    b.about()
    for n in range(2):
        for member in ('proc/net/dev', 'cmd/ss_-tan', 'proc/net/netstat', 'cmd/tc_-s_qdisc'):
            b.put(f'snap/{n:06d}/{member}', b'A' * (size if n else 1000))
        b.tick(n)
    b.end()


def bytes_that_are_no_text(out):
    def inside(b, n):
        for member in ('proc/net/dev', 'proc/net/netstat', 'cmd/ss_-tanmieo', 'cmd/ss_-ltnm', 'proc/interrupts', 'cmd/ethtool_-S_eth0', 'proc/meminfo'):
            b.put(f'snap/{n:06d}/{member}', bytes(range(256)) * 8 + b'\0' * 5000 + b'\xff\xfe\xc0\x80: 1 2 3\n')
    plain(out, inside=inside, host='h\0x', note='\udcff\ud800')


def strings(out):
    nic = EVIL.replace(' ', '_').replace(':', ';').replace('/', '_')[:60]

    def inside(b, n):
        p = f'snap/{n:06d}/'
        b.put(p + 'proc/net/dev', HEAD + f'{nic}: 1 {n * 100} 0 {n * 5000} 0 0 0 0 1 1 0 0 0 0 0 0\n')
        b.put(p + 'cmd/tc_-s_qdisc', f'qdisc {SHORT} 0: dev {nic} root refcnt 2\n Sent 1 bytes 1 pkt (dropped {n * 900}, overlimits 0 requeues 0)\n')
        b.put(p + 'cmd/ss_-tan', f'State Recv-Q Send-Q Local Address:Port Peer Address:Port\nESTAB 0 0 {SHORT}:22 {nic}:80\n' * 3)
        b.put(p + 'cmd/ss_-tanmieo', f'State Recv-Q Send-Q Local Address:Port Peer Address:Port\nESTAB 0 999999 10.0.0.1:22 {SHORT}:80 users:(("{EVIL}",pid=1,fd=2)) {SHORT}\n\t cubic rto:204 rtt:9/9 retrans:1/{n * 500}\n')
        b.put(p + 'cmd/ss_-ltnm', f'State Recv-Q Send-Q Local Address:Port Peer Address:Port\nLISTEN {n * 90} 10 0.0.0.0:80 0.0.0.0:* users:(("{EVIL}",pid=7,fd=3)) skmem:(r0,d{n * 100})\n')
        b.put(p + f'proc/sys/net/core/{SHORT}', EVIL + '\n')
        b.put(p + 'proc/sys/net/core/somaxconn', EVIL + '\n')
        b.put(p + 'proc/7/stat', f'7 ({SHORT}) S 1 1 1 0 -1 0 0 0 0 0 {n * 100} {n * 100} 0 0 20 0 1 0 5 1 1\n')
        b.put(p + 'proc/7/status', f'Name:\t{EVIL}\nPid:\t7\nvoluntary_ctxt_switches:\t{n}\n')
        b.put(p + 'http/127.0.0.1_9990/admin/metrics.json', json.dumps({f'rt/{EVIL}/client/#/io.l5d.fs/{EVIL}/failures': n * 500, f'rt/{EVIL}/client/#/io.l5d.fs/{EVIL}/requests': n * 900}))
        b.put(p + 'cmd/ethtool_-S_eth0', f'NIC statistics:\n     rx_{SHORT}_drops: {n * 999}\n')
        b.put(p + EVIL.replace('/', '_'), EVIL)
    plain(out, inside=inside, host=EVIL, kernel=EVIL, note=EVIL, options=[EVIL], tasks=[{'pid': 7, 'comm': EVIL}], tool=EVIL, version=EVIL, arch=EVIL)


def json_of_many_values(out):
    many = b'[' + b'0,' * (30 << 20) + b'0]'

    def inside(b, n):
        p = f'snap/{n:06d}/'
        for at in ('metrics.json', 'server_info'):
            b.put(p + f'http/127.0.0.1_9990/admin/{at}', many if n == 1 else b'{}')
        b.put(p + 'http/127.0.0.1_9990/client_state.json', b'{"a":' + many + b'}' if n == 1 else b'{}')
        b.put(f'snap/{n + 10:06d}/tick.json', b'{"tick":' + many + b'}' if n == 3 else b'{}')
    plain(out, inside=inside)


def crafted_about(out):
    b = Bundle(out)
    b.put('bundle.json', '{"format":1,"host":["x"],"kernel":{},"arch":1e308,"window_ns":1e308,"interval_ns":-9223372036854775808,"ticks_asked":9223372036854775807,'
          '"options":' + '[' * 1500 + ']' * 1500 + ',"tasks":[{"pid":1e99},7,null,{"pid":-1,"comm":' + json.dumps(EVIL) + '}],"note":' + '"x' + 'y' * 10**6 + '"}')
    for n in range(4):
        b.stat(n)
        b.tick(n, captures=[{'member': m, 't0_ns': 2**63 - 1, 't1_ns': -2**63, 'bytes': -1, 'status': EVIL, 'errno': 10**9, 'note': EVIL}
                            for m in ('proc/net/softnet_stat', EVIL, '../../x', '', 'host/netns/', 'x' * 5000)], late_ns=2**63 - 1)
    b.put('end.json', '{"reason":"' + 'r' * 10**6 + '","ticks_taken":1e400}')
    b.tar.close()


def ticks_by_thousands(out):
    """Damaged records, each worth a note."""
    b = Bundle(out)
    b.about()
    for n in range(30000):
        b.put(f'snap/{n:06d}/tick.json', '{')
    b.stat(40000)
    b.tick(40000)
    b.end()


def sosreport(out):
    """Links that go round, hard links, an archive within, names and texts with payloads."""
    b = Bundle(out, 'sosreport-h-2026')
    b.put('version.txt', 'sosreport: 4.5\n')
    b.put('hostname', EVIL + '\n')
    b.put('date', EVIL + '\n')
    b.put('uname', EVIL + '\n')
    for a, z in (('proc/loop', 'loop'), ('proc/a', 'b'), ('proc/b', 'a'), ('proc/up', '../../../../../etc'), ('proc/meminfo', '/etc/passwd'), ('free', 'proc/meminfo')):
        b.put(a, type=tarfile.SYMTYPE, linkname=z)
    b.put('proc/net/dev', type=tarfile.LNKTYPE, linkname='/etc/shadow')
    b.put('proc/net/snmp', type=tarfile.LNKTYPE, linkname='sosreport-h-2026/proc/net/snmp')
    inner = io.BytesIO()
    plain(inner)
    b.put('sos_strings/x/sosreport-inner.tar', inner.getvalue())
    b.put('sos_reports/manifest.json', '{"components":{"report":{"plugins":' + '{"a":' * 3000 + '1' + '}' * 3000 + '}}}')
    b.put('sos_commands/networking/ip_-s_-d_link', f'2: {EVIL}: <UP> mtu 1500 qdisc {SHORT} state UP\n    link/ether 00:00\n')
    b.put('sos_commands/networking/ss_-peaonmi', f'State Recv-Q Send-Q Local Address:Port Peer Address:Port\nLISTEN 99 10 0.0.0.0:80 0.0.0.0:* users:(("{EVIL}",pid=7,fd=3))\n')
    b.put('sos_commands/networking/ethtool_-S_' + EVIL.replace('/', '_'), f'NIC statistics:\n     rx_{SHORT}_drops: 999\n')
    b.put('sos_commands/kernel/sysctl_-a', f'net.core.{SHORT} = {EVIL}\nnet.core.somaxconn = {EVIL}\n')
    b.put('sos_logs/sos.log', EVIL * 100)
    b.put(EVIL.replace('/', '_'), 'x')
    b.tar.close()


def deep_json(out):
    def inside(b, n):
        for at in ('http/127.0.0.1_9990/admin/metrics.json', 'http/127.0.0.1_9990/client_state.json', 'http/127.0.0.1_9990/admin/server_info'):
            b.put(f'snap/{n:06d}/{at}', '{"a":' * 10000 + '[' * 10000 + '1' + ']' * 10000 + '}' * 10000)
        b.put(f'snap/{n + 10:06d}/tick.json', '[' * 10000)
    plain(out, inside=inside)


def numbers(out):
    odd = ('1e999', '-0', '-1', '18446744073709551615', '18446744073709551616', '9223372036854775808', '1e-999', '0x10', '1' * 500, 'nan', '-nan', '+5', '1.5e308')

    def inside(b, n):
        v = odd[n % len(odd)]
        p = f'snap/{n:06d}/'
        b.put(p + 'proc/net/dev', HEAD + '  eth0:' + f' {v}' * 16 + '\n')
        b.put(p + 'proc/net/netstat', f'TcpExt: A B C\nTcpExt: {v} {v} {n}\n')
        b.put(p + 'proc/stat', f'cpu {v} {v} {v} 0 0 0 0\nctxt {v}\nprocs_running {v}\n')
        b.put(p + 'proc/loadavg', f'{v} {v} {v} 1/{v} {v}\n')
        b.put(p + 'proc/meminfo', f'MemTotal: {v} kB\nMemFree: {v} kB\n')
        b.put(p + 'http/127.0.0.1_9990/admin/metrics.json', '{' + ','.join(f'"rt/a/client/c{i}/requests":{o}' for i, o in enumerate(odd) if re.fullmatch(r'-?\d+(\.\d+)?(e-?\d+)?', o)) + '}')
        b.put(p + 'cmd/ss_-tanmieo', f'State Recv-Q Send-Q Local Address:Port Peer Address:Port\nESTAB {v} {v} 1.1.1.1:{v} 2.2.2.2:{v} timer:(on,{v},{v})\n\t rto:{v} rtt:{v}/{v} cwnd:{v} bytes_acked:{v} retrans:{v}/{v}\n')
    plain(out, ticks=2 * len(odd), inside=inside, window_ns=2**64, interval_ns=-1, ticks_asked=2**70, cpus=2**40, page_size=0)


CASES = {
    'names that leave the archive': names_that_leave, 'links and devices as members': links_and_devices,
    'empty members': compressed(empty_members), 'empty members without end': compressed(lambda out: empty_members(out, 10**7 if LONG else 10**6)),
    'empty members without end, plain': empty_members, 'a sparse member of 100 GB': sparse_member,
    'a zstd bomb, known member': bomb(Zstd, 'proc/net/netstat'), 'a zstd bomb, unknown member': bomb(Zstd, 'x'),
    'a gzip bomb': bomb(lambda out: gzip.GzipFile(fileobj=out, mode='wb', compresslevel=1), 'proc/net/netstat'),
    'an xz bomb': bomb(lambda out: lzma.LZMAFile(out, 'wb', preset=0), 'proc/net/netstat'),
    'a bzip2 bomb': bomb(lambda out: bz2.BZ2File(out, 'wb', compresslevel=1), 'x'),
    'an xz dictionary of 4 GiB': xz_dictionary, 'archives in archives': nested, 'members twice': duplicates,
    'ticks in disorder': ticks_in_disorder, 'clocks that stand or run back': clocks, 'snapshot numbers up to 2^64': large_snapshots,
    'lines of 100 MB': long_lines, 'NUL bytes and invalid UTF-8': bytes_that_are_no_text, 'payloads in every string': strings,
    'tiny good members without end': compressed(tiny_members), 'JSON of 30 million values': json_of_many_values,
    'crafted records': crafted_about, 'damaged records by thousands': ticks_by_thousands, 'a crafted sosreport': sosreport,
    'JSON 10,000 deep': deep_json, 'odd numbers': numbers,
}
# At full size only: they take long to make, or test a decompressor.
LONG_ONLY = ('empty members without end, plain', 'a zstd bomb, unknown member', 'a gzip bomb', 'an xz bomb', 'a bzip2 bomb')
SAYS = {name: b'a million entries in a row hold nothing' for name in ('empty members without end', 'empty members without end, plain')}
SAYS['tiny good members without end'] = b'a million members more than are kept' if LONG else b''
SAYS.update((name, b'a few bytes that unpack to gigabytes') for name in CASES if ' bomb' in name and 'gzip' not in name)  # of gzip 250 times as many bytes
FORMS = {'payloads in every string': ('text', 'md', 'html', 'json', 'jsonl'), 'a crafted sosreport': ('text', 'md', 'html', 'json'), 'crafted records': ('text', 'html', 'json'), 'NUL bytes and invalid UTF-8': ('text', 'md', 'html', 'json')}
CONTROL = re.compile(b'[\x00-\x08\x0b-\x1f\x7f]|\xc2[\x80-\x9f]|\xe2\x80[\xaa-\xae]')


def run(argv, cwd):
    """Its exit status, output, MiB, seconds; killed after SECONDS."""
    with open(os.path.join(cwd, '.out'), 'w+b') as out:
        begin = time.monotonic()
        p = subprocess.Popen(argv, cwd=cwd, stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.STDOUT)
        signal.signal(signal.SIGALRM, lambda *_: p.send_signal(signal.SIGTERM))
        signal.alarm(SECONDS)
        _, status, usage = os.wait4(p.pid, 0)
        signal.alarm(0)
        p.returncode = status
        out.seek(0)
        return os.waitstatus_to_exitcode(status), out.read(), usage.ru_maxrss / 1024, time.monotonic() - begin


def unescaped(form, text):
    """What a payload would look like that is not shown as text."""
    if form == 'html':
        return [x for x in (b'<script>alert', b'<img src=x', b'<b>%n') if x in text]
    if form == 'md':
        text = re.sub(rb'(?ms)^ *(`{3,})[^\n]*\n.*?^ *\1 *$', b'', text)
        text = re.sub(rb'(`+)(?!`).*?(?<!`)\1(?!`)', b'', text)
        return [x for x in (b'<script>', b'<img src=x', b'[a](javascript:') if re.search(rb'(?<!\\)' + re.escape(x), text)]
    return []


def judge(analyzer, work, bundle, form, argv=None, codes=(0, 3), says=b''):
    code, text, mib, seconds = run([analyzer, *(argv or ['-a', '--fail-on', 'never', '--no-pager', '--format', form, bundle])], work)
    wrong = []
    if code not in codes:
        wrong.append(f'exit status {code} after {seconds:.0f} s')
    if b'ended by signal' in text or b'processor time' in text:
        wrong.append('it died')
    if mib > RSS_MIB and not os.environ.get('ASAN_OPTIONS'):
        wrong.append(f'{mib:.0f} MiB')
    if CONTROL.search(text):
        at = CONTROL.search(text).start()
        wrong.append(f'control bytes: {text[max(0, at - 40):at + 20]!r}')
    if says not in re.sub(rb'\s+', b' ', text):
        wrong.append(f'it does not say: {says!r}')
    if b'\nFORGED' in text:
        wrong.append('a name makes a line')
    if form == 'json' and code == 0 and not argv:
        json.loads(text)
    wrong += [f'unescaped {x!r}' for x in unescaped(form, text)]
    stray = set(os.listdir(work)) - {'.out', os.path.basename(bundle), TWIN, 'x'}
    stray |= {x for x in ('/tmp/nettape-hostile', '/etc/nettape-hostile') if os.path.exists(x)}
    return wrong + [f'wrote {x}' for x in stray], mib, seconds


TWIN = 'b\x1b[2J\nFORGED <b>$(id)\u202e.tar'


def everywhere(analyzer, place, bundle):
    """The bundle with the payloads, and its twin of an evil name, through every other output."""
    twin = os.path.join(place, TWIN)
    os.link(bundle, twin)
    raw = os.path.join(place, 'x', 'r\x1b[31m\nFORGED')
    os.makedirs(os.path.dirname(raw))
    with open(raw, 'wb') as f:
        f.write(HEAD.encode() + EVIL.replace(' ', '_').encode() + b': 1 2 3 4 5 6 7 8 9 1 2 3 4 5 6 7\n\xff\x1b\n')
    never = ['--fail-on', 'never']
    ways = {f'fleet, {form}': (form, [*never, '--format', form, bundle, twin]) for form in ('text', 'md', 'html', 'json', 'jsonl')}
    ways.update({f'comparison, {form}': (form, [*never, '-a', '--format', form, '--compare', bundle, twin]) for form in ('text', 'md', 'html', 'json')})
    ways.update({f'--sql, {form}': (form, ['--format', form, '--sql', 'SELECT entity, name, last FROM series UNION ALL SELECT k, v, 1 FROM meta UNION ALL SELECT member, text, 1 FROM note', twin])
                 for form in ('text', 'md', 'html', 'json', 'jsonl')})
    ways.update({f'--dump as {kind}': ('dump', ['--dump', raw, '--as', kind]) for kind in ('netdev', 'netstat', 'ss', 'metrics', 'qdisc')})
    ways.update({'--dump of no known name': ('text', ['--dump', raw]), 'a missing file': ('text', [twin + '2']), 'no bundle': ('text', [raw]), 'a wrong option': ('text', ['--no\x1b[31m\nFORGED']),
                 'a wrong section': ('text', ['--section', 'X\x1b[31m\nFORGED', bundle]), 'joined': ('text', [*never, '--join', bundle, twin]),
                 'a fleet of nothing': ('text', [raw, twin + '2']), 'wrong SQL': ('text', ['--sql', 'SELECT "\x1b[31m\nFORGED" FROM y', bundle])})
    for what, (form, argv) in ways.items():
        wrong, mib, seconds = judge(analyzer, place, bundle, form, argv, (0, 2, 3))
        print(f'{"not ok" if wrong else "ok"} - hostile: payloads in every string, {what}', flush=True)
        for x in wrong:
            print(f'#   {x}', flush=True)


COMMANDS = ('x;reboot', '$(id)', '-rf')


def in_commands(analyzer, work):
    """Interfaces whose names a shell would run: every command of a remedy quotes them."""
    def inside(b, n):
        p = f'snap/{n:06d}/'
        b.put(p + 'proc/net/dev', HEAD + ''.join(f'{x}: 1000 {n * 1000} {n * 50} {n * 5000} {n * 9} 0 0 0 1 1 {n * 70} {n * 80} 0 0 0 0\n' for x in COMMANDS))
        b.put(p + 'cmd/tc_-s_qdisc', ''.join(f'qdisc pfifo_fast 0: dev {x} root refcnt 2\n Sent 1 bytes {n * 1000} pkt (dropped {n * 900}, overlimits 0 requeues {n * 9})\n backlog 0b 0p requeues 0\n' for x in COMMANDS))
    bundle = os.path.join(work, 'commands.tar')
    with open(bundle, 'wb') as out:
        plain(out, ticks=70, inside=inside)
    _, text, _, _ = run([analyzer, '-a', '--fail-on', 'never', '--format', 'json', bundle], work)
    lines = [x for f in json.loads(text)['findings'] for x in (f['remedy'] + '\n' + f['verify']).split('\n') if x.startswith(' ')]
    for name in COMMANDS:
        holding = [x for x in lines if name in x]
        bare = [x for x in holding if f"'{name}'" not in x]
        print(f'{"ok" if holding and not bare else "not ok"} - hostile: an interface called {name}, in commands of remedies')
        for x in bare or ([] if holding else ['no remedy names it']):
            print(f'#   {x}')
    os.remove(bundle)
    os.remove(os.path.join(work, '.out'))


def main(build, work, only):
    analyzer = os.path.abspath(os.path.join(build, 'nettape-analyze'))
    if not only:
        in_commands(analyzer, work)
    for name, make in CASES.items():
        if (only and name not in only) or (name in LONG_ONLY and not LONG):
            continue
        place = os.path.join(work, re.sub(r'\W+', '-', name))
        os.makedirs(place, exist_ok=True)
        bundle = os.path.join(place, 'bundle.tar')
        with open(bundle, 'wb') as out:
            make(out)
        for form in FORMS.get(name, ('text',)):
            wrong, mib, seconds = judge(analyzer, place, bundle, form, says=SAYS.get(name, b''))
            print(f'# {mib:.0f} MiB, {seconds:.1f} s')
            print(f'{"not ok" if wrong else "ok"} - hostile: {name}, as {form}', flush=True)
            for x in wrong:
                print(f'#   {x}', flush=True)
        if name == 'payloads in every string':
            everywhere(analyzer, place, bundle)
        os.remove(bundle)


if __name__ == '__main__':
    rest = [a for a in sys.argv[1:] if a != '--long']
    main(rest[0], rest[1], rest[2:])
