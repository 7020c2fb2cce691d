"""Compares today's lists with those that decided about an entry."""

from straitwatch import store as db
from straitwatch.config import Config, kept_lists
from straitwatch.core.match import Explanation, Matcher, find_deciding_rules
from straitwatch.core.model import MatchText
from straitwatch.core.plural import score_words
from straitwatch.errors import ConfigError


def differences_since(
    tx: db.Transaction, version: str, text: MatchText, config: Config
) -> tuple[str, ...]:
    """Return one sentence for each list whose verdict on a text changed since a configuration."""
    if version in ("", config.version):
        return ()
    saved = db.saved_config(tx, version)
    if saved is None:
        return (f"the earlier configuration ({version}) is not stored",)
    try:
        then = kept_lists(saved.text).matcher
    except ConfigError:
        return (f"this version of Straitwatch cannot read the earlier configuration ({version})",)
    before = {verdict.watchlist: verdict for verdict in then.explain(text)}
    after = {verdict.watchlist: verdict for verdict in config.matcher.explain(text)}
    return tuple(
        _difference(name, before.get(name), after.get(name), then=then, today=config.matcher)
        for name in sorted(before.keys() | after.keys())
        if _severity(before.get(name)) != _severity(after.get(name))
    )


def _severity(verdict: Explanation | None) -> str:
    """Return the severity of a list that fires, or ""."""
    return (verdict.severity or "") if verdict and verdict.fires else ""


def _difference(
    name: str,
    before: Explanation | None,
    after: Explanation | None,
    *,
    then: Matcher,
    today: Matcher,
) -> str:
    line = f"{name}: then it {_verdict(before, 'did')}; today it {_verdict(after, 'does')}"
    is_gain = bool(_severity(after)) and not _severity(before)
    fires, other, lacking = (after, before, then) if is_gain else (before, after, today)
    if fires is None or not fires.fires:
        return line
    if unknown := _unknown_terms(fires, lacking):
        lists = "the earlier lists" if is_gain else "today's lists"
        return f"{line} ({lists} have no {', '.join(unknown)})"
    reasons = "; ".join(find_deciding_rules(fires, other)) if other else ""
    return f"{line} ({reasons})" if reasons else line


def _verdict(verdict: Explanation | None, verb: str) -> str:
    if verdict is None:
        return f"{verb} not exist"
    points = score_words(verdict.score, verdict.threshold)
    if verdict.fires:
        return f"fires ({verdict.severity}, {points})"
    return f"does not fire ({verdict.filtered or verdict.excluded_by or points})"


def _unknown_terms(verdict: Explanation, other: Matcher) -> list[str]:
    """Return the terms of the holding rules that the other lists lack."""
    terms = [hit.term for rule in verdict.held if rule.points > 0 for hit in rule.hits]
    return [term for term in dict.fromkeys(terms) if not other.knows(term)]
