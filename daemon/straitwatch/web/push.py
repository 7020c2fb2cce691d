"""Answers the hubs of feeds, which push new entries (W3C WebSub)."""

from collections.abc import AsyncIterator, Mapping
from typing import Protocol

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from straitwatch.core.websub import PUSH_PATH


class Subscriber(Protocol):
    """Answers the hubs of feeds; `app.websub.Subscriber` is above this module."""

    async def verify(self, token: str, params: Mapping[str, str]) -> str | None: ...
    async def receive(self, token: str, signature: str, body: AsyncIterator[bytes]) -> int: ...


def push_route(subscriber: Subscriber) -> Route:
    """Return the callback of hubs (W3C WebSub, sections 5.3 and 7).

    An unsigned push is acknowledged and ignored, as the specification says, so that nobody learns
    whether a signature was right.
    """

    async def verify(request: Request) -> Response:
        params = dict(request.query_params)
        challenge = await subscriber.verify(request.path_params["token"], params)
        if challenge is None:
            return PlainTextResponse("not wanted\n", status_code=404)
        return PlainTextResponse(challenge)

    async def receive(request: Request) -> Response:
        signature = request.headers.get("X-Hub-Signature", "")
        token, body = request.path_params["token"], request.stream()
        return Response(status_code=await subscriber.receive(token, signature, body))

    async def callback(request: Request) -> Response:
        return await (receive(request) if request.method == "POST" else verify(request))

    return Route(f"{PUSH_PATH}{{token}}", callback, methods=["GET", "POST"])
