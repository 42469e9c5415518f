#!/usr/bin/env python3
"""A linkerd 1.x admin server whose routers never carry a request.

usage: fake_linkerd.py [--minute S] [--endpoints FILE] MODE=PORT...

Answers /admin/metrics.json, /client_state.json and /admin/server_info on 127.0.0.1.
Counters grow with the wall clock; histograms are frozen, and reset, every "minute", as
linkerd's are.  One client, server or service of the model below is one scenario.  The
modes differ in how they answer:

  tree       ?tree=1 nests the metrics, else they are flat (0.9.1 and later)
  flat-404   knows no query: 404 with one; no client_state.json
  old        ignores the query, names scopes as before 1.0.0; no client_state.json
  forbidden  403, as security.pathBlacklist does
  garbage    200 and a page that is no JSON

FILE holds the answer to /client_state.json.  Ends when its standard input does.
"""
import argparse
import http.server
import json
import sys
import threading
import time

UPTIME_S = 14400  # linkerd's age when the server starts: no warm-up
SINCE_BOOT = 1000000  # what each counter had by then: no finding may come from it
NO_BROKERS = 'com.twitter.finagle.NoBrokersAvailableException'
CLOSED = 'com.twitter.finagle.ChannelClosedException'
SYNTHETIC = 'com.twitter.finagle.service.ResponseClassificationSyntheticException'


def latency(p50, p90, p95, p99, p999, top=None, n=None):
    """Quantiles in ms; n a minute, or as many as there were requests."""
    return {'p': (p50, p90, p95, p99, p999, p999 if top is None else top), 'n': n}


def closing(n, requests, life_ms):
    """Histograms of the connections that close in a minute: n, carrying and living so."""
    return {'connection_requests': latency(*[requests] * 5, n=n),
            'connection_duration': latency(*[life_ms] * 5, n=n)}


FAST = latency(5, 8, 9, 20, 40, 60)
TAIL = latency(4, 7, 9, 15, 207, 208)
COUNTS = {'requests': 150, 'connects': 0.05, 'closes': 0.05, 'failures': 0.05,
          'failures/' + CLOSED: 0.05, 'connect_failures': 0, 'pool_num_waited': 0,
          'pool_num_too_many_waiters': 0, 'failure_accrual/removals': 0,
          'service_creation/failures': 0}
GAUGES = {'loadbalancer/size': 5, 'loadbalancer/available': 5, 'loadbalancer/meanweight': 1,
          'connections': 8, 'pending': 2, 'pool_waiters': 0, 'pool_cached': 6, 'pool_size': 8}


class Scenario:
    """A client, server or service: what differs from a healthy one."""

    def __init__(self, counts=None, gauges=None, latency=None, spike=None, **histograms):
        self.counts, self.gauges = counts or {}, gauges or {}
        self.latency = latency or FAST
        self.spike = spike  # the latency of one minute in twelve
        self.histograms = histograms

    def latency_of(self, minute):
        return self.spike if self.spike and minute % 12 == 4 else self.latency


CLIENTS = {
    'healthy': Scenario(),
    'balanced': Scenario(),
    'pool-tiny': Scenario(gauges={'loadbalancer/size': 1, 'loadbalancer/available': 1}),
    'pool-degraded': Scenario({'failure_accrual/removals': 0.2}, {'loadbalancer/available': 2}),
    'none-available': Scenario(
        {'requests': 0, 'connects': 0, 'closes': 0, 'failures': 0, 'failures/' + CLOSED: 0,
         'service_creation/failures': 20, 'service_creation/failures/' + NO_BROKERS: 20},
        {'loadbalancer/size': 0, 'loadbalancer/available': 0, 'connections': 0, 'pending': 0}),
    'similarly-slow': Scenario(gauges={'connections': 40, 'pending': 27},
                               latency=latency(180, 220, 240, 300, 350)),
    'concurrency': Scenario(gauges={'connections': 20, 'pending': 20, 'pool_size': 20}),
    'latency-spike': Scenario(spike=latency(6, 90, 200, 500, 650)),
    'connect-latency': Scenario({'connects': 2, 'closes': 2},
                                connect_latency_ms=latency(1, 3, 900, 1009, 1010, 1012, n=20)),
    'failure-ratio': Scenario({'failures': 4.5, 'failures/' + CLOSED: 4.5}),
    'p999-200ms': Scenario(latency=TAIL),
    'loss-tail': Scenario(latency=TAIL),
    'imbalance': Scenario(),
    'client-no-reuse': Scenario({'connects': 90, 'closes': 90}),
    'short-lived': Scenario({'connects': 7.5, 'closes': 7.5}, **closing(80, 5, 400)),
    'waiters': Scenario({'pool_num_waited': 5}, {'pool_waiters': 4}),
    'bind-failures': Scenario({'failures': 0.2, 'failures/java.net.BindException': 0.2}),
}
# Ids that no renderer, no SQL and no terminal may take for more than text.
HOSTILE = ['\x1b[31mred\x1b]0;title\x07', '"; DROP TABLE series; --', "it's 100% %s {entity}",
           '<script>alert(1)</script>', 'two\nlines\r\tand a tab', 'caf\u00e9 \u202etfel',
           'x' * 5000, '|client||service|', '/connects/requests']
