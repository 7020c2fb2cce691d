"""Turns an answer of `why` into lines of text."""

from collections.abc import Iterator
from functools import partial
from zoneinfo import ZoneInfo

from rich.text import Text

from straitwatch.cli.jsonl import printable
from straitwatch.cli.output import HIT, local_time, zone_time
from straitwatch.core.model import DeliveryState, Relation
from straitwatch.core.plural import counted
from straitwatch.core.reasons import REASONS
from straitwatch.why.answers import (
    Answer,
    DeliveryAnswer,
    FeedAnswer,
    ListAnswer,
    MarkAnswer,
    StoredAnswer,
    UnseenAnswer,
)
from straitwatch.why.page_words import page_words

_MISSING_SHOWN = 70  # characters that a rule lacks; --json has all
_TEXT_SHOWN = 1_200  # characters of a summary or content; --json has all


def answer_lines(answer: Answer, zone: ZoneInfo) -> Iterator[Text]:
    """Yield the lines of an answer."""
    yield _headline(answer)
    match answer:
        case StoredAnswer():
            yield from _history_lines(answer, zone)
        case UnseenAnswer():
            yield from map(Text, _unseen_lines(answer, zone))
    for verdict in answer.lists:
        yield from _list_lines(verdict)


def _headline(answer: Answer) -> Text:
    """Return the title with its hits marked."""
    line = Text(printable(answer.title), style="bold")
    for begin, end in answer.title_hits:
        line.stylize(HIT, begin, end)
    return line


def brief_line(answer: StoredAnswer, zone: ZoneInfo) -> Text:
    """Return one line about another entry with the same title."""
    line = f"also {local_time(answer.seen, zone)} in {answer.feed}: {answer.title}"
    return Text(f"{line} ({answer.decision}, {answer.reason})", style="dim")


# ---------------------------------------------------------------- a stored entry


def _history_lines(answer: StoredAnswer, zone: ZoneInfo) -> Iterator[Text]:
    for line in _decision_lines(answer, zone):
        yield Text(f"  {line}")
    for line in _message_lines(answer, zone):
        yield Text(f"  {line}")
    if answer.page:
        yield Text(f"  {page_words(answer.page, partial(local_time, zone=zone))}")
    for mark in answer.marks:
        yield Text(f"  {_mark_line(mark)}")
    for line in answer.since_then:
        yield Text(f"  {line}", style="yellow")


def _decision_lines(answer: StoredAnswer, zone: ZoneInfo) -> Iterator[str]:
    if answer.summary:
        yield f"summary: {_shortened(answer.summary)}"
    if answer.content:
        source = "page" if answer.page and answer.page.matched else "content"
        yield f"{source}: {_shortened(answer.content)}"
    yield answer.url or "no link"
    yield f"seen {zone_time(answer.seen, zone)} in {answer.feed}"
    version = f" [configuration {answer.config}]" if answer.config else ""
    meaning = REASONS[answer.reason].long
    yield f"then: {answer.decision}, because {answer.reason} ({meaning}){version}"
    for silence in answer.silences:
        yield f"silenced: {silence}"
    if answer.story:
        yield f"story {answer.story}: {answer.fold}"
        if answer.relation is not Relation.NEW:
            command = f"`straitwatch stories split {answer.story} {answer.id} --alert`"
            yield f"  another event? {command}"
    if answer.related:
        command = f"`straitwatch stories merge {answer.related} {answer.story}`"
        yield f"possibly the same event as story {answer.related}: {command}"


def _message_lines(answer: StoredAnswer, zone: ZoneInfo) -> Iterator[str]:
    """Yield the messages about an entry, and the number of others about its story."""
    alert = ""
    for delivery in answer.deliveries:
        if delivery.alert != alert:
            alert = delivery.alert
            yield f"alert {alert}: {delivery.title}"
        yield f"  {', '.join(_delivery_parts(delivery, zone))} ({_routes(delivery)})"
    others = answer.other_deliveries
    if answer.story and not answer.deliveries:
        yield f"no message was sent about this {'report' if others else 'story'}"
    if others:
        command = f"`straitwatch stories show {answer.story}`"
        yield f"{counted(others, 'other message')} about the story; see {command}"


