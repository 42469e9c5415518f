#!/bin/sh
# screenshot.sh BUILD FOLDER: pictures of the HTML report for the README, taken with a headless
# Chromium: findings.png its top, plots.png further down.  The host is made up by
# tests/gen/bundle.py, so that everybody gets the same report; the rest is as anybody sees it.
set -eu
cd "$(dirname "$0")/.."
build=$1 to=$2
work=$build/screenshot
browser=$(command -v chromium || command -v chromium-browser || command -v google-chrome) ||
	{ echo "screenshot.sh: no Chromium here" >&2; exit 1; }
mkdir -p "$work" "$to"
python3 tests/gen/bundle.py --seed 4 --ticks 301 --cpus 8 --physical 1 --interfaces 4 --sockets 400 --linkerd 3 \
	--host web-17 --kernel 6.1.0-18-amd64 --start 1795500000 \
	--fault irq-single-cpu,nic=eth0,cpu=2,start=90,end=210 \
	--fault backlog-drops,cpu=2,start=120,end=200,tcp=0.4,per_s=60 -o "$work/web-17.tar.zst"
"$build/nettape-analyze" --fail-on never --format html -o "$work/page.html" "$work/web-17.tar.zst"

shoot() { # PAGE HEIGHT PICTURE
	"$browser" --headless --disable-gpu --no-sandbox --no-first-run --hide-scrollbars --force-device-scale-factor=1 \
		--user-data-dir="$work/profile" --window-size="1200,$2" --screenshot="$PWD/$3" "file://$PWD/$1" >"$work/log" 2>&1
	[ -s "$3" ]
}
# A headless browser does not scroll: what stands above the plots is taken away instead.
sed -e 's/<meta http-equiv="Content-Security-Policy"[^>]*>//' \
	-e 's,</head>,<style>.top\,nav\,#findings\,#when\,#plot-requests\,#plot-latency\,#plot-retransmits{display:none}</style></head>,' "$work/page.html" >"$work/plots.html"
shoot "$work/page.html" 1000 "$to/findings.png"
shoot "$work/plots.html" 1000 "$to/plots.png"
rm -rf "$work/profile"
ls -l "$to"/*.png
