"""The alert rules and the dashboard use metrics and labels that exist."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from straitwatch.telemetry import Metrics

OPERATIONS = Path(__file__).parents[2] / "docs/operations"
_NAME = re.compile(r"\bstraitwatch_\w+")
_SELECTOR = re.compile(r"\b(straitwatch_\w+)\{([^}]*)\}")
_GROUPED = re.compile(r"\bby \(([^)]*)\)[^s]*\(+[^(]*?(straitwatch_\w+)")
_PARTS = {"histogram": ("_bucket", "_sum", "_count")}
RULES = yaml.safe_load((OPERATIONS / "straitwatch.rules.yml").read_text(encoding="utf-8"))
RULE_TESTS = yaml.safe_load(
    (OPERATIONS / "straitwatch.rules.test.yml").read_text(encoding="utf-8")
)["tests"]
DASHBOARD = json.loads((OPERATIONS / "grafana-dashboard.json").read_text(encoding="utf-8"))


def rules() -> list[dict[str, Any]]:
    return [rule for group in RULES["groups"] for rule in group["rules"]]


def rule_tests() -> list[dict[str, Any]]:
    return [check for group in RULE_TESTS for check in group["alert_rule_test"]]


def series_of_rule_tests() -> list[str]:
    return [row["series"] for group in RULE_TESTS for row in group["input_series"]]


def expressions() -> list[str]:
    queries = [target["expr"] for panel in DASHBOARD["panels"] for target in panel["targets"]]
    return [rule["expr"] for rule in rules()] + queries + series_of_rule_tests()


def labels_by_name() -> dict[str, set[str]]:
    return dict(_series())


def _series() -> Iterator[tuple[str, set[str]]]:
    for family in Metrics().families:
        for suffix in _PARTS.get(family.kind, ("",)):
            extra = {"le"} if suffix == "_bucket" else set()
            yield family.name + suffix, {*family.labels, *extra}


def test_every_metric_of_rules_and_dashboard_exists() -> None:
    named = {name for text in expressions() for name in _NAME.findall(text)}

    assert named - set(labels_by_name()) == set()


def test_every_label_of_rules_and_dashboard_exists() -> None:
    known = labels_by_name()
    used = [
        (name, label)
        for text in expressions()
        for name, selector in _SELECTOR.findall(text)
        for label in re.findall(r"(\w+)\s*[=!]", selector)
    ]
    used += [
        (name, label.strip())
        for text in expressions()
        for labels, name in _GROUPED.findall(text)
        for label in labels.split(",")
    ]

    assert [pair for pair in used if pair[1] not in known[pair[0]]] == []
    assert len(used) > 15


def test_metrics_leave_the_labels_of_the_scrape_to_prometheus() -> None:
    clashes = [name for name, labels in labels_by_name().items() if labels & {"job", "instance"}]

    assert clashes == []


@pytest.mark.parametrize("text", expressions())
def test_brackets_of_an_expression_are_closed(text: str) -> None:
    open_ones: list[str] = []
    for character in text:
        if character in "([{":
            open_ones.append({"(": ")", "[": "]", "{": "}"}[character])
        elif character in ")]}":
            assert open_ones.pop() == character

    assert open_ones == []


def test_every_rule_says_what_to_do() -> None:
    page = (OPERATIONS / "monitoring.md").read_text(encoding="utf-8")

    for rule in rules():
        assert set(rule) <= {"alert", "expr", "for", "labels", "annotations"}
        assert rule["labels"]["severity"] in {"critical", "warning", "info"}
        assert set(rule["annotations"]) == {"summary", "action"}
        assert re.fullmatch(r"\d+[mh]", rule.get("for", "0m"))
        assert f"| `{rule['alert']}` |" in page


@pytest.mark.parametrize("fires", [True, False])
def test_every_rule_has_a_test_of_promtool(fires: bool) -> None:
    tested = {check["alertname"] for check in rule_tests() if bool(check["exp_alerts"]) is fires}

    assert tested == {rule["alert"] for rule in rules()}


def test_panels_of_the_dashboard_do_not_overlap() -> None:
    cells = [
        (x, y)
        for place in (panel["gridPos"] for panel in DASHBOARD["panels"])
        for x in range(place["x"], place["x"] + place["w"])
        for y in range(place["y"], place["y"] + place["h"])
    ]

    assert len(cells) == len(set(cells))
    assert max(x for x, _ in cells) < 24
    assert len({panel["id"] for panel in DASHBOARD["panels"]}) == len(DASHBOARD["panels"])
