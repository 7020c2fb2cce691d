"""Reads what the database knows about a configuration: hits of its lists, broken receivers."""

from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from zoneinfo import ZoneInfo

from straitwatch.cli.options import open_if_present
from straitwatch.clock import utc_now
from straitwatch.config import Config
from straitwatch.core.match import is_short_term
from straitwatch.core.receivers import ReceiverStatus, describe_receivers
from straitwatch.core.report import matchable

_LATEST = 2_000  # entries
_BROAD_SHARE, _BROAD_HITS = 0.01, 5  # entries; a short term that hits more often is broad


@dataclass(frozen=True, slots=True, kw_only=True)
class Experience:
    """The effect of the lists on the newest stored entries."""

    entries: int
    days: float
    fired: Counter[str]  # by list
    broad: Counter[str]  # by term, of those short enough to mean many things

    def rate(self, watchlist: str) -> float:
        """Return how many entries a day a list fires on."""
        return self.fired[watchlist] / self.days


def read_broken_receivers(config: Config) -> dict[str, ReceiverStatus]:
    """Return the receivers that are broken as far as the database knows."""
    store = open_if_present(config.database)
    if store is None:
        return {}
    from straitwatch.store import receiver_conditions  # noqa: PLC0415 - imported already

    conditions, zone = store.call(receiver_conditions), ZoneInfo(config.timezone)
    store.close()
    statuses = describe_receivers(conditions, config.receivers, utc_now(), zone)
    return {status.name: status for status in statuses if status.is_broken}


def read_experience(config: Config) -> Experience | None:
    """Match the newest stored entries; None if there is no database that can be read."""
    store = open_if_present(config.database)
    if store is None:
        return None
    from straitwatch import store as db  # noqa: PLC0415 - imported already

    with store.reading() as tx:
        entries = db.latest_entries(tx, _LATEST)
        feeds = {**db.stored_feeds(tx), **{feed.id: feed for feed in config.feeds}}
    store.close()
    if not entries:
        return None
    fired: Counter[str] = Counter()
    hits: Counter[str] = Counter()
    for stored in entries:
        text = matchable(stored.entry, feeds[stored.feed_id])
        hits.update(config.matcher.terms_in(config.matcher.read(text)))
        fired.update(match.watchlist for match in config.matcher.match(text))
    days = max((entries[0].seen_at - entries[-1].seen_at) / timedelta(days=1), 1.0)
    return Experience(
        entries=len(entries), days=days, fired=fired, broad=_broad(hits, len(entries))
    )


def _broad(hits: Counter[str], entries: int) -> Counter[str]:
    least = max(_BROAD_SHARE * entries, _BROAD_HITS)
    return Counter(
        {term: hits[term] for term in sorted(hits) if hits[term] >= least and is_short_term(term)}
    )
