"""`cluster`: group JSON Lines into stories."""

import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.markup import escape
from rich.tree import Tree

from straitwatch.cli.encoding import EncoderSetting, LineEncoder
from straitwatch.cli.jsonl import (
    BadLine,
    Line,
    printable,
    read_lines,
    write_line,
)
from straitwatch.cli.lazy import new_app
from straitwatch.cli.options import DEFAULT_CONFIG, ConfigDir
from straitwatch.cli.output import new_console, print_error
from straitwatch.cli.reportlines import (
    LONG_AGO,
    LineClock,
    UnusableError,
    read_key,
    read_texts,
)
from straitwatch.config import load_beat
from straitwatch.core.cluster import DEFAULT, PROFILES, FoldProfile, StoryWindow
from straitwatch.core.compiled_beat import CompiledBeat, compile_beat
from straitwatch.core.han import one_script
from straitwatch.core.model import SAME_GUID, Entry, Features, Fold, Relation
from straitwatch.core.normalize import canonical_url
from straitwatch.core.vectors import encoder_text
from straitwatch.errors import UsageError
from straitwatch.telemetry import configure_logging

_LIST = "offline"  # all lines count as matched by one list

app = new_app()


@app.command(
    epilog="Examples:  `straitwatch cluster --json reports.jsonl`  ·  "
    "`straitwatch cluster --pairs --json pairs.jsonl`"
)
def cluster(
    files: Annotated[
        list[Path] | None, typer.Argument(help="Files of JSON Lines. Default: standard input.")
    ] = None,
    pairs: Annotated[
        bool, typer.Option("--pairs", help="Compare the reports `a` and `b` of each line.")
    ] = False,
    profile: Annotated[
        str, typer.Option(help="How readily reports are grouped: recall groups more, strict fewer.")
    ] = DEFAULT.name,
    encoder: Annotated[
        EncoderSetting,
        typer.Option(help="Compare sentence vectors too (auto), or only words and names (off)."),
    ] = EncoderSetting.AUTO,
    config: ConfigDir = DEFAULT_CONFIG,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON Lines.")] = False,
) -> None:
    """Group JSON Lines into stories.

    A line has `id`, `title`, `ts` and optionally `summary`, `content`, `url`, `source`, `lang`. A
    repeated `id` is the same entry again, perhaps edited. With `--pairs`, a line has `id`, `a` and
    `b`: two such objects, or two addresses. The names of the beat are those of the configuration.
    Exit status 1 if a line could not be used.
    """
    if profile not in PROFILES:
        raise UsageError(f"no such profile: {profile}\nhint: choose from {', '.join(PROFILES)}")
    configure_logging(level="warning")
    beat = compile_beat(load_beat(config))
    with LineEncoder(encoder.value) as line_encoder:
        read = _Reader(line_encoder, beat)
        answers = (_pair_answers if pairs else _stream_answers)(
            read_lines(files or ()), PROFILES[profile], read
        )
        is_good = _print_lines(answers) if as_json else _print_trees(answers)
    if not is_good:
        raise typer.Exit(1)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Answer:
    """The answer to a line; for people also its title and the title it is compared with."""

    row: dict[str, Any]
    title: str = ""
    other: str = ""


@dataclass(frozen=True, slots=True)
class _Reader:
    """Computes the features of lines, with their sentence vectors."""

    encoder: LineEncoder
    beat: CompiledBeat

    def read(self, line: Mapping[str, Any], *, entry_id: str, clock: LineClock) -> Features:
        texts = read_texts(line)
        entry = Entry(
            id=entry_id,
            guid="",
            url=texts["url"],
            canonical_url=canonical_url(texts["url"]) if texts["url"] else "",
            title=texts["title"],
            summary=texts["summary"],
            content=texts["content"],
        )
        features = self.beat.reader.read(
            entry,
            outlet=texts["source"],
            language=texts["lang"],
            watchlists=(_LIST,),
            seen_at=clock.read(texts["ts"]),
        )
        lead = entry.summary or entry.content
        vector = self.encoder.encode(encoder_text(entry.title, lead, one_script()))
        return replace(features, vector=vector)


