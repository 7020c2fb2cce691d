"""Three original reports, their retellings and translations: stories, origins, alerts, updates."""

import json
from collections import defaultdict
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
import yaml

from builders import NOON, make_entry, poll_of, seen_feed_state
from builders.beat import BEAT
from straitwatch.app.activate import activate
from straitwatch.app.load import load
from straitwatch.cli.encoding import EncoderSetting, LineEncoder
from straitwatch.core.cluster import StoryWindow
from straitwatch.core.model import UNNAMED_MEDIA, Alert, AlertKind, Feed, Plan, Story
from straitwatch.core.normalize import canonical_url
from straitwatch.core.plan import PollContext, plan_poll
from straitwatch.core.report import Arrival, add_vectors, meaning_of

ROOT = Path(__file__).parents[2]
EVENTS = {"us-statement": "taiwan-policy", "airborne-deal": "china-russia-military"}


class Constellation:
    """The demonstration stream, an item a poll, through the shipped watch-lists."""

    def __init__(self, encoder: LineEncoder) -> None:
        self.encoder = encoder
        self.rules = activate(load(ROOT / "config", {})).rules
        self.window = StoryWindow(BEAT.lexicon)
        self.stories: dict[str, Story] = {}
        self.labels: dict[str, set[str]] = defaultdict(set)
        self.plans: list[Plan] = []
        rows = yaml.safe_load((ROOT / "seeds/feeds.yaml").read_text(encoding="utf-8"))["feeds"]
        self.feeds = {row["name"]: Feed(id=row["name"], **row) for row in rows}
        for line in (ROOT / "seeds/stream.jsonl").read_text(encoding="utf-8").splitlines():
            self.take(json.loads(line))

    def take(self, item: dict) -> None:
        feed, now = self.feeds[item["feed"]], NOON + timedelta(seconds=item["at"])
        entry = make_entry(
            item["title"],
            id=item["guid"],
            url=item["url"],
            canonical_url=canonical_url(item["url"]),
            summary=item["summary"],
            language=item["language"],
            published_at=now,
        )
        arrival = Arrival(feed=feed, state=seen_feed_state(feed), seen_at=now)
        context = PollContext(
            window=self.window,
            stories=self.stories,
            report_rates=dict.fromkeys(EVENTS.values(), 0.1),  # a quiet beat: four an hour break
        )
        poll = poll_of(entry, arrival=arrival, rules=self.rules)
        vectors = [self.encoder.encode(meaning_of(report)) for report in poll.reports]
        poll = replace(poll, reports=tuple(add_vectors(poll.reports, vectors)))
        plan = plan_poll(poll, context, self.rules)
        self.stories |= {story.id: story for story in plan.stories}
        self.plans.append(plan)
        for planned in plan.entries:
            if planned.fold:
                self.labels[planned.fold.story_id].add(item["story"])

    def named(self, label: str) -> list[Story]:
        """Return the stories of a label, the one with most outlets first."""
        found = [self.stories[id_] for id_, labels in self.labels.items() if label in labels]
        return sorted(found, key=lambda story: -len(story.outlets))

    def first_alerts(self) -> list[Alert]:
        """Return the messages that are not updates."""
        return [
            alert for plan in self.plans for alert in plan.alerts if alert.kind is AlertKind.NEW
        ]


@pytest.fixture(scope="module")
def constellation_by_meaning() -> Constellation:
    with LineEncoder(EncoderSetting.AUTO) as encoder:
        return Constellation(encoder)


@pytest.fixture(scope="module")
def constellation_by_words() -> Constellation:
    with LineEncoder(EncoderSetting.OFF) as encoder:
        return Constellation(encoder)


@pytest.fixture(params=["constellation_by_meaning", "constellation_by_words"])
def constellation(request) -> Constellation:
    return request.getfixturevalue(request.param)


def test_three_events_in_six_languages_are_three_or_four_first_alerts(
    constellation_by_meaning,
) -> None:
    firsts = [alert.facts.title for alert in constellation_by_meaning.first_alerts()]

    assert len(firsts) <= 4, firsts


def test_story_mixes_two_events_only_if_one_article_does(constellation) -> None:
    mixed = [
        labels for labels in constellation.labels.values() if len(labels - {"three-reports"}) > 1
    ]

    assert mixed == []


def test_each_event_has_one_first_alert_in_english(constellation) -> None:
    firsts = [
        alert.facts.outlet.name
        for alert in constellation.first_alerts()
        if alert.facts.outlet.language == "en"
    ]

    assert firsts.count("Demo Business Daily") == firsts.count("Demo Capital Daily") == 1
    assert len(firsts) <= 4


@pytest.mark.parametrize(
    ("label", "first", "paper"),
    [
        ("us-statement", "Demo Business Daily", "Wall Street Journal"),
        ("airborne-deal", "Demo Capital Daily", "Washington Post"),
    ],
)
def test_retellings_add_no_origin_to_the_paper_that_they_repeat(
    constellation, label: str, first: str, paper: str
) -> None:
    for story in constellation.named(label):
        assert set(story.origins) <= {first, paper, UNNAMED_MEDIA}


def test_retellings_of_one_paper_break_no_story(constellation) -> None:
    assert not any(story.is_breaking for label in EVENTS for story in constellation.named(label))


def test_most_later_reports_are_updates_or_retellings(constellation) -> None:
    alerts = [alert for plan in constellation.plans for alert in plan.alerts]

    assert len(constellation.first_alerts()) < len(alerts) / 2


def test_translations_are_shown_as_related_to_a_story_of_their_event(
    constellation_by_words,
) -> None:
    constellation = constellation_by_words
    links = [
        (label, constellation.labels[fold.related.story_id])
        for plan in constellation.plans
        for planned in plan.entries
        if (fold := planned.fold) and fold.related
        for label in constellation.labels[fold.story_id]
    ]

    assert len(links) >= 3
    assert all(label in others or "three-reports" in others | {label} for label, others in links)


def test_alert_on_a_translation_quotes_the_related_headline(constellation_by_words) -> None:
    constellation = constellation_by_words
    related = [
        alert.facts.related
        for plan in constellation.plans
        for alert in plan.alerts
        if alert.facts.related
    ]

    assert {report.outlet.language for report in related} & {"en", "zh-Hant", "ru"}
