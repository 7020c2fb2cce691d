"""Measurements use only names that the program has."""

import ast
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_bench_imports_only_names_that_exist() -> None:
    missing = {
        f"{path.name}: {module}.{name}"
        for path in (ROOT / "bench").glob("*.py")
        for module, name in imported_names(ast.parse(path.read_text(encoding="utf-8")))
        if not exists(module, name)
    }

    assert missing == set()


def imported_names(tree: ast.Module) -> Iterator[tuple[str, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("straitwatch"):
            yield from ((str(node.module), alias.name) for alias in node.names)


def exists(module: str, name: str) -> bool:
    if hasattr(import_module(module), name):
        return True
    try:
        import_module(f"{module}.{name}")
    except ModuleNotFoundError:
        return False
    return True
