"""Every line in kind_cases is a report and its kind; every line in signal_cases its signals.

Parts of a line are separated by ` || `; a line that begins with # is a heading.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest

from builders import make_entry, make_feed
from straitwatch.core.kind import classify_kind, find_signals
from straitwatch.core.model import EntryKind

HERE = Path(__file__).parent


def _cases(folder: str) -> Iterator[object]:
    for path in sorted((HERE / folder).glob("*.txt")):
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
            if line and not line.startswith("#"):
                parts = [part.strip() for part in line.split("||")]
                yield pytest.param(parts, id=f"{path.stem}-{number}")


@pytest.mark.parametrize("parts", [*_cases("kind_cases")])
def test_kind_of_a_report_is_as_its_line_says(parts: list[str]) -> None:
    wanted, title, *rest = parts
    given = dict(part.split(": ", 1) for part in rest)
    entry = make_entry(
        title=title,
        url=given.get("url", "https://paper.example/news/1"),
        summary=given.get("summary", ""),
        authors=tuple(filter(None, [given.get("author")])),
        categories=tuple(filter(None, [given.get("category")])),
    )

    found = classify_kind(entry, make_feed(kind=given.get("feed", "newspaper")))

    assert found.kind == wanted, f"by {found.field}: {found.evidence!r}"
    assert bool(found.evidence) is (found.kind is not EntryKind.NEWS)


@pytest.mark.parametrize("parts", [*_cases("signal_cases")])
def test_signals_of_a_report_are_as_its_line_says(parts: list[str]) -> None:
    wanted, title, *lead = parts

    found = find_signals(title, "".join(lead))

    assert " ".join(dict.fromkeys(signal.kind for signal in found)) == wanted.replace("-", ""), (
        found
    )
    texts = {"title": title, "lead": "".join(lead)}
    assert all(texts[s.field][s.start : s.end] == s.words for s in found)
