#!/usr/bin/env python3
"""html_check.py [--most BYTES] [--text TEXT]... FILE: is the report a page as it promises to be?

Well-formed; only elements and attributes that the renderer writes, so that what was smuggled in shows; a policy that
names the style and the script that are there and allows nothing else; nothing that could be fetched; links that lead
somewhere; a title and a description on each plot; no character that hides or reorders text.
"""
import argparse
import base64
import hashlib
import html.parser
import re
import sys

VOID = {'meta', 'link', 'br', 'img', 'input', 'hr'}
ELEMENTS = {'html', 'head', 'meta', 'title', 'style', 'body', 'script', 'header', 'main', 'footer', 'nav', 'section', 'article',
            'h1', 'h2', 'h3', 'h4', 'h5', 'p', 'ul', 'li', 'dl', 'dt', 'dd', 'div', 'span', 'a', 'b', 'i', 'strong', 'code', 'pre',
            'details', 'summary', 'figure', 'figcaption', 'table', 'thead', 'tbody', 'tr', 'th', 'td',
            'svg', 'desc', 'g', 'path', 'line', 'rect', 'circle', 'text', 'tspan'}
ATTRIBUTES = {'lang', 'charset', 'http-equiv', 'content', 'name', 'id', 'class', 'href', 'title', 'tabindex', 'role', 'scope',
              'aria-label', 'aria-labelledby', 'aria-describedby', 'aria-hidden', 'data-v', 'data-k', 'data-y', 'data-rows',
              'data-from', 'data-to', 'height', 'width', 'viewbox', 'preserveaspectratio', 'd', 'x', 'y', 'x1', 'x2', 'y1', 'y2',
              'dx', 'cx', 'cy', 'r'}
HIDING = re.compile('[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]')


class Page(html.parser.HTMLParser):
    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.open, self.complaints, self.ids, self.links, self.text, self.policy = [], [], set(), [], [], None
        self.style = self.script = ''
        self.plots = []  # of each: the elements directly in it that have a text

    def complain(self, what):
        self.complaints.append(f'line {self.getpos()[0]}: {what}')

    def handle_starttag(self, tag, attrs):
        if tag not in ELEMENTS:
            self.complain(f'element <{tag}>')
        for name, value in attrs:
            self.attribute(tag, name, value or '')
        self.text.append(' ')
        if tag in VOID:
            return
        classes = (dict(attrs).get('class') or '').split()
        if tag == 'svg' and 'p' in classes:
            self.plots.append({'at': len(self.open) + 1, 'title': '', 'desc': '', 'line': self.getpos()[0]})
        self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.handle_endtag(tag)

    def attribute(self, tag, name, value):
        if name not in ATTRIBUTES:
            self.complain(f'attribute {name} of <{tag}>')
        if name == 'id':
            if value in self.ids:
                self.complain(f'id {value} twice')
            self.ids.add(value)
        if name == 'href':
            self.links.append(value)
        if re.search(r'(?i)\b(https?|ftp|file|javascript|data|wss?):', value) and name not in ('title', 'aria-label', 'data-rows'):
            self.complain(f'{name}="{value[:60]}"')
        if HIDING.search(value):
            self.complain(f'{name} hides something: {value[:60]!r}')
        if tag == 'meta' and name == 'content' and 'default-src' in value:
            self.policy = value

    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag:
            self.complain(f'</{tag}> closes nothing')

    def handle_data(self, data):
        where = self.open[-1] if self.open else ''
        if where == 'style':
            self.style += data
        elif where == 'script':
            self.script += data
        else:
            self.text.append(data)
            if HIDING.search(data):
                self.complain(f'text hides something: {data[:60]!r}')
        if where in ('title', 'desc') and self.plots and len(self.open) == self.plots[-1]['at'] + 1:
            self.plots[-1][where] += data


def digest(text):
    return 'sha256-' + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def judge(page):
    yield from page.complaints
    for tag in page.open:
        yield f'<{tag}> stays open'
    parts = [p.split() for p in (page.policy or '').split(';')]
    policy = {p[0]: p[1:] for p in parts if p}
    if policy.get('default-src') != ["'none'"]:
        yield f'policy: {page.policy}'
    for what, text in (('style', page.style), ('script', page.script)):
        if policy.get(f'{what}-src') != [f"'{digest(text)}'"]:
            yield f'the policy does not name the {what}'
    for name in sorted(set(policy) - {'default-src', 'style-src', 'script-src', 'base-uri', 'form-action'}):
        yield f'the policy allows {name}'
    for word in ('http:', 'https:', 'url(', '@import', 'fetch(', 'XMLHttpRequest', 'innerHTML', 'eval('):
        if word in page.style + page.script:
            yield f'style or script has {word}'
    for link in page.links:
        if not link.startswith('#'):
            yield f'link {link[:60]}'
        elif link[1:] not in page.ids:
            yield f'link {link[:60]} leads nowhere'
    for plot in page.plots:
        for what in ('title', 'desc'):
            if not plot[what].strip():
                yield f'line {plot["line"]}: a plot without {what}'


def main():
    a = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    a.add_argument('--most', type=int, help='bytes that it may have')
    a.add_argument('--plots', type=int, default=0, help='that it must have')
    a.add_argument('--text', action='append', default=[], help='that a reader must see')
    a.add_argument('file')
    a = a.parse_args()
    with open(a.file, encoding='utf-8', newline='') as f:
        source = f.read()
    page = Page()
    page.feed(source)
    page.close()
    complaints = list(judge(page))
    seen = ''.join(page.text)
    complaints += [f'no one reads {t!r}' for t in a.text if t not in seen]
    if a.most is not None and len(source.encode()) > a.most:
        complaints.append(f'{len(source.encode())} bytes')
    if len(page.plots) < a.plots:
        complaints.append(f'{len(page.plots)} plots')
    for c in complaints[:20]:
        print(f'# {a.file}: {c}')
    return 1 if complaints else 0


if __name__ == '__main__':
    sys.exit(main())
