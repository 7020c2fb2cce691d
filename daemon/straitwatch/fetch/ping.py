"""Pings the URL of a dead-man's-switch service."""

import asyncio
from contextlib import suppress

import aiohttp
from yarl import URL

from straitwatch.fetch.failure import FetchError
from straitwatch.fetch.transport import Transport

_SECONDS = 10
_OK = range(200, 300)


async def ping(url: str, transport: Transport) -> str:
    """Request an address; return "" on success, or else the reason without the address."""
    try:
        async with asyncio.timeout(_SECONDS):
            response = await transport.get(URL(url), {}, is_trusted=True)
            try:
                with suppress(aiohttp.ClientError):
                    await response.content.read(1024)
            finally:
                response.close()
            return "" if response.status in _OK else f"answered {response.status}"
    except TimeoutError:
        return "no answer in time"
    except FetchError as error:
        return error.detail
    except (aiohttp.ClientError, ValueError, OSError) as error:
        return type(error).__name__  # the text of the error may contain the address, a secret
