#!/usr/bin/env python3
"""Each call on the output fails once, or from then on; reads that fail; limits; a disk that fills."""
import errno
import os
import resource
import signal
import subprocess
import time

from faults import DUMP, LIVE, LONG, ROOT, SANITIZED, Bundle, clean, digest, end, environment, finish, number, skip, start, sum_faults, tap

TICKS = 4


def run(name, *args, preexec=None, **fault):
    """(exit status, what it said, calls, ticks that it had finished)"""
    clean(name)
    env = environment(name, **fault)
    p = start('--for', '60ms', '--every', '20ms', '-q', '-o', name, *(args or ('--root', DUMP)), env=env, preexec_fn=preexec)
    return finish(p) + (number('count'), number('ticks'))


def in_part(name, finished):
    part = name + '.part'
    if not os.path.exists(part):
        return ['%d ticks are lost' % finished] if finished else []
    b = Bundle(part)
    faults = b.faults[:]
    if len(b.ticks) < finished:
        faults.append('%d of %d finished ticks can be read' % (len(b.ticks), finished))
    return faults


def judge(name, got, error=None, statuses=(0, 1, 3), sums=True):
    """What is wrong with a run and what it left."""
    rc, said, _, finished = got
    faults = [] if rc in statuses else ['exit status %d' % rc]
    if rc not in (0, 1):
        if rc == 3 and name not in said and 'memory' not in said:
            faults.append('its message does not name the file: ' + said)
        if rc == 3 and error and os.strerror(error) not in said:
            faults.append('its message does not say why: ' + said)
        if os.path.exists(name):
            faults.append('a bundle in spite of status %d' % rc)
        return faults + in_part(name, finished)
    b = Bundle(name)
    faults += b.faults + (sum_faults(name) if sums or os.path.exists(name + '.sha256') else [])
    if not b.whole or not b.end:
        return faults + ['the bundle is not whole']
    if not sums and not os.path.exists(name + '.sha256') and digest(name) not in said:
        faults.append('no sum, and not told: ' + said)
    if os.path.exists(name + '.part'):
        faults.append('the .part is still there')
    if (b.end['reason'] == 'complete') != (rc == 0):
        faults.append('status %d for a bundle that is %s' % (rc, b.end['reason']))
    if len(b.ticks) != b.end['ticks_taken'] or len(b.ticks) < finished or not b.ticks:
        faults.append('%d ticks, %d told, %d finished' % (len(b.ticks), b.end['ticks_taken'], finished))
    if rc == 0 and len(b.ticks) + b.end['ticks_missed'] != TICKS:
        faults.append('%d ticks' % len(b.ticks))
    return faults


