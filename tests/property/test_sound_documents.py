from dataclasses import replace

from hypothesis import given, settings

from builders.documents import DOCUMENTS
from straitwatch.core.model import RawFeed
from straitwatch.core.parse.repair import FEED_ROOT, repair
from straitwatch.core.parse.soundness import is_sound
from straitwatch.core.parse.xml_feed import read_xml_feed


@settings(max_examples=150)
@given(DOCUMENTS)
def test_sound_document_is_read_as_its_repaired_form(text: str) -> None:
    root = FEED_ROOT.search(text)
    assert root is not None
    repaired = repair(text, root, max_entries=50).text

    if is_sound(text[root.start() :], max_entries=50):
        assert _read(text) == _read(repaired)


def _read(text: str) -> RawFeed:
    """Read a document, without the hashes of its bytes."""
    return replace(read_xml_feed(text, max_entries=50), items=(), scope=b"")
