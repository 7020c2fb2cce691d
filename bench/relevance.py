"""Measures precision and recall of the shipped lists by list, language and kind of feed.

    python bench/relevance.py FILE.jsonl ... [--stream FILE.jsonl.gz] [--sources FILE.json]
        [--strata FILE.json] [--half 0|1] [--show misses|false|all] [--lang ru] [--list ID]
        [--config DIR]

Each FILE is a labelled set in one of three forms, according to its fields: `labels` and
`borderline` (A = Taiwan policy, B = China-Russia military cooperation); `taiwan_policy` and
`china_russia_military` (yes, no, borderline); `role` of the items of a beat. For a beat, the output
is the share of noise and of relevant items that any list matches. Borderline items do not count.

`--sources` maps the `source` of an item to a feed of the configuration and to a kind of feed:
{"taipeitimes": {"feed": "Taipei Times", "kind": "Taiwan, English"}}. Write "ja/Reuters" for a source
that has feeds in several languages. The optional `weight` of a sampled item is the number of titles
of a stream that it represents. `--stream` counts matches per day.

`--strata` gives the numbers of titles from which a sample was drawn, by list and stratum:
{"taiwan-policy": {"zh-Hant T+": 848, "zh-Hant T-": 4130}}. An item names its strata in
`sampled_as`. The precision and recall of whole feeds are estimated from them.

`--half` selects half of the items by a hash of the id, so that you can tune on one half and test on
the other.
"""

import argparse
import gzip
import hashlib
import json
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from estimates import Estimate, Stratum, share_of, total, wilson
from lists import CONFIG

from straitwatch.config import load_config
from straitwatch.core.match import Explanation, Matcher, run_examples
from straitwatch.core.model import Feed, MatchText

LISTS = {"A": "taiwan-policy", "B": "china-russia-military"}
FIELDS = {"taiwan_policy": "taiwan-policy", "china_russia_military": "china-russia-military"}
YES, NO, OPEN = "yes", "no", "borderline"

Row = dict[str, Any]


@dataclass(slots=True)
class Count:
    """Hits, misses and false alarms; plain and weighted."""

    plain: Counter[str] = field(default_factory=Counter)
    weighted: Counter[str] = field(default_factory=Counter)

    def add(self, verdict: str, weight: float) -> None:
        """Count one item."""
        self.plain[verdict] += 1
        self.weighted[verdict] += weight  # type: ignore[assignment]


@dataclass(slots=True)
class Sources:
    """The feeds of the items, with their kinds."""

    feeds: dict[str, Feed]
    known: dict[str, dict[str, str]]

    def feed_of(self, row: Row) -> Feed | None:
        """Return the configured feed of an item, if there is one."""
        name = self._known(row).get("feed") or row.get("feed") or row.get("source") or ""
        return self.feeds.get(name)

    def kind_of(self, row: Row) -> str:
        """Return the kind of an item's feed."""
        return self._known(row).get("kind") or "other"

    def text_of(self, row: Row) -> MatchText:
        """Return the text that the lists read."""
        feed = self.feed_of(row) or Feed(id="", name="", url="")
        return MatchText(
            title=row["title"],
            summary=row.get("summary") or "",
            language=row.get("lang") or "",
            country=feed.country,
            stance=feed.stance,
            source=feed.name,
            tags=feed.tags,
            about=feed.about,
        )

    def _known(self, row: Row) -> dict[str, str]:
        source = row.get("source") or ""
        return self.known.get(f"{row.get('lang')}/{source}") or self.known.get(source) or {}


def main() -> None:
    options = _options()
    config = load_config(options.config, environ={})
    known = json.loads(options.sources.read_text(encoding="utf-8")) if options.sources else {}
    sources = Sources({feed.name: feed for feed in config.feeds}, known)
    for failure in run_examples(config.matcher, config.watchlists):
        word = "must match" if failure.expected else "must not match"
        print(f"example of {failure.watchlist} {word}: {failure.example.text}")
        print(_why(failure.explanation))
    print(f"{config.matcher.pattern_count} patterns")
    for path in options.files:
        rows = [row for row in _rows(path) if _is_in_half(row, options.half)]
        print(f"\n=== {path.parent.name}/{path.name}: {len(rows)} items")
        judge = _judge_beat if "role" in rows[0] else _judge_labels
        judge(rows, config.matcher, sources, options)
    for path in options.stream:
        _count_fires(path, config.matcher, sources)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("files", type=Path, nargs="*")
    parser.add_argument("--stream", type=Path, action="append", default=[])
    parser.add_argument("--sources", type=Path)
    parser.add_argument("--strata", type=Path)
    parser.add_argument("--config", type=Path, default=CONFIG)
    parser.add_argument("--half", type=int, choices=(0, 1))
    parser.add_argument("--show", choices=("misses", "false", "all", "none"), default="none")
    parser.add_argument("--lang", default="")
    parser.add_argument("--list", default="")
    return parser.parse_args()


