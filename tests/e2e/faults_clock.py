#!/usr/bin/env python3
"""The realtime clock steps; a host is suspended, which CLOCK_BOOTTIME alone counts."""
import subprocess
import time

from faults import LIVE, SO, Bundle, clean, end, environment, finish, report, sql, start, sum_faults, tap

DAY = 86400
NS = 10**9
EVERY = 100 * 10**6


def record(name, real=0, boot=0):
    """Seven ticks; the clocks step in the middle."""
    clean(name)
    env = environment(name, real_s=real, boot_s=boot, after_ms=330)
    return finish(start('--for', '600ms', '--every', '100ms', '-q', '-o', name, *LIVE, env=env))


def step_of(b, clock):
    """By how many seconds a clock went more than the monotonic one, tick by tick, where it did."""
    steps, ticks = [], [b.ticks[n] for n in sorted(b.ticks)]
    for one, other in zip(ticks, ticks[1:]):
        d = other[clock] - one[clock] - (other['monotonic_ns'] - one['monotonic_ns'])
        if abs(d) > NS // 2:
            steps.append(round(d / NS))
    return steps


def stepped(what, real=0, boot=0):
    name = 'clock.tar.zst'
    rc, said = record(name, real, boot)
    faults = [] if rc == 0 else ['exit status %d' % rc]
    b = Bundle(name)
    faults += b.faults + sum_faults(name)
    if not b.end or b.end['reason'] != 'complete' or len(b.ticks) + b.end['ticks_missed'] != 7:
        faults.append('%d ticks, end %s' % (len(b.ticks), b.end and b.end['reason']))
    for clock, want in ('realtime_ns', real), ('boottime_ns', boot):
        if step_of(b, clock) != ([want] if want else []):
            faults.append('%s stepped by %s' % (clock, step_of(b, clock)))
    at = [b.ticks[n]['monotonic_ns'] for n in sorted(b.ticks)]
    if any(abs(at[i] - at[0] - EVERY * n) > NS for i, n in enumerate(sorted(b.ticks))):
        faults.append('ticks do not keep their time')
    tap(what + ': no tick is lost, the record shows it', faults, said)
    got = sql(name, 'SELECT count(*), max(mono), sum(dt <= 0), sum(abs(step_s) > 1) FROM snapshot')
    faults = []
    if len(got) != 4 or got[0] != str(len(b.ticks)) or not 0.3 < float(got[1]) < 30 or got[2:] != ['0', '1']:
        faults.append('snapshots: %s' % got)
    status, text = report(name)
    if status != 0 or 'the wall clock ' not in text:
        faults.append('analyze: %d, %s' % (status, text[:300]))
    tap(what + ': the report names the step, rates are of the time that went by', faults)


def before_1970():
    name = 'early.tar.zst'
    rc, said = record(name, -int(time.time()) - DAY)
    b = Bundle(name)
    faults = ([] if rc == 0 else ['exit status %d' % rc]) + b.faults
    p = subprocess.run('zstd -dcq %s | tar tvf -' % name, shell=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    if p.returncode != 0 or p.stdout.count(b'\n') != len(b.files):
        faults.append(p.stderr.decode()[:300])
    status, text = report(name)
    if status != 0:
        faults.append('analyze: %d, %s' % (status, text[-300:]))
    tap('a clock that falls to before 1970: tar and the analyzer read it', faults, said)


stepped('the clock steps a day back', real=-DAY)
stepped('the clock steps a day on', real=DAY)
stepped('suspended for an hour', real=3600, boot=3600)
before_1970()
end()
