"""What one configuration says about matching, folding, deciding and routing."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from straitwatch.core.cluster import FoldProfile
from straitwatch.core.compiled_beat import CompiledBeat
from straitwatch.core.match import Matcher
from straitwatch.core.model import AlertPolicy, Fallback, Limit


@dataclass(frozen=True, slots=True, kw_only=True)
class Shadow:
    """A change to the watch-lists that is tried on live entries and sends nothing."""

    version: str
    matcher: Matcher


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """What one configuration says about matching, deciding and routing."""

    matcher: Matcher
    policy: AlertPolicy
    beat: CompiledBeat
    titles: Mapping[str, str]  # of the watch-lists
    recipients: Mapping[str, tuple[str, ...]]  # of each receiver; missing or empty: one, unnamed
    give_up: Mapping[str, timedelta] = field(default_factory=dict)  # by receiver
    limits: Mapping[str, Limit] = field(default_factory=dict)  # by receiver
    fallbacks: Mapping[str, Fallback] = field(default_factory=dict)  # by receiver
    folding: Mapping[str, FoldProfile] = field(default_factory=dict)  # by list
    config_version: str = ""
    config_option: str = ""  # `--config DIR`, for the commands that a message names
    shadow: Shadow | None = None
