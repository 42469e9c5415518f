"""Recordings that something is wrong with."""
import os
import signal

from mesh import Mesh
from model import scenario
from place import Skip

NOBODY = 65534


@scenario(expect=['info:collection-quality/too-short'], long=True)
def window_short(lab, fault):
    """15 seconds, or the two minutes that most rules want."""
    lab.record(lab.netns(), seconds=15 if fault else 121)


@scenario(expect=['info:collection-quality/not-root'])
def not_root(lab, fault):
    """The collector is started by a user without privileges."""
    here = lab.netns()
    if fault:
        for path in (lab.build, lab.dir):
            if not os.stat(path).st_mode & 0o001:
                raise Skip(f'{path} is closed to others')
        os.chown(lab.dir, NOBODY, NOBODY)
    lab.record(here, seconds=5, user=NOBODY if fault else None)


@scenario(expect=['collection-quality/truncated'])
def collector_killed(lab, fault):
    """The collector is killed in the middle: what it had written by then is left."""
    if fault:
        lab.at(5.5, lambda: lab.recorder.signal(signal.SIGKILL))
    lab.record(lab.netns(), seconds=10)


@scenario(expect=['collection-quality/gaps', 'clock/stall'], alone=True)
def collector_stopped(lab, fault):
    """The collector does not run for five seconds, nor takes ticks."""
    if fault:
        lab.at(3, lambda: lab.recorder.signal(signal.SIGSTOP))
        lab.at(8, lambda: lab.recorder.signal(signal.SIGCONT))
    lab.record(lab.netns(), seconds=12)


@scenario(expect=['info:collection-quality/self-load'], alone=True)
def ticks_too_fast(lab, fault):
    """100 snapshots a second, of 400 connections."""
    here = lab.netns()
    here.python('sockets', 'hold', '127.0.0.1', 8080)
    here.python('sockets', 'knock', '127.0.0.1', 8080, 400, 1000, ready='held')
    lab.record(here, seconds=8, every='10ms' if fault else '1s')


@scenario(expect=['collection-quality/wrong-netns'])
def proxy_elsewhere(lab, fault):
    """The metrics are those of a linkerd in another network namespace than the one that is recorded."""
    here, there = lab.netns(), lab.netns()
    _, far = lab.veth(here, there)
    mesh = Mesh(there, admin=f'{far}:9990').router()
    mesh.client('web', 'rate=20', all_='delay=3ms')
    mesh.start()
    lab.record(here if fault else there, '--metrics', f'http://{far}:9990')
