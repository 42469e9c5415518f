"""odd_bundles.py DIR: bundles that are hardly any, or whose every string is hostile; their names end in .tar."""
import io
import json
import os
import sys
import tarfile

HOSTILE = 'h"\\</script><b>\x1b[31m\u202e\u0085\U0001f600,|`=1+1'
ABOUT = {'format': 1, 'tool': 'nettape-collect', 'host': HOSTILE, 'kernel': '6.1', 'note': HOSTILE + '\n', 'arch': '12', 'boot_id': '7'}
NIC = b'e"\\\xff\xfe\x1b[2J<i>'
METRICS = json.dumps({f'rt/{HOSTILE}/client/#/io.l5d.fs/{HOSTILE}/requests': 9007199254740993, 'jvm/uptime': 1e300, 'jvm/x': -5}).encode()


def put(tar, name, text):
    member = tarfile.TarInfo('S/' + name)
    member.size = len(text)
    tar.addfile(member, io.BytesIO(text))


def tick(n):
    return json.dumps({'tick': n, 'realtime_ns': 10**18 + n * 10**9, 'monotonic_ns': (n + 1) * 10**9, 'late_ns': 0,
                       'captures': [['proc/stat', 0, 1, 0, 'denied', 13, HOSTILE]]}).encode()


def dev(n):
    row = b': %d 1 0 %d 0 0 0 0 1 1 0 0 0 0 0 0\n'
    head = b'Inter-|   Receive | Transmit\n face |bytes packets errs drop fifo frame compressed multicast|'
    head += b'bytes packets errs drop fifo colls carrier compressed\n'
    return head + NIC + row % (2**63 - 10 + n, n * 50) + b'  eth0' + row % (2**64 - 1, 0)


def main(folder):
    with tarfile.open(os.path.join(folder, 'empty.tar'), 'w') as t:
        put(t, 'bundle.json', json.dumps({'format': 1}).encode())
    with tarfile.open(os.path.join(folder, 'headless.tar'), 'w') as t:
        put(t, 'bundle.json', b'{"format":1,"host":"\xff')
        put(t, 'snap/000000/proc/net/dev', dev(0))
        put(t, 'snap/000000/tick.json', b'{"tick": [' * 300)
    with tarfile.open(os.path.join(folder, 'hostile.tar'), 'w') as t:
        put(t, 'bundle.json', json.dumps(ABOUT).encode())
        for n in range(4):
            put(t, f'snap/{n:06d}/proc/net/dev', dev(n))
            put(t, f'snap/{n:06d}/proc/sys/kernel/' + 'x"y', NIC)
            put(t, f'snap/{n:06d}/http/127.0.0.1_9990/admin/metrics.json', METRICS)
            put(t, f'snap/{n:06d}/tick.json', tick(n))
        put(t, 'end.json', json.dumps({'reason': HOSTILE, 'ticks_asked': HOSTILE}).encode())


if __name__ == '__main__':
    main(sys.argv[1])
