"""schema_check.py SCHEMA FILE: exits 1 at the first place where FILE is not as SCHEMA says.

As much of JSON Schema as ours uses: type, const, enum, required, properties,
additionalProperties, items, $ref into $defs.
"""
import json
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


def check(root, schema, value, where):
    if "$ref" in schema:
        schema = root["$defs"][schema["$ref"].rsplit("/", 1)[1]]
    types = schema.get("type", [])
    types = [types] if isinstance(types, str) else types
    if types and not any(TYPES[t](value) for t in types):
        sys.exit(f"{where}: {value!r:.60} is not {types}")
    if "const" in schema and value != schema["const"]:
        sys.exit(f"{where}: {value!r:.60} is not {schema['const']}")
    if "enum" in schema and value not in schema["enum"]:
        sys.exit(f"{where}: {value!r:.60} is not one of {schema['enum']}")
    if isinstance(value, dict):
        for key in schema.get("required", []):
            if key not in value:
                sys.exit(f"{where}: no {key}")
        for key, member in value.items():
            inner = schema.get("properties", {}).get(key, schema.get("additionalProperties", {}))
            if inner is False:
                sys.exit(f"{where}: {key} should not be there")
            check(root, inner, member, f"{where}.{key}")
    if isinstance(value, list):
        for i, member in enumerate(value):
            check(root, schema.get("items", {}), member, f"{where}[{i}]")


if __name__ == "__main__":
    with open(sys.argv[1], encoding="utf-8") as f:
        described = json.load(f)
    with open(sys.argv[2], encoding="utf-8") as f:
        check(described, described, json.load(f), "$")
