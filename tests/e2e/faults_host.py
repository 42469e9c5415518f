#!/usr/bin/env python3
"""What changes while it is read: CPUs, interfaces, processes, sockets, servers; what hangs."""
import os
import shutil
import socket
import subprocess
import sys
import threading
import time

from faults import ANALYZE, COLLECT, DUMP, LIVE, LONG, ROOT, SO, Bundle, clean, end, environment, finish, report, skip, sql, start, sum_faults, tap, until

TAG = str(os.getpid())


def quiet(*args):
    return subprocess.run(args, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode


def whole(name, rc, want=0):
    """What is wrong with a run that nothing should have hurt."""
    if rc != want or not os.path.exists(name):
        return ['exit status %d' % rc]
    b = Bundle(name)
    return b.faults + sum_faults(name) + ([] if b.whole and b.end else ['not whole'])


# --- CPUs that go away: a dump that changes between ticks

CPUS = 4


def write(path, text):
    """As a whole: whoever reads has the old one or the new one."""
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path + '.new', 'w') as f:
        f.write(text)
    os.rename(path + '.new', path)


def put_cpus(root, online, step):
    """What CPU files say when those CPUs are online: rows of the others are not there."""
    stat = ''.join('cpu%d %d 0 %d %d 0 0 %d 0 0 0\n' % (c, 100 + step, 50 + step, 1000 + step, step) for c in online)
    softnet = ''.join('%08x %08x %08x 00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000000 %08x\n'
                      % (1000 + 10 * step, 0, 0, c) for c in online)
    head = ' ' * 10 + ''.join('%11s' % ('CPU%d' % c) for c in online) + '\n'
    irq = head + '  24:' + ''.join('%11d' % (500 + 7 * step) for c in online) + '   IO-APIC  24-edge      eth0\n'
    soft = head + '      NET_RX:' + ''.join('%11d' % (900 + 9 * step) for c in online) + '\n'
    write(root + '/proc/stat', 'cpu  1 2 3 4 5 6 7 0 0 0\n%sprocesses 10\nprocs_running 1\n' % stat)
    write(root + '/proc/net/softnet_stat', softnet)
    write(root + '/proc/interrupts', irq)
    write(root + '/proc/softirqs', soft)


def cpus():
    for d in ('dump',):
        shutil.rmtree(d, ignore_errors=True)
    all_cpus = list(range(CPUS))
    put_cpus('dump', all_cpus, 0)
    write('dump/sys/devices/system/cpu/online', '0-%d\n' % (CPUS - 1))
    write('dump/proc/sys/kernel/osrelease', '6.1.0\n')
    p = start('--root', 'dump', '--for', '1s', '--every', '50ms', '-q', '-o', 'cpus.tar')
    for step in range(1, 40):
        time.sleep(0.025)
        put_cpus('dump', all_cpus[:2] if 12 < step < 26 else all_cpus, step)
    rc, said = finish(p)
    faults = whole('cpus.tar', rc)
    b = Bundle('cpus.tar')
    counts = {b.files['snap/%06d/proc/net/softnet_stat' % n].count(b'\n') for n in b.ticks} if not faults else set()
    if counts != {2, CPUS}:
        faults.append('rows of softnet_stat: %s' % counts)
    tap('CPUs go away and come back: each tick has the files as they were then', faults, said)
    status, text = report('cpus.tar')
    got = sql('cpus.tar', "SELECT count(*) FROM series WHERE source = 'softnet' AND (increase < 0 OR increase > 4000 OR peak_per_s < 0)")
    faults = [] if status == 0 and got == ['0'] else ['analyze: %d, %s, %s' % (status, got, text[-300:])]
    for word in 'backlog drop', 'packets dropped':
        if word in text.split('SECTIONS')[0] and 'crit' in text.split(word)[0][-80:]:
            faults.append('a finding of what was not')
    tap('CPUs go away and come back: no counter runs back in the store', faults)


# --- interfaces that come and go

def churn_links(ns, stop):
    n = 0
    while not stop.is_set():
        n += 1
        name = 'v%d' % (n % 7)
        quiet('ip', '-n', ns, 'link', 'add', name, 'type', 'veth', 'peer', 'name', 'w' + name)
        quiet('ip', '-n', ns, 'link', 'set', name, 'up')
        quiet('ip', '-n', ns, 'link', 'del', name)


