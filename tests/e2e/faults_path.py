#!/usr/bin/env python3
"""Links, FIFOs and folders where the output is going to be, before and while it is written."""
import os
import shutil
import stat
import subprocess
import sys
import time

from faults import DUMP, LONG, ROOT, Bundle, clean, end, finish, skip, start, sum_faults, tap, until

NOBODY = 65534
SECRET = 'nothing of this may change\n'


def fresh():
    """out/ for the bundle, victim/ with files of somebody else."""
    for d in 'out', 'moved', 'victim':
        if os.path.islink(d):
            os.unlink(d)
        shutil.rmtree(d, ignore_errors=True)
    os.makedirs('out')
    os.makedirs('victim')
    for f in 'x.tar', 'x.tar.part', 'x.tar.sha256', 'file':
        with open('victim/' + f, 'w') as v:
            v.write(SECRET)


def harm():
    found = []
    for f in sorted(set(os.listdir('victim')) | {'x.tar', 'x.tar.part', 'x.tar.sha256', 'file'}):
        try:
            with open('victim/' + f) as v:
                if v.read() != SECRET:
                    found.append('victim/%s was written' % f)
        except OSError as e:
            found.append(str(e))
    return found + (['victim/ has more files'] if len(os.listdir('victim')) != 4 else [])


def record(*args, name='out/x.tar', window='20ms', every='20ms'):
    return start('--root', DUMP, '--for', window, '--every', every, '-q', '-o', name, *args)


def make(kind, path):
    if kind == 'fifo':
        os.mkfifo(path)
    elif kind == 'folder':
        os.mkdir(path)
    elif kind == 'dangling link':
        os.symlink(os.path.abspath('victim/new'), path)
    else:
        os.symlink(os.path.abspath('victim/file'), path)


def in_the_way():
    """Before it begins: it says so and touches nothing, with --force too."""
    for kind in 'link', 'dangling link', 'fifo', 'folder':
        faults = []
        for suffix in '', '.part', '.sha256':
            for force in [], ['--force']:
                fresh()
                make(kind, 'out/x.tar' + suffix)
                rc, said = finish(record(*force), 20)
                what = '%s%s %s: ' % ('x.tar', suffix, force)
                if rc != 3 or 'out/x.tar%s exists and is no regular file' % suffix not in said:
                    faults.append(what + 'exit status %d, %s' % (rc, said))
                if os.listdir('out') != ['x.tar' + suffix]:
                    faults.append(what + 'it left %s' % os.listdir('out'))
                faults += [what + h for h in harm()]
        tap('a %s at NAME, NAME.part or NAME.sha256: refused at once' % kind, faults)
    fresh()
    long = 'out/' + 'x' * 245 + '.tar'
    rc, said = finish(record(name=long))
    tap('a name that leaves no room for .sha256: refused at once',
        [] if rc == 3 and 'too long' in said and not os.listdir('out') else ['exit status %d' % rc], said)
    rc, said = finish(record(name='out/'))
    tap('a folder as the name: refused', [] if rc == 3 and 'out/' in said else ['exit status %d' % rc], said)


def meanwhile(what, change, judge, *args):
    """`change` is made while it records; `judge` says what is wrong then."""
    fresh()
    p = record(*args, window='1h', every='50ms')
    ready = until(20, lambda: os.path.exists('out/x.tar.part') and os.path.getsize('out/x.tar.part') > 0)
    change()
    p.terminate()
    rc, said = finish(p)
    tap(what, ([] if ready else ['it did not begin']) + judge(rc, said) + harm(), said)


def good(path, rc, want=1):
    if rc != want or not os.path.exists(path):
        return ['exit status %d, %s' % (rc, os.listdir('.'))]
    b = Bundle(path)
    faults = b.faults + sum_faults(path) + ([] if b.whole and b.end else ['not whole'])
    mode = os.lstat(path).st_mode
    if not stat.S_ISREG(mode) or mode & 0o777 != 0o600:
        faults.append('mode %o' % mode)
    return faults


