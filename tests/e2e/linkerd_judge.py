#!/usr/bin/env python3
"""Holds the recordings of tests/e2e/linkerd.sh against what was to be found: TAP lines."""
import json
import re
import sqlite3
import sys

DIR = sys.argv[1]
TREE, FLAT, OLD = '127.0.0.1:9990', '127.0.0.1:9991', '127.0.0.1:9992'
FORBIDDEN, GARBAGE = '127.0.0.1:9993', '127.0.0.1:9994'
LINKERDS = {'tree': [TREE + '/'], 'flat': [FLAT + '/'], 'both': [TREE + '/', FLAT + '/'], '-': ['']}


def ok(what, good, why=''):
    print('ok' if good else 'not ok', '- linkerd:', what)
    if not good and why:
        print('#', str(why)[:2000])


def report(name):
    with open(f'{DIR}/{name}.json', encoding='utf-8') as f:
        return json.load(f)


def store(name):
    return sqlite3.connect(f'file:{DIR}/{name}.db?mode=ro', uri=True)


def expected():
    """(rule, entity) -> (level, cause), of the table in linkerd.sh."""
    table = {}
    with open(f'{DIR}/expect', encoding='utf-8') as f:
        for line in f:
            who, rule, level, entity, *cause = line.split()
            for prefix in LINKERDS[who]:
                table[rule, prefix + entity] = (level, cause[0] if cause else None)
    return table


def of_linkerd(f):
    return re.search(r'\|(client|server|service)\|', f['entity']) or \
        f['rule'].startswith('linkerd-') or f['rule'] == 'collection-quality/l5d-missing'


def judge_findings(found):
    table = expected()
    for (rule, entity), (level, cause) in table.items():
        f = found.get((rule, entity))
        ok(f'{rule} fires on {entity}', f and f['level'] == level and f['explained_by'] == cause,
           f and (f['level'], f['explained_by'], f['message']))
    rest = [(f['rule'], f['level'], f['entity'], f['message']) for k, f in found.items()
            if f['level'] in ('warn', 'crit') and of_linkerd(f) and k not in table]
    ok('and no rule fires on anything else of them', not rest, rest)
    files = [f for f in found.values() if f['file'] and f['file'].endswith('metrics.json') and
             f['entity'].split('/')[0].replace(':', '_') not in f['file']]
    ok('the file that shows it is of the same linkerd', not files, files[:1])
    alarmed = {e for _, e in found}
    for prefix in LINKERDS['both']:
        for e in ('http|client|#/io.l5d.fs/healthy', 'http|client|#/io.l5d.fs/balanced',
                  'http|server|0.0.0.0/4142', 'http|service|svc/healthy',
                  'calm|client|#/io.l5d.fs/web', 'calm|client|#/io.l5d.fs/db',
                  'calm|server|0.0.0.0/4143', 'calm|service|svc/web'):
            ok(f'nothing is said of {prefix}{e}', prefix + e not in alarmed)


def judge_rules(r):
    """Quiet is to mean evaluated and fine: no linkerd rule may have been left out."""
    outcomes = {x['rule']: x for x in r['rules']}
    for rule in sorted({k[0] for k in expected()} | {'collection-quality/l5d-missing'}):
        x = outcomes.get(rule, {})
        ok(f'{rule} is evaluated', x.get('outcome') in ('ok', 'findings'), x)


def entities(db, prefix, source):
    return {e[len(prefix):] for (e,) in db.execute(
        'SELECT DISTINCT entity FROM series WHERE source = ? AND substr(entity, 1, ?) = ?',
        (source, len(prefix), prefix))}


