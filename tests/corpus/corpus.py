#!/usr/bin/env python3
"""corpus.py BUILD DIR [--index FILE] [--tap]

Every file of DIR that an index names, through `nettape-analyze --dump`: who could read it,
and whether the values are those that others read from it.

The index has a line a file (or glob, "**" any folders) below DIR, separated by tabs:

    PATH  FORMAT  [member=PATH] [notes=N] [nothing]

FORMAT is what --as takes, '-' for what nobody reads, '?' for what its path says.
member= is the path that the file had on its host, {name}, {folder} and {above} stand for the
last parts of its own.  notes= is how many notes must come (a tool's error text gives one),
`nothing` says that it holds no row.  '#' begins a comment.  The index is FILE, else DIR/index.tsv,
index or INDEX, else NAME.tsv beside this program when DIR is called NAME, else every path says
what it is.

Values to compare are in PATH.expected.json, in expected.json beside the file, and of
NAME.tsv's files in NAME.json (by path or glob) and node_exporter.py.  One file's are either

    {"ENTITY": {"SERIES": VALUE, ...}, ...}     or     [{"series": "dropped", "value": 5}, ...]

of which each object must be part of a row of the dump; with "sum": N in it the values of all
rows that it is part of make N, with "rows": N so many rows are.  expected.json holds one
file's, or {"FILE": one file's, ...}.

Prints a table by format; exit status 1 where a file could not be read or a value differs.
"""
import argparse
import concurrent.futures
import fnmatch
import glob
import json
import os
import re
import subprocess
import sys

import node_exporter

HERE = os.path.dirname(os.path.abspath(__file__))
KNOWN = {"member", "notes"}
# Notes of a parser that knows what it sees: a tool's error in place of data.
ERROR_NOTE = re.compile("an error of |no statistics|no stats|ethtool does not know")


class Entry:
    """One file and what became of it."""

    def __init__(self, path, form, options):
        self.path, self.form, self.options = path, form, options
        self.rows, self.notes = [], []
        self.expected, self.agreed = 0, 0
        self.wrong = []  # what is wrong with it, in words

    def name(self):
        return f"{self.form} {self.path}"


def options_of(fields, line):
    options = {}
    for field in fields:
        key, equals, value = field.partition("=")
        if not (key == "nothing" and not equals) and not (key in KNOWN and value):
            sys.exit(f"corpus: index, line {line}: {field}: not member=, notes= or nothing")
        options[key] = value or True
    return options


def indexed(root, index):
    """The entries of an index; a line without a file is an error of the index."""
    entries = []
    with open(index, encoding="utf-8") as lines:
        for at, line in enumerate(lines, 1):
            fields = line.split("#")[0].split()
            if not fields:
                continue
            if len(fields) < 2:
                sys.exit(f"corpus: {index}, line {at}: not PATH, tab, FORMAT")
            paths = sorted(p for p in glob.glob(os.path.join(root, fields[0]), recursive=True)
                           if os.path.isfile(p))
            if not paths:
                sys.exit(f"corpus: {index}, line {at}: {fields[0]}: there is no such file")
            for path in paths:
                entries.append(Entry(os.path.relpath(path, root), fields[1],
                                     options_of(fields[2:], at)))
    return entries


def everything(root):
    for folder, folders, files in os.walk(root):
        folders.sort()
        for name in sorted(files):
            if not name.endswith("expected.json"):
                yield os.path.relpath(os.path.join(folder, name), root)


def index_of(root, given):
    name = os.path.basename(os.path.abspath(root))
    here = [os.path.join(root, n) for n in ("index.tsv", "index", "INDEX")]
    for path in [given] if given else here + [os.path.join(HERE, name + ".tsv")]:
        if given or os.path.isfile(path):
            return path
    return None


def member_of(entry):
    parts = ["", ""] + entry.path.split("/")
    return entry.options["member"].format(name=parts[-1], folder=parts[-2], above=parts[-3])


