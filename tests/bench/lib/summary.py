#!/usr/bin/env python3
"""summary.py BUILD: the goals of all benchmarks, as a table of Markdown, from what they left in BUILD/bench."""
import glob
import json
import os
import sys

import bench

SAID = {True: 'met', False: '**not met**', None: 'not measured'}


def number(value):
    return '-' if value is None else f'{value:,.0f}' if abs(value) >= 1000 else f'{value:.3g}'


def main():
    for path in sorted(glob.glob(os.path.join(glob.escape(sys.argv[1]), 'bench', '*.json'))):
        with open(path, encoding='utf-8') as f:
            result = json.load(f)
        if not result.get('goals'):
            continue
        print(f'\n{os.path.basename(path)[:-5]}: {bench.machine_line(result["machine"])}\n')
        print('| goal | measured | wanted | |\n|---|---|---|---|')
        for g in result['goals']:
            print(f'| {g["what"]} | {number(g["measured"])} | {g["goal"]} | {SAID[g["met"]]} |')
    return 0


if __name__ == '__main__':
    sys.exit(main())