def _rows(path: Path) -> Iterator[Row]:
    opened = gzip.open if path.suffix == ".gz" else open
    with opened(path, "rt", encoding="utf-8") as lines:
        yield from map(json.loads, lines)


def _is_in_half(row: Row, half: int | None) -> bool:
    return half is None or hashlib.sha256(row["id"].encode()).digest()[0] % 2 == half


# ---------------------------------------------------------------- labelled sets


def _judge_labels(
    rows: list[Row], matcher: Matcher, sources: Sources, options: argparse.Namespace
) -> None:
    counts: defaultdict[tuple[str, str], Count] = defaultdict(Count)
    verdicts: dict[tuple[str, str], str] = {}
    is_weighted = any("weight" in row for row in rows)
    for row in rows:
        text = sources.text_of(row)
        fired = {match.watchlist for match in matcher.match(text)}
        for list_id, label in _labels(row).items():
            verdict = verdicts[row["id"], list_id] = _verdict(label, fires=list_id in fired)
            for group in (row["lang"], f"~{sources.kind_of(row)}", "~~all"):
                counts[list_id, group].add(verdict, row.get("weight", 1))
            _show(verdict, text, row, list_id, matcher=matcher, options=options)
    for list_id in LISTS.values():
        groups = {group: count for (of, group), count in counts.items() if of == list_id}
        _print_table(list_id, groups, is_weighted=is_weighted)
    if options.strata:
        _print_estimates(rows, verdicts, sources, options.strata)


def _labels(row: Row) -> dict[str, str]:
    if "labels" in row:
        return {
            list_id: OPEN if letter in row["borderline"] else YES if letter in row["labels"] else NO
            for letter, list_id in LISTS.items()
        }
    return {list_id: row[name] for name, list_id in FIELDS.items()}


def _verdict(label: str, *, fires: bool) -> str:
    if label == OPEN:
        return "open, fires" if fires else ""
    if label == YES:
        return "hit" if fires else "miss"
    return "false" if fires else ""


def _judge_beat(
    rows: list[Row], matcher: Matcher, sources: Sources, options: argparse.Namespace
) -> None:
    counts: Counter[tuple[str, str, bool]] = Counter()
    for row in rows:
        text = sources.text_of(row)
        fired = [match.watchlist for match in matcher.match(text)]
        is_noise = row["role"] == "noise"
        role = row["role"] + (", not matched before" if row.get("not_matched") else "")
        for group in (row["lang"], "~all"):
            counts[group, role, bool(fired)] += 1
        verdict = _verdict(NO if is_noise else YES, fires=bool(fired))
        _show(verdict, text, row, "taiwan-policy", matcher=matcher, options=options)
    print(f"{'taken by any list':24} {'taken':>6} {'of':>5}")
    for group, role in sorted({(group, role) for group, role, _ in counts}):
        taken, left = counts[group, role, True], counts[group, role, False]
        print(f"  {group:8} {role:34} {taken:5} {taken + left:5}")


# ---------------------------------------------------------------- tables


def _print_table(name: str, groups: dict[str, Count], *, is_weighted: bool) -> None:
    print(f"\n{name:30} {'P':>5} {'(95 %)':>11} {'R':>5} {'(95 %)':>11} ", end="")
    print(f"{'hit':>4} {'miss':>4} {'false':>5} {'open':>4}", end="")
    print("   weighted P / R" if is_weighted else "")
    for group in sorted(groups):
        count = groups[group].plain
        hit, miss, false = count["hit"], count["miss"], count["false"]
        if hit + miss + false + count["open, fires"] == 0:
            continue
        line = f"  {group.lstrip('~'):28} {_share(hit, false)} {_share(hit, miss)} "
        line += f"{hit:4} {miss:4} {false:5} {count['open, fires']:4}"
        print(line + (_weighted(groups[group].weighted) if is_weighted else ""))


def _weighted(count: Counter[str]) -> str:
    hit, miss, false = count["hit"], count["miss"], count["false"]
    precision = hit / (hit + false) if hit + false else 1.0
    recall = hit / (hit + miss) if hit + miss else 1.0
    return f"   {precision:.3f} / {recall:.3f}"


