"""Opens a fetcher for each kind of work, so that no poll waits for a place of other work."""

from contextlib import AsyncExitStack
from dataclasses import replace
from typing import TypedDict

from straitwatch.core.model import PollPolicy
from straitwatch.core.policy import BACKFILLS_AT_ONCE, HUB_REQUESTS_AT_ONCE
from straitwatch.fetch import Fetcher, PageFetcher


class Fetchers(TypedDict):
    """The fetchers among the tools."""

    fetcher: Fetcher
    older: Fetcher
    hubs: Fetcher
    pages: PageFetcher


async def open_fetchers(policy: PollPolicy, stack: AsyncExitStack) -> Fetchers:
    """Open the fetchers for a policy; `stack` closes them."""
    one_each = replace(policy, concurrency=BACKFILLS_AT_ONCE, per_host=1)
    hubs = replace(policy, concurrency=HUB_REQUESTS_AT_ONCE)
    return Fetchers(
        fetcher=await stack.enter_async_context(Fetcher(policy)),
        older=await stack.enter_async_context(Fetcher(one_each)),
        hubs=await stack.enter_async_context(Fetcher(hubs)),
        pages=await stack.enter_async_context(PageFetcher(policy)),
    )
