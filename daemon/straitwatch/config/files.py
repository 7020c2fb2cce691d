"""Finds and reads the files of a configuration directory, and detects changes to them."""

import difflib
import hashlib
import json
import re
import shutil
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from straitwatch.config.document import Document
from straitwatch.config.secrets import SECRETS
from straitwatch.config.suggestions import did_you_mean, nearest_or_all
from straitwatch.config.yaml_reader import read_document
from straitwatch.core.model import Position, Problem
from straitwatch.core.redact import SENSITIVE_NAME
from straitwatch.errors import ConfigError
from straitwatch.places import DEFAULT_CONFIG as DEFAULT_CONFIG  # noqa: PLC0414 - for commands

if TYPE_CHECKING:
    from straitwatch.config.model import Config

SETTINGS = "straitwatch.yaml"
FEEDS = "feeds.yaml"
RULE_FOLDERS = ("terms", "watchlists")
SHADOW_FOLDER = "shadow"
BEAT_FOLDER = "beat"
SOURCES, ALIASES, COMMON = "sources.yaml", "aliases.yaml", "common.yaml"  # in beat/
_ENDINGS = (".yaml", ".yml")
_FOLDERS = (*RULE_FOLDERS, SHADOW_FOLDER, BEAT_FOLDER, "templates", "schema")
_COPIED_TOO = ("templates/README.md", "templates/*/*.j2", "schema/*.schema.json")
_STEMS = tuple(Path(name).stem for name in (SETTINGS, FEEDS))
_KNOWN = (SETTINGS, FEEDS, *_FOLDERS)
_BACKUP_ENDINGS = (".bak", ".orig", ".old", ".off", ".disabled", ".rej", ".swp", ".tmp", ".md")
_PUT_INTO_FOLDERS = "term sets belong to terms/, watch-lists to watchlists/"
_CLEAR_URL = re.compile(r"(?P<scheme>[a-z][a-z0-9+.-]*)://(?!\$\{)[^\s\"',}]+", re.IGNORECASE)
_PUBLIC = ("terminal", "sqlite")  # schemes of addresses without a secret
_WEB = ("http", "https")
_SECRET_PARAMETER = re.compile(
    rf"""([?&;][\w.-]*{SENSITIVE_NAME}=)(?!\$\{{)[^&;#\s"'}}\]]*[^&;#\s"'}}\],]"""
)
_LOGIN = re.compile(r"(?<=://)(?!\$\{)[^/?#\s]+(?=@)")
_PASSWORD = re.compile(r"(://[^\s/:@]*):[^\s/@]+@")


def config_files(directory: Path) -> Iterator[Path]:
    """Yield the files of a configuration in reading order."""
    for name in (SETTINGS, FEEDS):
        if (directory / name).is_file():
            yield directory / name
    yield from rule_files(directory)
    yield from beat_files(directory)
    yield from shadow_files(directory)


def copy_configuration(source: Path, target: Path) -> None:
    """Copy the files of a configuration; existing files are kept.

    Other files beside them are not copied: databases, locks, secrets, backups, lists in shadow.
    """
    more = [path for pattern in _COPIED_TOO for path in sorted(source.glob(pattern))]
    shadow = shadow_files(source)
    for path in (*config_files(source), *more):
        copy = target / path.relative_to(source)
        if path not in shadow and not copy.exists():
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, copy)


def shadow_files(directory: Path) -> list[Path]:
    """Return the changed files that run in shadow."""
    folder = directory / SHADOW_FOLDER
    paths = sorted(folder.iterdir()) if folder.is_dir() else []
    return [path for path in paths if is_rule_file(path)]


def beat_files(directory: Path) -> Iterator[Path]:
    """Yield the files in beat/ of a configuration, which replace the shipped ones."""
    paths = (directory / BEAT_FOLDER / name for name in (SOURCES, ALIASES, COMMON))
    yield from (path for path in paths if path.is_file())


def require_files(config: "Config", known: Iterable[str]) -> None:
    """Reject a configuration that has lost a file, because a missing file counts as an empty one.

    A checkout, a rename or a mount may remove a file for a moment before it puts the new one there.

    Raises:
        ConfigError: a known file or folder is missing.
    """
    hint = "restore it; an empty one is allowed"
    problems = [
        Problem(position=None, message=f"{name} is gone", hint=hint)
        for name in known
        if name not in config.files
    ]
    if problems:
        raise ConfigError(problems)


