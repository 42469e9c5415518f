"""A sosreport (sos 4.5, xz) of a large host that does not exist: the texts of one snapshot of tests/gen where sos puts them."""
import io
import subprocess
import tarfile

STEM = 'sosreport-giant-2026-11-23-abcdefg'
PROCESSES = 2000
# What sos does not take, or not in that form
LEFT_OUT = ('cmd/ss_-tan', 'cmd/ss_-ltnm', 'cmd/ss_-s')
AT = {'cmd/ss_-tanmieo': 'sos_commands/networking/ss_-peaonmi', 'cmd/tc_-s_qdisc': 'sos_commands/networking/tc_-s_qdisc_show'}


def place(name):
    if name in AT:
        return AT[name]
    if name.startswith('cmd/ethtool_-S_'):
        return 'sos_commands/networking/' + name[len('cmd/'):]
    return name if name.startswith(('proc/', 'sys/')) else None


def processes():
    head = 'USER         PID %CPU %MEM    VSZ   RSS TTY      STAT START   TIME COMMAND\n'
    return head + ''.join(f'app      {pid:7d}  0.{pid % 10}  0.1 {pid * 7:6d} {pid:5d} ?        Sl   Nov22   0:{pid % 60:02d} /usr/bin/app-{pid}\n'
                          for pid in range(1000, 1000 + PROCESSES))


def all_families(text):
    """Of ss -t what it prints without: a column Netid in front."""
    lines = text.decode().splitlines(keepends=True)
    return ''.join(x if x.startswith('\t') else ('tcp   ' if i else 'Netid ') + x for i, x in enumerate(lines)).encode()


def texts(bundle):
    """{path in the report: text}, of the first snapshot."""
    found = {}
    with subprocess.Popen(['zstd', '-qdc', bundle], stdout=subprocess.PIPE) as unpack, tarfile.open(fileobj=unpack.stdout, mode='r|') as t:
        for m in t:
            inner = m.name.split('/', 1)[-1]
            name = inner.split('/', 2)[2] if inner.startswith('snap/000000/') else inner[len('host/'):] if inner.startswith('host/') else None
            path = place(name) if name and name not in LEFT_OUT else None
            if path and m.isreg():
                text = t.extractfile(m).read()
                found.setdefault(path, all_families(text) if path.endswith('/ss_-peaonmi') else text)
    return found


def write(bundle, path):
    with tarfile.open(path, 'w:xz', preset=1) as t:
        for name, text in {'version.txt': b'sosreport: 4.5\n', 'hostname': b'giant\n', 'date': b'Mon Nov 23 12:00:00 UTC 2026\n',
                           'sos_commands/process/ps_auxwww': processes().encode(), **texts(bundle)}.items():
            m = tarfile.TarInfo(f'{STEM}/{name}')
            m.size, m.mtime = len(text), 1795435200
            t.addfile(m, io.BytesIO(text))
