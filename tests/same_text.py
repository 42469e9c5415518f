#!/usr/bin/env python3
"""same_text.py BEFORE OURS AFTER: is OURS what the real tool prints?

The real tool was run before and after ours.  Lines and their words must be the same
(any run of blanks counts as one); a word that is a number may lie between the two readings
of the real tool, since counters move.  Words with numbers inside ("(1.2" "KiB)") may differ
only on a line whose plain numbers moved.  Prints the lines that differ; exit status 1 if any.
"""
import re
import sys

NUMBER = re.compile(r"^-?\d+$")


def lines(path):
    with open(path, encoding="utf-8") as f:
        return [line.split() for line in f.read().splitlines()]


def word_fits(before, ours, after, moved):
    if ours in (before, after):
        return True
    if all(NUMBER.match(w) for w in (before, ours, after)):
        return int(before) <= int(ours) <= int(after)
    return moved and re.sub(r"[\d.]+", "N", ours).strip("(KMGib)") == re.sub(
        r"[\d.]+", "N", after
    ).strip("(KMGib)")


def line_fits(before, ours, after):
    if not len(before) == len(ours) == len(after):
        return False
    moved = before != after
    return all(word_fits(*words, moved) for words in zip(before, ours, after))


def main():
    before, ours, after = (lines(p) for p in sys.argv[1:4])
    bad = 0
    for i in range(max(len(before), len(ours), len(after))):
        three = [t[i] if i < len(t) else None for t in (before, ours, after)]
        if None in three or not line_fits(*three):
            bad += 1
            print(f"line {i + 1}: real {three[0]} ours {three[1]}")
    return 1 if bad else 0


sys.exit(main())
