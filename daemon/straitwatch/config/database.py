"""Locates the SQLite database of a configuration: relative paths start at its directory."""

from pathlib import Path

_SQLITE = "sqlite:///"


def locate_database(url: str, directory: Path) -> tuple[str, Path | None]:
    """Return the address with an absolute path, and the file if it is at its former place.

    Relative paths used to start at the working directory. A database there stays in use as long as
    the configuration directory has none.
    """
    path, _, options = url.removeprefix(_SQLITE).partition("?")
    if not url.startswith(_SQLITE) or not path or path == ":memory:" or Path(path).is_absolute():
        return url, None
    place, former = (directory / path).resolve(), Path(path).resolve()
    is_former = former != place and former.is_file() and not place.is_file()
    found = former if is_former else place
    address = f"{_SQLITE}{found}" + (f"?{options}" if options else "")
    return address, former if is_former else None
