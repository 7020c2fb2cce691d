"""Makes the JSON Schemas for editors and the configuration reference from the pydantic schemas."""

import json
import re
from collections.abc import Iterator, Mapping
from datetime import timedelta
from enum import Enum
from pathlib import Path
from typing import Any

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from straitwatch.config.beat_schemas import AliasesSchema, CommonSchema, SourcesSchema
from straitwatch.config.scalars import write_duration
from straitwatch.config.schemas import FeedsSchema, RulesSchema, SettingsSchema
from straitwatch.config.validation_messages import model_at

_FILES: Mapping[str, type[BaseModel]] = {
    "straitwatch": SettingsSchema,
    "feeds": FeedsSchema,
    "watchlists": RulesSchema,
    "terms": RulesSchema,
    "sources": SourcesSchema,
    "aliases": AliasesSchema,
    "common": CommonSchema,
}
_VARIABLE = r"\$\{[A-Za-z_][A-Za-z0-9_]*(:-[^}]*)?\}"
_INTRODUCTION = """\
# Configuration

A configuration is a directory: `straitwatch.yaml`, `feeds.yaml`, and any files in `terms/` and
`watchlists/`. Every file and key is optional unless its default is `required`; an unknown key is an
error. `straitwatch check` lists each problem with its place;
`straitwatch check --write-schema` writes schemas for editors.

Durations are numbers with units: `30s`, `10m`, `1h30m`, `2d`. In `straitwatch.yaml`, `${NAME}` is
replaced by an environment variable, or else by the line `NAME=value` of `secrets.env` beside it;
`${NAME:-text}` gives it a default. Terms, queries and examples are always text, even those that
YAML reads as something else, such as `NO` or `12:30`.

This page is generated; edit the descriptions in `daemon/straitwatch/config/schemas/`.
"""


def schemas() -> dict[str, dict[str, Any]]:
    """Make a JSON Schema for each kind of file."""
    return {name: _schema(name, shape) for name, shape in _FILES.items()}


def write_schemas(directory: Path) -> None:
    """Write the schemas to the directory that the first line of each shipped file names."""
    directory.mkdir(parents=True, exist_ok=True)
    for name, schema in schemas().items():
        text = json.dumps(schema, ensure_ascii=False, indent=1) + "\n"
        (directory / f"{name}.schema.json").write_text(text, encoding="utf-8")


def _schema(name: str, shape: type[BaseModel]) -> dict[str, Any]:
    schema = shape.model_json_schema(by_alias=True)
    if name == "straitwatch":
        _allow_variables(schema)
    _allow_lists_as_term_sets(schema)
    _complete(schema, schema["$defs"])
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": f"Straitwatch: {name}",
        **{key: value for key, value in schema.items() if key != "title"},
    }


def _allow_variables(node: Any) -> None:
    """Allow `${NAME}` in every value that has a pattern, such as durations and numbers."""
    if isinstance(node, list):
        for item in node:
            _allow_variables(item)
    if not isinstance(node, dict):
        return
    for key, value in node.items():
        if key not in ("default", "examples", "propertyNames", "patternProperties"):
            _allow_variables(value)
    if "pattern" in node:
        node["pattern"] = f"{node['pattern']}|{_VARIABLE}"


def _allow_lists_as_term_sets(schema: dict[str, Any]) -> None:
    definitions = schema.get("$defs", {})
    if "TermSetSchema" not in definitions:
        return
    phrases = definitions["TermSetSchema"]["properties"]["any"]["items"]
    reference = {"$ref": "#/$defs/TermSetSchema"}
    terms = schema["properties"]["terms"]
    value = {"anyOf": [{"type": "array", "items": phrases}, reference]}
    key = "patternProperties" if "patternProperties" in terms else "additionalProperties"
    terms[key] = dict.fromkeys(terms[key], value) if key == "patternProperties" else value


def _complete(shape: dict[str, Any], definitions: Mapping[str, dict[str, Any]]) -> None:
    """Add the empty defaults and the descriptions of referenced schemas, which pydantic omits."""
    for inner in definitions.values():
        _complete(inner, {})
    for name, value in shape.get("properties", {}).items():
        reference = value.get("$ref", "").rpartition("/")[2]
        if reference in definitions:
            value.setdefault("description", definitions[reference]["description"])
        if name not in shape.get("required", ()):
            value.setdefault("default", [] if value.get("type") == "array" else {})


# ---------------------------------------------------------------- the page


def reference_page() -> str:
    """Make the text of docs/reference/configuration.md."""
    parts = [_INTRODUCTION]
    parts += ["## `straitwatch.yaml`\n", *_tables(SettingsSchema, "")]
    parts += ["## `feeds.yaml`\n", *_tables(FeedsSchema, "")]
    parts += ["## `terms/` and `watchlists/`\n", *_tables(RulesSchema, "")]
    parts += ["## `beat/sources.yaml`\n", *_tables(SourcesSchema, "")]
    parts += ["## `beat/aliases.yaml`\n", *_tables(AliasesSchema, "")]
    parts += ["## `beat/common.yaml`\n", *_tables(CommonSchema, "")]
    return "\n".join(parts)


def _tables(shape: type[BaseModel], prefix: str) -> Iterator[str]:
    if prefix:
        yield f"### `{prefix}`\n"
    yield f"{(shape.__doc__ or '').strip()}\n"
    rows = ["| key | default | meaning |", "|---|---|---|"]
    rows += [_row(name, field) for name, field in _fields(shape)]
    yield "\n".join(rows) + "\n"
    for name, field in _fields(shape):
        inner = model_at(shape, (name,)) or _inside(shape, name)
        if inner is not None:
            yield from _tables(inner, f"{prefix}.{name}".lstrip(".") + _brackets(field))


def _fields(shape: type[BaseModel]) -> list[tuple[str, FieldInfo]]:
    return [(field.alias or name, field) for name, field in shape.model_fields.items()]


def _inside(shape: type[BaseModel], name: str) -> type[BaseModel] | None:
    """Return the schema of the items of a list or of the values of a mapping."""
    return model_at(shape, (name, "*"))


def _brackets(field: FieldInfo) -> str:
    text = str(field.annotation)
    if text.startswith("tuple"):
        return "[]"
    return ".NAME" if text.startswith("dict") else ""


def _row(name: str, field: FieldInfo) -> str:
    meaning = field.description or ""
    values = re.findall(r"Literal\[([^\]]*)\]", str(field.annotation))
    if values and "," in values[0]:
        meaning += f" One of {values[0].replace(chr(39), '`')}."
    elif isinstance(field.annotation, type) and issubclass(field.annotation, Enum):
        meaning += f" One of {', '.join(f'`{member.value}`' for member in field.annotation)}."
    return f"| `{name}` | {_default(field)} | {meaning.replace('|', chr(92) + '|')} |"


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return "required"
    value = field.get_default(call_default_factory=True, validated_data={})
    match value:
        case None | "" | () | {}:
            return ""
        case bool():
            return f"`{str(value).lower()}`"
        case timedelta():
            return f"`{write_duration(value)}`"
        case tuple():
            return "" if isinstance(value[0], int) else f"`[{', '.join(map(str, value))}]`"
        case BaseModel():
            return ""
        case _:
            return f"`{value}`"