def changes():
    def file_appears():
        with open('out/x.tar', 'w') as f:
            f.write('of another run\n')

    def kept(rc, said):
        with open('out/x.tar') as f:
            faults = [] if f.read() == 'of another run\n' else ['the other file is overwritten']
        b = Bundle('out/x.tar.part')
        if rc != 3 or 'x.tar.part, which is whole' not in said or not b.end or b.faults:
            faults.append('exit status %d' % rc)
        return faults

    meanwhile('another file takes the name: exit status 3, both are kept', file_appears, kept)
    meanwhile('a link takes the name, --force: it is replaced, not followed', lambda: make('link', 'out/x.tar'),
              lambda rc, said: good('out/x.tar', rc), '--force')
    meanwhile('a link takes the name of the sum: it is replaced, not followed', lambda: make('link', 'out/x.tar.sha256'),
              lambda rc, said: good('out/x.tar', rc))
    meanwhile('a folder takes the name of the sum: the sum is told', lambda: make('folder', 'out/x.tar.sha256'),
              lambda rc, said: [] if rc == 1 and 'cannot replace out/x.tar.sha256' in said and 'SHA-256 ' in said and
              Bundle('out/x.tar').end else ['exit status %d' % rc])
    meanwhile('the .part is removed: exit status 3, and why', lambda: os.unlink('out/x.tar.part'),
              lambda rc, said: [] if rc == 3 and 'removed or replaced' in said and not os.listdir('out') else ['exit status %d' % rc])

    def other_part():
        os.unlink('out/x.tar.part')
        make('link', 'out/x.tar.part')

    meanwhile('a link takes the place of the .part: exit status 3, it is not followed', other_part,
              lambda rc, said: [] if rc == 3 and 'removed or replaced' in said and not os.path.lexists('out/x.tar')
              else ['exit status %d' % rc])

    def other_folder():
        os.rename('out', 'moved')
        os.symlink('victim', 'out')

    meanwhile('the folder is moved and a link to another takes its place: the bundle stays in the folder', other_folder,
              lambda rc, said: good('moved/x.tar', rc))
    meanwhile('the same with --force', other_folder, lambda rc, said: good('moved/x.tar', rc), '--force')


ATTACK = '''
import os, sys
os.chdir(sys.argv[1])
os.setgroups([]); os.setgid(65534); os.setuid(65534)
target = sys.argv[2]
def attempt(f, *a):
    try: f(*a)
    except OSError: pass
while True:
    for name in 'x.tar.part', 'x.tar', 'x.tar.sha256':
        attempt(os.symlink, target, name)
        attempt(os.unlink, name)
        attempt(os.symlink, target, 'l')
        attempt(os.rename, 'l', name)
        attempt(os.unlink, name)
    attempt(os.rename, '../out', '../moved')
    attempt(os.symlink, '../victim', '../out')
    attempt(os.unlink, '../out')
    attempt(os.rename, '../moved', '../out')
'''


def attacker():
    """root writes into a folder of nobody's, who changes every name in it as fast as can be."""
    if not ROOT:
        return skip("root in an attacker's folder", 'needs root')
    faults, seen = [], {}
    fresh()
    os.makedirs('theirs', exist_ok=True)
    for d in 'out', 'victim':
        shutil.rmtree('theirs/' + d, ignore_errors=True)
        shutil.move(d, 'theirs/' + d)
    os.chown('theirs', NOBODY, NOBODY)
    os.chown('theirs/out', NOBODY, NOBODY)
    os.chdir('theirs')
    before = sorted((f, os.stat('victim/' + f).st_ino) for f in os.listdir('victim'))
    p = subprocess.Popen([sys.executable, '-c', ATTACK, 'out', os.path.abspath('victim/file')])
    try:
        for i in range(400 if LONG else 40):
            rc, said = finish(record('--force') if i % 2 else record())
            seen[rc] = seen.get(rc, 0) + 1
            if rc not in (0, 3) or (rc == 3 and 'out/' not in said):
                faults.append('exit status %d: %s' % (rc, said))
    finally:
        p.kill()
        p.wait()
    # what was made below the link to victim/ went there because the folder was that at the beginning: new names alone
    old = [f for f in before if not os.path.exists('victim/' + f[0]) or os.stat('victim/' + f[0]).st_ino != f[1]]
    for f, _ in before:
        with open('victim/' + f) as v:
            if v.read() != SECRET:
                faults.append('victim/%s was written' % f)
    os.chdir('..')
    tap("root in an attacker's folder: nothing of others is changed, exit statuses %s" % seen, faults + ['victim/%s was replaced' % f[0] for f in old])


def rights():
    """Who may not write there is told at once."""
    if not ROOT:
        return skip('a folder without rights', 'needs root')
    fresh()
    os.chmod('out', 0o700)
    as_nobody = lambda: (os.setgroups([]), os.setgid(NOBODY), os.setuid(NOBODY))  # noqa: E731
    try:
        p = start('--root', DUMP, '--for', '20ms', '--every', '20ms', '-o', 'out/x.tar', preexec_fn=as_nobody)
    except (OSError, subprocess.SubprocessError):
        return skip('a folder without rights', 'the program cannot be run as nobody here')
    rc, said = finish(p)
    tap('a folder that one may not write into: exit status 3, and what to do',
        [] if rc == 3 and 'Permission denied' in said and '-o FILE' in said else ['exit status %d' % rc], said)


in_the_way()
changes()
attacker()
rights()
end()