def _stream_answers(
    lines: Iterator[Line | BadLine], profile: FoldProfile, reader: _Reader
) -> Iterator[_Answer]:
    window, clock = StoryWindow(reader.beat.lexicon, profile=profile), LineClock()
    stories: dict[str, str] = {}  # by id: a repeated entry keeps its story

    def answer(line: Mapping[str, Any]) -> _Answer:
        key = read_key(line)
        features = reader.read(line, entry_id=key, clock=clock)
        if key in stories:
            fold = Fold(story_id=stories[key], relation=Relation.SAME_ENTRY, reason=SAME_GUID)
        else:
            fold = window.fold(features)
            window.add(features, fold)
        stories[key] = fold.story_id
        row = {"story": fold.story_id, "relation": fold.relation.value, "reason": str(fold)}
        if fold.related:
            row["related"] = fold.related.story_id
        return _Answer(row={"id": line["id"], **row}, title=str(line.get("title") or ""))

    return _answers(lines, answer)


def _pair_answers(
    lines: Iterator[Line | BadLine], profile: FoldProfile, reader: _Reader
) -> Iterator[_Answer]:

    def answer(line: Mapping[str, Any]) -> _Answer:
        read_key(line)
        a, b = (_side(line, name, reader) for name in ("a", "b"))
        if LONG_AGO in (a.seen_at, b.seen_at):  # a report without a time gets that of the other
            seen_at = max(a.seen_at, b.seen_at)
            a, b = replace(a, seen_at=seen_at), replace(b, seen_at=seen_at)
        window = StoryWindow(reader.beat.lexicon, profile=profile)
        window.add(a, window.fold(a))
        fold = window.fold(b)
        row = {"relation": fold.relation.value, "reason": str(fold)}
        titles = [_title_of(line[name]) for name in ("a", "b")]
        return _Answer(row={"id": line["id"], **row}, title=titles[1], other=titles[0])

    return _answers(lines, answer)


def _answers(
    lines: Iterator[Line | BadLine], answer: Callable[[Mapping[str, Any]], _Answer]
) -> Iterator[_Answer]:
    for line in lines:
        bad = line if isinstance(line, BadLine) else None
        if isinstance(line, Line):
            try:
                yield answer(line.value)
            except UnusableError as error:
                bad = line.refuse(str(error))
        if bad is not None:
            yield _Answer(row={"id": None, "error": bad.error})


def _title_of(side: Any) -> str:
    return str(side.get("title") or side.get("url") or "") if isinstance(side, Mapping) else side


def _side(line: Mapping[str, Any], name: str, reader: _Reader) -> Features:
    side = line.get(name)
    if isinstance(side, str):
        side = {"url": side}
    if not isinstance(side, Mapping):
        raise UnusableError(f"{name}: an object or an address is needed")
    return reader.read(side, entry_id=name, clock=LineClock())


def _print_lines(answers: Iterator[_Answer]) -> bool:
    is_good = True
    for answer in answers:
        is_good = is_good and "error" not in answer.row
        write_line(answer.row)
        sys.stdout.flush()  # a reader at the other end of a pipe gets each answer at once
    return is_good


def _print_trees(answers: Iterator[_Answer]) -> bool:
    is_good, trees = True, dict[str, Tree]()
    for answer in answers:
        if "error" in answer.row:
            is_good = False
            print_error(answer.row["error"])
        else:
            _grow(trees, answer)
    console = new_console()
    for tree in trees.values():
        console.print(tree)
    return is_good


def _grow(trees: dict[str, Tree], answer: _Answer) -> None:
    row = answer.row
    key = str(row.get("story", row["id"]))
    if key not in trees:
        trees[key] = Tree(_plain(f"{key}  {answer.other or answer.title}"))
        if not answer.other:
            return
    trees[key].add(_plain(f"{row['relation']}: {answer.title}  ({row['reason']})"))


def _plain(text: str) -> str:
    return escape(printable(text))
