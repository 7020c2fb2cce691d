"""Measures the length of alerts in Slack and how much of each is small print.

    python bench/message_sizes.py --data DIR [--show N]

DIR is a day of labelled reports, with `items.jsonl`, `feeds.yaml` and `watchlists/`. Its reports go
through the shipped configuration beside the day's own lists, without sentence vectors. Updates that
one message collects are rendered as one. Characters are those that a reader sees: a link counts by
its words. Small print is the context block. `--show` prints the first messages.
"""

import argparse
import re
import statistics
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, ClassVar
from unittest.mock import patch

from stories import beside_shipped, read_rows, time_of

from straitwatch.app.activate import activate
from straitwatch.app.load import load
from straitwatch.cli import messages
from straitwatch.cli.jsonl import Line
from straitwatch.core.model import Alert, AlertFacts, Delivery, SendJob
from straitwatch.core.rehearsal import Rehearsal, Rehearsed
from straitwatch.core.render import render_slack
from straitwatch.core.rollup import collect_updates

_LINK = re.compile(r"<[^|>]*\|([^>]*)>")
_NAMES = ("id", "ts", "title", "summary", "url", "lang", "guid", "source")


class Recording(Rehearsal):
    """Keeps the alerts by the message that contains them."""

    alerts: ClassVar[dict[str, list[Alert]]] = {}

    def plan(self, report: Any) -> Rehearsed:
        """Plan a report and keep its alert."""
        found = super().plan(report)
        if found.alert:
            self.alerts.setdefault(found.message, []).append(found.alert)
        return found


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--show", type=int, default=0)
    options = parser.parse_args()
    sizes = []
    for number, job in enumerate(jobs_of(options.data)):
        texts = list(texts_of(render_slack(job, zone="Asia/Taipei", templates={})))
        sizes.append((sum(len(text) for _, text in texts), small_print(texts)))
        if number < options.show:
            print("\n".join(text for _, text in texts), end="\n\n")
    total, small = (sum(column) for column in zip(*sizes, strict=True))
    median = statistics.median(size for size, _ in sizes)
    print(
        f"{len(sizes)} messages, {total / len(sizes):.0f} characters on average (median {median:.0f})"
    )
    print(f"small print: {small / total:.1%}")


def jobs_of(folder: Path) -> Iterator[SendJob]:
    """Yield the messages of a day as jobs that can be rendered."""
    rows = sorted(read_rows(folder / "items.jsonl"), key=time_of)
    lines = [Line(place=row["id"], value={name: row.get(name) for name in _NAMES}) for row in rows]
    with beside_shipped(folder) as config, patch.object(messages, "Rehearsal", Recording):
        loaded = load(config, {})
        rules = activate(replace(loaded, receivers={})).rules
        list(messages.rehearse(lines, rules, loaded.feeds))
    for alerts in Recording.alerts.values():
        told = [alert.facts for alert in alerts if isinstance(alert.facts, AlertFacts)]
        facts = collect_updates(told) if len(told) > 1 else told[0]
        delivery = Delivery(
            id="delivery", alert_id=alerts[-1].id, receiver="desk-slack", routes=("urgent",)
        )
        yield SendJob(
            delivery=delivery, kind=facts.kind, facts=facts, created_at=alerts[-1].created_at
        )


def texts_of(message: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield the kind and the visible text of each block."""
    for block in message["blocks"]:
        parts = [block["text"]] if "text" in block else block["elements"]
        for part in parts:
            yield block["type"], _LINK.sub(r"\1", part["text"])


def small_print(texts: list[tuple[str, str]]) -> int:
    return sum(len(text) for kind, text in texts if kind == "context")


if __name__ == "__main__":
    main()
