"""Replaces `${VARIABLE}` and `${VARIABLE:-default}` in straitwatch.yaml by their values."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from straitwatch.config.document import KeyPath

_VARIABLE = re.compile(r"\$\{(?P<name>[A-Za-z_][A-Za-z0-9_]*)(?::-(?P<default>[^}]*))?\}")


@dataclass(slots=True)
class Expanded:
    """Values with their variables replaced; `unset` has the name of each unset one by its path."""

    data: Any
    unset: dict[KeyPath, str] = field(default_factory=dict)


def expand(data: Any, environ: Mapping[str, str]) -> Expanded:
    """Replace variables; an unset variable without default stays as text."""
    expanded = Expanded(data=None)
    expanded.data = _expand(data, (), environ, expanded.unset)
    return expanded


def _expand(data: Any, path: KeyPath, environ: Mapping[str, str], unset: dict[KeyPath, str]) -> Any:
    if isinstance(data, str):
        return _VARIABLE.sub(lambda found: _value(found, path, environ, unset), data)
    if isinstance(data, dict):
        return {key: _expand(value, (*path, key), environ, unset) for key, value in data.items()}
    if isinstance(data, list):
        return [_expand(item, (*path, at), environ, unset) for at, item in enumerate(data)]
    return data


def _value(
    found: re.Match[str], path: KeyPath, environ: Mapping[str, str], unset: dict[KeyPath, str]
) -> str:
    value = environ.get(found["name"]) or found["default"]
    if value is not None:
        return value
    unset[path] = found["name"]
    return found[0]
