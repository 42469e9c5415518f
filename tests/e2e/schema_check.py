"""schema_check.py [--lines] [--library] SCHEMA FILE: exits 1 at the first place where FILE is not as SCHEMA says.

--lines    FILE has one document a line.
--library  Asks the package jsonschema, not the checker below; exits 77 where that is not installed.

As much of JSON Schema as ours uses.  A keyword that is not known here ends it: what is not looked at
must not look as if it was.
"""
import json
import re
import sys

TYPES = {
    "object": lambda v: isinstance(v, dict),
    "array": lambda v: isinstance(v, list),
    "string": lambda v: isinstance(v, str),
    "boolean": lambda v: isinstance(v, bool),
    "null": lambda v: v is None,
    "integer": lambda v: isinstance(v, int) and not isinstance(v, bool),
    "number": lambda v: isinstance(v, (int, float)) and not isinstance(v, bool),
}
KNOWN = {"$schema", "$defs", "$ref", "title", "description", "type", "const", "enum", "required", "properties",
         "additionalProperties", "items", "pattern", "minimum", "oneOf"}


class Wrong(Exception):
    """What is not as the schema says, and where."""


def same(a, b):
    """As JSON has it: 1 is not true."""
    return a == b and isinstance(a, bool) == isinstance(b, bool)


class Schema:
    def __init__(self, root):
        self.root = root
        self.know(root)

    def know(self, schema):
        if isinstance(schema, bool) or not schema:
            return
        unknown = set(schema) - KNOWN
        if unknown:
            raise ValueError(f"a keyword that is not checked: {sorted(unknown)}")
        for inner in (*schema.get("properties", {}).values(), *schema.get("$defs", {}).values(), *schema.get("oneOf", ()),
                      schema.get("items", {}), schema.get("additionalProperties", {})):
            self.know(inner)
        if "$ref" in schema:
            self.target(schema)

    def target(self, schema):
        """Where $ref leads; what stands beside it is description alone."""
        if "$ref" not in schema:
            return schema
        if set(schema) - {"$ref", "description"} or not schema["$ref"].startswith("#/$defs/"):
            raise ValueError(f"not just a reference into $defs: {schema}")
        return self.root["$defs"][schema["$ref"][len("#/$defs/"):]]

    def member(self, schema, key):
        """The schema of that member; False: there may be none."""
        return schema.get("properties", {}).get(key, schema.get("additionalProperties", {}))

    def check(self, value, schema=None, where="$"):
        schema = self.target(self.root if schema is None else schema)
        self.check_value(schema, value, where)
        if isinstance(value, dict):
            self.check_object(schema, value, where)
        if isinstance(value, list):
            for i, inner in enumerate(value):
                self.check(inner, schema.get("items", {}), f"{where}[{i}]")
        if "oneOf" in schema:
            self.check_one_of(schema["oneOf"], value, where)

    def check_value(self, schema, value, where):
        types = schema.get("type", [])
        types = [types] if isinstance(types, str) else types
        if types and not any(TYPES[t](value) for t in types):
            raise Wrong(f"{where}: {value!r:.60} is not {types}")
        if "const" in schema and not same(value, schema["const"]):
            raise Wrong(f"{where}: {value!r:.60} is not {schema['const']!r}")
        if "enum" in schema and not any(same(value, one) for one in schema["enum"]):
            raise Wrong(f"{where}: {value!r:.60} is not one of {schema['enum']}")
        if "pattern" in schema and isinstance(value, str) and not re.search(schema["pattern"], value):
            raise Wrong(f"{where}: {value!r:.60} is not like {schema['pattern']}")
        if "minimum" in schema and TYPES["number"](value) and value < schema["minimum"]:
            raise Wrong(f"{where}: {value} is less than {schema['minimum']}")

    def check_object(self, schema, value, where):
        for key in schema.get("required", ()):
            if key not in value:
                raise Wrong(f"{where}: no {key}")
        for key, inner in value.items():
            wanted = self.member(schema, key)
            if wanted is False:
                raise Wrong(f"{where}: {key} should not be there")
            self.check(inner, wanted, f"{where}.{key}")

    def check_one_of(self, branches, value, where):
        fitting, why = 0, []
        for branch in branches:
            kind = self.target(branch).get("properties", {}).get("kind", {}).get("const")
            if kind is not None and isinstance(value, dict) and value.get("kind") != kind:
                continue  # it cannot be that one
            try:
                self.check(value, branch, where)
                fitting += 1
            except Wrong as e:
                why.append(str(e))
        if fitting != 1:
            raise Wrong("; ".join(why) or f"{where}: {fitting} of oneOf fit {value!r:.60}")


def documents(path, lines):
    with open(path, encoding="ascii") as f:
        if lines:
            yield from (json.loads(line) for line in f)
        else:
            yield json.load(f)


def main(args):
    options = {a for a in args if a.startswith("--")}
    schema_path, path = (a for a in args if not a.startswith("--"))
    with open(schema_path, encoding="utf-8") as f:
        schema = json.load(f)
    if "--library" in options:
        try:
            import jsonschema
        except ImportError:
            return 77
        jsonschema.Draft202012Validator.check_schema(schema)
        checker, wrong = jsonschema.Draft202012Validator(schema).validate, jsonschema.ValidationError
    else:
        checker, wrong = Schema(schema).check, Wrong
    n = 0
    for document in documents(path, "--lines" in options):
        try:
            checker(document)
        except wrong as e:
            print(f"document {n}: {str(e):.300}")
            return 1
        n += 1
    return 0 if n else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
