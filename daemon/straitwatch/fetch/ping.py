"""Pings the URL of a dead-man's-switch service."""

from contextlib import suppress

import aiohttp

_TIMEOUT = aiohttp.ClientTimeout(total=10)
_OK = range(200, 300)


async def ping(url: str) -> str:
    """Request an address; return "" on success, or else the reason without the address."""
    try:
        async with (
            aiohttp.ClientSession(timeout=_TIMEOUT) as session,
            session.get(url, allow_redirects=False) as response,
        ):
            with suppress(aiohttp.ClientError):
                await response.content.read(1024)
            return "" if response.status in _OK else f"answered {response.status}"
    except TimeoutError:
        return "no answer in time"
    except (aiohttp.ClientError, ValueError, OSError) as error:
        return type(error).__name__  # the text of the error may contain the address, a secret
