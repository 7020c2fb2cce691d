"""Writes the configuration that `setup` makes: the shipped one, fitted to the answers."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from straitwatch.config import copy_configuration, read_secrets, write_secrets
from straitwatch.shipped import shipped

SLACK, MAIL = "desk-slack", "desk-mail"
VARIABLES = {SLACK: "SLACK_URL", MAIL: "MAIL_URL"}
_SETTINGS = "straitwatch.yaml"
_PLAIN_YAML = re.compile(r"[\w${}:/.@+=,%-]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """The answers to `setup`; `urls` has the URL of each receiver that is used."""

    urls: dict[str, str]
    timezone: str
    data: Path  # the directory of the database
    slack_base_url: str = ""


def write_configuration(directory: Path, answers: Answers) -> bool:
    """Write or complete a configuration; return False if its straitwatch.yaml stays as it is.

    Files that exist are kept. straitwatch.yaml is written again only if you have not edited it.
    """
    directory.mkdir(parents=True, exist_ok=True)
    settings = directory / _SETTINGS
    is_ours = not is_edited(directory)
    copy_configuration(shipped("config"), directory)
    if is_ours:
        settings.write_text(fitted(_template(), answers), encoding="utf-8")
    values = {VARIABLES[name]: url for name, url in answers.urls.items()}
    write_secrets(directory, values)
    return is_ours


def fitted(text: str, answers: Answers) -> str:
    """Return the shipped straitwatch.yaml with the database, time zone and receivers in use."""
    database = "${DATABASE_URL:-sqlite:///%s}" % (answers.data.resolve() / "straitwatch.db")
    if not _PLAIN_YAML.fullmatch(database):
        database = "'{}'".format(database.replace("'", "''"))
    text = re.sub(r"(?m)(?<=^database: )\S+", lambda _: database, text, count=1)
    text = re.sub(r"(?m)^timezone: \S+", f"timezone: {answers.timezone}", text, count=1)
    if answers.slack_base_url:
        line = f"    base_url: {answers.slack_base_url}\n"
        text = re.sub(rf"(?m)^  {SLACK}:\n", rf"\g<0>{line}", text, count=1)
    for unused, used in ((SLACK, MAIL), (MAIL, SLACK)):
        if unused not in answers.urls and used in answers.urls:
            text = _without(text, unused, used)
    return text


def _without(text: str, unused: str, used: str) -> str:
    """Send everything to one receiver; the other one stays defined, and is not used."""

    def names(found: re.Match[str]) -> str:
        given = (used if name.strip() == unused else name.strip() for name in found[2].split(","))
        return f"{found[1]}[{', '.join(dict.fromkeys(given))}]"

    text = re.sub(r"(\bsend: )\[([\w, -]+)\]", names, text)
    return re.sub(rf"(?m)^    (?=fallback: ({unused}|{used})\b)", "    # ", text)


def read_answers(directory: Path, data: Path) -> Answers:
    """Return the answers of an earlier `setup`; `data` is for a file that names no database."""
    settings = directory / _SETTINGS
    text = settings.read_text(encoding="utf-8", errors="replace") if settings.is_file() else ""
    zone = re.search(r"(?m)^timezone: (\S+)", text)
    database = re.search(r"DATABASE_URL:-sqlite:///([^}]*)/straitwatch\.db", text)
    data_before = database[1].replace("''", "'") if database else ""
    base_url = re.search(r"(?m)^    base_url: (\S+)", text)
    secrets = read_secrets(directory)
    return Answers(
        urls={name: secrets[key] for name, key in VARIABLES.items() if secrets.get(key)},
        timezone=zone[1] if zone else "",
        data=Path(data_before) if database else data,
        slack_base_url=base_url[1] if base_url else "",
    )


def is_edited(directory: Path) -> bool:
    """Return True if there is a straitwatch.yaml that no `setup` has written."""
    settings = directory / _SETTINGS
    if not settings.exists():
        return False
    text = settings.read_text(encoding="utf-8", errors="replace")
    earlier = read_answers(directory, Path())
    return all(fitted(_template(), variant) != text for variant in _variants(earlier))


def _variants(answers: Answers) -> Iterator[Answers]:
    for used in ((), (SLACK,), (MAIL,), (SLACK, MAIL)):
        yield replace(answers, urls=dict.fromkeys(used, ""))


def _template() -> str:
    return (shipped("config") / _SETTINGS).read_text(encoding="utf-8")
