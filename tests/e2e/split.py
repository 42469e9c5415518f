#!/usr/bin/env python3
"""split.py IN OUT FROM TO [BOOT_ID [SECONDS]]: the ticks FROM to TO of a bundle as a recording of their own.

What is taken once stands in its first tick, as if it had been taken again then; ticks are
numbered from 0.  With BOOT_ID it is of another boot, whose clocks begin SECONDS later.
"""
import io
import json
import subprocess
import sys
import tarfile

source, target, first, last = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
boot_id = sys.argv[5] if len(sys.argv) > 5 else None
later_ns = int(float(sys.argv[6]) * 1e9) if len(sys.argv) > 6 else 0
raw = open(source, 'rb').read()
if source.endswith('.zst'):
    raw = subprocess.run(['zstd', '-dcq'], input=raw, stdout=subprocess.PIPE, check=True).stdout
members = {}
with tarfile.open(fileobj=io.BytesIO(raw)) as tar:
    for entry in tar:
        stem, _, name = entry.name.partition('/')
        members[name] = tar.extractfile(entry).read()

out = tarfile.open(target, 'w', format=tarfile.PAX_FORMAT)


def put(name, body):
    entry = tarfile.TarInfo(f'{stem}/{name}')
    entry.size = len(body)
    out.addfile(entry, io.BytesIO(body))


def moved(record):
    """A record of the other boot: its clocks run from another beginning."""
    if boot_id:
        record['realtime_ns'] += later_ns
        record['monotonic_ns'] = record['monotonic_ns'] % 10**9 + record['realtime_ns'] - began['realtime_ns'] + 60 * 10**9
        record['boottime_ns'] = record['monotonic_ns']
    return json.dumps(record).encode()


def load(name):
    return json.loads(members[name])


numbers = sorted({int(name.split('/')[1]) for name in members if name.endswith('/tick.json')})
began = load(f'snap/{first:06d}/tick.json')
began['realtime_ns'] += later_ns if boot_id else 0
about = load('bundle.json')
about.update(ticks_asked=last - first + 1, window_ns=(last - first) * about['interval_ns'])
if boot_id:
    about['boot_id'] = boot_id
put('bundle.json', json.dumps(about).encode())
once = [row for row in load(f'snap/{numbers[0]:06d}/tick.json')['captures'] if row[0].startswith('host/')]
for name in members:
    if name.startswith('host/'):
        put(name, members[name])
for number in [n for n in numbers if first <= n <= last]:
    place = f'snap/{number:06d}/'
    record = load(place + 'tick.json')
    record['tick'] = number - first
    if number == first != numbers[0]:
        record['captures'] = once + record['captures']
    for name in members:
        if name.startswith(place) and name != place + 'tick.json':
            put(f'snap/{number - first:06d}/{name[len(place):]}', members[name])
    put(f'snap/{number - first:06d}/tick.json', moved(record))
end = load('end.json')
if last >= numbers[-1]:
    for name in members:
        if name.startswith('last/'):
            put(name, members[name])
else:
    end['captures'] = []
    end.update(realtime_ns=record['realtime_ns'], monotonic_ns=record['monotonic_ns'], user_ns=0, sys_ns=0)
end.update(ticks_asked=last - first + 1, ticks_taken=last - first + 1, ticks_missed=0)
put('end.json', moved(end) if last >= numbers[-1] else json.dumps(end).encode())
out.close()
