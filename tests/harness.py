"""Run the real program as a child process."""

import asyncio
import json
import os
import signal
from collections.abc import Awaitable, Callable
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any, Self

from forked import Program, start

PATIENCE = 60.0  # seconds; an upper bound on a busy machine for steps of well under a second


async def eventually(
    claim: Callable[[], bool | Awaitable[bool]], *, within: float = PATIENCE
) -> None:
    """Wait until a claim holds.

    Raises:
        TimeoutError: it does not hold in time.
    """
    async with asyncio.timeout(within):
        while True:
            held = claim()
            if isinstance(held, Awaitable):
                held = await held
            if held:
                return
            await asyncio.sleep(0.05)


def child_environment(**extra: str) -> dict[str, str]:
    """Return the environment of a child: no colours, and bytecode kept, so that it starts fast."""
    inherited = {key: value for key, value in os.environ.items() if "DONTWRITEBYTECODE" not in key}
    return {**inherited, "NO_COLOR": "1", **extra}


class Daemon:
    """`straitwatch run` as a child; its log is kept for when a test fails."""

    def __init__(self, config: Path, *, launcher: Path | None = None, **environ: str) -> None:
        self._config = config
        self._launcher = launcher
        self._environ = environ
        self.log = config.parent / "daemon.log"
        self.process: Program | None = None

    async def start(self) -> Self:
        with self.log.open("ab") as log, Path(os.devnull).open("rb") as nothing:
            self.process = start(
                *("run", "--config", str(self._config)),
                launcher=self._launcher,
                environ=child_environment(**self._environ),
                cwd=self._config.parent,
                streams=[nothing.fileno(), log.fileno(), log.fileno()],
            )
        try:
            await eventually(self.has_started)
        except BaseException:
            await self.stop(signal.SIGKILL)
            raise
        return self

    def has_started(self) -> bool:
        assert self.process is not None
        if self.process.returncode is not None:
            raise AssertionError(f"the daemon ended early:\n{self.text()}")
        return "started" in self.text()

    def text(self) -> str:
        return self.log.read_text(encoding="utf-8", errors="replace")

    async def wait(self) -> int:
        assert self.process is not None
        return await asyncio.wait_for(self.process.wait(), PATIENCE)

    async def stop(self, number: int = signal.SIGTERM) -> int:
        assert self.process is not None
        if self.process.returncode is None:
            self.process.send_signal(number)
        return await self.wait()

    async def __aenter__(self) -> Self:
        return await self.start()

    async def __aexit__(self, *_: object) -> None:
        await self.stop(signal.SIGKILL)


async def straitwatch(*arguments: str, cwd: Path, **environ: str) -> tuple[int, str, str]:
    """Run one command to its end; return exit status, stdout, stderr."""
    with (
        Path(os.devnull).open("rb") as nothing,
        TemporaryFile("w+") as out,
        TemporaryFile("w+") as err,
    ):
        streams = [file.fileno() for file in (nothing, out, err)]
        program = start(*arguments, environ=child_environment(**environ), cwd=cwd, streams=streams)
        status = await asyncio.wait_for(program.wait(), PATIENCE)
        out.seek(0)
        err.seek(0)
        return status, out.read(), err.read()


async def outbox_problems(config: Path) -> list[str]:
    """Return the problems of the outbox that `doctor` finds: contradictions and dead letters."""
    _, out, err = await straitwatch("doctor", "--json", "--config", str(config), cwd=config.parent)
    findings = [json.loads(line) for line in out.splitlines()]
    assert "outbox" in {finding["name"] for finding in findings}, out + err
    return [
        finding["text"]
        for finding in findings
        if finding["name"] in ("outbox", "dead letters") and not finding["is_good"]
    ]


def last_json(text: str) -> dict[str, Any]:
    """Read the last line of JSON Lines."""
    value = json.loads(text.strip().splitlines()[-1])
    assert isinstance(value, dict)
    return value
