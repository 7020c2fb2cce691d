"""Warns of tags and stances in routes, silences and lists that no feed has."""

from collections.abc import Iterator, Sequence

from straitwatch.config.document import Document, KeyPath
from straitwatch.config.suggestions import nearest_or_all
from straitwatch.core.model import Feed, Problem

_ASKED_BY = (("routes", "match"), ("silences", "match"), ("watchlists", "sources"))


def unknown_labels(documents: Sequence[Document], feeds: Sequence[Feed]) -> Iterator[Problem]:
    """Yield a warning for each label that no feed has; none if no feed is configured."""
    known = {
        "tags": {tag for feed in feeds for tag in feed.tags},
        "stances": {feed.stance for feed in feeds if feed.stance},
    }
    for document in documents if feeds else ():
        for path, key, label in _used_labels(document.data):
            if label not in known[key]:
                message = f"no feed has the {key.removesuffix('s')} {label}"
                hint = nearest_or_all(label, known[key], what=key)
                yield document.problem(path, message, hint, is_warning=True)


def _used_labels(data: object) -> Iterator[tuple[KeyPath, str, str]]:
    for section, part in _ASKED_BY:
        items = data.get(section) if isinstance(data, dict) else None
        for at, item in enumerate(items if isinstance(items, list) else ()):
            asked = item.get(part) if isinstance(item, dict) else None
            for key in ("tags", "stances"):
                given = asked.get(key) if isinstance(asked, dict) else None
                for nth, label in enumerate(given if isinstance(given, list) else ()):
                    yield (section, at, part, key, nth), key, str(label).strip()
