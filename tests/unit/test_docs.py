"""The documents list everything that they promise to list, and their links lead somewhere."""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from commands import rows
from straitwatch.cli import app
from straitwatch.cli.reference import reference_pages
from straitwatch.cli.registry import COMMANDS
from straitwatch.core.feed_words import LABELS
from straitwatch.telemetry import Metrics

ROOT = Path(__file__).parents[2]
PAGES = sorted(
    path
    for path in (*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("*/README.md"))
    if path.is_file()
)
_LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)|<img [^>]*src=\"([^\"]+)\"")
_CODE = re.compile(r"```.*?```|`[^`\n]*`", re.DOTALL)
_SOURCES = ("daemon/**/*.py", "tests/**/*.py", "bench/**/*.py", "config/**/*.yaml", "docs/**/*.md")
_NOT_HERE = re.compile(r"CONVENTIONS|DESIGN\.md|\bresearch/[\w-]+\.md|\(research\b", re.IGNORECASE)


@pytest.mark.parametrize("name", ["commands.md", "configuration.md", "metrics.md", "reasons.md"])
def test_reference_page_is_current(name: str, written: Path) -> None:
    page = (ROOT / "docs/reference" / name).read_text(encoding="utf-8")

    assert page == (written / name).read_text(encoding="utf-8"), "./dev docs writes it"


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write the pages as `./dev docs` does, in a process that has run no other command."""
    directory = tmp_path_factory.mktemp("reference")
    write = [sys.executable, "-m", "straitwatch.cli.reference", str(directory)]
    subprocess.run(write, check=True)
    return directory


def test_command_page_describes_every_parameter() -> None:
    rows = [line for line in reference_pages()["commands.md"].splitlines() if line[:3] == "| `"]

    assert [row for row in rows if row.endswith("|  |")] == []


def test_metric_page_has_a_row_for_everything_that_a_scrape_shows() -> None:
    metrics = Metrics()
    scraped = {
        f"{family.name}_total" if family.type == "counter" else family.name
        for family in metrics.registry.collect()
    }

    page = reference_pages()["metrics.md"]

    assert {name for name in scraped if f"| `{name}` |" not in page} == set()
    assert {family.name for family in metrics.families} == scraped


def test_code_map_names_every_module() -> None:
    text = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
    table = text.partition("\n## Code map\n")[2].partition("\n## ")[0]
    named = set(re.findall(r"\w+", " ".join(re.findall(r"`([^`]+)`", table))))
    package = ROOT / "daemon/straitwatch"
    modules = {
        path.stem
        for folder in (package, *(package / name for name in ("app", "core", "pipeline")))
        for path in folder.iterdir()
    }

    missing = {name for name in modules if not name.startswith(("_", "py"))} - named

    assert missing == set()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_of_a_page_lead_to_files_and_headings(page: Path) -> None:
    assert [link for link in _links(page) if not _is_there(page, link)] == []


def _links(page: Path) -> Iterator[str]:
    text = _CODE.sub("", page.read_text(encoding="utf-8"))
    for link, image in _LINK.findall(text):
        target = link or image
        if not re.match(r"[a-z]+:", target):
            yield target


def _is_there(page: Path, link: str) -> bool:
    path, _, heading = link.partition("#")
    target = (page.parent / path).resolve() if path else page
    if not target.is_relative_to(ROOT) or not target.exists():
        return False
    return not heading or heading in _headings(target)


def _headings(page: Path) -> set[str]:
    text = re.sub(r"```.*?```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
    headings = re.findall(r"^#+ (.*)$", text, re.MULTILINE)
    return {re.sub(r"\s+", "-", re.sub(r"[^\w\s-]", "", text.lower())) for text in headings}


def test_no_file_refers_to_documents_that_are_not_in_the_repository() -> None:
    files = {path for pattern in _SOURCES for path in ROOT.glob(pattern)}
    files |= {ROOT / "pyproject.toml", *ROOT.glob("*.md")}
    files -= {Path(__file__)}

    found = [
        f"{path.relative_to(ROOT)}: {match[0]}"
        for path in sorted(files)
        for match in _NOT_HERE.finditer(path.read_text(encoding="utf-8"))
    ]

    assert found == []


def test_site_builds_without_a_warning(tmp_path: Path) -> None:
    mkdocs = [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(tmp_path)]

    built = subprocess.run(mkdocs, cwd=ROOT, capture_output=True, text=True, check=False)

    assert built.returncode == 0, built.stderr
    assert (tmp_path / "reference/commands/index.html").exists()


def test_shortest_list_of_the_readme_fires_on_the_headline_below_it(tmp_path: Path) -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    (shortest,) = re.findall(r"```yaml\n(watchlists:.*?)```", text, re.DOTALL)
    (line,) = re.findall(r"^echo '(.*)' \| straitwatch match --json$", text, re.MULTILINE)
    (tmp_path / "watchlists").mkdir()
    (tmp_path / "watchlists/list.yaml").write_text(shortest, encoding="utf-8")
    arguments = ["match", "--json", "--config", str(tmp_path)]

    result = CliRunner().invoke(app, arguments, input=line)

    assert [match["watchlist"] for match in json.loads(result.stdout)["matches"]] == [
        "strait-crossings"
    ]


def test_morning_of_the_explanation_is_decided_as_its_table_says() -> None:
    page = (ROOT / "docs/explanation/how-stories-form.md").read_text(encoding="utf-8")
    promised = re.findall(r"^\| \d\d:\d\d \|.*\| (\w+)[^|]* \|$", page, re.MULTILINE)
    reports = str(ROOT / "docs/explanation/morning.jsonl")

    decided = rows(ROOT / "config", "backtest", "--jsonl", reports, "--messages")

    assert [row["told"] for row in decided] == promised


@pytest.mark.parametrize(
    ("command", "options"),
    [
        ("match --json", ("--config", str(ROOT / "config"))),
        ("cluster --json", ()),
        ("cluster --pairs --json", ()),
    ],
)
def test_json_page_shows_the_keys_that_a_command_prints(command: str, options: tuple[str]) -> None:
    page = (ROOT / "docs/reference/json.md").read_text(encoding="utf-8")
    section = page.split(f"## `{command}`\n")[1].split("\n## ")[0]
    given, promised = re.findall(r"```json\n(.*?)```", section, re.DOTALL)
    arguments = [*command.split(), *options]

    result = CliRunner().invoke(app, arguments, input=given)

    assert result.stdout.count("\n") == promised.count("\n")
    for answer, shown in zip(result.stdout.splitlines(), promised.splitlines(), strict=True):
        assert _keys(json.loads(answer)) == _keys(json.loads(shown))


def _keys(value: object, path: str = "") -> set[str]:
    match value:
        case dict():
            return {key for name, inner in value.items() for key in _keys(inner, f"{path}.{name}")}
        case list():
            return {key for inner in value for key in _keys(inner, f"{path}[]")}
        case _:
            return {path}


def test_command_page_has_every_command_and_option_that_help_shows() -> None:
    page = (ROOT / "docs/reference/commands.md").read_text(encoding="utf-8")
    parts = re.split(r"^#{2,4} `?(?:straitwatch )?", page, flags=re.MULTILINE)
    sections = dict(part.split("`\n", 1) for part in parts if "`\n" in part)

    missing = [name for name in COMMANDS if name not in sections]
    for path in list(sections):
        options, _, members = _help(path).partition("─ Commands ─")
        found = set(re.findall(r"--[a-z][a-z-]+", options)) - {"--help"}
        missing += [f"{path} {name}" for name in found if f"`{name}`" not in sections[path]]
        names = [f"{path} {name}" for name in re.findall(r"^│ ([a-z-]+)", members, re.MULTILINE)]
        missing += [name for name in names if name not in sections]

    assert missing == []


def _help(path: str) -> str:
    """Return the options and commands that `--help` shows in a wide terminal."""
    result = CliRunner().invoke(app, [*path.split(), "--help"], env={"COLUMNS": "200"})
    assert result.exit_code == 0, result.output
    return result.output.partition("─ Options ─")[2]


def test_how_to_manage_feeds_lists_every_condition() -> None:
    page = (ROOT / "docs/how-to/manage-feeds.md").read_text(encoding="utf-8")

    assert [label for label in LABELS.values() if not re.search(rf"\b{label}\b", page)] == []
