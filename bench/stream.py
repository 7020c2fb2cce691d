"""Prints the entries of an unselected stream that lists match, so that you can judge them.

    python bench/stream.py FILE.jsonl[.gz] ... [--config DIR] [--list ID]

It prints every entry on which a list fires, with severity, points and rules, and then the counts by
list and severity. Lines have `title`, and optionally `summary`, `content` and `lang`. Pairs (`a`,
`b`) count as two entries, and repeated titles count once.
"""

import argparse
import gzip
import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from lists import CONFIG

from straitwatch.config import load_lists
from straitwatch.core.model import MatchText


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("files", type=Path, nargs="+")
    parser.add_argument("--config", type=Path, default=CONFIG)
    parser.add_argument("--list", default="")
    options = parser.parse_args()
    matcher = load_lists(options.config).matcher
    for path in options.files:
        counts: Counter[str] = Counter()
        read = 0
        for row in _entries(path):
            read += 1
            for match in matcher.match(_text(row)):
                counts[match.watchlist] += 1
                counts[f"{match.watchlist} {match.severity}"] += 1
                if options.list in ("", match.watchlist):
                    rules = ", ".join(rule.rule for rule in match.rules)
                    print(f"{match.watchlist} {match.severity} {match.score}: {row['title'][:200]}")
                    print(f"    {rules}")
        print(f"== {path.name}: {read} entries, {dict(sorted(counts.items()))}")


def _entries(path: Path) -> Iterator[dict[str, Any]]:
    seen = set()
    opened = gzip.open if path.suffix == ".gz" else open
    with opened(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            row = json.loads(line)
            both = isinstance(row.get("a"), dict)
            for entry in (row["a"], row["b"]) if both else (row,):
                title = entry.get("title") or ""
                if title and title not in seen:
                    seen.add(title)
                    yield {"lang": row.get("lang"), **entry}


def _text(row: dict[str, Any]) -> MatchText:
    return MatchText(
        title=row["title"],
        summary=row.get("summary") or "",
        content=row.get("body") or row.get("content") or "",
        language=row.get("lang") or "",
    )


if __name__ == "__main__":
    main()
