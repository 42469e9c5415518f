#!/usr/bin/env python3
"""html_browser.py CHROMIUM FOLDER PAGE HOSTILE: the pages in a browser without a window.  Prints TAP.

Each is opened from disk in light and dark, wide and narrow: no message on the console, nothing asked of any network.
A copy without its policy tries the script: sorting, the moment marked in all plots, folds that a link opens.
"""
import json
import os
import re
import subprocess
import sys
import zlib

QUIET = ('--headless', '--disable-gpu', '--no-sandbox', '--hide-scrollbars', '--no-first-run', '--disable-sync', '--disable-extensions',
         '--disable-background-networking', '--disable-component-update', '--disable-default-apps', '--disable-domain-reliability',
         '--metrics-recording-only', '--enable-logging=stderr', '--v=0', '--host-resolver-rules=MAP * ~NOTFOUND')
OPENS_S = 2
# What the browser itself would like to know; it cannot, see QUIET
ITS_OWN = re.compile(r'https?://([a-z0-9-]+\.)*(google|googleapis|gvt1)\.com/')

# What a hand would do; its findings go to the root element, where --dump-dom shows them.
HAND = r'''
addEventListener('load', () => setTimeout(() => {
  const said = {}, all = (w) => Array.from(document.querySelectorAll(w));
  try {
    const t = performance.getEntriesByType('navigation')[0];
    said.opened_ms = t.loadEventEnd - t.startTime;
    const table = all('table.sort').find((x) => x.tBodies[0].rows.length > 2 && x.tBodies[0].rows[0].querySelector('[data-v]'));
    const cell = table.tBodies[0].rows[0].querySelector('[data-v]'), i = cell.cellIndex;
    const column = () => Array.from(table.tBodies[0].rows).map((r) => Number(r.cells[i].dataset.v || 'NaN')).filter((v) => !isNaN(v));
    const button = table.tHead.rows[0].cells[i].querySelector('button');
    button.click();
    said.down = column();
    button.click();
    said.up = column();
    const plot = all('.wide .d[data-k=lines]')[0].closest('.wide');
    plot.scrollIntoView();
    const box = plot.getBoundingClientRect();
    plot.dispatchEvent(new PointerEvent('pointermove', {bubbles: true, clientX: box.left + box.width / 2, clientY: box.top + 60}));
    setTimeout(() => {
      said.lines = all('.cross').length;
      said.areas = all('.wide > .a').length;
      said.tip = (document.getElementById('tip') || {}).textContent;
      const fold = all('details.fold[id]')[0];
      if (fold) location.hash = fold.id;
      setTimeout(() => {
        said.fold = fold ? fold.open : null;
        said.wider = document.documentElement.scrollWidth > innerWidth;
        document.documentElement.dataset.said = JSON.stringify(said);
      }, 100);
    }, 200);
  } catch (e) { document.documentElement.dataset.said = JSON.stringify({error: String(e)}); }
}, 50));
'''


def check(what, ok, why=''):
    print(f'{"ok" if ok else "not ok"} - html: {what}')
    if not ok and why:
        print('\n'.join('# ' + line for line in str(why).splitlines()[:10]))


class Browser:
    def __init__(self, program, folder):
        self.program, self.folder, self.run = program, folder, 0

    def open(self, page, *options):
        """(stdout, console messages, addresses that were asked for)"""
        self.run += 1
        log = os.path.join(self.folder, f'net{self.run}.json')
        done = subprocess.run([self.program, *QUIET, f'--user-data-dir={self.folder}/profile{self.run}', f'--log-net-log={log}',
                               *options, 'file://' + os.path.abspath(page)], stdin=subprocess.DEVNULL, capture_output=True,
                              timeout=90, check=False)
        console = [line for line in done.stderr.decode(errors='replace').splitlines() if 'CONSOLE' in line]
        with open(log, encoding='utf-8', errors='replace') as f:
            asked = {a for a in re.findall(r'"(?:url|original_url)":"((?:https?|wss?|ftp)://[^"]*)"', f.read()) if not ITS_OWN.match(a)}
        return done.stdout.decode(errors='replace'), console, asked

    def say(self, page):
        dom, _, _ = self.open(page, '--virtual-time-budget=3000', '--dump-dom', '--window-size=1400,1000')
        said = re.search(r'data-said="([^"]*)"', dom)
        return json.loads(said.group(1).replace('&quot;', '"').replace('&amp;', '&')) if said else {'error': 'it says nothing'}


