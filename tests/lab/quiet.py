#!/usr/bin/env python3
"""Records this machine idle and under healthy loads: nothing may be found that a person would call wrong.

usage: quiet.py [--minutes N] [--only PHASE]... [--again] [-o FILE]

Needs BUILD; nginx, wrk, iperf3 (make deps-lab) for their phases.  The idle phase takes N
minutes (30), each other one a third of that; BUILD/lab/quiet-PHASE/ keeps the bundle, which
--again judges by the rules of now.  Writes what fired as Markdown; findings that are true
of the load are told apart, with the reason (PHASES).  Exit status 1: others.
"""
import argparse
import contextlib
import os
import shutil
import signal
import subprocess
import sys
import time

import judge
import model
import place

NGINX = """
daemon off; worker_processes 1; pid {dir}/pid; error_log {dir}/log;
events {{ worker_connections 1024; }}
http {{ access_log off; server {{ listen 127.0.0.1:8099 backlog=4096; keepalive_requests 1000000;
  location / {{ return 200 "{body}"; }} }} }}
"""


class Load:
    """Programs that run while a phase is recorded."""

    def __init__(self, folder):
        self.folder, self.running = folder, []

    def start(self, *command):
        self.running.append(subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                             stderr=subprocess.DEVNULL, start_new_session=True))

    def stop(self):
        for p in self.running:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(p.pid, signal.SIGTERM)
            p.wait()


def idle(load, seconds):
    """Nothing but the machine itself."""
    del load, seconds


def web(load, seconds):
    """nginx, and wrk with 16 connections that are kept."""
    config = os.path.join(load.folder, 'nginx.conf')
    with open(config, 'w', encoding='ascii') as f:
        f.write(NGINX.format(dir=load.folder, body='x' * 2000))
    load.start('nginx', '-c', config)
    time.sleep(1)
    load.start('wrk', '-t1', '-c16', f'-d{seconds + 20}s', 'http://127.0.0.1:8099/')


def bulk(load, seconds):
    """iperf3 at full speed over loopback."""
    load.start('iperf3', '-s', '-p', '8098')
    time.sleep(1)
    load.start('iperf3', '-c', '127.0.0.1', '-p', '8098', '-t', str(seconds + 20))


def packages(load, seconds):
    """Packages installed again and again, with a pause between."""
    del seconds
    load.start('sh', '-c', 'while :; do apt-get install -y --reinstall hostname; sleep 10; done')


# what each phase runs, the programs it needs, and what is true of it although it is warned of
BUSY = 'two programs that want a CPU each on a machine with few: it is true'
PHASES = {
    'idle': (idle, (), {}),
    'web': (web, ('nginx', 'wrk'), {'cpu/saturated': BUSY, 'cpu/pressure': BUSY}),
    'bulk': (bulk, ('iperf3',), {'cpu/saturated': BUSY, 'cpu/pressure': BUSY}),
    'packages': (packages, ('apt-get',), {}),
}


def record(load, function, build, bundle, seconds):
    try:
        function(load, seconds)
        time.sleep(2)
        command = [os.path.join(build, 'nettape-collect'), '-q', '--force', '--for', f'{seconds}s', '--every', '1s',
                   '-o', bundle]
        if subprocess.run(command, check=False).returncode not in (0, 1):
            raise place.Failed('nettape-collect failed')
    finally:
        load.stop()


def run(name, seconds, build, again):
    """The findings at warn or crit of one phase."""
    folder = os.path.join(build, 'lab', 'quiet-' + name)
    if not again:
        shutil.rmtree(folder, ignore_errors=True)
    with place.Lab(build, folder, name) as lab:
        if not again:
            record(Load(folder), PHASES[name][0], build, lab.bundle, seconds)
        return [f for f in judge.analyze(lab)['findings'] if model.LEVELS.index(f['level']) > 0]


def lines(name, seconds, findings):
    function, _, allow = PHASES[name]
    yield f'* **{name}** ({seconds // 60} min): {function.__doc__} ' + ('' if findings else 'Nothing at warn or crit.')
    for f in findings:
        verdict = 'true: ' + allow[f['rule']] if f['rule'] in allow else 'WRONG?'
        yield f'  * {f["level"]} {f["rule"]} {f["entity"]}: {f["message"]} ({verdict})'


def main():
    a = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    a.add_argument('--minutes', type=float, default=30)
    a.add_argument('--only', action='append', choices=list(PHASES))
    a.add_argument('--again', action='store_true', help='judge what was recorded before')
    a.add_argument('-o', '--output', default='-')
    a = a.parse_args()
    build = os.path.abspath(os.environ.get('BUILD', 'build'))
    wrong, text = 0, []
    for name in a.only or PHASES:
        missing = [p for p in PHASES[name][1] if not shutil.which(p)]
        if missing:
            text.append(f'* **{name}**: not run, no {", ".join(missing)} here')
            continue
        seconds = int(a.minutes * 60 / (1 if name == 'idle' else 3))
        findings = run(name, seconds, build, a.again)
        text += lines(name, seconds, findings)
        wrong += sum(f['rule'] not in PHASES[name][2] for f in findings)
        print(*lines(name, seconds, findings), sep='\n', flush=True)
    if a.output != '-':
        with open(a.output, 'w', encoding='utf-8') as f:
            f.write('\n'.join(text) + '\n')
    return 1 if wrong else 0


if __name__ == '__main__':
    sys.exit(main())
