"""Turns pydantic's errors into problems with a position, a plain message and a hint."""

import copy
import re
import textwrap
import types
import typing
from collections.abc import Iterator
from typing import Any, TypeVar, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError

from straitwatch.config.document import Document, KeyPath
from straitwatch.config.suggestions import nearest_or_all
from straitwatch.core.model import Problem

_LONGEST = 60  # characters of a value that a message repeats

_ROUNDS = 4  # removing one key may make another one invalid

Schema = TypeVar("Schema", bound=BaseModel)


def fit(document: Document, data: Any, shape: type[Schema]) -> tuple[Schema | None, list[Problem]]:
    """Validate a document's values against a schema, and return every problem."""
    if data is None:
        return shape(), []
    try:
        return shape.model_validate(data), []
    except ValidationError as error:
        return None, list(_problems(document, error, shape))


def salvage(data: Any, shape: type[Schema]) -> Schema | None:
    """Validate without the invalid keys, so that further problems can be found."""
    rest = copy.deepcopy(data)
    for _ in range(_ROUNDS):
        try:
            return shape.model_validate(rest)
        except ValidationError as error:
            for item in error.errors(include_url=False):
                _cut(rest, tuple(item["loc"]))
    return None


def _cut(data: Any, path: KeyPath) -> None:
    """Remove the innermost key that a path leads to."""
    innermost: tuple[dict[str, Any], str] | None = None
    for part in path:
        if isinstance(data, dict) and part in data:
            innermost = (data, str(part))
            data = data[part]
        elif isinstance(data, list) and isinstance(part, int) and part < len(data):
            data = data[part]
    if innermost:
        innermost[0].pop(innermost[1], None)


def _problems(
    document: Document, error: ValidationError, shape: type[BaseModel]
) -> Iterator[Problem]:
    seen: set[KeyPath] = set()
    for item in error.errors(include_url=False):
        path = tuple(item["loc"])
        known = document.nearest(path)
        if known in seen and item["type"] != "missing":
            continue  # each branch of a union reports its own error
        seen.add(known)
        message, hint = _words(item, shape)
        is_unknown = item["type"] == "extra_forbidden"
        yield document.problem(path, message, hint, of_key=is_unknown or path[-1:] == ("[key]",))


def _words(item: Any, shape: type[BaseModel]) -> tuple[str, str]:  # noqa: C901, PLR0912 - one line a kind
    kind, path, given = item["type"], tuple(item["loc"]), item["input"]
    context = item.get("ctx", {})
    name = next((str(part) for part in reversed(path) if isinstance(part, str)), "")
    match kind:
        case "straitwatch":
            return context["message"], context["hint"]
        case "extra_forbidden":
            return f"unknown key: {path[-1]}", nearest_or_all(
                str(path[-1]), _keys_at(shape, path[:-1]), what="keys"
            )
        case "missing":
            return f"`{path[-1]}` is missing", _example(shape, path)
        case "literal_error" | "enum":
            words = [
                word.strip("'\"") for word in context["expected"].replace(" or ", ", ").split(", ")
            ]
            return f"unknown {name}: {_short(given)}", nearest_or_all(
                str(given), words, what="values"
            )
        case "int_parsing" | "int_type" | "int_from_float":
            return f"not a whole number: {_short(given)}", "write digits only, such as 5"
        case "bool_parsing" | "bool_type":
            return f"neither true nor false: {_short(given)}", "write true or false"
        case "string_type":
            return (
                f"`{name}` is text, but this is a {_kind(given)}",
                "wrap the text in single quotes",
            )
        case "tuple_type" | "list_type":
            return (
                f"`{name}` is a list, but this is a {_kind(given)}",
                _as_list(name, given, model_at(shape, (*path, 0))),
            )
        case "model_type" | "dict_type" | "model_attributes_type":
            what = f"`{name}`" if name else "this file"
            return (
                f"{what} needs keys, but this is a {_kind(given)}",
                "write `key: value` lines",
            )
        case "greater_than_equal":
            return f"`{name}` is too small: {_short(given)}", f"the minimum is {context['ge']}"
        case "less_than_equal":
            return f"`{name}` is too large: {_short(given)}", f"the maximum is {context['le']}"
        case "string_pattern_mismatch":
            word = str(given)
            if path[-1:] == ("[key]",):
                characters = "digits and _" if path[:1] == ("terms",) else "digits, - and _"
                return f"not a name: {word}", f"use letters, {characters}"
            plain = re.sub("[^a-z0-9]+", "-", word.lower()).strip("-")
            hint = f"did you mean `{plain}`?" if name == "id" and plain else _example(shape, path)
            return f"not a valid {name}: {word}", hint
        case "string_too_short":
            return f"`{name}` is empty", _example(shape, path)
        case _:
            return f"`{name}` cannot be {_short(given)}", ""


def _as_list(name: str, given: Any, item: type[BaseModel] | None) -> str:
    """Return a hint that shows the given value as the only item of a list."""
    if given is None:
        return f"write {name}: [] for an empty list"
    if isinstance(given, dict):
        return "begin its first line with `- `"
    if item is None:
        return f"write {name}: [{_short(given)}]"
    required = (
        field.alias or key for key, field in item.model_fields.items() if field.is_required()
    )
    return f"write {name}: [{{{next(required, 'key')}: {_short(given)}}}]"


def _kind(value: Any) -> str:
    kinds = {type(None): "nothing", dict: "mapping", list: "list"}
    return kinds.get(type(value), "single text")


def _short(value: Any) -> str:
    text = str(value)
    return textwrap.shorten(text, _LONGEST, placeholder="...")


def _keys_at(shape: type[BaseModel], path: KeyPath) -> list[str]:
    model = model_at(shape, path)
    if model is None:
        return []
    return [field.alias or name for name, field in model.model_fields.items()]


def _example(shape: type[BaseModel], path: KeyPath) -> str:
    model = model_at(shape, path[:-1])
    for name, field in model.model_fields.items() if model else ():
        if (field.alias or name) == path[-1]:
            given = f": for example {field.examples[0]}" if field.examples else ""
            return f"{(field.description or '').rstrip('.')}{given}"
    return ""


def model_at(shape: type[BaseModel], path: KeyPath) -> type[BaseModel] | None:
    """Return the model of the mapping at a path; None if the path leads to no mapping."""
    current: Any = shape
    for part in path:
        current = _unwrapped(current)
        if isinstance(current, type) and issubclass(current, BaseModel):
            fields = {field.alias or name: field for name, field in current.model_fields.items()}
            if part not in fields:
                return None
            current = fields[part].annotation
            continue
        arguments = get_args(current)
        current = arguments[1] if get_origin(current) is dict else arguments[:1] and arguments[0]
    current = _unwrapped(current)
    return current if isinstance(current, type) and issubclass(current, BaseModel) else None


def _unwrapped(annotation: Any) -> Any:
    while True:
        origin = get_origin(annotation)
        if origin is typing.Annotated:
            annotation = get_args(annotation)[0]
        elif origin in (Union, types.UnionType):
            annotation = next(kind for kind in get_args(annotation) if kind is not type(None))
        else:
            return annotation
