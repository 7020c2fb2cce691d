"""Compares adaptive poll intervals with one interval for all, and with those of Miniflux.

    python bench/intervals.py [--feeds 4000] [--replay DIR]

    simulation  feeds with lognormal rates and quiet nights: the delay from publication to poll,
                with the same number of polls for each policy
    replay      recorded snapshots of real feeds, 24 hours after a warm-up of 12: entries found,
                found late, and polls spent

"entry_frequency" is Miniflux's policy: a week divided by the entries of the last week, times a
factor. The factor is chosen so that it needs as many polls as the others. DIR holds a folder for
each feed, with its snapshots: NNNN_<unix time>.xml. It runs for less than a minute.
"""

import argparse
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

import numpy as np

from straitwatch.core.arrivals import first_arrivals, poll_weight
from straitwatch.core.feed_outcome import FeedOutcome
from straitwatch.core.intervals import Demand, balance_weights, choose_interval
from straitwatch.core.model import (
    NO_VALIDATORS,
    Feed,
    FeedProfile,
    FeedState,
    Fetched,
    ParsedDocument,
    PollPolicy,
    Turnover,
)
from straitwatch.core.parse_document import ParseRequest, parse_document

POLICY = PollPolicy()
NOW = datetime(2026, 3, 2, tzinfo=UTC)
DAY = timedelta(days=1)
HISTORY_DAYS = 14
MEAN_PER_DAY = 20.0
DOCUMENT = 30  # entries
USUAL_SHARE = 0.05  # of entries that match
MINUTES = 1440
LATE = timedelta(minutes=30)
Intervals = np.ndarray  # minutes, one for each feed


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--feeds", type=int, default=4000, help="of the simulation")
    parser.add_argument("--replay", type=Path, help="folder of recorded feeds")
    options = parser.parse_args()
    for sigma, spread in ((1.5, 0.0), (2.0, 0.0), (1.5, 1.0)):
        simulate(options.feeds, sigma=sigma, spread=spread)
    if options.replay:
        replay(options.replay)


# ---------------------------------------------------------------- simulation


def simulate(feeds: int, *, sigma: float, spread: float) -> None:
    """Print the delay of matching entries for each policy.

    Args:
        feeds: their number.
        sigma: of the lognormal rates of new entries.
        spread: sigma of the lognormal share of entries that match; 0 if it is the same.
    """
    rng = np.random.default_rng(20)
    rates = rng.lognormal(sigma=sigma, size=feeds)
    rates *= MEAN_PER_DAY / rates.mean()
    shares = np.minimum(USUAL_SHARE * rng.lognormal(sigma=spread, size=feeds), 1.0)
    history = [arrival_times(rng, rate, HISTORY_DAYS) for rate in rates]
    policies = {
        "fixed": np.full(feeds, minutes(POLICY.interval)),
        "entry_frequency": entry_frequency(history),
        "adaptive": adaptive(history, rng.binomial([len(times) for times in history], shares)),
    }
    print(f"\nrates: lognormal, sigma {sigma}; share that matches: sigma {spread}")
    print("policy            mean    p50    p99  minutes   polls, of fixed   x entry_frequency")
    today = [arrival_times(rng, rate * share, 1) for rate, share in zip(rates, shares, strict=True)]
    delays = {name: delays_of(rng, today, intervals) for name, intervals in policies.items()}
    peer = figures(delays["entry_frequency"])
    for name, intervals in policies.items():
        mean, median, last = figures(delays[name])
        polls = float(np.mean(minutes(POLICY.interval) / intervals))
        ratio = f"mean {mean / peer[0]:.2f}, p99 {last / peer[2]:.2f}"
        print(f"{name:15} {mean:6.2f} {median:6.2f} {last:6.1f} {polls:19.3f}   {ratio}")


def arrival_times(rng: np.random.Generator, rate: float, days: int) -> np.ndarray:
    """Return arrival times in days: a Poisson process that is nine times as fast at noon."""
    times = rng.uniform(0, days, rng.poisson(rate * days * 1.8))
    usual = 1 - 0.8 * np.cos(2 * np.pi * times)
    return np.sort(times[rng.uniform(0, 1.8, len(times)) < usual])