def interfaces():
    ns = 'fh' + TAG
    if not ROOT or quiet('ip', 'netns', 'add', ns) != 0:
        return skip('interfaces that come and go', 'needs root and ip netns')
    stop = threading.Event()
    threads = [threading.Thread(target=churn_links, args=(ns, stop)) for _ in range(2)]
    try:
        quiet('ip', '-n', ns, 'link', 'add', 'stay', 'type', 'veth', 'peer', 'name', 'stays')
        for t in threads:
            t.start()
        p = subprocess.Popen(['ip', 'netns', 'exec', ns, COLLECT, '--for', '2s', '--every', '50ms', '-q', '-o', 'links.tar'] + LIVE,
                             stderr=subprocess.PIPE)
        rc, said = finish(p)
        stop.set()
        for t in threads:
            t.join()
    finally:
        stop.set()
        quiet('ip', 'netns', 'del', ns)
    faults = whole('links.tar', rc)
    b = Bundle('links.tar')
    bad = sorted({(r[0].split('_')[-1][:1], r[1], r[5] if len(r) > 5 else 0) for r in b.rows() if r[1] in ('error', 'cut')})
    if bad:
        faults.append('rows: %s' % bad[:5])
    names = {line.split(':')[0].strip() for n in b.ticks for line in
             b.files.get('snap/%06d/proc/net/dev' % n, b'').decode().splitlines()[2:]}
    if len(names) < 4:
        faults.append('nothing came or went: %s' % names)
    stay = [r for r in b.rows('cmd/ethtool_-S_stay') if r[0].endswith('_stay')]
    # what a busy machine makes late is in a later tick, and stands for it
    if len(stay) < len(b.ticks) / 2 or 'ok' not in {r[1] for r in stay} or {r[1] for r in stay} - {'ok', 'busy', 'thinned'}:
        faults.append('the one that stayed: %s' % stay[:3])
    status, text = report('links.tar')
    if status != 0:
        faults.append('analyze: %d, %s' % (status, text[-300:]))
    tap('interfaces come and go while they are read: absent, never an error (%d names)' % len(names), faults, said)


# --- a process number that is given away again

REUSE = r'''
cp "$(command -v sleep)" victim
./victim 100 & a=$!
"$0" --for %(s)s --every 100ms -q --pid $a -o pid.tar %(live)s & one=$!
"$0" --for %(l)s --every 500ms -q --comm victim -o comm.tar %(live)s & two=$!
sleep 0.6
kill $a; wait $a 2>/dev/null
i=0
while [ $i -lt 200 ]; do
	echo $((a - 1)) >/proc/sys/kernel/ns_last_pid || exit 77
	./victim 100 & b=$!
	[ $b -eq $a ] && break
	kill $b; wait $b 2>/dev/null
	i=$((i + 1))
done
[ $b -eq $a ] || exit 77
wait $one; r=$?
wait $two || r=$?
kill $b
echo $a >pid
exit $r
'''


def reuse_begin():
    if not ROOT or quiet('unshare', '-p', '-f', '--mount-proc', 'true') != 0:
        return None
    script = REUSE % {'s': '1500ms', 'l': '11s', 'live': "--no-http --exclude 'sysctl-*' --exclude irq-affinity"}
    return subprocess.Popen(['unshare', '-p', '-f', '--mount-proc', 'sh', '-c', script, COLLECT], stderr=subprocess.PIPE)


def reuse_end(p):
    if not p:
        return skip('a process number that is given away again', 'needs root and a namespace of processes')
    rc, said = finish(p)
    if rc == 77:
        return skip('a process number that is given away again', 'the kernel has no ns_last_pid, or others were quicker')
    with open('pid') as f:
        stat = 'proc/%s/stat' % f.read().strip()

    def starts(b):  # of the processes of that number, in the order of ticks: field 22 of stat
        texts = [b.files.get('snap/%06d/%s' % (n, stat)) for n in sorted(b.ticks)]
        return [t.rsplit(b')', 1)[1].split()[19] if t else None for t in texts]

    b = Bundle('pid.tar')
    seen = starts(b)
    faults = whole('pid.tar', rc)
    if len({s for s in seen if s}) != 1 or seen[-1] is not None or b.statuses(stat)[-1] != 'absent':
        faults.append('starts of the process: %s' % seen)
    tap('--pid: its number is given away again: the other process is not taken for it', faults, said)
    seen = starts(Bundle('comm.tar'))
    faults = whole('comm.tar', rc)
    kinds = [s for i, s in enumerate(seen) if i == 0 or s != seen[i - 1]]
    if len(kinds) != 3 or kinds[1] is not None or None in (kinds[0], kinds[2]) or kinds[0] == kinds[2]:
        faults.append('starts of the processes: %s' % kinds)
    tap('--comm: a new process of the name and the number is watched from then on', faults, said)


# --- sockets that churn while they are listed

