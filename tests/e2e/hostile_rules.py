"""hostile_rules.py BUILD WORK [--long]: rule files that a stranger may send, all in one folder.

Each ends in a message that names its file and line; the others go on; nothing is written, no
control byte printed; 30 s and 512 MiB at most.  Through --rules, --lint-rules, --test-rules,
--explain and --list-rules.  Prints TAP.  Standard library only.
"""
import json
import os
import re
import subprocess
import sys
import threading
import time

SECONDS, RSS_MIB = 30, 512
LONG = '--long' in sys.argv
CONTROL = re.compile(b'[\x00-\x08\x0b-\x1f\x7f]|\xc2[\x80-\x9f]|\xe2\x80[\xaa-\xae]')
ENDLESS = 'WITH RECURSIVE r(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM r) '
ROW = "SELECT 'info' AS level, 'e' AS entity, "
EVIL = '<script>alert(1)</script><img src=x onerror=y>`|[a](javascript:b)'


def rule(name, sql, **more):
    keys = dict({'rule': f'stranger/{name}', 'version': '1', 'schema': '1', 'title': 'T', 'requires': 'stat >= 1', 'timeout': '300ms',
                 'message': '{entity}', 'meaning': 'x', 'remedy': 'none'}, **more)
    return ''.join(f'-- {k}: {v}\n' for k, v in keys.items()) + sql + '\n'


