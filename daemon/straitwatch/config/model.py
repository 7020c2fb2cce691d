"""Defines the frozen configuration, made of core types only."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import TYPE_CHECKING

from straitwatch.config.rules import Lists
from straitwatch.core.beat import Beat
from straitwatch.core.model import (
    AlertPolicy,
    Canary,
    Feed,
    PagePolicy,
    PollPolicy,
    Problem,
    Receiver,
    Retention,
    TermSet,
    WatchList,
    WebAccess,
)
from straitwatch.core.receivers import usable_fallback

if TYPE_CHECKING:
    from straitwatch.core.match import Matcher


@dataclass(frozen=True, slots=True, kw_only=True)
class ShadowLists:
    """A change to the watch-lists that runs in shadow: it sends no alert."""

    version: str  # short hash of its files
    files: tuple[Path, ...]
    lists: Lists


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """A checked configuration without compiled watch-lists."""

    version: str  # short hash of all files
    directory: Path
    files: tuple[str, ...] = ()  # the files and folders that existed when it was read
    text: str = field(repr=False)  # all files as they are stored, without receiver addresses
    database: str = field(repr=False)
    timezone: str
    feeds: tuple[Feed, ...]
    watchlists: tuple[WatchList, ...]
    term_sets: Mapping[str, TermSet] = field(repr=False)
    beat: Beat = field(repr=False)
    alerts: AlertPolicy
    polling: PollPolicy
    pages: PagePolicy
    receivers: Mapping[str, Receiver]
    falls_back_to_terminal: bool = (
        False  # no route has a usable receiver, so alerts go to the terminal
    )
    system_send: tuple[str, ...] = ()
    canary: Canary | None = None
    retention: Retention
    encoder: str  # auto, off
    web_listen: str  # host:port; empty: no pages
    web_access: WebAccess
    web_hosts: frozenset[str] = frozenset()  # host names of the pages, in lower case
    web_public_url: str = ""  # empty: no pushes
    web_page_url: str = ""  # of the pages, for readers; empty: messages have no links to act
    shadow: ShadowLists | None = None
    notices: tuple[Problem, ...] = ()  # warnings; errors if the files are broken now

    @property
    def is_valid(self) -> bool:
        """False if the files have errors, and this is the last valid configuration instead."""
        return all(problem.is_warning for problem in self.notices)

    def without_receiver(self, name: str) -> str:
        """Describe the handling of messages to a receiver that cannot be used."""
        to_terminal = self.falls_back_to_terminal
        return hint_without_receiver(name, self.receivers, to_terminal=to_terminal)

    def with_matcher(self, matcher: "Matcher") -> "Config":
        """Return the whole configuration."""
        values = {field.name: getattr(self, field.name) for field in fields(Settings)}
        return Config(**values, matcher=matcher)


@dataclass(frozen=True, slots=True, kw_only=True)
class Config(Settings):
    """The settings with compiled watch-lists; a reload replaces the whole value."""

    matcher: "Matcher" = field(repr=False)


def hint_without_receiver(
    name: str, receivers: Mapping[str, Receiver], *, to_terminal: bool
) -> str:
    """Describe the handling of messages to a receiver that cannot be used."""
    if to_terminal:
        return "alerts are printed in the terminal until a receiver is usable"
    if fallback := usable_fallback(name, receivers):
        return f"its messages go to {fallback} until it is usable"
    return "its messages wait until it is usable"
