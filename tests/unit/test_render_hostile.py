"""No headline becomes a mention, a tag, a header, a link or a trick, in any template."""

import json
import re
from dataclasses import replace
from typing import Any

import pytest

from builders.hostile import HOSTILE
from builders.messages import make_alert, make_digest, make_item, make_job, make_report, make_rollup
from straitwatch.core.model import (
    AlertKind,
    Facts,
    MatchNote,
    NoticeFacts,
    Outlet,
    Quote,
    SendJob,
    Severity,
)
from straitwatch.core.render import TextLimits, render_mail, render_slack, render_text

AMPLE = TextLimits(title=250, body=32_768)  # of a service
SLACK_LIVE = re.compile(r"<(?!https?://wire\.example/)")
INVISIBLE = re.compile(
    "[\x00-\x09\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\xad\ud800-\udfff\U000e0000-\U000e0fff]"
)
HTML_LIVE = re.compile(
    r"<(?:script|img|svg|iframe|h1>owned|!--)|href=\"(?!https?://)|<[^<>]*\son\w+=", re.IGNORECASE
)
GENERIC_LIVE = re.compile(r"@(?=\w)|<(?=[!@#\w/])|\]\(|javascript:|\w://(?=evil)", re.IGNORECASE)


def jobs(text: str) -> list[SendJob]:
    outlet = Outlet(name=text, stance=text)
    address = text if not text.startswith("https://") else ""  # that one may be a link
    note = MatchNote(
        watchlist=text, title=text, severity=Severity.HIGH, score=1, terms=(text, text)
    )
    report = make_report(outlet=outlet, title=text, url=address)
    alert = make_alert(
        title=text, story_title=text, outlet=outlet, matches=(note,), quote=Quote(text=text, spans=((0, 3), (4, 6))),
        title_spans=((1, 3),), first_report=replace(report, outlet=Outlet(name="other")), also=(report, report), outlet_count=5,
    )  # fmt: skip
    digest = make_digest(
        name=text,
        items=(make_item(title=text, outlet=outlet, watchlists=(text,), url=address), make_item()),
    )
    digest = replace(digest, coverage=replace(digest.coverage, feeds_broken=(text,)))
    facts: list[Facts] = [
        alert,
        replace(alert, kind=AlertKind.UPDATE),
        replace(alert, url=address),
        digest,
    ]
    item = make_item(title=text, outlet=outlet, watchlists=(text,), url=address)
    facts.append(make_rollup(items=(item, make_item()), cause=text, stories=9))
    facts.append(NoticeFacts(title=text, lines=(text, text)))
    return [make_job(fact, recipient="desk@example.org") for fact in facts]


def strings(value: Any) -> list[str]:
    match value:
        case str():
            return [value]
        case dict():
            return [text for member in value.values() for text in strings(member)]
        case list():
            return [text for member in value for text in strings(member)]
        case _:
            return []


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_slack_shows_text_as_text(text: str) -> None:
    for job in jobs(text):
        message = render_slack(job, zone="UTC", templates={}, is_bot=True)
        json.dumps(message).encode()
        for shown in [*strings(message["blocks"]), message["text"]]:
            assert not SLACK_LIVE.search(shown)
            assert not re.search("@(?:channel|here|everyone)", shown, re.IGNORECASE)
            assert not INVISIBLE.search(shown)


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_slack_stays_within_its_limits(text: str) -> None:
    for job in jobs(text):
        message = render_slack(job, zone="UTC", templates={})
        blocks = message["blocks"]
        assert 1 <= len(blocks) <= 50
        assert all(
            len(block["text"]["text"]) <= 3000 for block in blocks if block["type"] == "section"
        )
        assert all(
            len(block["text"]["text"]) >= 1 for block in blocks if block["type"] == "section"
        )
        assert len(message["text"]) <= 4000
        assert sum(map(len, strings(blocks))) < 13_000


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_mail_shows_text_as_text(text: str) -> None:
    for job in jobs(text):
        mail = render_mail(job, zone="UTC", templates={})
        body = mail.html.partition("<body>")[2]
        assert not HTML_LIVE.search(re.sub(r"&[#\w]+;", "", body.replace("&lt;", "‹")))
        for shown in (mail.subject, mail.text, mail.html):
            assert not INVISIBLE.search(shown)
            shown.encode()
        assert "\n" not in mail.subject


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_other_services_get_no_active_markup(text: str) -> None:
    for job in jobs(text):
        shown = str(render_text(job, zone="UTC", templates={}, limits=AMPLE))
        assert not GENERIC_LIVE.search(shown)
        assert not INVISIBLE.search(shown)