STOPPED = r'stopped after 300 ms'
# name -> (SQL, what the message says behind FILE:LINE)
SQL = {
    'recursion': (ENDLESS + "SELECT 'info' AS level, count(*) AS entity FROM r;", STOPPED),
    'rows-without-end': (ENDLESS + "SELECT 'info' AS level, i AS entity FROM r;", 'more than 10000 rows'),
    'cross-join': ("SELECT 'info' AS level, count(*) AS entity FROM series a, series b, series c, series d, series e;", STOPPED),
    'cross-sort': ("SELECT 'info' AS level, a.name AS entity FROM series a, series b, series c ORDER BY a.name || b.name;", 'stopped after|more than'),
    'zeroblob': (ROW + 'zeroblob(900000000) AS x;', 'may not call function zeroblob'),
    'randomblob': (ROW + 'hex(randomblob(900000000)) AS x;', 'may not call function randomblob'),
    'printf': (ROW + "printf('%.*c', 900000000, 'x') AS x;", 'may not call function printf'),
    'replace': (ROW + "replace(replace(replace(replace(hex('aaaaaaaa'), '6', hex('66666666666666666666')), '3', hex('33333333333333333333')), '3', hex('33333333333333333333333333333333')), '3', hex('333333333333333333333333333333333333333')) AS x;", 'too big|stopped after'),
    'group-concat': (ENDLESS + "SELECT 'info' AS level, group_concat(hex(i) || 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa') AS entity FROM r;", 'too big|stopped after|MiB'),
    'many-long-rows': (ENDLESS + "SELECT 'info' AS level, i || replace(hex('aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa'), '6', hex('aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa')) AS entity FROM r;", 'more than'),
    'like': (ROW + "replace(hex('aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa'), '6', hex('aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa')) LIKE '" + '%1' * 240 + "%b' AS x, (SELECT count(*) FROM series a, series b, series c, series d, series e WHERE a.name || b.name LIKE '%a%a%a%a%a%a%b') AS y;", STOPPED),
    'attach': ("ATTACH '/tmp/nettape-hostile' AS x;", 'nothing but SELECT'),
    'attach-second': (ROW + "1 AS x; ATTACH '/tmp/nettape-hostile' AS x;", 'more than one statement'),
    'detach': ('DETACH main;', 'nothing but SELECT|no such database|cannot detach'),
    'vacuum': ("VACUUM INTO '/tmp/nettape-hostile';", 'nothing but SELECT'),
    'pragma': ('PRAGMA writable_schema = 1;', 'nothing but SELECT'),
    'pragma-table': (ROW + "file AS x FROM pragma_database_list;", 'may not read table pragma_database_list|nothing but SELECT'),
    'schema': (ROW + 'sql AS x FROM sqlite_master;', 'may not read table sqlite_master'),
    'load-extension': (ROW + "load_extension('/tmp/x') AS x;", 'may not call function load_extension|no such function|not authorized'),
    'readfile': (ROW + "readfile('/etc/passwd') AS x;", 'no such function: readfile'),
    'writefile': (ROW + "writefile('/tmp/nettape-hostile', 'x') AS x;", 'no such function: writefile'),
    'delete': ('DELETE FROM finding;', 'nothing but SELECT'),
    'update': ("UPDATE finding SET level = 'ok';", 'nothing but SELECT'),
    'drop': ('DROP TABLE series;', 'nothing but SELECT'),
    'create': ('CREATE TEMP TABLE x AS SELECT 1;', 'nothing but SELECT'),
    'begin': ('BEGIN EXCLUSIVE;', 'nothing but SELECT'),
    'explain': ('EXPLAIN SELECT 1;', 'level and entity|nothing but SELECT'),
    'comment-open': ("SELECT 'info' AS level /* , 'e' AS entity", 'level and entity'),
    'comment-alone': ('/* never', 'no statement'),
    'string-open': (ROW + "'never AS x;", 'unrecognized token'),
    'nothing': ('', 'no statement'),
    'columns': (ROW + ', '.join(f'{i} AS c{i}' for i in range(3000)) + ';', 'too many columns'),
    'columns-of-union': ('SELECT * FROM (SELECT 1), (SELECT 2);', 'level and entity'),
    'terms': (ROW + ' + '.join(['1'] * 20000) + ' AS x;', 'too large'),
    'brackets': (ROW + '(' * 5000 + '1' + ')' * 5000 + ' AS x;', 'too deep|overflow|too large|maximum depth'),
    'parameters': (ROW + ', '.join(f':p{i}' for i in range(12000)) + ';', 'too many|too big|stopped after'),
    'statement': (ROW + '1 AS x -- ' + 'x' * 150000 + '\n;', 'too big|longer than'),
    'unions': (' UNION ALL '.join(["SELECT 'info' AS level, 'e' AS entity"] * 600) + ';', 'too many terms'),
    'no-level': ("SELECT 'BAD' AS level, 'e' AS entity;", "'BAD' is no level"),
    'no-entity': ("SELECT 'info' AS level, NULL AS entity;", 'a row without entity'),
    'same-twice': ("SELECT 'info' AS level, 'e' AS entity UNION ALL SELECT 'info', 'e';", "two rows for entity 'e'"),
    'token': ("SELECT 'info' AS level, \x1b[31m\x07 AS entity;", 'unrecognized token'),
}
# files whose text is no rule: name -> (bytes, what is said)
FILES = {
    'header-of-10-mb': (lambda: rule('header-of-10-mb', ROW + '1 AS x;', tags='x' * 10_000_000).encode(), 'larger than 262144 bytes'),
    'long-value': (lambda: rule('long-value', ROW + '1 AS x;', tags='x ' * 50_000).encode(), 'longer than 8192 bytes'),
    'params': (lambda: (''.join(f'-- param: p{i} x y\n' for i in range(100_000))[:250_000].rsplit('\n', 1)[0] + '\n').encode(), 'more than 64 params'),
    'nul': (lambda: rule('nul', ROW + "'\0' AS x;").encode(), 'a NUL byte'),
    'no-utf-8': (lambda: rule('no-utf-8', ROW + '1 AS x;').encode() .replace(b'-- title: T', b'-- title: \xff\xfe\xc0\x80'), 'a byte that is no text'),
    'escape': (lambda: rule('escape', ROW + '1 AS x;', title='a\x1b[2J\x1b]0;t\x07').encode(), 'a byte that is no text'),
    'backwards': (lambda: rule('backwards', ROW + '1 AS x;', message='a\u202eb').encode(), 'a byte that is no text'),
    'unknown-key': (lambda: b'-- \x1b[31mkey: x\n', 'a byte that is no text|unknown key'),
    'no-header': (lambda: (ROW + '1 AS x;').encode(), 'is missing'),
    'binary': (lambda: bytes(range(1, 256)) * 50, 'is missing|was expected'),
    'empty': (lambda: b'', 'is missing'),
    'newer': (lambda: rule('newer', ROW + '1 AS x;', schema='999').encode(), 'needs schema 999'),
    'wrong-time': (lambda: rule('wrong-time', ROW + '1 AS x;', timeout='9' * 400 + 'h').encode(), 'is no duration'),
    'circle-a': (lambda: rule('circle-a', ROW + '1 AS x;', after='stranger/circle-b').encode(), None),
    'circle-b': (lambda: rule('circle-b', ROW + '1 AS x;', after='stranger/circle-a').encode(), 'go round in a circle'),
}
# these find something, and what they say is text
GOOD = {
    'fine': ("SELECT 'info' AS level, 'e' AS entity, 7 AS n;", {}),
    'shown': ("SELECT 'info' AS level, char(27) || '[2J" + EVIL + "' AS entity, char(155, 8238, 10, 13) || '" + EVIL + "' AS word, 1 AS \"\x1b[31m<b>\";",
              {'title': EVIL, 'message': EVIL + ' {entity} {word}', 'remedy': 'Do {word}:\n--           ip link show {entity}'}),
    'numbers': ("SELECT 'info' AS level, 'e' AS entity, 9223372036854775807 AS at, -9223372036854775807 - 1 AS first_at, 1e999 AS last_at, 99999999999 AS votes, 1e308 * 10 AS inf, -0.0 AS minus;", {}),
    'waits': ("SELECT 'info' AS level, 'e' AS entity;", {'after': 'stranger/circle-b, stranger/none', 'explains': '*/*/*, ***'}),
}