def files_present(directory: Path) -> tuple[str, ...]:
    """Return the files and folders of a configuration that exist."""
    names = (SETTINGS, FEEDS, *RULE_FOLDERS, BEAT_FOLDER)
    return tuple(name for name in names if (directory / name).exists())


def rule_files(directory: Path, overlay: Sequence[Path] = ()) -> Iterator[Path]:
    """Yield the files with term sets and watch-lists.

    A file of the overlay replaces the one of the same name, in the same folder if it is in one of
    these folders; without one, it is added.
    """
    instead = {_rule_key(path): path for path in overlay}
    for folder in RULE_FOLDERS:
        paths = sorted((directory / folder).iterdir()) if (directory / folder).is_dir() else ()
        for path in filter(is_rule_file, paths):
            key = _rule_key(path)
            yield instead.pop(key if key in instead else ("", path.name), path)
    yield from instead.values()


def _rule_key(path: Path) -> tuple[str, str]:
    """Return folder and name of a file; no folder outside those of term sets and watch-lists."""
    folder = path.parent.name
    return (folder if folder in RULE_FOLDERS else "", path.name)


def is_rule_file(path: Path) -> bool:
    """Return True if a file of one of the folders is read."""
    return path.suffix in _ENDINGS and not path.name.startswith(".")


def ignored(directory: Path) -> Iterator[Problem]:
    """Yield a warning for each file or folder that looks like configuration but is not read."""
    for path in sorted(directory.iterdir()):
        if path.name in _KNOWN or not _matters(path):
            continue
        if path.is_dir():
            if _holds_lists(path) or did_you_mean(path.name, RULE_FOLDERS):
                yield _unread(path, did_you_mean(path.name, _FOLDERS) or _PUT_INTO_FOLDERS)
        elif path.suffix.lower() in _ENDINGS:
            near = difflib.get_close_matches(path.stem.lower(), _STEMS, n=1, cutoff=0.6)
            yield _unread(path, f"did you mean `{near[0]}.yaml`?" if near else _PUT_INTO_FOLDERS)
    for folder in (*RULE_FOLDERS, SHADOW_FOLDER):
        inside = directory / folder
        for path in sorted(inside.iterdir()) if inside.is_dir() else ():
            if _matters(path) and not (path.is_file() and is_rule_file(path)):
                yield _unread(path, _hint_inside(path, folder))
    yield from _ignored_in_beat(directory / BEAT_FOLDER)


def _ignored_in_beat(folder: Path) -> Iterator[Problem]:
    known = (SOURCES, ALIASES, COMMON)
    for path in sorted(folder.iterdir()) if folder.is_dir() else ():
        if _matters(path) and path.name not in known:
            yield _unread(path, nearest_or_all(path.name, known, what="files"))


def _matters(path: Path) -> bool:
    """Return True unless a file is hidden, a backup copy or a note."""
    name = path.name.lower()
    is_note = name.startswith((".", "_", "readme", "license")) or name.endswith("~")
    return not is_note and path.suffix.lower() not in _BACKUP_ENDINGS


def _holds_lists(folder: Path) -> bool:
    try:
        return any(path.suffix.lower() in _ENDINGS for path in folder.iterdir())
    except OSError:
        return False


def _hint_inside(path: Path, folder: str) -> str:
    if path.is_dir():
        return f"move its files to {folder}/: folders inside are not read"
    return "give it a name that ends in .yaml, or move it away"


def _unread(path: Path, hint: str) -> Problem:
    what = "folder" if path.is_dir() else "file"
    return Problem(
        position=Position(file=shown_path(path), line=1, column=1),
        message=f"this {what} is not read",
        hint=hint,
        is_warning=True,
    )


def require_directory(directory: Path) -> None:
    """Reject a missing directory, which would count as an empty configuration.

    Raises:
        ConfigError: there is no such directory.
    """
    if not directory.is_dir():
        problem = Problem(
            position=None,
            message=f"no such directory: {directory}",
            hint=f"make one with `straitwatch init {directory}`, or name another with --config",
        )
        raise ConfigError([problem])


