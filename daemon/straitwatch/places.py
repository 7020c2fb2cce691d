"""Finds the directories of a configuration and its data, and the time zone of this machine."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo

DEFAULT_CONFIG = Path("config")  # in the working directory, if there is no other
SYSTEM_CONFIG = Path("/etc/straitwatch")
SYSTEM_DATA = Path("/var/lib/straitwatch")
_ZONE_LINK = Path("/etc/localtime")
_ZONE_DATABASE = "zoneinfo/"


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """Where the configuration of a user is, and where its database is."""

    config: Path
    data: Path


def own_places(environ: Mapping[str, str], *, is_root: bool) -> Places:
    """Return the usual directories of a user, or those of the system for root.

    A user without a home, as in some containers, also gets those of the system.
    """
    if is_root:
        return Places(config=SYSTEM_CONFIG, data=SYSTEM_DATA)
    config = _folder(environ, "XDG_CONFIG_HOME", usual=".config")
    data = _folder(environ, "XDG_STATE_HOME", usual=".local/state")
    return Places(
        config=config / "straitwatch" if config else SYSTEM_CONFIG,
        data=data / "straitwatch" if data else SYSTEM_DATA,
    )


def _folder(environ: Mapping[str, str], variable: str, *, usual: str) -> Path | None:
    if folder := environ.get(variable):
        return Path(folder)
    with suppress(RuntimeError):  # no HOME, and the system does not know the user
        return Path(environ.get("HOME") or Path.home()) / usual
    return None


def find_config(environ: Mapping[str, str]) -> Path:
    """Return the configuration for a command that names none.

    The one that `setup` wrote comes first: the user's, also that of root, then the system's.
    `config/` of the working directory is the last.

    Raises:
        OSError: one of them cannot be read, so that the next would be another configuration.
    """
    for directory in (own_places(environ, is_root=False).config, SYSTEM_CONFIG):
        with suppress(FileNotFoundError, NotADirectoryError):
            _settings(directory).stat()
            return directory
    return DEFAULT_CONFIG


def has_settings(directory: Path) -> bool:
    """Return True if a directory holds a configuration that this user can see."""
    with suppress(OSError):  # a directory of another user
        return _settings(directory).is_file()
    return False


def _settings(directory: Path) -> Path:
    return directory / "straitwatch.yaml"


def local_timezone(environ: Mapping[str, str], *, link: Path = _ZONE_LINK) -> str:
    """Return the name of this machine's time zone, such as Europe/Berlin; UTC if unknown."""
    names = [environ.get("TZ", "").lstrip(":")]
    if link.is_symlink():
        names.append(str(link.resolve()).partition(_ZONE_DATABASE)[2])
    return next((name for name in names if is_timezone(name)), "UTC")


def is_timezone(name: str) -> bool:
    """Return True if there is a time zone of this name."""
    try:
        return bool(name) and bool(ZoneInfo(name))
    except (KeyError, OSError, ValueError):  # unknown, a folder, not a name
        return False
