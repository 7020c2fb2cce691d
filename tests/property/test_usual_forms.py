"""The quick ways of reading usual dates and addresses have the results of the thorough ones."""

from hypothesis import given, settings
from hypothesis import strategies as st

from straitwatch.core.normalize import clean_url, parse_date
from straitwatch.core.normalize.links import _CLEAN

BASE = "https://h.example/rss"
RFC_822 = r"(Mon, |Sun, )?[0-3]\d (Jan|Feb|Jun|Dec) (199[0-9]|20\d\d) [0-2]\d:[0-6]\d:[0-6]\d (GMT|[+-][01]\d[0-6][05])"
ISO_8601 = r"(199[0-9]|20\d\d)-[01]\d-[0-3]\dT[0-2]\d:[0-6]\d:[0-6]\d(Z|[+-][01]\d:[0-6][05])"


@settings(max_examples=300)
@given(st.from_regex(RFC_822, fullmatch=True) | st.from_regex(ISO_8601, fullmatch=True))
def test_usual_date_is_read_as_the_grammar_reads_it(text: str) -> None:
    assert parse_date(text) == parse_date(f" {text}")  # only the grammar accepts the space


@given(st.from_regex(_CLEAN, fullmatch=True))
def test_usual_address_is_clean(url: str) -> None:
    assert clean_url(url, base=BASE) == clean_url(f" {url}", base=BASE)
