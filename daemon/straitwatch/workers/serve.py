"""Answers the parent's requests inside a worker process."""

import contextlib
import os
import resource
import signal
import struct
import sys
from collections.abc import Callable
from typing import BinaryIO

_LENGTH = struct.Struct(">Q")  # as in `process`, which a worker does not load


def confine(*, memory_bytes: int, niceness: int = 0) -> BinaryIO:
    """Limit the resources of this process; return the stream for its answers."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGALRM, signal.SIG_DFL)  # its default action ends the process
    resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    os.nice(niceness)
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # a stray print, even from C code, must not look like an answer
    sys.stdout = sys.stderr
    return answers


def serve(
    answer: Callable[[bytes], bytes],
    answers: BinaryIO,
    *,
    alarm_after: float,
    greeting: bytes = b"",
) -> None:
    """Answer requests until the parent closes standard input or dies.

    Args:
        answer: returns the answer to a request.
        answers: the stream from `confine`.
        alarm_after: seconds for one request, after which this process ends.
        greeting: sent before the first request.

    """
    with contextlib.suppress(BrokenPipeError):
        _send(answers, greeting)
        while (request := _receive(sys.stdin.buffer)) is not None:
            signal.setitimer(signal.ITIMER_REAL, alarm_after)
            _send(answers, answer(request))
            signal.setitimer(signal.ITIMER_REAL, 0)


def _receive(stream: BinaryIO) -> bytes | None:
    head = stream.read(_LENGTH.size)
    if len(head) < _LENGTH.size:
        return None
    return stream.read(_LENGTH.unpack(head)[0])


def _send(stream: BinaryIO, answer: bytes) -> None:
    stream.write(_LENGTH.pack(len(answer)))
    stream.write(answer)
    stream.flush()
