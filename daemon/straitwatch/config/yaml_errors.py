"""Explains syntax errors of YAML in plain words, each with its position and a hint."""

import re

import yaml

from straitwatch.config.document import QUOTE_ALL, Document
from straitwatch.core.model import Position, Problem

_QUOTED_START = re.compile(r"""^\s*(?:-\s+|[\w-]+:\s+)(?P<quote>["']).*?(?P=quote)\s*[^\s#,\]}]""")
_FLOW_ITEM = re.compile(r"""(?:"[^"]*"|'[^']*'|[^,\]"'])+""")
_AFTER_QUOTE = re.compile(r"""["']\s*$""")
_ENDS_AT_QUOTE = "YAML ends the text at the second quotation mark, but more text follows"
_ITEM = re.compile(r"^\s*(?:-\s+|[\w-]+:\s+)?(?P<text>.*?)\s*$")


def syntax_problem(document: Document, error: yaml.YAMLError) -> Problem:
    """Return the problem for a syntax error, with a hint that shows the correct form."""
    if isinstance(error, yaml.reader.ReaderError):
        return _character_problem(document, error)
    if not isinstance(error, yaml.MarkedYAMLError):
        return document.at(start_of(document.name), f"cannot be read: {error}", "")
    mark = error.problem_mark or error.context_mark
    position = _position(document, mark)
    message, hint, position = _explain(document, error, position)
    return document.at(position, message, hint)


def _position(document: Document, mark: yaml.Mark | None) -> Position:
    if mark is None:
        return start_of(document.name)
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
    if found := _explain_flow_item(document, position, error):
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
    """Explain an item that begins with a character of YAML's own syntax."""
    for number in (position.line, position.line - 1):
        line = document.line(number)
        if _QUOTED_START.match(line) and "expected" in (error.problem or ""):
            text = _item_text(line)
            at = Position(file=document.name, line=number, column=line.index(text) + 1)
            return (
                _ENDS_AT_QUOTE,
                f"{QUOTE_ALL}: {quoted(text)}",
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
            f"{QUOTE_ALL}: {quoted(text)}",
            position,
        )
    return None


def _explain_flow_item(
    document: Document, position: Position, error: yaml.MarkedYAMLError
) -> tuple[str, str, Position] | None:
    """Explain text after a quoted part of an item in `[ ]`, such as `["arms sale" OR missiles]`."""
    line = document.line(position.line)
    if "got '<scalar>'" not in (error.problem or ""):
        return None
    if not _AFTER_QUOTE.search(line[: position.column - 1]):
        return None
    mark = error.context_mark
    opened = mark.column + 1 if mark and mark.line + 1 == position.line else 0
    for item in _FLOW_ITEM.finditer(line, opened):
        if item.start() < position.column <= item.end():
            text = item[0].strip()
            start = item.start() + item[0].index(text) + 1
            hint = f"wrap this item in single quotes: {quoted(text)}"
            at = Position(file=document.name, line=position.line, column=start)
            return _ENDS_AT_QUOTE, hint, at
    return None


def _item_text(line: str) -> str:
    found = _ITEM.match(line)
    return found["text"] if found else line.strip()


def quoted(text: str) -> str:
    if text.startswith("'") and '"' not in text:
        text = text.replace("'", '"')  # phrases of a query take double quotes
    return "'" + text.replace("'", "''") + "'"


def start_of(name: str) -> Position:
    """Return the first position of a file."""
    return Position(file=name, line=1, column=1)
