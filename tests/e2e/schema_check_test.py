"""schema_check_test.py REPORT_SCHEMA REPORT: does the checker refuse what is wrong, and does the schema?

First the checker alone, on small schemas.  Then every place of a real report is spoiled once: a member that must be
there is taken out, one that nobody knows is put in, a value gets another type or a word that is none of the enum.
Each of those must be refused, by our checker and, where it is installed, by the package jsonschema.  Prints TAP.
"""
import copy
import json
import sys

from schema_check import Schema, Wrong

try:
    import jsonschema
except ImportError:
    jsonschema = None

PERSON = {
    "type": "object",
    "additionalProperties": False,
    "required": ["name", "age"],
    "properties": {
        "name": {"type": "string", "pattern": "^[a-z]+$"},
        "age": {"type": "integer", "minimum": 0},
        "size": {"type": ["number", "null"]},
        "level": {"enum": ["low", "high", None]},
        "format": {"const": 1},
        "friends": {"type": "array", "items": {"$ref": "#/$defs/friend"}},
        "extra": {"type": "object", "additionalProperties": {"type": "string"}},
    },
    "$defs": {"friend": {"type": "object", "required": ["name"], "additionalProperties": False,
                         "properties": {"name": {"type": "string"}}}},
}
GOOD = {"name": "eve", "age": 3, "size": 1.5, "level": None, "format": 1, "friends": [{"name": "bob"}], "extra": {"a": "b"}}
ONE_OF = {"oneOf": [{"$ref": "#/$defs/a"}, {"$ref": "#/$defs/b"}],
          "$defs": {k: {"type": "object", "required": ["kind", k], "additionalProperties": False,
                        "properties": {"kind": {"const": k}, k: {"type": "integer"}}} for k in "ab"}}


def with_(**members):
    return {**GOOD, **members}


CASES = [  # what, schema, document, is it right?
    ("takes what is right", PERSON, GOOD, True),
    ("takes what may be missing", PERSON, {"name": "eve", "age": 0}, True),
    ("refuses a missing key", PERSON, {"name": "eve"}, False),
    ("refuses a key that is not known", PERSON, with_(nose=1), False),
    ("refuses a wrong type", PERSON, with_(age="3"), False),
    ("refuses a number for an integer", PERSON, with_(age=3.5), False),
    ("refuses true for an integer", PERSON, with_(age=True), False),
    ("refuses true for a const 1", PERSON, with_(format=True), False),
    ("refuses another const", PERSON, with_(format=2), False),
    ("refuses a word that is not in the enum", PERSON, with_(level="middle"), False),
    ("refuses null where it is no type", PERSON, with_(name=None), False),
    ("takes null where it is one", PERSON, with_(size=None), True),
    ("refuses less than the minimum", PERSON, with_(age=-1), False),
    ("refuses what is not like the pattern", PERSON, with_(name="EVE"), False),
    ("refuses a wrong element", PERSON, with_(friends=[{"name": "bob"}, {"name": 7}]), False),
    ("refuses a key too many behind a reference", PERSON, with_(friends=[{"name": "bob", "age": 3}]), False),
    ("refuses a missing key behind a reference", PERSON, with_(friends=[{}]), False),
    ("refuses a wrong value of a free key", PERSON, with_(extra={"a": 1}), False),
    ("refuses a list for an object", PERSON, [GOOD], False),
    ("takes one of several", ONE_OF, {"kind": "b", "b": 1}, True),
    ("refuses none of several", ONE_OF, {"kind": "c", "b": 1}, False),
    ("refuses the members of another one", ONE_OF, {"kind": "a", "b": 1}, False),
    ("refuses a wrong value of the one", ONE_OF, {"kind": "a", "a": "1"}, False),
]


def ok(good, what):
    print(("ok" if good else "not ok") + f" - schema_check: {what}")
    return good


def ours(schema, document):
    try:
        Schema(schema).check(document)
    except Wrong:
        return False
    return True


def library(schema, document):
    return jsonschema.Draft202012Validator(schema).is_valid(document)


def unknown_keyword_is_refused():
    for schema in {"type": "object", "maxProperties": 1}, {"properties": {"a": {"format": "date"}}}, {"$ref": "#/$defs/a", "type": "string"}:
        try:
            Schema(schema)
        except ValueError:
            continue
        return False
    return True


def shortened(value):
    """The same with two elements a list and three members an object of free keys: enough to be spoiled."""
    if isinstance(value, dict):
        return {k: shortened(v) for k, v in value.items()}
    return [shortened(v) for v in value[:2]] if isinstance(value, list) else value


def places(schema, described, value, path=(), place=()):
    """(path in the document, place in the schema, what describes it) of each value below."""
    described = schema.target(described)
    yield path, place, described
    if isinstance(value, dict):
        for key, inner in value.items():
            known = key in described.get("properties", {})
            yield from places(schema, schema.member(described, key), inner, path + (key,), place + (key if known else "*",))
    if isinstance(value, list):
        for i, inner in enumerate(value):
            yield from places(schema, described.get("items", {}), inner, path + (i,), place + ("[]",))


def at(document, path):
    for step in path:
        document = document[step]
    return document


def spoiled(document, path, described):
    """The document with one thing wrong at that place, in each way there is."""
    def changed(change):
        new = copy.deepcopy(document)
        if path:
            change(at(new, path[:-1]), path[-1])
        else:
            new = [new]
            change(new, 0)
            new = new[0]
        return new

    def replaced_by(other):
        return lambda parent, key: parent.__setitem__(key, other)

    value = at(document, path)
    if isinstance(value, dict):
        yield "another type", changed(replaced_by(7))
        yield "a member that nobody knows", changed(lambda parent, key: parent[key].__setitem__("x", {"x": {}}))
        for name in described.get("required", ()):
            yield f"no {name}", changed(lambda parent, key, name=name: parent[key].pop(name))
    else:
        yield "another type", changed(replaced_by({"x": []}))
    if "enum" in described or "const" in described:
        yield "a word that is none of them", changed(replaced_by("x"))
    if "minimum" in described and value is not None:
        yield "less than nothing", changed(replaced_by(-1))
    if "pattern" in described and value is not None:
        yield "a text that is none", changed(replaced_by(""))


def every_spoiled_report_is_refused(root, report):
    schema, seen, n, bad = Schema(root), set(), 0, []
    for path, place, described in places(schema, root, report):
        if place in seen or (at(report, path) is None and place[-1] != "was"):
            continue
        seen.add(place)
        for what, document in spoiled(report, path, described):
            n += 1
            if ours(root, document) or (jsonschema and library(root, document)):
                bad.append(f"{'.'.join(map(str, path))}: {what}")
    for line in bad[:10]:
        print(f"# taken: {line}")
    return ok(n > 200 and not bad, f"each of {n} ways to spoil a report is refused")


def main(schema_path, report_path):
    for what, schema, document, right in CASES:
        ok(ours(schema, document) == right and (not jsonschema or library(schema, document) == right), what)
    ok(unknown_keyword_is_refused(), "refuses a schema with keywords that it does not know")
    with open(schema_path, encoding="utf-8") as f:
        root = json.load(f)
    with open(report_path, encoding="utf-8") as f:
        report = shortened(json.load(f))
    ok(ours(root, report), "takes a shortened report")
    every_spoiled_report_is_refused(root, report)


if __name__ == "__main__":
    main(*sys.argv[1:])
