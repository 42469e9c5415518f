"""Texts of a linkerd 1.x: metrics.json (flat), client_state.json, server_info.

Source: linkerd 1.7's admin metrics exporter.  Counters count from the start of the process;
gauges are floats; a histogram's summary is of the last whole minute and stands still for
the next one; a summary of an empty minute has only its count.
"""
import json

MINUTE = 60
QUANTILES = (('p50', 1.0), ('p90', 1.6), ('p95', 2.0), ('p99', 3.2), ('p9990', 5.5), ('p9999', 7.0))
BASE = 'http/127.0.0.1_9990'


class Linkerd:
    def __init__(self, world, sockets):
        self.w, self.sockets = world, sockets
        n = world.config.linkerd
        self.clients = [f'#/io.l5d.fs/svc{i:03}' for i in range(n)]
        self.rate = [5 + 40 * world.random() for _ in range(n)]    # requests a second
        self.count = {c: dict.fromkeys(('requests', 'connects', 'closes', 'sent_bytes', 'received_bytes'), 1000.0)
                      for c in (*self.clients, 'server')}
        self.latency = [4 + 6 * world.random() for _ in range(n)]  # ms, the median
        self.minute = None     # (number, {name: summary})
        self.gc_ms = 5000.0

    @property
    def here(self):
        return bool(self.clients)

    def advance(self, dt):
        total = 0.0
        for client, rate in zip(self.clients, self.rate):
            n = rate * dt * self.w.noise
            total += n
            self._add(client, n)
        self._add('server', total)
        self.gc_ms += 2 * dt

    def _add(self, name, requests):
        c = self.count[name]
        for key, amount in (('requests', requests), ('connects', requests / 400), ('closes', requests / 400),
                            ('sent_bytes', requests * 300), ('received_bytes', requests * 900)):
            c[key] += amount

    # -- texts

    def metrics(self):
        if not self.here:
            return None
        out = {}
        self._server(out)
        for client, rate, ms in zip(self.clients, self.rate, self.latency):
            self._client(out, f'rt/http/client/{client}', client, rate, ms)
        self._jvm(out)
        return json.dumps(out, separators=(',', ':'))

    def _summary(self, out, name, per_s, ms):
        """The last whole minute, the same in each capture of the minute after it."""
        minute = int(self.w.tick * self.w.config.every // MINUTE)
        if self.minute is None or self.minute[0] != minute:
            self.minute = minute, {}
        known = self.minute[1]
        if name not in known:
            n = int(per_s * MINUTE * self.w.wobble())
            known[name] = [('count', n), ('max', int(ms * 9)), ('min', 1), ('sum', int(n * ms * 1.1)), ('avg', round(ms * 1.1, 3)),
                           *((q, int(ms * factor * self.w.wobble(.05))) for q, factor in QUANTILES)]
        out.update((f'{name}.{key}', value) for key, value in known[name])

    def _counts(self, out, base, name):
        c = self.count[name]
        for key in ('requests', 'connects', 'closes', 'sent_bytes', 'received_bytes'):
            out[f'{base}/{key}'] = int(c[key])
        out[f'{base}/success'] = int(c['requests'])

    def _server(self, out):
        base, rate = 'rt/http/server/0.0.0.0/4140', sum(self.rate)
        self._counts(out, base, 'server')
        out[f'{base}/connections'] = float(self.sockets.connections('4140'))
        out[f'{base}/pending'] = 2.0
        self._summary(out, f'{base}/request_latency_ms', rate, 8)

    def _client(self, out, base, client, rate, ms):
        self._counts(out, base, client)
        gauges = {'connections': 3.0 + int(self.w.random() * 3), 'pending': float(int(self.w.random() * 3)), 'pool_size': 4.0, 'pool_cached': 3.0, 'pool_waiters': 0.0,
                  'loadbalancer/size': 3.0, 'loadbalancer/available': 3.0, 'loadbalancer/meanweight': 1.0, 'retries/budget': 100.0,
                  'loadbalancer/load': 1.0}
        counters = {'loadbalancer/adds': 3, 'loadbalancer/removes': 0, 'loadbalancer/rebuilds': 1, 'retries/requeues': 0,
                    'retries/budget_exhausted': 0, 'pool_num_waited': 0, 'pool_num_too_many_waiters': 0, 'cancelled_connects': 0,
                    'failure_accrual/removals': 0, 'failure_accrual/probes': 0, 'failure_accrual/revivals': 0}
        out.update((f'{base}/{k}', v) for k, v in (*gauges.items(), *counters.items()))
        self._summary(out, f'{base}/request_latency_ms', rate, ms)
        self._summary(out, f'{base}/connect_latency_ms', rate / 400, 1.5)
        service = f'{base}/service/svc/{client.rsplit("/", 1)[1]}'
        out[f'{service}/requests'] = out[f'{service}/success'] = int(self.count[client]['requests'])
        self._summary(out, f'{service}/request_latency_ms', rate, ms)

    def _jvm(self, out):
        now = self.w.tick * self.w.config.every
        out.update({'jvm/uptime': 8.64e7 + now * 1000, 'jvm/heap/max': 1.07e9, 'jvm/heap/used': 4.2e8, 'jvm/heap/committed': 1.07e9,
                    'jvm/mem/postGC/used': 2.5e8, 'jvm/num_cpus': float(self.w.cpus), 'jvm/fd_count': 900.0, 'jvm/fd_limit': 65536.0,
                    'jvm/gc/msec': float(int(self.gc_ms)), 'jvm/gc/cycles': float(int(self.gc_ms / 20)), 'jvm/thread/count': 60.0,
                    'jvm/safepoint/total_time_millis': float(int(self.gc_ms * 1.2)),
                    'jvm/safepoint/count': float(int(self.gc_ms / 15))})

    def client_state(self):
        if not self.here:
            return None
        peers = self.sockets.backends
        return json.dumps({c: [f'{peers[(i + k) % len(peers)]}:9000' for k in range(3)] for i, c in enumerate(self.clients)})

    def server_info(self):
        return '{"name" : "linkerd", "version" : "1.7.5", "build" : "20220101-000000", "uptime" : 86400000}\n' if self.here else None
