#!/bin/sh
# --format md: short enough for a ticket, and what a bundle says stays text in it.
# Prints TAP.
# shellcheck disable=SC2016 # what sh -c gets is expanded there
set -u
cd "$(dirname "$0")/../.." || exit 1
name=md
# shellcheck source=tests/e2e/lib/analyze.sh
. tests/e2e/lib/analyze.sh
cd "$work" || exit 1
export LC_ALL=C.UTF-8

md() { # FILE ARGUMENT...
	file=$1
	shift
	"$analyze" --format md --fail-on never "$@" >"$file" 2>err || sed 's/^/# /' err
}

make_bundle host.tar --seed 6 --ticks 61 --cpus 4 --interfaces 3 --sockets 60 \
	--fault qdisc-drops,tcp=1,start=20,end=40
md short.md host.tar
md long.md -a host.tar
check "is at most 60 lines for a host with a cause" test "$(wc -l <short.md)" -le 60
check "begins with the verdict and the host" sh -c 'head -1 short.md | grep -qE "^## nettape: (CRITICAL|WARNING), [a-z0-9-]+$"'
check "has the cause with its numbers, time and file" sh -c 'grep -qE "^### ..[CW]. .root-cause/egress-queue-drops. " short.md &&
	grep -q "^- numbers: " short.md && grep -q "^- when: " short.md && grep -q "^- file: .snap/" short.md'
check "what to do and how to verify it" sh -c 'grep -q "^\*\*do:\*\* " short.md && grep -q "^\*\*verify:\*\* " short.md'
check "commands in fences" sh -c '[ $(($(grep -c "^\`\`\`" short.md) % 2)) -eq 0 ] && [ "$(grep -c "^\`\`\`" short.md)" -ge 2 ]'
check "what is clean and what is open" sh -c 'grep -q "^\*\*Clean:\*\* rules ok: " short.md && grep -q "^\*\*Not evaluated:\*\* " short.md'
check "and which bundle it was" grep -qE 'bundle SHA-256 `[0-9a-f]{64}`$' short.md
check "no tables" sh -c '! grep -q "^|" short.md'
check "all sections with -a" sh -c '[ "$(grep -c "^### [A-Z]*$" long.md)" -ge 19 ] && grep -q "^|---" long.md'
md one.md --section netdev host.tar
check "or those that are asked for" sh -c '[ "$(grep -c "^#" one.md)" -eq 1 ] && grep -q "^### NETDEV$" one.md'
check "tables are even" python3 -c '
import re
rows = [l for l in open("long.md", encoding="utf-8") if l.startswith("|")]
width = None
for before, line in zip([""] + list(open("long.md", encoding="utf-8")), open("long.md", encoding="utf-8")):
    if not line.startswith("|"):
        continue
    cells = len(re.findall(r"(?<!\\)\|", line.replace("\\\\", "")))
    if not before.startswith("|"):
        width = cells
    assert cells == width, line
assert len(rows) > 50
'

# a host, a rule and a client whose names want to be markup
cat >hostile.py <<'PY'
import io, json, tarfile
old = tarfile.open('host.tar')
new = tarfile.open('hostile.tar', 'w')
for m in old:
    data = old.extractfile(m).read() if m.isfile() else b''
    if m.name.endswith('/bundle.json'):
        d = json.loads(data)
        d['host'] = '# <script>alert(1)</script> [x](javascript:alert(2)) ![i](http://evil.example/x.png) `c` | *b*'
        d['note'] = '- item\n\n# head\n```\n<img src=http://evil.example/y.png onerror=alert(3)>\n```\n| a | b |\n|---|---|\n| c | d |'
        data = json.dumps(d).encode()
    data = data.replace(b'eth0:', b'<b>x|:') if m.name.endswith('/proc/net/dev') else data
    m.size = len(data)
    new.addfile(m, io.BytesIO(data))
new.close()
PY
python3 hostile.py
mkdir -p rules/demo
cat >rules/demo/hostile.sql <<'SQL'
-- rule: demo/hostile
-- version: 1
-- title: T <i>t</i>
-- requires: meta
-- message: {entity} says {what}
-- remedy: Run {what}:
--           echo {what}
-- verify: {what}
SELECT 'crit' AS level, '# <u>e</u> | `x`' AS entity, '```' || char(10) || '</code></pre><script>alert(4)</script> **b** [l](http://evil.example)' AS what ORDER BY 2;
SQL
md bad.md --rules rules hostile.tar
md badall.md -a --rules rules hostile.tar
if command -v cmark >/dev/null; then
	rendered() { # FILE: as HTML, with raw HTML let through, so that it would show
		cmark --unsafe "$1" >"$1.html" && python3 -c '
import html.parser, re, sys
allowed = {"h2", "h3", "p", "ul", "li", "strong", "code", "pre", "br"}
class P(html.parser.HTMLParser):
    def handle_starttag(self, tag, attrs):
        assert tag in allowed and not attrs, (tag, attrs)
p = P()
text = open(sys.argv[1]).read()
p.feed(text)
plain = re.sub("<[^>]*>", "", text)
assert "&lt;script&gt;alert(4)&lt;/script&gt;" in plain, "the text is not there"
assert re.search(r"<h2>nettape: [A-Z]+, # &lt;script&gt;", text), "the host is not there"
' "$1.html"
	}
	check "hostile names stay text" rendered bad.md
	check "also in all of it" rendered badall.md
else
	skip "hostile names stay text" "no cmark"
fi
check "nothing that is hostile begins a line" sh -c '! grep -nE "^ *(<|# <|\| a \||- item|!\[)" bad.md badall.md'
check "a fence is longer than what stands in it" sh -c 'grep -q "^\`\`\`\`$" bad.md'
check "control characters are shown" sh -c '! LC_ALL=C grep -q "[[:cntrl:]]" bad.md'
