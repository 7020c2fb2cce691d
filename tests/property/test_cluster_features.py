"""Any entry at all has features, and they survive being stored."""

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from builders.beat import SHIPPED
from straitwatch.core.cluster import FeatureReader, Lexicon
from straitwatch.core.feature_text import features_from_text, features_to_text
from straitwatch.core.model import Entry

AT = datetime(2026, 9, 1, tzinfo=UTC)
READER = FeatureReader(Lexicon(SHIPPED))
LISTS = ("arms", "strait")
texts = st.text(max_size=120)


@given(title=texts, summary=texts, url=texts, outlet=texts, language=texts)
def test_features_of_any_entry_are_read_back_as_they_were(
    title: str, summary: str, url: str, outlet: str, language: str
) -> None:
    url = " ".join(url.split())  # as a canonical address is: without white space
    entry = Entry(id="1", guid="", url="", canonical_url=url, title=title, summary=summary)
    features = READER.read(entry, outlet=outlet, language=language, watchlists=LISTS, seen_at=AT)

    text = features_to_text(features)

    assert features_from_text(text, entry_id="1", seen_at=AT, vector=None) == features