CLIENTS = r'''
import os, socket, sys, time
want, seconds = int(sys.argv[1]), float(sys.argv[2])
s = socket.socket(); s.bind(('127.0.0.1', 7000)); s.listen(4096)
def once():
    c = socket.socket()
    c.connect(('127.0.0.1', 7000))
    a = s.accept()[0]
    c.close(); a.close()
for i in range(want): once()
print('ready', flush=True)
end = time.monotonic() + seconds
n = 0
while time.monotonic() < end:
    try: once()
    except OSError: time.sleep(0.001)  # no port is left
    n += 1
    if n % 50 == 0: time.sleep(0.001)
'''


def time_wait():
    ns, want = 'ft' + TAG, 28000 if LONG else 5000
    if not ROOT or quiet('ip', 'netns', 'add', ns) != 0:
        return skip('TIME_WAIT sockets that churn', 'needs root and ip netns')
    inside = ['ip', 'netns', 'exec', ns]
    try:
        quiet('ip', '-n', ns, 'link', 'set', 'lo', 'up')
        quiet(*inside, 'sysctl', '-q', '-w', 'net.ipv4.ip_local_port_range=8000 65000', 'net.ipv4.tcp_max_tw_buckets=60000', 'net.ipv4.tcp_tw_reuse=0')
        clients = subprocess.Popen(inside + [sys.executable, '-c', CLIENTS, str(want), '2.5'], stdout=subprocess.PIPE)
        clients.stdout.readline()
        p = subprocess.Popen(inside + [COLLECT, '--for', '1500ms', '--every', '250ms', '--pace', 'tcp*=250ms', '-q', '-o', 'tw.tar.zst'] + LIVE,
                             stderr=subprocess.PIPE)
        rc, said = finish(p)
        clients.communicate()
    finally:
        quiet('ip', 'netns', 'del', ns)
    faults = whole('tw.tar.zst', rc)
    b = Bundle('tw.tar.zst')
    counts = []
    for n in sorted(b.ticks):
        lines = b.files.get('snap/%06d/cmd/ss_-tan' % n, b'').decode().splitlines()
        odd = [x for x in lines[1:] if len(x.split()) != 5 or not x.split()[1].isdigit()]
        faults += ['a torn row: ' + x for x in odd]
        if lines:
            counts.append(sum(x.startswith('TIME-WAIT') for x in lines))
    bad = set(b.statuses('cmd/ss_-tan')) - {'ok', 'busy', 'thinned', 'interrupted', 'timeout'}
    if bad or len(counts) < 2 or min(counts) < want * 0.9:
        faults.append('statuses %s, sockets %s' % (bad, counts))
    tap('%d TIME_WAIT sockets that churn during the dump: %s to %s are listed, no row is torn'
        % (want, min(counts or [0]), max(counts or [0])), faults, said)


def interrupted():
    """No kernel says it of sockets, but one may: the flag is set on the way."""
    clean('intr.tar')
    rc, said = finish(start('--for', '200ms', '--every', '100ms', '-o', 'intr.tar', *LIVE, env=environment('intr.tar', intr=1)))
    b = Bundle('intr.tar')
    faults = whole('intr.tar', rc)
    for command in 'ss_-tan', 'ss_-ltnm', 'tc_-s_qdisc':
        got = [r[1:2] + [r[4] > 0] for r in b.rows('cmd/' + command) if r[0].endswith(command)]
        if not got or any(g != ['interrupted', True] for g in got):
            faults.append('%s: %s' % (command, got))
    if 'changed while it was read' not in said:
        faults.append('the last words do not tell it')
    got = sql('intr.tar', "SELECT count(*) FROM capture WHERE state = 'interrupted' AND bytes > 0")
    if got[0] in ('0', '') or not got[0].isdigit():
        faults.append('in the store: %s' % got)
    tap('NLM_F_DUMP_INTR: the capture is kept and marked as interrupted', faults, said)


# --- a linkerd that restarts

SERVER = r'''
import http.server
class Admin(http.server.BaseHTTPRequestHandler):
    def log_message(self, *a): pass
    def do_GET(self):
        self.send_response(200); self.end_headers(); self.wfile.write(b'{"requests":{"counter":1}}')
http.server.HTTPServer.allow_reuse_address = True
http.server.HTTPServer(('127.0.0.1', 9990), Admin).serve_forever()
'''

RESTART = r'''
ip link set lo up || exit 77
python3 -c "$1" & a=$!
sleep 1
"$0" --for 12s --every 500ms --pace metrics=500ms --exclude 'sysctl-*' -q -o restart.tar & c=$!
sleep 1.5
kill $a; wait $a 2>/dev/null
sleep 1
python3 -c "$1" & b=$!
wait $c; r=$?
kill $b
echo $a $b >servers
exit $r
'''


def restart_begin():
    if not ROOT or quiet('unshare', '-n', 'true') != 0:
        return None
    return subprocess.Popen(['unshare', '-n', 'sh', '-c', RESTART, COLLECT, SERVER], stderr=subprocess.PIPE)