def _delivery_parts(delivery: DeliveryAnswer, zone: ZoneInfo) -> Iterator[str]:
    to = " ".join(filter(None, (delivery.receiver, delivery.recipient)))
    delivered = f" {local_time(delivery.delivered, zone)}" if delivery.delivered else ""
    yield f"delivery {delivery.id} to {to}: {delivery.state}{delivered}"
    until = delivery.not_before if delivery.state is DeliveryState.HELD else None
    if delivery.reason or until:
        yield delivery.reason + (f" until {local_time(until, zone)}" if until else "")
    if delivery.attempts > 1 or (delivery.attempts and not delivery.delivered):
        yield f"{counted(delivery.attempts, 'attempt')}, the last: {delivery.last or 'no reply'}"
    if delivery.merged_into:
        yield f"merged into {delivery.merged_into}"


def _routes(delivery: DeliveryAnswer) -> str:
    return f"route {', '.join(delivery.routes) or '-'}"


def _mark_line(mark: MarkAnswer) -> str:
    verdict = mark.verdict.replace("_", " ")
    by = f" by {mark.by}" if mark.by else ""
    return f"marked {verdict} for {mark.watchlist}{by}" + (f": {mark.note}" if mark.note else "")


def _shortened(text: str) -> str:
    """Return a text as one paragraph; of a long one the beginning and the number of the rest."""
    flat = " ".join(text.split())
    if len(flat) <= _TEXT_SHOWN:
        return flat
    return f"{flat[:_TEXT_SHOWN]}… ({len(flat) - _TEXT_SHOWN:,} more characters)"


# ---------------------------------------------------------------- an unknown text


def _unseen_lines(answer: UnseenAnswer, zone: ZoneInfo) -> Iterator[str]:
    yield "  never seen in a feed"
    for sentence in answer.missing:
        yield f"  {sentence}"
    if answer.feeds is None:
        return
    if not answer.feeds:
        yield "  no configured feed has this host"
    for feed in answer.feeds:
        yield f"  feed {feed.feed} {_feed_state(feed, zone)}"


def _feed_state(feed: FeedAnswer, zone: ZoneInfo) -> str:
    if feed.failures:
        since = f"last success {zone_time(feed.last_ok, zone)}"
        return f"is failing ({since}): {feed.outcome}"
    if not feed.enabled:
        return "is disabled"
    return f"is polled; {feed.problem}" if feed.problem else "is polled"


# ---------------------------------------------------------------- one list


def _list_lines(verdict: ListAnswer) -> Iterator[Text]:
    yield Text.assemble("  ", (verdict.watchlist, "bold"), ": ", _verdict(verdict))
    for rule in verdict.rules:
        sign = f"{rule.points:+d}" if rule.holds else ""
        hits = ", ".join(dict.fromkeys(rule.hits))
        missing = f"missing {_cut(', '.join(rule.missing))}" if rule.missing else ""
        gap = "; " if hits and missing else ""
        words = (hits, "yellow") if hits or missing else (rule.when, "")
        yield Text.assemble(f"    {sign:>4} {rule.rule}: ", words, gap, missing)
    for masked in dict.fromkeys(verdict.masked):
        yield Text(f"         not counted: {masked}")


def _verdict(verdict: ListAnswer) -> Text:
    if verdict.fires:
        return Text.assemble(("fires", "bold green"), f", {verdict.severity}, {verdict.points}")
    if verdict.near_miss:
        return Text.assemble(("near miss", "bold yellow"), f": {_cut(verdict.nearest)}")
    return Text(f"does not fire, {verdict.points}")


def _cut(text: str) -> str:
    return text if len(text) <= _MISSING_SHOWN else f"{text[:_MISSING_SHOWN]}…"
