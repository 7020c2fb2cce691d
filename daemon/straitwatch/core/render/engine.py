"""Fills the named fields of a message with a person's template, or else the shipped one.

A template fills fields only. Python builds the structure around them (JSON, MIME), so that no
template and no headline can break it.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from importlib import resources
from typing import Any

from jinja2 import Environment, TemplateSyntaxError
from jinja2.runtime import Context
from jinja2.utils import concat

from straitwatch.core.render.media import environment
from straitwatch.core.render.view import Values

FIELDS = {
    "slack": ("text", "body", "context"),
    "email": ("subject", "text", "html", "footer"),
    "text": ("title", "body"),
}
NAMES = ("alert", "update", "digest", "rollup", "notice")
_BLANK_LINES = re.compile(r"\n(?:[ \t]*\n){2,}")  # left by optional parts that are empty
_Block = Callable[[Context], Any]


@cache
def shipped(key: str) -> str:
    """Read a shipped template; `key` is like `slack/alert`."""
    name = key if "." in key else f"{key}.j2"
    found = resources.files(__package__).joinpath("templates", *name.split("/"))
    return found.read_text(encoding="utf-8")


def fill(key: str, field: str, values: Values, *, medium: str, templates: Mapping[str, str]) -> str:
    """Render one field of a template.

    A person's template may define only some of the fields, and call `super()` for the shipped one.
    If it fails, the shipped one is used; `failures` returns the reason.
    """
    own = templates.get(key)
    if own is not None:
        try:
            return _fill((own, shipped(key)), field, values, medium=medium)
        except Exception:  # noqa: BLE001, S110 - a person's program may raise anything
            pass
    return _fill((shipped(key),), field, values, medium=medium)


def failures(key: str, values: Values, *, templates: Mapping[str, str]) -> list[str]:
    """Return the errors of a person's template when it is filled with these values."""
    own = templates.get(key)
    if own is None:
        return []
    wrong = []
    for field, medium in media_of(key):
        try:
            _fill((own, shipped(key)), field, values, medium=medium)
        except TemplateSyntaxError as error:
            return [f"line {error.lineno}: {error.message}"]
        except Exception as error:  # noqa: BLE001 - a person's program may raise anything
            wrong.append(f"{field}: {type(error).__name__}: {error}")
    return wrong


def media_of(key: str) -> Sequence[tuple[str, str]]:
    """Return the fields of a template, each with the medium that it is escaped for."""
    folder = key.partition("/")[0]
    if folder == "email":
        return [
            (name, "html" if name in {"html", "footer"} else "plain") for name in FIELDS[folder]
        ]
    medium = "slack" if folder == "slack" else "generic"
    return [(name, medium) for name in FIELDS[folder]]


def _fill(sources: tuple[str, ...], field: str, values: Values, *, medium: str) -> str:
    templates = [_compiled(medium, source) for source in sources]
    blocks: list[_Block] = [
        template.blocks[field] for template in templates if field in template.blocks
    ]
    context = templates[0].new_context(dict(values))
    context.blocks = {field: blocks}
    return _BLANK_LINES.sub("\n\n", concat(blocks[0](context)).strip("\n "))


@cache
def _environment(medium: str) -> Environment:
    return environment(medium, shipped)


@cache
def _compiled(medium: str, source: str) -> Any:
    return _environment(medium).from_string(source)
