"""`./dev sbom` lists every package that is shipped."""

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def bill() -> dict[str, Any]:
    command = [sys.executable, "bench/sbom.py"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    value: dict[str, Any] = json.loads(done.stdout)
    return value


def test_bill_has_every_package_of_the_lock(bill: dict[str, Any]) -> None:
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    locked = re.findall(r"(?m)^([a-z0-9][a-z0-9.-]*)==([^\s;]+)", lock)

    assert [(part["name"], part["version"]) for part in bill["components"]] == locked


def test_bill_names_the_licence_of_each_package(bill: dict[str, Any]) -> None:
    without = {part["name"] for part in bill["components"] if "licenses" not in part}

    assert len(without) < 5, "packages for other platforms only"


def test_references_of_the_bill_lead_to_its_packages(bill: dict[str, Any]) -> None:
    known = {part["bom-ref"] for part in bill["components"]} | {"straitwatch"}
    named = {ref for part in bill["dependencies"] for ref in (part["ref"], *part["dependsOn"])}

    assert bill["bomFormat"] == "CycloneDX"
    assert named == known
    assert len(known) == len(bill["components"]) + 1