def _share(part: int, rest: int) -> str:
    """Describe the share of `part` in part + rest, with its interval."""
    if not part + rest:
        return f"{'-':>5} {'':11}"
    return _interval(wilson(part, part + rest))


def _interval(share: Estimate | None) -> str:
    if share is None:
        return f"{'-':>5} {'':11}"
    return f"{share.middle:5.3f} ({share.low:.2f}-{share.high:.2f})".ljust(17)


def _print_estimates(
    rows: list[Row], verdicts: dict[tuple[str, str], str], sources: Sources, titles: Path
) -> None:
    sizes: dict[str, dict[str, int]] = json.loads(titles.read_text(encoding="utf-8"))
    for list_id, named in sizes.items():
        sample: defaultdict[str, defaultdict[str, Counter[str]]] = defaultdict(
            lambda: defaultdict(Counter)
        )
        for row in rows:
            for name in named.keys() & row.get("sampled_as", ()):
                sample[sources.kind_of(row)][name][verdicts[row["id"], list_id] or "none"] += 1
        print(
            f"\n{list_id + ', whole feeds':30} {'P':>5} {'(95 %)':>11} {'R':>5} {'(95 %)':>11} ",
            end="",
        )
        print(f"{'hits':>6} {'missed':>6} {'(95 %)':>11} {'false':>6} {'read':>5}")
        for kind, strata in sorted(sample.items()):
            _print_estimate(
                kind, [Stratum(titles=named[name], verdicts=strata[name]) for name in strata]
            )


def _print_estimate(kind: str, strata: list[Stratum]) -> None:
    hits, missed, false = (total(strata, verdict) for verdict in ("hit", "miss", "false"))
    precision, recall = (share_of(hits.middle, losses) for losses in (false, missed))
    line = f"  {kind:28} {_interval(precision)} {_interval(recall)} {hits.middle:6.0f} "
    line += f"{missed.middle:6.0f} ({missed.low:4.0f}-{missed.high:4.0f}) {false.middle:6.0f} "
    print(f"{line}{sum(stratum.verdicts.total() for stratum in strata):5}")


def _count_fires(path: Path, matcher: Matcher, sources: Sources) -> None:
    read: Counter[str] = Counter()
    days: defaultdict[str, set[str]] = defaultdict(set)
    fires: Counter[tuple[str, str]] = Counter()
    for row in _rows(path):
        kind = sources.kind_of(row)
        read[kind] += 1
        days[kind].add(row.get("date") or "")
        for match in matcher.match(sources.text_of(row)):
            fires[kind, match.watchlist] += 1
    print(f"\n=== {path.name}: fires")
    print(f"{'kind of feed':30} {'titles':>7} {'days':>5} {'list':24} {'fires':>6} {'a day':>7}")
    for kind in sorted(read):
        for list_id in sorted({list_id for of, list_id in fires if of == kind}):
            count, span = fires[kind, list_id], max(1, len(days[kind]))
            line = f"{kind:30} {read[kind]:7} {span:5} {list_id:24} {count:6} {count / span:7.2f}"
            print(f"{line}   {1000 * count / read[kind]:.2f} of 1,000 titles")


# ---------------------------------------------------------------- single items


def _show(
    verdict: str,
    text: MatchText,
    row: Row,
    list_id: str,
    *,
    matcher: Matcher,
    options: argparse.Namespace,
) -> None:
    wanted = {"miss": "misses", "false": "false"}.get(verdict)
    if wanted is None or options.show not in (wanted, "all"):
        return
    if options.lang not in ("", row["lang"]) or options.list not in ("", list_id):
        return
    (explanation,) = matcher.explain(text, only=list_id)
    print(f"{verdict.upper()} {list_id} {row['id']} {row['lang']} {row['source']}: {text.title}")
    print(f"    {text.summary[:300]}\n{_why(explanation)}")


def _why(explanation: Explanation) -> str:
    lines = [f"    score {explanation.score} of {explanation.threshold}"]
    for rule in explanation.rules:
        if rule.holds:
            words = ", ".join(dict.fromkeys(hit.text for hit in rule.hits))
            lines.append(f"    {rule.points:+d} {rule.rule}: {words}")
    lines += [f"    masked: {mask.hit.text} in {mask.inside.text}" for mask in explanation.masked]
    return "\n".join(lines)


if __name__ == "__main__":
    main()
