"""`why`: the answer to "why did I get this" and "why did I not"."""

from typing import Annotated, Any

import typer
from rich.console import Console

from straitwatch import store as db
from straitwatch.cli.jsonl import write_line
from straitwatch.cli.options import DEFAULT_CONFIG, ConfigDir, Json, opened
from straitwatch.config import Config
from straitwatch.core.match import Explanation, RuleExplanation
from straitwatch.core.model import Feed, MatchText
from straitwatch.core.normalize import canonical_url
from straitwatch.core.plan import matchable

NEAREST_RULES = 3  # of a list that found nothing at all in a text


def register(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command(
        epilog='Examples:  `straitwatch why https://news.example/a`  ·  `straitwatch why "Fleet '
        'crosses the Taiwan Strait"`'
    )(why)


def why(
    text: Annotated[str, typer.Argument(metavar="URL|TITLE|TEXT", help="What to explain.")],
    language: Annotated[str, typer.Option(help="Language of a free text: en, ru ...")] = "",
    config: ConfigDir = DEFAULT_CONFIG,
    json: Json = False,
) -> None:
    """Explain what was made of an entry, or what the lists say of a text.

    What is stored says what was decided then; the lists answer as they are now.
    """
    with opened(config) as (loaded, store):
        is_url = text.startswith(("http://", "https://"))
        page = canonical_url(text) if is_url else ""
        found = store.call(db.find_entries, text, canonical_url=page, limit=5)
        deliveries = {
            stored.entry.id: store.call(db.list_deliveries, story_id=stored.fold.story_id)
            for stored in found
            if stored.fold is not None
        }
    answers = [
        _stored(stored, deliveries.get(stored.entry.id, []), loaded) for stored in found
    ] or [_unseen(text, loaded, language=language, is_url=is_url)]
    for answer in answers:
        if json:
            write_line(answer)
        else:
            _print(answer)


def _stored(
    stored: db.StoredEntry, deliveries: list[db.DeliveryRecord], config: Config
) -> dict[str, Any]:
    feeds = {feed.id: feed for feed in config.feeds}
    feed = feeds.get(stored.feed_id) or Feed(id=stored.feed_id, name=stored.feed_name, url="")
    fold = stored.fold
    return {
        "title": stored.entry.title,
        "url": stored.entry.url,
        "seen": stored.seen_at.isoformat(),
        "feed": stored.feed_name,
        "matched": [match.watchlist for match in stored.matches],
        "story": fold.story_id if fold else None,
        "relation": fold.relation if fold else None,
        "fold": _fold_text(fold.reason, fold.score, fold.threshold, fold.evidence) if fold else "",
        "decision": stored.decision.action,
        "reason": stored.decision.reason,
        "deliveries": [
            {
                "receiver": record.delivery.receiver,
                "recipient": record.delivery.recipient,
                "state": record.delivery.state,
                "reason": record.delivery.state_reason,
                "routes": list(record.delivery.routes),
            }
            for record in deliveries
        ],
        "lists": [
            _list(explanation)
            for explanation in config.matcher.explain(matchable(stored.entry, feed))
        ],
    }


def _fold_text(reason: str, score: float, threshold: float, evidence: tuple[str, ...]) -> str:
    if not score:
        return reason
    return f"{reason} ({score:.2f}, needs {threshold:.2f}): {', '.join(evidence)}"


def _unseen(text: str, config: Config, *, language: str, is_url: bool) -> dict[str, Any]:
    answer: dict[str, Any] = {"title": text, "seen": None, "lists": []}
    if not is_url:
        explained = config.matcher.explain(MatchText(title=text, language=language))
        answer["lists"] = [_list(explanation) for explanation in explained]
    return answer


def _list(explanation: Explanation) -> dict[str, Any]:
    return {
        "watchlist": explanation.watchlist,
        "fires": explanation.fires,
        "near_miss": explanation.is_near_miss,
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
                "missing": list(rule.missing),
            }
            for rule in _telling(explanation)
        ],
        "masked": [
            f"{masked.hit.text} inside {masked.inside.text}" for masked in explanation.masked
        ],
    }


def _telling(explanation: Explanation) -> list[RuleExplanation]:
    """Return the rules that found something, or else the ones that miss the least."""
    found = [rule for rule in explanation.rules if rule.holds or rule.hits]
    if found or explanation.fires:
        return found
    ways_in = [rule for rule in explanation.rules if rule.missing and rule.rule.startswith("match")]
    return sorted(ways_in, key=lambda rule: len(rule.missing))[:NEAREST_RULES]


def _print(answer: dict[str, Any]) -> None:
    console = Console(highlight=False, soft_wrap=True, markup=False)
    console.print(answer["title"], style="bold")
    if answer["seen"]:
        console.print(f"  {answer['url']}")
        console.print(f"  seen {answer['seen']} in {answer['feed']}")
        console.print(f"  then: {answer['decision']}, because {answer['reason']}")
        if answer["story"]:
            console.print(f"  story {answer['story']}: {answer['fold']}")
        for delivery in answer["deliveries"]:
            routes = ", ".join(delivery["routes"])
            words = (delivery["receiver"], delivery["recipient"], delivery["state"])
            text = " ".join(word for word in words if word)
            console.print(f"  delivery: {text} {delivery['reason']} (route {routes})")
    else:
        console.print("  never seen in a feed")
    for explained in answer["lists"]:
        _print_list(console, explained)


def _print_list(console: Console, explained: dict[str, Any]) -> None:
    verdict = "fires" if explained["fires"] else "does not fire"
    if explained["near_miss"]:
        verdict += " (near miss)"
    points = f"{explained['score']} of {explained['threshold']} points"
    console.print(f"  {explained['watchlist']}: {verdict}, {points}")
    for key in ("filtered", "excluded_by"):
        if explained[key]:
            console.print(f"    {key.replace('_', ' ')}: {explained[key]}")
    for rule in explained["rules"]:
        sign = f"{rule['points']:+d}" if rule["holds"] else "  "
        hits = ", ".join(dict.fromkeys(rule["hits"]))
        missing = f"; missing {', '.join(rule['missing'])}" if rule["missing"] else ""
        console.print(f"    {sign:>4} {rule['rule']}: {hits or '-'}{missing}")
    for masked in explained["masked"]:
        console.print(f"    masked: {masked}")
