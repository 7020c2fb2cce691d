"""Writes structured logs to stderr, without secrets.

Libraries log through the same processors as Straitwatch. A terminal gets readable lines, any other
stream JSON.
"""

import logging
import os
import re
import sys
from collections.abc import Iterable, Iterator, Mapping, MutableMapping
from typing import TextIO
from urllib.parse import parse_qsl, unquote

import structlog

from straitwatch.core.redact import (
    SENSITIVE_NAME,
    SHORTEST_SECRET,
    is_secret_name,
    redact_parameters,
)

# Secrets by their form: credentials in an address, Slack's tokens and webhook paths.
_SECRETS = (
    (re.compile(r"(?<=://)[^/\s:@]*:[^/\s@]+(?=@)"), "***"),
    (re.compile(r"(?<=/services/)[A-Za-z0-9/_-]+"), "***"),
    (re.compile(r"\bxox[a-z]-[A-Za-z0-9-]+"), "***"),
    (re.compile(r"(?<=slack://)\S+"), "***"),
    (re.compile(rf"({SENSITIVE_NAME}=)[^&\s\"']+"), r"\1***"),
)
_ADDRESS = re.compile(
    r"[a-z][a-z0-9+.-]*://(?:(?P<login>[^/?#]*)@)?(?P<host>[^/?#@]*)(?P<path>[^?#]*)\??(?P<query>.*)",
    re.IGNORECASE | re.DOTALL,
)
_SHORTEST_PART = 8  # characters; shorter parts of addresses also occur in ordinary words
_PLAIN = frozenset({"services", "straitwatch", "webhooks"})  # parts of addresses, not secret
_QUIET = ("alembic", "apscheduler", "pymorphy3", "slack_sdk", "uvicorn")


class Redactor:
    """Replaces known and likely secrets in every text of a log line."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        self._known: tuple[str, ...] = ()
        self.learn(secrets)

    def learn(self, secrets: Iterable[str]) -> None:
        """Add values that must never be printed, such as the addresses of receivers.

        Libraries put the parts of an address into other addresses: those are learned as well.
        """
        known = set(self._known)
        for secret in secrets:
            known |= {secret} if len(secret) >= SHORTEST_SECRET else set()
            known |= {form for part in _secret_parts(secret) for form in (part, unquote(part))}
        self._known = tuple(sorted(known, key=len, reverse=True))

    def clean(self, text: str) -> str:
        """Return the text without secrets."""
        for secret in self._known:
            text = text.replace(secret, "***")
        for pattern, replacement in _SECRETS:
            text = pattern.sub(replacement, text)
        return redact_parameters(text)

    def clean_value(self, value: object) -> object:
        """Return a value without secrets; text inside lists and mappings is cleaned too."""
        match value:
            case str():
                return self.clean(value)
            case Mapping():
                return {self.clean_value(key): self.clean_value(one) for key, one in value.items()}
            case list() | tuple() | set() | frozenset():
                return [self.clean_value(one) for one in value]
            case None | bool() | int() | float():
                return value
            case _:  # an exception or a path, for example, which the line shows as text
                return self.clean(str(value))

    def __call__(
        self, _logger: object, _method: str, event: MutableMapping[str, object]
    ) -> MutableMapping[str, object]:
        """Act as a structlog processor."""
        for key, value in event.items():
            event[key] = self.clean_value(value)
        return event


def _secret_parts(address: str) -> Iterator[str]:
    """Yield the secret parts of an address: password, user, path and some parameters.

    Many services put a token with a colon in place of the host, such as `tgram://123:token/`.
    """
    found = _ADDRESS.fullmatch(address)
    if found is None:
        return
    user, _, password = (found["login"] or "").partition(":")
    _, _, after_colon = found["host"].partition(":")
    if len(password) >= SHORTEST_SECRET:
        yield password
    for part in (user, after_colon, *found["path"].split("/")):
        if len(part) >= _SHORTEST_PART and part.lower() not in _PLAIN:
            yield part
    for name, value in parse_qsl(found["query"]):
        if is_secret_name(name) and len(value) >= SHORTEST_SECRET:
            yield value


redactor = Redactor()


def _without_colour(
    _logger: object, _method: str, event: MutableMapping[str, object]
) -> MutableMapping[str, object]:
    """Drop the copy of the message that uvicorn adds with colour codes."""
    event.pop("color_message", None)
    return event


def configure_logging(*, level: str = "info", stream: TextIO | None = None) -> None:
    """Send every log line of the process to stderr through one chain of processors."""
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
    # Tracebacks quote addresses, so they become text before the redactor runs.
    last: list[structlog.typing.Processor] = (
        [structlog.dev.ConsoleRenderer(colors=not os.environ.get("NO_COLOR"))]
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
