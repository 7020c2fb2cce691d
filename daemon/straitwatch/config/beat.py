"""Reads the files in beat/ into one checked `Beat`, or lists every problem."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import compress
from pathlib import Path
from typing import TypeVar

from straitwatch.config.beat_schemas import AliasesSchema, CommonSchema, SourcesSchema
from straitwatch.config.document import Document, KeyPath
from straitwatch.config.files import (
    ALIASES,
    BEAT_FOLDER,
    COMMON,
    SOURCES,
    in_order,
    read_file,
    shown_path,
)
from straitwatch.config.schemas import Schema
from straitwatch.config.suggestions import did_you_mean
from straitwatch.config.validation_messages import fit, salvage
from straitwatch.config.yaml_reader import read_document
from straitwatch.core.beat import AliasGroup, Beat, CommonWords, NameKind, Source
from straitwatch.core.han import one_script
from straitwatch.core.model import Problem
from straitwatch.errors import ConfigError
from straitwatch.shipped import shipped

Shape = TypeVar("Shape", bound=Schema)

_KEPT = 4  # beats: of the active configuration, a changed one, and those that a command compares


@dataclass(frozen=True, slots=True, kw_only=True)
class BeatFiles:
    """The knowledge of a beat, the files that it was read from, and the problems in them."""

    beat: Beat
    documents: tuple[Document, ...]
    own: tuple[Document, ...]  # of the configuration; the others are shipped
    problems: tuple[Problem, ...]


def load_beat(directory: Path) -> Beat:
    """Return the beat of a configuration; a shipped file replaces each missing one.

    Raises:
        ConfigError: with every problem in beat/.
    """
    files = read_beat(directory)
    if any(not problem.is_warning for problem in files.problems):
        raise ConfigError(in_order(files.problems))
    return files.beat


def read_beat(directory: Path) -> BeatFiles:
    """Read the files in beat/ and collect all problems. Unchanged files are parsed once."""
    folder, fallback = directory / BEAT_FOLDER, shipped("config") / BEAT_FOLDER
    names = (SOURCES, ALIASES, COMMON)
    own = tuple((folder / name).is_file() for name in names)
    paths = [
        (folder if is_own else fallback) / name for name, is_own in zip(names, own, strict=True)
    ]
    try:
        files = tuple((shown_path(path), path.read_bytes()) for path in paths)
    except OSError:
        return _check([read_file(path) for path in paths], own)
    return _parse(files, own)


@lru_cache(maxsize=_KEPT)
def _parse(files: tuple[tuple[str, bytes], ...], own: tuple[bool, ...]) -> BeatFiles:
    return _check([read_document(name, body) for name, body in files], own)


def _check(documents: Sequence[Document], own: Sequence[bool]) -> BeatFiles:
    problems: list[Problem] = []
    sources_file, aliases_file, common_file = documents
    sources = _fit(sources_file, SourcesSchema, problems)
    aliases = _fit(aliases_file, AliasesSchema, problems)
    common = _fit(common_file, CommonSchema, problems)
    problems += _source_problems(sources_file, sources)
    problems += _alias_problems(aliases_file, aliases)
    problems += _common_problems(common_file, common)
    return BeatFiles(
        beat=_to_beat(sources, aliases, common),
        documents=tuple(documents),
        own=tuple(compress(documents, own)),
        problems=tuple(problems),
    )


def _fit(document: Document, shape: type[Shape], problems: list[Problem]) -> Shape:
    """Return the valid part of a document, and add its problems to `problems`."""
    problems += [*document.problems, *document.warnings]
    if document.problems:
        return shape()
    fitted, misfits = fit(document, document.data, shape)
    problems += misfits
    return fitted or salvage(document.data, shape) or shape()


def _to_beat(sources: SourcesSchema, aliases: AliasesSchema, common: CommonSchema) -> Beat:
    return Beat(
        sources=tuple(Source(**source.model_dump()) for source in sources.sources),
        aliases=tuple(
            AliasGroup(kind=group.kind, side=group.side, names=dict(group.names))
            for group in aliases.aliases
        ),
        common=tuple(CommonWords(share=group.share, words=group.words) for group in common.common),
        no_voice=frozenset(aliases.no_voice),
        short_countries=dict(aliases.short_countries),
    )


# ---------------------------------------------------------------- duplicates and contradictions


@dataclass(slots=True)
class _Owners:
    """Records the owner of each spelling or site, and reports a second owner."""

    document: Document
    noun: str
    _owners: dict[str, tuple[str, KeyPath]] = field(default_factory=dict)  # owner and place by key
    _places: dict[str, KeyPath] = field(default_factory=dict)  # place by text

    def claim(self, key: str, text: str, owner: str, path: KeyPath) -> Iterator[Problem]:
        """Record the owner of a text; yield a problem if the text has an owner already."""
        first_owner, place = self._owners.setdefault(key, (owner, path))
        if first_owner != owner:
            line = self.document.position(place).line
            message = f"`{text}` is a {self.noun} of {first_owner} too, in line {line}"
            yield self.document.problem(path, message, "keep it with one of them")
        elif text in self._places:
            line = self.document.position(self._places[text]).line
            message = f"`{text}` is given twice, first in line {line}"
            yield self.document.problem(path, message, "keep one of them")
        self._places.setdefault(text, path)


def _source_problems(document: Document, shape: SourcesSchema) -> Iterator[Problem]:
    lines: dict[str, int] = {}
    spellings, sites = _Owners(document, "spelling"), _Owners(document, "site")
    for at, source in enumerate(shape.sources):
        path: KeyPath = ("sources", at)
        if line := lines.get(source.name):
            message = f"the source {source.name} is given twice, first in line {line}"
            yield document.problem((*path, "name"), message, "join them")
            continue
        lines[source.name] = document.position((*path, "name")).line
        yield from spellings.claim(
            source.name.casefold(), source.name, source.name, (*path, "name")
        )
        for nth, text in enumerate(source.spellings):
            place = (*path, "spellings", nth)
            yield from spellings.claim(text.casefold(), text, source.name, place)
        for nth, site in enumerate(source.sites):
            yield from sites.claim(site, site, source.name, (*path, "sites", nth))


def _alias_problems(document: Document, shape: AliasesSchema) -> Iterator[Problem]:
    owners, lines = _Owners(document, "spelling"), dict[str, int]()
    characters = one_script()
    for at, group in enumerate(shape.aliases):
        for name, spellings in group.names.items():
            path: KeyPath = ("aliases", at, "names", name)
            if line := lines.get(name):
                message = f"the name {name} is given twice, first in line {line}"
                yield document.problem(path, message, "join them", of_key=True)
                continue
            lines[name] = document.position(path, of_key=True).line
            for nth, text in enumerate((name, *spellings)):
                key = text.translate(characters).casefold()
                yield from owners.claim(key, text, name, (*path, nth - 1) if nth else path)
    yield from _unknown_names(document, shape, lines)


def _unknown_names(
    document: Document, shape: AliasesSchema, lines: Mapping[str, int]
) -> Iterator[Problem]:
    """Yield the names that other keys refer to and that no group has."""
    referred: list[tuple[KeyPath, str]] = [
        (("no_voice", at), name) for at, name in enumerate(shape.no_voice)
    ]
    referred += [(("short_countries", sign), name) for sign, name in shape.short_countries.items()]
    for path, name in referred:
        if name not in lines:
            hint = did_you_mean(name, lines) or "add it to a group in `aliases`"
            yield document.problem(path, f"unknown name: {name}", hint)
    countries = [
        name for group in shape.aliases if group.kind is NameKind.COUNTRY for name in group.names
    ]
    for at, group in enumerate(shape.aliases):
        if group.side in ("", *countries):
            continue
        if hint := did_you_mean(group.side, countries):  # other sides need not be countries
            message = f"unknown country: {group.side}"
            yield document.problem(("aliases", at, "side"), message, hint, is_warning=True)


def _common_problems(document: Document, shape: CommonSchema) -> Iterator[Problem]:
    words = _Owners(document, "word")
    for at, group in enumerate(shape.common):
        share = f"share {group.share:g}"
        for nth, word in enumerate(group.words):
            yield from words.claim(word, word, share, ("common", at, "words", nth))
