"""Count the idioms that plain English avoids in docs, docstrings, comments and messages.

`./dev words` prints every place, worst file first; `./dev words daemon/straitwatch/store docs` only
those below some paths. Without `./dev`: `python tests/plain_english.py [PATH ...]`.

`tests/unit/test_plain_english.py` holds every kind of text to one limit. Code, quoted
examples, block quotes, addresses and the vocabulary of the beat do not count.
"""

import ast
import io
import re
import sys
import tokenize
from collections import Counter
from collections.abc import Container, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
KINDS = ("docs", "docstrings", "comments", "messages")

# Each idiom, and its usual replacement in ADVICE.
IDIOMS = {
    "stand": re.compile(r"\b(?:stands?|stood|standing)\b", re.IGNORECASE),
    # "must-tell" is a label of the measured streams
    "tell": re.compile(r"(?<!must-)\b(?:tells?|told|telling)\b", re.IGNORECASE),
    "nobody": re.compile(r"\b(?:nobody|nothing)\b", re.IGNORECASE),
    # "what could not be sent", but neither "what to do" nor a question
    "what": re.compile(
        r"\bwhat\s+(?!to\b|you\b|happens\b|happened\b|if\b|kind\b)[a-z]+\b(?![^.?!]*\?)",
        re.IGNORECASE,
    ),
    "let": re.compile(r"\b(?:lets?|letting)\b(?!')", re.IGNORECASE),
    "go on": re.compile(r"\b(?:go|goes|going|went|gone)\s+on\b", re.IGNORECASE),
    "take over": re.compile(
        r"\b(?:takes?|took|taken|taking)\s+(?:[a-z]+\s+)?over\b", re.IGNORECASE
    ),
    "put right": re.compile(
        r"\b(?:puts?|putting)\s+(?:[a-z]+\s+){0,3}right\b(?!\s+(?:behind|before|after))",
        re.IGNORECASE,
    ),
}
ADVICE = {
    "stand": "is, appears",
    "tell": "send, report, show, say",
    "nobody": "name the subject; no, none",
    "what": "a noun",
    "let": "allow",
    "go on": "continue",
    "take over": "reload, adopt, claim",
    "put right": "fix, correct",
}

_WORD = re.compile(r"[A-Za-z][A-Za-z'’-]*")
_PROSE = re.compile(r"[A-Za-z]{2,} +(?:[A-Za-z]+ +){1,}[A-Za-z]{2,}")  # three words in a row

# Modules whose strings are words of news texts, and files that no reader sees.
_VOCABULARY = (
    "core/cluster/",
    "core/kind/",
    "core/origin",
    "core/attribution/",
    "core/sentences",
    "store/migrations/versions/",
)

