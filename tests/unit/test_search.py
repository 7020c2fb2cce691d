"""The words of a search in headlines."""

import pytest

from straitwatch.core.search import search_words


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('"Taiwan Strait", (frigates)?', ("taiwan", "strait", "frigates")),
        ("Xi - Putin", ("xi", "putin")),
        ("U.S. carriers,", ("u.s", "carriers")),
        ("「台灣」", ("台湾",)),
        ("!!!", ("!!!",)),
        ("+5%", ("+5",)),
    ],
)
def test_words_of_a_search_have_no_punctuation_around_them(
    text: str, words: tuple[str, ...]
) -> None:
    assert search_words(text) == words