def make(folder):
    area = os.path.join(folder, 'stranger')
    os.makedirs(area)
    for name, (sql, _) in SQL.items():
        put(area, name, rule(name, sql).encode())
    for name, (text, _) in FILES.items():
        put(area, name, text())
    for name, (sql, more) in GOOD.items():
        put(area, name, rule(name, sql, **more).encode())
        with open(os.path.join(area, name + '.test'), 'wb') as f:
            f.write(b'case \x1b[31m <b>\n  every 1s\n  stat cpu0 idle 1+1x6\n  expect info e n=8\n')
    if LONG:
        put(area, 'long', rule('long', SQL['recursion'][0], timeout='100h').encode())
    os.mkfifo(os.path.join(area, 'fifo.sql'))
    os.mkfifo(os.path.join(area, 'fine2.test'))
    put(area, 'fine2', rule('fine2', GOOD['fine'][0]).encode())
    os.mkdir(os.path.join(area, 'folder.sql'))
    os.symlink('/etc/shadow', os.path.join(area, 'link.sql'))
    os.symlink('/dev/zero', os.path.join(area, 'zero.sql'))
    os.symlink('loop.sql', os.path.join(area, 'loop.sql'))
    put(area, 'a\x1b[31m\nnot ok - b', b'-- rule: x\n')
    for i, text in enumerate((b'case x\n  snapshots 99999999999999\n  stat a b 5x9999999999\n  expect ok\n', b'case x\n  stat a b 1+' + b'9' * 300 + b'x5\n  expect ok\n',
                              b'\xff\x00\x1b[2J', b'case x\n' + b'  row finding rule=a version=1 level=warn entity=x message=x\n' * 15000, b'case x\n  stat ' + b'c' * 900000 + b' n 1x5\n  expect ok\n')):
        put(area, f'case-{i}', rule(f'case-{i}', GOOD['fine'][0]).encode())
        with open(os.path.join(area, f'case-{i}.test'), 'wb') as f:
            f.write(text)


def put(area, name, text):
    with open(os.path.join(area, name + '.sql'), 'wb') as f:
        f.write(text)


