"""Builds the web application: the pages, the health checks, and the callback of hubs."""

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from straitwatch.core.signed_links import ACT_PATH
from straitwatch.errors import StoreError
from straitwatch.web.acting import act_on_story, undo_action
from straitwatch.web.assets import asset, load_assets
from straitwatch.web.bench import bench, bench_file, try_file
from straitwatch.web.desk import Desk, visit
from straitwatch.web.events import events
from straitwatch.web.feeds import feed, feeds
from straitwatch.web.guard import HEADERS, Guard
from straitwatch.web.login import Login, login, logout
from straitwatch.web.mailed import act_from_mail
from straitwatch.web.messages import (
    message,
    messages,
    resume_receiver,
    retry_every_message,
    retry_message,
)
from straitwatch.web.push import Subscriber, push_route
from straitwatch.web.render import load_templates
from straitwatch.web.silences import end_silence, silences, snooze
from straitwatch.web.status import status_routes
from straitwatch.web.stories import stories
from straitwatch.web.story import story
from straitwatch.web.syndication import json_feed, rss
from straitwatch.web.why import why

_FAILED = "This page failed because of an error in Straitwatch. The log has the details.\n"


def build_web(desk: Desk, *, subscriber: Subscriber | None = None) -> Starlette:
    """Build the web application.

    Args:
        desk: the daemon, as the pages see it.
        subscriber: answers hubs; None turns their callback off.

    """
    web = Starlette(
        routes=[
            Route("/", stories),
            Route("/stories/{story}", story),
            Route("/stories/{story}/act", act_on_story, methods=["POST"]),
            Route("/actions/{action}/undo", undo_action, methods=["POST"]),
            Route("/messages", messages),
            Route("/messages/retry", retry_every_message, methods=["POST"]),
            Route("/messages/{delivery}", message),
            Route("/messages/{delivery}/retry", retry_message, methods=["POST"]),
            Route("/silences", silences),
            Route("/silences/new", snooze, methods=["POST"]),
            Route("/silences/{silence}/end", end_silence, methods=["POST"]),
            Route("/receivers/{receiver}/resume", resume_receiver, methods=["POST"]),
            Route("/feeds", feeds),
            Route("/feeds/{feed}", feed),
            Route("/why", why),
            Route("/lists", bench),
            Route("/lists/{file:path}", bench_file, methods=["GET"]),
            Route("/lists/{file:path}", try_file, methods=["POST"]),
            Route("/alerts.rss", rss),
            Route("/alerts.json", json_feed),
            Route("/events", events),
            Route(f"{ACT_PATH}{{token}}", act_from_mail, methods=["GET", "POST"]),
            Route("/login", login, methods=["GET", "POST"]),
            Route("/logout", logout, methods=["POST"]),
            Route("/status", status),
            Route("/assets/{name}", asset),
            *status_routes(desk.watch),
            *([push_route(subscriber)] if subscriber else []),
        ],
        middleware=[
            Middleware(Guard, hosts=lambda: desk.config().web_hosts),
            Middleware(Login, desk=desk),
        ],
        exception_handlers={HTTPException: refuse, StoreError: apologize, Exception: fail},
    )
    web.state.desk = desk
    load_templates()
    load_assets()
    return web


async def status(request: Request) -> Response:
    """Answer with the state of the daemon; without a database, with its faults."""
    here = visit(request)
    found = await here.desk.watch.status_in_time()
    return here.page("status.html", status=found, status_code=200 if found else 503)


def refuse(request: Request, error: Exception) -> Response:
    """Answer a request that cannot be fulfilled."""
    code, text = (
        (error.status_code, error.detail) if isinstance(error, HTTPException) else (500, "")
    )
    heading = "Not found" if code == 404 else "This does not work"  # noqa: PLR2004 - HTTP's
    answer = visit(request).page("error.html", heading=heading, text=text, status_code=code)
    answer.headers.update(getattr(error, "headers", None) or {})
    return answer


def apologize(request: Request, error: Exception) -> Response:
    """Answer while the database cannot be read."""
    heading = "The database does not answer"
    return visit(request).page("error.html", heading=heading, text=str(error), status_code=503)


def fail(_request: Request, _error: Exception) -> Response:
    """Answer after an error in this program; no middleware adds headers to it."""
    return PlainTextResponse(_FAILED, status_code=500, headers=HEADERS)
