"""Properties of matching in any text: offsets, overlaps, and that more text hides no hit."""

import re

from hypothesis import example, given
from hypothesis import strategies as st

from builders.watchlists import compiled, make_list
from straitwatch.core.match import Matcher
from straitwatch.core.model import Hit, MatchText

LATIN = ["PLA", "Pla Navy", "navy", "Navy Drill", "drill", "China", "South China Sea", "sea"]
HAN = ["解放", "解放軍", "放軍", "軍演"]
MATCHER = compiled(make_list(*LATIN, *HAN))
PIECES = st.sampled_from(
    ["PLA", "pla", "Navy", "navy", "drill", "Drills", "China", "china", "South", "Sea", "sea", "解放", "軍",
     "放", "演", "军", " ", " ", " ", "-", "—", ",", ".", "’s", "'", "\n", "#", "\u200b", "é", "e\u0301", "İ", "ß", "ﬁ",
     "…", "😀", "⚠️", "Ｐ", "x", "1", "가", "カ", "й"]
)  # fmt: skip
texts = st.lists(PIECES, max_size=30).map("".join) | st.text(max_size=60)
plain = st.lists(
    st.sampled_from(
        [
            "pla",
            "PLA",
            "navy",
            "drill",
            "china",
            "south",
            "sea",
            "解放",
            "軍",
            "演",
            "放",
            "x",
            " ",
            " ",
            ",",
        ]
    ),
    max_size=30,
).map("".join)


def hits_in(matcher: Matcher, text: MatchText) -> set[Hit]:
    return {hit for match in matcher.match(text) for hit in match.hits}


def brute_force(text: str) -> set[tuple[str, int, int]]:
    """A second opinion: one slow regular expression for each term."""
    text = text.replace("軍", "军")
    found = set()
    for term in LATIN:
        shouting = term.isupper()
        for shape in (term, term + "s"):
            pattern = r"(?<![a-zA-Z0-9])(?=(" + re.escape(shape) + r")(?![a-zA-Z0-9]))"
            for match in re.finditer(pattern, text, re.IGNORECASE):
                if not shouting or text[match.start() : match.start() + len(term)].isupper():
                    found.add((term, match.start(1), match.end(1)))
    for term in HAN:
        for match in re.finditer(f"(?={term.replace('軍', '军')})", text):
            found.add((term, match.start(), match.start() + len(term)))
    return found


@given(plain)
@example("plapla pla sea-sea")
def test_overlapping_hits_equal_those_of_brute_force(text: str) -> None:
    text = f"lower case {text} lower case"

    found = {(hit.term, hit.start, hit.end) for hit in hits_in(MATCHER, MatchText(title=text))}

    assert found == brute_force(text)


@given(texts, texts, texts)
def test_hit_is_the_text_of_its_field_between_its_offsets(
    title: str, summary: str, content: str
) -> None:
    text = MatchText(title=title, summary=summary, content=content)
    for hit in hits_in(MATCHER, text):
        assert hit.text == getattr(text, hit.field)[hit.start : hit.end]
        assert hit.text


@given(texts, texts)
def test_hits_of_a_field_do_not_depend_on_the_other_fields(title: str, summary: str) -> None:
    alone = hits_in(MATCHER, MatchText(title=title))
    together = hits_in(MATCHER, MatchText(title=title, summary=summary))

    assert alone == {hit for hit in together if hit.field == "title"}


@given(texts, texts)
def test_more_text_after_a_full_stop_never_hides_a_hit(before: str, after: str) -> None:
    text = f"so {before}"
    shorter = hits_in(MATCHER, MatchText(title=text))
    longer = hits_in(MATCHER, MatchText(title=f"{text} . so {after}"))

    assert shorter <= longer


@given(texts)
def test_hits_come_in_reading_order_without_repeats(text: str) -> None:
    for match in MATCHER.match(MatchText(title=text, summary=text)):
        places = [
            ("title summary content".index(hit.field), hit.start, hit.end) for hit in match.hits
        ]
        assert places == sorted(places)
        assert len(set(match.hits)) == len(match.hits)


def test_word_of_five_thousand_letters_and_a_very_long_text_are_read() -> None:
    long_word = "pla" * 1700
    text = MatchText(title=long_word, content="China sea drill " * 20_000 + "#PlaNavy")

    (match,) = MATCHER.match(text)

    assert match.hits[0].text == "China"
