"""Load the shipped watch-lists without the rest of the configuration, for the benchmarks here."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from straitwatch.core.model import (
    PointsRule,
    Position,
    Severity,
    SeverityRule,
    Sourced,
    TermSet,
    WatchList,
)

CONFIG = Path(__file__).parent.parent / "config"


def load(config: Path = CONFIG) -> tuple[dict[str, TermSet], list[WatchList]]:
    """Read every file under terms/ and watchlists/."""
    terms: dict[str, TermSet] = {}
    lists: list[WatchList] = []
    for path in sorted([*config.glob("terms/*.yaml"), *config.glob("watchlists/*.yaml")]):
        node = yaml.compose(path.read_text(encoding="utf-8"))
        document = dict(_pairs(node, path.name)) if node else {}
        for name, value in (document.get("terms") or {}).items():
            groups = value if isinstance(value, dict) else {"any": value}
            assert name not in terms, name
            terms[name] = TermSet(
                name=name, any=tuple(groups["any"]), not_inside=tuple(groups.get("not_inside", ()))
            )
        lists += [_watchlist(value) for value in document.get("watchlists") or ()]
    return terms, lists


def _pairs(node: Any, file: str) -> Iterator[tuple[str, Any]]:
    for key, value in node.value:
        yield key.value, _plain(value, file)


def _plain(node: Any, file: str) -> Any:
    if isinstance(node, yaml.MappingNode):
        return dict(_pairs(node, file))
    if isinstance(node, yaml.SequenceNode):
        return [_plain(item, file) for item in node.value]
    mark = node.start_mark
    return Sourced(
        text=node.value, position=Position(file=file, line=mark.line + 1, column=mark.column + 1)
    )


def _watchlist(value: dict[str, Any]) -> WatchList:
    def points(key: str) -> tuple[PointsRule, ...]:
        return tuple(
            PointsRule(points=int(r["points"].text), when=r["when"]) for r in value.get(key, ())
        )

    return WatchList(
        id=value["id"].text,
        title=value["title"].text,
        threshold=int(value["threshold"].text) if "threshold" in value else 10,
        match=tuple(value.get("match", ())),
        signals=points("signals"),
        noise=points("noise"),
        exclude=tuple(value.get("exclude", ())),
        severity=tuple(
            SeverityRule(
                level=Severity(r["level"].text),
                when=r.get("when"),
                min_points=int(r["min_points"].text) if "min_points" in r else None,
            )
            for r in value.get("severity", ())
        ),
        must_match=tuple(value.get("must_match", ())),
        must_not_match=tuple(value.get("must_not_match", ())),
    )