def dump(analyze, root, entry):
    """Runs the analyzer; rows and notes into the entry."""
    command = [analyze, "--dump", os.path.join(root, entry.path)]
    if "member" in entry.options:
        command += ["--as", member_of(entry)]
    elif entry.form != "?":
        command += ["--as", entry.form]
    done = subprocess.run(command, capture_output=True, timeout=120, check=False)
    said = done.stderr.decode("utf-8", "replace").strip()
    if done.returncode == 2 and entry.form == "?":
        entry.form = "-"
        return
    if entry.form == "?":
        entry.form = "+".join(re.findall(r": read as (\S+) \(", said))
    if done.returncode:
        entry.wrong.append(f"exit status {done.returncode}: {said.splitlines()[:1]}")
    for line in done.stdout.decode("ascii").splitlines():
        row = json.loads(line)
        (entry.notes if "note" in row else entry.rows).append(row)


def judge(entry, root):
    """Was it read?  Nothing but notes is no reading, unless the index says that it is so."""
    if entry.form == "-" or entry.wrong:
        return
    wanted = entry.options.get("notes")
    if wanted is not None and int(wanted) != len(entry.notes):
        entry.wrong.append(f"{len(entry.notes)} notes, {wanted} expected: {entry.notes[:2]}")
    if "nothing" in entry.options:
        if entry.rows:
            entry.wrong.append(f"{len(entry.rows)} rows, none expected")
    elif not entry.rows and not has_no_data(entry) and os.path.getsize(os.path.join(root, entry.path)):
        entry.wrong.append(f"no row: {entry.notes[:2] or 'and no note'}")


def has_no_data(entry):
    return not entry.rows and (entry.options.get("notes") or "nothing" in entry.options or (
        entry.notes and all(ERROR_NOTE.match(note["note"]) for note in entry.notes)))


def alike(a, b):
    """Numbers to nine digits (texts of floats are cut), everything else exactly."""
    number = (int, float)
    if isinstance(a, number) and isinstance(b, number) and not isinstance(a, bool):
        return abs(a - b) <= 1e-9 * abs(b) + 1e-12
    return a == b


def fits(row, want):
    return all(k in row and alike(row[k], v) for k, v in want.items())


def agrees(entry, want):
    want = dict(want)
    total, count = want.pop("sum", None), want.pop("rows", None)
    rows = [row for row in entry.by_series.get(want.get("series"), []) if fits(row, want)]
    if total is not None:
        return bool(rows) and alike(sum(row["value"] for row in rows), total)
    return len(rows) == count if count is not None else bool(rows)


def nearest_row(entry, want):
    """What the dump has in that place, for the message."""
    for keys in (("series", "entity"), ("table", "irq"), ("table", "local", "lport")):
        part = {k: want[k] for k in keys if k in want}
        if len(part) == len(keys):
            rows = [row for row in entry.rows if fits(row, part)]
            if rows:
                return json.dumps(rows[0])
    return "nothing alike"


def compare(entry, wants):
    entry.by_series = {None: entry.rows}
    for row in entry.rows:
        if "series" in row:
            entry.by_series.setdefault(row["series"], []).append(row)
    for want in wants:
        entry.expected += 1
        if agrees(entry, want):
            entry.agreed += 1
        else:
            entry.wrong.append(f"expected {json.dumps(want)}, it has {nearest_row(entry, want)}")


def listed(expected):
    """One file's expectation as a list of parts of rows."""
    if isinstance(expected, list):
        return expected
    return [{"entity": entity, "series": series, "value": value}
            for entity, values in expected.items() for series, value in values.items()]


def load(path):
    with open(path, encoding="utf-8") as text:
        return json.load(text)


def expectations(root, entry, known):
    """All that is expected of one file, from wherever it is said."""
    path = os.path.join(root, entry.path)
    wants = list(known.get((entry.form, entry.path), []))
    for pattern, expected in known.items():
        if isinstance(pattern, str) and fnmatch.fnmatchcase(entry.path, pattern):
            wants += listed(expected)
    if os.path.isfile(path + ".expected.json"):
        wants += listed(load(path + ".expected.json"))
    beside = os.path.join(os.path.dirname(path), "expected.json")
    if os.path.isfile(beside):
        said = load(beside)
        names = os.listdir(os.path.dirname(path))
        if isinstance(said, dict) and said and all(key in names for key in said):
            said = said.get(os.path.basename(path), [])
        wants += listed(said)
    return wants


