"""Start the real program as a fork of an interpreter that has imported it.

Imports take most of the CPU time of a start, about a second. Run as a script, this module is that
interpreter: it imports the program, runs none of it, and forks a process for each request.
"""

import asyncio
import atexit
import functools
import importlib
import json
import os
import runpy
import signal
import socket
import struct
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

_IMPORTED = (
    *("straitwatch.cli.run", "straitwatch.cli.doctor", "straitwatch.cli.stories"),
    *("alembic.command", "apprise.plugins.slack", "apprise.plugins.email"),
    *("uvloop", "uvicorn.protocols.http.h11_impl"),
)
_NUMBER = struct.Struct("i")
_MAX_REQUEST = 2**20


class Program:
    """A forked program, with the parts of asyncio's `Process` that the tests use."""

    def __init__(self, reply: socket.socket) -> None:
        (self.pid,) = _NUMBER.unpack(reply.recv(_NUMBER.size))
        reply.setblocking(False)
        self._reply = reply
        self._status: int | None = None

    @property
    def returncode(self) -> int | None:
        """The exit status, or None while the program runs; a signal is a negative number."""
        if self._status is None:
            with suppress(BlockingIOError):
                (self._status,) = _NUMBER.unpack(self._reply.recv(_NUMBER.size))
                self._reply.close()
        return self._status

    async def wait(self) -> int:
        while (status := self.returncode) is None:
            await asyncio.sleep(0.02)
        return status

    def send_signal(self, number: int) -> None:
        if self.returncode is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)


def start(
    *arguments: str,
    launcher: Path | None = None,
    environ: Mapping[str, str],
    cwd: Path,
    streams: Sequence[int],
) -> Program:
    """Fork the program.

    Args:
        arguments: the command and its options.
        launcher: a script to run in place of `python -m straitwatch`.
        environ: the whole environment of the program.
        cwd: its working directory.
        streams: descriptors for its standard input, output and errors.

    """
    ours, theirs = socket.socketpair()
    request = {
        "launcher": str(launcher or ""),
        "arguments": arguments,
        "environ": dict(environ),
        "cwd": str(cwd),
    }
    with theirs:
        descriptors = [*streams, theirs.fileno()]
        socket.send_fds(_interpreter(), [json.dumps(request).encode()], descriptors)
    return Program(ours)


@functools.cache
def _interpreter() -> socket.socket:
    """Start the interpreter, and return the socket for requests: it ends when that is closed."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    number = theirs.fileno()
    with theirs:
        interpreter = subprocess.Popen(
            [sys.executable, "-P", __file__, str(number)],
            env={**os.environ, "OPENBLAS_NUM_THREADS": "1"},  # a fork copies no threads
            pass_fds=[number],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
        )

    def end() -> None:
        ours.close()
        interpreter.wait()

    atexit.register(end)
    return ours


# ---------------------------------------------------------------- inside the interpreter


def _serve(requests: socket.socket) -> None:
    signal.signal(signal.SIGCHLD, _collect)
    while True:
        request, descriptors, _, _ = socket.recv_fds(requests, _MAX_REQUEST, 4)
        if not request:
            return
        if os.fork() == 0:
            requests.close()
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            _run_and_watch(json.loads(request), descriptors)
            return
        for descriptor in descriptors:
            os.close(descriptor)


def _collect(*_: object) -> None:
    """Wait for the watchers that have ended, so that their CPU time counts as this process's."""
    with suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass


def _run_and_watch(request: dict[str, Any], descriptors: list[int]) -> None:
    """Fork the program, and send its process id, then its exit status."""
    *streams, reply = descriptors
    pid = os.fork()
    if pid == 0:
        os.close(reply)
        _run(request, streams)
        return
    for stream in streams:
        os.close(stream)
    os.write(reply, _NUMBER.pack(pid))
    _, status = os.waitpid(pid, 0)
    with suppress(BrokenPipeError):
        os.write(reply, _NUMBER.pack(os.waitstatus_to_exitcode(status)))
    os._exit(0)


def _run(request: dict[str, Any], streams: list[int]) -> None:
    for number, stream in enumerate(streams):
        os.dup2(stream, number)
        os.close(stream)
    os.environ.clear()
    os.environ.update(request["environ"])
    os.chdir(request["cwd"])
    sys.argv[1:] = request["arguments"]
    if launcher := request["launcher"]:
        runpy.run_path(launcher, run_name="__main__")
    else:
        runpy.run_module("straitwatch", run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    for module in _IMPORTED:
        importlib.import_module(module)
    _serve(socket.socket(fileno=int(sys.argv[1])))