def read_file(path: Path) -> Document:
    """Read one file."""
    name = shown_path(path)
    try:
        return read_document(name, path.read_bytes())
    except OSError as error:
        document = Document(name=name, text="")
        position = Position(file=name, line=1, column=1)
        document.problems.append(document.at(position, f"cannot be read: {error.strerror}"))
        return document


def only_key(document: Document, key: str) -> Document:
    """Return a file as if it had one key only; the rest of it need not be YAML."""
    data = document.data
    if isinstance(data, dict):
        text = json.dumps({key: data[key]}) if key in data else ""
    else:
        lines = document.text.splitlines()
        text = next((line for line in lines if line.startswith(f"{key}:")), "")
    return read_document(document.name, text.encode())


def shown_path(path: Path) -> str:
    """Return a path relative to the current directory if it is inside, else absolute."""
    try:
        return str(path.resolve().relative_to(Path.cwd()))
    except (ValueError, OSError):
        return str(path)


def in_order(problems: Sequence[Problem]) -> list[Problem]:
    """Sort problems by file, in the order of the first problems, and line; warnings come last."""

    def place(problem: Problem) -> tuple[bool, int, int, int]:
        at = problem.position
        where = (files.index(at.file), at.line, at.column) if at else (-1, 0, 0)
        return problem.is_warning, *where

    files = list(dict.fromkeys(problem.position.file for problem in problems if problem.position))
    return sorted(problems, key=place)


def config_fingerprint(directory: Path) -> str:
    """Return a digest of the sizes and times of all files; it reads none of them."""
    digest = hashlib.blake2b(digest_size=8)
    secrets = directory / SECRETS
    for path in [*config_files(directory), *sorted(directory.glob("templates/*/*")), secrets]:
        try:
            stat = path.stat()
        except OSError:
            continue  # removed just now; the next check sees it
        digest.update(f"{path}\0{stat.st_size}\0{stat.st_mtime_ns}\n".encode())
    return digest.hexdigest()


def version_of(documents: Sequence[Document]) -> str:
    """Return a digest of the content of all files, in ten characters."""
    digest = hashlib.blake2b(digest_size=5)
    for document in documents:
        digest.update(f"{_kept_name(document)}\0{document.text}\0".encode())
    return digest.hexdigest()


def shadow_version(files: Sequence[Path]) -> str:
    """Return a digest of the files of a change in shadow."""
    return version_of([read_file(path) for path in sorted(files, key=lambda path: path.name)])


def kept_text(documents: Sequence[Document]) -> str:
    """Join all files to the text that is stored, without receiver addresses and secrets."""
    return "\n".join(
        f"# --- {_kept_name(document)}\n{without_secrets(document)}" for document in documents
    )


def _kept_name(document: Document) -> str:
    path = Path(document.name)
    is_of_beat = path.parent.name == BEAT_FOLDER and path.name in (SOURCES, ALIASES, COMMON)
    return f"{BEAT_FOLDER}/{path.name}" if is_of_beat else path.name


def kept_documents(text: str) -> Iterator[Document]:
    """Split a stored text into the files that it was made of."""
    parts = re.split(r"^# --- (\S+\.ya?ml)\n", text, flags=re.MULTILINE)
    for name, body in zip(parts[1::2], parts[2::2], strict=True):
        yield read_document(name, body.encode())


def without_secrets(document: Document) -> str:
    """Return the text of a file with its secrets replaced."""
    text = document.text
    for secret in document.secrets:
        text = text.replace(secret, f"{secret.partition('://')[0]}://***")
    for name, value in document.secret_pairs:
        pair = re.compile(rf"({re.escape(name)}['\"]?\s*:\s*['\"]?){re.escape(value)}")
        text = pair.sub(r"\1***", text)
    return _SECRET_PARAMETER.sub(r"\1***", _CLEAR_URL.sub(_redact, text))


def _redact(found: re.Match[str]) -> str:
    scheme, address = found["scheme"].lower(), found[0]
    if scheme in _WEB:
        return _LOGIN.sub("***", address)
    if scheme in _PUBLIC or scheme.startswith("postgresql"):
        return _PASSWORD.sub(r"\1:***@", address)
    return f"{found['scheme']}://***"
