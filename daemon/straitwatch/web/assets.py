"""Serves the style and the script of the page, which come with the package."""

from functools import cache
from importlib.resources import files

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

_TYPES = {"style.css": "text/css", "live.js": "text/javascript", "icon.svg": "image/svg+xml"}


def asset(request: Request) -> Response:
    """Answer with a file of the package."""
    name = request.path_params["name"]
    if name not in _TYPES:
        raise HTTPException(404, f"no file {name}")
    return Response(_read(name), media_type=_TYPES[name])


def load_assets() -> None:
    """Load every file: an upgrade replaces the files under a running daemon."""
    for name in _TYPES:
        _read(name)


@cache
def _read(name: str) -> bytes:
    return files("straitwatch.web").joinpath("assets", name).read_bytes()
