"""Lists the packages that are shipped, from requirements.lock and the installed metadata.

Usage: `./dev sbom > sbom.json` (CycloneDX 1.6) or `./dev sbom --licences` (a table).
"""

import argparse
import json
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "daemon"))

from straitwatch import __version__  # noqa: E402

_LOCKED = re.compile(r"(?m)^([a-z0-9][a-z0-9.-]*)==([^\s;\\]+)(?: ; ([^\\\n]+?))?(?= \\|$)")
_REQUIRED = re.compile(r"[A-Za-z0-9][\w.-]*")
_CLASSIFIER = "License :: OSI Approved :: "
_LONGEST_NAME = 60  # characters; longer fields hold the text of a licence, not its name
UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Package:
    """A locked package; one for another platform is not installed, so its licence is unknown."""

    name: str
    version: str
    licence: str
    requires: tuple[str, ...]

    @property
    def purl(self) -> str:
        return f"pkg:pypi/{self.name}@{self.version}"


def locked_packages(lock: Path) -> list[Package]:
    return list(_packages(lock.read_text(encoding="utf-8")))


def _packages(text: str) -> Iterator[Package]:
    for name, version, _marker in _LOCKED.findall(text):
        try:
            found = distribution(name)
        except PackageNotFoundError:
            yield Package(name=name, version=version, licence=UNKNOWN, requires=())
            continue
        requires = tuple(sorted(set(_requirements(found))))
        yield Package(name=name, version=version, licence=licence_of(found), requires=requires)


def _requirements(found: Distribution) -> Iterator[str]:
    for text in found.requires or ():
        if "extra ==" not in text and (name := _REQUIRED.match(text)):
            yield re.sub(r"[-_.]+", "-", name[0]).lower()


def licence_of(found: Distribution) -> str:
    """Return the licence of a package: its expression, its field, or its classifiers."""
    metadata = found.metadata
    if expression := metadata["License-Expression"]:
        return str(expression)
    field = (metadata["License"] or "").strip()
    if field and len(field) <= _LONGEST_NAME and field.upper() != "UNKNOWN" and "\n" not in field:
        return field
    named = [text for text in metadata.get_all("Classifier") or () if text.startswith(_CLASSIFIER)]
    return " AND ".join(text.removeprefix(_CLASSIFIER) for text in named) or UNKNOWN


def bill(packages: list[Package], version: str) -> dict[str, object]:
    """Return the bill of materials in the form of CycloneDX 1.6."""
    product = {"type": "application", "name": "straitwatch", "version": version}
    known = {package.name: package for package in packages}
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {"component": {**product, "bom-ref": "straitwatch"}},
        "components": [_component(package) for package in packages],
        "dependencies": [
            {"ref": "straitwatch", "dependsOn": [package.purl for package in packages]},
            *(
                {
                    "ref": package.purl,
                    "dependsOn": [known[name].purl for name in package.requires if name in known],
                }
                for package in packages
            ),
        ],
    }


def _component(package: Package) -> dict[str, object]:
    component: dict[str, object] = {
        "type": "library",
        "bom-ref": package.purl,
        "name": package.name,
        "version": package.version,
        "purl": package.purl,
    }
    if package.licence != UNKNOWN:
        component["licenses"] = [{"license": {"name": package.licence}}]
    return component


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--licences", action="store_true", help="print a table instead")
    arguments = parser.parse_args()
    packages = locked_packages(ROOT / "requirements.lock")
    if arguments.licences:
        for package in packages:
            print(f"{package.name:<28} {package.version:<20} {package.licence}")
        return
    print(json.dumps(bill(packages, __version__), indent=2))


if __name__ == "__main__":
    main()
