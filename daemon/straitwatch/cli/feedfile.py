"""feeds.yaml as a person keeps it: feeds are added and taken out, every other line stays."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import yaml

from straitwatch.app.load import load
from straitwatch.errors import ConfigError, UsageError

# That with which configurations are read: it takes tabs.
_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_EMPTY_LINE = re.compile(r"\s*(?:#.*)?$")
_DASH = re.compile(r"\s*-\s*(?:#.*)?$")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Item:
    """A feed and its lines, counted from 0; `stop` is the first that is not its own."""

    values: Mapping[str, str]
    start: int
    stop: int
    column: int

    @property
    def names(self) -> tuple[str | None, str | None]:
        """What a person calls it by."""
        return self.values.get("name"), self.values.get("url")


class FeedFile:
    """The file of a configuration, as it is now.

    Raises:
        UsageError: the feeds stand in a way that cannot be edited line by line.
    """

    def __init__(self, config: Path) -> None:
        self._config = config
        self.path = config / "feeds.yaml"
        self._before: str | None = None
        if self.path.exists():
            with self.path.open(encoding="utf-8", newline="") as stream:
                self._before = stream.read()
        self._lines = (self._before or "").splitlines(keepends=True)
        self._end = "\r\n" if self._lines and self._lines[0].endswith("\r\n") else "\n"

    def add(self, rows: Sequence[Mapping[str, Any]]) -> None:
        """Add feeds behind those that there are, a line each, in the indentation used there.

        Raises:
            UsageError: they are refused; the file is as it was.
        """
        if not rows:
            return
        items = self._items()
        if self._lines and not self._lines[-1].endswith(("\n", "\r")):
            self._lines[-1] += self._end
        place = items[-1].stop if items else self._open()
        indent = " " * (items[-1].column if items else 2)
        self._lines[place:place] = [f"{indent}- {_flow(row)}{self._end}" for row in rows]
        self._write(of="what was to be added")

    def remove(self, feed: str) -> str | None:
        """Take out the feed of this name or address; return its name, None where there is none.

        Raises:
            UsageError: it shares its lines with others, or another one refers to it.
        """
        items = self._items()
        found = next((it for it in items if feed in it.names), None)
        if found is None:
            return None
        if any(it is not found and it.start < found.stop and it.stop > found.start for it in items):
            shared = f"{self.path}: {feed} shares its line with others"
            raise UsageError(f"{shared}\nhint: take it out by hand")
        del self._lines[found.start : found.stop]
        self._write(of=f"the file without {feed}")
        return found.values.get("name", feed)

    # ------------------------------------------------------------ places

    def _feeds(self) -> tuple[yaml.Node, yaml.Node, int] | None:
        """Return the key `feeds`, its value, and the line on which something else begins."""
        root = yaml.compose("".join(self._lines), Loader=_Loader)
        if not isinstance(root, yaml.MappingNode):
            return None
        for at, (key, value) in enumerate(root.value):
            if key.value == "feeds":
                rest = root.value[at + 1 :]
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
            hint = "hint: write each on a line of its own, behind `- `"
            raise UsageError(f"{self.path}: the feeds stand in one pair of brackets\n{hint}")
        starts = [self._dash_of(node) for node in value.value]
        ends = [line for line, _ in starts[1:]] + [end]
        return [
            _Item(
                values={key.value: it.value for key, it in node.value},
                start=start,
                stop=max(start + 1, self._last_of(start, until)),
                column=column,
            )
            for node, (start, column), until in zip(value.value, starts, ends, strict=True)
        ]

    def _dash_of(self, node: yaml.Node) -> tuple[int, int]:
        """Return the line and the column of the dash that a feed stands behind."""
        line = int(node.start_mark.line)
        before = self._lines[line][: node.start_mark.column]
        while "-" not in before and line and _EMPTY_LINE.match(before):
            line -= 1
            before = self._lines[line]
            if _DASH.match(before):
                break
        return line, max(before.rfind("-"), 0) if not _DASH.match(before) else before.index("-")

    def _last_of(self, start: int, until: int) -> int:
        """Return where a feed's lines stop: comments and gaps after it are not its own."""
        while until > start + 1 and _EMPTY_LINE.match(self._lines[until - 1]):
            until -= 1
        return until

    def _open(self) -> int:
        """Make a place for the first feed; return its line."""
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

    def _write(self, *, of: str) -> None:
        """Write the file, and put it back as it was when the configuration is then refused."""
        self._put("".join(self._lines))
        try:
            load(self._config)
        except ConfigError as error:
            self._put(self._before)
            why = "\n".join(str(replace(it, position=None)) for it in error.problems)
            raise UsageError(f"{self.path} is left as it was; {of} is refused: {why}") from error

    def _put(self, text: str | None) -> None:
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