def entry_frequency(history: Sequence[np.ndarray]) -> Intervals:
    weekly = np.array([np.sum(times >= HISTORY_DAYS - 7) for times in history])
    bounds = minutes(POLICY.min_interval), minutes(POLICY.max_interval)

    def with_factor(factor: float) -> Intervals:
        return np.clip(7 * MINUTES / np.maximum(weekly, 1) / factor, *bounds)

    low, high = 1e-6, 1e6
    for _ in range(60):
        middle = (low * high) ** 0.5
        is_cheap = np.mean(minutes(POLICY.interval) / with_factor(middle)) < 1
        low, high = (middle, high) if is_cheap else (low, middle)
    return with_factor(low)


def adaptive(history: Sequence[np.ndarray], matched: np.ndarray) -> Intervals:
    """Return the intervals that the product chooses after it has seen the history."""
    states = [known_state(*known) for known in zip(history, matched, strict=True)]
    weights = [poll_weight(state.profile.arrivals, NOW) or 0.0 for state in states]
    demand = Demand(reference=balance_weights(weights, POLICY))
    feed = Feed(id="f", name="f", url="https://news.example/rss")
    return np.array(
        [
            minutes(choose_interval(feed, state, POLICY, demand=demand, now=NOW).length)
            for state in states
        ]
    )


def known_state(times: np.ndarray, matched: int) -> FeedState:
    dates = [NOW - HISTORY_DAYS * DAY, *(NOW - (HISTORY_DAYS - time) * DAY for time in times)]
    share = matched / max(len(times), 1)
    profile = FeedProfile(
        arrivals=first_arrivals(dates, matched_share=share, now=NOW),
        turnover=Turnover(entries=DOCUMENT),
    )
    return FeedState(feed_id="f", baseline_at=NOW - HISTORY_DAYS * DAY, profile=profile)


def delays_of(
    rng: np.random.Generator, today: Sequence[np.ndarray], intervals: Intervals
) -> np.ndarray:
    """Return the minutes from each arrival to the next poll of its feed."""
    phases = rng.uniform(0, 1, len(intervals)) * intervals
    return np.concatenate(
        [
            (phase - times * MINUTES) % interval
            for times, interval, phase in zip(today, intervals, phases, strict=True)
        ]
    )


def figures(delays: np.ndarray) -> tuple[float, float, float]:
    return float(delays.mean()), float(np.median(delays)), float(np.quantile(delays, 0.99))


def minutes(span: timedelta) -> float:
    return span / timedelta(minutes=1)


# ---------------------------------------------------------------- replay

WARM_UP, MEASURED = timedelta(hours=12), timedelta(hours=24)


@dataclass
class Recorded:
    """A recorded feed: its documents, by the time since the start of the replay."""

    name: str
    times: list[timedelta]
    documents: list[ParsedDocument]
    listed_at: dict[str, timedelta] = field(default_factory=dict)  # the first time of each entry

    def at(self, time: timedelta) -> ParsedDocument:
        return self.documents[max(bisect_right(self.times, time) - 1, 0)]


@dataclass
class Result:
    """The entries that one policy found, with their delays, and its polls."""

    delays: dict[tuple[str, str], timedelta] = field(default_factory=dict)
    again: int = 0  # known pages that a poll took for new entries
    polls: int = 0


def replay(directory: Path) -> None:
    feeds = [read_feed(path) for path in sorted(directory.iterdir()) if path.is_dir()]
    wanted = {
        (feed.name, id_)
        for feed in feeds
        for id_, listed_at in feed.listed_at.items()
        if WARM_UP <= listed_at < WARM_UP + MEASURED
    }
    print(f"\nreplay of {len(feeds)} feeds: {len(wanted)} entries in 24 hours")
    print("policy        found   late   falsely new   polls   mean delay, minutes")
    fixed = {f"fixed {m} min": replace(POLICY, interval=timedelta(minutes=m)) for m in (5, 15, 60)}
    fixed = {name: replace(policy, min_interval=policy.interval) for name, policy in fixed.items()}
    for name, policy in (fixed | {"adaptive": POLICY}).items():
        result = run(feeds, policy)
        delays = [delay for key, delay in result.delays.items() if key in wanted]
        late = sum(delay > LATE for delay in delays)
        mean = sum(delays, timedelta()) / max(len(delays), 1)
        print(
            f"{name:12} {len(delays):6} {late:6} {result.again:13} {result.polls:7}"
            f" {minutes(mean):21.1f}"
        )


