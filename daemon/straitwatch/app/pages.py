"""Claims due pages and looks at them side by side."""

import asyncio
from collections.abc import Awaitable, Callable, Collection

import structlog

from straitwatch import store as db
from straitwatch.app.runtime import Runtime
from straitwatch.core.model import PageState
from straitwatch.core.policy import PAGES_AT_ONCE
from straitwatch.pipeline import give_up_look, look_at_page

log: structlog.stdlib.BoundLogger = structlog.get_logger(__name__)


class Pages:
    """The looks in flight: a few at once, within the budgets of the configuration."""

    def __init__(self, runtime: Runtime, *, request_send: Callable[[], Awaitable[None]]) -> None:
        self._runtime = runtime
        self._request_send = request_send
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def tasks(self) -> Collection[asyncio.Task[None]]:
        """The looks in flight."""
        return self._tasks

    async def start_due(self) -> int:
        """Claim the pages that are due, up to the free room, and start to look at them."""
        tools, policy = self._runtime.tools, self._runtime.active.config.pages
        room = PAGES_AT_ONCE - len(self._tasks)
        if self._runtime.is_stopping or room <= 0:
            return 0
        claimed = await tools.store.run(db.claim_pages, policy, now=tools.clock(), limit=room)
        for state in claimed:
            task = asyncio.create_task(self._look(state))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        return len(claimed)

    async def run_all(self) -> None:
        """Look at every page that is due and that the budgets allow now."""
        while await self.start_due() or self._tasks:
            await asyncio.wait(self._tasks, return_when=asyncio.FIRST_COMPLETED)

    async def _look(self, state: PageState) -> None:
        active, tools = self._runtime.active, self._runtime.tools
        with structlog.contextvars.bound_contextvars(page=state.host):
            try:
                report = await look_at_page(state, active.feeds, tools=tools, rules=active.rules)
            except Exception:  # around one page: the others continue
                log.exception("look at a page failed")
                await give_up_look(state, tools=tools, rules=active.rules)
                return
        self._runtime.totals.alerts += report.alerts
        self._runtime.totals.stories_new += report.stories_new
        if report.alerts:
            await self._request_send()
