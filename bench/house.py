"""Measures the shape of the code by its syntax trees, and the English of all texts.

Usage: `./dev measure [--json]`. It only reads files, so it takes a few seconds.
"""

import argparse
import ast
import json
import sys
import tokenize
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from statistics import median

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "tests"))

from plain_english import IDIOMS, count_words, rates, read_passages  # noqa: E402

PACKAGE = ROOT / "daemon/straitwatch"
EVERYWHERE = {"core.model", "core.identity", "errors", "clock"}  # most tests import these
Function = ast.FunctionDef | ast.AsyncFunctionDef
BLOCKS = (
    ast.If, ast.For, ast.AsyncFor, ast.While, ast.With, ast.AsyncWith, ast.Try, ast.TryStar, ast.Match,
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Measures:
    """The shape of the package. Lengths are in lines."""

    files: int
    lines: int
    file_median: float
    file_max: int
    functions: int
    function_median: float
    function_p95: int
    function_max: int
    functions_over_40: int
    functions_over_60: int
    typed_percent: float
    broad_excepts_per_kloc: float
    comment_percent: float
    trailing_comment_percent: float
    docstring_percent: float
    parameters_p95: int
    parameters_max: int
    nesting_p95: int
    nesting_max: int
    public_names_median: float
    public_names_max: int
    tests_to_code: float


@dataclass(frozen=True, kw_only=True)
class Source:
    """The text and the syntax tree of a module."""

    path: Path
    text: str

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.text)

    @property
    def lines(self) -> int:
        return self.text.count("\n")

    def functions(self) -> Iterator[Function]:
        return (node for node in ast.walk(self.tree) if isinstance(node, Function))


def read_sources(folder: Path) -> list[Source]:
    paths = (path for path in sorted(folder.rglob("*.py")) if "versions" not in path.parts)
    return [Source(path=path, text=path.read_text(encoding="utf-8")) for path in paths]


def measure(sources: list[Source]) -> Measures:
    lines = sum(source.lines for source in sources)
    functions = [function for source in sources for function in source.functions()]
    lengths = [length_of(function) for function in functions]
    parameters = [
        len(parameters_of(function)) for function in functions if not is_command(function)
    ]
    nesting = [depth_of(function) for function in functions]
    names = [len(public_names(source.tree)) for source in sources]
    own, trailing = count_comments(sources)
    return Measures(
        files=len(sources),
        lines=lines,
        file_median=median(source.lines for source in sources),
        file_max=max(source.lines for source in sources),
        functions=len(functions),
        function_median=median(lengths),
        function_p95=percentile(lengths, 95),
        function_max=max(lengths),
        functions_over_40=sum(length > 40 for length in lengths),
        functions_over_60=sum(length > 60 for length in lengths),
        typed_percent=round(100 * sum(map(is_typed, functions)) / len(functions), 1),
        broad_excepts_per_kloc=round(1000 * sum(map(broad_excepts, sources)) / lines, 2),
        comment_percent=round(100 * own / lines, 1),
        trailing_comment_percent=round(100 * trailing / lines, 1),
        docstring_percent=round(100 * sum(map(docstring_lines, sources)) / lines, 1),
        parameters_p95=percentile(parameters, 95),
        parameters_max=max(parameters),
        nesting_p95=percentile(nesting, 95),
        nesting_max=max(nesting),
        public_names_median=median(names),
        public_names_max=max(names),
        tests_to_code=round(filled_lines(read_sources(ROOT / "tests")) / filled_lines(sources), 2),
    )


def percentile(values: Iterable[int], percent: int) -> int:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, len(ordered) * percent // 100)]


def length_of(function: Function) -> int:
    return (function.end_lineno or function.lineno) - function.lineno + 1


def parameters_of(function: Function) -> list[ast.arg]:
    arguments = function.args
    return [
        argument
        for argument in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)
        if argument.arg not in {"self", "cls"}
    ]


def is_command(function: Function) -> bool:
    """Return True if the function is a typer command, whose parameters are options."""
    decorators = (ast.unparse(decorator) for decorator in function.decorator_list)
    return any(".command" in name or ".callback" in name for name in decorators)


def is_typed(function: Function) -> bool:
    variadic = [function.args.vararg, function.args.kwarg]
    arguments = [*parameters_of(function), *(argument for argument in variadic if argument)]
    return function.returns is not None and all(argument.annotation for argument in arguments)


def depth_of(node: ast.AST) -> int:
    """Return the depth of nested blocks; an `elif` is not deeper than its `if`."""
    deepest = 0
    for field, value in ast.iter_fields(node):
        children = value if isinstance(value, list) else [value]
        is_elif = isinstance(node, ast.If) and field == "orelse" and len(children) == 1
        for child in children:
            if isinstance(child, ast.AST) and not isinstance(child, Function | ast.ClassDef):
                own = isinstance(child, BLOCKS) and not (is_elif and isinstance(child, ast.If))
                deepest = max(deepest, own + depth_of(child))
    return deepest


