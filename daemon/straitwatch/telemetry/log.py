"""Structured logs on stderr, with secrets removed.

The loggers of the libraries pass through the same processors as ours. A terminal gets readable
lines, anything else JSON.
"""

import logging
import re
import sys
from collections.abc import Iterable, MutableMapping
from typing import TextIO

import structlog

# Whatever slips into a message: credentials in an address, Slack's tokens and webhook paths.
_SECRETS = (
    (re.compile(r"(?<=://)[^/\s:@]*:[^/\s@]+(?=@)"), "***"),
    (re.compile(r"(?<=/services/)[A-Za-z0-9/_-]+"), "***"),
    (re.compile(r"\bxox[a-z]-[A-Za-z0-9-]+"), "***"),
    (re.compile(r"(?<=slack://)\S+"), "***"),
    (
        re.compile(r"(?i)((?:token|key|secret|passw(?:or)?d|pass|auth)=)[^&\s\"']+"),
        r"\1***",
    ),
)
_QUIET = ("alembic", "apscheduler", "pymorphy3", "slack_sdk", "uvicorn")


class Redactor:
    """Replaces secrets in every text of a log line: known values, and what looks like one."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        self._known: tuple[str, ...] = ()
        self.learn(secrets)

    def learn(self, secrets: Iterable[str]) -> None:
        """Add values that must never be printed, such as the addresses of receivers."""
        known = {*self._known, *(secret for secret in secrets if len(secret) > 5)}  # noqa: PLR2004
        self._known = tuple(sorted(known, key=len, reverse=True))

    def clean(self, text: str) -> str:
        """Return the text without secrets."""
        for secret in self._known:
            text = text.replace(secret, "***")
        for pattern, replacement in _SECRETS:
            text = pattern.sub(replacement, text)
        return text

    def __call__(
        self, _logger: object, _method: str, event: MutableMapping[str, object]
    ) -> MutableMapping[str, object]:
        """Act as a structlog processor."""
        for key, value in event.items():
            if isinstance(value, str):
                event[key] = self.clean(value)
        return event


redactor = Redactor()


def _without_colour(
    _logger: object, _method: str, event: MutableMapping[str, object]
) -> MutableMapping[str, object]:
    """Drop uvicorn's second copy of its message, which holds colour codes."""
    event.pop("color_message", None)
    return event


def configure_logging(*, level: str = "info", stream: TextIO | None = None) -> None:
    """Send every log line of the process through one chain, to stderr."""
    out = stream or sys.stderr
    is_terminal = out.isatty()
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.stdlib.ExtraAdder(),
    ]
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.stdlib.PositionalArgumentsFormatter(),
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
    # Tracebacks become text before the redactor sees the line: they quote addresses too.
    last: list[structlog.typing.Processor] = (
        [structlog.dev.ConsoleRenderer(colors=True)]
        if is_terminal
        else [structlog.processors.JSONRenderer(ensure_ascii=False)]
    )
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=shared,
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            _without_colour,
            structlog.processors.format_exc_info,
            redactor,
            *last,
        ],
    )
    handler = logging.StreamHandler(out)
    handler.setFormatter(formatter)
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    for name in _QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)
