#!/usr/bin/env python3
"""An Envoy and a linkerd2-proxy that are not there: their Prometheus text, served or put into a bundle.

usage: fake_proxy.py serve DIR         two servers; their ports go to DIR/envoy.port and DIR/linkerd2.port
       fake_proxy.py bundle FILE [--sick] [--seconds N] envoy|linkerd2 ...
"""
import http.server
import io
import json
import os
import sys
import tarfile
import threading
import time

BOUNDS = (0.5, 1, 5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10000)


def histogram(name, labels, counts, mean):
    """counts: events by upper bound, of those within that bucket alone."""
    total, lines = 0, []
    for le in BOUNDS + ('+Inf',):
        total += counts.get(le, 0)
        lines.append(f'{name}_bucket{{{labels},le="{le}"}} {total}')
    lines.append(f'{name}_sum{{{labels}}} {total * mean}')
    lines.append(f'{name}_count{{{labels}}} {total}')
    return lines


def latency(sick, n):
    """Sick: half between 100 and 250 ms, the rest not much slower.  Well: a few ms."""
    slow = {250: n * 60 // 100, 500: n * 40 // 100}
    well = {5: n * 90 // 100, 10: n * 9 // 100, 25: n // 100}
    return slow if sick else well


def envoy(t, sick):
    """100 requests a second for cluster web; sick: slow, 5xx, refused, ejected."""
    n, bad = 100 * t, 5 * t if sick else 0
    own = 'envoy_cluster_name="web"'
    values = {
        'upstream_rq_total counter': n, 'upstream_rq_timeout counter': 2 * t if sick else 0,
        'upstream_rq_pending_overflow counter': t if sick else 0, 'upstream_rq_pending_total counter': 3,
        'upstream_rq_pending_active gauge': 4 if sick else 0, 'upstream_rq_active gauge': 30 if sick else 1,
        'upstream_rq_retry counter': 3 * t if sick else 0, 'upstream_rq_retry_overflow counter': t if sick else 0,
        'upstream_cx_total counter': 12, 'upstream_cx_active gauge': 12, 'upstream_cx_connect_fail counter': 0,
        'upstream_cx_none_healthy counter': 0, 'lb_healthy_panic counter': 0,
        'membership_total gauge': 4, 'membership_healthy gauge': 2 if sick else 4,
        'outlier_detection_ejections_enforced_total counter': t // 30 if sick else 0,
        'outlier_detection_ejections_active gauge': 2 if sick else 0,
        'circuit_breakers_default_cx_open gauge': 0,
    }
    lines = []
    for name, value in values.items():
        name, kind = name.split()
        lines += [f'# TYPE envoy_cluster_{name} {kind}', f'envoy_cluster_{name}{{{own}}} {value}', '']
    lines.append('# TYPE envoy_cluster_upstream_rq_xx counter')
    for group, count in ((2, n - bad), (5, bad)):
        lines.append(f'envoy_cluster_upstream_rq_xx{{envoy_response_code_class="{group}",{own}}} {count}')
    lines.append('# TYPE envoy_cluster_upstream_rq_time histogram')
    lines += histogram('envoy_cluster_upstream_rq_time', own, latency(sick, n), 7)
    lines += ['# TYPE envoy_server_uptime gauge', f'envoy_server_uptime{{}} {3600 + t}']
    return '\n'.join(lines) + '\n'


def linkerd2(t, sick):
    """100 requests a second for web.shop, as the proxy beside the caller tells it."""
    n, bad = 100 * t, 5 * t if sick else 0
    name = 'direction="outbound",authority="web.shop.svc.cluster.local:80",tls="true"'
    backend = 'backend_name="web",backend_namespace="shop",backend_port="80"'
    ready = 2 if sick else 4
    lines = ['# HELP response_total Total count of HTTP responses.', '# TYPE response_total counter',
             f'response_total{{{name},status_code="200",classification="success"}} {n - bad}',
             f'response_total{{{name},status_code="503",classification="failure"}} {bad}',
             '# TYPE response_latency_ms histogram']
    lines += histogram('response_latency_ms', name + ',status_code="200"', latency(sick, n - bad), 7)
    lines += histogram('response_latency_ms', name + ',status_code="503"', latency(sick, bad), 7)
    lines += ['# TYPE tcp_open_total counter', f'tcp_open_total{{{name},peer="dst"}} 12',
              '# TYPE tcp_open_connections gauge', f'tcp_open_connections{{{name},peer="dst"}} 12',
              '# TYPE outbound_http_balancer_endpoints gauge',
              f'outbound_http_balancer_endpoints{{endpoint_state="ready",{backend}}} {ready}',
              f'outbound_http_balancer_endpoints{{endpoint_state="pending",{backend}}} {4 - ready}',
              '# TYPE process_cpu_seconds_total counter', f'process_cpu_seconds_total {t * 0.01:.2f}']
    return '\n'.join(lines) + '\n'


def handler(texts):
    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            make = texts.get(self.path)
            body = make(int(time.time() - START) + 10) if make else '<html>no such page</html>'
            self.send_response(200 if make or self.path == '/page/metrics' else 404)
            self.send_header('Content-Type', 'text/plain; version=0.0.4')
            self.send_header('Content-Length', str(len(body)))
            self.end_headers()
            self.wfile.write(body.encode())

        def log_message(self, *args):
            pass
    return Handler


def serve(folder):
    sick = {'envoy': {'/stats/prometheus?usedonly': lambda t: envoy(t, True)},
            'linkerd2': {'/metrics': lambda t: linkerd2(t, True), '/empty/metrics': lambda t: ''}}
    for name, texts in sick.items():
        server = http.server.ThreadingHTTPServer(('127.0.0.1', 0), handler(texts))
        threading.Thread(target=server.serve_forever, daemon=True).start()
        with open(os.path.join(folder, name + '.port.new'), 'w') as f:
            f.write(str(server.server_port))
        os.rename(os.path.join(folder, name + '.port.new'), os.path.join(folder, name + '.port'))
    time.sleep(120)


def put(tar, name, text):
    member = tarfile.TarInfo('S/' + name)
    member.size = len(text)
    tar.addfile(member, io.BytesIO(text.encode()))


def bundle(file, sick, seconds, proxies):
    members = {'envoy': ('http/127.0.0.1_9901/stats/prometheus', envoy), 'linkerd2': ('http/127.0.0.1_4191/metrics', linkerd2)}
    with tarfile.open(file, 'w') as tar:
        put(tar, 'bundle.json', json.dumps({
            'format': 1, 'tool': 'nettape-collect', 'version': '1', 'host': 'h', 'kernel': '6.1.0', 'arch': 'x86_64', 'boot_id': 'b',
            'interval_ns': 10**10, 'window_ns': seconds * 10**9, 'ticks_asked': seconds // 10 + 1,
            'metrics': ['u'] * len(proxies), 'metrics_asked': True}))
        for tick in range(seconds // 10 + 1):
            for proxy in proxies:
                member, make = members[proxy]
                put(tar, f'snap/{tick:06d}/{member}', make(10 * tick + 100, sick))
            at = 10 * tick * 10**9
            put(tar, f'snap/{tick:06d}/tick.json', json.dumps({
                'tick': tick, 'realtime_ns': 17 * 10**17 + at, 'monotonic_ns': 10**12 + at, 'boottime_ns': 10**12 + at, 'late_ns': 0,
                'missed': [], 'captures': []}))
        put(tar, 'end.json', json.dumps({'reason': 'complete', 'ticks_taken': seconds // 10 + 1}))


def main(args):
    if args[:1] == ['serve']:
        serve(args[1])
    elif args[:1] == ['bundle']:
        seconds = int(args[args.index('--seconds') + 1]) if '--seconds' in args else 300
        bundle(args[1], '--sick' in args, seconds, [a for a in args[2:] if a in ('envoy', 'linkerd2')])
    else:
        sys.exit(__doc__)


START = time.time()
if __name__ == '__main__':
    main(sys.argv[1:])
