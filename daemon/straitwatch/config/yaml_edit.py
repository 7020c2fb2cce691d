"""Sets one value of a mapping in the text of a YAML file; every other character stays."""

from typing import Any

import yaml

from straitwatch.errors import UsageError


def set_value(lines: list[str], node: yaml.MappingNode, key: str, value: Any, *, end: str) -> None:
    """Replace the value of a key, or add the key at the end of its mapping.

    Args:
        lines: the lines of the file with their ends, changed in place.
        node: the mapping, composed from these lines.
        key: the key.
        value: its new value.
        end: the end of a line in this file.

    Raises:
        UsageError: the value is an alias of another place.
    """
    text = _scalar(value)
    found = next(((name, old) for name, old in node.value if name.value == key), None)
    if found:
        _replace(lines, *found, text)
    elif node.flow_style:
        _, last = node.value[-1]
        row, column = last.end_mark.line, last.end_mark.column
        lines[row] = f"{lines[row][:column]}, {key}: {text}{lines[row][column:]}"
    else:
        first, _ = node.value[0]
        lines.insert(_line_after(node), f"{' ' * first.start_mark.column}{key}: {text}{end}")


def _replace(lines: list[str], name: yaml.Node, old: yaml.Node, text: str) -> None:
    start, stop = old.start_mark, old.end_mark
    if (start.line, start.column) < (name.end_mark.line, name.end_mark.column):
        raise UsageError(
            f"line {name.start_mark.line + 1}: `{name.value}` repeats the value of another place\n"
            "hint: edit it in an editor"
        )
    head, rest = lines[start.line][: start.column], lines[stop.line][stop.column :]
    if stop.column == 0 and stop.line > start.line:  # a text on lines of its own
        last = lines[stop.line - 1]
        rest = last[len(last.rstrip("\r\n")) :] + lines[stop.line]
    lines[start.line : stop.line + 1] = f"{head}{text}{rest}".splitlines(keepends=True)


def _line_after(node: yaml.MappingNode) -> int:
    """Return the line after the last value of a block mapping."""
    _, last = node.value[-1]
    is_on_own_lines = last.end_mark.column == 0 and last.end_mark.line > last.start_mark.line
    return int(last.end_mark.line) + (0 if is_on_own_lines else 1)


def _scalar(value: Any) -> str:
    text = yaml.safe_dump([value], default_flow_style=True, allow_unicode=True, width=9999)
    return text.strip()[1:-1]
