"""Serves the pages with the news, the status of the daemon, its health checks and metrics."""

from straitwatch.web.application import build_web
from straitwatch.web.desk import Desk
from straitwatch.web.guard import is_known_host
from straitwatch.web.server import bind, serve_web
from straitwatch.web.status import Watch

__all__ = ["Desk", "Watch", "bind", "build_web", "is_known_host", "serve_web"]