def run(analyzer, work, *argv):
    begin = time.monotonic()
    with open(os.path.join(work, 'out'), 'w+b') as out:
        p = subprocess.Popen([analyzer, *argv], cwd=work, stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.STDOUT)
        killer = threading.Timer(4 * SECONDS, p.kill)
        killer.start()
        _, status, usage = os.wait4(p.pid, 0)
        killer.cancel()
        p.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        text = out.read()
        if usage.ru_maxrss > RSS_MIB * 1024 and not os.environ.get('ASAN_OPTIONS'):
            text += b'\x00 MiB: %d' % (usage.ru_maxrss // 1024)  # found as a control byte
        return p.returncode, text, time.monotonic() - begin


def ok(what, good, why=''):
    print(f'{"ok" if good else "not ok"} - hostile_rules: {what}', flush=True)
    if not good:
        print(f'#   {str(why)[:1500]}', flush=True)
    return good


def tidy(what, code, text, seconds, codes=(0, 1, 3)):
    bound = SECONDS if LONG or not os.environ.get('ASAN_OPTIONS') else 4 * SECONDS
    ok(f'{what} ends', code in codes and seconds < bound, f'status {code} after {seconds:.1f} s: {text[-300:]!r}')
    hit = CONTROL.search(text)
    ok(f'{what}: no control byte', not hit, text[max(0, hit.start() - 60):hit.start() + 20] if hit else '')


def expected():
    for name, (_, why) in SQL.items():
        yield name, why
    for name, (_, why) in FILES.items():
        if why:
            yield name, why


def through_a_report(analyzer, work):
    code, text, seconds = run(analyzer, work, '-a', '--fail-on', 'never', '--rules', 'rules', '--format', 'json', 'a.tar.zst')
    tidy('--rules', code, text, seconds)
    try:
        report = json.loads(text)
    except ValueError as e:
        ok('--rules: it is a report', False, f'{e}: {text[:300]!r}')
        return
    said = {x['rule']: x['why'] for x in report['rules'] if x['outcome'] in ('failed', 'not evaluated', 'not_evaluated')}
    found = {x['rule']: x for x in report['findings']}
    for name, why in expected():
        message = said.get(f'stranger/{name}', '')
        place = r'.*larger than' if 'larger than' in why else rf'rules/stranger/{name}\.sql:\d+: .*'
        ok(f'{name}: {why}', re.match(place, message) and re.search(why, message), message or 'no message')
    for name in [*GOOD, 'fine2', 'circle-a']:
        ok(f'{name} is judged all the same', f'stranger/{name}' in found, said.get(f'stranger/{name}'))
    ok('and those built in as without', len([x for x in report['rules'] if x['origin'] == 'built in' and x['outcome'] != 'failed']) > 100, report['counts'])
    ok('a command keeps its word', any("ip link show $'" in (x.get('remedy') or '') for x in found.values()), found.get('stranger/shown'))
    for form in ('text', 'md', 'html'):
        code, text, seconds = run(analyzer, work, '-a', '--fail-on', 'never', '--rules', 'rules', '--format', form, 'a.tar.zst')
        tidy(f'--rules --format {form}', code, text, seconds)
        if form == 'html':
            ok('nothing of it is markup', b'<script>alert(1)' not in text and b'<img src=x' not in text)


def through_the_checks(analyzer, work):
    for option, codes in (('--lint-rules', (1,)), ('--test-rules', (1,))):
        code, text, seconds = run(analyzer, work, option, 'rules')
        tidy(option, code, text, seconds, codes)
        ok(f'{option}: a file\'s name makes no line', b'\nnot ok - b' not in text, text[:300])
        if option == '--lint-rules':
            for name, why in expected():
                part = re.search(rf'^not ok - lint-rules stranger/{name}$(\n#.*)*'.encode(), text, re.M)
                ok(f'{option}: {name}', part and re.search(why.encode() + b'|no ORDER BY', part.group(0)), part.group(0) if part else 'no result')
    for name in ('recursion', 'shown', 'escape', 'params', 'circle-b', 'fifo'):
        code, text, seconds = run(analyzer, work, '--rules', 'rules', '--explain', f'stranger/{name}')
        tidy(f'--explain {name}', code, text, seconds, (0, 2, 3))
    code, text, seconds = run(analyzer, work, '--rules', 'rules', '--list-rules')
    tidy('--list-rules', code, text, seconds, (0,))


def main(build, work):
    analyzer = os.path.abspath(os.path.join(build, 'nettape-analyze'))
    make(os.path.join(work, 'rules'))
    through_a_report(analyzer, work)
    through_the_checks(analyzer, work)
    many = os.path.join(work, 'many', 'x')
    os.makedirs(many)
    for i in range(1200):
        put(many, f'r{i}', b'')
    code, text, _ = run(analyzer, work, '--fail-on', 'never', '--rules', 'many', 'a.tar.zst')
    ok('1,200 rules are too many', code == 3 and b'more than 1000 rules' in text, text[:300])
    stray = set(os.listdir(work)) - {'rules', 'many', 'out', 'a.tar.zst'}
    ok('nothing is written', not stray and not os.path.exists('/tmp/nettape-hostile'), stray)


if __name__ == '__main__':
    main(*[a for a in sys.argv[1:] if a != '--long'])
