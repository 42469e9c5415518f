# What the collector's end-to-end tests share: sourced with $name set, from the top of the tree, never run.
# shellcheck shell=sh disable=SC2034
# shellcheck source=tests/e2e/lib/common.sh
. tests/e2e/lib/common.sh

# unpack FILE: into a fresh folder, whose STEM folder is then $top
unpack() {
	rm -rf "$1.d"
	mkdir -p "$1.d"
	case $1 in
	*.zst | *.part) zstd -dcq "$1" 2>/dev/null | tar xf - -C "$1.d" 2>/dev/null ;;
	*) tar xf "$1" -C "$1.d" ;;
	esac
	top=$(echo "$1.d"/*)
	[ -d "$top" ]
}

# python FILE ARGS... with the bundle's folder in $top: the last expression decides
judge() { # EXPRESSION over b (bundle.json), e (end.json or {}), t (list of ticks), rows(t) and has(path)
	python3 - "$top" "$1" <<'PY'
import glob, json, os, sys
top, expression = os.path.abspath(sys.argv[1]), sys.argv[2]
def load(p, default=None):
    try: return json.load(open(os.path.join(top, p)))
    except FileNotFoundError: return default
b, e = load('bundle.json'), load('end.json', {})
t = [load(p) for p in sorted(glob.glob(os.path.join(top, 'snap/*/tick.json')))]
def rows(r, member=''): return [c for c in r['captures'] if member in c[0]]
def all_rows(member): return [c for r in t + ([e] if e else []) for c in rows(r, member)]
def status(member): return [c[1] for c in all_rows(member)]
def has(p): return os.path.exists(os.path.join(top, p))
def text(p): return open(os.path.join(top, p), errors='replace').read()
ok = eval(expression)
if not ok: print('false:', expression)
sys.exit(not ok)
PY
}
