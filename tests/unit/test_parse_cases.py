"""Every file in parse_cases is a document with a description and the expected result."""

import json
from pathlib import Path
from typing import Any

import pytest

from straitwatch.core.parse import parse_feed

CASES = sorted((Path(__file__).parent / "parse_cases").glob("*.txt"))


def _load(path: Path) -> tuple[dict[str, Any], bytes]:
    head, _, document = path.read_bytes().partition(b"\n\n")
    description, expect = head.decode().splitlines()
    assert description.startswith("Description: ")
    return json.loads(expect.removeprefix("Expect: ")), document.removesuffix(b"\n")


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_document_is_read_as_its_header_says(path: Path) -> None:
    expect, document = _load(path)

    parsed = parse_feed(document)

    found = {
        "format": parsed.format,
        "titles": [entry.title for entry in parsed.entries],
        "problem": parsed.problem,
        "guids": [entry.guid for entry in parsed.entries],
        "links": [entry.link for entry in parsed.entries],
        "sources": [entry.source_title for entry in parsed.entries],
        "authors": [name for entry in parsed.entries for name in entry.authors],
        "categories": [name for entry in parsed.entries for name in entry.categories],
    }
    assert {key: found[key] for key in expect} == expect
