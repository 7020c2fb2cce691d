"""How well do the shipped lists choose? Precision and recall by list and language.

    python bench/relevance.py --data DIR [--half 0|1] [--show misses|false|all] [--lang ru]

DIR holds *.jsonl: `id`, `title`, `summary`, `lang`, `labels` and `borderline` (A = Taiwan policy,
B = China-Russia military cooperation); an item borderline for a list does not count for it.
`--half` takes every second item by a hash of its id, to tune on one half and check on the other.
"""

import argparse
import hashlib
import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from lists import CONFIG, load

from straitwatch.core.match import Explanation, Matcher, compile_rules, run_examples
from straitwatch.core.model import MatchText

LABELS = {"A": "taiwan-policy", "B": "china-russia-military"}


def main() -> None:
    options = _options()
    terms, lists = load(options.config)
    matcher, problems = compile_rules(terms, lists)
    for problem in problems:
        print(problem)
    if matcher is None:
        raise SystemExit(2)
    rows = list(_rows(options.data, options.half))
    counts: dict[str, Counter[tuple[str, str]]] = {label: Counter() for label in LABELS}
    for row in rows:
        _judge(row, matcher, counts, show=options.show, only=options.lang)
    for failure in run_examples(matcher, lists):
        word = "must match" if failure.expected else "must not match"
        print(f"example of {failure.watchlist} {word}: {failure.example.text}")
        print(_why(failure.explanation))
    print(f"{matcher.pattern_count} patterns, {len(rows)} items")
    for label, count in counts.items():
        _print_table(LABELS[label], count)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--config", type=Path, default=CONFIG)
    parser.add_argument("--half", type=int, choices=(0, 1))
    parser.add_argument("--show", choices=("misses", "false", "all", "none"), default="none")
    parser.add_argument("--lang", default="")
    return parser.parse_args()


def _rows(data: Path, half: int | None) -> Iterator[dict[str, Any]]:
    for path in sorted(data.glob("*.jsonl")):
        for line in path.read_text(encoding="utf-8").splitlines():
            row = json.loads(line)
            if half is None or hashlib.sha256(row["id"].encode()).digest()[0] % 2 == half:
                yield row


def _judge(
    row: dict[str, Any],
    matcher: Matcher,
    counts: dict[str, Counter[tuple[str, str]]],
    *,
    show: str,
    only: str,
) -> None:
    text = MatchText(title=row["title"], summary=row.get("summary") or "", language=row["lang"])
    fired = {match.watchlist for match in matcher.match(text)}
    for label, list_id in LABELS.items():
        if label in row["borderline"]:
            continue
        wanted, got = label in row["labels"], list_id in fired
        verdict = ("miss" if wanted else "") if not got else ("hit" if wanted else "false")
        for group in (row["lang"], "all"):
            counts[label][group, verdict] += 1
        kind = {"miss": "misses", "false": "false"}.get(verdict)
        if kind and show in (kind, "all") and only in ("", row["lang"]):
            explanation = next(it for it in matcher.explain(text) if it.watchlist == list_id)
            print(f"{verdict.upper()} {list_id} {row['id']} {row['lang']}: {text.title}")
            print(f"    {text.summary[:300]}\n{_why(explanation)}")


def _why(explanation: Explanation) -> str:
    lines = [f"    score {explanation.score} of {explanation.threshold}"]
    for rule in explanation.rules:
        if rule.holds:
            words = ", ".join(dict.fromkeys(hit.text for hit in rule.hits))
            lines.append(f"    {rule.points:+d} {rule.rule}: {words}")
    lines += [f"    masked: {it.hit.text} in {it.inside.text}" for it in explanation.masked]
    return "\n".join(lines)


def _print_table(name: str, count: Counter[tuple[str, str]]) -> None:
    print(f"\n{name:24} {'P':>6} {'R':>6} {'F1':>6} {'hit':>5} {'miss':>5} {'false':>6}")
    for group in sorted({group for group, _ in count}, key=lambda it: (it == "all", it)):
        hit, miss, false = (count[group, word] for word in ("hit", "miss", "false"))
        precision = hit / (hit + false) if hit + false else 1.0
        recall = hit / (hit + miss) if hit + miss else 1.0
        f1 = 2 * precision * recall / (precision + recall) if precision + recall else 0.0
        print(f"  {group:22} {precision:6.3f} {recall:6.3f} {f1:6.3f} {hit:5} {miss:5} {false:6}")


if __name__ == "__main__":
    main()
