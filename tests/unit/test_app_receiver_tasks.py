"""Tasks of receivers that send or edit."""

import structlog

from straitwatch.app.receiver_tasks import ReceiverTasks


async def test_task_of_a_receiver_inherits_no_variable_of_the_log() -> None:
    seen: list[dict[str, object]] = []

    async def work() -> None:
        seen.append(structlog.contextvars.get_contextvars())

    tasks = ReceiverTasks()
    with structlog.contextvars.bound_contextvars(feed="Example Wire"):
        tasks.start("desk-slack", work())
    await tasks.finish()

    assert seen == [{}]


async def test_receiver_at_work_is_listed_until_its_task_ends() -> None:
    async def work() -> None:
        pass

    tasks = ReceiverTasks()
    tasks.start("desk-slack", work())
    assert "desk-slack" in tasks

    await tasks.finish()

    assert "desk-slack" not in tasks
