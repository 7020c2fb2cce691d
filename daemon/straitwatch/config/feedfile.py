"""Adds, edits and removes feeds of feeds.yaml; every other line stays as you wrote it."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import yaml

from straitwatch.config.writing import writing
from straitwatch.config.yaml_edit import set_value
from straitwatch.errors import ConfigError, UsageError

# The loader that reads configurations: it accepts tabs.
_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_EMPTY_LINE = re.compile(r"\s*(?:#.*)?$")
_DASH = re.compile(r"\s*-\s*(?:#.*)?$")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Item:
    """A feed and its lines, counted from 0; `stop` is the line after its last one."""

    values: Mapping[str, str]
    start: int
    stop: int
    column: int

    @property
    def names(self) -> tuple[str | None, str | None]:
        """The name and the address of the feed; either identifies it."""
        return self.values.get("name"), self.values.get("url")


class FeedFile:
    """The feeds.yaml of a configuration directory.

    Args:
        config: the directory.
        check: loads the configuration and raises ConfigError if it is not valid.

    Raises:
        UsageError: the feeds cannot be edited line by line.
    """

    def __init__(self, config: Path, check: Callable[[Path], object]) -> None:
        self._config = config
        self._check = check
        self.path = config / "feeds.yaml"
        self._before: str | None = None
        if self.path.exists():
            with self.path.open(encoding="utf-8", newline="") as stream:
                self._before = stream.read()
        self._lines = (self._before or "").splitlines(keepends=True)
        self._end = "\r\n" if self._lines and self._lines[0].endswith("\r\n") else "\n"

    def add(self, rows: Sequence[Mapping[str, Any]]) -> None:
        """Add each feed on a line of its own after the last one, with the same indentation.

        Raises:
            UsageError: they are not valid; the file stays as it was.
        """
        if not rows:
            return
        items = self._items()
        if self._lines and not self._lines[-1].endswith(("\n", "\r")):
            self._lines[-1] += self._end
        place = items[-1].stop if items else self._open()
        indent = " " * (items[-1].column if items else 2)
        self._lines[place:place] = [f"{indent}- {_flow(row)}{self._end}" for row in rows]
        self._write("the new feeds")

    def remove(self, feed: str) -> str | None:
        """Remove the feed with this name or address; return its name, or None if there is none.

        Raises:
            UsageError: it shares its lines with others, or something refers to it.
        """
        items = self._items()
        found = next((item for item in items if feed in item.names), None)
        if found is None:
            return None
        others = [item for item in items if item is not found]
        if any(item.start < found.stop and item.stop > found.start for item in others):
            shared = f"{self.path}: {feed} shares its line with others"
            raise UsageError(f"{shared}\nhint: remove it in an editor")
        del self._lines[found.start : found.stop]
        self._write(f"the file without {feed}")
        return found.values.get("name", feed)

    def edit(self, feed: str, values: Mapping[str, Any]) -> str | None:
        """Set keys of the feed with this name or address; return its name, None if there is none.

        Raises:
            UsageError: they are not valid; the file stays as it was.
        """
        names = [item.names for item in self._items()]
        at = next((nth for nth, item in enumerate(names) if feed in item), None)
        if at is None:
            return None
        for key, value in values.items():
            if found := self._feeds():  # again, because each change moves what follows
                set_value(self._lines, found[1].value[at], key, value, end=self._end)
        self._write("the change")
        return names[at][0] or feed

    # ------------------------------------------------------------ places

    def _feeds(self) -> tuple[yaml.Node, yaml.Node, int] | None:
        """Return the key `feeds`, its value, and the line on which the next key begins."""
        root = yaml.compose("".join(self._lines), Loader=_Loader)
        if not isinstance(root, yaml.MappingNode):
            return None
        for index, (key, value) in enumerate(root.value):
            if key.value == "feeds":
                rest = root.value[index + 1 :]
                return key, value, rest[0][0].start_mark.line if rest else len(self._lines)
        return None

    def _items(self) -> list[_Item]:
        found = self._feeds()
        if found is None:
            return []
        _, value, end = found
        if not isinstance(value, yaml.SequenceNode) or not value.value:
            return []
        if value.flow_style:
            hint = "hint: write each on a line of its own, after `- `"
            raise UsageError(f"{self.path}: the feeds are in one pair of brackets\n{hint}")
        starts = [self._dash_of(node) for node in value.value]
        ends = [line for line, _ in starts[1:]] + [end]
        return [
            _Item(
                values={key.value: scalar.value for key, scalar in node.value},
                start=start,
                stop=max(start + 1, self._last_of(start, until)),
                column=column,
            )
            for node, (start, column), until in zip(value.value, starts, ends, strict=True)
        ]

    def _dash_of(self, node: yaml.Node) -> tuple[int, int]:
        """Return the line and the column of the dash before a feed."""
        line = int(node.start_mark.line)
        before = self._lines[line][: node.start_mark.column]
        while "-" not in before and line and _EMPTY_LINE.match(before):
            line -= 1
            before = self._lines[line]
            if _DASH.match(before):
                break
        return line, max(before.rfind("-"), 0) if not _DASH.match(before) else before.index("-")

    def _last_of(self, start: int, until: int) -> int:
        """Return the line after a feed, without the comments and blank lines that follow it."""
        while until > start + 1 and _EMPTY_LINE.match(self._lines[until - 1]):
            until -= 1
        return until

    def _open(self) -> int:
        """Make room for the first feed; return its line."""
        found = self._feeds()
        if found is None:
            self._lines.append(f"feeds:{self._end}")
            return len(self._lines)
        key, value, _ = found
        line, last = key.end_mark.line, value.end_mark.line
        head = self._lines[line][: key.end_mark.column]
        comment = re.search(r"(?<=\s)#.*", self._lines[min(last, len(self._lines) - 1)])
        tail = f"  {comment[0].rstrip()}" if comment and last == line else ""
        until = last + 1 if isinstance(value, yaml.SequenceNode) else line + 1
        self._lines[line:until] = [f"{head}:{tail}{self._end}"]
        return int(line) + 1

    # ------------------------------------------------------------ writing

    def _write(self, change: str) -> None:
        """Write the file; restore it if the configuration is then not valid."""
        self._put("".join(self._lines))
        try:
            self._check(self._config)
        except ConfigError as error:
            self._put(self._before)
            reasons = "\n".join(str(replace(item, position=None)) for item in error.problems)
            message = f"{self.path} is left as it was; {change} cannot be used: {reasons}"
            raise UsageError(message) from error

    def _put(self, text: str | None) -> None:
        with writing(self.path):
            if text is None:
                self.path.unlink()
                return
            with self.path.open("w", encoding="utf-8", newline="") as stream:
                stream.write(text)


def _flow(row: Mapping[str, Any]) -> str:
    text = yaml.safe_dump(
        dict(row), default_flow_style=True, allow_unicode=True, sort_keys=False, width=9999
    )
    return text.strip()
