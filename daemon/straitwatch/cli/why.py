"""`why`: the answer to "why did I get this" and "why did I not"."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Annotated, Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import typer
from rich.console import Console
from rich.text import Text

from straitwatch import store as db
from straitwatch.cli.console import new_console
from straitwatch.cli.jsonl import write_line
from straitwatch.cli.lazy import new_app
from straitwatch.cli.options import (
    DEFAULT_CONFIG,
    ConfigDir,
    Json,
    check_language,
    load_quickly,
    opened,
)
from straitwatch.config import Config, kept_lists
from straitwatch.core.cluster.text import has_cjk
from straitwatch.core.compiled_beat import compile_beat
from straitwatch.core.match import (
    Explanation,
    Matcher,
    RuleExplanation,
    find_deciding_rules,
    find_near_miss,
)
from straitwatch.core.model import AlertFacts, Feed, FeedState, Mark, MatchText, Reason
from straitwatch.core.normalize import canonical_url
from straitwatch.core.reasons import REASONS
from straitwatch.core.render import counted
from straitwatch.core.report import Arrival, make_report, matchable
from straitwatch.core.route import silence_of
from straitwatch.errors import ConfigError, StoreAbsent, UsageError

NEAREST_RULES = 3  # lines of `match` that lack the least
_ID = re.compile(r"[a-z2-7]{10,}…?|[0-9a-f]{20}")  # of a story or report; of an alert
_WORD = re.compile(r"[^\W\d_]+")
WIDTH = 70  # characters of what a rule lacks, for people; --json has it all
PAGE = 1_200  # characters of a summary or content that are printed; --json has all
MESSAGES = 1_000  # about a story that are counted
SHOWN = 5  # entries that a title stands for; the first in full

app = new_app()


@app.command(
    epilog='Examples:  `straitwatch why https://news.example/a`  ·  `straitwatch why "Fleet '
    'crosses the Taiwan Strait"`'
)
def why(
    text: Annotated[str, typer.Argument(metavar="URL|TITLE|STORY|TEXT", help="What to explain.")],
    language: Annotated[str, typer.Option(help="Language of a free text: en, ru ...")] = "",
    config: ConfigDir = DEFAULT_CONFIG,
    json: Json = False,
) -> None:
    """Explain a decision about an entry, or match a text against the lists.

    What is stored says what was decided then, by which configuration; the lists in the directory
    say what they would make of it today, and what has changed in between.
    """
    is_url = text.startswith(("http://", "https://"))
    language = check_language(language)
    try:
        with opened(config) as (loaded, store), store.reading() as tx:
            page = canonical_url(text) if is_url else ""
            found = db.find_entries(tx, text, canonical_url=page, limit=SHOWN)
            found = found or _entries_of_story(tx, text)
            answers = [_stored(tx, stored, loaded) for stored in found]
            if not found:
                states = db.feed_states(tx)
                answers = [_unseen(states, text, loaded, language=language, is_url=is_url)]
    except StoreAbsent:  # the lists can be asked before anything was read
        loaded = load_quickly(config)
        answers = [_unseen({}, text, loaded, language=language, is_url=is_url)]
    if json:
        for answer in answers:
            write_line(answer)
        return
    console = new_console(highlight=False, soft_wrap=True)
    _print(console, answers[0], ZoneInfo(loaded.timezone))
    for answer in answers[1:]:
        _print_briefly(console, answer, ZoneInfo(loaded.timezone))


# ---------------------------------------------------------------- what is known


def describe_fold(stored: db.StoredEntry) -> str:
    """Say why a report is in its story, with the words of which the stems are compared."""
    if stored.fold is None:
        return ""
    words = _WORD.findall(f"{stored.entry.title} {stored.entry.summary}".casefold())
    evidence = tuple(
        term if has_cjk(term) else next((word for word in words if word.startswith(term)), term)
        for term in stored.fold.evidence
    )
    return str(replace(stored.fold, evidence=evidence))


def _entries_of_story(tx: db.Transaction, text: str) -> list[db.StoredEntry]:
    """Return the entry of an alert, or entries of the story whose id or headline this is."""
    if told := db.alert_entries(tx, text):
        return told
    story = db.current_story(tx, text)
    if story is None:
        return db.headline_entries(tx, text)[:SHOWN]
    return db.story_entries(tx, story.id, limit=SHOWN)


def _stored(tx: db.Transaction, stored: db.StoredEntry, config: Config) -> dict[str, Any]:
    configured = {it.id: it for it in config.feeds}.get(stored.feed_id)
    feed = configured or db.stored_feeds(tx)[stored.feed_id]
    text = matchable(stored.entry, feed)
    fold = stored.fold
    records = db.list_deliveries(tx, story_id=fold.story_id, limit=MESSAGES) if fold else []
    own = [record for record in records if _told_report(record) == stored.entry.id]
    return {
        "title": stored.entry.title,
        "summary": text.summary,
        "content": text.content,
        "about": list(text.about),
        "url": stored.entry.url,
        "id": stored.entry.id,
        "seen": stored.seen_at.isoformat(),
        "feed": stored.feed_name,
        "matched": [match.watchlist for match in stored.matches],
        "story": fold.story_id if fold else None,
        "relation": fold.relation if fold else None,
        "fold": describe_fold(stored),
        "decision": stored.decision.action,
        "reason": stored.decision.reason,
        "silences": _silences(tx, stored, feed, config),
        "config": stored.config_version or None,
        "deliveries": [_delivery(record) for record in own],
        "other_deliveries": len(records) - len(own),
        "marks": [_mark(mark) for mark in db.read_marks(tx, entry_id=stored.entry.id).values()],
        "since_then": _since_then(tx, stored, text, config),
        "lists": [_list(explanation) for explanation in config.matcher.explain(text)],
    }


def _silences(tx: db.Transaction, stored: db.StoredEntry, feed: Feed, config: Config) -> list[str]:
    """Name the silences that held an entry when it was seen, as far as they are still known."""
    if stored.decision.reason is not Reason.SILENCED:
        return []
    known = (*db.all_silences(tx), *config.alerts.silences)
    arrival = Arrival(feed=feed, state=FeedState(feed_id=feed.id), seen_at=stored.seen_at)
    beat = compile_beat(config.beat, config.feeds)
    report = make_report(stored.entry, stored.matches, arrival, config.alerts, beat)
    found = [silence_of(match, report, known) for match in stored.matches]
    zone = ZoneInfo(config.timezone)
    return [
        f"{it.subject}, until {it.until_at.astimezone(zone):%d %b %Y %H:%M %Z}"
        + "".join(f" ({word})" for word in (it.author, it.reason) if word)
        for it in dict.fromkeys(filter(None, found))
    ]


def _told_report(record: db.DeliveryRecord) -> str:
    """Return the entry that a message tells of; "" for a message about many stories."""
    return record.facts.entry_id if isinstance(record.facts, AlertFacts) else ""


def _delivery(record: db.DeliveryRecord) -> dict[str, Any]:
    delivery = record.delivery
    return {
        "id": delivery.id,
        "alert": delivery.alert_id,
        "title": record.facts.title if isinstance(record.facts, AlertFacts) else "",
        "receiver": delivery.receiver,
        "recipient": delivery.recipient,
        "state": delivery.state,
        "reason": delivery.state_reason,
        "routes": list(delivery.routes),
        "revision": record.revision,
        "attempts": record.attempts,
        "last": " ".join(filter(None, (record.last_code, record.last_text))),
        "not_before": delivery.not_before.isoformat() if delivery.not_before else None,
        "delivered": record.delivered_at.isoformat() if record.delivered_at else None,
        "merged_into": record.merged_into or None,
    }


def _mark(mark: Mark) -> dict[str, str]:
    return {
        "watchlist": mark.watchlist,
        "verdict": mark.verdict.value,
        "by": mark.marked_by,
        "note": mark.note,
    }


def _unseen(
    states: Mapping[str, FeedState], text: str, config: Config, *, language: str, is_url: bool
) -> dict[str, Any]:
    answer: dict[str, Any] = {"title": text, "seen": None, "lists": []}
    if is_url:
        answer["feeds"] = _feeds_of_host(states, text, config)
        return answer
    explained = config.matcher.explain(MatchText(title=text, language=language))
    if _ID.fullmatch(text) and not any(rule.hits for it in explained for rule in it.rules):
        raise UsageError(
            f"no story, report or alert {text}\n"
            "hint: see `straitwatch stories list`; no list knows it as a word either"
        )
    answer["lists"] = [_list(explanation) for explanation in explained]
    return answer


def _feeds_of_host(
    states: Mapping[str, FeedState], url: str, config: Config
) -> list[dict[str, Any]]:
    """Say how the feeds stand that might have brought a page: not seeing is often not polling."""
    host = _host(url)
    found = []
    for feed in config.feeds:
        if _host(feed.url) != host:
            continue
        state = states.get(feed.id)
        found.append(
            {
                "feed": feed.name,
                "enabled": feed.enabled,
                "failures": state.failures if state else 0,
                "outcome": state.last_outcome if state else "",
                "last_ok": state.last_ok_at.isoformat() if state and state.last_ok_at else None,
            }
        )
    return found


def _host(url: str) -> str:
    """Return the last two labels of a host: news.example.org and www.example.org are one outlet."""
    return ".".join((urlsplit(url).hostname or "").split(".")[-2:])


# ---------------------------------------------------------------- then and today


def _since_then(
    tx: db.Transaction, stored: db.StoredEntry, text: MatchText, config: Config
) -> list[str]:
    """Say where the lists of today differ from those that decided, as far as it matters here."""
    version = stored.config_version
    if version in ("", config.version):
        return []
    kept = db.saved_config(tx, version)
    if kept is None:
        return [f"the configuration of then ({version}) was not kept"]
    try:
        then = kept_lists(kept.text).matcher
    except ConfigError:
        return [f"the configuration of then ({version}) cannot be read by this version"]
    old = {it.watchlist: it for it in then.explain(text)}
    new = {it.watchlist: it for it in config.matcher.explain(text)}
    return [
        _difference(name, old.get(name), new.get(name), then=then, today=config.matcher)
        for name in sorted(old.keys() | new.keys())
        if _outcome(old.get(name)) != _outcome(new.get(name))
    ]


def _outcome(explanation: Explanation | None) -> str:
    if explanation is None or not explanation.fires:
        return ""
    return explanation.severity or ""


def _difference(
    name: str,
    old: Explanation | None,
    new: Explanation | None,
    *,
    then: Matcher,
    today: Matcher,
) -> str:
    before, after = _would(old), _would(new)
    is_gain = bool(_outcome(new)) and not _outcome(old)
    fires, other, lacking = (new, old, then) if is_gain else (old, new, today)
    reason = ""
    if fires and (unknown := _unknown_terms(fires, lacking)):
        reason = f"the lists of {'then' if is_gain else 'today'} have no {', '.join(unknown)}"
    elif fires:
        reason = "; ".join(find_deciding_rules(fires, other))
    line = f"{name}: then it {before}; today it {after}"
    return f"{line} ({reason})" if reason else line


def _would(explanation: Explanation | None) -> str:
    if explanation is None:
        return "did not exist"
    points = f"{explanation.score} of {explanation.threshold} points"
    if explanation.fires:
        return f"fires ({explanation.severity}, {points})"
    return f"does not fire ({explanation.filtered or explanation.excluded_by or points})"


def _unknown_terms(explanation: Explanation, other: Matcher) -> list[str]:
    """Return the terms that hold here and that the other lists do not look for at all."""
    terms = [hit.term for rule in explanation.held if rule.points > 0 for hit in rule.hits]
    return [term for term in dict.fromkeys(terms) if not other.knows(term)]


# ---------------------------------------------------------------- one list


def _list(explanation: Explanation) -> dict[str, Any]:
    missed = find_near_miss(explanation)
    return {
        "watchlist": explanation.watchlist,
        "fires": explanation.fires,
        "near_miss": missed is not None,
        "nearest": missed.text if missed else "",
        "score": explanation.score,
        "threshold": explanation.threshold,
        "severity": explanation.severity,
        "filtered": explanation.filtered,
        "excluded_by": explanation.excluded_by,
        "rules": [
            {
                "rule": rule.rule,
                "when": rule.when,
                "holds": rule.holds,
                "points": rule.points,
                "hits": [hit.text for hit in rule.hits],
                "missing": [str(lack) for lack in rule.missing],
            }
            for rule in _telling(explanation)
        ],
        "masked": [
            f"{masked.hit.text} inside {masked.inside.text}" for masked in explanation.masked
        ],
    }


def _telling(explanation: Explanation) -> list[RuleExplanation]:
    """Return the rules that hold, and when the list does not fire the ways in that lack least."""
    if explanation.fires:
        return list(explanation.held)
    ways_in = [rule for rule in explanation.rules if rule.missing and rule.kind == "match"]
    nearest = sorted(ways_in, key=lambda rule: (not rule.hits, len(rule.missing)))
    return [*explanation.held, *nearest[:NEAREST_RULES]]


# ---------------------------------------------------------------- for people


def _print(console: Console, answer: dict[str, Any], zone: ZoneInfo) -> None:
    console.print(Text(answer["title"], style="bold"))
    if answer["seen"]:
        _print_history(console, answer, zone)
    else:
        _print_unseen(console, answer)
    for explained in answer["lists"]:
        _print_list(console, explained)


def _print_history(console: Console, answer: dict[str, Any], zone: ZoneInfo) -> None:
    def say(line: str, style: str = "") -> None:
        console.print(Text(f"  {line}", style=style))

    for name in ("summary", "content"):
        if answer[name]:
            say(f"{name}: {_page(answer[name])}")
    say(answer["url"] or "no link")
    say(f"seen {_local(answer['seen'], zone)} in {answer['feed']}")
    version = f" [configuration {answer['config']}]" if answer["config"] else ""
    meaning = REASONS[answer["reason"]].long
    say(f"then: {answer['decision']}, because {answer['reason']} ({meaning}){version}")
    for silence in answer["silences"]:
        say(f"silenced: {silence}")
    if answer["story"]:
        say(f"story {answer['story']}: {answer['fold']}")
    for line in _message_lines(answer, zone):
        say(line)
    for mark in answer["marks"]:
        note = f": {mark['note']}" if mark["note"] else ""
        verdict = mark["verdict"].replace("_", " ")
        say(f"marked {verdict} for {mark['watchlist']} by {mark['by'] or 'somebody'}{note}")
    for line in answer["since_then"]:
        say(line, "yellow")


def _message_lines(answer: dict[str, Any], zone: ZoneInfo) -> Iterator[str]:
    """Yield the messages about an entry, and how many others there are about its story."""
    told = ""
    for delivery in answer["deliveries"]:
        if delivery["alert"] != told:
            told = delivery["alert"]
            yield f"alert {told}: {delivery['title']}"
        yield f"  {_delivery_line(delivery, zone)}"
    others = answer["other_deliveries"]
    if answer["story"] and not answer["deliveries"]:
        yield f"nothing was sent about this {'report' if others else 'story'}"
    if others:
        command = f"`straitwatch stories show {answer['story']}`"
        yield f"{counted(others, 'other message')} about the story; see {command}"


def _delivery_line(delivery: dict[str, Any], zone: ZoneInfo) -> str:
    to = " ".join(filter(None, (delivery["receiver"], delivery["recipient"])))
    line = f"delivery {delivery['id']} to {to}: {delivery['state']}"
    if delivery["delivered"]:
        line += f" {_local(delivery['delivered'], zone)}"
    if delivery["reason"]:
        line += f", {delivery['reason']}"
    if delivery["not_before"] and delivery["state"] == "held":
        line += f" until {_local(delivery['not_before'], zone)}"
    if delivery["attempts"] > 1 or (delivery["attempts"] and not delivery["delivered"]):
        line += f", {delivery['attempts']} attempts, the last: {delivery['last'] or 'no answer'}"
    if delivery["merged_into"]:
        line += f", merged into {delivery['merged_into']}"
    return f"{line} (route {', '.join(delivery['routes']) or '-'})"


def _print_unseen(console: Console, answer: dict[str, Any]) -> None:
    console.print("  never seen in a feed")
    if "feeds" not in answer:
        return
    if not answer["feeds"]:
        console.print("  no configured feed is of this host")
    for feed in answer["feeds"]:
        state = "is switched off" if not feed["enabled"] else "is polled"
        if feed["failures"]:
            state = f"fails since {feed['last_ok'] or 'ever'}: {feed['outcome']}"
        console.print(Text(f"  feed {feed['feed']} {state}"))


def _print_briefly(console: Console, answer: dict[str, Any], zone: ZoneInfo) -> None:
    line = f"also {_local(answer['seen'], zone)} in {answer['feed']}: {answer['title']}"
    console.print(Text(f"{line} ({answer['decision']}, {answer['reason']})", style="dim"))


def _local(moment: str, zone: ZoneInfo) -> str:
    return f"{datetime.fromisoformat(moment).astimezone(zone):%d %b %Y %H:%M}"


def _page(text: str) -> str:
    """Return a text as one paragraph, and of a long one how much is left out."""
    flat = " ".join(text.split())
    if len(flat) <= PAGE:
        return flat
    return f"{flat[:PAGE]}… ({len(flat) - PAGE:,} more characters)"


def _cut(text: str) -> str:
    return text if len(text) <= WIDTH else f"{text[:WIDTH]}…"


def _print_list(console: Console, explained: dict[str, Any]) -> None:
    points = f"{explained['score']} of {explained['threshold']} points"
    if explained["fires"]:
        verdict = Text.assemble(("fires", "bold green"), f", {explained['severity']}, {points}")
    elif explained["near_miss"]:
        verdict = Text.assemble(("near miss", "bold yellow"), f": {_cut(explained['nearest'])}")
    else:
        verdict = Text(f"does not fire, {points}")
    console.print(Text.assemble("  ", (explained["watchlist"], "bold"), ": ", verdict))
    for rule in explained["rules"]:
        sign = f"{rule['points']:+d}" if rule["holds"] else ""
        hits = ", ".join(dict.fromkeys(rule["hits"])) or "-"
        missing = f"; missing {_cut(', '.join(rule['missing']))}" if rule["missing"] else ""
        console.print(Text.assemble(f"    {sign:>4} {rule['rule']}: ", (hits, "yellow"), missing))
    for masked in dict.fromkeys(explained["masked"]):
        console.print(Text(f"         not counted: {masked}"))