def broad_excepts(source: Source) -> int:
    handlers = (node for node in ast.walk(source.tree) if isinstance(node, ast.ExceptHandler))
    return sum(
        handler.type is None or ast.unparse(handler.type) in {"Exception", "BaseException"}
        for handler in handlers
    )


def count_comments(sources: Iterable[Source]) -> tuple[int, int]:
    """Return the number of lines that are comments, and of those that end with one."""
    own = trailing = 0
    for source in sources:
        for token in tokenize.generate_tokens(iter(source.text.splitlines(keepends=True)).__next__):
            if token.type == tokenize.COMMENT:
                is_own = not token.line[: token.start[1]].strip()
                own, trailing = own + is_own, trailing + (not is_own)
    return own, trailing


def docstring_lines(source: Source) -> int:
    lines = 0
    for node in ast.walk(source.tree):
        if isinstance(node, Function | ast.ClassDef | ast.Module) and ast.get_docstring(node):
            docstring = node.body[0]
            lines += (docstring.end_lineno or docstring.lineno) - docstring.lineno + 1
    return lines


def public_names(tree: ast.Module) -> set[str]:
    names = set()
    for node in tree.body:
        match node:
            case (
                ast.FunctionDef(name=name)
                | ast.AsyncFunctionDef(name=name)
                | ast.ClassDef(name=name)
            ):
                names.add(name)
            case ast.Assign(targets=[ast.Name(id=name)]) | ast.AnnAssign(target=ast.Name(id=name)):
                names.add(name)
    return {name for name in names if not name.startswith("_")}


def filled_lines(sources: Iterable[Source]) -> int:
    return sum(bool(line.strip()) for source in sources for line in source.text.splitlines())


def package_of(module: str) -> str:
    """Return the package of a module: a part of `core`, or another top-level package."""
    parts = module.split(".")[1:]
    return ".".join(parts[: 2 if parts[:1] == ["core"] else 1])


def tests_by_package(sources: list[Source]) -> dict[str, tuple[int, int]]:
    """Return the lines of tests and of code for each package (see `package_of`).

    The lines of a test module are divided among the packages from which it imports, by the number
    of imported names.
    """
    code, tests = Counter[str](), Counter[str]()
    for source in sources:
        module = (
            source.path.relative_to(PACKAGE.parent).with_suffix("").as_posix().replace("/", ".")
        )
        code[package_of(module)] += filled_lines([source])
    for source in read_sources(ROOT / "tests"):
        names = Counter[str]()
        for node in ast.walk(source.tree):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("straitwatch."):
                names[package_of(str(node.module))] += len(node.names)
        for package in EVERYWHERE & names.keys():
            del names[package]
        for package, count in names.items():
            tests[package] += round(filled_lines([source]) * count / names.total())
    return {
        package: (tests[package], lines)
        for package, lines in code.most_common()
        if package and lines
    }


def print_table(result: dict[str, object], longest: list[str]) -> None:
    for name, value in result["measures"].items():  # type: ignore[attr-defined]
        print(f"{name.replace('_', ' '):<28}{value:>10}")
    print("\nlongest functions")
    print("\n".join(longest))
    print(f"\n{'tests : code':<28}{'tests':>8}{'code':>8}{'ratio':>8}")
    for package, (tests, code) in result["rooms"].items():  # type: ignore[attr-defined]
        print(f"{package:<28}{tests:>8}{code:>8}{tests / max(code, 1):>8.2f}")
    print(f"\n{'per 1,000 words':<20}{'words':>8}" + "".join(f"{idiom:>10}" for idiom in IDIOMS))
    for kind, row in result["english"].items():  # type: ignore[attr-defined]
        figures = "".join(f"{row[idiom]:>10.2f}" for idiom in IDIOMS)
        print(f"{kind:<20}{row['words']:>8}{figures}")


def longest_functions(sources: list[Source], count: int = 12) -> list[str]:
    found = [
        (length_of(function), f"{source.path.relative_to(ROOT)}:{function.lineno} {function.name}")
        for source in sources
        for function in source.functions()
    ]
    return [f"{length:>4}  {place}" for length, place in sorted(found, reverse=True)[:count]]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    options = parser.parse_args()
    sources = read_sources(PACKAGE)
    passages = read_passages()
    words = count_words(passages)
    english = {kind: {"words": words[kind]} | row for kind, row in rates(passages).items()}
    result = {
        "measures": asdict(measure(sources)),
        "rooms": tests_by_package(sources),
        "english": english,
    }
    if options.json:
        print(json.dumps(result))
    else:
        print_table(result, longest_functions(sources))


if __name__ == "__main__":
    main()
