"""The package keeps to the limits of its form. `./dev measure` prints every figure."""

import runpy
from dataclasses import asdict
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
    house = runpy.run_path(str(ROOT / "bench/house.py"))

    measures = asdict(house["measure"](house["read_sources"](house["PACKAGE"])))

    above = {name: measures[name] for name, limit in LIMITS.items() if measures[name] > limit}
    assert above == {}, "./dev measure names the longest functions"