def judge_forms(long, short):
    trees = entities(long, TREE + '/', 'linkerd')
    flats = entities(long, FLAT + '/', 'linkerd')
    ok('tree and flat name the same entities', trees == flats and len(trees) > 30, trees ^ flats)
    old = entities(short, OLD + '/', 'linkerd')
    ok('so does a linkerd before 1.0.0', old == trees, trees ^ old)
    same = {(r[len(p):], *row) for p in (TREE + '/', FLAT + '/') for r, *row in long.execute(
        'SELECT router, scope, id, service, metric FROM window WHERE substr(router, 1, ?) = ?', (len(p), p))}
    each = [long.execute('SELECT count(DISTINCT router || scope || id || service || metric) FROM window '
                         'WHERE substr(router, 1, ?) = ?', (len(p), p)).fetchone()[0]
            for p in (TREE + '/', FLAT + '/')]
    ok('and the same histograms', each == [len(same)] * 2 and len(same) > 30, (each, len(same)))
    n, = long.execute("SELECT max(w) FROM window").fetchone()
    ok('each frozen minute is taken once', 11 <= n <= 13, n)
    n, = long.execute('SELECT count(*) FROM endpoint WHERE router = ? AND client = ?',
                      (TREE + '/http', '#/io.l5d.fs/imbalance')).fetchone()
    ok("a client's addresses are its router's", n == 4,
       long.execute('SELECT * FROM endpoint').fetchall())


def judge_rates(long):
    for prefix in LINKERDS['both']:
        rows = long.execute('SELECT requests, connects, span FROM linkerd_client WHERE entity = ?',
                            (prefix + 'http|client|#/io.l5d.fs/client-no-reuse',)).fetchall()
        good = len(rows) == 1 and rows[0][2] > 100 and \
            all(abs(n / rows[0][2] - rate) < rate / 20 for n, rate in zip(rows[0], (150, 90)))
        ok(f'{prefix} is counted over the window, not since its start', good, rows)


def judge_text():
    with open(f'{DIR}/long.txt', encoding='utf-8', errors='surrogateescape') as f:
        text = f.read()
    control = re.findall(r'.{0,20}[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e].{0,20}', text)
    ok('the text has no control characters', not control, control)
    head = re.search(r'^LINKERD\b.*?(?=^[A-Z]{3,}\b)', text, re.M | re.S)
    section = head.group(0) if head else ''
    rows = {'0.0.0.0/4140': 110, '0.0.0.0/4142': 150, '#/io.l5d.fs/similarly-slow': 150,
            '#/io.l5d.fs/pool-tiny': 150}
    for who in (TREE, FLAT):
        for name, rate in rows.items():
            least_median = rf'^ *{re.escape(who)}/http +{re.escape(name)} +[\d.]+ +([\d.]+) '
            found = re.search(least_median, section, re.M)
            ok(f'LINKERD has a row of {who} {name}', found and abs(float(found.group(1)) - rate) <= 2, section[:1500])
        slow = rf'{re.escape(who)}/http +#/io.l5d.fs/similarly-slow .*\b180 ms +300 ms +350 ms\b'
        ok(f'with the latencies of {who}', re.search(slow, section), section[:1500])
    ok('no line is longer than it may be', max(map(len, text.split('\n'))) < 1000)


def judge_hostile(long):
    ids = [e for e in entities(long, TREE + '/', 'linkerd') if e.startswith('hostile|')]
    ok('hostile ids are kept as text', any('\x1b' in e for e in ids) and any('DROP TABLE' in e for e in ids), ids)
    ok('none is as long as it wants', max(map(len, ids), default=0) < 2000)
    notes = long.execute("SELECT count(*) FROM note WHERE member LIKE '%metrics.json' AND text LIKE '%too long%'")
    ok('what is too long is noted', notes.fetchone()[0] > 0, long.execute('SELECT * FROM note LIMIT 20').fetchall())


def judge_missing(r):
    found = {f['entity']: f for f in r['findings'] if f['rule'] == 'collection-quality/l5d-missing'}
    names = {FORBIDDEN: '403', GARBAGE: 'JSON'}
    for who, why in names.items():
        f = found.get(who)
        ok(f'l5d-missing fires on {who}, for {why}', f and f['level'] == 'warn' and why in f['message'], list(found))
    ok('and on nobody else', len(found) == len(names), list(found))


def main():
    r, short = report('long'), report('short')
    long_db, short_db = store('long'), store('short')
    found = {(f['rule'], f['entity']): f for f in r['findings']}
    judge_findings(found)
    judge_rules(r)
    judge_forms(long_db, short_db)
    judge_rates(long_db)
    judge_text()
    judge_hostile(long_db)
    judge_missing(short)


main()