def read_feed(path: Path) -> Recorded:
    """Read the densest stretch of a recording that is long enough for warm-up and measurement."""
    snapshots = sorted((int(file.stem.partition("_")[2]), file) for file in path.glob("*.xml"))
    span = (WARM_UP + MEASURED).total_seconds()
    start = max(
        (at for at, _ in snapshots),
        key=lambda at: sum(at <= other < at + span for other, _ in snapshots),
    )
    chosen = [(at, file) for at, file in snapshots if start <= at < start + span]
    feed = Recorded(
        name=path.name,
        times=[timedelta(seconds=at - start) for at, _ in chosen],
        documents=[in_the_replay(read_document(path.name, at, file), start) for at, file in chosen],
    )
    for time, document in zip(feed.times, feed.documents, strict=True):
        for entry in document.entries:
            feed.listed_at.setdefault(entry.id, time)
    return feed


def read_document(name: str, at: int, file: Path) -> ParsedDocument:
    request = ParseRequest(
        body=file.read_bytes(),
        feed_id=name,
        url="https://news.example/rss",
        fetched_at=datetime.fromtimestamp(at, UTC),
    )
    return parse_document(request)


def in_the_replay(document: ParsedDocument, start: int) -> ParsedDocument:
    """Move the dates of the entries to the time of the replay."""
    shift = NOW - datetime.fromtimestamp(start, UTC)
    return replace(
        document,
        entries=tuple(
            replace(entry, published_at=entry.published_at and entry.published_at + shift)
            for entry in document.entries
        ),
    )


def run(feeds: Sequence[Recorded], policy: PollPolicy) -> Result:
    """Poll the recorded feeds for 36 hours; the first 12 are not counted."""
    result, jitter = Result(), Random(1)
    states = {feed.name: FeedState(feed_id=feed.name, next_due_at=NOW) for feed in feeds}
    seen: dict[str, set[str]] = {feed.name: set() for feed in feeds}
    pages: dict[str, set[tuple[str, str]]] = {feed.name: set() for feed in feeds}
    while True:
        feed = min(feeds, key=lambda feed: states[feed.name].next_due_at or NOW)
        now = states[feed.name].next_due_at or NOW
        time = now - NOW
        if time >= WARM_UP + MEASURED:
            return result
        document = feed.at(time)
        new = [entry for entry in document.entries if entry.id not in seen[feed.name]]
        if time >= WARM_UP:
            result.polls += 1
            result.again += sum((e.canonical_url, e.title) in pages[feed.name] for e in new)
        for entry in new:
            result.delays[feed.name, entry.id] = time - feed.listed_at[entry.id]
        seen[feed.name].update(entry.id for entry in document.entries)
        pages[feed.name].update((entry.canonical_url, entry.title) for entry in document.entries)
        outcome = FeedOutcome(
            feed=Feed(id=feed.name, name=feed.name, url="https://news.example/rss"),
            state=states[feed.name],
            policy=policy,
            now=now,
            jitter=jitter.random(),
            demand=Demand(reference=reference_of(states.values(), policy, now)),
        )
        states[feed.name] = outcome.parsed(FETCHED, document, new=[entry.id for entry in new])


FETCHED = Fetched(
    url="https://news.example/rss",
    status=200,
    body=b"",
    content_type="application/rss+xml",
    validators=NO_VALIDATORS,
    body_hash=b"",
)


def reference_of(states: Iterable[FeedState], policy: PollPolicy, now: datetime) -> float | None:
    weights = (poll_weight(state.profile.arrivals, now) for state in states)
    return balance_weights([weight for weight in weights if weight is not None], policy)


if __name__ == "__main__":
    main()