def pixels(path):
    """The rows of a PNG, each with its filter in front; no filter changes the very first pixel."""
    with open(path, 'rb') as f:
        data = f.read()
    at, rows = 8, b''
    while at < len(data):
        n, kind = int.from_bytes(data[at:at + 4], 'big'), data[at + 4:at + 8]
        rows += data[at + 8:at + 8 + n] if kind == b'IDAT' else b''
        at += n + 12
    return zlib.decompress(rows)


def without_policy(page, path, script):
    with open(page, encoding='utf-8') as f:
        text = f.read()
    text = re.sub(r'<meta http-equiv="Content-Security-Policy"[^>]*>', '', text, count=1)
    with open(path, 'w', encoding='utf-8') as f:
        f.write(text.replace('</body>', f'<script>{script}</script></body>'))
    return path


def looks(browser, page):
    pictures = {}
    for size in ('1400,1000', '420,900'):
        for name, scheme in (('light', 1), ('dark', 0)):
            picture = os.path.join(browser.folder, f'{name}-{size.split(",", maxsplit=1)[0]}.png')
            _, console, asked = browser.open(page, f'--window-size={size}', f'--screenshot={picture}',
                                             f'--blink-settings=preferredColorScheme={scheme}')
            check(f'{name} at {size}: no message on the console', not console, '\n'.join(console))
            check(f'{name} at {size}: nothing is asked of a network', not asked, asked)
            pictures[name, size] = pixels(picture)
        light, dark = pictures['light', size], pictures['dark', size]
        check(f'{size}: the page is white when light, dark when dark', min(light[1:4]) > 250 and max(dark[1:4]) < 40, [*light[1:4], *dark[1:4]])
        check(f'{size}: there is something to see', len(set(light[::97])) > 20)


def controls(browser, page):
    """The two checks above, on what they must find."""
    with open(page, encoding='utf-8') as f:
        text = f.read()
    other = os.path.join(browser.folder, 'other.html')
    with open(other, 'w', encoding='utf-8') as f:
        f.write(text.replace('</body>', '<script>document.title = "x"</script><img src="http://127.0.0.1:9/x"></body>'))
    _, console, asked = browser.open(other, '--dump-dom')
    check('the policy refuses a foreign script and picture, and the console says so', len(console) >= 2, '\n'.join(console))
    check('which is not asked for', not asked, asked)
    with open(other, 'w', encoding='utf-8') as f:
        f.write('<img src="http://127.0.0.1:9/x">')
    _, _, asked = browser.open(other, '--virtual-time-budget=2000', '--dump-dom')
    check('a page that asks is seen', 'http://127.0.0.1:9/x' in asked, asked)


def tries(browser, page):
    said = browser.say(without_policy(page, os.path.join(browser.folder, 'try.html'), HAND))
    check('the script is tried', 'error' not in said, said)
    if 'error' in said:
        return
    check('a click sorts, the largest first', len(said['down']) > 1 and said['down'] == sorted(said['down'], reverse=True), said['down'])
    check('another the other way', said['up'] == sorted(said['up']), said['up'])
    check('one moment is marked in all plots', said['lines'] == said['areas'] > 5, said)
    check('and its values are told', re.match(r'\d\d:\d\d:\d\dZ\n.+  [\d.]', said.get('tip') or ''), said)
    check('a link opens the fold it leads to', said['fold'] is not False, said)
    check('only tables and such are wider than the page', not said['wider'])
    check(f'it opens in less than {OPENS_S} s', said['opened_ms'] < 1000 * OPENS_S, said['opened_ms'])
    print(f'# opened in {said["opened_ms"]:.0f} ms')


def main(program, folder, page, hostile):
    browser = Browser(program, folder)
    looks(browser, page)
    controls(browser, page)
    tries(browser, page)
    dom, console, asked = browser.open(hostile, '--dump-dom')
    check('hostile names: no message on the console', not console, '\n'.join(console))
    check('hostile names: nothing is asked of a network', not asked, asked)
    check('hostile names: one script, no picture', len(re.findall(r'(?i)<script', dom)) == 1 and not re.search(r'(?i)<img', dom))
    return 0


if __name__ == '__main__':
    sys.exit(main(*sys.argv[1:]))
