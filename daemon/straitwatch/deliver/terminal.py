"""Prints alerts in the terminal in which the program runs."""

import json
import sys
from typing import TextIO

from rich.console import Console
from rich.text import Text

from straitwatch.core.model import (
    AlertFacts,
    DriverKind,
    Frozen,
    Outcome,
    SendJob,
    SendResult,
    Severity,
)
from straitwatch.core.render import render_text
from straitwatch.deliver.driver import DriverSettings

_STYLES = {
    Severity.CRITICAL: "bold red",
    Severity.HIGH: "bold yellow",
    Severity.NORMAL: "bold blue",
    Severity.LOW: "bold",
}


class Terminal:
    """`terminal://` prints to stdout, `terminal://stderr` to stderr."""

    kind = DriverKind.TERMINAL
    recipients: tuple[str, ...] = ("",)
    redacted = "terminal://"
    has_begun = False

    def __init__(self, *, is_stderr: bool, settings: DriverSettings) -> None:
        self.on_unsure = settings.on_unsure
        self._is_stderr = is_stderr
        self._zone, self._templates = settings.zone, settings.templates

    def render(self, job: SendJob) -> Frozen:
        """Render the title and the text."""
        text = render_text(job, zone=self._zone, templates=self._templates)
        body = json.dumps({"title": text.title, "body": text.body}, ensure_ascii=False).encode()
        return Frozen(body=body, content_type="application/json")

    def send(self, job: SendJob) -> SendResult:
        """Print the message, in color on a terminal without NO_COLOR, else plain."""
        assert job.frozen is not None, "rendered before it is sent"  # noqa: S101
        words: dict[str, str] = json.loads(job.frozen.body)
        stream = sys.stderr if self._is_stderr else sys.stdout
        self.has_begun = True
        try:
            _print(job, words, stream)
            stream.flush()
        except (OSError, ValueError) as error:
            text = f"cannot print: {type(error).__name__}"
            return SendResult(outcome=Outcome.RECEIVER_BROKEN, code="output", text=text)
        return SendResult(outcome=Outcome.DELIVERED)

    def reconcile(self, job: SendJob) -> SendResult | None:  # noqa: ARG002 - the protocol's
        """Return None: printed text cannot be looked up."""
        return None


def _print(job: SendJob, words: dict[str, str], stream: TextIO) -> None:
    severity = getattr(job.facts, "severity", Severity.NORMAL)
    text = Text(f"{words['title']}\n", style=_STYLES[severity])
    body = Text(f"{words['body']}\n", style="not bold default")
    if isinstance(job.facts, AlertFacts):
        first, _, _ = words["body"].partition("\n")
        body.stylize("bold", 0, len(first))
        _mark_hits(body, job.facts)
    console = Console(file=stream, highlight=False, emoji=False, markup=False)
    # Lines are not wrapped in a pipe, which has no width, so that grep finds whole lines.
    console.print(text + body, soft_wrap=not console.is_terminal)


def _mark_hits(body: Text, facts: AlertFacts) -> None:
    """Underline the hits in the headline, unless it was shortened or cleaned."""
    begin = body.plain.find(facts.title)
    for start, end in facts.title_spans if begin >= 0 else ():
        body.stylize("underline", begin + start, begin + end)
