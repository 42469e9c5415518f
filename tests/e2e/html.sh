#!/bin/sh
# --format html: a live recording, a synthetic one, one with hostile names and a long one; each is
# looked at by a strict reader (html_check.py) and, where there is one, by a browser.  Prints TAP.
# shellcheck disable=SC2016 # what sh -c gets is expanded there
set -u
cd "$(dirname "$0")/../.." || exit 1
name=html
# shellcheck source=tests/e2e/lib/analyze.sh
. tests/e2e/lib/analyze.sh
cd "$work" || exit 1

good() { python3 "$home/tests/e2e/html_check.py" "$@"; }
bad() { ! good "$@" >complaints; }
page() { # FILE BUNDLE ARGUMENT...
	file=$1
	shift
	"$analyze" --format html --fail-on never -o "$file" "$@"
}

# a live one
"$collect" --for 3s --every 1s --no-http --force -o live.tar.zst >log 2>&1
check "this host's page is made" page live.html live.tar.zst
check "and is as it promises to be" good --most 1000000 --plots 5 live.html
check "the same twice" sh -c '"$1" --format html --fail-on never live.tar.zst | cmp -s - live.html' sh "$analyze"
check "a section alone is a page" page softnet.html --section softnet live.tar.zst
check "which is as it promises to be" good --text SOFTNET softnet.html
check "and has nothing else" sh -c '! grep -q "id=\"plots\"\|id=\"section-CPU\"" softnet.html'
check "the findings alone" page findings.html --section findings live.tar.zst
check "are a page as well" good findings.html

# one with something to see
check "a synthetic bundle is made" make_bundle synthetic.tar --seed 5 --ticks 181 --cpus 4 --physical 1 --linkerd 3 \
	--fault backlog-drops,cpu=3,start=30,end=60 --fault conntrack-full,start=90,end=120 --fault nic-reset,nic=eth0,start=150
check "its page is made" page synthetic.html synthetic.tar
check "and is as it promises to be" good --most 2000000 --plots 20 --text 'Findings' --text 'softirq/backlog-drop' synthetic.html
check "no plot's SQL failed" sh -c '! grep -n "failed: " synthetic.html'
check "no heading of a table is hidden on paper" sh -c 'sed -n "/@media print/,/<\/style/p" synthetic.html | grep "display: none" >hidden; ! grep -qE "(^|[ ,])button" hidden || grep -q "pre button" hidden'
check "a finding links to its plot" grep -q 'href="#plot-cpus"' synthetic.html
check "the plot links to the finding" sh -c 'sed -n "/id=\"plot-cpus\"/,/<figure/p" synthetic.html | grep -q "href=\"#finding-softirq.backlog-drop\""'
check "its interval is shaded" sh -c 'sed -n "/id=\"plot-nics\"/,/<\/section/p" synthetic.html | grep -q "class=\"e [cw]"'
check "counters that began anew are marked" grep -q 'R<title>counters of .* began anew' synthetic.html
for kind in lines steps stacked heat; do
	check "something is drawn as $kind" grep -q "data-k=\"$kind\"" synthetic.html
done
check "what was not recorded says so in its plot" sh -c 'grep "class=\"none\"" live.html | grep -q "linkerd: "'

# beside another recording
check "two recordings side by side are a page" page compare.html --compare live.tar.zst synthetic.tar
check "which is as it promises to be" good compare.html
"$analyze" --format json --fail-on never -o before.json live.tar.zst
check "so is one against a baseline" page baseline.html --baseline before.json synthetic.tar
check "which marks what is new" good --text '[new]' --text 'baseline' baseline.html

# names that want to be markup
mkdir hostile && tar xf synthetic.tar -C hostile --strip-components=1 && python3 "$home/tests/e2e/html_hostile.py" hostile
check "a bundle with hostile names is read" page hostile.html hostile
check "and they stay text" good --plots 20 --text '<script>alert(1)</script>' --text '<img src=http://127.0.0.1:9/x onerror=alert(1)>' \
	--text '\x1b[31m\u202eb' --text '<script>alert(1' hostile.html

# the reader above must be strict
sed 's|</main>|<img src="x"></main>|' synthetic.html >broken.html
check "the reader sees a picture" bad broken.html
sed 's|</main>||' synthetic.html >broken.html
check "and what is not closed" bad broken.html
sed "s|'use strict'|'use strict' |" synthetic.html >broken.html
check "and another script" bad broken.html
sed 's|href="#plots"|href="https://example.org/"|' synthetic.html >broken.html
check "and a link that leads away" bad broken.html
sed 's|<desc[^>]*>[^<]*</desc>||' synthetic.html >broken.html
check "and a plot without description" bad broken.html

# an hour of seconds
check "a long bundle is made" make_bundle long.tar --seed 5 --ticks 3600 --cpus 2 --interfaces 2 --sockets 20 --linkerd 2
check "its page is made" page long.html long.tar
check "and is below 3 MB" good --most 3000000 --plots 20 long.html

# a browser
for chromium in chromium chromium-browser google-chrome; do
	command -v "$chromium" >/dev/null && break
	chromium=
done
if [ -n "$chromium" ]; then
	python3 "$home/tests/e2e/html_browser.py" "$chromium" "$work" synthetic.html hostile.html
else
	skip "in a browser" "there is no chromium"
fi
