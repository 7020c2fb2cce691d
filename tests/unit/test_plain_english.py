"""Everything people read is plain English. `./dev words` prints each place."""

from pathlib import Path

import pytest

from plain_english import KINDS, Passage, find_idioms, rates, read_passages

LIMIT = 0.5  # occurrences of an idiom per 1,000 words


@pytest.fixture(scope="module")
def measured() -> dict[str, dict[str, float]]:
    return rates(read_passages())


def found_in(text: str, kind: str = "docs") -> list[str]:
    passage = Passage(kind=kind, path="x.md", line=1, text=text)
    return [finding.idiom for finding in find_idioms([passage])]


@pytest.mark.parametrize("kind", KINDS)
def test_idioms_are_rare(kind: str, measured: dict[str, dict[str, float]]) -> None:
    above = {idiom: rate for idiom, rate in measured[kind].items() if rate > LIMIT}

    assert above == {}, "./dev words prints each place"


@pytest.mark.parametrize(
    ("text", "idiom"),
    [
        ("The reason stands in the log.", "stand"),
        ("The sender is told once.", "tell"),
        ("An old report alerts nobody.", "nobody"),
        ("It lists what could not be sent.", "what"),
        ("A receiver lets it through.", "let"),
        ("The daemon goes\non.", "go on"),
        ("A reload takes it over.", "take over"),
        ("Two commands put folding right.", "put right"),
    ],
)
def test_idiom_is_found(text: str, idiom: str) -> None:
    assert found_in(text) == [idiom]


@pytest.mark.parametrize(
    "text",
    [
        "You understand it at a glance.",
        "The message says what to do.",
        "What is a story?",
        "Let's Encrypt signs the certificate.",
    ],
)
def test_plain_sentence_is_not_counted(text: str) -> None:
    assert found_in(text) == []


def test_code_and_quoted_examples_are_not_counted(tmp_path: Path) -> None:
    (tmp_path / "docs").mkdir()
    (tmp_path / "bench").mkdir()
    (tmp_path / "bench/README.md").write_text("Measurements.\n", encoding="utf-8")
    (tmp_path / "docs/page.md").write_text(
        'The `told` column; "China stands firm".\n\n```\nnothing\n```\n\nNothing here.\n',
        encoding="utf-8",
    )

    places = [(found.idiom, found.line) for found in find_idioms(read_passages(tmp_path))]

    assert places == [("nobody", 7)]