def known_values(root, index):
    """NAME.json beside NAME.tsv, and what node_exporter's own test expects of its files."""
    known = {}
    if index and os.path.dirname(index) == HERE:
        beside = index[: -len(".tsv")] + ".json"
        if os.path.isfile(beside):
            known.update(load(beside))
    output = os.path.join(root, "node_exporter", "e2e-output.txt")
    if os.path.isfile(output):
        known.update(node_exporter.expectations(output, "node_exporter"))
    return known


# Files; of them parsed, of those without any data; notes, rows, values compared, and alike.
HEAD = ("files", "parsed", "no data", "notes", "values", "compared", "agreed")


def table(entries):
    """A row a format, as HEAD names its columns."""
    forms = {}
    for entry in entries:
        row = forms.setdefault(entry.form, [0] * len(HEAD))
        read = entry.form != "-" and not any(w.startswith(("no row", "exit")) for w in entry.wrong)
        for i, n in enumerate((1, read, bool(read and not entry.rows), len(entry.notes),
                               len(entry.rows), entry.expected, entry.agreed)):
            row[i] += n
    return [(form, *forms[form]) for form in sorted(forms)]


def show(rows, others):
    print("%-16s" % "format", *("%8s" % name for name in HEAD))
    rows = [row for row in rows if row[0] != "-"]
    total = ["all"] + [sum(row[i + 1] for row in rows) for i in range(len(HEAD))]
    for row in rows + [total]:
        print("%-16s" % row[0], *("%8d" % n for n in row[1:]))
    share = 100.0 * total[2] / total[1] if total[1] else 0.0
    print(f"{share:.1f} % parsed, errors of tools in place of data and empty tables among them; "
          f"{others} further files are of no format that is read")


def tap(entries):
    for entry in entries:
        for wrong in entry.wrong:
            print(f"not ok - {entry.name()}: {wrong}")
        if entry.form != "-" and not entry.wrong:
            print(f"ok - {entry.name()}: {len(entry.rows)} rows, "
                  f"{entry.agreed} values as expected")


def main():
    args = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    args.add_argument("build")
    args.add_argument("dir")
    args.add_argument("--index")
    args.add_argument("--tap", action="store_true", help="a test's lines in place of the table")
    args = args.parse_args()
    analyze = os.path.join(args.build, "nettape-analyze")
    index = index_of(args.dir, args.index)
    if not os.path.isdir(args.dir):
        sys.exit(f"corpus: {args.dir}: no such folder")
    entries = (indexed(args.dir, index) if index else
               [Entry(path, "?", {}) for path in everything(args.dir)])
    known = known_values(args.dir, index)
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        list(pool.map(lambda e: dump(analyze, args.dir, e),
                      [e for e in entries if e.form != "-"]))
    for entry in entries:
        judge(entry, args.dir)
        if entry.form != "-":
            compare(entry, expectations(args.dir, entry, known))
    indexed_paths = {e.path for e in entries}
    unlisted = [p for p in everything(args.dir) if p not in indexed_paths]
    others = {e.path for e in entries if e.form == "-"} | set(unlisted)
    bad = [e for e in entries if e.wrong]
    if args.tap:
        tap(entries)
    else:
        show(table(entries), len(others))
        for entry in bad:
            for wrong in entry.wrong:
                print(f"FAILED: {entry.name()}: {wrong}")
        if unlisted and index:
            print(f"not in the index: {', '.join(unlisted)}")
        good = sum(1 for e in entries if e.form != "-" and not e.wrong)
        agreed = sum(e.agreed for e in entries)
        print(f"{good + agreed} passed, {sum(len(e.wrong) for e in bad)} failed")
    sys.exit(1 if bad or not entries else 0)


if __name__ == "__main__":
    main()