_SKIPPED = (
    re.compile(r"^(?P<fence>```+|~~~+).*?^(?P=fence)", re.DOTALL | re.MULTILINE),
    re.compile(r"<!--.*?-->", re.DOTALL),
    re.compile(r"^\s*>.*$", re.MULTILINE),  # an example of a message
    re.compile(r"``.+?``|`[^`]+`", re.DOTALL),
    re.compile(r"\]\([^)]*\)|https?://\S+"),
    re.compile(r"\"[^\"]{1,200}\"|“[^”]{1,200}”|『[^』]*』|「[^」]*」"),
    re.compile(r"\{[{%#].*?[}%#]\}", re.DOTALL),  # of a template
    re.compile(r"</?[a-z][^>]*>"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """A text that people read, and the line where it begins."""

    kind: str
    path: str
    line: int
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """An idiom and its place."""

    kind: str
    idiom: str
    path: str
    line: int
    excerpt: str


def read_passages(root: Path = ROOT) -> list[Passage]:
    """Read every text of the project that people read."""
    passages = [
        Passage(kind="docs", path=_name(path, root), line=1, text=path.read_text(encoding="utf-8"))
        for path in _documents(root)
    ]
    for folder in ("daemon", "bench", "tests"):
        for path in sorted((root / folder).rglob("*.py")):
            passages += _python_passages(path, root)
    for pattern in ("*.j2", "layout.html"):
        for path in sorted((root / "daemon").rglob(pattern)):
            text = path.read_text(encoding="utf-8")
            passages.append(Passage(kind="messages", path=_name(path, root), line=1, text=text))
    return [_without_examples(passage) for passage in passages]


def count_words(passages: Iterable[Passage]) -> Counter[str]:
    """Count the words of each kind of text."""
    words: Counter[str] = Counter()
    for passage in passages:
        words[passage.kind] += len(_WORD.findall(passage.text))
    return words


def find_idioms(passages: Iterable[Passage]) -> Iterator[Finding]:
    for passage in passages:
        for idiom, pattern in IDIOMS.items():
            for found in pattern.finditer(passage.text):
                yield _finding(passage, idiom, found)


def rates(passages: Sequence[Passage]) -> dict[str, dict[str, float]]:
    """Return the occurrences of each idiom per 1,000 words, by kind of text."""
    words = count_words(passages)
    found = Counter((finding.kind, finding.idiom) for finding in find_idioms(passages))
    return {
        kind: {idiom: 1000 * found[kind, idiom] / max(words[kind], 1) for idiom in IDIOMS}
        for kind in KINDS
    }


def _documents(root: Path) -> list[Path]:
    return [
        *sorted(root.glob("*.md")),
        *sorted((root / "docs").rglob("*.md")),
        root / "bench/README.md",
    ]


def _name(path: Path, root: Path) -> str:
    return path.relative_to(root).as_posix()


def _python_passages(path: Path, root: Path) -> Iterator[Passage]:
    name = _name(path, root)
    source = path.read_text(encoding="utf-8")
    tree = ast.parse(source)
    docstrings = {id(node): node for node in _docstrings(tree)}
    for docstring in docstrings.values():
        yield Passage(kind="docstrings", path=name, line=docstring.lineno, text=docstring.value)
    yield from _comments(source, name)
    if name.startswith("daemon/") and not any(part in name for part in _VOCABULARY):
        for line, text in _messages(tree, docstrings):
            yield Passage(kind="messages", path=name, line=line, text=text)


def _docstrings(tree: ast.AST) -> Iterator[ast.Constant]:
    for node in ast.walk(tree):
        if not isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        match node.body:
            case [ast.Expr(value=ast.Constant(value=str()) as docstring), *_]:
                yield docstring


def _comments(source: str, path: str) -> Iterator[Passage]:
    """Return comments; those on consecutive lines are one text."""
    start, lines = 0, list[str]()
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type != tokenize.COMMENT or re.match(r"#\s*(noqa|type:|fmt:)", token.string):
            continue
        if token.start[0] != start + len(lines):
            if lines:
                yield Passage(kind="comments", path=path, line=start, text="\n".join(lines))
            start, lines = token.start[0], []
        lines.append(token.string.lstrip("#! "))
    if lines:
        yield Passage(kind="comments", path=path, line=start, text="\n".join(lines))


def _messages(tree: ast.AST, docstrings: Container[int]) -> Iterator[tuple[int, str]]:
    """Return the strings of three words or more, with `…` where an f-string has a value."""
    seen: set[int] = set()
    for node in ast.walk(tree):
        match node:
            case ast.JoinedStr(values=values):
                seen.update(map(id, values))
                yield from _message(node, "".join(map(_part, values)))
            case ast.Constant(value=str(text)) if (
                id(node) not in docstrings and id(node) not in seen
            ):
                yield from _message(node, text)


def _message(node: ast.expr, text: str) -> Iterator[tuple[int, str]]:
    if _PROSE.search(text):
        yield node.lineno, text


def _part(value: ast.expr) -> str:
    return str(value.value) if isinstance(value, ast.Constant) else "…"


def _without_examples(passage: Passage) -> Passage:
    text = passage.text
    for pattern in _SKIPPED:
        text = pattern.sub(_blank, text)
    return Passage(kind=passage.kind, path=passage.path, line=passage.line, text=text)


def _blank(found: re.Match[str]) -> str:
    """Keep line breaks and length, so that places stay the same."""
    return re.sub(r"[^\n]", " ", found.group())


def _finding(passage: Passage, idiom: str, found: re.Match[str]) -> Finding:
    line = passage.line + passage.text.count("\n", 0, found.start())
    start, end = max(0, found.start() - 30), found.end() + 40
    excerpt = " ".join(passage.text[start:end].split())
    return Finding(kind=passage.kind, idiom=idiom, path=passage.path, line=line, excerpt=excerpt)


def main(paths: Sequence[str]) -> None:
    passages = read_passages()
    under = tuple(path.removeprefix("./").rstrip("/") for path in paths)
    findings = [found for found in find_idioms(passages) if found.path.startswith(under or "")]
    files = Counter(found.path for found in findings)
    for found in sorted(findings, key=lambda found: (-files[found.path], found.path, found.line)):
        print(f"{found.path}:{found.line}: {found.idiom} ({ADVICE[found.idiom]}): {found.excerpt}")
    print(f"\nper 1,000 words{'':<8}" + "".join(f"{idiom:>10}" for idiom in IDIOMS))
    for kind, row in rates(passages).items():
        print(f"{kind:<23}" + "".join(f"{row[idiom]:>10.2f}" for idiom in IDIOMS))


if __name__ == "__main__":
    main(sys.argv[1:])
