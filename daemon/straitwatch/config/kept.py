"""Reads a stored configuration again, for commands that work while the files are broken."""

import re
import tempfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from straitwatch.config.files import BEAT_FOLDER, FEEDS, SETTINGS, kept_documents
from straitwatch.config.load import NOTHING_IN_USE, configured_store, load_settings
from straitwatch.config.model import Settings
from straitwatch.config.secrets import with_secrets
from straitwatch.core.model import Receiver

_REDACTED_TOKEN = re.compile(r"""(\b(?:app_)?token['"]?\s*:\s*)(?:\*{3}|'\*{3}'|"\*{3}")""")
_REDACTED = re.compile(r"(:\s+)\*{3}")  # a value without quotation marks, which YAML cannot read


def kept_settings(
    text: str,
    directory: Path,
    *,
    environ: Mapping[str, str],
    in_use: Mapping[str, str] = NOTHING_IN_USE,
) -> Settings:
    """Read the settings of a stored configuration: see `files.kept_text`.

    Args:
        text: of the stored configuration; "" gives the defaults in the directory's time zone.
        directory: of the configuration; its database and secrets are used.
        environ: the environment variables.
        in_use: as in `load_settings`.

    Raises:
        ConfigError: this version cannot read it, or the address of the database cannot be read.
    """
    database, timezone = configured_store(directory, environ=environ)
    with tempfile.TemporaryDirectory(prefix="straitwatch-") as folder:
        _unpack(text, Path(folder))
        variables = with_secrets(directory, environ)
        settings = load_settings(Path(folder), environ=variables, in_use=in_use)
    return replace(
        settings,
        directory=directory,
        database=database,
        timezone=settings.timezone if text else timezone,
        receivers={name: _without_mark(one) for name, one in settings.receivers.items()},
    )


def _without_mark(receiver: Receiver) -> Receiver:
    """Drop an address that was stored without its secret: its mark would be another one."""
    return replace(receiver, url="") if receiver.url.endswith("://***") else receiver


def _unpack(text: str, folder: Path) -> None:
    """Write the files of a stored text; terms and watch-lists may be in the same folder."""
    for number, document in enumerate(kept_documents(text)):
        is_other = document.name in (SETTINGS, FEEDS) or document.name.startswith(f"{BEAT_FOLDER}/")
        name = document.name if is_other else f"watchlists/{number}-{document.name}"
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        text = _REDACTED.sub(r"\1'***'", _REDACTED_TOKEN.sub(r"\1''", document.text))
        path.write_text(text, encoding="utf-8")
