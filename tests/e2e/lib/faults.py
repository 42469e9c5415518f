"""What the suites of faults share.  argv: COLLECT FAULT.so DUMP; $LONG asks for the long form."""
import os
import subprocess
import sys
import time

from bundle import Bundle, digest, sum_faults  # noqa: F401

COLLECT, SO, DUMP = sys.argv[1:4]
ANALYZE = COLLECT[:-len('collect')] + 'analyze'
LONG = bool(os.environ.get('LONG'))
NAME = os.path.splitext(os.path.basename(sys.argv[0]))[0]
LIVE = ['--no-http', '--exclude', 'sysctl-*', '--exclude', 'irq-affinity']
ROOT = os.geteuid() == 0
SANITIZED = subprocess.run('ldd "%s" | grep -q "libasan\\|libclang_rt"' % COLLECT, shell=True).returncode == 0
result = {'failed': 0}


def tap(what, faults, said=''):
    print('%s - %s: %s' % ('not ok' if faults else 'ok', NAME, what), flush=True)
    for f in faults[:10]:
        print('#', f)
    for line in said.strip().splitlines()[-8:] if faults else []:
        print('#', line)
    result['failed'] |= bool(faults)


def skip(what, why):
    print('ok - %s: %s # SKIP %s' % (NAME, what, why), flush=True)


def clean(name):
    for end in '', '.part', '.sha256':
        if os.path.lexists(name + end):
            os.unlink(name + end)


def number(path):
    """A count that fault.so keeps."""
    with open(path, 'rb') as f:
        return int.from_bytes(f.read(8), sys.byteorder)


def environment(name, **fault):
    for f in 'count', 'ticks':
        with open(f, 'wb') as made:
            made.write(bytes(8))
    env = dict(os.environ, LD_PRELOAD=SO, FAULT_COUNT='count', FAULT_TICKS='ticks', FAULT_PATH=os.path.basename(name))
    env['ASAN_OPTIONS'] = 'verify_asan_link_order=0:' + env.get('ASAN_OPTIONS', '')
    env.update({'FAULT_' + k.upper(): str(v) for k, v in fault.items()})
    return env


def start(*args, env=None, **more):
    return subprocess.Popen([COLLECT] + list(args), env=env, stderr=subprocess.PIPE, **more)


def finish(p, seconds=60):
    said = p.communicate(timeout=seconds)[1].decode('utf-8', 'replace')
    return p.returncode, said


def until(seconds, what):
    """Whether `what` comes true in time."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if what():
            return True
        time.sleep(0.01)
    return False


def sql(path, query):
    """The last row, its columns."""
    p = subprocess.run([ANALYZE, '--fail-on', 'never', '--sql', query, path], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    lines = p.stdout.decode().strip().splitlines()
    return lines[-1].split() if p.returncode == 0 and lines else [p.stderr.decode()]


def report(path):
    p = subprocess.run([ANALYZE, '--fail-on', 'never', '--no-pager', path], stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    return p.returncode, p.stdout.decode('utf-8', 'replace')


def end():
    sys.exit(result['failed'])