def some(n):
    return range(1, n + 1) if LONG and n < 50 else sorted({1, (n + 1) // 2, max(n - 1, 1), n})


def each(kind, call, fault, which=None, times=1, **rules):
    """The fault at each of the calls, or at some."""
    name = 'out.' + kind
    calls = run(name, call=call)[2]
    faults, error = [], getattr(errno, fault, None)
    seen = set()
    for at in which(calls) if which else range(1, calls + 1):
        rules['sums'] = call != 'write'  # the last one is that of the sum
        got = run(name, call=call, at=at, **{'for': times, 'with': fault})
        seen.add(got[0])
        faults += ['at %s %d: %s' % (call, at, f) for f in judge(name, got, error, **rules)]
    tap('%s at %s of %d %s, .%s: exit status %s' % (fault + ('' if times else ' from then on'), 'some' if which else 'each',
        calls, call + 's', kind, ', '.join(map(str, sorted(seen)))), faults if calls else ['no such call'])


def writes():
    for kind in 'tar.zst', 'tar.gz', 'tar':
        which = None if kind == 'tar.zst' else some
        each(kind, 'write', 'ENOSPC', which, times=0)
        each(kind, 'write', 'ENOSPC', which)
        each(kind, 'write', 'EIO', some)
        each(kind, 'write', 'EINTR', some, times=3, statuses=(0,))
    each('tar.zst', 'write', 'EDQUOT', some, times=0)
    short('write')
    each('tar.zst', 'pwrite', 'EIO', some, statuses=(0,))
    each('tar.gz', 'pwrite', 'EINTR', some, statuses=(0,))
    each('tar.zst', 'fallocate', 'ENOSPC', some, times=0, statuses=(1,))  # less room is asked for, too
    each('tar.zst', 'fallocate', 'EIO', some, statuses=(0,))
    each('tar.zst', 'ftruncate', 'EIO', some, statuses=(3,))
    each('tar.zst', 'fsync', 'EIO', some, statuses=(3,))
    each('tar.zst', 'fsync', 'EINTR', some, statuses=(0,))
    # the kernel tells such an error once, and the thread that hears it is not the one that ends the bundle
    each('tar.zst', 'fdatasync', 'EIO', lambda n: [1], statuses=(1, 3))
    each('tar.zst', 'open', 'EMFILE', lambda n: [1], statuses=(3,))


def short(call):
    got = run('out.tar', call=call, at=1, **{'for': 0, 'with': 'SHORT'})
    tap('writes that take one byte each, .tar: complete', judge('out.tar', got, statuses=(0,)), got[1])


def interrupts():
    """A dump with a file of several pieces."""
    os.makedirs('dump/proc/net', exist_ok=True)
    with open('dump/proc/interrupts', 'w') as f:
        f.write('           CPU0       CPU1\n')
        for i in range(4000):
            f.write('%4d: %10d %10d   IO-APIC   %d-edge   line%d\n' % (i, i, i, i, i))
    with open('dump/proc/loadavg', 'w') as f:
        f.write('0.01 0.02 0.03 1/100 4711\n')
    with open('dump/proc/interrupts', 'rb') as f:
        return f.read()


def reads():
    text = interrupts()
    pieces = -(-len(text) // 16384)

    def once(what, want, **fault):
        got = run('out.tar', '--root', 'dump', path='dump/proc/', **fault)
        faults = judge('out.tar', got, statuses=(0,))
        if not faults:
            b = Bundle('out.tar')
            rows = [r[1:2] + r[4:6] for r in b.rows('proc/interrupts')]
            if not rows or rows != want[:len(rows)]:  # a busy machine may miss one
                faults = ['%s, not %s' % (rows, want)]
            for n in b.ticks:
                member = b.files.get('snap/%06d/proc/interrupts' % n, b'')
                if not text.startswith(member):
                    faults.append('tick %d: other bytes than those of the file' % n)
        tap(what, faults, got[1])

    ok = ['ok', len(text)]
    once('reading: EIO half-way keeps the head, and says so', [['cut', 16384, 5], ok, ok, ok],
         call='pread', at=2, **{'with': 'EIO'})
    once('reading: EIO at the begin is an error', [['error', 0, 5], ok, ok, ok],
         call='pread', at=1, **{'with': 'EIO'})
    once('reading: EINTR is no fault', [ok] * 4, call='pread,read', at=1, **{'with': 'EINTR', 'for': pieces})
    once('reading: one byte at a time is no fault', [ok] * 4, call='pread,read', at=1, **{'with': 'SHORT', 'for': 1000})


def limit(which, value):
    return lambda: resource.setrlimit(which, (value, value))


def limits():
    for bytes_ in (0, 512, 4096, 20000) + ((65536, 300000) if LONG else ()):
        got = run('out.tar', preexec=limit(resource.RLIMIT_FSIZE, bytes_), path='nothing')
        tap('RLIMIT_FSIZE %d: exit status %d' % (bytes_, got[0]), judge('out.tar', got, errno.EFBIG, sums=False), got[1])
    live = ['--no-http', '--exclude', 'sysctl-*', '--exclude', 'irq-affinity', '--pid', str(os.getpid())]
    known = run('out.tar', *live)
    want = {tuple(r[:2]) for r in Bundle('out.tar').rows()} if known[0] == 0 else set()
    got = run('out.tar', *live, preexec=limit(resource.RLIMIT_NOFILE, 16))
    faults = judge('out.tar', got, statuses=(0,))
    if not faults:
        less = {tuple(r[:2]) for r in Bundle('out.tar').rows()}
        # only the processes, which would be held open each, may be too many
        faults = ['%s became %s' % r for r in sorted(less - want)
                  if r[1] != 'busy' and not (r[0].startswith('proc/') and r[0].split('/')[1].isdigit())]
    tap('RLIMIT_NOFILE 16: every source is taken as without', faults, got[1])
    got = run('out.tar', *live, preexec=limit(resource.RLIMIT_NOFILE, 7))
    tap('RLIMIT_NOFILE 7: exit status %d' % got[0], judge('out.tar', got, statuses=(0, 3)), got[1])


def memory():
    if SANITIZED:
        return skip('RLIMIT_AS', 'the sanitizer maps terabytes')
    seen, faults, step = {}, [], 1 << 20 if LONG else 3 << 20
    for size in range(4 << 20, 100 << 20, step):
        name = 'out.tar.zst'
        got = run(name, *(['--no-http', '--exclude', 'sysctl-*'] if size // step % 2 else ['--root', DUMP]),
                  preexec=limit(resource.RLIMIT_AS, size))
        if got[0] == 127:  # the dynamic loader's
            continue
        seen[got[0]] = seen.get(got[0], 0) + 1
        faults += ['%d MiB: %s' % (size >> 20, f) for f in judge(name, got)]
    if set(seen) - {3} == set():
        faults.append('never a bundle')
    tap('RLIMIT_AS from 4 to 100 MiB: exit statuses %s' % seen, faults)


def disk():
    """A tmpfs that is a little larger each time: full at another write each time."""
    if not ROOT or subprocess.run(['mount', '-t', 'tmpfs', '-o', 'size=256k', 'none', 'disk'],
                                           stderr=subprocess.DEVNULL).returncode != 0:
        return skip('a disk that fills', 'needs root and a tmpfs')
    try:
        for kind in 'tar.zst', 'tar.gz', 'tar':
            seen, faults = {}, []
            for i in range(64 if LONG else 8):
                free = 260 + i * (6 if LONG else 40)
                subprocess.run(['mount', '-o', 'remount,size=%dk' % free, 'disk'], check=True)
                got = run('disk/out.' + kind, *LIVE,
                          '--run', 'noise=head -c %d /dev/urandom' % (60000 + 9000 * (i % 9)), '--pace', 'noise=20ms')
                seen[got[0]] = seen.get(got[0], 0) + 1
                faults += ['%d KiB: %s' % (free, f) for f in judge('disk/out.' + kind, got, sums=False)]
                clean('disk/out.' + kind)
            tap('a tmpfs of another size each time, .%s: exit statuses %s' % (kind, seen), faults)
    finally:
        subprocess.run(['umount', 'disk'])


def pipe():
    """Somebody made the pipe non-blocking; whoever reads it is slow."""
    r, w = os.pipe()
    os.set_blocking(w, False)
    p = start('--for', '60ms', '--every', '20ms', '-q', '-o', '-', '--run', 'noise=head -c 600000 /dev/urandom', *LIVE, stdout=w)
    os.close(w)
    with os.fdopen(r, 'rb') as f:
        data = f.read()
    rc, said = finish(p)
    faults = [] if rc == 0 else ['exit status %d' % rc]
    with open('pipe.tar.zst', 'wb') as f:
        f.write(data)
    b = Bundle('pipe.tar.zst')
    faults += b.faults + ([] if b.whole and b.end else ['not whole'])
    if digest('pipe.tar.zst') not in said:
        faults.append('not the sum that was told')
    tap('a pipe that does not block: nothing is lost', faults, said)
    with open('/dev/full', 'w') as full:
        rc, said = finish(start('--root', DUMP, '--for', '20ms', '--every', '20ms', '-o', '-', stdout=full))
    tap('standard output on a full disk: exit status 3, and why',
        [] if rc == 3 and 'standard output: No space left' in said else ['exit status %d' % rc], said)


def stalled(what, late_reader):
    """Nobody reads for a second, and a signal comes."""
    r, w = os.pipe()
    p = start('--for', '1h', '--every', '100ms', '-q', '-o', '-', '--run', 'noise=head -c 600000 /dev/urandom', *LIVE, stdout=w)
    os.close(w)
    time.sleep(1)
    p.send_signal(signal.SIGTERM)
    faults = []
    with os.fdopen(r, 'rb') as f:
        if late_reader:
            with open('late.tar.zst', 'wb') as into:
                into.write(f.read())
        rc, said = finish(p)
    if late_reader:
        b = Bundle('late.tar.zst')
        faults = b.faults + ([] if b.whole and b.end and b.end['detail'] == 'SIGTERM' else ['not whole'])
    elif 'standard output, from which nobody reads' not in said:
        faults = ['it does not say why']
    if rc != (1 if late_reader else 3):
        faults.append('exit status %d' % rc)
    tap(what, faults, said)


os.makedirs('disk', exist_ok=True)
writes()
reads()
limits()
memory()
disk()
pipe()
stalled('SIGTERM while nobody reads standard output: it waits some seconds, says so, and ends', False)
stalled('SIGTERM while the reader of standard output rests: a whole bundle', True)
end()
