#!/usr/bin/env python3
"""ss_compare.py WHAT NETNS OURS REAL: both commands are run in the namespace ("" = here),
ours between two runs of the real ss, and compared as sets of rows, field by field.
What moves must lie between what the real one says before and after.  Prints TAP."""
import re
import subprocess
import sys
import time

LATER = {"rcv_wnd", "rehash"}  # fields that ss prints from 6.2 on
WITH_WORD = {"send", "pacing_rate", "delivery_rate"}
SPLIT = re.compile(r" users:\((?P<users>.*?\))\)(?= timer:| uid:| ino:|$)")


def run(netns, command):
    if netns:
        command = f"exec nsenter --net=/run/netns/{netns} {command}"
    done = subprocess.run(command, shell=True, capture_output=True, check=False, timeout=30)
    return done.stdout.decode("utf-8", "surrogateescape")


def tokens(text):
    words = text.split()
    while words:
        word = words.pop(0)
        if word in WITH_WORD and words:
            yield word, words.pop(0)
        else:
            name, colon, value = word.partition(":")
            yield name, colon + value


def rows(text):
    lines = [line for line in text.split("\n") if line.strip()]
    header = lines.pop(0).replace("PortProcess", "Port Process").split() if lines else []
    found = []
    for line in lines:
        if line[0] == "\t":
            found[-1]["second"] = list(tokens(line))
            continue
        line = line.rstrip()
        users = SPLIT.search(line)
        if users:
            line = line[: users.start()] + line[users.end():]
        words = line.split(None, 5)
        rest = list(tokens(words[5])) if len(words) > 5 else []
        found.append({"state": words[0], "queues": words[1] + "/" + words[2], "local": words[3],
                      "peer": words[4], "first": rest, "second": [],
                      "users": users.group("users") if users else ""})
    return header, found


def key(row):
    extra = dict(row["first"])
    return row["state"], row["local"], row["peer"], extra.get("sk", ""), extra.get("ino", "")


def milliseconds(text):
    """ss's times: 41sec, 1min12sec, 119min, 424ms, 8.036ms (which is 8.036 s)."""
    m = re.fullmatch(r"(?:(\d+)min)?(?:(\d+)(?:sec|\.))?(?:(\d{3})ms)?", text)
    return [int(m.group(1) or 0) * 60000 + int(m.group(2) or 0) * 1000 + int(m.group(3) or 0)]


def numbers(name, value):
    if name == "timer":
        kind, left, count = value[2:-1].split(",")
        return [kind], milliseconds(left) + [int(count)]
    return [re.sub(r"[0-9.]+", "#", value)], [float(n) for n in re.findall(r"\d+\.?\d*", value)]


def between(name, ours, before, after):
    if ours in (before, after):
        return True
    try:
        (shape, n), (shape0, n0), (shape1, n1) = (numbers(name, v) for v in (ours, before, after))
    except (AttributeError, ValueError):
        return False
    return shape in (shape0, shape1) and len(n) == len(n0) == len(n1) and all(
        min(a, b) <= x <= max(a, b) for x, a, b in zip(n, n0, n1))


def differences(ours, before, after):
    """Of one row."""
    for field in ("queues", "users"):
        if ours[field] not in (before[field], after[field]):
            yield f"{field}: {ours[field]!r}, ss: {before[field]!r}"
    for part in ("first", "second"):
        mine = [t for t in ours[part] if t[0] not in LATER]
        names = [name for name, _ in mine]
        if names not in ([n for n, _ in before[part]], [n for n, _ in after[part]]):
            yield f"fields {names}, ss: {[n for n, _ in before[part]]}"
            continue
        old = before[part] if names == [n for n, _ in before[part]] else after[part]
        new = after[part] if names == [n for n, _ in after[part]] else before[part]
        for (name, value), (_, v0), (_, v1) in zip(mine, old, new):
            if not between(name, value, v0, v1):
                yield f"{name}{value}, ss: {v0} and {v1}"


def by_key(found):
    table = {}
    for row in sorted(found, key=lambda r: (key(r), r["queues"], r["users"])):
        table.setdefault(key(row), []).append(row)
    return table


def compare(netns, ours_command, real_command):
    texts = [run(netns, c) for c in (real_command, ours_command, real_command)]
    if not texts[0] or texts[1] in (texts[0], texts[2]):
        return len(texts[0].split("\n")), [] if texts[0] else ["the real ss says nothing"]
    (header0, rows0), (header, mine), (_, rows1) = (rows(t) for t in texts)
    bad = [] if header == header0 else [f"header {header}, ss: {header0}"]
    before, ours, after = by_key(rows0), by_key(mine), by_key(rows1)
    for k in before.keys() & after.keys() - ours.keys():
        bad.append(f"missing: {k}")
    for k in ours.keys() - before.keys() - after.keys():
        bad.append(f"too many: {k}")
    for k in before.keys() & after.keys() & ours.keys():
        if not len(ours[k]) == len(before[k]) == len(after[k]):
            bad.append(f"{k}: {len(ours[k])} times, ss: {len(before[k])}")
            continue
        for a, b, c in zip(ours[k], before[k], after[k]):
            bad.extend(f"{k}: {d}" for d in differences(a, b, c))
    return len(mine), bad


def main():
    what, netns, ours, real = sys.argv[1:5]
    n, bad = 0, []
    for _ in range(6):  # sockets move meanwhile
        n, bad = compare(netns, ours, real)
        if not bad:
            break
        time.sleep(0.3)
    print("not ok" if bad else "ok", "-", f"{what}: {n} rows" if not bad else what)
    for line in bad[:20]:
        print("#", line)


main()
