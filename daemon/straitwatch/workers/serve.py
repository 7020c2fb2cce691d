"""Answer the parent's requests inside a worker process."""

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
    """Limit the harm that this process can do; return the stream for its answers."""
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
    """Answer requests until standard input ends because the parent closes it or dies.

    Args:
        answer: turns a request into an answer.
        answers: the stream that `confine` returned.
        alarm_after: seconds for one request; then this process ends itself.
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
