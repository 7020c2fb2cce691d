"""The rules of one configuration: matching, folding, deciding and routing."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from straitwatch.core.cluster import FoldProfile
from straitwatch.core.compiled_beat import CompiledBeat
from straitwatch.core.match import Matcher
from straitwatch.core.model import NO_PAGES, AlertPolicy, Fallback, Limit, PagePolicy


@dataclass(frozen=True, slots=True, kw_only=True)
class Shadow:
    """Changed watch-lists that are matched against live entries but never alert."""

    version: str
    matcher: Matcher


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """The rules of one configuration, compiled for use."""

    matcher: Matcher
    policy: AlertPolicy
    beat: CompiledBeat
    titles: Mapping[str, str]  # of the watch-lists, by id
    recipients: Mapping[str, tuple[str, ...]]  # by receiver; if empty, one unnamed recipient
    give_up: Mapping[str, timedelta] = field(default_factory=dict)  # by receiver
    marks: Mapping[str, str] = field(default_factory=dict)  # of the addresses, by receiver
    limits: Mapping[str, Limit] = field(default_factory=dict)  # by receiver
    fallbacks: Mapping[str, Fallback] = field(default_factory=dict)  # by receiver
    folding: Mapping[str, FoldProfile] = field(default_factory=dict)  # by watch-list
    config_version: str = ""
    config_option: str = ""  # `--config DIR`, for the commands in messages
    page_url: str = ""  # of the pages with the news, for links in messages
    pages: PagePolicy = NO_PAGES  # which pages of entries are fetched
    shadow: Shadow | None = None
