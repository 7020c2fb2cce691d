"""Reads a YAML file with every scalar as the text that you typed.

YAML would turn `NO` into False, `12:30` into 750 and `911` into a number, and each of these may be
a search term. The schemas turn texts into numbers where they need them. An empty plain scalar is
None.
"""

import re
from typing import Any

import yaml

from straitwatch.config.document import QUOTE_ALL, Document, KeyPath, Place
from straitwatch.config.yaml_errors import quoted, start_of, syntax_problem
from straitwatch.core.model import Position, Problem

MAX_BYTES = 5_000_000  # a list of 25,000 terms has about 1 MB
MAX_NODES = 500_000  # values after aliases are expanded, against files that expand without end
MAX_DEPTH = 40
_OWN_TAGS = "tag:yaml.org,2002:"
_CUT_OFF = re.compile(r"\s+#[^\s#]")

# libyaml reads ten times faster, but its error messages are worse: see `_compose`.
_FastLoader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def read_document(name: str, body: bytes) -> Document:
    """Read one file and collect every problem with it in `problems`."""
    text = body.decode("utf-8-sig", errors="replace")
    document = Document(name=name, text=text, lines=text.splitlines())
    if len(body) > MAX_BYTES:
        document.problems.append(
            document.at(
                start_of(name), "the file is larger than 5 MB", "split it into several files"
            )
        )
        return document
    if problem := _encoding_problem(document, body):
        document.problems.append(problem)
        return document
    try:
        node = _compose(text)
    except yaml.YAMLError as error:
        document.problems.append(syntax_problem(document, error))
        return document
    if node is not None:
        _Reader(document).read(node)
    return document


def _encoding_problem(document: Document, body: bytes) -> Problem | None:
    try:
        body.decode("utf-8")
    except UnicodeDecodeError as error:
        before = body[: error.start]
        line_start = before.rfind(b"\n") + 1
        position = Position(
            file=document.name,
            line=before.count(b"\n") + 1,
            column=len(body[line_start : error.start].decode("utf-8", "replace")) + 1,
        )
        return document.at(
            position,
            f"not UTF-8: byte 0x{body[error.start]:02x} cannot be read",
            "save the file as UTF-8 in your editor",
        )
    return None


def _compose(text: str) -> yaml.Node | None:
    try:
        return _compose_with(_FastLoader, text)
    except yaml.YAMLError:
        return _compose_with(yaml.SafeLoader, text)  # slower, with better messages


def _compose_with(loader_type: Any, text: str) -> yaml.Node | None:
    loader = loader_type(text)
    try:
        node: yaml.Node | None = loader.get_single_node()
    except RecursionError:
        raise yaml.YAMLError("nested too deeply") from None
    finally:
        loader.dispose()
    return node


class _TooBig(Exception):  # noqa: N818 - control flow inside this module
    """The file expands to more values than a configuration may have."""


class _Reader:
    """Turns nodes into values and records their places."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._count = 0

    def read(self, node: yaml.Node) -> None:
        """Fill the document with the values of a node."""
        try:
            self._document.data = self._value(node, ())
        except _TooBig:
            self._add_problem(
                node, "anchors and aliases make this file too large", "write values out"
            )

    def _value(self, node: yaml.Node, path: KeyPath) -> Any:
        self._count += 1
        if self._count > MAX_NODES or len(path) > MAX_DEPTH:
            raise _TooBig
        self._document.places[path] = self._place(node)
        if not node.tag.startswith(_OWN_TAGS):
            line = self._document.line(node.start_mark.line + 1).strip().removeprefix("- ")
            self._add_problem(
                node,
                f"`{node.tag}` is a YAML tag here, not text",
                f"{QUOTE_ALL}: '{line}'; for a negation write NOT",
            )
            return ""
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, path)
        if isinstance(node, yaml.SequenceNode):
            return [self._value(item, (*path, at)) for at, item in enumerate(node.value)]
        if isinstance(node, yaml.ScalarNode) and not node.style:
            self._warn_of_comment(node, path)
            return node.value or None
        return node.value

    def _warn_of_comment(self, node: yaml.ScalarNode, path: KeyPath) -> None:
        """Warn of an item that a hash, taken for a comment, cuts short."""
        place, document = self._document.places[path], self._document
        if not (path and isinstance(path[-1], int) and place.is_exact and node.value):
            return
        rest = document.line(place.line + 1)[place.column + len(node.value) :]
        if _CUT_OFF.match(rest):
            text = f"{node.value}{rest}".strip()
            position = Position(
                file=document.name,
                line=place.line + 1,
                column=place.column + len(node.value) + rest.index("#") + 1,
            )
            document.warnings.append(
                document.at(
                    position,
                    "YAML reads the rest of this line as a comment",
                    f"{QUOTE_ALL} if it belongs to the text: {quoted(text)}",
                    is_warning=True,
                )
            )

    def _mapping(self, node: yaml.MappingNode, path: KeyPath) -> dict[str, Any]:
        values: dict[str, Any] = {}
        for key_node, value_node in node.value:
            if not isinstance(key_node, yaml.ScalarNode):
                self._add_problem(key_node, "a list or mapping cannot be a key", QUOTE_ALL)
                continue
            key = str(key_node.value)
            here = (*path, key)
            if key in values:
                first = self._document.keys[here].line + 1
                self._add_problem(
                    key_node, f"`{key}` is given twice, first in line {first}", "keep one of them"
                )
                continue
            self._document.keys[here] = self._place(key_node)
            values[key] = self._value(value_node, here)
        return values

    def _place(self, node: yaml.Node) -> Place:
        mark = node.start_mark
        if not isinstance(node, yaml.ScalarNode):
            return Place(line=mark.line, column=mark.column, is_exact=False)
        is_quoted = node.style in ("'", '"')
        column = mark.column + (1 if is_quoted else 0)
        is_exact = self._document.line(mark.line + 1).startswith(node.value, column)
        return Place(line=mark.line, column=column, is_exact=is_exact, is_quoted=is_quoted)

    def _add_problem(self, node: yaml.Node, message: str, hint: str) -> None:
        mark = node.start_mark
        position = Position(file=self._document.name, line=mark.line + 1, column=mark.column + 1)
        self._document.problems.append(self._document.at(position, message, hint))
