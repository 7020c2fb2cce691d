"""The composition root: one pass, and the daemon's life from ready to stopped."""

import asyncio
import socket
from dataclasses import replace
from datetime import timedelta

import aiohttp
from structlog.testing import capture_logs

from builders.app import STORY, Desk, open_desk
from servers.feeds import Raw


async def until_ready(desk: Desk) -> None:
    async with asyncio.timeout(30):
        while desk.runtime.not_ready:
            await asyncio.sleep(0.01)


async def first_remarks(desk: Desk) -> tuple[str, ...]:
    async with asyncio.timeout(30):
        while not (remarks := (await desk.app.status()).remarks):
            await asyncio.sleep(0.01)
    return remarks


async def test_app_runs_one_pass_from_feed_to_slack(tmp_path) -> None:
    async with open_desk(tmp_path, is_started=False) as desk:
        await desk.app.run_once()
        desk.clock.advance(minutes=1)
        desk.publish(STORY)
        await desk.app.run_once()

        totals = desk.runtime.totals
        assert (totals.polled, totals.alerts, totals.delivered) == (2, 1, 1)
        assert "Taiwan Strait" in str(desk.slack.messages)


async def test_app_polls_by_itself_and_serves_its_status_until_it_stops(tmp_path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        listen = f"127.0.0.1:{free.getsockname()[1]}"
    async with open_desk(tmp_path, is_started=False, web={"listen": listen}) as desk:
        stop = asyncio.Event()
        running = asyncio.create_task(desk.app.run(stop))
        await until_ready(desk)
        await desk.feeds.asked()

        url = f"http://{listen}/readyz"
        async with asyncio.timeout(30), aiohttp.ClientSession() as web, web.get(url) as answer:
            assert answer.status == 200
        stop.set()
        await running

        assert desk.runtime.is_stopping
        assert not desk.app.polls.tasks


async def test_app_counts_no_failures_of_its_jobs_before_the_first(tmp_path) -> None:
    async with open_desk(tmp_path, is_started=False, web={"listen": ""}) as desk:
        stop = asyncio.Event()
        running = asyncio.create_task(desk.app.run(stop))
        await desk.feeds.asked()
        stop.set()
        await running

        read = desk.runtime.tools.metrics.registry.get_sample_value
        assert read("straitwatch_job_failures_total", {"task": "prune"}) == 0


async def test_app_runs_without_a_status_page_if_the_address_is_taken(tmp_path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        listen = f"127.0.0.1:{taken.getsockname()[1]}"
        async with open_desk(tmp_path, is_started=False, web={"listen": listen}) as desk:
            stop = asyncio.Event()
            with capture_logs() as logs:
                running = asyncio.create_task(desk.app.run(stop))
                await desk.feeds.asked()
                (remark,) = await first_remarks(desk)
                stop.set()
                await running

    (line,) = [line for line in logs if line["event"] == "status page unavailable"]
    assert line["hint"] == "set `web.listen` in straitwatch.yaml, or stop the other program"
    assert remark == f"the page is not served on {listen}: Address already in use; {line['hint']}"


async def test_app_cancels_a_poll_that_outlasts_the_grace_period(tmp_path) -> None:
    async with open_desk(tmp_path, is_started=False, web={"listen": ""}) as desk:
        desk.feeds.answer("/wire", Raw(hangs=True))
        stop = asyncio.Event()
        app = replace(desk.app, grace=timedelta(seconds=0.1))
        running = asyncio.create_task(app.run(stop))
        await desk.feeds.asked()
        stop.set()
        async with asyncio.timeout(5):
            await running

        assert not desk.app.polls.tasks
