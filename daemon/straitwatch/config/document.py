"""One YAML file: in, its bytes; out, plain values and the place of every one of them.

Every scalar is read as the text that a person typed: YAML would turn `NO` into False, `12:30` into
750 and `911` into a number, and each of these is somebody's search term. The schemas make numbers
of what should be numbers. An empty plain scalar is None.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import yaml

from straitwatch.core.model import Position, Problem, Sourced

MAX_BYTES = 5_000_000  # a list of 25,000 terms has about 1 MB
MAX_NODES = 500_000  # after aliases are followed: an anchor bomb stops here
MAX_DEPTH = 40
_OWN_TAGS = "tag:yaml.org,2002:"

Key = str | int
KeyPath = tuple[Key, ...]

# libyaml reads ten times faster, but explains itself less well: see `_compose`.
_FastLoader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

QUOTE_ALL = "wrap the whole line in single quotes"


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a value stands, counted from 0, and whether its text is verbatim in the file."""

    line: int
    column: int
    is_exact: bool = True
    is_quoted: bool = False


@dataclass(slots=True)
class Document:
    """A file as values; `places` and `keys` say where each value and each key stands."""

    name: str
    text: str
    data: Any = None
    places: dict[KeyPath, Place] = field(default_factory=dict)
    keys: dict[KeyPath, Place] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)
    secrets: tuple[str, ...] = ()  # what is never shown or kept
    secret_pairs: tuple[tuple[str, str], ...] = ()  # keys whose values are not either

    def position(self, path: KeyPath, *, of_key: bool = False) -> Position:
        """Give the place of a value, or of the nearest thing around it that stands in the file."""
        known = self.nearest(path)
        place = (self.keys.get(known) if of_key else None) or self.places.get(
            known, Place(line=0, column=0)
        )
        return Position(file=self.name, line=place.line + 1, column=place.column + 1)

    def nearest(self, path: KeyPath) -> KeyPath:
        """Drop the parts of a path that the file does not have."""
        known: KeyPath = ()
        for part in path:
            if (*known, part) in self.places:
                known = (*known, part)
        return known

    def sourced(self, path: KeyPath, text: str) -> Sourced:
        """Join a text with its place."""
        place = self.places.get(self.nearest(path), Place(line=0, column=0, is_exact=False))
        return Sourced(
            text=text,
            position=Position(file=self.name, line=place.line + 1, column=place.column + 1),
            column_is_exact=place.is_exact,
            is_quoted=place.is_quoted,
        )

    def problem(
        self,
        path: KeyPath,
        message: str,
        hint: str = "",
        *,
        of_key: bool = False,
        is_warning: bool = False,
    ) -> Problem:
        """Make a problem about a value, or about its key."""
        return self.at(self.position(path, of_key=of_key), message, hint, is_warning=is_warning)

    def at(
        self, position: Position, message: str, hint: str = "", *, is_warning: bool = False
    ) -> Problem:
        """Make a problem about a place."""
        return Problem(
            position=position,
            message=message,
            hint=hint,
            excerpt=self.line(position.line),
            is_warning=is_warning,
        )

    def line(self, number: int) -> str:
        """Give a line of the file, counted from 1."""
        return self.lines[number - 1] if 0 < number <= len(self.lines) else ""


def read_document(name: str, body: bytes) -> Document:
    """Read one file; whatever is wrong with it stands in `problems`."""
    text = body.decode("utf-8-sig", errors="replace")
    document = Document(name=name, text=text, lines=text.splitlines())
    if len(body) > MAX_BYTES:
        document.problems.append(
            document.at(_start(name), "the file is larger than 5 MB", "split it into several files")
        )
        return document
    if problem := _encoding_problem(document, body):
        document.problems.append(problem)
        return document
    try:
        node = _compose(text)
    except yaml.YAMLError as error:
        document.problems.append(_syntax_problem(document, error))
        return document
    if node is not None:
        _Reader(document).read(node)
    return document


def _start(name: str) -> Position:
    return Position(file=name, line=1, column=1)


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
        return _compose_with(yaml.SafeLoader, text)  # slower, with the better message


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
    """The file means more values than any configuration has."""


