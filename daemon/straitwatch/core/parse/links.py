"""Chooses the page of an entry among its links (RFC 4287, 4.2.7: one a type and language)."""

from collections.abc import Iterable
from dataclasses import dataclass

from straitwatch.core.model import PushOffer

_ALTERNATE = ("alternate", "http://www.iana.org/assignments/relation/alternate")
_ANY_LANGUAGE = ("", "x-default")
_TRADITIONAL = frozenset({"hant", "tw", "hk", "mo"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A link of a feed or an entry, as published."""

    href: str
    relation: str = "alternate"
    media_type: str = "text/html"
    language: str = ""  # hreflang

    @property
    def is_page(self) -> bool:
        """True if it leads to HTML."""
        return "html" in self.media_type.lower()


def push_offer(links: Iterable[Link]) -> PushOffer:
    """Return the hubs of a feed and the address that it names for itself (W3C WebSub, section 4).

    Args:
        links: those of the feed, not of its entries.
    """
    found = [(link.relation.lower().split(), link.href.strip()) for link in links]
    topics = [href for relations, href in found if "self" in relations]
    hubs = tuple(href for relations, href in found if "hub" in relations)
    return PushOffer(topic=topics[0] if topics else "", hubs=hubs)


def best_page(links: Iterable[Link], language: str) -> str:
    """Return the alternate in the language, or in none that is named, and HTML; "" if none.

    Args:
        links: in document order; the first of equal ones wins.
        language: that of the entry or feed; "" = unknown.
    """
    pages = [link for link in links if link.href and link.relation.lower() in _ALTERNATE]
    best = min(pages, key=lambda link: (not _fits(link, language), not link.is_page), default=None)
    return best.href if best else ""


def _fits(link: Link, language: str) -> bool:
    named, wanted = (tag.lower().replace("_", "-") for tag in (link.language, language))
    if named in _ANY_LANGUAGE or named == wanted:
        return True
    same_script = _is_traditional(named) == _is_traditional(wanted) or wanted == "zh"
    return named.split("-")[0] == wanted.split("-")[0] and same_script


def _is_traditional(tag: str) -> bool:
    return not _TRADITIONAL.isdisjoint(tag.split("-"))