def restart_end(p):
    if not p:
        return skip('a linkerd that restarts', 'needs root and network namespaces')
    rc, said = finish(p)
    faults = whole('restart.tar', rc)
    if not faults:
        b = Bundle('restart.tar')
        with open('servers') as f:
            old, new = f.read().split()
        got = b.statuses('admin/metrics.json')
        shape = [s for i, s in enumerate(got) if i == 0 or s != got[i - 1]]
        if shape not in (['ok', 'absent', 'ok'], ['ok', 'error', 'absent', 'ok']):
            faults.append('metrics.json: %s' % shape)
        for pid, first, last in (old, 'ok', 'absent'), (new, 'ok', 'ok'):
            got = b.statuses('proc/%s/stat' % pid) or ['never']
            if (got[0], got[-1]) != (first, last):
                faults.append('process %s: %s' % (pid, got))
    tap('a linkerd restarts: absent meanwhile, then asked again, and its new process watched', faults, said)


# --- what hangs

def hang_server():
    """Takes connections, says nothing."""
    s = socket.socket()
    s.bind(('127.0.0.1', 0))
    s.listen(16)
    u = socket.socket(socket.AF_UNIX)
    u.bind('hang.sock')
    u.listen(16)
    return s, u


def hang_begin(tries=0):
    servers = hang_server() if not os.path.exists('hang.sock') else hang_begin.servers
    hang_begin.servers = servers
    if not os.path.exists('fifo'):
        os.mkfifo('fifo')
    what = {
        'a server that never answers': ['--metrics', 'http://127.0.0.1:%d' % servers[0].getsockname()[1]],
        'a server at a local socket that never answers': ['--no-http', '--metrics', 'unix:' + os.path.abspath('hang.sock')],
        'a command that never ends': ['--no-http', '--run', 'stuck=sleep 100', '--pace', 'stuck=250ms'],
        'a command that reads a FIFO': ['--no-http', '--run', 'fifo=cat fifo', '--pace', 'fifo=250ms'],
    }
    runs = {}
    for i, (name, args) in enumerate(what.items()):
        if '--metrics' in args:
            args = [a for a in args if a != '--no-http']
        clean('hang%d.tar' % i)
        runs[name] = ('hang%d.tar' % i, start('--for', '2s', '--every', '250ms', '-q', '-o', 'hang%d.tar' % i,
                                              '--exclude', 'sysctl-*', '--exclude', 'client-state', '--exclude', 'server-info', *args))
    return runs


def hang_end(runs):
    for what, (name, p) in runs.items():
        rc, said = finish(p)
        faults = whole(name, rc)
        b = Bundle(name)
        late = max([b.ticks[n]['late_ns'] for n in b.ticks] or [0])
        got = b.statuses('hang') + b.statuses('http/') + b.statuses('cmd/stuck') + b.statuses('cmd/fifo')
        if 'timeout' not in got or set(got) - {'timeout', 'busy'}:
            faults.append('its statuses: %s' % got)
        # one may be missed by a busy machine
        if late > 250 * 10**6 or (b.end and b.end['ticks_missed'] > 1):
            faults.append('a tick was %d ms late, %d missed' % (late // 10**6, b.end['ticks_missed'] if b.end else 0))
        others = [n for n in b.ticks if [r[1] for r in b.ticks[n]['captures'] if r[0] == 'proc/stat'] != ['ok']]
        if others:
            faults.append('no proc/stat in ticks %s' % others)
        tap('%s: a timeout, no tick is late by an interval (%d ms at most)' % (what, late // 10**6), faults, said)


def dump_fifo():
    shutil.rmtree('dump2', ignore_errors=True)
    os.makedirs('dump2/proc/net')
    os.mkfifo('dump2/proc/stat')
    os.mkfifo('dump2/proc/net/dev')
    write('dump2/proc/loadavg', '0.1 0.2 0.3 1/2 3\n')
    rc, said = finish(start('--root', 'dump2', '--for', '100ms', '--every', '50ms', '-q', '-o', 'fifo.tar'), 20)
    b = Bundle('fifo.tar')
    faults = whole('fifo.tar', rc)
    if set(b.statuses('proc/stat')) != {'absent'} or set(b.statuses('proc/loadavg')) != {'ok'}:
        faults.append('%s, %s' % (b.statuses('proc/stat'), b.statuses('proc/loadavg')))
    tap('a FIFO where a dump should have a file: absent, nothing hangs', faults, said)


hung, reused, restarted = hang_begin(), reuse_begin(), restart_begin()
cpus()
dump_fifo()
interrupted()
interfaces()
time_wait()
hang_end(hung)
reuse_end(reused)
restart_end(restarted)
end()
