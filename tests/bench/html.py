#!/usr/bin/env python3
"""html.py BUILD [--runs N] [--small]: how large the page of a giant bundle is, and how long a browser takes to open it.

The bundle is that of rules.py.  Prints medians, and writes BUILD/bench/html.json.
"""
import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, '..', 'e2e')]

import html_browser  # noqa: E402
import rules  # noqa: E402

OPENED = '''addEventListener('load', () => setTimeout(() => {
  const t = performance.getEntriesByType('navigation')[0];
  document.documentElement.dataset.said = JSON.stringify({opened_ms: t.loadEventEnd - t.startTime});
}, 50));'''


def opened(browser, folder, page):
    path = html_browser.without_policy(page, os.path.join(folder, 'timed.html'), OPENED)
    return browser.say(path).get('opened_ms')


def main():
    a = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    a.add_argument('build')
    a.add_argument('--runs', type=int, default=3)
    a.add_argument('--small', action='store_true', help='a small bundle: to try this script')
    a = a.parse_args()
    folder = os.path.join(a.build, 'bench')
    os.makedirs(folder, exist_ok=True)
    page = os.path.join(folder, 'giant.html')
    subprocess.run([os.path.join(a.build, 'nettape-analyze'), '--format', 'html', '--fail-on', 'never', '-o', page,
                    rules.giant(folder, a.small)], stdin=subprocess.DEVNULL, check=True)
    result = {'page_bytes': os.path.getsize(page), 'cpus': os.cpu_count(), 'load_average': os.getloadavg()[0]}
    program = next(filter(None, map(shutil.which, ('chromium', 'chromium-browser', 'google-chrome'))), None)
    if program:
        browser = html_browser.Browser(program, folder)
        times = [t for t in (opened(browser, folder, page) for _ in range(a.runs)) if t is not None]
        result['opened_ms'] = {'median': statistics.median(times), 'least': min(times), 'most': max(times)} if times else None
    print(f'\nthe page of the giant bundle: {result["page_bytes"]:,} bytes; opened in ms: {result.get("opened_ms", "no chromium")}')
    with open(os.path.join(folder, 'html.json'), 'w', encoding='utf-8') as f:
        json.dump(result, f, indent=1)
        f.write('\n')
    return 0


if __name__ == '__main__':
    sys.exit(main())
