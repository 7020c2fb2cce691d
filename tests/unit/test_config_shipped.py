"""The shipped configuration is valid, documented and described for editors."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from straitwatch.config import load_config, write_schemas

ROOT = Path(__file__).parents[2]
CONFIG = ROOT / "config"
NAMES = ("aliases", "common", "feeds", "sources", "straitwatch", "terms", "watchlists")
FILES = sorted(CONFIG.rglob("*.yaml"))


def test_shipped_configuration_loads_without_any_variable() -> None:
    config = load_config(CONFIG, environ={})

    assert {notice.message for notice in config.notices} == {
        "desk-slack: SLACK_URL is not set",
        "desk-mail: MAIL_URL is not set",
    }
    assert {watchlist.id: watchlist.enabled for watchlist in config.watchlists} == {
        "taiwan-policy": True,
        "china-russia-military": True,
        "taiwan-politics": False,
    }


def test_shipped_file_names_every_key_without_effect() -> None:
    _, said = (CONFIG / "straitwatch.yaml").read_text(encoding="utf-8").split("# Accepted, not")
    schemas = [
        json.loads(path.read_text(encoding="utf-8")) for path in (CONFIG / "schema").iterdir()
    ]
    idle = {
        key
        for schema in schemas
        for _, shape in objects(schema, "")
        for key, value in shape["properties"].items()
        if "Accepted, not acted on" in value["description"]
    }

    assert idle == {"identities"}
    assert [key for key in idle if key not in said] == []


def test_shipped_feeds_speak_seven_languages_and_say_who_they_are() -> None:
    feeds = load_config(CONFIG, environ={}).feeds

    assert {feed.language for feed in feeds} == {"en", "zh-Hant", "zh-Hans", "ru", "uk", "ja", "ko"}
    assert [feed for feed in feeds if not (feed.country and feed.kind and feed.stance)] == []


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_every_shipped_file_fits_the_schema_that_it_names(path: Path) -> None:
    first, *_ = path.read_text(encoding="utf-8").splitlines()
    schema = path.parent / first.removeprefix("# yaml-language-server: $schema=")

    jsonschema.validate(
        yaml.safe_load(path.read_text(encoding="utf-8")),
        json.loads(schema.read_text(encoding="utf-8")),
    )


def test_shipped_schemas_are_current(tmp_path: Path) -> None:
    write_schemas(tmp_path)

    assert {path.name for path in tmp_path.iterdir()} == {f"{name}.schema.json" for name in NAMES}
    for name in NAMES:
        file = f"{name}.schema.json"
        shipped = (CONFIG / "schema" / file).read_text(encoding="utf-8")
        assert shipped == (tmp_path / file).read_text(encoding="utf-8"), (
            "straitwatch check --write-schema"
        )


@pytest.mark.parametrize("name", NAMES)
def test_every_key_is_described_and_others_are_refused(name: str) -> None:
    schema = json.loads((CONFIG / "schema" / f"{name}.schema.json").read_text(encoding="utf-8"))

    for where, shape in objects(schema, name):
        assert shape["additionalProperties"] is False, where
        assert [
            key for key, value in shape["properties"].items() if not value.get("description")
        ] == []


@pytest.mark.parametrize("name", NAMES)
def test_every_key_is_required_or_has_a_default(name: str) -> None:
    schema = json.loads((CONFIG / "schema" / f"{name}.schema.json").read_text(encoding="utf-8"))

    for where, shape in objects(schema, name):
        required = shape.get("required", [])
        silent = [
            key
            for key, value in shape["properties"].items()
            if key not in required and "default" not in value
        ]
        assert silent == [], where


def test_schema_takes_term_sets_as_lists_and_as_mappings() -> None:
    schema = json.loads((CONFIG / "schema/terms.schema.json").read_text(encoding="utf-8"))

    jsonschema.validate({"terms": {"a": ["x", 911], "b": {"any": ["y"]}}}, schema)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({"terms": {"a": {"anny": ["y"]}}}, schema)


def objects(schema: dict[str, Any], name: str) -> Iterator[tuple[str, dict[str, Any]]]:
    yield name, schema
    yield from schema["$defs"].items()
