"""Finds the possible origins of an entry's reporting, because an outlet may repeat another one.

Only explicit attributions count; otherwise the reporting is the outlet's own. A guess might merge
two independent sources into one. The regular expressions take a millisecond or two, so this runs
when a report is built, before the transaction. `core.story.choose_origin` then chooses by the
story.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from urllib.parse import urlsplit

from straitwatch.core.attribution import (
    decline,
    find_sourced,
    find_unnamed,
    is_byline_name,
    name_pattern,
)
from straitwatch.core.beat import Source
from straitwatch.core.model import UNNAMED_MEDIA, Entry, Feed
from straitwatch.core.sentences import first_sentence

_FEED_HOST = re.compile(r"^(?:www|rss|feeds?|m|amp)\d?\.")
_LEAD = 400  # characters of summary or content that are searched, because texts name origins early


@dataclass(frozen=True, slots=True, kw_only=True)
class Attribution:
    """A possible origin of an entry, and the words that name it; "" for the outlet itself."""

    name: str
    words: str = ""


class Sources:
    """The sources of a beat, found by name or site; each index is built when first used."""

    def __init__(self, sources: Iterable[Source]) -> None:
        self._sources = tuple(sources)

    def canonical_name(self, outlet: str) -> str:
        """Return the common name of an outlet; for example, `Reuters World` is Reuters."""
        found = self._pattern.match(outlet.strip())
        # The sections of a paper are one source, for example "Storm Media - Politics".
        return self._by_form[found[0].casefold()] if found else outlet.partition(" - ")[0].strip()

    def find(self, text: str) -> Iterator[tuple[str, re.Match[str]]]:
        """Yield the sources that a text mentions, each with its place."""
        for found in self._pattern.finditer(text):
            yield self._by_form[found[0].casefold()], found

    def owner_of(self, link: str) -> str:
        """Return the source that owns the site of an article; "" if unknown or not an article."""
        parts = urlsplit(link)
        if not re.search(r"[\d-]", parts.path):
            return ""  # a front page or a section
        labels = (parts.hostname or "").split(".")
        hosts = (".".join(labels[at:]) for at in range(len(labels) - 1))
        return next((self._by_site[host] for host in hosts if host in self._by_site), "")

    @cached_property
    def _by_site(self) -> Mapping[str, str]:
        return {site: source.name for source in self._sources for site in source.sites}

    @cached_property
    def _forms(self) -> Mapping[str, str]:
        """The names of sources by their written forms."""
        return {
            form: source.name
            for source in self._sources
            for spelling in (source.name, *source.spellings)
            for form in decline(spelling)
        }

    @cached_property
    def _by_form(self) -> Mapping[str, str]:
        return {form.casefold(): name for form, name in self._forms.items()}

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        longest_first = sorted(self._forms, key=lambda form: (-len(form), form))
        return re.compile("|".join(map(name_pattern, longest_first)) or r"(?!)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlets:
    """The sources of the beat, and the configured outlets, whose articles aggregators copy."""

    sources: Sources
    names: Mapping[str, str]  # canonical names by the name of a feed, in lower case
    hosts: Mapping[str, str]  # canonical names by host, for hosts of a single outlet


def outlets_of(feeds: Iterable[Feed], sources: Sources) -> Outlets:
    """Index the outlets of the configured feeds by name and host."""
    names: dict[str, str] = {}
    sites: dict[str, set[str]] = {}
    for feed in feeds:
        name = sources.canonical_name(feed.name)
        names[feed.name.casefold()] = name
        sites.setdefault(_bare_host(feed.url), set()).add(name)
    hosts = {host: next(iter(found)) for host, found in sites.items() if len(found) == 1}
    return Outlets(sources=sources, names=names, hosts=hosts)


def _bare_host(url: str) -> str:
    return _FEED_HOST.sub("", urlsplit(url).hostname or "")


def find_attributions(entry: Entry, outlet: str, outlets: Outlets) -> tuple[Attribution, ...]:
    """Return the possible origins of an entry, in order; at least one.

    The first rule with a result applies:

    - the sources that the title, the lead or the byline names, except the outlet itself
    - the configured outlet at the end of the title, or the owner of the entry's host
    - the only source that owns the site of the entry, or of its links
    - `UNNAMED_MEDIA` if the text attributes its report to media without naming them
    - the outlet itself

    `choose_origin` chooses among several by the story.
    """
    sources = outlets.sources
    own = sources.canonical_name(outlet)
    texts = (entry.title, (entry.summary or entry.content)[:_LEAD])
    found = [attribution for text in texts for attribution in _in_text(text, sources)]
    found += [attribution for line in entry.authors for attribution in _in_byline(line, sources)]
    if others := tuple(attribution for attribution in found if attribution.name != own):
        return others
    if copied := _copied(entry, own, outlets) or _linked(entry, own, sources):
        return (copied,)
    unnamed = find_unnamed(entry.title) or find_unnamed(first_sentence(texts[1]))
    return (Attribution(name=UNNAMED_MEDIA if unnamed else own, words=unnamed),)


def _in_text(text: str, sources: Sources) -> Iterator[Attribution]:
    """Yield the sources to which a text attributes its report, in order."""
    for name, mention in sources.find(text):
        if words := find_sourced(text, mention):
            yield Attribution(name=name, words=words)


def _in_byline(line: str, sources: Sources) -> Iterator[Attribution]:
    """Yield the agencies in a byline such as `By AP` or `Reuters staff`."""
    for name, mention in sources.find(line):
        if is_byline_name(line[: mention.start()]):
            yield Attribution(name=name, words=line)


def _copied(entry: Entry, own: str, outlets: Outlets) -> Attribution | None:
    """Return the configured outlet whose article an aggregator carries."""
    _, mark, ending = entry.title.rpartition(" - ")
    host = _bare_host(entry.url)
    named = (outlets.names.get(ending.strip().casefold(), "") if mark else "", ending.strip())
    placed = (outlets.hosts.get(host, ""), host)
    for name, words in (named, placed):
        if name not in ("", own):
            return Attribution(name=name, words=words)
    return None


def _linked(entry: Entry, own: str, sources: Sources) -> Attribution | None:
    """Return the source to which the entry's address or its links lead, if there is only one."""
    for links in ((entry.url,), entry.links):
        owners = {owner: link for link in links if (owner := sources.owner_of(link))}
        owners.pop(own, None)
        if len(owners) == 1:
            owner, link = owners.popitem()
            return Attribution(name=owner, words=urlsplit(link).hostname or "")
    return None