class _Reader:
    """Turn nodes into values and remember where they stood."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._count = 0

    def read(self, node: yaml.Node) -> None:
        """Fill the document."""
        try:
            self._document.data = self._value(node, ())
        except _TooBig:
            self._complain(node, "anchors and aliases make this file too large", "write values out")

    def _value(self, node: yaml.Node, path: KeyPath) -> Any:
        self._count += 1
        if self._count > MAX_NODES or len(path) > MAX_DEPTH:
            raise _TooBig
        self._document.places[path] = self._place(node)
        if not node.tag.startswith(_OWN_TAGS):
            line = self._document.line(node.start_mark.line + 1).strip().removeprefix("- ")
            self._complain(
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
        """Say when a hash that looks like text cut an item short."""
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
                    "the rest of this line is a comment to YAML",
                    f"{QUOTE_ALL} if it belongs to the text: {_quoted(text)}",
                    is_warning=True,
                )
            )

    def _mapping(self, node: yaml.MappingNode, path: KeyPath) -> dict[str, Any]:
        values: dict[str, Any] = {}
        for key_node, value_node in node.value:
            if not isinstance(key_node, yaml.ScalarNode):
                self._complain(key_node, "a list or mapping cannot be a key", QUOTE_ALL)
                continue
            key = str(key_node.value)
            here = (*path, key)
            if key in values:
                first = self._document.keys[here].line + 1
                self._complain(
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

    def _complain(self, node: yaml.Node, message: str, hint: str) -> None:
        mark = node.start_mark
        position = Position(file=self._document.name, line=mark.line + 1, column=mark.column + 1)
        self._document.problems.append(self._document.at(position, message, hint))


# ---------------------------------------------------------------- YAML's own traps

_QUOTED_START = re.compile(r"""^\s*(?:-\s+|[\w-]+:\s+)(?P<quote>["']).*?(?P=quote)\s*[^\s#,\]}]""")
_CUT_OFF = re.compile(r"\s+#[^\s#]")
_ITEM = re.compile(r"^\s*(?:-\s+|[\w-]+:\s+)?(?P<text>.*?)\s*$")


def _syntax_problem(document: Document, error: yaml.YAMLError) -> Problem:
    """Say in plain words what YAML could not read, and what to write instead."""
    if isinstance(error, yaml.reader.ReaderError):
        return _character_problem(document, error)
    if not isinstance(error, yaml.MarkedYAMLError):
        return document.at(_start(document.name), f"cannot be read: {error}", "")
    mark = error.problem_mark or error.context_mark
    position = _position(document, mark)
    message, hint, position = _explain(document, error, position)
    return document.at(position, message, hint)


def _position(document: Document, mark: yaml.Mark | None) -> Position:
    if mark is None:
        return _start(document.name)
    return Position(file=document.name, line=mark.line + 1, column=mark.column + 1)


def _character_problem(document: Document, error: yaml.reader.ReaderError) -> Problem:
    before = document.text[: error.position]
    position = Position(
        file=document.name,
        line=before.count("\n") + 1,
        column=error.position - (before.rfind("\n") + 1) + 1,
    )
    code = error.character if isinstance(error.character, int) else ord(error.character)
    return document.at(position, f"an invisible control character (U+{code:04X})", "delete it")


def _explain(
    document: Document, error: yaml.MarkedYAMLError, position: Position
) -> tuple[str, str, Position]:
    problem, context = error.problem or "", error.context or ""
    line = document.line(position.line)
    if "\t" in line[: position.column] and not line[: position.column].strip():
        return "a tab is used to indent", "indent with spaces; YAML refuses tabs", position
    if "quoted scalar" in context:
        return _unclosed_quote(document, _position(document, error.context_mark))
    if found := _explain_item(document, position, error):
        return found
    if "flow sequence" in context or "flow mapping" in context:
        opener = "[" if "sequence" in context else "{"
        closer = "]" if opener == "[" else "}"
        at = _position(document, error.context_mark)
        return f"the `{opener}` that opens here is not closed", f"add `{closer}`", at
    if "mapping values are not allowed" in problem:
        return "a second `: ` in one line", f"{QUOTE_ALL} after the key", position
    if "could not find expected ':'" in problem:
        at = _position(document, error.context_mark)
        return "this line is neither `key: value` nor `- item`", "add `:` after the key", at
    if "undefined alias" in problem:
        return "`*` begins a YAML alias here", QUOTE_ALL, position
    if "expected <block end>" in problem:
        return (
            "this line does not fit the lines above it",
            "items of one list begin in the same column, keys of one block too",
            position,
        )
    return f"YAML cannot read this: {problem or context}", f"{QUOTE_ALL} if it is text", position


def _unclosed_quote(document: Document, position: Position) -> tuple[str, str, Position]:
    line = document.line(position.line)
    quote = line[position.column - 1 : position.column]
    if quote == "'":
        text = _item_text(line)
        hint = f'close it, or write the text in double quotes: "{text}"'
    else:
        hint = 'close it with " at the end of the text'
    return f"the {quote} that opens here is never closed", hint, position


def _explain_item(
    document: Document, position: Position, error: yaml.MarkedYAMLError
) -> tuple[str, str, Position] | None:
    """Explain an item that begins with a character which means something to YAML."""
    for number in (position.line, position.line - 1):
        line = document.line(number)
        if _QUOTED_START.match(line) and "expected" in (error.problem or ""):
            text = _item_text(line)
            at = Position(file=document.name, line=number, column=line.index(text) + 1)
            return (
                "YAML ends the text at the second quote, and something follows",
                f"{QUOTE_ALL}: {_quoted(text)}",
                at,
            )
    line = document.line(position.line)
    first = line[position.column - 1 : position.column]
    if (
        first in "@`%*"
        and first
        and not line[: position.column - 1].strip(" -").rstrip(":").count(" ")
    ):
        text = line[position.column - 1 :].strip()
        return (
            f"text cannot begin with `{first}` in YAML",
            f"{QUOTE_ALL}: {_quoted(text)}",
            position,
        )
    return None


def _item_text(line: str) -> str:
    found = _ITEM.match(line)
    return found["text"] if found else line.strip()


def _quoted(text: str) -> str:
    if text.startswith("'") and '"' not in text:
        text = text.replace("'", '"')  # phrases of a query take double quotes
    return "'" + text.replace("'", "''") + "'"


def scalars(data: Any, path: KeyPath = ()) -> Iterator[tuple[KeyPath, str]]:
    """Walk over every text in a value."""
    if isinstance(data, str):
        yield path, data
    elif isinstance(data, Mapping):
        for key, value in data.items():
            yield from scalars(value, (*path, key))
    elif isinstance(data, list):
        for at, value in enumerate(data):
            yield from scalars(value, (*path, at))
