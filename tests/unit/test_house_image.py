"""The container image is built from files that its build context holds."""

import re
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[2]


def test_build_context_holds_every_file_that_the_image_copies() -> None:
    dockerfile = (ROOT / "Dockerfile").read_text(encoding="utf-8").replace("\\\n", " ")
    ignored = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    lines = re.findall(r"^COPY (?!--from)(?:--\S+ )?(.*) \S+$", dockerfile, re.MULTILINE)
    copied = {name for line in lines for name in line.split()}

    allowed = {line[1:] for line in ignored if line.startswith("!")}

    assert copied == allowed
    assert [name for name in copied if not (ROOT / name).exists()] == []


def compose() -> dict[str, Any]:
    value: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))
    return value["services"]["straitwatch"]


def test_configuration_with_secrets_stays_out_of_the_image() -> None:
    ignored = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()

    assert ignored.index("config/secrets.env") > ignored.index("!config")


def test_only_the_database_is_a_volume() -> None:
    dockerfile = (ROOT / "Dockerfile").read_text(encoding="utf-8")

    assert re.findall(r"^VOLUME (.*)$", dockerfile, re.MULTILINE) == ["/data"]
    assert "DATABASE_URL=sqlite:////data/" in dockerfile


def test_composed_container_is_read_only_and_waits_for_postgresql() -> None:
    service = compose()

    assert service["read_only"]
    assert service["tmpfs"] == ["/tmp"]
    assert service["depends_on"]["postgres"] == {"condition": "service_healthy", "required": False}
    assert [file["required"] for file in service["env_file"]] == [False, False]
