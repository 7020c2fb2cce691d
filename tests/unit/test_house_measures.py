"""The package keeps to the limits of its form. `./dev measure` prints every figure."""

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
LIMITS = {
    "file_max": 450,
    "function_p95": 25,
    "function_max": 60,
    "parameters_max": 6,
    "nesting_max": 5,
}


def test_package_is_within_the_limits_of_its_form() -> None:
    command = [sys.executable, "bench/house.py", "--json"]

    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)

    measures = json.loads(run.stdout)["measures"]
    above = {name: measures[name] for name, limit in LIMITS.items() if measures[name] > limit}
    assert above == {}, "./dev measure names the longest functions"
