"""Callers, a proxy that imitates linkerd, and backends: what the linkerd scenarios are made of.

Each client of the proxy has endpoints of its own, 127.9.K.1:8080 and on, and a load of its
own, so that several faults share a run.  The proxy is at 127.0.0.1:9990 and 0.0.0.0:4140,
where the collector looks for a linkerd.
"""
import json
import time

WARM_S = 4  # until a minute was frozen and each pool has its connections


def client(name, router='http'):
    return f'{router}|client|#/io.l5d.fs/{name}'


def service(name, router='http'):
    return f'{router}|service|svc/{name}'


def server(port=4140, router='http'):
    return f'{router}|server|0.0.0.0/{port}'


class Mesh:
    """What is to be started in a namespace; names of settings are those of tests/lab/lib/l5d_config.c."""

    def __init__(self, here, **settings):
        self.here = here
        self.config = {'minute': '3s', 'version': '1.3.6', **self._words(settings), 'routers': []}
        self.routers, self.backends, self.calls = {}, [], []
        self.address = '127.0.0.1'  # where callers find the proxy
        self.backend, self.proxy, self.caller = None, None, None

    @staticmethod
    def _words(settings):
        return {k.replace('_', '-'): v for k, v in settings.items()}

    def router(self, label='http', port=4140, backlog=1024):
        r = {'label': label, 'servers': [], 'clients': []}
        self.routers[label] = r
        self.config['routers'].append(r)
        self.server(label, port, backlog)
        return self

    def server(self, label='http', port=4140, backlog=1024):
        self.routers[label]['servers'].append({'listen': f'0.0.0.0:{port}', 'backlog': backlog})
        return self

    def call(self, name, load, port=4140):
        """A load, in the words of tests/lab/caller.c: 'rate=40'."""
        self.calls.append(f'{self.address}:{port},host={name},{load}')
        return self

    def client(self, name, load=None, n=4, all_='', first='', router='http', port=4140, endpoints=None, **settings):
        """A client of n endpoints that behave so, in the words of tests/lab/backend.c; the first of them also so."""
        k = sum(len(r['clients']) for r in self.routers.values()) + 1
        if endpoints is None:
            endpoints = [f'127.9.{k}.{i}:8080' for i in range(1, n + 1)]
            for i, e in enumerate(endpoints):
                words = [w for w in (e, all_, first if i == 0 else '') if w]
                self.backends.append(','.join(words))
        self.routers[router]['clients'].append({'host': name, 'endpoints': endpoints, **self._words(settings)})
        if load:
            self.call(name, load, port)
        return self

    def start(self, warm=WARM_S, group=None, beside=None, callers=None):
        """All of it; the proxy in that control group, backends and callers in namespaces of their own."""
        if self.backends:
            self.backend = (beside or self.here).tool('backend', *self.backends)
        self.start_proxy(group)
        if self.calls:
            self.caller = (callers or self.here).tool('caller', *self.calls)
        time.sleep(warm)
        return self

    def start_proxy(self, group=None):
        command = [self.here.lab.program('linkerd'), json.dumps(self.config)]
        if group:
            command = group.argv(*command)
        self.proxy = self.here.start(*command, ready='ready')

    def restart_proxy(self):
        self.proxy.end()
        self.start_proxy()
