"""Makes the reference page of the reasons of decisions, stories and deliveries."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Final

from straitwatch.core.model import DeliveryState
from straitwatch.core.reasons import REASONS, ReasonText

_INTRODUCTION = """\
# Reasons

Each decision about a report carries one of these reasons. They appear in `straitwatch why`, in
`straitwatch stories show`, in alerts, and as the label of `straitwatch_decisions_total`.

`./dev docs` makes this page from the program; edit the texts in
`daemon/straitwatch/core/reasons.py` and `daemon/straitwatch/config/reasons_page.py`.
"""
_ABOUT_FOLDS = """\
## How a report gets its story

`straitwatch stories show`, `why` and `cluster` show the reason why a report belongs to its story,
the score, the score that was needed, and the words that both have, the most distinctive ones first.
Words are compared by their stems, which `cluster` shows, and Chinese in pairs of characters.
"""
_FOLDS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "`same-guid`, `same-url`, `same-title`": "the entry or its page again (see below)",
        "`returned`": "the page again, with the same title and no new text, after more than the "
        "thirteen days that comparisons cover",
        "`near-duplicate`": "the same text, edited or syndicated; figures, dates and opposites do "
        "not conflict",
        "`same-event`": "another text about the same event. The score is between 0 and 2; a list "
        "whose reports are all alike needs a higher one. `by meaning`: the two texts have no word "
        "or name in common",
        "`new-event`": "no story of its lists is similar enough; the score is that of the most "
        "similar story, which is named",
        "`by-hand`": "an operator merged or split the story; there is no score",
    }
)
_ABOUT_REPEATS = """\
An entry is *the same* if several signs agree. A title on another page of the site is a repeat if
the text is the same, or if there is no text to compare and it appears within hours. Other figures,
other words, a later date or another date in the address make it a separate report, for example
tomorrow's bulletin under today's title. A page under a new title is the same entry, unless its text
is new too, or half a day has passed and there is no text to compare. If no message was sent about a
story, a repeat sends one alert if only other outlets had the entry before.

*Possibly related* names a story in another language that may be about the same event, because both
name the same people, places and things. It is shown beside a new story and has no effect on alerts.
`stories merge` joins the two.
"""
_ABOUT_DELIVERIES = """\
## The state of a delivery

Each delivery in the outbox is in one of these states. `straitwatch outbox list` and `why` show it
with its reason.
"""
_DELIVERIES: Final[Mapping[DeliveryState, str]] = MappingProxyType(
    {
        DeliveryState.HELD: "it waits for the end of `quiet_hours`, of a `group_wait`, or of an "
        "`update_wait`, which collects updates of one story",
        DeliveryState.PENDING: "it is due, or waits for its next attempt: `retry`, `rate_limited`, "
        "`unanswered`, `receiver_broken`, `limit`; or `receiver_refused`: a person must repair the "
        "receiver",
        DeliveryState.SENDING: "an attempt is running; a lease says until when",
        DeliveryState.DELIVERED: "the receiver accepted it",
        DeliveryState.MERGED: "another message carries it: the latest message of its story, which "
        "lists it (`update_wait` and the others), a roll-up (`quiet_hours`, `group_wait`, `limit`),"
        " or the same message at its `fallback`",
        DeliveryState.CANCELLED: "an operator cancelled it; `carrier`: the message that carried it "
        "was cancelled",
        DeliveryState.DEAD: "it was not delivered: `refused`, `gave_up`, `unanswered`, "
        "`receiver_broken`, `receiver_refused`, `unreadable`; `carrier`: the message that "
        "carried it is dead",
    }
)


def reasons_page() -> str:
    """Make the text of docs/reference/reasons.md."""
    decisions = [(f"`{name}`", text.action, _when(text)) for name, text in REASONS.items()]
    states = [(f"`{state}`", meaning) for state, meaning in _DELIVERIES.items()]
    return "\n".join(
        (
            _INTRODUCTION,
            _table(("reason", "action", "when"), decisions),
            _ABOUT_FOLDS,
            _table(("reason", "meaning"), _FOLDS.items()),
            _ABOUT_REPEATS,
            _ABOUT_DELIVERIES,
            _table(("state", "meaning"), states),
        )
    )


def _when(text: ReasonText) -> str:
    return f"{text.long}. {text.detail}" if text.detail else text.long


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [f"| {' | '.join(row)} |" for row in (head, *rows)]
    lines.insert(1, f"|{'---|' * len(head)}")
    return "\n".join(lines) + "\n"