SERVERS = {
    # as many as tests/linkerd_traffic.py makes: the kernel is to agree
    '0.0.0.0/4140': Scenario({'requests': 110, 'connects': 110, 'closes': 110},
                             {'connections': 3}, **closing(1100, 1, 4)),
    # more than the kernel could have accepted: linkerd's word stands alone
    '0.0.0.0/4141': Scenario({'requests': 350, 'connects': 300, 'closes': 300}, {'connections': 3}),
    '0.0.0.0/4142': Scenario(),
}
SERVICES = {
    'svc/healthy': Scenario(),
    'svc/failing': Scenario({'failures': 15, 'failures/' + SYNTHETIC: 15, 'status/5XX': 15}),
}
ROUTERS = {
    'http': {'client': {'#/io.l5d.fs/' + n: s for n, s in CLIENTS.items()},
             'server': SERVERS, 'service': SERVICES},
    'calm': {'client': {'#/io.l5d.fs/web': Scenario(), '#/io.l5d.fs/db': Scenario()},
             'server': {'0.0.0.0/4143': Scenario()}, 'service': {'svc/web': Scenario()}},
    'hostile': {'client': {i: Scenario() for i in HOSTILE}, 'server': {}, 'service': {}},
}
OLD_SCOPES = {'client': ['dst', 'id'], 'server': ['srv'], 'service': ['dst', 'path']}


def grown(rate, t):
    return SINCE_BOOT + int(rate * t)


def frozen(latency, requests):
    n = latency['n'] if latency['n'] is not None else requests
    p50, p90, p95, p99, p999, top = latency['p']
    if n == 0:
        return {'count': 0}
    return {'count': n, 'max': top, 'min': min(1, p50), 'p50': p50, 'p90': p90, 'p95': p95,
            'p99': p99, 'p9990': p999, 'p9999': top, 'sum': n * p50, 'avg': float(p50)}


def metrics_of(kind, s, t, minute_s):
    """(kind, name, value) of all metrics of one client, server or service at t."""
    counts = {**COUNTS, **s.counts}
    counts['success'] = counts['requests'] - counts['failures']
    names = {'requests', 'success', 'failures'}
    if kind == 'server':
        names |= {'connects', 'closes'}
    for name, rate in counts.items():
        if kind == 'client' or name in names or name.startswith(('failures/', 'status/')):
            yield 'counter', name, grown(rate, t)
    for name, value in {**GAUGES, **s.gauges}.items():
        if kind == 'client' or name == 'pending' or (kind, name) == ('server', 'connections'):
            yield 'gauge', name, float(value)
    last = int(t // minute_s)  # the minute before this one is what is frozen now
    requests = grown(counts['requests'], last * minute_s) - \
        grown(counts['requests'], (last - 1) * minute_s)
    histograms = {'request_latency_ms': s.latency_of(last), **s.histograms}
    for name, of in histograms.items():
        # an odd request more or less, so that two minutes are never the same
        yield 'stat', name, frozen(of, max(requests + last % 3, 0) if requests else 0)


def everything(t, minute_s, old):
    """(path, kind, value) of all there is."""
    yield ['jvm', 'uptime'], 'gauge', (UPTIME_S + t) * 1000
    yield ['jvm', 'start_time'], 'gauge', 1.48832833E+12
    for router, kinds in ROUTERS.items():
        for kind, members in kinds.items():
            for ident, s in members.items():
                if old:
                    path = ['rt', router] + OLD_SCOPES[kind] + [ident]
                else:
                    path = ['rt', router, kind, ident]
                for how, name, value in metrics_of(kind, s, t, minute_s):
                    yield path + name.split('/'), how, value


def tree(items):
    root = {}
    for path, kind, value in items:
        at = root
        for part in path:
            at = at.setdefault(part, {})
        if kind == 'stat':
            at.update({'stat.' + k: v for k, v in value.items()})
        else:
            at[kind] = value
    return root


def flat(items):
    root = {}
    for path, kind, value in items:
        name = '/'.join(path)
        if kind == 'stat':
            root.update({name + '.' + k: v for k, v in value.items()})
        else:
            root[name] = value
    return root


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = 'HTTP/1.1'

    def log_message(self, *args):
        pass

    def answer(self, status, body, kind='application/json'):
        body = body.encode()
        self.send_response(status)
        self.send_header('Content-Type', kind)
        self.send_header('Content-Length', str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def metrics(self, query):
        server = self.server
        old = server.mode == 'old'
        if server.mode == 'flat-404' and query:
            return self.answer(404, '')
        items = everything(time.monotonic() - server.born, server.minute_s, old)
        as_tree = server.mode == 'tree' and query == 'tree=1'
        return self.answer(200, json.dumps((tree if as_tree else flat)(items)))

    def do_GET(self):
        server = self.server
        path, _, query = self.path.partition('?')
        if server.mode == 'forbidden':
            self.answer(403, 'forbidden', 'text/plain')
        elif server.mode == 'garbage':
            self.answer(200, '<html>not what you think</html>', 'text/html')
        elif path == '/admin/metrics.json':
            self.metrics(query)
        elif path == '/admin/server_info':
            self.answer(200, json.dumps({'name': 'linkerd', 'version': '1.3.5', 'build': '0',
                                         'uptime': UPTIME_S * 1000}))
        elif path == '/client_state.json' and server.mode == 'tree':
            self.answer(200, server.endpoints)
        else:
            self.answer(404, '')


def main():
    args = argparse.ArgumentParser()
    args.add_argument('--minute', type=float, default=60)
    args.add_argument('--endpoints')
    args.add_argument('servers', metavar='MODE=PORT', nargs='+')
    o = args.parse_args()
    endpoints = '{}'
    if o.endpoints:
        with open(o.endpoints, encoding='utf-8') as f:
            endpoints = f.read()
    born = time.monotonic()
    for word in o.servers:
        mode, port = word.split('=')
        server = Server(('127.0.0.1', int(port)), Handler)
        server.mode, server.born = mode, born
        server.minute_s, server.endpoints = o.minute, endpoints
        threading.Thread(target=server.serve_forever, daemon=True).start()
        print(mode, server.server_address[1], flush=True)
    sys.stdin.read()


main()
