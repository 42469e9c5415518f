#!/usr/bin/env python3
"""What tests/e2e/fake_linkerd.sh started, held against its promises: TAP lines.

usage: fake_linkerd_judge.py watch DIR ADMIN    while it runs, some six seconds
       fake_linkerd_judge.py sums DIR           when all have ended
"""
import json
import sys
import time
import urllib.request

SERVER = 'rt/http/server/127.83.0.1/4140/'
WEB = 'rt/http/client/#/io.l5d.fs/web/'
BAD = 'rt/http/client/%/io.l5d.port/4143/#/io.l5d.fs/bad/'
SYNTHETIC = 'com.twitter.finagle.service.ResponseClassificationSyntheticException'


def ok(what, good, why=''):
    print('ok' if good else 'not ok', '- fake linkerd:', what)
    if not good:
        print('#', str(why)[:1000])


def get(admin, path):
    with urllib.request.urlopen(f'http://{admin}{path}', timeout=5) as answer:
        return answer.read().decode()


def flattened(node, path=''):
    """The tree form as the flat one."""
    flat = {}
    for key, value in node.items():
        if isinstance(value, dict):
            flat.update(flattened(value, f'{path}/{key}' if path else key))
        elif key in ('counter', 'gauge'):
            flat[path] = value
        else:
            flat[path + key.removeprefix('stat')] = value
    return flat


def still(metrics):
    """What does not move when nobody calls: all but the JVM's."""
    return {k: v for k, v in metrics.items() if not k.startswith('jvm/')}


def watch_minutes(admin):
    counts, minutes = set(), set()
    for _ in range(30):
        flat = json.loads(get(admin, '/admin/metrics.json'))
        counts.add(flat[WEB + 'requests'])
        minutes.add((flat.get(WEB + 'request_latency_ms.count'), flat.get(WEB + 'request_latency_ms.sum')))
        time.sleep(0.05)
    ok('counters are live', len(counts) >= 20, counts)
    ok('histograms are frozen for a minute', 2 <= len(minutes) <= 4, minutes)


def watch(folder, admin):
    time.sleep(0.5)
    watch_minutes(admin)
    time.sleep(4)
    tree = json.loads(get(admin, '/admin/metrics.json?tree=1'))
    flat = json.loads(get(admin, '/admin/metrics.json'))
    ok('tree and flat agree', still(flattened(tree)) == still(flat) and len(flat) > 150,
       set(still(flattened(tree)).items()) ^ set(still(flat).items()))
    ok('an id with slashes is one name of the tree', '#/io.l5d.fs/web' in tree['rt']['http']['client'])
    ok('gauges are floats, counters are not',
       isinstance(flat[WEB + 'connections'], float) and isinstance(flat[WEB + 'connects'], int))
    state = json.loads(get(admin, '/client_state.json'))
    ok('the addresses are told', sorted(state['#/io.l5d.fs/web']) == [f'127.83.1.{i}:8080' for i in (1, 2, 3)], state)
    ok('so are version and health', json.loads(get(admin, '/admin/server_info'))['version'] == '1.3.6' and
       get(admin, '/admin/ping') == 'pong')
    with open(f'{folder}/flat.json', 'w', encoding='utf-8') as f:
        json.dump(flat, f)


def lines(path):
    with open(path, encoding='utf-8') as f:
        return [json.loads(line) for line in f if line.startswith('{')]


def sums(folder):
    with open(f'{folder}/flat.json', encoding='utf-8') as f:
        m = json.load(f)
    callers = {c['host']: c for c in lines(f'{folder}/caller.out')}
    backends = {b['address']: b['requests'] for b in lines(f'{folder}/backend.out')}
    web = sum(backends[f'127.83.1.{i}:8080'] for i in (1, 2, 3))
    ok('it carried what was asked', callers['web']['requests'] > 750 and callers['web']['errors'] <= 5, callers)
    ok('its server counts what the callers did',
       m[SERVER + 'requests'] == sum(c['requests'] for c in callers.values()), (m[SERVER + 'requests'], callers))
    ok('its client what the backends did', m[WEB + 'success'] == web, (m[WEB + 'success'], backends))
    ok('a service what its callers did', m['rt/http/service/svc/web/requests'] == callers['web']['requests'])
    failed = m[BAD + 'failures/' + SYNTHETIC]
    ok('an answer of 503 is a failure', failed == m[BAD + 'status/503'] == callers['half/bad']['errors'] > 5,
       (failed, callers['half/bad']))
    ok('a dead endpoint is ejected',
       m[WEB + 'failure_accrual/removals'] == 1 and m[WEB + 'loadbalancer/available'] == 2.0 and
       m[WEB + 'loadbalancer/size'] == 3.0, {k: v for k, v in m.items() if 'accrual' in k})
    ok('and its connects fail, elsewhere they succeed',
       m[WEB + 'service_creation/failures'] >= m[WEB + 'retries/requeues'] > 0 and m[WEB + 'connects'] >= 3)
    ok('connections are reused', m[SERVER + 'connects'] <= 24 and m[SERVER + 'connects'] ==
       sum(c['connects'] for c in callers.values()))


if sys.argv[1] == 'watch':
    watch(*sys.argv[2:])
else:
    sums(*sys.argv[2:])
